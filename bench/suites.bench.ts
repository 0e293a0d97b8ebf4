/**
 * How many generated paths a second are driven? Each transport in a process of its own, in turn: each role alone (wp, k = 1), both processes
 * with their compositions, and beside them a bare handshake with nobody looking. `protocol` is the transition table without sockets.
 */
import { parseArgs } from 'node:util';
import { type Figures, inTurn, medianOf, module, print, printGoals, ratioOf } from './rounds.ts';

const transports = ['protocol', 'simulated', 'array', 'tcp'] as const;

/** What a suite over a transport should reach, paths a second. */
const wanted = { protocol: 20_000, simulated: 20_000, array: 500, tcp: 500 } as const;

/** `npm run bench -- suites [--rounds N] [--every N]`: `--every` drives each N-th path of a suite only. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '3' }, every: { type: 'string', default: '4' } },
  });
  const url = new URL('contenders/suites.ts', import.meta.url).pathname;
  const contenders = transports.map((name) => ({ name, command: module(url, name, values.every) }));
  const figures = await inTurn(contenders, Number(values.rounds));
  report(figures);
}

function report(figures: ReadonlyMap<string, readonly Figures[]>): void {
  const simulated = figures.get('simulated');
  const shown = (number: number) => (Number.isNaN(number) ? '' : Math.round(number));
  const ratio = (number: number) => (Number.isNaN(number) ? '' : Number(number.toPrecision(3)));
  for (const [unit, ending] of [
    ['a second', ''],
    ['a second of the processor', 'Processor'],
  ] as const) {
    print(
      `paths ${unit}, and ratios to the simulator in the same round`,
      transports.map((name) => {
        const runs = figures.get(name);
        return {
          transport: name,
          'one role': shown(medianOf(runs, `roles${ending}`)),
          'one role / simulated': ratio(ratioOf(runs, simulated, `roles${ending}`)),
          'both processes': shown(medianOf(runs, `both${ending}`)),
          'both / simulated': ratio(ratioOf(runs, simulated, `both${ending}`)),
          'bare handshakes': shown(medianOf(runs, `bare${ending}`)),
        };
      }),
    );
  }
  printGoals(
    transports.flatMap((name) => {
      const suites = name === 'protocol' ? (['roles'] as const) : (['roles', 'both'] as const);
      return suites.map((suite) => ({
        goal: `${suite === 'roles' ? 'one role' : 'both processes'} over ${name}, paths a second`,
        reached: medianOf(figures.get(name), suite),
        atLeast: wanted[name],
      }));
    }),
  );
}
