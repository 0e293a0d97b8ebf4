/**
 * What an archive holds, as values. In this folder: POSIX pax archives, from and to bytes. Nothing here opens a file or a socket, and names are
 * bytes: what a file system allows in a name need not be text.
 */

export const BLOCK = 512;

/** Longest name, and longest target of a link, in bytes. */
export const MAX_NAME = 16_384;

/** `other` is a kind of file that nobody here can make. */
export type EntryType = 'file' | 'directory' | 'symlink' | 'link' | 'fifo' | 'device' | 'other';

/** A part of a file that holds data; what lies between such parts is a hole. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Where the data of a file with holes belongs. */
export interface Sparse {
  /** In order, without overlap. */
  readonly extents: readonly Extent[];
  /** The length of the file, holes included. */
  readonly realSize: number;
}

/** One file of an archive. */
export interface TarEntry {
  readonly name: Buffer;
  readonly type: EntryType;
  /** Permissions, set-id and sticky bits included; no bits of the type. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970. */
  readonly mtime: bigint;
  /** Bytes of data that follow: for a file with holes those of its extents only. */
  readonly size: number;
  /** The target of a symlink, or the name of the file that a link is another name of. */
  readonly linkName?: Buffer | undefined;
  readonly sparse?: Sparse | undefined;
}

/** Bytes behind data of this length, up to the next block. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** These bytes are not a tar archive, or not one that may be read. */
export class TarError extends Error {
  override readonly name = 'TarError';
  constructor(
    readonly kind: 'malformed' | 'truncated',
    message: string,
  ) {
    super(message);
  }
}
