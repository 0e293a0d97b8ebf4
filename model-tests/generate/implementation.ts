/** Something that reacts, told in the numbers of a machine that it is compared with. */
import type { Implementation } from './conformance.ts';
import type { Machine } from './machine.ts';

/** Something that has a reaction to each input in each world, be it to do nothing. */
export interface Reactor<World, Input, Seen> {
  readonly initial: World;
  key(world: World): string;
  sight(world: World): string;
  react(world: World, input: Input): { readonly outputs: readonly Seen[]; readonly next: World };
}

/** A reactor as an implementation of a machine. Each reaction is asked for once, when it is first needed. */
export class ReactorImplementation<World, Input, Seen> implements Implementation {
  readonly initial = 0;
  readonly #machine: Machine<Input, Seen>;
  readonly #reactor: Reactor<World, Input, Seen>;
  readonly #outputs: ReadonlyMap<string, number>;
  readonly #worlds: World[];
  readonly #sights: number[];
  readonly #numbers: Map<string, number>;
  /** By cell; undefined as long as nobody asked. */
  readonly #next: number[] = [];
  readonly #output: number[] = [];

  /** `outputs`: the numbers of the machine's outputs, by their JSON. */
  constructor(machine: Machine<Input, Seen>, outputs: ReadonlyMap<string, number>, reactor: Reactor<World, Input, Seen>) {
    this.#machine = machine;
    this.#outputs = outputs;
    this.#reactor = reactor;
    this.#worlds = [reactor.initial];
    this.#sights = [machine.sights.indexOf(reactor.sight(reactor.initial))];
    this.#numbers = new Map([[reactor.key(reactor.initial), 0]]);
  }

  sight(state: number): number {
    return this.#sights[state] ?? -1;
  }

  next(state: number, input: number): number {
    return this.#next[this.#cell(state, input)] ?? 0;
  }

  output(state: number, input: number): number {
    return this.#output[this.#cell(state, input)] ?? -1;
  }

  #cell(state: number, input: number): number {
    const cell = state * this.#machine.inputs.length + input;
    if (this.#next[cell] === undefined) {
      const { outputs, next } = this.#reactor.react(this.#worlds[state] as World, this.#machine.inputs[input] as Input);
      this.#output[cell] = this.#outputs.get(JSON.stringify(outputs)) ?? -1;
      this.#next[cell] = this.#numberOf(next);
    }
    return cell;
  }

  #numberOf(world: World): number {
    const key = this.#reactor.key(world);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#worlds.push(world) - 1;
      this.#numbers.set(key, number);
      this.#sights.push(this.#machine.sights.indexOf(this.#reactor.sight(world)));
    }
    return number;
  }
}

/** The numbers of a machine's outputs, by their JSON. */
export function outputNumbers(machine: Machine): ReadonlyMap<string, number> {
  return new Map(machine.outputs.map((seen, number) => [JSON.stringify(seen), number]));
}
