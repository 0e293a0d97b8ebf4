/** What a subject would have to be capable of for the inputs of a role's paths. */
import type { Role, RoleInput } from './path.ts';
import type { Capabilities, Wish } from './subject.ts';

/** Every limit of both roles (docs/protocol.md, section 7). */
export const limitNames = [
  'firstFrameTimeout',
  'secondTimeout',
  'arrayTimeout',
  'groupTimeout',
  'lingerTimeout',
  'connectTimeout',
  'replyTimeout',
  'readyTimeout',
  'handshakeTimeout',
] as const;

/** Somebody who can do everything. */
export const everything: Capabilities = {
  roles: ['client', 'server'],
  modes: ['network', 'storage'],
  clock: 'virtual',
  limits: limitNames,
  dials: 'held',
  reports: 'codes',
  wishes: ['close', 'stop', 'abort'],
  full: true,
};

/** Which wish of the user the event `close` or `abort` is. */
export function wishOf(role: Role, type: string, state: string): Wish | undefined {
  if (type === 'abort') return 'abort';
  if (type !== 'close') return undefined;
  return role === 'server' || state.startsWith('established') ? 'close' : 'stop';
}

/** HELLO for a storage session is for everybody: who has no array says so. */
const networkOf = ({ mode }: RoleInput) => (mode === 'network' ? mode : undefined);

/** Another attempt in network mode is needed, which waits for its second connection. */
const pairingOf = ({ pairing }: RoleInput) => (pairing === 'joined' || pairing === 'tagWrong' ? 'network' : undefined);

/** What a subject would have to be capable of for this input; undefined when it is. */
export function lackOf(role: Role, can: Capabilities, input: RoleInput, state: string, dialling: boolean): string | undefined {
  const storage = can.modes.includes('storage');
  const { type } = input;
  const wanted = type === 'start' ? input['mode'] : type === 'first.hello' ? networkOf(input) : pairingOf(input);
  if (wanted !== undefined && !can.modes.includes(wanted as 'network')) return `${String(wanted)} mode`;
  if (state === 'handshaking.storage.openingPort' && !storage && type !== 'port.unavailable') return 'storage mode';
  if (dialling && can.dials === 'immediate' && !type.endsWith('.connected')) return 'dials that wait';
  if (type === 'timeout') return can.limits.includes(String(input['limit'])) ? undefined : `limit ${String(input['limit'])}`;
  if (input['capacity'] === 'full' && !can.full) return 'a full listener';
  const wish = wishOf(role, type, state);
  return wish === undefined || can.wishes.includes(wish) ? undefined : `its user's wish to ${wish}`;
}
