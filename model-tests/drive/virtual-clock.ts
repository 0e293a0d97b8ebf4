/** A clock that stands still: limits expire when the driver says so, or lets time pass, and it can tell which are running. */
import type { Clock, Timer } from '../../impl/index.ts';

interface RunningLimit {
  readonly limit: string;
  readonly owner: number;
  /** When it expires by itself, if time passes. */
  readonly due: number;
  /** How many marks there had been when it was set. */
  readonly since: number;
  readonly fire: () => void;
}

export class VirtualClock implements Clock {
  /** To whom the limits belong that are set from now on; the driver sets it before each move. */
  owner = 0;
  readonly #running = new Set<RunningLimit>();
  #marks = 0;

  #now = 0;

  now(): number {
    return this.#now;
  }

  setTimer(limit: string, milliseconds: number, fire: () => void): Timer {
    const running = { limit, owner: this.owner, due: this.#now + milliseconds, since: this.#marks, fire };
    this.#running.add(running);
    return { cancel: () => void this.#running.delete(running) };
  }

  /** What is set from now on has been started since this mark. */
  mark(): void {
    this.#marks += 1;
  }

  /** Names of the running limits of `owner`, sorted; of everybody when no owner is given. */
  running(owner?: number): string[] {
    return this.#names((running) => owner === undefined || running.owner === owner);
  }

  /** Those that have been started since the last mark, or started anew. */
  started(owner: number): string[] {
    return this.#names((running) => running.owner === owner && running.since === this.#marks);
  }

  /** Lets time pass: what is due expires, the earliest first. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#running].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due);
      if (next === undefined) break;
      this.#now = next.due;
      this.#running.delete(next);
      next.fire();
    }
    this.#now = until;
  }

  /** Lets the limit of this name that belongs to `owner` expire; false when none is running. */
  expire(owner: number, limit: string): boolean {
    for (const running of this.#running) {
      if (running.owner !== owner || running.limit !== limit) continue;
      this.#running.delete(running);
      running.fire();
      return true;
    }
    return false;
  }

  #names(matches: (running: RunningLimit) => boolean): string[] {
    return [...this.#running]
      .filter(matches)
      .map(({ limit }) => limit)
      .sort();
  }
}
