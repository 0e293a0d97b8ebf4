/** What the actions of the charts do to connections, numbers and ports. */
import type { DeclineReason, Mode } from '../../../machines/index.ts';
import type { Output } from '../../compile/compile.ts';
import { close, type End, reset, send } from '../../compose/connection.ts';
import type { Stage } from './stage.ts';
import type { ClientSlot, Frame, Seal, ServerSlot } from './world.ts';

function closeEnd(stage: Stage, link: number, end: End): void {
  if (link >= 0) stage.changeLink(link, { connection: close(stage.link(link).connection, end) });
}

function resetLink(stage: Stage, link: number): void {
  if (link >= 0) stage.changeLink(link, { connection: reset(stage.link(link).connection) });
}

function sendOn(stage: Stage, link: number, from: End, frame: Frame): void {
  stage.noteWritten?.({ link, from, frame });
  stage.changeLink(link, { connection: send(stage.link(link).connection, from, frame) });
}

/** What a server process puts into a tag now. */
export const sealOfServer = ({ first, peer }: ServerSlot): Seal => ({ by: 'server', hello: first, client: peer });

/** What an instance puts into a tag now: its nonce is in the transcript from DESCRIPTOR or PORT on. */
export const sealOfClient = (index: number, { hello, number }: ClientSlot): Seal => ({
  by: 'client',
  hello,
  client: number === -1 ? -1 : index,
});

/** The tag of a refusal on a connection that belongs to no attempt: over what is refused, and nothing else. */
const sealOfRefusal: Seal = { by: 'client', hello: -1, client: -1 };

/** Performs what a server process is told to. */
export function performServer(stage: Stage, index: number, outputs: readonly Output[], mode: Mode): void {
  for (const { type, params } of outputs) {
    const slot = stage.server(index);
    const { first, second, array } = slot;
    switch (type) {
      case 'dialFirst':
        stage.changeServer(index, { first: stage.dial(index, 'first', -1, -1) });
        break;
      case 'sendHello':
        sendOn(stage, first, 'dialer', { name: 'hello', mode, connections: 'same', capacity: 'free', nonce: first });
        break;
      case 'dialSecond':
        stage.changeServer(index, { second: stage.dial(index, 'second', -1, -1) });
        break;
      case 'sendDescriptor':
        sendOn(stage, second, 'dialer', { name: 'descriptor', number: slot.number, client: -1, seal: sealOfServer(slot) });
        stage.changeServer(index, { firstStands: false, resetsOnFailure: true });
        break;
      case 'dialArray':
        stage.changeServer(index, { array: stage.dial(index, 'array', slot.number, slot.peer) });
        break;
      case 'sendGroup':
        sendOn(stage, array, 'dialer', { name: 'group', seal: sealOfServer(slot) });
        break;
      case 'attachGroup':
        stage.changeServer(index, { attaching: true });
        break;
      case 'closeFirst':
        closeEnd(stage, first, 'dialer');
        break;
      case 'sendDecline':
        if (slot.firstStands)
          sendOn(stage, first, 'dialer', { name: 'decline', seal: sealOfServer(slot), reason: reasonOf(params) });
        break;
      case 'startFallback':
      case 'releaseAll':
        releaseServer(stage, index, slot);
        break;
      case 'reportEstablished':
        stage.changeServer(index, { resetsOnFailure: false });
        break;
      case 'reportFailed':
        break;
      default:
        throw new Error(`the server chart asks for ${type}, which the composition does not know`);
    }
  }
}

function releaseServer(stage: Stage, index: number, { first, second, array, resetsOnFailure }: ServerSlot): void {
  if (resetsOnFailure) for (const link of [first, second]) resetLink(stage, link);
  for (const link of [first, second, array]) closeEnd(stage, link, 'dialer');
  stage.changeServer(index, {
    first: -1,
    second: -1,
    array: -1,
    firstStands: false,
    resetsOnFailure: false,
    attaching: false,
    peer: -1,
    number: -1,
  });
}

/** Performs what an instance of the client process is told to. */
export function performClient(stage: Stage, index: number, outputs: readonly Output[]): void {
  for (const { type, params } of outputs) {
    const slot = stage.client(index);
    const { first, second, array } = slot;
    switch (type) {
      case 'sendDescriptor':
        sendNumber(stage, index, stage.takeNumber(index));
        break;
      case 'openPort':
        stage.changeClient(index, { port: 'opening' });
        break;
      case 'sendPort':
        sendPort(stage, index, stage.takePort(index));
        break;
      case 'acceptArray':
        stage.changeClient(index, { accepting: true });
        break;
      case 'refuseArray':
        if (params?.['reason'] !== undefined)
          sendOn(stage, array, 'acceptor', { name: 'decline', seal: sealOfRefusal, reason: reasonOf(params) });
        closeEnd(stage, array, 'acceptor');
        stage.changeClient(index, { array: -1 });
        break;
      case 'attachGroup':
        stage.changeClient(index, { attaching: true });
        break;
      case 'sendReady':
        for (const link of array >= 0 ? [array] : [second, first])
          sendOn(stage, link, 'acceptor', { name: 'ready', seal: sealOfClient(index, slot) });
        break;
      case 'sendDecline':
        if (slot.firstStands)
          sendOn(stage, first, 'acceptor', { name: 'decline', seal: sealOfClient(index, slot), reason: reasonOf(params) });
        break;
      case 'closePort':
        closePort(stage, index);
        break;
      case 'closeFirst':
        closeEnd(stage, first, 'acceptor');
        stage.changeClient(index, { first: -1, firstStands: false });
        break;
      case 'releaseAll':
        releaseClient(stage, index, slot);
        break;
      case 'reportEstablished':
        if (second >= 0) for (const link of [second, first]) sendOn(stage, link, 'acceptor', { name: 'data' });
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

/** Step 122. */
function sendNumber(stage: Stage, index: number, number: number): void {
  stage.changeClient(index, { number });
  const slot = stage.client(index);
  sendOn(stage, slot.first, 'acceptor', { name: 'descriptor', number, client: index, seal: sealOfClient(index, slot) });
}

/** Step 170. */
function sendPort(stage: Stage, index: number, number: number): void {
  stage.changeClient(index, { port: 'open', number });
  const slot = stage.client(index);
  const seal = sealOfClient(index, slot);
  sendOn(stage, slot.first, 'acceptor', { name: 'port', port: number, client: index, seal, array: 'known' });
}

function releaseClient(stage: Stage, index: number, { first, second, array }: ClientSlot): void {
  for (const link of [first, second, array]) closeEnd(stage, link, 'acceptor');
  stage.freeNumber(index);
  closePort(stage, index);
  stage.changeClient(index, {
    first: -1,
    second: -1,
    array: -1,
    firstStands: false,
    attaching: false,
    hello: -1,
    number: -1,
  });
}

/** The listener on the dynamic port goes; connections that it has not accepted are reset. */
function closePort(stage: Stage, index: number): void {
  for (const link of stage.client(index).backlog)
    stage.changeLink(link, { connection: close(reset(stage.link(link).connection), 'acceptor') });
  stage.freePort(index);
  stage.changeClient(index, { port: 'none', accepting: false, backlog: [] });
}

const reasonOf = (params: Output['params']): DeclineReason => params?.['reason'] as DeclineReason;
