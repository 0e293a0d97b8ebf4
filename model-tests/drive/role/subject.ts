/** An implementation under test, as the driver of one role sees it: whatever it is written in, and however it is reached. */
import type { Role } from './path.ts';

/** What a subject can do and what can be done to it. Paths that need more are left out. */
export interface Capabilities {
  readonly roles: readonly Role[];
  readonly modes: readonly ('network' | 'storage')[];
  /** `virtual`: time passes only when it is told to. `real`: limits expire by themselves. */
  readonly clock: 'virtual' | 'real';
  /** The time limits that can be made to expire. */
  readonly limits: readonly string[];
  /** `held`: a dial waits until it is accepted or refused. `immediate`: it is answered before anything else can happen. */
  readonly dials: 'held' | 'immediate';
  /** What is known of its reports to its user: with the failure code, that there was one, or nothing. */
  readonly reports: 'codes' | 'outcomes' | 'none';
  /** What its user can be made to want: close the session, stop the listener, abort the attempt. */
  readonly wishes: readonly Wish[];
  /** Whether the listener can be configured to take one session only. */
  readonly full: boolean;
}

/** What a user can want: close the session, stop the listener (client process), abort the attempt (server process). */
export type Wish = 'close' | 'stop' | 'abort';

/** Outcomes of the calls on the storage array that a role waits for. */
export type CallOutcome =
  | `port.${'opened' | 'exhausted' | 'unavailable'}`
  | `group.${'attached' | 'unknown' | 'refused' | 'full'}`;

/** A port of the array. */
export interface ArrayPort {
  readonly array: string;
  readonly port: number;
  readonly generation: number;
}

/** What one attempt is configured with. */
export interface Setup {
  readonly role: Role;
  /** Server process: the mode to begin in. */
  readonly mode: 'network' | 'storage';
  readonly fallback: boolean;
  readonly secret: Buffer;
  /** Client process: one session is all that it may have. */
  readonly full: boolean;
  /** Milliseconds, by name. */
  readonly limits: Readonly<Record<string, number>>;
  /** Server process in storage mode: the group to name in GROUP, and the array that it is attached to. */
  readonly group: string;
  readonly array: string;
}

/** Something that was seen of a subject. Connections have the numbers that they were opened with. */
export type Seen =
  | { readonly type: 'dials'; readonly connection: number; readonly to: 'wkp' | 'array' }
  | { readonly type: 'bytes'; readonly connection: number; readonly bytes: Buffer }
  | { readonly type: 'ended' | 'reset'; readonly connection: number }
  | { readonly type: 'asks'; readonly call: 'openPort' | 'attachGroup' }
  | { readonly type: 'established'; readonly mode: 'network' | 'storage' }
  | { readonly type: 'failed'; readonly code: string };

/**
 * One implementation in one role. Calls are made one at a time. Each may throw SubjectError: then this path cannot go on.
 */
export interface Subject {
  readonly capabilities: Capabilities;
  /** Throws away everything of before and begins: the client process listens, the server process dials. */
  start(setup: Setup): Promise<void>;
  /** Opens a connection to the WKP of the client process, or to the dynamic port that it has named. Resolves with its number. */
  connect(to: 'wkp' | ArrayPort): Promise<number>;
  /** Server process: answers a dial. */
  accept(connection: number): Promise<void>;
  /** Server process: lets a dial fail. */
  refuse(connection: number): Promise<void>;
  /** Server process: a port of the array to be named in PORT. */
  arrayPort(): Promise<ArrayPort>;
  /** Gives these bytes to the subject to read. */
  send(connection: number, bytes: Buffer): Promise<void>;
  /** Half-closes: the subject reads the end. */
  end(connection: number): Promise<void>;
  /** Destroys a connection: the subject's read fails. */
  abort(connection: number): Promise<void>;
  /** Lets the limit expire; with a virtual clock `milliseconds` have to pass for it. */
  expire(limit: string, milliseconds: number): Promise<void>;
  /** Storage mode: the call on the array that the subject waits for comes back with this outcome. */
  answer(outcome: CallOutcome): Promise<void>;
  /** Makes the subject's user want this. */
  wish(wish: Wish): Promise<void>;
  /**
   * Everything that was seen since the last call and has not been told yet. A subject that cannot tell when it is quiet waits until
   * `enough` says that nothing more is expected, and a quiet period longer, or for as long as its patience lasts; `within` adds to that, in milliseconds.
   */
  observe(enough: (seen: readonly Seen[]) => boolean, within?: number): Promise<Seen[]>;
  /** The limits that run, sorted; undefined where that cannot be known. */
  limits(): readonly string[] | undefined;
  /** Ends the attempt and what came of it, as a user would. The answer is what is still held, in words. */
  stop(): Promise<string[]>;
  /** Ends the subject for good. */
  close(): Promise<void>;
}

/** The subject did what no path allows: ended, hung, or spoke garbage. The path has failed; the next one begins anew. */
export class SubjectError extends Error {
  override readonly name = 'SubjectError';
}

/** Nothing can be tested: the subject cannot be started or reached, or is not what it says. */
export class CannotRunError extends Error {
  override readonly name = 'CannotRunError';
}
