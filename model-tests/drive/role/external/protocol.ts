/**
 * The adapter protocol: how a tester drives an implementation in another process, one JSON object a line over its stdin and stdout.
 * docs/guides/test-your-implementation.md describes every request, reply and event; this file is what is checked of them.
 */
import { z } from 'zod';
import { limitNames } from '../paths.ts';

export const protocolName = 'stpconnect-adapter';
export const protocolVersion = 1;

/** The longest line that is read, in characters. */
export const longestLine = 1 << 20;

const hex = z.string().regex(/^([0-9a-f]{2})*$/i, 'an even number of hexadecimal digits');
const connection = z.number().int().min(0);

/** What an adapter answers to `hello`. */
export const helloReply = z.strictObject({
  protocol: z.literal(protocolName),
  version: z.number(),
  name: z.string().min(1).max(200),
  roles: z.array(z.enum(['client', 'server'])).min(1),
  modes: z.array(z.enum(['network', 'storage'])).min(1),
  clock: z.enum(['virtual', 'real']),
  quiet: z.enum(['exact', 'timed']),
  dials: z.enum(['held', 'immediate']).default('held'),
  reports: z.enum(['codes', 'outcomes', 'none']).default('none'),
  wishes: z.array(z.enum(['close', 'stop', 'abort'])).default([]),
  limits: z.array(z.enum(limitNames)).default([...limitNames]),
  full: z.boolean().default(false),
});

/** What an adapter has seen of its implementation. */
export const seenEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('dials'), connection, to: z.enum(['wkp', 'array']) }),
  z.strictObject({ type: z.literal('bytes'), connection, hex }),
  z.strictObject({ type: z.literal('ended'), connection }),
  z.strictObject({ type: z.literal('reset'), connection }),
  z.strictObject({ type: z.literal('asks'), call: z.enum(['openPort', 'attachGroup']) }),
  z.strictObject({ type: z.literal('established'), mode: z.enum(['network', 'storage']) }),
  z.strictObject({ type: z.literal('failed'), code: z.string().default('') }),
]);

/** What an adapter answers to `observe`. */
export const observeReply = z.strictObject({
  events: z.array(seenEvent),
  limits: z.array(z.string()).optional(),
});

/** What an adapter answers to every other request. */
export const emptyReply = z.strictObject({});

/** A line of an adapter: the answer to the request with this number, or why there is none. */
export const replyLine = z.union([
  z.strictObject({ id: z.number(), ok: z.looseObject({}) }),
  z.strictObject({ id: z.number(), error: z.string() }),
]);

/** A port of the array, as `connect` names it and as an adapter answers to `arrayPort`. */
export const arrayPort = z.strictObject({
  array: z.string().min(1).max(255),
  port: z.number().int().min(0).max(0xff_ff_ff_ff),
  generation: z.number().int().min(0).max(0xff_ff_ff_ff),
});

/** A request, as an adapter written in this language reads it. */
export const request = z.discriminatedUnion('do', [
  z.object({ id: z.number(), do: z.literal('hello'), protocol: z.string(), version: z.number() }),
  z.object({
    id: z.number(),
    do: z.literal('reset'),
    role: z.enum(['client', 'server']),
    mode: z.enum(['network', 'storage']),
    fallback: z.boolean(),
    secret: hex,
    full: z.boolean(),
    limits: z.record(z.string(), z.number()),
    group: z.string(),
    array: z.string(),
  }),
  z.object({ id: z.number(), do: z.literal('connect'), connection, to: z.union([z.literal('wkp'), arrayPort]) }),
  z.object({ id: z.number(), do: z.enum(['accept', 'refuse', 'end', 'abort']), connection }),
  z.object({ id: z.number(), do: z.literal('send'), connection, hex }),
  z.object({ id: z.number(), do: z.literal('advance'), milliseconds: z.number() }),
  z.object({ id: z.number(), do: z.literal('answer'), outcome: z.string() }),
  z.object({ id: z.number(), do: z.literal('wish'), wish: z.enum(['close', 'stop', 'abort']) }),
  z.object({ id: z.number(), do: z.literal('observe'), within: z.number() }),
  z.object({ id: z.number(), do: z.enum(['arrayPort', 'close']) }),
]);

/** A request without its number. */
export type Request = WithoutId<z.infer<typeof request>>;
type WithoutId<R> = R extends { readonly id: number } ? Omit<R, 'id'> : never;
