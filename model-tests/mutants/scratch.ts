/** Copies of the checkout to break: the tracked files as they are on disk, in a temporary folder that is gone at the end. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export class Scratch implements AsyncDisposable {
  /** The folder that holds the copies. */
  readonly folder: string;
  readonly #root: string;
  readonly #files: readonly string[];

  private constructor(root: string, folder: string, files: readonly string[]) {
    this.#root = root;
    this.folder = folder;
    this.#files = files;
  }

  /** `root` is the checkout; it has to be a git repository. */
  static async open(root: string): Promise<Scratch> {
    const list = async (...options: string[]) => {
      const { stdout } = await run('git', ['ls-files', '-z', ...options], { cwd: root, maxBuffer: 1 << 26 });
      return stdout.split('\0').filter((path) => path !== '');
    };
    const deleted = new Set(await list('--deleted'));
    const files = (await list()).filter((path) => !deleted.has(path));
    return new Scratch(root, await mkdtemp(join(tmpdir(), 'stpconnect-mutants-')), files);
  }

  /** A new copy, in which nothing leads back to the checkout but the packages; gives its path. */
  async copy(name: string): Promise<string> {
    const folder = join(this.folder, name);
    for (const path of this.#files) await cp(join(this.#root, path), join(folder, path));
    // One link for each package: tools keep their caches in node_modules itself.
    await mkdir(join(folder, 'node_modules'));
    for (const entry of await readdir(join(this.#root, 'node_modules'))) {
      if (entry.startsWith('.') && entry !== '.bin') continue;
      await symlink(join(this.#root, 'node_modules', entry), join(folder, 'node_modules', entry));
    }
    return folder;
  }

  async remove(copy: string): Promise<void> {
    await rm(copy, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Applies a patch to a copy; gives git's complaint where it does not apply. */
export async function applyPatch(copy: string, patch: string): Promise<string | undefined> {
  // A repository around the temporary folder would make git skip every file.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(copy) };
  try {
    await run('git', ['apply', patch], { cwd: copy, env });
    return undefined;
  } catch (error) {
    const complaint = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
    return complaint.trim().split('\n')[0] ?? '';
  }
}
