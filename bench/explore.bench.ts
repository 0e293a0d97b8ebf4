/**
 * How fast are states found, and how much memory do they take? Our explorer beside XState's own and beside SPIN's pan, on the same systems.
 *
 * `npm run bench -- explore [--rounds N] [--large]`: `--large` adds 50 million states of eight words. Without `spin` and a C compiler pan is left
 * out, and that is said.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Contender, type Figures, type Goal, inTurn, medianOf, module, print, printGoals, ratioOf } from './rounds.ts';

const at = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The explorer on a system, with so many threads. */
const explorer = (name: string, ...args: readonly string[]): Contender => ({
  name,
  command: module(at('./contenders/explore.ts'), ...args),
});

const sizes = [5, 7, 9, 10] as const;
const fifos = sizes.map((size) => explorer(`two FIFOs ${size}x${size}`, 'two-fifos', `${size}`, `${size}`));
const [tenThousand, , millions, tenMillion] = fifos as [Contender, Contender, Contender, Contender];
const two = explorer('two FIFOs 9x9, two threads', 'two-fifos', '9', '9', '2');
const pan: Contender = { name: 'pan, two FIFOs 9x9', command: module(at('./peers/spin.ts'), '9', '9') };
const panLarge: Contender = { name: 'pan, two FIFOs 10x10', command: module(at('./peers/spin.ts'), '10', '10', `${2 ** 24}`) };
const medium = explorer('two FIFOs 6x6, warm', 'warm-two-fifos', '6', '6');
const xstate: Contender = { name: 'xstate/graph, two FIFOs 6x6', command: module(at('./peers/xstate-graph.ts'), '6', '6') };
const handshake = explorer('two servers, an intruder, faults', 'handshake');
const handshakeTwo = explorer('the same, two threads', 'handshake', '2');
const wide = explorer('eight words a state', 'wide', '16000000');
const widest = explorer('50 million states of eight words', 'wide', '50000000');

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string' }, large: { type: 'boolean' } } });
  const rounds = Number(values.rounds ?? 3);
  const hasSpin = spawnSync('spin', ['-V']).error === undefined && spawnSync('cc', ['--version']).error === undefined;
  if (!hasSpin) process.stdout.write('spin or cc is missing: pan is left out\n');
  const pans = hasSpin ? [pan, panLarge] : [];
  const figures = new Map([
    ...(await inTurn([handshake, handshakeTwo, ...fifos, two, ...pans, medium], rounds)),
    // Slow, and far from their goals: one round says enough.
    ...(await inTurn([xstate, wide], 1)),
    ...(values.large === true ? await inTurn([widest], 1) : []),
  ]);
  print(
    'medians',
    [...figures].map(([name, runs]) => row(name, runs)),
  );
  printGoals(goalsOf(figures, hasSpin));
}

const row = (name: string, runs: readonly Figures[]) => ({
  system: name,
  states: medianOf(runs, 'states'),
  edges: medianOf(runs, 'edges'),
  seconds: Number(medianOf(runs, 'seconds').toPrecision(3)),
  'states a second': Math.round(medianOf(runs, 'statesPerSecond')),
  'edges a second': Math.round(medianOf(runs, 'edges') / medianOf(runs, 'seconds')),
  'bytes a state': Math.round(medianOf(runs, 'bytesPerState')),
});

function goalsOf(figures: ReadonlyMap<string, readonly Figures[]>, hasSpin: boolean): Goal[] {
  const rate = ({ name }: Contender) => medianOf(figures.get(name), 'statesPerSecond');
  const ratio = (one: Contender, other: Contender) => ratioOf(figures.get(one.name), figures.get(other.name), 'statesPerSecond');
  const goals: Goal[] = [
    { goal: 'states a second, two servers, an intruder, faults', reached: rate(handshake), atLeast: 1_500_000 },
    { goal: 'times xstate/graph, 36,582 states', reached: rate(medium) / rate(xstate), atLeast: 300 },
    { goal: 'rate at 9.4 million states, of that at 9,078', reached: ratio(tenMillion, tenThousand), atLeast: 0.5 },
    { goal: 'two threads, of one, two FIFOs 9x9', reached: ratio(two, millions), atLeast: 1.6 },
    { goal: 'two threads, of one, the handshake', reached: ratio(handshakeTwo, handshake), atLeast: 1.6 },
    {
      goal: 'bytes a state of eight words, the process whole',
      reached: medianOf(figures.get(wide.name), 'bytesPerState'),
      atMost: 64,
    },
  ];
  if (hasSpin) goals.push({ goal: 'times pan, 2.4 million states', reached: ratio(millions, pan), atLeast: 1 });
  if (hasSpin) goals.push({ goal: 'times pan, 9.4 million states', reached: ratio(tenMillion, panLarge), atLeast: 1 });
  const large = figures.get(widest.name);
  if (large !== undefined) {
    const gibibytes = (medianOf(large, 'bytesPerState') * medianOf(large, 'states')) / 2 ** 30;
    goals.push({ goal: 'GiB for 50 million states', reached: gibibytes, atMost: 4 });
  }
  return goals;
}
