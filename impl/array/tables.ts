/** The memory of an array, opened: its configuration, its layout and every table; and taking back what an attachment held. */
import type { ArrayConfig } from './config.ts';
import type { ConnectionTable } from './connections.ts';
import type { GroupTable } from './groups.ts';
import type { HostTable, Owner } from './hosts.ts';
import { type Layout, RING } from './layout.ts';
import type { Lock, LockHolder } from './lock.ts';
import type { Signal } from './memory/memory.ts';
import type { Words } from './memory/words.ts';
import type { PortTable } from './ports.ts';

/** The memory of an array between threads. A plain object: it can be posted to a worker, which attaches to it. */
export interface ArrayMemory {
  readonly buffer: SharedArrayBuffer;
}

/** The memory of an array between processes: a file that all of them map. */
export interface ArrayFile {
  readonly file: string;
}

export interface Tables {
  readonly config: ArrayConfig;
  readonly layout: Layout;
  readonly words: Words;
  readonly signal: Signal;
  readonly hosts: HostTable;
  readonly ports: PortTable;
  readonly connections: ConnectionTable;
  readonly groups: GroupTable;
  readonly lock: Lock;
  /** This thread, as others will look for it. */
  readonly me: LockHolder;
}

/** Takes back everything that an attachment holds, its slot last; whoever has to do with it is told. Only of one that is gone, or by itself. Under the lock. */
export function takeBack(tables: Tables, owner: Owner): void {
  leaveAll(tables, owner, 'aborted');
  tables.hosts.release(owner);
  tables.hosts.ring(owner);
}

/**
 * Ends what an attachment has that is there and gives no sign of life: its ports are free, its peers see a reset, and its slot and the rings that it may
 * be about to write to stay its own until it is gone or takes them back itself. Under the lock.
 */
export function expel(tables: Tables, owner: Owner): void {
  leaveAll(tables, owner, 'lost');
  tables.hosts.expel(owner);
  tables.hosts.ring(owner);
}

function leaveAll(tables: Tables, owner: Owner, how: 'aborted' | 'lost'): void {
  const { connections, hosts, ports } = tables;
  ports.releaseAll(owner);
  for (const { record, side, state } of connections.endsOf(owner)) {
    const peer = connections.holder(record, side === 0 ? 1 : 0);
    // Nobody can take a channel any more whose other end was never there, and one that was not taken has no bytes.
    connections.setEnd(record, side, state === 'reserved' ? 'aborted' : how);
    if (peer.state === 'reserved') connections.setEnd(record, side === 0 ? 1 : 0, 'aborted');
    hosts.ring(peer.owner);
    wakeRings(tables, record);
  }
}

/** Whether `owner`'s end of the pair of channels that was attached through `record` is still kept for it; then it is given up. Under the lock. */
export function dropReserved(tables: Tables, record: number, owner: Owner): void {
  const { connections, hosts } = tables;
  const channels = connections.link(record);
  if (channels === undefined) return;
  for (const channel of [channels, channels + 1]) {
    const holder = connections.holder(channel, 0);
    if (holder.state !== 'reserved' || holder.owner.id !== owner.id) continue;
    connections.setEnd(channel, 0, 'aborted');
    hosts.ring(connections.holder(channel, 1).owner);
  }
}

/** Wakes whoever waits on a flag word of the record's rings, on either side: the connection is not what it was. */
export function wakeRings({ layout, signal, words }: Tables, record: number): void {
  for (const { control } of layout.rings[record] ?? []) {
    for (const flag of [control + RING.READER_WAITS, control + RING.WRITER_WAITS]) {
      if (words.exchange(flag, 0) !== 0) signal.notify(flag);
    }
  }
}
