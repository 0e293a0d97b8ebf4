/** The options of an array and of an attachment, checked once where they come in. */
import { z } from 'zod';
import { ArrayError } from './errors.ts';

const text = z
  .string({ error: 'a text of 1 to 255 bytes' })
  .refine((value) => value.length > 0 && new TextEncoder().encode(value).length <= 255, { error: 'a text of 1 to 255 bytes' });

const whole = (from: number, to: number) => {
  const error = `a whole number from ${from} to ${to}`;
  return z.number({ error }).int({ error }).min(from, { error }).max(to, { error });
};

const powerOfTwo = (from: number, to: number) => {
  const error = `a power of two from ${from} to ${to}`;
  return z.number({ error }).refine((value) => value >= from && value <= to && Number.isInteger(Math.log2(value)), { error });
};

const MAX_GROUP = 2 ** 30;

const groupSchema = z.strictObject(
  {
    name: text,
    size: whole(16_384, MAX_GROUP),
    hosts: z.array(text, { error: 'a list of host names' }),
    segmentSize: powerOfTwo(4_096, MAX_GROUP / 4).optional(),
  },
  { error: 'a group { name, size, hosts } and nothing else' },
);

const optionsSchema = z.strictObject(
  {
    name: text,
    groups: z.array(groupSchema, { error: 'a list of groups' }).default([]),
    dynamicPorts: z
      .strictObject({ first: whole(2, 0xffff_ffff), last: whole(2, 0xffff_ffff) }, { error: 'a range { first, last }' })
      .default({ first: 49_152, last: 49_407 }),
    wellKnownPorts: whole(0, 4_096).default(64),
    connections: whole(1, 4_096).default(256),
    ringSize: powerOfTwo(64, 2 ** 24).default(65_536),
    attachments: whole(1, 1_024).default(64),
  },
  { error: 'options { name, groups, … } and nothing else' },
);

/** One STG group: `size` in bytes, the hosts that may attach it, and the size of its segments (default: a quarter of a session of at most 1 MiB). */
export interface GroupOptions {
  readonly name: string;
  readonly size: number;
  readonly hosts: readonly string[];
  readonly segmentSize?: number;
}

/** A storage array. Sizes are in bytes; the defaults are in docs and in the schema below. */
export interface ArrayOptions {
  readonly name: string;
  readonly groups?: readonly GroupOptions[];
  /** The range that bind to port 0 takes from, both included. At most 4,096 ports. Ports below `first` are the well-known ones. Default 49,152 to 49,407. */
  readonly dynamicPorts?: { readonly first: number; readonly last: number };
  /** How many well-known ports can be bound at once. Default 64. */
  readonly wellKnownPorts?: number;
  /** How many connections can stand at once, the channels of groups not counted. Default 256. */
  readonly connections?: number;
  /** Bytes in flight in each direction of such a connection, a power of two. Default 64 KiB. */
  readonly ringSize?: number;
  /** How many attachments (processes, threads) there can be at once. Default 64. */
  readonly attachments?: number;
}

/** A group with its segments counted. A session takes SEGMENTS_PER_SESSION of them. */
export interface GroupConfig {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly segmentSize: number;
  readonly segments: number;
}

/** Options with every default filled in; this is what the memory itself carries. */
export interface ArrayConfig {
  readonly name: string;
  readonly groups: readonly GroupConfig[];
  readonly dynamicPorts: { readonly first: number; readonly last: number };
  readonly wellKnownPorts: number;
  readonly connections: number;
  readonly ringSize: number;
  readonly attachments: number;
}

/** The data and the error channel, each a ring in each direction, each ring one segment. */
export const SEGMENTS_PER_SESSION = 4;
const DEFAULT_SEGMENT = 262_144;
const MAX_DYNAMIC_PORTS = 4_096;

