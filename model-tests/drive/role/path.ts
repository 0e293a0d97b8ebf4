/** A path of one role alone: what happens to it, and what it does that can be seen from outside. docs/guides/criteria.md has it as a file. */
import type { FrameName } from '../wire.ts';

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
      readonly frame: FrameName | 'bytes';
      readonly mode?: 'network' | 'storage' | undefined;
      readonly reason?: string | undefined;
      readonly wrong?: readonly string[] | undefined;
    }
  /** The tester reads the orderly end of the connection, or its read fails since the connection was destroyed. */
  | { readonly type: 'closes' | 'resets'; readonly connection: ConnectionName }
  /** It waits for the outcome of a call on the storage array. */
  | { readonly type: 'asks'; readonly call: 'openPort' | 'attachGroup' }
  /** It tells its user that the session is complete, or why there is none. */
  | { readonly type: 'established'; readonly mode: 'network' | 'storage' }
  | { readonly type: 'failed'; readonly code: string };

/** One input and what follows from it. */
export interface RoleStep {
  readonly input: RoleInput;
  /** Outputs on the same connection have an order. */
  readonly expect: readonly RoleOutput[];
  /** The state of the chart behind this step. */
  readonly state: string;
  /** The time limits that run behind this step, sorted; those of them that began to run with it. */
  readonly limits: readonly string[];
  readonly started: readonly string[];
  /** The transitions of the chart that this step takes. */
  readonly transitions: readonly string[];
}

export interface RolePath {
  readonly role: Role;
  /** What the path was generated for, for example `transitions`. */
  readonly criterion: string;
  /** Unique in its suite. */
  readonly name: string;
  readonly steps: readonly RoleStep[];
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
