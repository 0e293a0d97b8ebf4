/** Looking at an array from outside, without a host's name and without a slot; and putting right what the dead have left. */
import { arrayClock } from './clock.ts';
import type { Side } from './connections.ts';
import { type ArrayInfo, inspect } from './inspect.ts';
import { openMemory } from './opening.ts';
import { Reaper } from './reaping.ts';
import { type ArrayFile, type ArrayMemory, type Tables, wakeRings } from './tables.ts';

/** Milliseconds that looking waits for the lock before it looks without. */
const PATIENCE = 50;

/** What repair() found, in counts, and the names of the hosts that were taken back. */
export interface Repaired {
  readonly hosts: readonly string[];
  /** Ports and ends of connections whose owner is not there. */
  readonly ports: number;
  readonly ends: number;
  /** Connections and segments that both ends had left without anybody freeing them. */
  readonly swept: number;
}

/**
 * An array seen from outside.
 * @example
 * console.table(new ArrayInspector({ file: '/dev/shm/sym0' }).info().sessions);
 */
export class ArrayInspector {
  readonly #tables: Tables;

  /** Throws ArrayError memoryInvalid, fileFailed, mappingUnavailable. */
  constructor(memory: ArrayMemory | ArrayFile) {
    this.#tables = openMemory(memory);
  }

  /** Everything there is now. Where somebody holds the lock for long, of single moments that need not belong together. */
  info(): ArrayInfo {
    const look = () => inspect(this.#tables, arrayClock.now());
    return this.#tables.lock.attempt(look, PATIENCE)?.value ?? look();
  }

  /**
   * Takes back what hosts held that are gone, or were stopped for longer than `staleAfter` milliseconds, and whatever belongs to nobody. Harmless while
   * others use the array. Throws noBuffers when the lock is not to be had.
   */
  repair(staleAfter = 5_000): Repaired {
    const now = arrayClock.now();
    // Everybody is asked for, however fresh his heartbeat is: he may have died just now.
    const times = { heartbeatInterval: Number.NEGATIVE_INFINITY, staleAfter, blockedAfter: Number.POSITIVE_INFINITY };
    const tables = this.#tables;
    return tables.lock.run(() => {
      const hosts = new Reaper(tables, times, now).reap(undefined, now);
      const ports = freePorts(tables);
      const ends = abandonEnds(tables);
      return { hosts, ports, ends, swept: tables.connections.sweep() };
    });
  }
}

function freePorts({ hosts, ports }: Tables): number {
  const lost = ports.all().filter(({ owner }) => !hosts.alive(owner));
  for (const { owner } of lost) ports.releaseAll(owner);
  return lost.length;
}

function abandonEnds(tables: Tables): number {
  const { connections, hosts, layout } = tables;
  let count = 0;
  for (let record = 0; record < layout.records; record += 1) {
    if (connections.isFree(record)) continue;
    for (const side of [0, 1] as const satisfies readonly Side[]) {
      const { owner, state } = connections.holder(record, side);
      if (!(state === 'open' || state === 'reserved' || state === 'lost') || hosts.there(owner)) continue;
      connections.setEnd(record, side, 'aborted');
      hosts.ring(connections.holder(record, side === 0 ? 1 : 0).owner);
      wakeRings(tables, record);
      count += 1;
    }
  }
  return count;
}
