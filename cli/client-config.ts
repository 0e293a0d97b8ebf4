/**
 * The file that tells a client process what it is and what it may do, checked once. What is wrong is said with its key, what stands there and
 * what was expected; a secret is never shown.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, isAbsolute, normalize, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { limitNames } from '../impl/index.ts';
import { fileProblem } from './files.ts';
import { couldNotRun, explain } from './outcome.ts';

const bytesOf = (text: string): number => {
  const [, number = '', unit = ''] = /^(\d{1,12})([KMGT]?)$/.exec(text) ?? [];
  return number === '' ? Number.NaN : Number(number) * 2 ** (10 * ' KMGT'.indexOf(unit || ' '));
};

const folder = z
  .string({ error: 'an absolute path' })
  .refine((path) => isAbsolute(path) && !path.split('/').includes('..'), { error: 'an absolute path without ..' })
  .transform((path) => normalize(path));
const whole = (from: number, to: number) => {
  const error = `a whole number from ${from} to ${to}`;
  return z.number({ error }).int({ error }).min(from, { error }).max(to, { error });
};
const milliseconds = whole(1, 3_600_000);
const bytes = z.union([z.number(), z.string().transform(bytesOf)], { error: 'bytes' }).refine(Number.isSafeInteger, {
  error: 'a number of bytes, such as 500000000, 512M, 4G or 2T',
});

const schema = z.strictObject({
  wkp: z.string({ error: 'tcp://host:port or array://name/port' }),
  connections: z.literal(2, { error: '2, which is how many connections make a session' }).default(2),
  secretFile: z.string({ error: 'the name of a file' }).optional(),
  read: z.array(folder, { error: 'a list of absolute paths' }).default([]),
  write: z.array(folder, { error: 'a list of absolute paths' }).default([]),
  array: z
    .strictObject({
      file: z.string({ error: 'the name of a file' }),
      host: z.string({ error: 'the name of this host' }).default(hostname()),
      heartbeat: whole(10, 60_000).default(1_000),
    })
    .optional(),
  groups: z.array(z.string({ error: 'the name of a group' }), { error: 'a list of groups' }).optional(),
  owners: z.boolean({ error: 'true or false' }).optional(),
  limits: z
    .strictObject({
      sessions: whole(1, 1_024).default(8),
      pending: whole(1, 4_096).default(128),
      idleTimeout: milliseconds.default(60_000),
      restoreBytes: bytes.optional(),
      handshake: z.partialRecord(z.enum(limitNames as [string, ...string[]]), milliseconds).default({}),
    })
    .prefault({}),
  log: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], { error: 'trace, debug, info, warn, error or silent' })
    .default('info'),
});

/** What the file says, with every default filled in, and the secret itself. */
export interface ClientConfig extends Omit<z.infer<typeof schema>, 'secretFile'> {
  readonly secretFile: string | undefined;
  readonly secret: Uint8Array;
}

/** Reads the file. Throws VerbError with everything that is wrong. */
export function readClientConfig(path: string): ClientConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw couldNotRun(`--config ${path} cannot be read: ${fileProblem(error)}`, error);
  }
  let value: unknown;
  try {
    value = parseYaml(text, { maxAliasCount: 16 });
  } catch (error) {
    throw couldNotRun(`${path} is not YAML: ${explain(error)}`, error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw couldNotRun(`${path}: ${parsed.error.issues.map((issue) => wrong(issue, value)).join('; ')}`);
  }
  const secretFile = parsed.data.secretFile && resolve(dirname(path), parsed.data.secretFile);
  return { ...parsed.data, secretFile, secret: readSecretFile(path, secretFile) };
}

function wrong(issue: z.core.$ZodIssue, value: unknown): string {
  const where = issue.path.join('.') || 'the whole file';
  if (issue.code === 'unrecognized_keys') return `${[...issue.path, issue.keys[0]].join('.')} is no setting`;
  let found = value;
  for (const key of issue.path) found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined;
  const shown = found === undefined ? 'missing' : JSON.stringify(found).slice(0, 60);
  return `${where} is ${shown}; expected ${issue.path.length === 0 ? 'settings, such as wkp: tcp://127.0.0.1:7070' : issue.message}`;
}

function readSecretFile(config: string, path: string | undefined): Uint8Array {
  if (path === undefined) return new Uint8Array();
  let secret: Uint8Array;
  try {
    secret = readFileSync(path);
  } catch (error) {
    throw couldNotRun(`${config}: secretFile ${path} cannot be read: ${fileProblem(error)}`, error);
  }
  if (secret.length === 0) throw couldNotRun(`${config}: secretFile ${path} is empty; expected the secret, best 32 random bytes`);
  return secret;
}

/** What a configuration means, line by line. */
export function describeConfig(config: ClientConfig): string[] {
  const { wkp, secretFile, secret, read, write, array, groups, owners, limits, log } = config;
  const list = (paths: readonly string[]) => (paths.length === 0 ? 'nothing' : paths.join(', '));
  const storage =
    array && `through the array in ${array.file}, as host ${array.host}, ${groups ? `groups ${list(groups)}` : 'any group'}`;
  const root = process.getuid?.() === 0;
  return [
    `listens on ${wkp}`,
    secretFile
      ? `knows a secret of ${secret.length} bytes, from ${secretFile}`
      : 'knows no secret: anyone who reaches it may ask',
    `may be asked to back up ${list(read)}`,
    `may be asked to restore to ${list(write)}${(owners ?? root) ? ', owners too' : ''}`,
    storage ? `storage mode ${storage}` : 'network mode only: no array is named',
    `at most ${limits.sessions} sessions at a time, and ${limits.pending} handshakes`,
    `gives a session up after ${limits.idleTimeout} ms without a byte`,
    limits.restoreBytes === undefined ? 'restores of any size' : `restores of at most ${limits.restoreBytes} bytes`,
    ...Object.entries(limits.handshake).map(([name, value]) => `${name} is ${value} ms`),
    `logs from level ${log} up`,
  ];
}
