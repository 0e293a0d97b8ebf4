/**
 * Frames of the model as bytes. The model has nobody's nonces and no secret: nonces and tags are made up, and everything else is what an
 * implementation would write.
 */
import { createHash } from 'node:crypto';
import { encode } from '../../impl/protocol/codec.ts';
import type { Message } from '../../impl/protocol/message.ts';
import type { Frame as ModelFrame } from '../../model-tests/drive/handshake/world.ts';
import type { Frame } from '../contract.ts';
import { decodeFrame } from './decode.ts';

/** Where a frame is. */
export interface OnConnection {
  readonly connection: string;
  readonly channel: string;
}

/** A frame of the model, field by field, with bytes that it stands for. */
export function frameOfModel(frame: ModelFrame, where: OnConnection): Frame {
  const message = messageOf(frame);
  if (message === undefined) return { ...where, name: frame.name === 'data' ? 'session data' : 'garbage', fields: [] };
  const { name, fields, hex } = decodeFrame(encode(message));
  return { ...where, name, fields: [...fields, ...remarks(frame)], hex, bytesFrom: 'model' };
}

function messageOf(frame: ModelFrame): Message | undefined {
  switch (frame.name) {
    case 'hello':
      return {
        name: 'hello',
        mode: frame.mode,
        connections: frame.connections === 'same' ? 2 : 3,
        nonce: nonce('server', frame.nonce),
      };
    case 'descriptor':
      return {
        name: 'descriptor',
        descriptor: Math.max(0, frame.number),
        nonce: frame.client < 0 ? new Uint8Array(32) : nonce('client', frame.client),
        tag: tag(frame),
      };
    case 'port':
      return {
        name: 'port',
        array: frame.array === 'known' ? 'sym0' : 'another array',
        port: 49_152 + Math.max(0, frame.port),
        generation: Math.max(0, frame.client),
        nonce: nonce('client', frame.client),
        tag: tag(frame),
      };
    case 'group':
      return { name: 'group', group: 'STG0', tag: tag(frame) };
    case 'ready':
      return { name: 'ready', tag: tag(frame) };
    case 'decline':
      return { name: 'decline', reason: frame.reason, text: '', tag: tag(frame) };
    case 'forged':
      return forgedMessage(frame);
    default:
      return undefined;
  }
}

/** A frame that somebody made up who knows nothing. */
function forgedMessage(frame: Extract<ModelFrame, { readonly name: 'forged' }>): Message {
  const made = { nonce: nonce('nobody', 0), tag: tag(frame) };
  switch (frame.as) {
    case 'hello':
      return { name: 'hello', mode: 'network', connections: 2, nonce: made.nonce };
    case 'descriptor':
      return { name: 'descriptor', descriptor: 0, ...made };
    case 'port':
      return { name: 'port', array: 'sym0', port: 49_152, generation: 0, ...made };
    case 'group':
      return { name: 'group', group: 'STG0', tag: made.tag };
    default:
      return { name: 'ready', tag: made.tag };
  }
}

/** What the model knows and the bytes do not show: who made the tag. */
function remarks(frame: ModelFrame): Frame['fields'] {
  if (frame.name === 'forged') return [{ name: 'made by', value: 'somebody who does not know the secret' }];
  if (!('seal' in frame)) return [];
  const { seal } = frame;
  return [{ name: 'tag made by', value: seal === null ? 'somebody who does not know the secret' : `the ${seal.by} process` }];
}

const nonce = (whose: string, number: number) => filler(`${whose} nonce ${number}`);
const tag = (frame: ModelFrame) => filler(JSON.stringify(frame));
const filler = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());
