/** Small machines of chance, and every implementation of a given size: what the theorems of complete suites are tried on. */
import fc from 'fast-check';
import type { Implementation } from './conformance.ts';
import { definedInputs, type Machine, machineOf, nextState } from './machine.ts';

/** Tables of a machine before it is known which of its states are reached. */
export interface Table {
  readonly inputs: number;
  /** By `state * inputs + input`; -1 where it is not defined. */
  readonly next: readonly number[];
  readonly output: readonly number[];
  readonly sights: readonly number[];
}

/** The reachable part of a table, as a machine whose inputs and outputs keep their numbers. */
export function machineFrom({ inputs, next, output, sights }: Table, outputs: number): Machine {
  const explored = machineOf<number, number, number>({
    name: 'small',
    initial: 0,
    key: String,
    nameOf: (state) => `s${state}`,
    sight: (state) => String(sights[state]),
    *reactions(state) {
      for (let input = 0; input < inputs; input += 1) {
        const cell = state * inputs + input;
        if ((next[cell] ?? -1) >= 0) yield { input, outputs: [output[cell] ?? 0], next: next[cell] ?? 0 };
      }
    },
  });
  return renumbered(explored, inputs, outputs);
}

/** The same machine with input i at place i, output o at place o, and sight s at place s. */
function renumbered(machine: Machine, inputs: number, outputs: number): Machine {
  const width = machine.inputs.length;
  const next = new Int32Array(machine.states.length * inputs).fill(-1);
  const output = new Int32Array(machine.states.length * inputs).fill(-1);
  for (const [state, defined] of definedInputs(machine).entries()) {
    for (const input of defined) {
      const cell = state * inputs + Number(machine.inputs[input]);
      next[cell] = nextState(machine, state, input);
      output[cell] = Number(machine.outputs[machine.output[state * width + input] ?? 0]?.[0]);
    }
  }
  const states = machine.states.map(({ name, sight }) => ({ name, sight: Number(machine.sights[sight]) }));
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  return {
    ...machine,
    states,
    inputs: numbers(inputs),
    outputs: numbers(outputs).map((each) => [each]),
    sights: ['0', '1'],
    next,
    output,
  };
}

/** A table as an implementation: everything is defined. */
export function implementationOf({ inputs, next, output, sights }: Table): Implementation {
  return {
    initial: 0,
    sight: (state) => sights[state] ?? -1,
    next: (state, input) => next[state * inputs + input] ?? -1,
    output: (state, input) => output[state * inputs + input] ?? -1,
  };
}

/** Tables of up to so many states and inputs. With `holes` they are partial; with `looks` states have one of two looks. */
export function tables(size: {
  states: number;
  inputs: number;
  outputs: number;
  holes: boolean;
  looks: boolean;
}): fc.Arbitrary<Table> {
  return fc
    .record({ states: fc.integer({ min: 1, max: size.states }), inputs: fc.integer({ min: 1, max: size.inputs }) })
    .chain(({ states, inputs }) => {
      const cells = { minLength: states * inputs, maxLength: states * inputs };
      const state = fc.nat({ max: states - 1 });
      return fc.record({
        inputs: fc.constant(inputs),
        next: fc.array(
          size.holes ? fc.oneof({ weight: 4, arbitrary: state }, { weight: 1, arbitrary: fc.constant(-1) }) : state,
          cells,
        ),
        output: fc.array(fc.nat({ max: size.outputs - 1 }), cells),
        sights: fc.array(
          size.looks
            ? fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) })
            : fc.constant(0),
          {
            minLength: states,
            maxLength: states,
          },
        ),
      });
    });
}

/** Every complete table of so many states whose states look alike. */
export function* everyTable(states: number, inputs: number, outputs: number): Generator<Table> {
  const cells = states * inputs;
  const choices = states * outputs;
  const digits = new Array<number>(cells).fill(0);
  const sights = new Array<number>(states).fill(0);
  for (;;) {
    yield {
      inputs,
      sights,
      next: digits.map((digit) => digit % states),
      output: digits.map((digit) => Math.floor(digit / states)),
    };
    let place = 0;
    while (place < cells && digits[place] === choices - 1) {
      digits[place] = 0;
      place += 1;
    }
    if (place === cells) return;
    digits[place] = (digits[place] ?? 0) + 1;
  }
}

/** A machine as a complete table of `states` states: what is not defined, and what is not there, stays in its state and shows output 0. */
export function tableOf(machine: Machine, states: number): Table {
  const inputs = machine.inputs.length;
  const cells = Array.from({ length: states * inputs }, (_, cell) => cell);
  const own = (cell: number) => Math.floor(cell / inputs);
  const isThere = (cell: number) => own(cell) < machine.states.length && (machine.next[cell] ?? -1) >= 0;
  return {
    inputs,
    next: cells.map((cell) => (isThere(cell) ? (machine.next[cell] ?? 0) : own(cell))),
    output: cells.map((cell) => (isThere(cell) ? (machine.output[cell] ?? 0) : 0)),
    sights: Array.from({ length: states }, (_, state) => machine.states[state]?.sight ?? 0),
  };
}
