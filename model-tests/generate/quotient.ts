/** States that nobody can tell apart, whatever is done to them, made one: the quotient by bisimulation. */
import { definedInputs, type Machine, nextState, tablesOf } from './machine.ts';

/** A machine without two equivalent states, and which states were made one. */
export interface Quotient<Input, Seen> {
  readonly machine: Machine<Input, Seen>;
  /** By state of the machine before: its state in the quotient. */
  readonly classOf: Int32Array;
  /** The names of states that were equivalent, where there was more than one. */
  readonly merged: readonly (readonly string[])[];
}

/**
 * Two states are equivalent when they look alike and have the same inputs defined, with equal outputs and equivalent states behind them
 * (Moore 1956, refined until nothing splits any more). The order of states is kept: the initial one stays 0.
 */
export function quotient<Input, Seen>(machine: Machine<Input, Seen>): Quotient<Input, Seen> {
  const { states, inputs, output } = machine;
  const defined = definedInputs(machine);
  let classOf = Int32Array.from(states, ({ sight }) => sight);
  for (let classes = 0; ; ) {
    const numbers = new Map<string, number>();
    const refined = Int32Array.from(states, (_, state) => {
      const cells = (defined[state] ?? []).map(
        (input) => `${input}:${output[state * inputs.length + input]}:${classOf[nextState(machine, state, input)]}`,
      );
      const key = `${classOf[state]} ${cells.join(' ')}`;
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
    classOf = refined;
    if (numbers.size === classes) break;
    classes = numbers.size;
  }
  const members: number[][] = [];
  for (const [state, number] of classOf.entries()) {
    members[number] ??= [];
    members[number].push(state);
  }
  const names = members.map((group) => [...new Set(group.map((state) => states[state]?.name ?? ''))]);
  const rows = members.map(([first = 0]) => {
    const cells = (defined[first] ?? []).map((input) => {
      const target = classOf[nextState(machine, first, input)] ?? -1;
      return [input, [target, output[first * inputs.length + input] ?? -1]] as const;
    });
    return new Map(cells);
  });
  const merged = members.map((group) => group.map((state) => states[state]?.name ?? '')).filter((group) => group.length > 1);
  const newStates = members.map(([first = 0], number) => ({
    name: (names[number] ?? []).join(' = '),
    sight: states[first]?.sight ?? 0,
  }));
  return { machine: { ...machine, states: newStates, ...tablesOf(rows, inputs.length) }, classOf, merged };
}
