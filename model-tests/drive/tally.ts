/** Counts what of the charts was run: each transition, and each pair of transitions that one process took one after the other. */

/** How often each transition of one chart was run, by its id, and each pair of them. */
export interface ChartTally {
  readonly transitions: Readonly<Record<string, number>>;
  readonly pairs: readonly (readonly [first: string, second: string, count: number])[];
}

/** What of each chart was run, by the chart's id: `client` and `server`. Plain data. */
export type Tallies = Readonly<Record<string, ChartTally>>;

/** Something that one process of a run did. */
export interface TalliedStep {
  /** Unique in the run, for example `client 0`. */
  readonly process: string;
  readonly chart: string;
  /** Ids of the transitions that it took, in order. */
  readonly transitions: readonly string[];
}

/** A case as reports list it. */
export interface DrivenCase {
  readonly name: string;
  readonly seconds: number;
  readonly failed: boolean;
}

/** What a row of results has behind its numbers. */
export interface RowDetail {
  readonly tallies: Tallies;
  readonly cases: readonly DrivenCase[];
}

/** Counts path after path, and keeps what each took. */
export class Tally {
  readonly #charts = new Map<string, { transitions: Map<string, number>; pairs: Map<string, Map<string, number>> }>();
  readonly #cases: DrivenCase[] = [];

  /** A path has been driven: what its processes did of it in order, and how long it took. */
  take(name: string, milliseconds: number, failed: boolean, steps: Iterable<TalliedStep>): void {
    this.#cases.push({ name, seconds: Math.round(milliseconds * 1_000) / 1_000_000, failed });
    const last = new Map<string, string>();
    for (const { process, chart, transitions } of steps) {
      const counts = this.#chart(chart);
      for (const id of transitions) {
        add(counts.transitions, id, 1);
        const before = last.get(process);
        if (before !== undefined) {
          const behind = counts.pairs.get(before) ?? new Map<string, number>();
          counts.pairs.set(before, behind);
          add(behind, id, 1);
        }
        last.set(process, id);
      }
    }
  }

  /** All that was counted so far. */
  get detail(): RowDetail {
    const tallies = [...this.#charts].map(([chart, { transitions, pairs }]): [string, ChartTally] => [
      chart,
      {
        transitions: Object.fromEntries(transitions),
        pairs: [...pairs].flatMap(([first, behind]) => [...behind].map(([second, count]) => [first, second, count] as const)),
      },
    ]);
    return { tallies: Object.fromEntries(tallies), cases: this.#cases };
  }

  #chart(chart: string) {
    const known = this.#charts.get(chart);
    if (known !== undefined) return known;
    const fresh = { transitions: new Map<string, number>(), pairs: new Map<string, Map<string, number>>() };
    this.#charts.set(chart, fresh);
    return fresh;
  }
}

/** The tallies of several rows as one. */
export function addTallies(tallies: readonly Tallies[]): Tallies {
  const charts = new Map<string, { transitions: Map<string, number>; pairs: Map<string, [string, string, number]> }>();
  for (const [chart, { transitions, pairs }] of tallies.flatMap((one) => Object.entries(one))) {
    const sum = charts.get(chart) ?? { transitions: new Map(), pairs: new Map() };
    charts.set(chart, sum);
    for (const [id, count] of Object.entries(transitions)) add(sum.transitions, id, count);
    for (const [first, second, count] of pairs) {
      const key = JSON.stringify([first, second]);
      const pair = sum.pairs.get(key) ?? [first, second, 0];
      pair[2] += count;
      sum.pairs.set(key, pair);
    }
  }
  return Object.fromEntries(
    [...charts].map(([chart, { transitions, pairs }]) => [
      chart,
      { transitions: Object.fromEntries(transitions), pairs: [...pairs.values()] },
    ]),
  );
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
