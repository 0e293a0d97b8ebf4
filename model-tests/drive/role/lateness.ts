/**
 * Whether the tester itself was late, where real time passes: a limit of the path was over before the tester had done what it had to do in time.
 * What was seen then says nothing, so such a drive is no test of the path. It is measured, not guessed from the outcome: an implementation that
 * fails now and then, with all limits still running, has failed.
 */
import type { RoleInput, RolePath } from './path.ts';

export class Lateness {
  readonly #limits: Readonly<Record<string, number>>;
  readonly #now: () => number;
  /** When each limit that runs can have begun at the earliest. */
  readonly #begun = new Map<string, number>();

  /** `limits` in milliseconds; `now` in milliseconds, of a clock that never goes back. */
  constructor(limits: Readonly<Record<string, number>>, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** The clock's time: what is done from now on began no earlier. */
  mark(): number {
    return this.#now();
  }

  /** The first limit that was over by now, but for the one that the input is about; undefined where all are still running. */
  overdue(input: RoleInput): string | undefined {
    const now = this.#now();
    const wanted = input.type === 'timeout' ? String(input['limit']) : undefined;
    for (const [limit, begun] of this.#begun) {
      if (limit !== wanted && now - begun >= (this.#limits[limit] ?? Number.POSITIVE_INFINITY)) return limit;
    }
    return undefined;
  }

  /** Steps of a path have been done, all of them since `since`: limits have begun with them, and others have ended. */
  done(steps: RolePath['steps'], since: number): void {
    for (const { limits, started } of steps) {
      for (const limit of [...this.#begun.keys()]) if (!limits.includes(limit)) this.#begun.delete(limit);
      for (const limit of started) this.#begun.set(limit, since);
    }
  }
}
