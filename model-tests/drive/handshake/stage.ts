/**
 * Where a move takes place: a world in the making, with a policy for naming what begins in it. Two systems have a stage of their own:
 * one that numbers links and instances in the order in which they appear, whose paths are driven, and one that is explored, where a
 * link's name says whose it is and descriptor and port numbers are used again.
 */
import type { AnyEventObject } from 'xstate';
import type { LocalStep } from '../../compile/compile.ts';
import type { End } from '../../compose/connection.ts';
import type { ClientSlot, Frame, Link, LinkName, Seal, ServerSlot, Who } from './world.ts';

/** A step that the chart of one process made, and the event that it made it for; an expired limit is the event `timeout`. */
export interface ChartStep {
  readonly who: Who;
  readonly event: AnyEventObject;
  readonly step: LocalStep;
}

/** A frame that a process writes to its end of a link. */
export interface WrittenFrame {
  readonly link: number;
  readonly from: End;
  readonly frame: Frame;
}

/** What is read and changed during one move. To ask for a process or a link that does not exist is a mistake of the caller. */
export interface Stage {
  server(index: number): ServerSlot;
  client(index: number): ClientSlot;
  link(index: number): Link;
  changeServer(index: number, change: Partial<ServerSlot>): void;
  changeClient(index: number, change: Partial<ClientSlot>): void;
  changeLink(index: number, change: Partial<Link>): void;
  /** A server process dials: the new link's number. `port` and `portOf` are those of an array link, else -1. */
  dial(server: number, name: LinkName, port: number, portOf: number): number;
  /** The client process accepts a connection on the WKP: the number of the instance that begins. */
  accept(link: number): number;
  /** A descriptor number for an instance that is about to tell it (step 122). */
  takeNumber(client: number): number;
  /** A dynamic port for an instance (step 164). */
  takePort(client: number): number;
  /** An instance closes its WKP connection, or its dynamic port: the number is free again. */
  freeNumber(client: number): void;
  freePort(client: number): void;
  /** The instance that was given this descriptor number, -1 for none. */
  holderOfNumber(number: number): number;
  /** The instance that listens on this port of this generation, -1 for none. */
  listenerOn(port: number, generation: number): number;
  /** Whether a frame has the tag that its receiver computes. */
  tagIsRight(frame: Frame, expected: NonNullable<Seal>): boolean;
  /** A chart made a step. */
  note(step: ChartStep): void;
  /** A process writes a frame, whether it arrives or not; absent where nobody compares that. */
  noteWritten?(frame: WrittenFrame): void;
}

/** What an instance of the client process holds when its connection was accepted. */
export const freshClient = (state: number, first: number): ClientSlot => ({
  state,
  first,
  second: -1,
  array: -1,
  firstStands: true,
  port: 'none',
  hello: -1,
  number: -1,
  backlog: [],
  accepting: false,
  attaching: false,
});

/** What a server process holds before it begins. */
export const freshServer = (state: number): ServerSlot => ({
  state,
  first: -1,
  second: -1,
  array: -1,
  firstStands: false,
  resetsOnFailure: false,
  attaching: false,
  peer: -1,
  number: -1,
});

/** The link with this number; a number that does not exist is a mistake of the caller. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`);
  return item;
}
