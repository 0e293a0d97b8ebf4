/** Suites that take every transition, every two that follow each other, or every n + 1 of them (n-switch cover, Chow 1978). */
import { definedInputs, type Machine, MachineError, nextState } from './machine.ts';
import { type Suite, suiteOfPaths } from './suite.ts';
import { shortestTour, type TourGraph } from './tour.ts';

/** What a tour may have to take at most. */
const maxSequences = 2_000_000;

/**
 * The smallest suite that takes every sequence of `switches` + 1 transitions, and every shorter one that begins at the reset and cannot be
 * gone on with: 0 is a transition tour, 1 takes all pairs. Throws MachineError where there are more than two million such sequences.
 */
export function switchCover(machine: Machine, switches = 0): Suite {
  if (!Number.isSafeInteger(switches) || switches < 0)
    throw new RangeError(`switches have to be a whole number from 0 on, and are ${switches}`);
  if (countSequences(machine, switches + 1) > maxSequences)
    throw new MachineError(`${machine.name} has more than ${maxSequences} sequences of ${switches + 1} transitions`);
  const { graph, inputs } = sequenceGraph(machine, switches);
  const walks = shortestTour(graph).map((walk) => walk.map((arc) => inputs[arc] ?? -1));
  return suiteOfPaths(criterionName(switches), machine, walks);
}

function criterionName(switches: number): string {
  return switches === 0 ? 'transitions' : switches === 1 ? 'pairs' : `switch-${switches}`;
}

/** How many sequences of so many transitions there are, from whichever state. */
function countSequences(machine: Machine, length: number): number {
  const defined = definedInputs(machine);
  let counts = machine.states.map(() => 1);
  for (let at = 0; at < length; at += 1) {
    counts = defined.map((inputs, state) =>
      inputs.reduce((sum, input) => sum + (counts[nextState(machine, state, input)] ?? 0), 0),
    );
  }
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Nodes are the last `length` inputs that were taken and the state before them; near the reset, fewer. An arc is one input more. With `length` 0
 * that is the machine itself.
 */
function sequenceGraph(machine: Machine, length: number): { readonly graph: TourGraph; readonly inputs: readonly number[] } {
  const defined = definedInputs(machine);
  interface Node {
    readonly start: number;
    readonly taken: readonly number[];
    readonly state: number;
  }
  const nodes: Node[] = [{ start: 0, taken: [], state: 0 }];
  const numbers = new Map([['0 ', 0]]);
  const [from, to, inputs, required]: [number[], number[], number[], boolean[]] = [[], [], [], []];
  for (let at = 0; at < nodes.length; at += 1) {
    const { start, taken, state } = nodes[at] as Node;
    for (const input of defined[state] ?? []) {
      const full = taken.length === length;
      const [first = input] = taken;
      const next: Node = {
        start: full ? nextState(machine, start, first) : start,
        taken: full ? [...taken, input].slice(1) : [...taken, input],
        state: nextState(machine, state, input),
      };
      const key = `${next.start} ${next.taken.join()}`;
      const number = numbers.get(key) ?? nodes.push(next) - 1;
      numbers.set(key, number);
      from.push(at);
      to.push(number);
      inputs.push(input);
      required.push(full || defined[next.state]?.length === 0);
    }
  }
  return { graph: { nodes: nodes.length, from, to, required: (arc) => required[arc] === true }, inputs };
}
