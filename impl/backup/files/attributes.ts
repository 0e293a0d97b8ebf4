/** Times of files, as exactly as this machine can set them. */
import { futimesSync, lutimesSync } from 'node:fs';
import type { NativeFiles } from './native.ts';

const seconds = (nanoseconds: bigint): number => Number(nanoseconds) / 1e9;

/** Sets the time of last change of an open file or folder, in nanoseconds since 1970. Throws the system's error. */
export function setTime(descriptor: number, mtime: bigint, native: NativeFiles | undefined): void {
  if (native?.setTime(descriptor, mtime)) return;
  futimesSync(descriptor, seconds(mtime), seconds(mtime));
}

/** The same of a symbolic link itself. */
export function setLinkTime(path: Buffer, mtime: bigint, native: NativeFiles | undefined): void {
  if (native?.setLinkTime(path, mtime)) return;
  lutimesSync(path, seconds(mtime), seconds(mtime));
}
