/** A file that is written under another name, and gets its own when it is whole and on the disk. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BackupError, errnoOf } from '../errors.ts';

/** Bytes that gather before they are written in one call, while those before them may still be on their way. */
const BATCH = 1 << 20;

/** One file on its way. */
export class AsideFile {
  /** Where the bytes are until commit(). */
  readonly partial: string;
  readonly #path: string;
  readonly #file: FileHandle;
  #filling = Buffer.allocUnsafeSlow(BATCH);
  #spare = Buffer.allocUnsafeSlow(BATCH);
  #filled = 0;
  #flushing: Promise<void> = Promise.resolve();

  private constructor(path: string, partial: string, file: FileHandle) {
    this.#path = path;
    this.partial = partial;
    this.#file = file;
  }

  /** Throws BackupError fileFailed. */
  static async create(path: string): Promise<AsideFile> {
    const partial = `${path}.${randomBytes(6).toString('hex')}.partial`;
    try {
      const { O_WRONLY, O_CREAT, O_EXCL } = constants;
      return new AsideFile(path, partial, await open(partial, O_WRONLY | O_CREAT | O_EXCL, 0o600));
    } catch (error) {
      throw fileFailed(partial, error);
    }
  }

  /** Copies the bytes. Resolves when there is room for more: at once, mostly. Rejects with BackupError fileFailed. */
  async write(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const count = bytes.copy(this.#filling, this.#filled, from);
      from += count;
      this.#filled += count;
      if (this.#filled === BATCH) await this.#flush();
    }
  }

  /** Everything is on the disk and has the file's own name when this resolves. Rejects with BackupError fileFailed. */
  async commit(): Promise<void> {
    try {
      await this.#flush();
      await this.#flushing;
      await this.#file.sync();
      await this.#file.close();
      await rename(this.partial, this.#path);
      await syncFolder(dirname(this.#path));
    } catch (error) {
      throw error instanceof BackupError ? error : fileFailed(this.#path, error);
    }
  }

  /** Takes it away. Never rejects; does nothing after commit(). */
  async discard(): Promise<void> {
    await this.#flushing.catch(() => {});
    await this.#file.close().catch(() => {});
    await unlink(this.partial).catch(() => {});
  }

  /** Begins to write what has gathered, once what gathered before is written. */
  async #flush(): Promise<void> {
    await this.#flushing;
    const bytes = this.#filling.subarray(0, this.#filled);
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
    this.#filled = 0;
    this.#flushing = writeAll(this.#file, bytes).catch((error: unknown) => Promise.reject(fileFailed(this.partial, error)));
    this.#flushing.catch(() => {});
  }
}

/** A disk that is nearly full takes a part. */
async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let from = 0; from < bytes.length; ) from += (await file.write(bytes, from)).bytesWritten;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function fileFailed(path: string, error: unknown): BackupError {
  return new BackupError(
    'fileFailed',
    `${path}: ${errnoOf(error) ?? (error instanceof Error ? error.message : String(error))}.`,
    {
      cause: error,
    },
  );
}
