/** The package as it is built, in a folder of its own, as somebody has it who installed it. */
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './repository.test-support.ts';

const run = promisify(execFile);

/** A folder with `node_modules/stpconnect`; whoever makes it removes it. */
export interface Installed {
  readonly folder: string;
  /** A folder with an executable `stpconnect`, for PATH. */
  readonly bin: string;
  remove(): Promise<void>;
}

/** Builds the package into a new folder below `node_modules/.cache`, where its dependencies are found. Takes some seconds. */
export async function installPackage(): Promise<Installed> {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'installed-'));
  const installed = join(folder, 'node_modules/stpconnect');
  await mkdir(installed, { recursive: true });
  await writeFile(join(installed, 'package.json'), await readFile(join(root, 'package.json')));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const where = ['--outDir', join(installed, 'dist'), '--declaration', 'false', '--declarationMap', 'false'];
  await run(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), ...where]);
  await cp(join(root, 'docs'), join(installed, 'docs'), { recursive: true });
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'stpconnect'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(installed, 'dist/cli/main.js')}' "$@"\n`,
  );
  await chmod(join(bin, 'stpconnect'), 0o755);
  return { folder, bin, remove: () => rm(folder, { recursive: true, force: true }) };
}
