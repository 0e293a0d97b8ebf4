/**
 * `npm run bench -- backup-kills [TIMES [SEED]]`: backups and restores of which one side is killed at a random moment, so often in each mode. Fails when an
 * archive looks whole and is not, a file is restored by half, or the client process does not serve the next backup.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type Kill, type KillOutcome, KillRange } from './contenders/backup-kills.ts';
import { print } from './rounds.ts';

const MAIN = join(import.meta.dirname, '../dist/cli/main.js');
/** Kills come within so much of the time that a backup takes, its process's start included. */
const LONGEST = 1.2;

export async function run([times = '50', seed = String(Date.now() % 2 ** 32)]: readonly string[]): Promise<void> {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  process.stdout.write(`seed ${seed}\n`);
  let state = Number(seed) >>> 0;
  const chance = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const rows: Record<string, string | number>[] = [];
  for (const mode of ['network', 'storage'] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'stpconnect-kills-'));
    const range = new KillRange({ command: [process.execPath, MAIN], folder, mode });
    const outcomes = new Map<string, KillOutcome[]>();
    try {
      await range.open();
      for (let count = 0; count < Number(times); count += 1) {
        const kill: Kill = { verb: chance() < 0.5 ? 'backup' : 'restore', side: chance() < 0.5 ? 'client' : 'server' };
        const outcome = await range.kill(kill, () => after(chance() * LONGEST * range.usual));
        const key = `${kill.verb}, ${kill.side} process killed`;
        outcomes.set(key, [...(outcomes.get(key) ?? []), outcome]);
      }
    } finally {
      await range.close();
      rmSync(folder, { recursive: true, force: true });
    }
    for (const [what, all] of outcomes) {
      rows.push({
        mode,
        what,
        kills: all.length,
        'in the middle': all.filter(({ inTheMiddle }) => inTheMiddle).length,
        'done before': all.filter(({ finished }) => finished).length,
        'slowest, s': Number((Math.max(...all.map(({ took }) => took)) / 1e3).toPrecision(2)),
      });
    }
  }
  print('kills: no archive that looks whole and is not, no file restored by half, each next backup right', rows);
}
