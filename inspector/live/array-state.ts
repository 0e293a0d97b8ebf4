/** The storage array as the inspector shows it. */
import type { ArrayInfo } from '../../impl/index.ts';
import type { ArrayState } from '../contract.ts';

/** What an array says of itself, in the contract's words. Sizes of groups are in segments, of rings in bytes. */
export function arrayStateOf(info: ArrayInfo): ArrayState {
  return {
    name: info.name,
    ports: info.ports.map(({ port, generation, host }) => ({
      port,
      generation,
      waiting: 0,
      ...(host === undefined ? {} : { holder: host }),
    })),
    groups: info.groups.map(({ name, segments, used, hosts }) => ({ name, size: segments, used, hosts: [...hosts] })),
    rings: info.sessions.flatMap(({ group, session, hosts, data, error }) => {
      const capacity = info.groups.find(({ name }) => name === group)?.segmentSize ?? 0;
      const [there, back] = [hosts[0] ?? 'nobody', hosts[1] ?? 'nobody'];
      return (['data', 'error'] as const).flatMap((channel) => {
        const rings = channel === 'data' ? data : error;
        const id = `${group} ${session} ${channel}`;
        return [
          { id: `${id} there`, from: there, to: back, capacity, filled: rings.there.unread },
          { id: `${id} back`, from: back, to: there, capacity, filled: rings.back.unread },
        ];
      });
    }),
  };
}
