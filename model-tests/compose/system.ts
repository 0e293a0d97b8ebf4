/**
 * A system as the explorer takes it: a vector of slots, and rules that read and write them. What a rule reads is recorded, so that it is
 * evaluated once for each combination of what it has read and looked up ever after; a rule that reads little is therefore fast.
 */

/** What a slot may hold: a value that JSON can carry. It is never changed in place; equal values have equal JSON texts. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value | undefined };

/** One component of a system's state: a machine, a link, a budget. */
export interface Slot {
  /** Unique in its system. */
  readonly name: string;
  readonly initial: Value;
}

/** The state that a rule or a predicate looks at. */
export interface View {
  /** What the slot with this number holds. The type is the caller's claim: the system that wrote the slot knows it. */
  get<T extends Value>(slot: number): T;
}

/** One thing that may happen, and the slots that hold something else afterwards. */
export interface Firing<Move> {
  readonly move: Move;
  readonly writes: readonly (readonly [slot: number, value: Value])[];
}

/**
 * Everything of one kind that may happen: the deliveries of one link, the limits of one machine. `fire` is pure: the same view gives the
 * same firings in the same order.
 */
export interface Rule<Move> {
  /** Unique in its system. */
  readonly name: string;
  /** Weakly fair: when it can fire for ever, it fires some time. A run may stop where no fair rule can fire. Deliveries and limits are; faults are not. Default false. */
  readonly fair?: boolean;
  /** Every slot that it may ever read or write; partial-order reduction needs it, and an access outside it is an error. Default all. */
  readonly touches?: readonly number[];
  /** Every slot that it may ever write. Default: what it touches. */
  readonly mayWrite?: readonly number[];
  /** Everything of this kind that may happen in the state of `view`; none where nothing may. */
  fire(view: View): Iterable<Firing<Move>>;
}

/** How a move is shown. */
export interface Shown {
  /** One line. */
  readonly text: string;
  /** What a sequence diagram draws, in order; a move may be several things. */
  readonly events: readonly ShownEvent[];
}

/** A message from one lifeline to another, or something that happens to one lifeline. */
export type ShownEvent =
  | {
      readonly kind: 'message';
      readonly from: string;
      readonly to: string;
      readonly text: string;
      readonly fault?: boolean;
      /** It never arrives. */
      readonly lost?: boolean;
    }
  | { readonly kind: 'note'; readonly over: string; readonly text: string; readonly fault?: boolean };

/** Identical processes: the slots of each, in the same order. Exchanging two of them changes nothing that a property can tell. */
export interface Symmetry {
  readonly members: readonly (readonly number[])[];
  /** The value of a slot after members were exchanged (`to[i]` is where member i went); needed where values name members. */
  readonly rename?: (value: Value, slot: number, to: readonly number[]) => Value;
}

/** Machines, links and an environment, composed. */
export interface System<Move> {
  readonly slots: readonly Slot[];
  readonly rules: readonly Rule<Move>[];
  readonly symmetries?: readonly Symmetry[];
  /** The lifelines of a sequence diagram, from left to right. */
  readonly lifelines: readonly string[];
  /** A move in words, and as a sequence diagram draws it. */
  show(move: Move): Shown;
}

/** What a system is to fulfil. `holds`, `from` and `to` look at one state, `of` at one move; all are pure. */
export type Property<Move> = { readonly id: string; readonly description: string } & (
  | {
      readonly kind: 'always' | 'never' | 'sometimes' | 'eventually';
      /** What is true of every reachable state, of none, of some, or of some state on every fair run. */
      readonly holds: (view: View) => boolean;
    }
  | {
      readonly kind: 'leadsTo';
      /** On every fair run a state for which this is true is one for which `to` is true, or such a one comes later. */
      readonly from: (view: View) => boolean;
      /** What has to come. */
      readonly to: (view: View) => boolean;
    }
  | {
      readonly kind: 'neverMove' | 'sometimesMove';
      /** Whether a move is one of those that no reachable state has, or that some reachable state has. */
      readonly of: (move: Move) => boolean;
    }
  /** No reachable state is without a move, but those that `mayEnd`. */
  | {
      readonly kind: 'noDeadlock';
      /** Whether a state without a move is a good end. */
      readonly mayEnd: (view: View) => boolean;
    }
  /** On no fair run does `progress` stop for ever, however often there was some. A run that ends is no livelock: see `noDeadlock`. */
  | {
      readonly kind: 'noLivelock';
      /** Whether a move gets the system on. */
      readonly progress: (move: Move) => boolean;
    }
);

/** A state in the making: what a firing writes, on top of what it has read. */
export class Draft implements View {
  readonly #view: View;
  readonly #written = new Map<number, Value>();

  constructor(view: View) {
    this.#view = view;
  }

  get<T extends Value>(slot: number): T {
    return (this.#written.has(slot) ? this.#written.get(slot) : this.#view.get(slot)) as T;
  }

  /** Writes a slot, over what was written to it before; `get` answers it from now on. */
  set(slot: number, value: Value): void {
    this.#written.set(slot, value);
  }

  /** Everything that was written, as a firing has it. */
  get writes(): readonly (readonly [slot: number, value: Value])[] {
    return [...this.#written];
  }
}
