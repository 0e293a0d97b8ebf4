/**
 * How fast is the array? Rings and sessions beside TCP, ringbuf.js, a ring in C and bare waiting, on the same sizes and in the same run.
 *
 * `npm run bench -- array [flow|round-trips|handshakes] [--rounds N]`: one part or all of them. Without a C compiler the ring in C is left out, and without
 * koffi everything between processes, and that is said.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ArrayError, ArrayInspector } from '../impl/index.ts';
import { type Contender, type Figures, type Goal, inTurn, medianOf, module, print, printGoals, ratioOf } from './rounds.ts';

const at = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const contender = (name: string, file: string, ...args: readonly string[]): Contender => ({
  name,
  command: module(at(file), ...args),
});
const ours = (name: string, ...args: readonly string[]) => contender(name, './contenders/array-flow.ts', ...args);
const peer = (name: string, ...args: readonly string[]) => contender(name, './peers/flow.ts', ...args);

type Runs = ReadonlyMap<string, readonly Figures[]>;

export async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...args], options: { rounds: { type: 'string' } }, allowPositionals: true });
  const rounds = Number(values.rounds ?? 3);
  const [part] = positionals;
  const mapped = canMap();
  if (!mapped)
    process.stdout.write(
      'memory cannot be mapped here (koffi is missing, or this is not Linux): everything between processes is left out\n',
    );
  const goals: Goal[] = [];
  if (part === undefined || part === 'flow') goals.push(...(await flow(rounds, mapped)));
  if (part === undefined || part === 'round-trips') goals.push(...(await roundTrips(rounds, mapped)));
  if (mapped && (part === undefined || part === 'handshakes')) goals.push(...(await handshakes(rounds)));
  printGoals(goals);
}

/** Whether arrays between processes can be had here. */
function canMap(): boolean {
  try {
    new ArrayInspector({ file: '/nonexistent' });
    return true;
  } catch (error) {
    return !(error instanceof ArrayError && error.code === 'mappingUnavailable');
  }
}

