/** Another process that is attached to the array in a file, and does what it is told. Waits for what it says, never for a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ArrayOptions } from './config.ts';
import { loadNative } from './memory/native.ts';
import { type AttachOptions, StorageArray } from './storage-array.ts';

/** Why this machine cannot run a test between processes; undefined when it can. With koffi in STPCONNECT_REQUIRE that is a failure. */
export function whyNotMapped(): string | undefined {
  try {
    loadNative();
    return undefined;
  } catch (error) {
    if ((process.env['STPCONNECT_REQUIRE'] ?? '').split(',').includes('koffi')) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`Skipped: a test between processes. ${reason}. STPCONNECT_REQUIRE=koffi makes that a failure.`);
    return reason;
  }
}

/** Short times, so that tests are short; the clock is the real one. */
export const quick = { heartbeatInterval: 20, staleAfter: 200, blockedAfter: 60_000 } as const;

export const options: ArrayOptions = {
  name: 'sym0',
  groups: [{ name: 'STG0', size: 65_536, hosts: ['here', 'there'] }],
  dynamicPorts: { first: 100, last: 115 },
  connections: 8,
  ringSize: 1_024,
  attachments: 4,
};

/** The file of a new array, gone after the test. */
export function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stpconnect-array-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return StorageArray.createFile(join(folder, 'array'), options).file;
}

export function attachHere(file: string, attachOptions: Partial<AttachOptions> = {}): StorageArray {
  const array = StorageArray.attach({ file }, { host: 'here', ...quick, ...attachOptions });
  onTestFinished(() => array.close());
  return array;
}

/** The other process. */
export interface Peer {
  readonly child: ChildProcess;
  /** Tells it something and resolves with its answer. */
  ask(order: string, argument?: number): Promise<unknown>;
  /** Kills it and resolves when it is gone. */
  kill(): Promise<void>;
}

export async function startPeer(file: string): Promise<Peer> {
  const child = fork(fileURLToPath(new URL('./mapped.process.ts', import.meta.url)), [file], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  await once(child, 'message');
  const ask = async (order: string, argument = 0) => {
    const answer = once(child, 'message');
    child.send({ order, argument });
    return (await answer)[0];
  };
  return { child, ask, kill };
}
