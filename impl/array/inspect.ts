/** What there is in an array, for people and for tests of leaks. Everything is bounded by the layout, whatever the memory says. */
import type { Side } from './connections.ts';
import type { GroupInfo } from './groups.ts';
import { RING } from './layout.ts';
import type { Life } from './liveness.ts';
import type { Tables } from './tables.ts';

/** One attachment. `age` is that of its heartbeat, in milliseconds; `state` what the system says of its thread, `expelled` when it holds its slot only. */
export interface HostInfo {
  readonly host: string;
  readonly id: number;
  readonly age: number;
  readonly process: number;
  readonly state: Life | 'expelled';
}

/** One way of a channel: bytes that were ever written to it, and those of them that were not read yet. */
export interface RingInfo {
  readonly written: number;
  readonly unread: number;
}

/** A session that has segments of a group. `there` goes from the connecting host to the accepting one. */
export interface SessionInfo {
  readonly group: string;
  /** Its place in the group, from 0. */
  readonly session: number;
  /** The connecting and the accepting host; undefined when it is gone. */
  readonly hosts: readonly [string | undefined, string | undefined];
  readonly data: { readonly there: RingInfo; readonly back: RingInfo };
  readonly error: { readonly there: RingInfo; readonly back: RingInfo };
}

/** What there is in an array. */
export interface ArrayInfo {
  readonly name: string;
  readonly hosts: readonly HostInfo[];
  readonly ports: readonly {
    readonly port: number;
    readonly generation: number;
    readonly listening: boolean;
    readonly host: string | undefined;
  }[];
  readonly connections: { readonly used: number; readonly free: number };
  readonly groups: readonly GroupInfo[];
  readonly sessions: readonly SessionInfo[];
}

/** Looks at everything. Under the lock what it says belongs together. */
export function inspect(tables: Tables, now: number): ArrayInfo {
  const { config, connections, groups, hosts, me, ports } = tables;
  const used = connections.used(0, config.connections);
  return {
    name: config.name,
    hosts: hosts.all().map((each) => {
      const identity = hosts.identity(each);
      const state = hosts.alive(each) ? me.probe(identity) : 'expelled';
      return { host: hosts.name(each) ?? '', id: each.id, age: hosts.age(each, now), process: identity.process, state };
    }),
    ports: ports.all().map(({ owner, ...port }) => ({ ...port, host: hosts.name(owner) })),
    connections: { used, free: config.connections - used },
    groups: groups.all(),
    sessions: sessionsOf(tables),
  };
}

function sessionsOf(tables: Tables): SessionInfo[] {
  const { config, connections, hosts, layout } = tables;
  return config.groups.flatMap((group, index) => {
    const { firstRecord = 0, sessions = 0 } = layout.groups[index] ?? {};
    return Array.from({ length: sessions }, (_, session) => session)
      .filter((session) => connections.used(firstRecord + 2 * session, firstRecord + 2 * session + 2) > 0)
      .map((session) => {
        const data = firstRecord + 2 * session;
        const host = (side: Side) => hosts.name(connections.holder(data, side).owner);
        const channel = (record: number) => ({ there: ringOf(tables, record, 0), back: ringOf(tables, record, 1) });
        return { group: group.name, session, hosts: [host(0), host(1)], data: channel(data), error: channel(data + 1) };
      });
  });
}

function ringOf({ layout, words }: Tables, record: number, way: Side): RingInfo {
  const place = layout.rings[record]?.[way];
  if (!place) return { written: 0, unread: 0 };
  const head = words.load(place.control + RING.HEAD);
  const unread = (head - words.load(place.control + RING.TAIL)) >>> 0;
  return { written: words.load(place.control + RING.WRAPS) * 2 ** 32 + head, unread: Math.min(unread, place.capacity) };
}
