/** How soon can a large trace be looked at? A trace of many sessions, read by the inspector, and beside it line by line with JSON.parse. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inTurn, medianOf, module, print, printGoals } from './rounds.ts';

/** A network session of a listener, as the implementation records it. */
const steps = [
  ['', { type: 'start' }, [], 'awaitingFirstFrame'],
  [
    'awaitingFirstFrame',
    { type: 'first.hello', mode: 'network', connections: 'same', capacity: 'free' },
    [{ type: 'sendDescriptor' }],
    'handshaking.network.awaitingSecond',
  ],
  [
    'handshaking.network.awaitingSecond',
    { type: 'second.joined' },
    [{ type: 'sendReady' }, { type: 'reportEstablished' }],
    'established.open',
  ],
  ['established.open', { type: 'close' }, [{ type: 'closeChannels' }, { type: 'releaseAll' }], 'closed'],
] as const;

function writeTrace(path: string, records: number): void {
  const file = openSync(path, 'w');
  for (let written = 0; written < records; ) {
    const session = `00000000-0000-4000-8000-${String(written).padStart(12, '0')}`;
    let text = '';
    for (const [seq, [state, event, actions, next]] of steps.entries()) {
      if (written === records) break;
      text += `${JSON.stringify({ session, seq, role: 'client', time: 1_700_000_000_000 + written, state, event, actions, next })}\n`;
      written += 1;
    }
    writeSync(file, text);
  }
  closeSync(file);
}

/** Prints times in milliseconds. `--records N`, `--rounds N`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { records: { type: 'string' }, rounds: { type: 'string' } } });
  const records = Number(values.records ?? 1_000_000);
  const folder = mkdtempSync(join(tmpdir(), 'stpconnect-bench-'));
  try {
    const path = join(folder, 'trace.ndjson');
    writeTrace(path, records);
    const figures = await inTurn(
      [
        { name: 'inspector', command: module('bench/contenders/inspect-trace.ts', path) },
        { name: 'JSON.parse', command: module('bench/peers/parse-trace.ts', path) },
      ],
      Number(values.rounds ?? 3),
    );
    const round = (name: string, figure: string) => Number(medianOf(figures.get(name), figure).toPrecision(3));
    print(
      `a trace of ${records} records: milliseconds, medians`,
      ['inspector', 'JSON.parse'].map((name) => ({
        name,
        'first window': name === 'inspector' ? round(name, 'first') : '–',
        'all of it': round(name, 'all'),
        'a window and its scene': name === 'inspector' ? round(name, 'window') : '–',
        megabytes: round(name, 'megabytes'),
      })),
    );
    printGoals([
      {
        goal: 'seconds until all of a trace of 1,000,000 records was read',
        reached: round('inspector', 'all') / 1_000,
        atMost: 3,
      },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
