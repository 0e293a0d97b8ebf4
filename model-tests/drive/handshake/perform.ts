/** What the actions of the charts do to a world. */
import type { AnyEventObject } from 'xstate';
import type { DeclineReason, Mode } from '../../../machines/index.ts';
import type { LocalStep, Output } from '../../compile/compile.ts';
import { close, dialed, type End, ended, reset, send } from '../../compose/connection.ts';
import type { ClientSlot, Frame, Link, LinkName, ServerSlot, Who, World } from './world.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A step that the chart of one process made, and the event that it made it for; an expired limit is the event `timeout`. */
export interface ChartStep {
  readonly who: Who;
  readonly event: AnyEventObject;
  readonly step: LocalStep;
}

/** A world in the making: the copy that one move changes. */
export interface Draft {
  servers: Mutable<ServerSlot>[];
  clients: Mutable<ClientSlot>[];
  links: Mutable<Link>[];
  listening: boolean;
  faults: number;
  /** The steps that machines made during this move, in order. */
  readonly steps: ChartStep[];
}

export function draftOf(world: World): Draft {
  return {
    servers: world.servers.map((slot) => ({ ...slot })),
    clients: world.clients.map((slot) => ({ ...slot })),
    links: world.links.map((link) => ({ ...link })),
    listening: world.listening,
    faults: world.faults,
    steps: [],
  };
}

/** The link with this number; a number that does not exist is a mistake of the caller. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`);
  return item;
}

function dial(draft: Draft, server: number, name: LinkName, portOf = -1): number {
  draft.links.push({ name, server, client: -1, portOf, connection: dialed() });
  return draft.links.length - 1;
}

function closeEnd(draft: Draft, index: number, end: End): void {
  if (index < 0) return;
  const link = at(draft.links, index);
  link.connection = close(link.connection, end);
}

function resetLink(draft: Draft, index: number): void {
  const link = at(draft.links, index);
  link.connection = reset(link.connection);
}

function sendOn(draft: Draft, index: number, from: End, frame: Frame): void {
  const link = at(draft.links, index);
  link.connection = send(link.connection, from, frame);
}

/** Performs what a server process is told to. */
export function performServer(draft: Draft, index: number, outputs: readonly Output[], mode: Mode): void {
  const slot = at(draft.servers, index);
  for (const { type, params } of outputs) {
    switch (type) {
      case 'dialFirst':
        slot.first = dial(draft, index, 'first');
        break;
      case 'sendHello':
        sendOn(draft, slot.first, 'dialer', { name: 'hello', mode, connections: 'same', capacity: 'free' });
        break;
      case 'dialSecond':
        slot.second = dial(draft, index, 'second');
        break;
      case 'sendDescriptor':
        sendOn(draft, slot.second, 'dialer', { name: 'descriptor', of: slot.first, tag: 'right' });
        Object.assign(slot, { firstStands: false, resetsOnFailure: true });
        break;
      case 'dialArray':
        slot.array = dial(draft, index, 'array', at(draft.links, slot.first).client);
        break;
      case 'sendGroup':
        sendOn(draft, slot.array, 'dialer', { name: 'group', tag: 'right' });
        break;
      case 'attachGroup':
        slot.attaching = true;
        break;
      case 'closeFirst':
        closeEnd(draft, slot.first, 'dialer');
        break;
      case 'sendDecline':
        if (slot.firstStands) sendOn(draft, slot.first, 'dialer', { name: 'decline', tag: 'right', reason: reasonOf(params) });
        break;
      case 'startFallback':
      case 'releaseAll':
        if (slot.resetsOnFailure) for (const link of [slot.first, slot.second]) resetLink(draft, link);
        for (const link of [slot.first, slot.second, slot.array]) closeEnd(draft, link, 'dialer');
        Object.assign(slot, { first: -1, second: -1, array: -1, firstStands: false, resetsOnFailure: false, attaching: false });
        break;
      case 'reportEstablished':
        slot.resetsOnFailure = false;
        break;
      case 'reportFailed':
        break;
      default:
        throw new Error(`the server chart asks for ${type}, which the composition does not know`);
    }
  }
}

/** Performs what an instance of the client process is told to. */
export function performClient(draft: Draft, index: number, outputs: readonly Output[]): void {
  const slot = at(draft.clients, index);
  for (const { type, params } of outputs) {
    switch (type) {
      case 'sendDescriptor':
        sendOn(draft, slot.first, 'acceptor', { name: 'descriptor', of: slot.first, tag: 'right' });
        break;
      case 'openPort':
        slot.port = 'opening';
        break;
      case 'sendPort':
        slot.port = 'open';
        sendOn(draft, slot.first, 'acceptor', { name: 'port', client: index, tag: 'right', array: 'known' });
        break;
      case 'acceptArray':
        slot.accepting = true;
        break;
      case 'refuseArray':
        if (params?.['reason'] !== undefined)
          sendOn(draft, slot.array, 'acceptor', { name: 'decline', tag: 'right', reason: reasonOf(params) });
        closeEnd(draft, slot.array, 'acceptor');
        slot.array = -1;
        break;
      case 'attachGroup':
        slot.attaching = true;
        break;
      case 'sendReady':
        for (const link of slot.array >= 0 ? [slot.array] : [slot.second, slot.first]) {
          sendOn(draft, link, 'acceptor', { name: 'ready', tag: 'right' });
        }
        break;
      case 'sendDecline':
        if (slot.firstStands) sendOn(draft, slot.first, 'acceptor', { name: 'decline', tag: 'right', reason: reasonOf(params) });
        break;
      case 'closePort':
        closePort(draft, index);
        break;
      case 'closeFirst':
        closeEnd(draft, slot.first, 'acceptor');
        Object.assign(slot, { first: -1, firstStands: false });
        break;
      case 'releaseAll':
        for (const link of [slot.first, slot.second, slot.array]) closeEnd(draft, link, 'acceptor');
        closePort(draft, index);
        Object.assign(slot, { first: -1, second: -1, array: -1, firstStands: false, attaching: false });
        break;
      case 'reportEstablished':
        if (slot.second >= 0) for (const link of [slot.second, slot.first]) sendOn(draft, link, 'acceptor', { name: 'data' });
        break;
      case 'handOver':
      case 'closeChannels':
      case 'reportFailed':
        break;
      default:
        throw new Error(`the client chart asks for ${type}, which the composition does not know`);
    }
  }
}

/** The listener on the dynamic port goes; connections that it has not accepted are reset. */
function closePort(draft: Draft, index: number): void {
  const slot = at(draft.clients, index);
  slot.port = 'none';
  slot.accepting = false;
  slot.backlog = [];
  for (const link of draft.links) {
    if (link.portOf !== index || link.client >= 0 || link.connection.phase !== 'open') continue;
    link.connection = close(reset(link.connection), 'acceptor');
  }
}

/** Links that nobody can do anything with any more look alike, wherever they have been. */
export function settle(draft: Draft): World {
  const links = draft.links.map((link) => (link.connection.phase === 'gone' ? { ...link, connection: ended<Frame>() } : link));
  return { servers: draft.servers, clients: draft.clients, links, listening: draft.listening, faults: draft.faults };
}

const reasonOf = (params: Output['params']): DeclineReason => params?.['reason'] as DeclineReason;
