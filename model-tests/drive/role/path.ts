/**
 * A path of one role alone: what happens to it, and what it does that can be seen from outside. This is the portable form: plain JSON that
 * a runner in any language can read. docs/guides/test-your-implementation.md describes every field.
 */
import { z } from 'zod';
import { frameNames } from '../wire.ts';

/** Which process is under test: the client process listens, the server process dials. */
export type Role = 'client' | 'server';

/** A connection by its name; `other` is the first connection of another attempt that the path needs. */
const connectionName = z.enum(['first', 'second', 'array', 'other']);

/** What happens to the role: `start`, `timeout`, or an event of docs/protocol.md, section 8, with its facts. */
const roleInput = z.looseObject({ type: z.string().min(1) });

/** What can be seen of the role. */
const roleOutput = z.discriminatedUnion('type', [
  /** It dials: the WKP for `first` and `second`, the dynamic port for `array`. */
  z.strictObject({ type: z.literal('dials'), connection: connectionName }),
  /** It sends a frame. `mode` for a HELLO, `reason` for a DECLINE; `wrong` lists what is wrong with a frame that was seen. */
  z.strictObject({
    type: z.literal('sends'),
    connection: connectionName,
    frame: z.enum([...frameNames, 'bytes']),
    mode: z.enum(['network', 'storage']).optional(),
    reason: z.string().optional(),
    wrong: z.array(z.string()).optional(),
  }),
  /** The tester reads the orderly end of the connection. */
  z.strictObject({ type: z.literal('closes'), connection: connectionName }),
  /** The tester's read fails: the connection was destroyed. */
  z.strictObject({ type: z.literal('resets'), connection: connectionName }),
  /** It waits for the outcome of a call on the storage array. */
  z.strictObject({ type: z.literal('asks'), call: z.enum(['openPort', 'attachGroup']) }),
  /** It tells its user that the session is complete. */
  z.strictObject({ type: z.literal('established'), mode: z.enum(['network', 'storage']) }),
  /** It tells its user why there is none. */
  z.strictObject({ type: z.literal('failed'), code: z.string() }),
]);

const roleStep = z.strictObject({
  input: roleInput,
  expect: z.array(roleOutput),
  /** The state of the chart behind this step. */
  state: z.string(),
  /** The time limits that run behind this step, sorted; those of them that began to run with it. */
  limits: z.array(z.string()),
  started: z.array(z.string()),
  /** The transitions of the chart that this step takes. */
  transitions: z.array(z.string()),
});

const rolePath = z.strictObject({
  role: z.enum(['client', 'server']),
  /** What the path was generated for, for example `transitions`. */
  criterion: z.string().min(1),
  /** Unique in its suite. */
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

export type ConnectionName = z.infer<typeof connectionName>;
export type RoleInput = { readonly type: string; readonly [fact: string]: unknown };
export type RoleOutput = Readonly<z.infer<typeof roleOutput>>;
export interface RoleStep {
  readonly input: RoleInput;
  readonly expect: readonly RoleOutput[];
  readonly state: string;
  readonly limits: readonly string[];
  readonly started: readonly string[];
  readonly transitions: readonly string[];
}
export interface RolePath {
  readonly role: Role;
  readonly criterion: string;
  readonly name: string;
  readonly steps: readonly RoleStep[];
}

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
