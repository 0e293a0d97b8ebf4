/** What can be seen of a run after each move, once from the model and once from the outside of the implementation. */
import type { End, Item } from '../../compose/connection.ts';
import type { ChartStep, WrittenFrame } from './stage.ts';
import type { HandshakeSystem } from './system.ts';
import { type Frame, type Link, ownerOf, processes, type Who, type World } from './world.ts';

/** A process: where it is, and which limits it has running. */
export interface ProcessView {
  readonly who: string;
  readonly state: string;
  readonly limits: readonly string[];
  /** Those of them that the last move has started, or started anew. */
  readonly started: readonly string[];
}

/** A connection: what waits at each end, or undefined where nobody takes notice of what comes. */
export interface LinkView {
  readonly link: string;
  readonly dialing: boolean;
  readonly toDialer: readonly string[] | undefined;
  readonly toAcceptor: readonly string[] | undefined;
}

export interface Observation {
  readonly processes: readonly ProcessView[];
  readonly links: readonly LinkView[];
  /** Calls that wait for an answer, for example `openPort of client 0`. */
  readonly calls: readonly string[];
}

/** The move that led to a world: from where, and by which steps of the charts. */
export interface LastMove {
  readonly from: World;
  readonly steps: readonly ChartStep[];
}

/** What the model says can be seen; without a move, when everything has just begun. */
export function observeModel(system: HandshakeSystem, world: World, last?: LastMove): Observation {
  const calls: string[] = [];
  for (const [index, slot] of world.clients.entries()) {
    if (slot.port === 'opening') calls.push(`bindPort of client ${index}`);
    if (slot.attaching) calls.push(`attachGroup of client ${index}`);
  }
  for (const [index, slot] of world.servers.entries()) if (slot.attaching) calls.push(`attachGroup of server ${index}`);
  return {
    processes: processes(world).map((who) => {
      const { path, delays } = system.stateOf(world, who);
      const started = last === undefined ? delays : startedBy(system, who, last);
      return { who: `${who.role} ${who.index}`, state: path, limits: delays, started };
    }),
    links: world.links.map((link, index) => ({
      link: linkName(index, link),
      dialing: link.connection.phase === 'dialing',
      toDialer: seenAt(system, world, link, 'dialer'),
      toAcceptor: seenAt(system, world, link, 'acceptor'),
    })),
    calls: calls.sort(),
  };
}

/** What was written in a move, by link and end, in order; session data is left out. */
export type Writings = Readonly<Record<string, readonly string[]>>;

/** What the charts say that the processes write. */
export function expectedWritings(written: readonly WrittenFrame[]): Writings {
  return writings(
    written.flatMap(({ link, from, frame }) => (frame.name === 'data' ? [] : [{ link, from, name: frameName(frame) }])),
  );
}

/** Frames by the place where they were written. */
export function writings(frames: readonly { readonly link: number; readonly from: End; readonly name: string }[]): Writings {
  const byPlace: Record<string, string[]> = {};
  for (const { link, from, name } of frames) {
    const place = `link ${link}, by its ${from}`;
    byPlace[place] = [...(byPlace[place] ?? []), name];
  }
  return byPlace;
}

/** The limits that a process has started in a move and that still run behind it. */
function startedBy(system: HandshakeSystem, who: Who, { from, steps }: LastMove): readonly string[] {
  const isNew = who.role === 'client' && who.index >= from.clients.length;
  const own = steps.filter((step) => step.who.role === who.role && step.who.index === who.index);
  return own
    .reduce<readonly string[]>(
      (started, { step }) => [
        ...started.filter((limit) => step.next.delays.includes(limit) && !step.armed.includes(limit)),
        ...step.armed,
      ],
      isNew ? system.client.initial.delays : [],
    )
    .toSorted();
}

export const linkName = (index: number, link: Pick<Link, 'name' | 'server'>) =>
  `link ${index} (${link.name} of ${link.server < 0 ? 'a stranger' : `server ${link.server}`})`;

function seenAt(system: HandshakeSystem, world: World, link: Link, end: 'dialer' | 'acceptor'): readonly string[] | undefined {
  const { connection } = link;
  if (connection.phase !== 'open') return undefined;
  const stranger = end === 'dialer' && ownerOf(link, end) === undefined && !connection.closed.dialer;
  if (!stranger && !system.listens(world, link, end)) return undefined;
  return connection.inbox[end].map(itemName);
}

const itemName = (item: Item<Frame>) => (item.kind === 'message' ? frameName(item.message) : item.kind);

function frameName(frame: Frame): string {
  switch (frame.name) {
    case 'hello':
      return `hello(${frame.mode})`;
    case 'descriptor':
      return `descriptor(of link ${frame.number})`;
    case 'decline':
      return `decline(${frame.reason})`;
    case 'data':
      return firstBytes;
    default:
      return `${frame.name}()`;
  }
}

/** What the user of the client process writes to each channel as soon as it has one. */
export const firstBytes = 'first bytes from the client process\n';
