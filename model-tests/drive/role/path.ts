/**
 * A path of one role alone: what happens to it, and what it does that can be seen from outside. This is the portable form: plain JSON that
 * a runner in any language can read. docs/guides/test-your-implementation.md describes every field.
 */
import { z } from 'zod';
import { frameNames } from '../wire.ts';

/** Which process is under test: the client process listens, the server process dials. */
export type Role = 'client' | 'server';

/** A connection by its name; `other` is the first connection of another attempt that the path needs. */
export type ConnectionName = 'first' | 'second' | 'array' | 'other';

/** What happens to the role: `start`, `timeout`, or an event of docs/protocol.md, section 8, with its facts. */
export type RoleInput = { readonly type: string; readonly [fact: string]: unknown };

/** What can be seen of the role. */
export type RoleOutput =
  /** It dials: the WKP for `first` and `second`, the dynamic port for `array`. */
  | { readonly type: 'dials'; readonly connection: ConnectionName }
  /** It sends a frame. `mode` for a HELLO, `reason` for a DECLINE; `wrong` lists what is wrong with a frame that was seen. */
  | {
      readonly type: 'sends';
      readonly connection: ConnectionName;
      readonly frame: 'hello' | 'descriptor' | 'port' | 'group' | 'ready' | 'decline' | 'bytes';
      readonly mode?: 'network' | 'storage' | undefined;
      readonly reason?: string | undefined;
      readonly wrong?: readonly string[] | undefined;
    }
  /** The tester reads the orderly end of the connection (`closes`), or its read fails: the connection was destroyed (`resets`). */
  | { readonly type: 'closes' | 'resets'; readonly connection: ConnectionName }
  /** It waits for the outcome of a call on the storage array. */
  | { readonly type: 'asks'; readonly call: 'openPort' | 'attachGroup' }
  /** It tells its user that the session is complete. */
  | { readonly type: 'established'; readonly mode: 'network' | 'storage' }
  /** It tells its user why there is none. */
  | { readonly type: 'failed'; readonly code: string };

/** One step of a path: something happens to the role, then everything in `expect` is seen of it before anything else happens. */
export interface RoleStep {
  readonly input: RoleInput;
  readonly expect: readonly RoleOutput[];
  /** The state of the chart behind this step. */
  readonly state: string;
  /** The time limits that run behind this step, sorted. */
  readonly limits: readonly string[];
  /** Those of them that began to run with it. */
  readonly started: readonly string[];
  /** The transitions of the chart that this step takes. */
  readonly transitions: readonly string[];
}

/** A path: steps from the beginning of one attempt, and what they were generated for. */
export interface RolePath {
  readonly role: Role;
  /** What the path was generated for, for example `transitions`. */
  readonly criterion: string;
  /** Unique in its suite. */
  readonly name: string;
  readonly steps: readonly RoleStep[];
}

const connectionName = z.enum(['first', 'second', 'array', 'other']) satisfies z.ZodType<ConnectionName>;
const roleInput = z.looseObject({ type: z.string().min(1) }) satisfies z.ZodType<RoleInput>;
const roleOutput = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('dials'), connection: connectionName }),
  z.strictObject({
    type: z.literal('sends'),
    connection: connectionName,
    frame: z.enum([...frameNames, 'bytes']),
    mode: z.enum(['network', 'storage']).optional(),
    reason: z.string().optional(),
    wrong: z.array(z.string()).optional(),
  }),
  z.strictObject({ type: z.literal('closes'), connection: connectionName }),
  z.strictObject({ type: z.literal('resets'), connection: connectionName }),
  z.strictObject({ type: z.literal('asks'), call: z.enum(['openPort', 'attachGroup']) }),
  z.strictObject({ type: z.literal('established'), mode: z.enum(['network', 'storage']) }),
  z.strictObject({ type: z.literal('failed'), code: z.string() }),
]) satisfies z.ZodType<RoleOutput>;

const roleStep = z.strictObject({
  input: roleInput,
  expect: z.array(roleOutput),
  state: z.string(),
  limits: z.array(z.string()),
  started: z.array(z.string()),
  transitions: z.array(z.string()),
});

const rolePath = z.strictObject({
  role: z.enum(['client', 'server']),
  criterion: z.string().min(1),
  name: z.string().min(1),
  steps: z.array(roleStep).min(1),
});

const pathFile = { format: 'stpconnect-role-paths', version: 1 } as const;

/** What a file of paths holds. */
export const rolePathFile = z.strictObject({
  format: z.literal(pathFile.format),
  version: z.literal(pathFile.version),
  paths: z.array(rolePath),
});

/** The first of the lines that `stpconnect paths --json` prints: the paths are the others. docs/guides/criteria.md describes it. */
const lineFile = z.looseObject({ format: z.literal('stpconnect-paths'), version: z.literal(1) });

/** Paths as the text of a portable file. */
export function writeRolePaths(paths: readonly RolePath[]): string {
  const lines = paths.map((path) => JSON.stringify(path));
  return `{"format":"stpconnect-role-paths","version":1,"paths":[\n${lines.join(',\n')}\n]}\n`;
}

/** Reads a portable file, or the lines that `stpconnect paths --json` prints. Throws Error with what is wrong and where. */
export function readRolePaths(text: string): RolePath[] {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const header = lineFile.safeParse(jsonOf(first));
  const file = header.success ? { ...pathFile, paths: lines.map(jsonOf) } : JSON.parse(text);
  const parsed = rolePathFile.safeParse(file);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return parsed.data.paths as RolePath[];
}

/** What a line holds; undefined where it is no JSON. */
function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** An input in words, for people: its type and its facts. */
export function inputText({ type, ...facts }: RoleInput): string {
  const words = Object.entries(facts).map(([fact, value]) => `${fact} ${String(value)}`);
  return words.length === 0 ? type : `${type} (${words.join(', ')})`;
}

/** An output in words, for people. */
export function outputText(output: RoleOutput): string {
  switch (output.type) {
    case 'dials':
      return `dials ${output.connection}`;
    case 'sends': {
      const { mode, reason, wrong } = output;
      const fact = mode ?? reason;
      const complaint = wrong === undefined ? '' : `, but ${wrong.join(', ')}`;
      return `sends ${output.frame.toUpperCase()}${fact === undefined ? '' : ` ${fact}`} on ${output.connection}${complaint}`;
    }
    case 'closes':
    case 'resets':
      return `${output.type} ${output.connection}`;
    case 'asks':
      return `asks for ${output.call}`;
    case 'established':
      return `reports established (${output.mode})`;
    case 'failed':
      return `reports failed (${output.code})`;
  }
}

/** Outputs in words: `nothing` where there are none. */
export const outputsText = (outputs: readonly RoleOutput[]) => outputs.map(outputText).join('; ') || 'nothing';
