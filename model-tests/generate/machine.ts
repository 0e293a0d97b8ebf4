/**
 * Finite-state machines as the generators of suites take them: deterministic, partial, with outputs, all of it in numbers. Nothing in this
 * folder knows the handshake.
 */

/** One thing that can happen in a world, what is seen of it, and what it leads to. */
export interface Reaction<World, Input, Seen> {
  readonly input: Input;
  readonly outputs: readonly Seen[];
  readonly next: World;
}

/** Something that reacts to inputs one at a time: a compiled chart, one role with its puppet, a hand-written table. */
export interface ReactiveSystem<World, Input, Seen> {
  readonly name: string;
  readonly initial: World;
  /** Equal worlds have equal keys. */
  key(world: World): string;
  /** The world in words, for people. */
  nameOf(world: World): string;
  /** What a tester sees of the world without doing anything: the limits that run, the calls that wait. Equal texts look equal. Default: nothing. */
  sight?(world: World): string;
  /** Every input that is defined in the world, each once. What is not listed cannot be brought about, or nobody says what follows. */
  reactions(world: World): Iterable<Reaction<World, Input, Seen>>;
}

/** A state of a machine. */
export interface MachineState {
  readonly name: string;
  /** Number of what is seen in it without doing anything: an index of `sights`. */
  readonly sight: number;
}

/** A deterministic partial machine. State 0 is the initial one; all states are reachable. Inputs, outputs and sights are told by their JSON. */
export interface Machine<Input = unknown, Seen = unknown> {
  readonly name: string;
  readonly states: readonly MachineState[];
  readonly inputs: readonly Input[];
  /** What is seen of a transition: `output` has indexes of it. */
  readonly outputs: readonly (readonly Seen[])[];
  readonly sights: readonly string[];
  /** By `state * inputs.length + input`: the state behind the input, or -1 where the input is not defined. */
  readonly next: Int32Array;
  readonly output: Int32Array;
}

/** A system that is no deterministic machine, or too large for one. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}

/** Things by their JSON, numbered in the order in which they are met. */
export class Numbering<T> {
  readonly items: T[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of `item`; a new one if nothing equal was met before. */
  of(item: T): number {
    const key = JSON.stringify(item);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.items.length;
      this.#numbers.set(key, number);
      this.items.push(item);
    }
    return number;
  }
}

/** A machine, and the world that each of its states stands for. */
export interface ExploredMachine<World, Input, Seen> {
  readonly machine: Machine<Input, Seen>;
  readonly worlds: readonly World[];
}

/**
 * Explores `system` and numbers everything. Throws MachineError where one input leads to two things (give the input the fact that decides),
 * and where there are more than `maxStates` states (default 10,000).
 */
export function exploreMachine<World, Input, Seen>(
  system: ReactiveSystem<World, Input, Seen>,
  { maxStates = 10_000 } = {},
): ExploredMachine<World, Input, Seen> {
  const worlds = [system.initial];
  const numbers = new Map([[system.key(system.initial), 0]]);
  const [inputs, outputs, sights] = [new Numbering<Input>(), new Numbering<readonly Seen[]>(), new Numbering<string>()];
  const rows: Map<number, readonly [next: number, output: number]>[] = [];
  for (let state = 0; state < worlds.length; state += 1) {
    const world = worlds[state] as World;
    const row = new Map<number, readonly [number, number]>();
    for (const { input, outputs: seen, next } of system.reactions(world)) {
      const key = system.key(next);
      const target = numbers.get(key) ?? worlds.push(next) - 1;
      if (target >= maxStates) throw new MachineError(`${system.name} has more than ${maxStates} states`);
      numbers.set(key, target);
      const number = inputs.of(input);
      if (row.has(number))
        throw new MachineError(
          `${system.name}, state ${system.nameOf(world)}: input ${JSON.stringify(input)} leads to more than one thing`,
        );
      row.set(number, [target, outputs.of(seen)]);
    }
    rows.push(row);
  }
  const states = worlds.map((world) => ({ name: system.nameOf(world), sight: sights.of(system.sight?.(world) ?? '') }));
  const { next, output } = tablesOf(rows, inputs.items.length);
  const machine = { name: system.name, states, inputs: inputs.items, outputs: outputs.items, sights: sights.items, next, output };
  return { machine, worlds };
}

/** `exploreMachine` without the worlds. */
export function machineOf<World, Input, Seen>(
  system: ReactiveSystem<World, Input, Seen>,
  options?: { readonly maxStates?: number },
): Machine<Input, Seen> {
  return exploreMachine(system, options).machine;
}

/** The two tables of a machine, from one row of cells for each state. */
export function tablesOf(
  rows: readonly ReadonlyMap<number, readonly [next: number, output: number]>[],
  inputs: number,
): Pick<Machine, 'next' | 'output'> {
  const next = new Int32Array(rows.length * inputs).fill(-1);
  const output = new Int32Array(rows.length * inputs).fill(-1);
  for (const [state, row] of rows.entries()) {
    for (const [input, [target, seen]] of row) {
      next[state * inputs + input] = target;
      output[state * inputs + input] = seen;
    }
  }
  return { next, output };
}

/** The state behind an input, or -1 where it is not defined. */
export function nextState({ next, inputs }: Machine, state: number, input: number): number {
  return next[state * inputs.length + input] ?? -1;
}

/** The state that a sequence of inputs leads to from `from`, or -1 where an input of it is not defined. */
export function stateBehind(machine: Machine, sequence: readonly number[], from = 0): number {
  let state = from;
  for (const input of sequence) {
    if (state < 0) return -1;
    state = nextState(machine, state, input);
  }
  return state;
}

/** The inputs that are defined in each state, in order. */
export function definedInputs(machine: Machine): readonly (readonly number[])[] {
  const width = machine.inputs.length;
  return machine.states.map((_, state) => {
    const row = machine.next.subarray(state * width, (state + 1) * width);
    return [...row.keys()].filter((input) => (row[input] ?? -1) >= 0);
  });
}

/** The last step of a shortest way to each state, by state; the initial one has none. The ways together are a tree: a state cover. */
export function accessTree(machine: Machine): readonly ({ readonly from: number; readonly input: number } | undefined)[] {
  const steps: ({ from: number; input: number } | undefined)[] = machine.states.map(() => undefined);
  const defined = definedInputs(machine);
  const queue = [0];
  for (const from of queue) {
    for (const input of defined[from] ?? []) {
      const to = nextState(machine, from, input);
      if (to === 0 || steps[to] !== undefined) continue;
      steps[to] = { from, input };
      queue.push(to);
    }
  }
  return steps;
}

/** A state cover: a shortest sequence of inputs to each state, by state. It is closed under prefixes. */
export function stateCover(machine: Machine): readonly (readonly number[])[] {
  const tree = accessTree(machine);
  return machine.states.map((_, state) => {
    const sequence: number[] = [];
    for (let step = tree[state]; step !== undefined; step = tree[step.from]) sequence.push(step.input);
    return sequence.reverse();
  });
}

/** A transition cover: the state cover, and each of its sequences with each input that is defined behind it. */
export function* transitionCoverOf(machine: Machine): Generator<readonly number[]> {
  const defined = definedInputs(machine);
  for (const [state, access] of stateCover(machine).entries()) {
    yield access;
    for (const input of defined[state] ?? []) yield [...access, input];
  }
}
