/**
 * Is a backup over the session as fast as tar through a socket, is the array faster than the network, and how much memory does it take? One big file, and
 * a tree of many small ones; source and target in memory, so that no disk decides. `npm run bench -- backup [MEGABYTES [FILES [ROUNDS]]]`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupContender } from './contenders/backups.ts';
import { type Figures, inTurn, medianOf, module, print, printGoals, ratioOf } from './rounds.ts';

const OURS: readonly BackupContender[] = ['network', 'storage', 'restore network', 'restore storage'];
const PEERS: readonly BackupContender[] = ['tar', 'untar', 'rsync'];
/** Each restore needs the archive that the backup before it left. */
const ORDER: readonly BackupContender[] = ['network', 'restore network', 'storage', 'restore storage', 'tar', 'untar', 'rsync'];

export async function run([megabytes = '2000', files = '10000', rounds = '3']: readonly string[]): Promise<void> {
  for (const program of ['tar', 'ncat', 'rsync']) {
    if (spawnSync(program, ['--version']).error) throw new Error(`this needs ${program}: apt-get install ncat rsync`);
  }
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'stpconnect-bench-'));
  try {
    const big = join(folder, 'big');
    makeBig(big, Number(megabytes));
    const ofBig = await measure(big, folder, Number(rounds));
    show(`one file of ${megabytes} MB`, ofBig);
    rmSync(big, { recursive: true });
    const tree = join(folder, 'tree');
    makeTree(tree, Number(files));
    const ofTree = await measure(tree, folder, Number(rounds));
    show(`${files} files of 1 to 20 kB`, ofTree);
    goals(ofBig, ofTree);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(source: string, folder: string, rounds: number): Promise<Map<string, readonly Figures[]>> {
  const url = new URL('./contenders/backups.ts', import.meta.url).pathname;
  return inTurn(
    ORDER.map((name) => ({ name, command: module(url, name, source, folder) })),
    rounds,
  );
}

function show(title: string, figures: Map<string, readonly Figures[]>): void {
  print(
    title,
    ORDER.map((name) => ({
      who: name,
      seconds: Number(medianOf(figures.get(name), 'seconds').toPrecision(3)),
      'MB/s': Math.round(medianOf(figures.get(name), 'rate')),
      'of its peer': Number(ratioOf(figures.get(name), figures.get(peerOf(name)), 'rate').toPrecision(3)),
      'MB here': OURS.includes(name) ? Math.round(medianOf(figures.get(name), 'here')) : '',
      'MB there': OURS.includes(name) ? Math.round(medianOf(figures.get(name), 'there')) : '',
    })),
  );
}

const peerOf = (name: BackupContender): BackupContender =>
  PEERS.includes(name) ? name : name.startsWith('restore') ? 'untar' : 'tar';

function goals(big: Map<string, readonly Figures[]>, tree: Map<string, readonly Figures[]>): void {
  const memory = Math.max(
    ...[big, tree].flatMap((figures) =>
      OURS.flatMap((name) => ['here', 'there'].map((side) => medianOf(figures.get(name), side))),
    ),
  );
  printGoals([
    {
      goal: 'one big file, network mode against tar through ncat',
      reached: ratioOf(big.get('network'), big.get('tar'), 'rate'),
      atLeast: 0.8,
    },
    {
      goal: 'one big file, storage mode against network mode',
      reached: ratioOf(big.get('storage'), big.get('network'), 'rate'),
      atLeast: 1,
    },
    { goal: 'memory of each side, MB', reached: memory, atMost: 150 },
  ]);
}

function makeBig(folder: string, megabytes: number): void {
  mkdirSync(folder);
  const file = openSync(join(folder, 'file'), 'w');
  const piece = randomBytes(1_000_000);
  for (let count = 0; count < megabytes; count += 1) writeSync(file, piece);
  closeSync(file);
}

function makeTree(folder: string, files: number): void {
  const bytes = randomBytes(20_000);
  for (let index = 0; index < files; index += 1) {
    const inside = join(folder, `folder ${Math.floor(index / 400)}`, `folder ${Math.floor(index / 20)}`);
    if (index % 20 === 0) mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, `file ${index}`), bytes.subarray(0, 1_000 + ((index * 7_919) % 19_000)));
  }
}
