/** A composition, and what properties ask of it. */
import type { StateValue } from 'xstate';
import type { ActorValue } from '../compile/codec.ts';
import type { CompiledChart, LocalState } from '../compile/compile.ts';
import type { Warning } from '../compile/lint.ts';
import type { Message } from '../compile/outputs.ts';
import { BufferLink } from './buffer-link.ts';
import { ComposeError } from './compose-error.ts';
import { ConnectionLink } from './connection-link.ts';
import { lintParts } from './lint.ts';
import { type ComposedMove, ENVIRONMENT, INTRUDER, type MoveKind, showMove } from './moves.ts';
import type { Link, Parts } from './parts.ts';
import { type Crashed, isCrashed, type Process } from './process.ts';
import type { Rule, Shown, Slot, Symmetry, System, View } from './system.ts';

/** A system of named machines and links. */
export class Composed<Machine extends string = string, LinkName extends string = string> implements System<ComposedMove> {
  readonly slots: readonly Slot[];
  readonly rules: readonly Rule<ComposedMove>[];
  readonly symmetries: readonly Symmetry[];
  readonly lifelines: readonly string[];
  readonly #parts: Parts;
  readonly #hubs: ReadonlySet<string>;

  /** @internal */
  constructor(parts: Parts, slots: readonly Slot[], rules: readonly Rule<ComposedMove>[], symmetries: readonly Symmetry[]) {
    this.#parts = parts;
    this.slots = slots;
    this.rules = rules;
    this.symmetries = symmetries;
    const buffers = [...parts.links.values()].filter((link) => link instanceof BufferLink);
    this.#hubs = new Set(buffers.filter(({ name, sender }) => name === sender).map(({ name }) => name));
    const kinds = parts.budgets;
    const hasEnvironment = [kinds.connect, kinds.refuse, kinds.reset, kinds.duplicate].some(({ isPossible }) => isPossible);
    this.lifelines = [
      ...parts.processes.keys(),
      ...this.#hubs,
      ...(kinds.inject.isPossible ? [INTRUDER] : []),
      ...(hasEnvironment ? [ENVIRONMENT] : []),
    ];
  }