async function flow(rounds: number, mapped: boolean): Promise<Goal[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stpconnect-bench-'));
  try {
    const all = [
      ours('records of 64 B', 'records', '64'),
      peer('TCP, 64 B batched', 'tcp-batched', '64'),
      peer('ringbuf.js, 64 B', 'ringbuf', '64'),
      ours('records of 1 KiB', 'records', '1024'),
      peer('TCP, 1 KiB batched', 'tcp-batched', '1024'),
      ours('threads, 64 KiB', 'bytes', '65536'),
      peer('TCP, 64 KiB', 'tcp', '65536'),
      ...(mapped ? [ours('processes, 64 KiB', 'mapped', '65536')] : []),
      ...ringInC(folder),
      ours('Duplex, 64 KiB', 'stream', '65536'),
      ours('in place, 1 MiB', 'in-place', '1048576'),
      peer('memcpy, 1 MiB', 'memcpy', '1048576'),
    ];
    const runs = await inTurn(all, rounds);
    print(
      'one way, medians',
      [...runs].map(([name, each]) => ({
        what: name,
        'GB/s': round(medianOf(each, 'gigabytes')),
        'million messages a second': round(medianOf(each, 'millions')) || '',
      })),
    );
    return flowGoals(runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The ring in C, where it can be compiled. */
function ringInC(folder: string): Contender[] {
  const binary = join(folder, 'ring');
  const { status } = spawnSync('cc', ['-O3', '-pthread', join(import.meta.dirname, 'peers/ring.c'), '-o', binary]);
  if (status === 0) return [{ name: 'ring in C, 64 KiB', command: [binary, '65536', '0.5'] }];
  process.stdout.write('there is no C compiler: the ring in C is left out\n');
  return [];
}

function flowGoals(runs: Runs): Goal[] {
  const median = (name: string, figure: string) => medianOf(runs.get(name), figure);
  const ratio = (one: string, other: string) => ratioOf(runs.get(one), runs.get(other), 'gigabytes');
  const goals: Goal[] = [
    { goal: 'records of 64 B, millions a second', reached: median('records of 64 B', 'millions'), atLeast: 15 },
    { goal: '  to batched TCP', reached: ratio('records of 64 B', 'TCP, 64 B batched'), atLeast: 2 },
    { goal: '  to ringbuf.js', reached: ratio('records of 64 B', 'ringbuf.js, 64 B'), atLeast: 2 },
    { goal: 'records of 1 KiB to batched TCP', reached: ratio('records of 1 KiB', 'TCP, 1 KiB batched'), atLeast: 5 },
    { goal: '64 KiB between threads to TCP', reached: ratio('threads, 64 KiB', 'TCP, 64 KiB'), atLeast: 5 },
    { goal: '64 KiB between processes to TCP', reached: ratio('processes, 64 KiB', 'TCP, 64 KiB'), atLeast: 8 },
    { goal: '  to the ring in C', reached: ratio('processes, 64 KiB', 'ring in C, 64 KiB'), atLeast: 0.9 },
    { goal: '1 MiB in place to memcpy', reached: ratio('in place, 1 MiB', 'memcpy, 1 MiB'), atLeast: 20 / 34 },
    { goal: 'Duplex of 64 KiB to net.Socket', reached: ratio('Duplex, 64 KiB', 'TCP, 64 KiB'), atLeast: 3 },
    { goal: '  growth of its memory, MiB', reached: median('Duplex, 64 KiB', 'growth'), atMost: 64 },
  ];
  return goals.filter(({ reached }) => !Number.isNaN(reached));
}

async function roundTrips(rounds: number, mapped: boolean): Promise<Goal[]> {
  const trip = (name: string, ...args: readonly string[]) => contender(name, './contenders/array-round-trip.ts', ...args);
  const bare = (name: string, ...args: readonly string[]) => contender(name, './peers/round-trip.ts', ...args);
  const runs = await inTurn(
    [
      trip('threads, busy', 'blocking', '0'),
      trip('event loops, busy', 'event-loop', '0'),
      ...(mapped ? [trip('processes, busy', 'mapped', '0')] : []),
      bare('TCP, busy', 'tcp', '0'),
      trip('threads, 1 ms gaps', 'blocking', '1'),
      bare('Atomics.wait, 1 ms gaps', 'wait', '1'),
      trip('event loops, 1 ms gaps', 'event-loop', '1'),
      bare('Atomics.waitAsync, 1 ms gaps', 'wait-async', '1'),
      ...(mapped ? [trip('processes, 1 ms gaps', 'mapped', '1'), trip('idle session', 'idle')] : []),
      bare('TCP, 1 ms gaps', 'tcp', '1'),
    ],
    rounds,
  );
  print(
    '64 B there and back, medians in µs',
    [...runs]
      .filter(([name]) => name !== 'idle session')
      .map(([name, each]) => ({ what: name, p50: round(medianOf(each, 'p50')), p99: round(medianOf(each, 'p99')) })),
  );
  const median = (name: string) => medianOf(runs.get(name), 'p50');
  const ratio = (one: string, other: string) => ratioOf(runs.get(one), runs.get(other), 'p50');
  const goals: Goal[] = [
    { goal: 'busy round trip between threads, µs', reached: median('threads, busy'), atMost: 2 },
    { goal: 'busy round trip between event loops, µs', reached: median('event loops, busy'), atMost: 2 },
    { goal: 'busy round trip between processes, µs', reached: median('processes, busy'), atMost: 2 },
    { goal: 'with gaps, threads to TCP', reached: ratio('threads, 1 ms gaps', 'TCP, 1 ms gaps'), atMost: 1 },
    { goal: '  to Atomics.wait', reached: ratio('threads, 1 ms gaps', 'Atomics.wait, 1 ms gaps'), atMost: 1.2 },
    { goal: 'with gaps, event loops to TCP', reached: ratio('event loops, 1 ms gaps', 'TCP, 1 ms gaps'), atMost: 1 },
    { goal: '  to Atomics.waitAsync', reached: ratio('event loops, 1 ms gaps', 'Atomics.waitAsync, 1 ms gaps'), atMost: 1.2 },
    { goal: 'with gaps, processes to TCP', reached: ratio('processes, 1 ms gaps', 'TCP, 1 ms gaps'), atMost: 1 },
    {
      goal: 'processor time of an idle session, a second of it',
      reached: medianOf(runs.get('idle session'), 'idle'),
      atMost: 0.005,
    },
  ];
  return goals.filter(({ reached }) => !Number.isNaN(reached));
}

async function handshakes(rounds: number): Promise<Goal[]> {
  const shake = (name: string, ...args: readonly string[]) => contender(name, './contenders/handshakes.ts', ...args);
  const other = (name: string, ...args: readonly string[]) => contender(name, './peers/handshakes.ts', ...args);
  const flights = ['1', '64'] as const;
  const runs = await inTurn(
    flights.flatMap((inFlight) => [
      shake(`network, ${inFlight} in flight`, 'network', inFlight),
      shake(`storage, ${inFlight} in flight`, 'storage', inFlight),
      shake(`storage, WKP in the array, ${inFlight} in flight`, 'array', inFlight),
      other(`two node:net connections, ${inFlight} in flight`, 'pair', inFlight),
      other(`ws, ${inFlight} in flight`, 'ws', inFlight),
    ]),
    rounds,
  );
  print(
    'handshakes a second, medians',
    [...runs].map(([name, each]) => ({ what: name, 'a second': Math.round(medianOf(each, 'handshakes')) })),
  );
  return flights.flatMap((inFlight): Goal[] => {
    const ratio = (one: string, two: string) =>
      ratioOf(runs.get(`${one}, ${inFlight} in flight`), runs.get(`${two}, ${inFlight} in flight`), 'handshakes');
    return [
      { goal: `storage to network, ${inFlight} in flight`, reached: ratio('storage', 'network'), atLeast: 2 },
      { goal: '  with the WKP in the array', reached: ratio('storage, WKP in the array', 'network'), atLeast: 2 },
      {
        goal: `network to two connections, ${inFlight} in flight`,
        reached: ratio('network', 'two node:net connections'),
        atLeast: 0.9,
      },
      { goal: '  to ws', reached: ratio('network', 'ws'), atLeast: 1 },
    ];
  });
}

const round = (figure: number) => Number(figure.toPrecision(3)) || 0;
