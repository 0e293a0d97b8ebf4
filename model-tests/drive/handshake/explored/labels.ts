/** Names for the local states of a chart: a number means something only to who has met the states in the same order, a name does to everybody. */
import type { AnyEventObject } from 'xstate';
import type { CompiledChart, LocalState } from '../../../compile/compile.ts';

/** The names of a chart's local states, all of which are met first: from the initial one, by these events and every limit. */
export class Labels {
  readonly #ids = new Map<string, number>();
  readonly #labels: readonly string[];

  constructor(chart: CompiledChart, events: readonly AnyEventObject[]) {
    for (let id = 0; id < chart.states.length; id += 1) {
      for (const event of events) chart.step(id, event);
      for (const limit of chart.state(id).delays) chart.expire(id, limit);
    }
    this.#labels = chart.states.map(labelOf);
    for (const [id, label] of this.#labels.entries()) {
      if (this.#ids.has(label)) throw new Error(`chart ${chart.id} has two local states that are called ${label}`);
      this.#ids.set(label, id);
    }
  }

  label(id: number): string {
    const label = this.#labels[id];
    if (label === undefined) throw new RangeError(`there is no local state ${id}`);
    return label;
  }

  id(label: string): number {
    const id = this.#ids.get(label);
    if (id === undefined) throw new RangeError(`there is no local state ${label}`);
    return id;
  }
}

/** Path and context: `handshaking.connectingFirst network false`. */
const labelOf = ({ path, context }: LocalState) => [path, ...Object.values((context ?? {}) as object).map(String)].join(' ');

/** The path in a label. */
export const pathOf = (label: string) => label.split(' ', 1)[0] as string;
