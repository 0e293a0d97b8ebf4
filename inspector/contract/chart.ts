/** Charts, and who follows them: a part of the contract. */

/** A statechart, without where its parts are drawn: that is the page's. */
export interface Chart {
  /** Unique in its recording: the chart's own id, `client` and `server` for ours, whose layout the page has. */
  readonly id: string;
  readonly title: string;
  /** The same text for the same chart: a layout that was computed for it can be kept. */
  readonly fingerprint: string;
  readonly root: ChartState;
  /** In the chart's order. */
  readonly transitions: readonly ChartTransition[];
}

/** A state node. */
export interface ChartState {
  /** As XState has it: `client.handshaking.network`. */
  readonly id: string;
  /** Dotted, from the chart's top: `handshaking.network`; empty for the root. What `active` in a scene names. */
  readonly path: string;
  readonly name: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly description?: string;
  /** The steps of the source text that its description names, as text: `122`. */
  readonly steps: readonly string[];
  /** The id of the child that a compound state begins in. */
  readonly initial?: string;
  /** Names of actions with their parameters: `sendDecline(busy)`. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly children: readonly ChartState[];
}

/** A transition as the chart writes it. */
export interface ChartTransition {
  /** `<source id> · <event> · <index>`: what coverage and moments name. */
  readonly id: string;
  readonly source: string;
  /** Ids of state nodes; empty where it enters nothing. */
  readonly targets: readonly string[];
  /** The event's type; empty for an eventless one. */
  readonly event: string;
  /** The name of the limit that it waits for. */
  readonly delay?: string;
  readonly guard?: string;
  readonly actions: readonly string[];
  readonly description?: string;
  readonly steps: readonly string[];
  /** `event [guard] / actions` */
  readonly label: string;
}

/** Somebody to whom moments happen. */
export interface Lifeline {
  readonly id: string;
  /** `server A`, `client process`, `intruder`, `environment`. */
  readonly name: string;
  /** The chart that it follows; none for the environment, an intruder, a hub. */
  readonly chart?: string;
  /** Its side of the handshake, where it has one. */
  readonly role?: 'client' | 'server';
}
