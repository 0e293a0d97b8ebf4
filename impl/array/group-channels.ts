/** Attaching an STG group to a connection: the accepting end takes the segments, the connecting end finds them through the connection. Under the lock. */
import { ArrayError } from './errors.ts';
import type { Owner } from './hosts.ts';
import type { Tables } from './tables.ts';

/** The accepting end's part: gives the first of the two records of the channels. Throws groupUnknown, groupRefused, groupFull, reset, notConnected, illegalCall. */
export function takeGroup({ connections, groups, hosts }: Tables, host: string, record: number, group: string): number {
  const peer = connections.holder(record, 0);
  if (peer.state !== 'open')
    throw new ArrayError(peer.state === 'closed' ? 'notConnected' : 'reset', 'attachGroup: the peer has left');
  if (connections.link(record) !== undefined)
    throw new ArrayError('illegalCall', 'attachGroup: this end has attached a group already');
  const mine = connections.holder(record, 1);
  const first = groups.take(
    group,
    [host, hosts.name(peer.owner)],
    [
      { ...peer, state: 'reserved' },
      { ...mine, state: 'open' },
    ],
  );
  connections.setLink(record, first);
  return first;
}

/** The connecting end's part. Throws groupUnknown, groupRefused, illegalCall. */
export function findGroup(
  { connections, groups, hosts }: Tables,
  host: string,
  owner: Owner,
  record: number,
  group: string,
): number {
  const peer = connections.holder(record, 1);
  const first = groups.check(group, [host, ...(peer.state === 'open' ? [hosts.name(peer.owner)] : [])], connections.link(record));
  const mine = connections.holder(first, 0);
  if (mine.owner.id !== owner.id || mine.state !== 'reserved') {
    throw new ArrayError('illegalCall', 'attachGroup: this end has attached a group already');
  }
  connections.setEnd(first, 0, 'open');
  connections.setEnd(first + 1, 0, 'open');
  return first;
}
