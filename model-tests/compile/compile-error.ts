/** A chart that cannot be explored faithfully: says which chart, which state, which event, and why. */
export class CompileError extends Error {
  override readonly name = 'CompileError';

  /** `place` is where it happened: the message begins with it. */
  constructor(place: Place, why: string, options?: ErrorOptions) {
    super(`${describePlace(place)}: ${why}`, options);
  }
}

/** Where in a chart something was met. */
export interface Place {
  readonly chart: string;
  /** The path of the local state, or `(initial)` while the first one is entered. */
  readonly state: string;
  readonly event?: string | undefined;
}

function describePlace({ chart, state, event }: Place): string {
  return `chart ${chart}, state ${state || '(top)'}${event === undefined ? '' : `, event ${event}`}`;
}
