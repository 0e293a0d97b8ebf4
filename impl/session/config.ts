/** Options, checked once at the border. Messages name the key, the value and what was expected, and never a secret. */

import { z } from 'zod';
import { StpConnectError } from '../protocol/errors.ts';
import { textBytes } from '../protocol/fields.ts';
import { defaultLimits, type LimitName, type Limits, limitNames } from '../protocol/limits.ts';
import type { Mode } from '../protocol/message.ts';
import type { Address, ArrayFamily, Sockets } from '../sockets/sockets.ts';
import type { Clock } from './clock.ts';
import type { Observer, TraceSink } from './trace.ts';
import { parseWkp } from './wkp.ts';

/** A longer time cannot be set as a timer. */
const LONGEST_LIMIT = 2 ** 31 - 1;
const DEFAULT_MAX_PENDING = 128;
const DEFAULT_MAX_SESSIONS = 1_024;
const SHOWN_LENGTH = 80;

/** Replacements for the outside world, for simulation and for tests. */
export interface Ports {
  readonly clock: Clock;
  /** `size` bytes that nobody can foresee. */
  random(size: number): Uint8Array;
  readonly tcp: Sockets;
  readonly array: ArrayFamily;
  /** The name of the next attempt in traces. */
  newSessionId(): string;
}

/** What both roles are configured with, parsed. */
export interface CommonConfig {
  readonly wkp: Address;
  readonly secret: Uint8Array;
  readonly limits: Limits;
  readonly trace: TraceSink | undefined;
  readonly inspect: Observer | undefined;
  readonly ports: Partial<Ports>;
}

/** The configuration of a listener, parsed. */
export interface ListenConfig extends CommonConfig {
  readonly maxPending: number;
  readonly maxSessions: number;
}

/** The configuration of one `connect`, parsed. */
export interface ConnectConfig extends CommonConfig {
  readonly mode: Mode;
  readonly fallback: boolean;
  readonly group: string;
  readonly signal: AbortSignal | undefined;
}

const callback = <T>(expected: string) => z.custom<T>((value) => typeof value === 'function', { error: expected });
const object = <T>(expected: string) => z.custom<T>((value) => typeof value === 'object' && value !== null, { error: expected });
const wholeNumber = (from: number, to: number) => {
  const error = `a whole number of ${from} to ${to}`;
  return z.number({ error }).int().min(from).max(to);
};

const wkp = z
  .string({ error: 'tcp://host:port or array://name/port' })
  .transform(parseWkp)
  .refine((address) => address !== undefined, { error: 'tcp://host:port or array://name/port' });

const secret = z
  .union([z.string(), z.instanceof(Uint8Array)], { error: 'a string or a Uint8Array' })
  .transform((value) => (typeof value === 'string' ? new TextEncoder().encode(value) : new Uint8Array(value)));

const limits = z.strictObject(
  Object.fromEntries(limitNames.map((name) => [name, wholeNumber(1, LONGEST_LIMIT).optional()])) as Record<
    LimitName,
    z.ZodOptional<z.ZodNumber>
  >,
  { error: 'an object of time limits in milliseconds' },
);

const ports = z.strictObject(
  {
    clock: object<Clock>('a Clock').optional(),
    random: callback<Ports['random']>('a function').optional(),
    tcp: object<Sockets>('an object that implements Sockets').optional(),
    array: object<ArrayFamily>('an object that implements ArrayFamily').optional(),
    newSessionId: callback<Ports['newSessionId']>('a function').optional(),
  },
  { error: 'an object of ports' },
);

const groupName = z.string({ error: 'the name of an STG group' }).refine(isName, { error: '1 to 255 bytes of UTF-8' });

const common = {
  wkp,
  secret: secret.optional(),
  array: object<object>('a StorageArray').optional(),
  limits: limits.optional(),
  trace: callback<TraceSink>('a function').optional(),
  inspect: object<Observer>('an Observer').optional(),
  ports: ports.optional(),
};

const listenSchema = z.strictObject(
  {
    ...common,
    onSession: callback<unknown>('a function'),
    onFailure: callback<unknown>('a function').optional(),
    maxPending: wholeNumber(1, 65_536).optional(),
    maxSessions: wholeNumber(1, 65_536).optional(),
  },
  { error: 'an object of options' },
);

