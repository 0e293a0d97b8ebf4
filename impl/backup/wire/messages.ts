/** What both sides say on the error channel (docs/backup.md has the page for writers of peers). */
import { z } from 'zod';
import { jsonNameSchema, MAX_NAME_BYTES } from '../names.ts';

/** The version of the backup protocol. */
export const VERSION = 1;

/** Limits of a request. */
export const MAX_PATHS = 64;
const MAX_PATTERNS = 256;
const MAX_PATTERN = 1_024;
const MAX_TEXT = 1_024;

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(MAX_TEXT);
const code = z.string().regex(/^[A-Za-z0-9]{1,32}$/);

const backupRequest = z.object({
  verb: z.literal('backup'),
  version: z.literal(VERSION),
  paths: z.array(jsonNameSchema).min(1).max(MAX_PATHS),
  exclude: z.array(z.string().min(1).max(MAX_PATTERN)).max(MAX_PATTERNS),
  dryRun: z.boolean(),
  /** Whether the client process shall count what there is before it begins. */
  total: z.boolean(),
  oneFileSystem: z.boolean(),
});

const restoreRequest = z.object({
  verb: z.literal('restore'),
  version: z.literal(VERSION),
  root: jsonNameSchema,
  /** So many parts of each name are left out, from its beginning. */
  strip: z.number().int().min(0).max(MAX_NAME_BYTES),
  dryRun: z.boolean(),
});

/** What each kind of message holds; its place in this list is its number on the wire. */
export const bodies = {
  request: z.discriminatedUnion('verb', [backupRequest, restoreRequest]),
  accept: z.object({ version: z.literal(VERSION) }),
  refuse: z.object({ code, text }),
  record: z.object({ name: jsonNameSchema, severity: z.enum(['failure', 'note']), code, text }),
  progress: z.object({ entries: count, bytes: count, name: jsonNameSchema }),
  total: z.object({ entries: count, bytes: count }),
  entry: z.object({ name: jsonNameSchema, type: z.string().max(16), size: count }),
  /** Who sends an archive that it did not make does not know its entries. */
  done: z.object({ entries: count.optional(), bytes: count, sha256: digest }),
  verdict: z.object({
    kept: z.boolean(),
    entries: count,
    bytes: count,
    sha256: digest,
    problem: z.object({ code, text }).optional(),
  }),
  abort: z.object({ code, text }),
} as const;

/** The kinds of message. */
export type MessageKind = keyof typeof bodies;

/** Each kind, in the order of its number, from 1. */
export const messageKinds = Object.keys(bodies) as readonly MessageKind[];

/** A message of one kind. */
export type Message<K extends MessageKind = MessageKind> = {
  [Kind in K]: { readonly kind: Kind } & z.infer<(typeof bodies)[Kind]>;
}[K];

export type Request = z.infer<typeof bodies.request>;
export type BackupRequest = z.infer<typeof backupRequest>;
export type RestoreRequest = z.infer<typeof restoreRequest>;

/** At most as much of a text as a message holds. */
export const clip = (long: string): string => (long.length <= MAX_TEXT ? long : `${long.slice(0, MAX_TEXT - 1)}…`);
