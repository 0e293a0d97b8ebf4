import { mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadNative } from '../impl/array/memory/native.ts';
import { KillRange } from './contenders/backup-kills.ts';

const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** Resolves when something happened in the folder for the `count`th time. */
function changes(count: number): (folder: string) => Promise<void> {
  return (folder) =>
    new Promise((resolve) => {
      let left = count;
      const watcher = watch(folder, { recursive: false }, () => {
        left -= 1;
        if (left > 0) return;
        watcher.close();
        resolve();
      });
    });
}

test.for(['network', 'storage'] as const)(
  'in %s mode a killed process leaves nothing that looks whole and is not, and the next backup is served',
  { timeout: 120_000 },
  async (mode, context) => {
    try {
      if (mode === 'storage') loadNative();
    } catch (error) {
      if (process.env['STPCONNECT_REQUIRE']?.includes('koffi')) throw error;
      context.skip(`no array between processes here: ${error}`);
    }
    const folder = mkdtempSync(join(tmpdir(), 'stpconnect-kills-'));
    const range = new KillRange({ command: [process.execPath, '--import', 'tsx', main], folder, mode });
    try {
      await range.open();
      for (const [verb, side, count] of [
        ['backup', 'client', 2],
        ['backup', 'server', 4],
        ['restore', 'client', 1],
        ['restore', 'server', 1],
      ] as const) {
        const { took } = await range.kill({ verb, side }, changes(count));
        expect(took).toBeGreaterThan(0);
      }
    } finally {
      await range.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
