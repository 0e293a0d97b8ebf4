/**
 * How a verb ends: three exit codes and one line on stderr, never a stack.
 */

/** Everything that was asked for was done, or holds. */
export const HELD = 0;
/** It was tried and did not hold: a failed handshake, a broken session, a trace that does not fit. */
export const VIOLATED = 1;
/** It could not be tried: wrong arguments, a missing file, something that this machine does not have. */
export const COULD_NOT_RUN = 2;

/** What a signal leaves as exit code, as shells have it: 128 and the signal's number. */
export const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

/** Errors of exploring, by their names: to ask for their classes would load the statecharts. */
const NOT_A_TRY: ReadonlySet<string> = new Set(['RunNameError', 'ExploreError', 'UnboundedSlotError']);

/** Ends a verb with a sentence for people and an exit code. */
export class VerbError extends Error {
  override readonly name = 'VerbError';
  constructor(
    message: string,
    readonly exitCode: typeof VIOLATED | typeof COULD_NOT_RUN,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A VerbError that says why the verb could not run at all. */
export function couldNotRun(message: string, cause?: unknown): VerbError {
  return new VerbError(message, COULD_NOT_RUN, { cause });
}

/** What went wrong, on one line: the sentence, and behind it the stable code where the error has one (Node's own are in the sentence). */
export function explain(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim();
  const code = codeOf(error);
  return code === undefined || /^[A-Z]/.test(code) ? message : `${message} (${code})`;
}

/** The exit code that an error deserves: options that cannot work are not a failed try. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof VerbError) {
    return error.exitCode;
  }
  const couldNotTry = codeOf(error) === 'configInvalid' || (error instanceof Error && NOT_A_TRY.has(error.name));
  return couldNotTry ? COULD_NOT_RUN : VIOLATED;
}

/** One line on stderr. */
export function say(line: string): void {
  process.stderr.write(`stpconnect: ${line}\n`);
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