/** Checks options and fills in the defaults. Throws configInvalid with the key, its value and what was expected. */
export function parseOptions(options: unknown): ArrayConfig {
  const parsed = parse(optionsSchema, options, 'array');
  const { first, last } = parsed.dynamicPorts;
  if (last < first || last - first >= MAX_DYNAMIC_PORTS) {
    throw invalid('array.dynamicPorts', { first, last }, `first <= last and at most ${MAX_DYNAMIC_PORTS} ports`);
  }
  const names = new Set<string>();
  const groups = parsed.groups.map((group, index) => {
    if (names.has(group.name)) throw invalid(`array.groups.${index}.name`, group.name, 'a name that no other group has');
    names.add(group.name);
    const segmentSize = group.segmentSize ?? defaultSegment(group.size);
    const segments = Math.floor(group.size / segmentSize);
    if (segments < SEGMENTS_PER_SESSION) {
      throw invalid(`array.groups.${index}.segmentSize`, segmentSize, `at most a quarter of the group's size, ${group.size}`);
    }
    return { name: group.name, hosts: group.hosts, segmentSize, segments };
  });
  return { ...parsed, groups };
}

function defaultSegment(size: number): number {
  return Math.min(DEFAULT_SEGMENT, 2 ** Math.floor(Math.log2(size / SEGMENTS_PER_SESSION)));
}

const configSchema = z.strictObject({
  name: text,
  groups: z.array(
    z.strictObject({
      name: text,
      hosts: z.array(text),
      segmentSize: powerOfTwo(4_096, MAX_GROUP / 4),
      segments: whole(SEGMENTS_PER_SESSION, MAX_GROUP / 4_096),
    }),
  ),
  dynamicPorts: z.strictObject({ first: whole(2, 0xffff_ffff), last: whole(2, 0xffff_ffff) }),
  wellKnownPorts: whole(0, 4_096),
  connections: whole(1, 4_096),
  ringSize: powerOfTwo(64, 2 ** 24),
  attachments: whole(1, 1_024),
});

/** Reads what the memory carries. Throws memoryInvalid. */
export function parseConfig(json: string): ArrayConfig {
  try {
    return configSchema.parse(JSON.parse(json));
  } catch (error) {
    throw new ArrayError('memoryInvalid', 'the memory does not carry the configuration of a storage array', { cause: error });
  }
}

const attachSchema = z.strictObject(
  {
    host: text,
    clock: z
      .custom<object>((value) => value === undefined || (typeof value === 'object' && value !== null), { error: 'a clock' })
      .optional(),
    heartbeatInterval: whole(1, 3_600_000).default(1_000),
    staleAfter: whole(2, 3_600_000).default(5_000),
    blockedAfter: whole(2, 3_600_000).default(60_000),
    lingerTimeout: whole(0, 3_600_000).default(2_000),
    spin: z.union([z.literal('adaptive'), whole(0, 2 ** 30)], { error: "'adaptive' or a number of looks" }).default('adaptive'),
  },
  { error: 'options { host, … } and nothing else' },
);

/** Checks the options of an attachment, all but the clock. Throws configInvalid. */
export function parseAttachOptions(options: unknown): {
  readonly host: string;
  readonly heartbeatInterval: number;
  readonly staleAfter: number;
  readonly blockedAfter: number;
  readonly lingerTimeout: number;
  readonly spin: 'adaptive' | number;
} {
  const parsed = parse(attachSchema, options, 'attach');
  if (parsed.staleAfter <= parsed.heartbeatInterval) {
    throw invalid('attach.staleAfter', parsed.staleAfter, `more than heartbeatInterval, ${parsed.heartbeatInterval}`);
  }
  return parsed;
}

function parse<T>(schema: z.ZodType<T>, value: unknown, root: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  let found: unknown = value;
  for (const key of path) found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined;
  const extra = issue?.code === 'unrecognized_keys' ? ` (unknown: ${issue.keys.join(', ')})` : '';
  throw invalid([root, ...path].join('.'), found, `${issue?.message ?? 'something else'}${extra}`);
}

function invalid(key: string, value: unknown, expected: string): ArrayError {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  return new ArrayError('configInvalid', `${key}: got ${shown}, expected ${expected}`);
}
