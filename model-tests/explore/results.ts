/** What a check answers. */

/** `holds` was shown for every reachable state; `inconclusive` says why it was not, and that nothing was found against it. */
export type Verdict = 'holds' | 'violated' | 'inconclusive';

/** A run that shows something: from the initial state, one move after the other. */
export interface Counterexample<Move> {
  /** Short, and the same for the same moves of the same system: what `replay` takes. */
  readonly id: string;
  readonly moves: readonly Move[];
  /** For a run that goes on for ever: after its last move the state is again the one before move `loopFrom`. */
  readonly loopFrom?: number;
}

/** What a check has found out about one property; `id` and `description` are the property's. */
export interface PropertyResult<Move> {
  readonly id: string;
  readonly description: string;
  readonly verdict: Verdict;
  /** Why the verdict is `inconclusive`. */
  readonly reason?: string;
  /** A shortest one where the property is one of states or moves; a `sometimes` that holds has the run that reaches it here. */
  readonly counterexample?: Counterexample<Move>;
}

/** Where a search may stop before it is complete. */
export interface Limits {
  readonly states?: number;
  readonly seconds?: number;
  /** Memory of the search: states, table, caches. */
  readonly bytes?: number;
}

/** How far and in which way a check searches. By default it searches everything, on one thread and without a reduction. */
export interface CheckOptions {
  readonly limits?: Limits;
  /** Stops the search at once; what is known by then is the result. */
  readonly signal?: AbortSignal;
  /** Is told how far the search has come, at most 20 times a second while it goes on. */
  readonly onProgress?: (progress: Progress) => void;
  /** Merge states that differ by an exchange of identical processes. Default false. */
  readonly symmetry?: boolean;
  /** Leave out interleavings of independent moves. Default false. */
  readonly partialOrder?: boolean;
  /** How many threads search, over one set of visited states. Not together with a reduction. Default 1. */
  readonly threads?: number;
}

/** How far a search has come. `states` and `edges` are what was found so far, `seconds` the time since the check began. */
export interface Progress {
  readonly states: number;
  readonly edges: number;
  /** Moves from the initial state to the states that are being expanded. */
  readonly depth: number;
  /** States that are known and not yet expanded. */
  readonly waiting: number;
  readonly seconds: number;
}

/** What a check answers: the size of the search, what it took, and a result for each property, in the order in which they were given. */
export interface CheckResult<Move> {
  readonly states: number;
  readonly edges: number;
  readonly depth: number;
  readonly seconds: number;
  readonly statesPerSecond: number;
  readonly peakRssBytes: number;
  /** Every reachable state was expanded. */
  readonly complete: boolean;
  /** Why the search is not complete. */
  readonly stoppedBy?: string;
  readonly properties: readonly PropertyResult<Move>[];
}
