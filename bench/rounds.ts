/** Contenders in turn, round by round, each in a process of its own; medians and ratios. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Table } from 'console-table-printer';
import { median } from 'simple-statistics';

/** Somebody whose figures are compared: a command that prints one JSON object with numbers on its last line. */
export interface Contender {
  readonly name: string;
  readonly command: readonly [program: string, ...args: readonly string[]];
  readonly env?: Readonly<Record<string, string>>;
}

/** What one run of a contender printed. */
export type Figures = Readonly<Record<string, number>>;

/** The command that runs a module of ours in a process of its own. */
export const module = (path: string, ...args: readonly string[]): Contender['command'] => [
  process.execPath,
  '--import',
  'tsx',
  path,
  ...args,
];

/** Every contender, `rounds` times in turn. @throws Error when one fails or prints no figures; it has what was printed. */
export async function inTurn(contenders: readonly Contender[], rounds: number): Promise<Map<string, readonly Figures[]>> {
  const figures = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) figures.get(contender.name)?.push(await measure(contender));
  }
  return figures;
}

async function measure({ name, command: [program, ...args], env = {} }: Contender): Promise<Figures> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const printed = await text(child.stdout);
  const last = printed.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(last) as Figures;
  } catch (cause) {
    throw new Error(`${name} printed no figures but "${printed.slice(-500)}"`, { cause });
  }
}

/** The median of one figure. */
export const medianOf = (runs: readonly Figures[] | undefined, figure: string): number =>
  median((runs ?? []).map((run) => run[figure] ?? Number.NaN));

/** The median of the ratios of two contenders' figures, round by round: what a machine does to both does not count. */
export const ratioOf = (runs: readonly Figures[] | undefined, others: readonly Figures[] | undefined, figure: string): number =>
  median((runs ?? []).map((run, round) => (run[figure] ?? Number.NaN) / (others?.[round]?.[figure] ?? Number.NaN)));

/** A goal, and what was reached. */
export interface Goal {
  readonly goal: string;
  readonly reached: number;
  /** `reached` has to be at least, or at most, this. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A table of figures or goals on stdout. */
export function print(title: string, rows: readonly Readonly<Record<string, string | number>>[]): void {
  const table = new Table({ title, shouldDisableColors: !process.stdout.isTTY });
  table.addRows(rows.map((row) => ({ ...row })));
  process.stdout.write(`${table.render()}\n`);
}

/** The goals as a table: whether each was reached in this run. */
export function printGoals(goals: readonly Goal[]): void {
  print(
    'goals',
    goals.map(({ goal, reached, atLeast, atMost }) => ({
      goal,
      wanted: atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`,
      reached: Number(reached.toPrecision(3)),
      'in this run':
        reached >= (atLeast ?? Number.NEGATIVE_INFINITY) && reached <= (atMost ?? Number.POSITIVE_INFINITY) ? 'yes' : 'no',
    })),
  );
}
