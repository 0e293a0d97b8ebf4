/** The bytes of an archive from a ring, through the decoder, to whoever makes files of them. */
import { createHash } from 'node:crypto';
import type { DirectChannel } from '../../index.ts';
import { BackupError } from '../errors.ts';
import { TarDecoder } from '../tar/decode.ts';
import { type TarEntry, TarError } from '../tar/entry.ts';
import type { Extractor } from './extract.ts';

/** What came. */
export interface Received {
  readonly bytes: number;
  readonly sha256: string;
  /** Why not all of it could be used; the bytes behind that were read, and counted, all the same. */
  readonly problem: TarError | BackupError | undefined;
}

/** What is told, and what is too much. */
export interface ReceiveOptions {
  /** Most bytes of data of files, all together. */
  readonly most: number;
  readonly onEntry: (entry: TarEntry) => void;
  readonly onProgress: (bytes: number) => void;
}

/** Reads to the end. Throws what the ring throws. */
export function receiveArchive(data: DirectChannel, extractor: Extractor, options: ReceiveOptions): Received {
  const decoder = new TarDecoder();
  const hash = createHash('sha256');
  let bytes = 0;
  let left = options.most;
  let problem: TarError | BackupError | undefined;
  const take = (piece: Buffer) => {
    for (const event of decoder.push(piece)) {
      if (event.kind === 'entry') {
        options.onEntry(event.entry);
        extractor.entry(event.entry);
      } else if (event.kind === 'data') {
        left -= event.bytes.length;
        if (left < 0) throw new BackupError('tooLarge', `The limit of the client process is ${options.most} bytes.`);
        extractor.data(event.bytes, event.position);
      } else extractor.endEntry();
    }
  };
  const attempt = (work: () => void) => {
    try {
      if (problem === undefined) work();
    } catch (error) {
      if (!(error instanceof TarError || error instanceof BackupError)) throw error;
      problem = error;
    }
  };
  for (let piece = data.peek(); piece !== null; piece = data.peek()) {
    if (piece.length === 0) {
      data.waitForBytes();
      continue;
    }
    const count = Math.min(piece.length, PIECE);
    const view = piece.subarray(0, count);
    hash.update(view);
    attempt(() => take(view));
    data.release(count);
    bytes += count;
    options.onProgress(bytes);
  }
  attempt(() => decoder.finish());
  return { bytes, sha256: hash.digest('hex'), problem };
}

/** So much is taken before there is room for more. */
const PIECE = 131_072;
