/** An archive that is read from the disk, decompressed where it is compressed. */
import { type FileHandle, open } from 'node:fs/promises';
import { BackupError, errnoOf } from '../errors.ts';
import { compressionOf, decompressed } from './compression.ts';

/** The bytes of an archive. */
export interface ArchiveSource {
  /** Up to the end; a piece is good until the next one is asked for. Throws BackupError fileFailed. */
  pieces(): AsyncIterable<Buffer>;
  /** Bytes of the archive; undefined where that is known at its end only, because it is compressed. */
  readonly size: number | undefined;
  /** Never rejects. */
  close(): Promise<void>;
}

const PIECE = 1 << 18;

/** Throws BackupError requestInvalid and fileFailed. */
export async function openArchive(path: string): Promise<ArchiveSource> {
  const compression = compressionOf(path);
  try {
    const file = await open(path, 'r');
    const { size } = await file.stat();
    const close = () => file.close().catch(() => {});
    if (compression === 'none') return { pieces: () => readAhead(file, path), size, close };
    const stream = decompressed(compression, file.createReadStream({ autoClose: false, highWaterMark: PIECE }));
    return {
      pieces: () => stream,
      size: undefined,
      close: async () => {
        stream.destroy();
        await close();
      },
    };
  } catch (error) {
    throw failedToRead(path, error);
  }
}

/** While one piece is used the next one is read: two buffers are enough. */
async function* readAhead(file: FileHandle, path: string): AsyncGenerator<Buffer, void> {
  const buffers = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)] as const;
  let [now, later] = buffers;
  let reading = file.read(now, 0, PIECE);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = file.read(later, 0, PIECE);
      reading.catch(() => {});
      yield now.subarray(0, bytesRead);
      [now, later] = [later, now];
    }
  } catch (error) {
    throw failedToRead(path, error);
  }
}

/** What went wrong with the archive. */
export function failedToRead(path: string, error: unknown): BackupError {
  if (error instanceof BackupError) return error;
  const why = errnoOf(error) ?? (error instanceof Error ? error.message : String(error));
  return new BackupError('fileFailed', `${path}: ${why}.`, { cause: error });
}
