/** Machines with one state too many: behind one transition lies a copy of the state that should be there, and the copy has a fault. */
import type { Implementation } from '../conformance.ts';
import { definedInputs, type Machine, nextState } from '../machine.ts';

/** A machine with one state too many. */
export interface ExtraState {
  readonly what: string;
  readonly implementation: Implementation;
}

/** A copied state with another output, or another next state, for one input. */
interface Fault {
  /** The transition that leads to the copy. */
  readonly from: number;
  readonly by: number;
  readonly input: number;
  readonly output: number;
  readonly next: number;
}

/**
 * For each transition and each input behind it, a copy that is silent on that input, or shows something where it should be silent, and one that
 * stays as it is.
 */
export function* extraStates(machine: Machine): Generator<ExtraState, void> {
  const defined = definedInputs(machine);
  const copy = machine.states.length;
  const silence = machine.outputs.findIndex((seen) => seen.length === 0);
  const noise = machine.outputs.findIndex((seen) => seen.length > 0);
  const nameOf = (state: number) => machine.states[state]?.name ?? '';
  for (const [from, inputs] of defined.entries()) {
    for (const by of inputs) {
      const original = nextState(machine, from, by);
      for (const input of defined[original] ?? []) {
        const cell = original * machine.inputs.length + input;
        const [output = -1, next = -1] = [machine.output[cell], machine.next[cell]];
        const place = `${nameOf(original)} behind ${nameOf(from)} and ${JSON.stringify(machine.inputs[by])}`;
        const mutant = (what: string, change: Partial<Fault>): ExtraState => ({
          what: `${place}: on ${JSON.stringify(machine.inputs[input])} ${what}`,
          implementation: withCopy(machine, { from, by, input, output, next, ...change }),
        });
        if (output === silence) yield mutant('shows something', { output: noise });
        else yield mutant('is silent', { output: silence });
        if (next !== original) yield mutant('stays', { next: copy });
      }
    }
  }
}

function withCopy(machine: Machine, { from, by, input: faulty, output, next }: Fault): Implementation {
  const width = machine.inputs.length;
  const copy = machine.states.length;
  const original = nextState(machine, from, by);
  const silence = machine.outputs.findIndex((seen) => seen.length === 0);
  const own = (state: number) => (state === copy ? original : state);
  return {
    initial: 0,
    sight: (state) => machine.states[own(state)]?.sight ?? -1,
    next: (state, input) => {
      if (state === copy && input === faulty) return next;
      if (state === from && input === by) return copy;
      const target = machine.next[own(state) * width + input] ?? -1;
      return target < 0 ? state : target;
    },
    output: (state, input) => {
      if (state === copy && input === faulty) return output;
      const cell = own(state) * width + input;
      return (machine.next[cell] ?? -1) < 0 ? silence : (machine.output[cell] ?? -1);
    },
  };
}
