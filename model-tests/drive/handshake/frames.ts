/** What can be done to a frame on its way, and what a receiver learns of one. */
import { type End, replaceHead, take } from '../../compose/connection.ts';
import { type Forgery, type Frame, type Link, type Seal, type Tampering, unknownNumber } from './world.ts';

/** The frames that a stranger can make up. */
export const forgeable = ['hello', 'descriptor', 'port', 'group', 'ready', 'decline', 'garbage'] as const;

/** Session data right behind READY is delivered with it, in one piece. */
export function withoutData(connection: Link['connection'], to: End): Link['connection'] {
  const head = connection.inbox[to][0];
  return head?.kind === 'message' && head.message.name === 'data' ? take(connection, to) : connection;
}

/** How a frame can be changed on its way; `mayBeFull`: the listener may turn out to serve as many sessions as it may. */
export function tamperings(frame: Frame, mayBeFull: boolean, link: Pick<Link, 'name'>): Tampering[] {
  switch (frame.name) {
    case 'hello':
      return mayBeFull ? ['connections', 'capacity', 'garbage'] : ['connections', 'garbage'];
    case 'descriptor':
      return link.name === 'second' ? ['tag', 'number', 'garbage'] : ['tag', 'garbage'];
    case 'port':
      return ['tag', 'array', 'garbage'];
    case 'forged':
    case 'data':
    case 'garbage':
      return [];
    default:
      return ['tag', 'garbage'];
  }
}

export function tampered(connection: Link['connection'], to: End, tampering: Tampering): Link['connection'] {
  const head = connection.inbox[to][0];
  if (head?.kind !== 'message') throw new RangeError(`no frame waits at the ${to}`);
  const message = changed(head.message, tampering);
  return replaceHead(connection, to, { kind: 'message', message });
}

function changed(frame: Frame, tampering: Tampering): Frame {
  if (tampering === 'garbage') return { name: 'garbage' };
  if (tampering === 'connections' && frame.name === 'hello') return { ...frame, connections: 'other' };
  if (tampering === 'capacity' && frame.name === 'hello') return { ...frame, capacity: 'full' };
  if (tampering === 'number' && frame.name === 'descriptor') return { ...frame, number: unknownNumber, seal: null };
  if (tampering === 'array' && frame.name === 'port') return { ...frame, array: 'unknown' };
  if (tampering === 'tag' && 'seal' in frame) return { ...frame, seal: null };
  throw new RangeError(`a ${frame.name} has no ${tampering} to change`);
}

/** A frame that nobody sent, from somebody who does not know the secret; a guess has this number. */
export function forged(name: Forgery, guessed: number): Frame {
  if (name === 'garbage') return { name };
  if (name === 'guess') return { name: 'descriptor', number: guessed, client: -1, seal: null };
  return name === 'decline' ? { name: 'decline', seal: null, reason: 'portsExhausted' } : { name: 'forged', as: name };
}

/** Whether a frame has the tag that its receiver computes. */
export function tagIsRight(frame: Frame, expected: NonNullable<Seal>): boolean {
  if (!('seal' in frame) || frame.seal === null) return false;
  const { by, hello, client } = frame.seal;
  return by === expected.by && hello === expected.hello && client === expected.client;
}

/** What the receiver's machine learns of a frame beyond its name; of a DESCRIPTOR that comes first on a connection it learns more. */
export function factsOf(frame: Frame, isRight: boolean): Record<string, unknown> {
  const tag = isRight ? 'right' : 'wrong';
  switch (frame.name) {
    case 'hello':
      return { mode: frame.mode, connections: frame.connections, capacity: frame.capacity };
    case 'descriptor':
    case 'group':
    case 'ready':
      return { tag };
    case 'port':
      return { tag, array: frame.array };
    case 'decline':
      return { tag, reason: frame.reason };
    case 'forged':
      return {
        ...(frame.as === 'hello' ? {} : { tag }),
        ...(frame.as === 'port' ? { array: 'known' } : {}),
        ...(frame.as === 'hello' ? { mode: 'network', connections: 'same', capacity: 'free' } : {}),
      };
    case 'data':
    case 'garbage':
      return {};
  }
}