const connectSchema = z.strictObject(
  {
    ...common,
    mode: z.enum(['network', 'storage'], { error: 'network or storage' }).optional(),
    group: groupName.optional(),
    fallback: z.literal('network', { error: 'network' }).optional(),
    signal: z.instanceof(AbortSignal, { error: 'an AbortSignal' }).optional(),
  },
  { error: 'an object of options' },
);

/** Throws StpConnectError configInvalid. */
export function parseListenOptions(options: unknown): ListenConfig {
  const parsed = parse('listen', listenSchema, options);
  const config = commonOf(parsed, options);
  requireArray('listen', config.wkp, parsed.array !== undefined || parsed.ports?.array !== undefined);
  return {
    ...config,
    maxPending: parsed.maxPending ?? DEFAULT_MAX_PENDING,
    maxSessions: parsed.maxSessions ?? DEFAULT_MAX_SESSIONS,
  };
}

/** Throws StpConnectError configInvalid. */
export function parseConnectOptions(options: unknown): ConnectConfig {
  const parsed = parse('connect', connectSchema, options);
  const config = commonOf(parsed, options);
  const attached = parsed.array !== undefined || parsed.ports?.array !== undefined;
  requireArray('connect', config.wkp, attached);
  if (config.wkp.port === 0) throw invalid('connect', 'wkp', JSON.stringify('port 0'), 'a port to dial');
  const mode = parsed.mode ?? 'network';
  if (mode === 'storage') {
    if (parsed.group === undefined) throw invalid('connect', 'group', 'undefined', 'the name of an STG group, in storage mode');
    if (!attached) throw invalid('connect', 'array', 'undefined', 'a StorageArray, in storage mode');
  }
  return {
    ...config,
    mode,
    fallback: parsed.fallback === 'network',
    group: parsed.group ?? '',
    signal: parsed.signal,
  };
}

function commonOf(parsed: z.infer<typeof connectSchema> | z.infer<typeof listenSchema>, given: unknown): CommonConfig {
  const limits = Object.entries(parsed.limits ?? {}).filter(([, value]) => value !== undefined);
  const { ports: givenPorts } = given as { ports?: unknown };
  const { clock, random, tcp, array, newSessionId } = parsed.ports ?? {};
  return {
    // The schema has refused what is not an address.
    wkp: parsed.wkp as Address,
    secret: parsed.secret ?? new Uint8Array(0),
    limits: { ...defaultLimits, ...Object.fromEntries(limits) },
    trace: parsed.trace,
    inspect: parsed.inspect,
    ports: {
      ...(clock && { clock }),
      // The ports keep their `this`: the object that was given, of which the schema has made a copy.
      ...(random && { random: (size: number) => random.call(givenPorts, size) }),
      ...(tcp && { tcp }),
      ...(array && { array }),
      ...(newSessionId && { newSessionId: () => newSessionId.call(givenPorts) }),
    },
  };
}

function requireArray(call: string, address: Address, attached: boolean): void {
  if (address.family === 'array' && !attached) {
    throw invalid(call, 'array', 'undefined', 'a StorageArray, since the well-known port is in an array');
  }
}

function parse<Schema extends z.ZodType>(call: string, schema: Schema, options: unknown): z.infer<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0]].join('.');
    throw invalid(call, key, 'not an option', 'only options that exist');
  }
  const path = issue?.path ?? [];
  const name = path.length === 0 ? 'options' : path.join('.');
  throw invalid(call, name, name === 'secret' ? 'not shown' : show(valueAt(options, path)), issue?.message ?? 'valid options');
}

function invalid(call: string, key: string, value: string, expected: string): StpConnectError {
  return new StpConnectError('configInvalid', { detail: `${call}: "${key}" is ${value}; expected ${expected}.` });
}

function valueAt(options: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value: unknown, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], options);
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN_LENGTH));
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'without a class'})`;
  return typeof value === 'function' ? 'a function' : String(value);
}

function isName(text: string): boolean {
  try {
    textBytes('name', text, 1);
    return true;
  } catch {
    return false;
  }
}
