/**
 * From a run of an explored composition to a path that drives the implementation. Both compositions make each move, and have to be in the
 * same local states behind it; they differ in how they call links and instances.
 */
import type { SlotValues } from '../../../compose/as-transition-system.ts';
import type { Edge } from '../../../explore/explore.ts';
import type { Walk } from '../../../explore/walk.ts';
import { guessable } from '../moves.ts';
import { at } from '../stage.ts';
import { HandshakeSystem } from '../system.ts';
import type { Forgery, Frame, Move, Who, World } from '../world.ts';
import { pathOf } from './labels.ts';
import type { Act, ExploredMove } from './moves.ts';
import type { ExploredSystem } from './system.ts';
import { type ClientValue, isRunning, type LinkValue, type ServerValue } from './values.ts';

/** A path that drives the implementation, and how much of the run it is. */
export interface Translation {
  readonly system: HandshakeSystem;
  readonly path: readonly Edge<World, Move>[];
  /** The first move of the run that cannot be driven, and why; undefined where the path is the whole run. */
  readonly stoppedAt?: { readonly move: number; readonly text: string; readonly why: string };
}

/**
 * Translates a run as far as it can be driven.
 *
 * @throws Error where the two compositions disagree about what a move leads to: then one of them is wrong
 */
export function translate(explored: ExploredSystem, walk: Walk<ExploredMove>): Translation {
  const translator = new Translator(explored, walk.choices.length + 1);
  const { system, path } = translator;
  for (const [index, { move }] of walk.choices.entries()) {
    const why = translator.follow(walk, index);
    if (why === undefined) continue;
    return { system, path, stoppedAt: { move: index, text: explored.show(move).text, why } };
  }
  return { system, path };
}

/** Translates a run move by move, for one that still grows. */
export class Translator {
  readonly system: HandshakeSystem;
  readonly #explored: ExploredSystem;
  readonly #lockstep: Lockstep;

  /** `faults`: the most moves that a run has. */
  constructor(explored: ExploredSystem, faults: number) {
    const { servers } = explored.cast.plan.options;
    this.system = new HandshakeSystem({ servers, faults, forging: true, strangers: true });
    this.#explored = explored;
    this.#lockstep = new Lockstep(explored, this.system);
  }

  /** The path so far; it grows. */
  get path(): readonly Edge<World, Move>[] {
    return this.#lockstep.path;
  }

  /**
   * Goes on with the move of this number, behind those before it; answers why it cannot be driven, where it cannot.
   *
   * @throws Error where the two compositions disagree about what the move leads to
   */
  follow({ states, choices }: Walk<ExploredMove>, index: number): string | undefined {
    const { move, next } = at(choices, index);
    const mayArrange = this.#explored.cast.plan.options.servers.length === 1 && !choices.some((other) => isHello(other.move.act));
    return isArranged(move.act) && !mayArrange ? arranged : this.#lockstep.follow(move, at(states, index), next);
  }
}

/** Whether a move of this kind can be driven at all; that it can be where its turn is, `Translator` finds out. */
export function isDrivable({ act }: ExploredMove): boolean {
  return act.kind === 'say' ? act.source === 'made up' : !(act.kind in undrivable);
}

const arranged = 'what a process finds in its configuration is arranged for a whole run, and somebody else would find the same';

/** A full listener, another array, or a group that cannot be attached is there from the beginning of a run. */
const isArranged = (act: Act) =>
  act.kind === 'deliver'
    ? act.tampering === 'capacity' || act.tampering === 'array'
    : act.kind === 'outcome' && act.who.role === 'client' && /^group\.(unknown|refused|full)$/.test(act.outcome);

const isHello = (act: Act) => act.kind === 'say' && act.frame.name === 'hello';

/** Both compositions side by side, with what each calls the other's links and instances. */
class Lockstep {
  readonly path: Edge<World, Move>[] = [];
  readonly #explored: ExploredSystem;
  readonly #driven: HandshakeSystem;
  readonly #links = new Map<number, number>();
  readonly #clients = new Map<number, number>();
  #world: World;

