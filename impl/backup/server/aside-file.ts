/** A file that is written under another name, and gets its own when it is whole and on the disk. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BackupError, errnoOf } from '../errors.ts';

/** So many bytes may wait for the disk before write() makes its caller wait. */
const MOST_WAITING = 4 << 20;

/** One file on its way. */
export class AsideFile {
  /** Where the bytes are until commit(). */
  readonly partial: string;
  readonly #path: string;
  readonly #file: FileHandle;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #flushing: Promise<void> | undefined;
  #failure: BackupError | undefined;

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

  /** Takes the bytes over. Resolves when there is room for more: at once, mostly. Rejects with BackupError fileFailed. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#failure) throw this.#failure;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#flushing ??= this.#flush();
    if (this.#waitingBytes > MOST_WAITING) await this.#flushing;
    if (this.#failure) throw this.#failure;
  }

  /** Everything is on the disk and has the file's own name when this resolves. Rejects with BackupError fileFailed. */
  async commit(): Promise<void> {
    try {
      await this.#flushing;
      if (this.#failure) throw this.#failure;
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
    await this.#flushing?.catch(() => {});
    await this.#file.close().catch(() => {});
    await unlink(this.partial).catch(() => {});
  }

  /** One call writes whatever has gathered while the one before it was under way. */
  async #flush(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const pieces = this.#waiting;
        const size = this.#waitingBytes;
        this.#waiting = [];
        await writeAll(this.#file, pieces);
        this.#waitingBytes -= size;
      }
    } catch (error) {
      this.#failure = fileFailed(this.partial, error);
    } finally {
      this.#flushing = undefined;
    }
  }
}

async function writeAll(file: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  let rest = pieces;
  while (rest.length > 0) {
    const batch = rest.slice(0, MOST_VECTORS);
    let { bytesWritten } = await file.writev(batch);
    rest = rest.slice(MOST_VECTORS);
    // A disk that is nearly full takes a part.
    const left = batch.flatMap((piece) => {
      const taken = Math.min(bytesWritten, piece.length);
      bytesWritten -= taken;
      return taken === piece.length ? [] : [piece.subarray(taken)];
    });
    rest = [...left, ...rest];
  }
}

/** As many pieces as the system takes in one call. */
const MOST_VECTORS = 1_024;

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
