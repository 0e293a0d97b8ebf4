/** What the environment may do next in a world. */
import { type End, opposite } from '../../compose/connection.ts';
import { forgeable, tamperings } from './frames.ts';
import { isSuccess } from './processes.ts';
import { at } from './stage.ts';
import { type Link, type Move, type Outcome, ownerOf, processes, type Who, type World } from './world.ts';

/** What the environment has to know of the processes. */
export interface Processes {
  stateOf(world: World, who: Who): { readonly path: string; readonly delays: readonly string[]; readonly final: boolean };
  /** Whether the machine at this end still wants to know what comes; afterwards it is session data. */
  listens(world: World, link: Link, end: End): boolean;
  /** The answers that the local calls of a process may get. */
  outcomes(world: World, who: Who): readonly Outcome[];
}

/** Which of its powers the environment uses. */
export interface Powers {
  readonly forging: boolean;
  readonly strangers: boolean;
}

export class Environment {
  readonly #processes: Processes;
  readonly #powers: Powers;

  constructor(processes: Processes, powers: Powers) {
    this.#processes = processes;
    this.#powers = powers;
  }

  /** Every move that is possible in `world`, in a fixed order. */
  *all(world: World): Generator<Move> {
    const mayFail = world.faults > 0;
    for (const [index, link] of world.links.entries()) yield* this.#linkMoves(world, index, link, mayFail);
    for (const who of processes(world)) yield* this.#processMoves(world, who, mayFail);
    if (!mayFail) return;
    if (world.listening) yield { kind: 'stopListener' };
    if (!this.#powers.strangers) return;
    // One stranger a run shows all that strangers can do, since they know nothing of each other.
    if (world.links.some((link) => link.server < 0)) return;
    if (world.listening) yield { kind: 'intrude', portOf: -1 };
    for (const [index, slot] of world.clients.entries()) if (slot.port === 'open') yield { kind: 'intrude', portOf: index };
  }

  *#linkMoves(world: World, index: number, link: Link, mayFail: boolean): Generator<Move> {
    const { connection } = link;
    if (connection.phase === 'dialing') {
      const reachable = link.portOf < 0 ? world.listening : at(world.clients, link.portOf).port === 'open';
      if (reachable) yield { kind: 'connect', link: index };
      if (mayFail || !reachable) yield { kind: 'refuse', link: index };
    }
    if (connection.phase !== 'open') return;
    // Whether a stranger leaves that was turned away already makes no difference to anybody.
    if (link.server < 0 && !connection.closed.dialer && !connection.closed.acceptor) yield { kind: 'leave', link: index };
    if (link.client < 0 && nextToAccept(world, link.portOf) === index) yield { kind: 'accept', link: index };
    for (const to of ['dialer', 'acceptor'] as const) {
      const head = connection.inbox[to][0];
      if (!this.#processes.listens(world, link, to)) continue;
      if (head !== undefined) yield { kind: 'deliver', link: index, to };
      const mayForge = mayFail || isFirstWord(world, link, this.#processes);
      if (mayFail && head?.kind === 'message')
        for (const tampering of tamperings(head.message, mayBeFull(world, link), link))
          yield { kind: 'deliver', link: index, to, tampering };
      // On a connection that was reset nobody can say anything any more: what is forged on one of our own is put at its receiver's end.
      const canSpeak = !connection.closed[opposite(to)] && !(link.server < 0 && connection.broken);
      if (this.#powers.forging && mayForge && canSpeak) yield* this.#forgeries(world, index, link, to);
    }
    if (
      mayFail &&
      !connection.broken &&
      link.client >= 0 &&
      (this.#processes.listens(world, link, 'dialer') || this.#processes.listens(world, link, 'acceptor'))
    )
      yield { kind: 'reset', link: index };
  }

  *#forgeries(world: World, index: number, link: Link, to: End): Generator<Move> {
    const who = ownerOf(link, to);
    // A HELLO of somebody else on a server process's own connection would make it somebody else's connection.
    const isFirst =
      link.server >= 0 && who?.role === 'client' && this.#processes.stateOf(world, who).path === 'awaitingFirstFrame';
    for (const frame of forgeable) if (!(isFirst && frame === 'hello')) yield { kind: 'forge', link: index, to, frame };
    if (link.name === 'first' && isFirstWord(world, link, this.#processes) && guessable(world, this.#processes) !== undefined)
      yield { kind: 'forge', link: index, to, frame: 'guess' };
  }

  *#processMoves(world: World, who: Who, mayFail: boolean): Generator<Move> {
    const state = this.#processes.stateOf(world, who);
    if (state.final) return;
    const outcomes = this.#processes.outcomes(world, who);
    for (const outcome of outcomes) if (mayFail || isSuccess(outcome)) yield { kind: 'outcome', who, outcome };
    if (state.path.startsWith('established')) yield { kind: 'close', who };
    else if (who.role === 'server' && mayFail) yield { kind: 'abort', who };
    if (mayFail) for (const limit of state.delays) yield { kind: 'expire', who, limit };
  }
}

/**
 * Whether what comes to the acceptor is the first that a stranger says: it has cost a fault when it came, so this costs nothing. On a dynamic
 * port each refused frame ends the connection, so everything there is the first.
 */
function isFirstWord(world: World, link: Link, processes: Pick<Processes, 'stateOf'>): boolean {
  if (link.server >= 0 || link.client < 0) return false;
  return link.name === 'array' || processes.stateOf(world, { role: 'client', index: link.client }).path === 'awaitingFirstFrame';
}

/** The number of the first attempt that waits for its second connection. */
export function guessable(world: World, processes: Pick<Processes, 'stateOf'>): number | undefined {
  const waits = (index: number) =>
    processes.stateOf(world, { role: 'client', index }).path === 'handshaking.network.awaitingSecond';
  return world.clients.find(({ number }, index) => number >= 0 && waits(index))?.number;
}

/** A full listener is arranged before the run, so only its first HELLO can find one. */
const mayBeFull = ({ servers, clients }: World, link: Link) => clients.length === 1 && servers.length === 1 && link.server >= 0;

/** The link that accept would return next, or undefined where nobody accepts. */
function nextToAccept(world: World, portOf: number): number | undefined {
  const slot = at(world.clients, portOf);
  return slot.accepting ? slot.backlog[0] : undefined;
}

/** Whether a move costs one of the faults that a run may have. A refusal where nobody listens is no fault. */
export function isFault(world: World, move: Move, processes: Pick<Processes, 'stateOf'>): boolean {
  switch (move.kind) {
    case 'connect':
    case 'accept':
    case 'close':
    case 'leave':
      return false;
    case 'deliver':
      return move.tampering !== undefined;
    case 'forge':
      return !isFirstWord(world, at(world.links, move.link), processes);
    case 'outcome':
      return !isSuccess(move.outcome);
    case 'refuse': {
      const { portOf } = at(world.links, move.link);
      return portOf < 0 ? world.listening : at(world.clients, portOf).port === 'open';
    }
    default:
      return true;
  }
}