  /** A move in one line, and as a sequence diagram draws it. */
  show(move: ComposedMove): Shown {
    return showMove(move, this.#hubs);
  }

  /**
   * What was of no use in everything that was explored so far: states never entered, transitions never taken, events that nobody sends, links
   * that nobody uses. To be asked when a search is complete; before one, everything is.
   */
  lint(): Warning[] {
    return lintParts(this.#parts);
  }

  /** Names of all machines, in the order in which they were described. */
  get machineNames(): readonly Machine[] {
    return [...this.#parts.processes.keys()] as Machine[];
  }

  /** Names of all links, in the order in which they were described. */
  get linkNames(): readonly LinkName[] {
    return [...this.#parts.links.keys()] as LinkName[];
  }

  /** What can be asked of a machine. */
  machine(name: Machine): MachineView {
    return new MachineView(this.#parts.process(name));
  }

  /** What can be asked of a link. */
  link(name: LinkName): LinkView {
    const link = this.#parts.links.get(name);
    if (link === undefined)
      throw new ComposeError(`there is no link ${name}: there are ${[...this.#parts.links.keys()].join(', ')}`);
    return new LinkView(link);
  }
}

/** A machine as properties see it. What it answers is about the state that is given. */
export class MachineView {
  readonly name: string;
  readonly slot: number;
  readonly #process: Process;

  /** @internal */
  constructor(process: Process) {
    this.name = process.name;
    this.slot = process.slot;
    this.#process = process;
  }

  /** Its chart, compiled: what it does for an event in a local state. */
  get chart(): CompiledChart {
    return this.#process.chart;
  }

  /**
   * A predicate: is this state of the chart active? `path` is dotted from the chart's top, and a compound state is active when one inside it is.
   *
   * @throws ComposeError at once where the chart has no such state.
   */
  in(path: string): (view: View) => boolean {
    const keys = path.split('.');
    this.#insistOn(path, keys);
    return (view) => {
      const value = view.get<ActorValue | Crashed>(this.slot);
      return !isCrashed(value) && isActive(value.state as StateValue | null, keys);
    };
  }

  /** Is this state of the chart active? See `in`. */
  matches(view: View, path: string): boolean {
    return this.in(path)(view);
  }

  /** The paths of the active leaf states, joined with ` + `; `crashed` for a machine that has crashed. */
  state(view: View): string {
    return this.local(view)?.path ?? 'crashed';
  }

  /** The chart's context; undefined for a machine that has crashed. The type is the caller's claim. */
  context<Context = unknown>(view: View): Context | undefined {
    const value = view.get<ActorValue | Crashed>(this.slot);
    return isCrashed(value) ? undefined : ((value.context ?? {}) as Context);
  }

  /** Names of the delays that run. */
  delays(view: View): readonly string[] {
    return this.local(view)?.delays ?? [];
  }

  /** It has reached a final state of its chart. */
  isDone(view: View): boolean {
    const value = view.get<ActorValue | Crashed>(this.slot);
    return !isCrashed(value) && value.ended !== undefined;
  }

  /** It has crashed and not started again. */
  hasCrashed(view: View): boolean {
    return isCrashed(view.get<ActorValue | Crashed>(this.slot));
  }

  /** Everything about its state; undefined for a machine that has crashed. */
  local(view: View): LocalState | undefined {
    return this.#process.local(view);
  }

  #insistOn(path: string, keys: readonly string[]): void {
    let node = this.#process.chart.machine.root;
    for (const key of keys) {
      const inner = node.states[key];
      if (inner === undefined) {
        const names = Object.keys(node.states).join(', ') || 'none';
        throw new ComposeError(`machine ${this.name} has no state ${path}: the states in ${node.id} are ${names}`);
      }
      node = inner;
    }
  }
}

/** A link as properties see it. */
export class LinkView {
  readonly name: string;
  readonly #link: Link;

  /** @internal */
  constructor(link: Link) {
    this.name = link.name;
    this.#link = link;
  }

  /** Who sends on it, and who gets what is on it; on a connection each end does both, and the dialler comes first. */
  get ends(): { readonly from: readonly string[]; readonly to: readonly string[]; readonly isConnection: boolean } {
    const { senders, readers } = this.#link;
    return { from: [...senders], to: [...readers], isConnection: this.#link instanceof ConnectionLink };
  }

  /** Messages on their way, the oldest first where the link is ordered; on a connection those to `end`, without it those of both directions. */
  messages(view: View, end?: 'dialer' | 'acceptor'): readonly Message[] {
    const link = this.#link;
    if (link instanceof BufferLink) return link.messages(view);
    if (!(link instanceof ConnectionLink)) return [];
    return end === undefined ? [...link.messages(view, 'dialer'), ...link.messages(view, 'acceptor')] : link.messages(view, end);
  }

  /** Nothing is on its way. */
  isEmpty(view: View): boolean {
    return this.messages(view).length === 0;
  }

  /** Whether a connection is being dialled, open, or not there; other links are always open. */
  phase(view: View): 'dialing' | 'open' | 'gone' {
    return this.#link instanceof ConnectionLink ? this.#link.phase(view) : 'open';
  }
}

/** A predicate on moves, for properties like `sometimesMove`: all that is named has to fit. */
export function moveOf(pattern: {
  readonly kind?: MoveKind;
  readonly machine?: string;
  readonly link?: string;
  /** The type of the event that came. */
  readonly event?: string;
  /** The type of an event that some machine emitted in it. */
  readonly emits?: string;
  /** The path of a state that some machine entered in it. */
  readonly enters?: string;
}): (move: ComposedMove) => boolean {
  const { kind, machine, link, event, emits, enters } = pattern;
  return (move) =>
    (kind === undefined || move.kind === kind) &&
    (machine === undefined || ('machine' in move && move.machine === machine)) &&
    (link === undefined || ('link' in move && move.link === link)) &&
    (event === undefined || ('event' in move && move.event.type === event)) &&
    (emits === undefined || move.effects.some((effect) => effect.kind === 'emitted' && effect.event.type === emits)) &&
    (enters === undefined || move.effects.some((effect) => effect.kind === 'entered' && effect.state === enters));
}

/** A move in which some machine got an event that its chart did not accept. */
export const isUnexpected = (move: ComposedMove): boolean => move.effects.some(({ kind }) => kind === 'ignored');

function isActive(value: StateValue | null, [key, ...inner]: readonly string[]): boolean {
  if (key === undefined) return true;
  if (value === null) return false;
  if (typeof value === 'string') return value === key && inner.length === 0;
  const within = value[key];
  return within !== undefined && isActive(within, inner);
}
