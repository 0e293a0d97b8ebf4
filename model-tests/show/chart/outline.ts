/** A statechart as plain data, with nothing but what a picture of it shows: it can be sent to a page. */

/** What kind of state a box is. */
export type ChartStateKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'history' | 'deepHistory';

/** A transition, as the chart writes it. */
export interface ChartArrow {
  /** As in coverage reports: `<source> · <event> · <index>`. */
  readonly id: string;
  /** The event's type; the delay's name where `delayed`; empty where it needs none. */
  readonly event: string;
  readonly delayed: boolean;
  readonly guard?: string;
  readonly actions: readonly string[];
  /** Ids of states; none where the chart stays where it is. */
  readonly targets: readonly string[];
  readonly description?: string;
  /** Step numbers of the source text. */
  readonly steps: readonly string[];
}

/** A state and what is inside it. */
export interface ChartState {
  readonly id: string;
  /** Its own name, without its parents'. */
  readonly name: string;
  readonly kind: ChartStateKind;
  readonly description?: string;
  readonly steps: readonly string[];
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** The id of the state that a compound one begins in. */
  readonly initial?: string;
  readonly arrows: readonly ChartArrow[];
  readonly children: readonly ChartState[];
}

/** A chart; its root is the box around everything. */
export interface ChartOutline {
  readonly root: ChartState;
}

/** The state and all states inside it, parents first. */
export function statesOf(state: ChartState): ChartState[] {
  return [state, ...state.children.flatMap(statesOf)];
}

/** Step numbers that a description names, as in `Steps 142/228, 144` or `(step 200)`; `162 to 170` are its two ends. */
export function stepsNamedIn(description: string | undefined): string[] {
  const found = (description ?? '').matchAll(/\bsteps?\s+(\d+(?:\s*(?:,|\/|to|and|→)\s*\d+)*)/gi);
  const numbers = [...found].flatMap(([, list]) => (list ?? '').match(/\d+/g) ?? []);
  return [...new Set(numbers)];
}