  constructor(explored: ExploredSystem, driven: HandshakeSystem) {
    this.#explored = explored;
    this.#driven = driven;
    this.#world = driven.initial;
    const initial = explored.slots.map((slot) => slot.initial);
    this.#nameNewLinks(0, initial);
  }

  /** Makes a move in both; answers why that cannot be, where it cannot. */
  follow({ act, reactions }: ExploredMove, before: SlotValues, after: SlotValues): string | undefined {
    const moves = this.#movesFor(act, before, reactions.length > 0);
    if (typeof moves === 'string') return moves;
    for (const move of moves) {
      const known = this.#world.links.length;
      const begun = this.#world.clients.length;
      const successor = this.#driven.apply(this.#world, move);
      // What changes nothing is no edge: the implementation is not asked either.
      if (successor === undefined) continue;
      this.#append(move, successor.next);
      if ('link' in act && successor.next.clients.length > begun) this.#clients.set(act.link, begun);
      if (act.kind === 'intrude') this.#links.set(act.link, known);
      else this.#nameNewLinks(known, after);
    }
    this.#compare(after, reactions.map(({ event }) => event).join(', '));
    return undefined;
  }

  #append(move: Move, next: World): void {
    const vertex = (world: World, depth: number) => ({ id: depth, world, depth, via: undefined, edges: [] });
    const depth = this.path.length;
    this.path.push({ id: depth, from: vertex(this.#world, depth), to: vertex(next, depth + 1), move });
    this.#world = next;
  }

  /** Links that server processes have begun to dial. */
  #nameNewLinks(known: number, after: SlotValues): void {
    const { links } = this.#explored.cast.plan;
    for (const [number, link] of [...this.#world.links.entries()].slice(known)) {
      const isIt = (planned: (typeof links)[number], index: number) => {
        const value = after[planned.slot] as unknown as LinkValue;
        const isNew =
          this.#links.get(index) === undefined ||
          this.#world.links[this.#links.get(index) as number]?.connection.phase === 'gone';
        return planned.server === link.server && planned.name === link.name && value?.connection.phase === 'dialing' && isNew;
      };
      const index = links.findIndex(isIt);
      if (index >= 0) this.#links.set(index, number);
    }
  }

  #movesFor(act: Act, before: SlotValues, isNoticed: boolean): readonly Move[] | string {
    switch (act.kind) {
      case 'connect':
      case 'refuse':
      case 'reset':
      case 'accept':
        return [{ kind: act.kind, link: this.#link(act.link) }];
      case 'deliver':
        return [
          {
            kind: 'deliver',
            link: this.#link(act.link),
            to: act.to,
            ...(act.tampering === undefined ? {} : { tampering: act.tampering }),
          },
        ];
      case 'outcome':
        return [{ kind: 'outcome', who: this.#who(act.who), outcome: act.outcome }];
      case 'expire':
        return [{ kind: 'expire', who: this.#who(act.who), limit: act.limit }];
      case 'abort':
      case 'close':
        return [{ kind: act.kind, who: this.#who(act.who) }];
      case 'stopListener':
        return [{ kind: 'stopListener' }];
      case 'intrude':
        return [{ kind: 'intrude', portOf: act.port < 0 ? -1 : this.#holderOf(act.port, before) }];
      case 'leave':
        return this.#leaving(act.link, act.how, isNoticed);
      case 'say':
        return this.#saying(act.link, act.frame, act.source, before);
      case 'stop':
        // From now on nothing happens to that process, and that is all.
        return [];
      default:
        return undrivable[act.kind];
    }
  }

  /** Where somebody listens, that the intruder has gone is delivered at once. */
  #leaving(link: number, how: 'ended' | 'reset', isNoticed: boolean): readonly Move[] {
    const number = this.#link(link);
    const leave: Move = how === 'ended' ? { kind: 'leave', link: number } : { kind: 'reset', link: number };
    return isNoticed ? [leave, { kind: 'deliver', link: number, to: 'acceptor' }] : [leave];
  }

  #saying(link: number, frame: Frame, source: string, before: SlotValues): readonly Move[] | string {
    if (source !== 'made up') return 'a driver knows no tags that were overheard';
    const name = this.#forgeryFor(frame, before);
    if (name === undefined) return `a driver cannot make up this ${frame.name}`;
    return [{ kind: 'forge', link: this.#link(link), to: 'acceptor', frame: name }];
  }

  /** How the driver calls a frame that the intruder makes up. */
  #forgeryFor(frame: Frame, before: SlotValues): Forgery | undefined {
    switch (frame.name) {
      case 'hello':
        return frame.mode === 'network' ? 'hello' : undefined;
      case 'descriptor':
        return this.#guessFor(frame.number, before);
      case 'forged':
        return frame.as;
      case 'group':
      case 'decline':
      case 'garbage':
        return frame.name;
      default:
        return undefined;
    }
  }

  /** A driver guesses the number of the first attempt that waits, or one that nobody has. */
  #guessFor(number: number, before: SlotValues): Forgery | undefined {
    const { plan } = this.#explored.cast;
    const holder = (before[plan.numbersSlot] as readonly number[])[number] ?? -1;
    const value = holder < 0 ? null : (before[at(plan.links, holder).instanceSlot] as unknown as ClientValue);
    if (value === null || pathOf(value.state) !== 'handshaking.network.awaitingSecond') return 'descriptor';
    const guessed = guessable(this.#world, this.#driven);
    return at(this.#world.clients, this.#client(holder)).number === guessed ? 'guess' : undefined;
  }

  /** The instance that holds a dynamic port. */
  #holderOf(port: number, before: SlotValues): number {
    const holders = before[this.#explored.cast.plan.portsSlot] as readonly number[];
    return this.#client(at(holders, port));
  }

  #link(index: number): number {
    const number = this.#links.get(index);
    if (number === undefined) throw new Error(`link ${at(this.#explored.cast.plan.links, index).label} was never dialled`);
    return number;
  }

  #client(index: number): number {
    const number = this.#clients.get(index);
    if (number === undefined) throw new Error(`instance ${at(this.#explored.cast.plan.links, index).label} never began`);
    return number;
  }

  #who({ role, index }: Who): Who {
    return { role, index: role === 'server' ? index : this.#client(index) };
  }

  /** The processes are in the same local states in both compositions. */
  #compare(after: SlotValues, events: string): void {
    const { plan } = this.#explored.cast;
    for (const [index, slot] of plan.serverSlots.entries()) {
      const value = after[slot] as unknown as ServerValue;
      if (value === 'stopped') continue;
      this.#insist(isRunning(value) ? pathOf(value.state) : undefined, { role: 'server', index }, events);
    }
    for (const [instance, index] of this.#clients) {
      const value = after[at(plan.links, instance).instanceSlot] as unknown as ClientValue;
      this.#insist(value === null ? undefined : pathOf(value.state), { role: 'client', index }, events);
    }
  }

  #insist(path: string | undefined, who: Who, events: string): void {
    const driven = this.#driven.stateOf(this.#world, who);
    if (path === undefined ? driven.final : driven.path === path) return;
    throw new Error(
      `behind ${events}, ${who.role} ${who.index} is in ${path ?? 'no state any more'} in one composition and in ${driven.path} in the other`,
    );
  }
}

const undrivable = {
  end: 'a connection that ends in one direction only cannot be arranged from outside',
  crash: 'a driver cannot kill a process that shares its own',
  restart: 'a driver cannot start a process again',
  cleanUp: 'a driver cannot kill a process that shares its own',
  call: 'the described handshake has no implementation',
} as const;
