/**
 * SIGINT and SIGTERM, for verbs that have to close something first.
 */
import { INTERRUPTED } from './outcome.ts';

/** What came, if anything came. */
export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code that the signal asks for; undefined while none came. */
  exitCode(): number | undefined;
  /** Back to the default: the next signal ends the process. */
  release(): void;
}

/** Listens for the first signal; the second one ends the process as if nobody listened. */
export function watchInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const take = (name: keyof typeof INTERRUPTED) => {
    exitCode = INTERRUPTED[name];
    release();
    controller.abort();
  };
  const release = () => {
    process.off('SIGINT', take);
    process.off('SIGTERM', take);
  };
  process.on('SIGINT', take);
  process.on('SIGTERM', take);
  return { signal: controller.signal, exitCode: () => exitCode, release };
}
