/** What the frames say (docs/protocol.md, section 2), as values. */

import type { ReasonName } from './reasons.ts';

/** The mode of a session, with its number on the wire. */
export const modes = { network: 1, storage: 2 } as const;

/** Where a session travels: over two connections, or through an STG group of the storage array. */
export type Mode = keyof typeof modes;

/** The type number of each frame, by its name in lower case. */
export const frameTypes = { hello: 1, descriptor: 2, port: 3, group: 4, ready: 5, decline: 6 } as const;

export type FrameName = keyof typeof frameTypes;

export const frameNames = Object.keys(frameTypes) as readonly FrameName[];

/** Starts every handshake; server process to client process on `first`. The only frame without a tag. */
export interface HelloMessage {
  readonly name: 'hello';
  readonly mode: Mode;
  /** u8: how many connections make a session. */
  readonly connections: number;
  /** The server process's nonce, 32 bytes. */
  readonly nonce: Uint8Array;
}

/** Steps 122 (on `first`) and 100 (the same number on `second`, with a nonce of zeros). */
export interface DescriptorMessage {
  readonly name: 'descriptor';
  /** u32: the client process's descriptor of `first`. */
  readonly descriptor: number;
  /** The client process's nonce, 32 bytes; on `second` all of them zero. */
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
}

/** Steps 170 and 140: where the client process listens in the storage array. */
export interface PortMessage {
  readonly name: 'port';
  /** The array's name, 1 to 255 bytes of UTF-8. */
  readonly array: string;
  /** u32 */
  readonly port: number;
  /** u32: which of the listeners that this port has had. */
  readonly generation: number;
  /** The client process's nonce, 32 bytes. */
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
}

/** Steps 236 and 200: the STG group that the session travels through. */
export interface GroupMessage {
  readonly name: 'group';
  /** The group's name, 1 to 255 bytes of UTF-8. */
  readonly group: string;
  readonly tag: Uint8Array;
}

/** The client process's last word: the session is complete. */
export interface ReadyMessage {
  readonly name: 'ready';
  readonly tag: Uint8Array;
}

/** No, and why. */
export interface DeclineMessage {
  readonly name: 'decline';
  readonly reason: ReasonName;
  /** For people, at most 255 bytes of UTF-8. */
  readonly text: string;
  readonly tag: Uint8Array;
}

export type Message = HelloMessage | DescriptorMessage | PortMessage | GroupMessage | ReadyMessage | DeclineMessage;

/** A message as it came, with the bytes of its frame, header included, for the transcript. */
export interface Frame {
  readonly message: Message;
  readonly raw: Uint8Array;
}
