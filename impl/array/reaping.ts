/**
 * Finding attachments whose thread is gone, was stopped, or never turns its event loop any more, and taking back what they held. Under the lock.
 *
 * The heartbeat only raises the question; the system answers it where it can. Gone: everything is taken back at once. Stopped: after `staleAfter`. There but silent
 * (a long computation): after `blockedAfter`. Both of these are expelled, not taken back: they may go on at any moment in the middle of a write. Of threads
 * of one process nobody can say more than that their heartbeat is stale.
 */
import type { Owner } from './hosts.ts';
import { expel, type Tables, takeBack } from './tables.ts';

/** Times in milliseconds. */
export interface ReapingTimes {
  readonly heartbeatInterval: number;
  readonly staleAfter: number;
  readonly blockedAfter: number;
}

/** Beats that an attachment may miss before the system is asked for its thread. */
const MISSED = 1.5;

export class Reaper {
  readonly #tables: Tables;
  readonly #times: ReapingTimes;
  #lastBeat: number;
  #judgesFrom = Number.NEGATIVE_INFINITY;

  constructor(tables: Tables, times: ReapingTimes, now: number) {
    this.#tables = tables;
    this.#times = times;
    this.#lastBeat = now;
  }

  /** This thread has turned its event loop. */
  beat(now: number): void {
    this.#mayJudge(now);
    this.#lastBeat = now;
  }

  /** Takes back what others than `me` held; gives the names of their hosts. */
  reap(me: Owner | undefined, now: number): string[] {
    const { connections, hosts, lock } = this.#tables;
    const reaped: string[] = [];
    if (!this.#mayJudge(now)) return reaped;
    for (const each of hosts.all()) {
      if (each.id === me?.id) continue;
      const verdict = this.#judge(each, now);
      if (verdict === undefined) continue;
      reaped.push(hosts.name(each) ?? '');
      verdict(this.#tables, each);
    }
    if (reaped.length > 0 || lock.robbed) connections.sweep();
    lock.robbed = false;
    return reaped;
  }

  /** Whether an attachment gives no sign of life, for those who cannot have the lock to take back what it held. Needs no lock. */
  silent(each: Owner, now: number): boolean {
    return this.#mayJudge(now) && this.#judge(each, now) !== undefined;
  }

  #judge(each: Owner, now: number): typeof takeBack | undefined {
    const { hosts, me } = this.#tables;
    const age = hosts.age(each, now);
    if (age <= MISSED * this.#times.heartbeatInterval) return undefined;
    const life = me.probe(hosts.identity(each));
    if (life === 'gone') return takeBack;
    if (life === 'unknown') return age > this.#times.staleAfter ? takeBack : undefined;
    if (!hosts.alive(each)) return undefined;
    return age > (life === 'stopped' ? this.#times.staleAfter : this.#times.blockedAfter) ? expel : undefined;
  }

  /** Who has not turned its own event loop for long (the whole process was stopped, or slept) is not fit to judge until the others had time to beat again. */
  #mayJudge(now: number): boolean {
    if (now - this.#lastBeat > this.#times.staleAfter) this.#judgesFrom = now + this.#times.staleAfter;
    return now >= this.#judgesFrom;
  }
}
