/**
 * `npm run bench -- array-kills [TIMES [SEED]]`: two processes, joined through an array in a file, of which one is killed at a random moment; then
 * the other, whose time until it ended with an error is what is measured. Needs `npm run build`. Fails when an end is none, or anything is left.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { ArrayInspector, StorageArray } from '../impl/index.ts';
import { print } from './rounds.ts';

const MAIN = join(import.meta.dirname, '../dist/cli/main.js');
const HEARTBEAT = 100;
/** Longest time in milliseconds that the survivor may take: three heartbeats, and what two busy processors add. */
const BOUND = 5_000;

interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
}

function start(...argv: string[]): Started {
  const child = spawn(process.execPath, [MAIN, ...argv, '--heartbeat', String(HEARTBEAT)], { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  child.stdin?.on('error', () => undefined);
  child.stdout?.resume();
  return { child, said: () => text };
}

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Keeps the other side busy for as long as it reads. */
function pour({ child }: Started): void {
  const piece = Buffer.alloc(65_536, 7);
  const go = () => {
    while (child.stdin?.writable && child.stdin.write(piece));
  };
  child.stdin?.on('drain', go);
  go();
}

/** One kill; gives the milliseconds until the survivor ended. Throws when it ended otherwise than with an error, or the array is not clean. */
async function killOnce(
  file: string,
  victimListens: boolean,
  chance: () => number,
): Promise<{ took: number; handshake: boolean }> {
  const listener = start('listen', '--wkp', 'tcp://127.0.0.1:0', '--array', file, '--host', 'database');
  while (!/listening on/.test(listener.said())) await once(listener.child.stderr ?? listener.child, 'data');
  const [, address = ''] = /listening on (\S+)/.exec(listener.said()) ?? [];
  const server = start('connect', address, '--mode', 'storage', '--group', 'STG0', '--array', file, '--host', 'backup');
  pour(server);
  // Half of the moments are while the second process starts and shakes hands, half while bytes flow.
  const handshake = chance() < 0.5;
  if (!handshake) await once(listener.child.stdout ?? listener.child, 'data');
  await after(chance() * (handshake ? 600 : 100));
  const [victim, survivor] = victimListens ? [listener, server] : [server, listener];
  const gone = once(survivor.child, 'exit');
  victim.child.kill('SIGKILL');
  const before = performance.now();
  survivor.child.stdin?.end();
  // A listener that nobody has come to waits on.
  const waits = !victimListens && handshake && (await Promise.race([gone, after(2 * BOUND, 'waits')])) === 'waits';
  if (waits) survivor.child.kill('SIGTERM');
  const ended = (await Promise.race([gone, after(2 * BOUND, undefined)])) as [number | null] | undefined;
  const took = performance.now() - before;
  const typed = /connectionReset|connectionRefused|connectionEnded|Timeout/.test(survivor.said());
  if (!ended || !(typed || waits || ended[0] === 143) || (!waits && took > BOUND)) {
    throw new Error(`the survivor ended with ${ended?.[0]} after ${took.toFixed(0)} ms and said "${survivor.said()}"`);
  }
  const inspector = new ArrayInspector({ file });
  inspector.repair();
  const { hosts, ports, sessions, connections } = inspector.info();
  if (hosts.length + ports.length + sessions.length + connections.used > 0) throw new Error(JSON.stringify(inspector.info()));
  return { took: waits ? 0 : took, handshake };
}

/** Kills either side TIMES times in all. */
export async function run([times = '200', seed = String(Date.now() % 2 ** 31)]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'stpconnect-kills-'));
  const chance = random(Number(seed));
  const results: { took: number; handshake: boolean }[] = [];
  try {
    const { file } = StorageArray.createFile(join(folder, 'sym0'), {
      name: 'sym0',
      groups: [{ name: 'STG0', size: 1 << 20, hosts: ['database', 'backup'] }],
    });
    for (let kill = 0; kill < Number(times); kill += 1) results.push(await killOnce(file, kill % 2 === 0, chance));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const took = results.map((result) => result.took).sort((one, other) => one - other);
  print(`kill -9 of either side in turn, seed ${seed}`, [
    {
      times: results.length,
      'in the handshake': results.filter(({ handshake }) => handshake).length,
      'median ms until the other ended': Math.round(took[took.length >> 1] ?? 0),
      longest: Math.round(took.at(-1) ?? 0),
      'left in the array': 0,
    },
  ]);
}
