/** Shortest paths to what a user names: a state, an input, an output, one behind the other. */
import { definedInputs, type Machine, nextState } from './machine.ts';

/** One step of a machine: an input, in a state. */
export interface MachineStep {
  readonly from: number;
  readonly input: number;
  readonly to: number;
  readonly output: number;
}

/** What a step has to be like. */
export type Condition = (step: MachineStep) => boolean;

/**
 * A shortest sequence of inputs on which the conditions are met in order, several of them by one step if it meets them all. Undefined where there
 * is none.
 */
export function shortestTo(machine: Machine, conditions: readonly Condition[]): readonly number[] | undefined {
  interface Place {
    readonly state: number;
    readonly met: number;
    readonly via: { readonly place: Place; readonly input: number } | undefined;
  }
  const defined = definedInputs(machine);
  const queue: Place[] = [{ state: 0, met: 0, via: undefined }];
  const seen = new Set(['0 0']);
  for (const place of queue) {
    if (place.met === conditions.length) {
      const path: number[] = [];
      for (let { via } = place; via !== undefined; via = via.place.via) path.push(via.input);
      return path.reverse();
    }
    for (const input of defined[place.state] ?? []) {
      const to = nextState(machine, place.state, input);
      const output = machine.output[place.state * machine.inputs.length + input] ?? -1;
      let { met } = place;
      while (conditions[met]?.({ from: place.state, input, to, output }) === true) met += 1;
      const key = `${to} ${met}`;
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ state: to, met, via: { place, input } });
    }
  }
  return undefined;
}
