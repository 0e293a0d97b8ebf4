/** What values say when server processes that are alike are exchanged: links and instances have other numbers, and nothing else changes. */
import type { Value } from '../../../compose/system.ts';
import type { Plan } from './plan.ts';

/** Fields that name a link or an instance, or list some. */
const naming = new Set(['first', 'second', 'array', 'peer', 'hello', 'client', 'portOf', 'backlog', 'nonce']);

/** The value after `servers[i]` went to the place of `servers[to[i]]`. */
export function renameMembers(plan: Plan, servers: readonly number[], value: Value, to: readonly number[]): Value {
  const serverAfter = (server: number) => {
    const place = servers.indexOf(server);
    return place < 0 ? server : (servers[to[place] as number] as number);
  };
  const linkAfter = (index: number) => {
    const link = plan.links[index];
    if (link === undefined || link.server < 0) return index;
    const server = serverAfter(link.server);
    return plan.links.findIndex((other) => other.server === server && other.attempt === link.attempt && other.name === link.name);
  };
  const renamed = (inner: Value, names: boolean): Value => {
    if (typeof inner === 'number') return names ? linkAfter(inner) : inner;
    if (Array.isArray(inner)) return inner.map((item: Value) => renamed(item, names));
    if (typeof inner !== 'object' || inner === null) return inner;
    const entries = Object.entries(inner as Readonly<Record<string, Value>>);
    return Object.fromEntries(
      entries.map(([key, field]) => {
        if (key === 'dying') return [key, (field as readonly number[]).map(serverAfter).sort()];
        return [key, renamed(field, naming.has(key))];
      }),
    );
  };
  // Holders of descriptor numbers and of ports stand in lists of their own.
  return renamed(value, Array.isArray(value));
}
