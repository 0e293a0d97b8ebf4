/**
 * Folders that are open. A name is looked up in the open folder itself, not along a path, so whatever is renamed or replaced by a symbolic link
 * meanwhile: nobody who follows names here gets anywhere but below the folder where it began.
 *
 * Node has no openat; on Linux `/proc/self/fd/N/name` is that. On other systems a path is looked up, and what was opened is compared with
 * what the path named before: a link that stands there is refused, one that is put there at the right moment is not.
 */
import { closeSync, constants, existsSync, fstatSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { errnoOf } from '../errors.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
const THROUGH_DESCRIPTORS = process.platform === 'linux' && existsSync('/proc/self/fd');
const SLASH = Buffer.from('/');

/** An open folder; to be closed by whoever opened it. */
export class Folder {
  readonly descriptor: number;
  readonly #path: Buffer;

  private constructor(descriptor: number, path: Buffer) {
    this.descriptor = descriptor;
    this.#path = THROUGH_DESCRIPTORS ? Buffer.from(`/proc/self/fd/${descriptor}`) : path;
  }

  /** Opens what the configuration names, symbolic links on the way and at its end followed. Throws the system's error. */
  static root(path: Buffer): Folder {
    return new Folder(openSync(path, O_RDONLY | O_DIRECTORY), path);
  }

  /** A path of this folder for calls that read it. */
  get self(): Buffer {
    return this.#path;
  }

  /** A path for calls about one name in this folder. Whoever opens it must not follow a link: O_NOFOLLOW. */
  at(name: Buffer): Buffer {
    return Buffer.concat([this.#path, SLASH, name]);
  }

  /** Opens a folder in this one. Throws the system's error; ENOTDIR or ELOOP where something else stands, a symbolic link too. */
  open(name: Buffer): Folder {
    const path = this.at(name);
    const before = THROUGH_DESCRIPTORS ? undefined : lstatSync(path);
    const folder = new Folder(openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path);
    if (before === undefined) return folder;
    const now = fstatSync(folder.descriptor);
    if (now.dev === before.dev && now.ino === before.ino) return folder;
    folder.close();
    throw Object.assign(new Error('ELOOP: it was replaced meanwhile'), { code: 'ELOOP' });
  }

  /** Opens a folder in this one, and makes it first where there is none; `made` says which. */
  openOrMake(name: Buffer, mode: number): { readonly folder: Folder; readonly made: boolean } {
    let made = true;
    try {
      mkdirSync(this.at(name), mode);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      made = false;
    }
    return { folder: this.open(name), made };
  }

  /** Idempotent only in that nobody may use it afterwards. */
  close(): void {
    closeSync(this.descriptor);
  }
}
