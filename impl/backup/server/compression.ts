/** Archives that are compressed, by the end of their name. */
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createBrotliDecompress, createGunzip, createGzip } from 'node:zlib';
import { BackupError } from '../errors.ts';

/** How an archive is compressed. */
export type Compression = 'none' | 'gzip' | 'brotli';

/** Quality 11, the default, is a hundred times slower than gzip. */
const BROTLI_QUALITY = 5;

/** Throws BackupError requestInvalid for a name that says nothing of an archive. */
export function compressionOf(path: string): Compression {
  if (/\.tar$/i.test(path)) return 'none';
  if (/\.(tar\.gz|tgz)$/i.test(path)) return 'gzip';
  if (/\.tar\.br$/i.test(path)) return 'brotli';
  throw new BackupError('requestInvalid', `${path} is expected to end in .tar, .tar.gz, .tgz or .tar.br.`);
}

/** Compresses what comes and gives it to `write`, as fast as that takes it. */
export async function compressTo(
  compression: Exclude<Compression, 'none'>,
  source: AsyncIterable<Buffer>,
  write: (piece: Buffer) => Promise<void>,
): Promise<void> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  const transform: Transform = compression === 'gzip' ? createGzip() : createBrotliCompress({ params });
  await pipeline(source, transform, async (compressed: AsyncIterable<Buffer>) => {
    for await (const piece of compressed) await write(piece);
  });
}

/** The archive itself; an error where the compressed form is not right or ends early. */
export function decompressed(compression: Compression, source: Readable): Readable {
  if (compression === 'none') return source;
  const transform = compression === 'gzip' ? createGunzip() : createBrotliDecompress();
  source.once('error', (error) => transform.destroy(error));
  transform.once('close', () => source.destroy());
  return source.pipe(transform);
}
