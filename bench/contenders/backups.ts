/**
 * One backup or restore, by the command line as it is published or by its peers, and what it took: `backups.ts WHO SOURCE FOLDER`. Prints the seconds of
 * the whole command, megabytes a second of the work itself (from the accepted request to the last word: to start Node is not part of it), and the
 * most memory of each side in megabytes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setInterval } from 'node:timers';

/** Who can be measured. */
export type BackupContender = 'network' | 'storage' | 'restore network' | 'restore storage' | 'tar' | 'untar' | 'rsync';

const cli = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const [who, source = '', folder = ''] = process.argv.slice(2) as [BackupContender, string, string];
const archive = join(folder, 'archive.tar');
const target = join(folder, 'target');
const ARRAY = join(folder, 'array');

async function main(): Promise<void> {
  rmSync(target, { recursive: true, force: true });
  const figures = who === 'rsync' ? await rsync() : who === 'tar' || who === 'untar' ? await tar() : await ours();
  rmSync(target, { recursive: true, force: true });
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

interface Figures {
  readonly seconds: number;
  readonly rate: number;
  readonly here: number;
  readonly there: number;
}

/** The server process is the command that is measured, from its start to its end; the client process waits already. */
async function ours(): Promise<Figures> {
  const mode = who.endsWith('storage') ? 'storage' : 'network';
  const array = mode === 'storage' ? ['--array', ARRAY, '--host', 'backup'] : [];
  if (mode === 'storage' && !existsSync(ARRAY)) await run(node('array', 'create', ARRAY, '--group', 'STG0=64M:database,backup'));
  const config = `wkp: tcp://127.0.0.1:0\nread: [${source}]\nwrite: [${target}]\n${
    mode === 'storage' ? `array: { file: ${ARRAY}, host: database }\n` : ''
  }`;
  writeFileSync(join(folder, 'client.yaml'), config);
  const client = node('client', '--config', join(folder, 'client.yaml'));
  const clientMemory = watchMemory(client);
  const times: Record<string, number> = {};
  const lines = createInterface({ input: client.stderr as NodeJS.ReadableStream });
  const said = once(lines, 'close');
  const address = await new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      const { event, address, time } = JSON.parse(line) as { event: string; address?: string; time: number };
      times[event] = time;
      if (event === 'listening') resolve(address ?? '');
    });
  });
  const begun = performance.now();
  const options = ['--mode', mode, ...array];
  const server = who.startsWith('restore')
    ? node('restore', archive, address, target, ...options)
    : node('backup', address, source, '--to', archive, ...options);
  const serverMemory = watchMemory(server);
  await ended(server);
  const seconds = (performance.now() - begun) / 1e3;
  client.kill('SIGTERM');
  await ended(client);
  await said;
  const work = ((times['served'] ?? Number.NaN) - (times['accepted'] ?? 0)) / 1e3;
  return figuresOf(seconds, work, serverMemory(), clientMemory());
}

/** `tar cf - DIR | ncat` and back, each with its own process on the other side. */
async function tar(): Promise<Figures> {
  const port = await freePort();
  mkdirSync(target, { recursive: true });
  const there = who === 'tar' ? `ncat -l 127.0.0.1 ${port} > ${archive}` : `ncat -l 127.0.0.1 ${port} | tar xf - -C ${target}`;
  const listener = shell(there);
  await listening(port);
  const begun = performance.now();
  const here =
    who === 'tar'
      ? `tar cf - -C ${dirname(source)} ${basename(source)} | ncat --send-only 127.0.0.1 ${port}`
      : `ncat --send-only 127.0.0.1 ${port} < ${archive}`;
  await Promise.all([run(shell(here)), ended(listener)]);
  if (who === 'tar') await run(shell(`sync ${archive}`));
  const seconds = (performance.now() - begun) / 1e3;
  return figuresOf(seconds, seconds, 0, 0);
}

async function rsync(): Promise<Figures> {
  mkdirSync(target, { recursive: true });
  const begun = performance.now();
  await run(shell(`rsync -a ${source} ${target}/`));
  const seconds = (performance.now() - begun) / 1e3;
  return figuresOf(seconds, seconds, 0, 0);
}

const figuresOf = (seconds: number, work: number, here: number, there: number): Figures => ({
  seconds,
  rate: statSync(archive).size / 1e6 / work,
  here,
  there,
});

const node = (...args: readonly string[]) => spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
const shell = (command: string) => spawn('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
}

const run = ended;

/** The most memory that a process had, in megabytes, as far as it was looked at. */
function watchMemory(child: ChildProcess): () => number {
  let most = 0;
  const look = () => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      most = Math.max(most, Number(kilobytes ?? 0) / 1_024);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 20);
  child.once('exit', () => clearInterval(timer));
  return () => most;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until somebody listens, without connecting: ncat serves one connection. */
async function listening(port: number): Promise<void> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (;;) {
    const table = readFileSync('/proc/net/tcp', 'utf8');
    if (new RegExp(`:${hex} 00000000:0000 0A`).test(table)) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

await main();
