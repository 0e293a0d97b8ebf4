/** `npm run soak`: random schedules of concurrent sessions of one listener, for so long, from one seed. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type FailedSchedule, runSchedules } from '../drive/schedule/schedules.ts';
import type { Doors } from '../drive/schedule/world.ts';

const HELD = 0;
const VIOLATED = 1;
const COULD_NOT_RUN = 2;

const DEFAULT_SECONDS = 10;
const LARGEST_SEED = 2 ** 31 - 1;

const options = {
  seconds: { type: 'string' },
  seed: { type: 'string' },
  path: { type: 'string' },
  commands: { type: 'string' },
} as const;

const usage = 'soak: npm run soak -- [--seconds N] [--seed S] [--path P --commands C], numbers above zero';

/** Runs it with these arguments and answers with its exit code; `doors` is the implementation that is driven, ours unless it is said. */
export async function soak(args: readonly string[], say: (line: string) => void, doors?: Doors): Promise<number> {
  const wanted = parse(args);
  if (wanted === undefined) {
    say(usage);
    return COULD_NOT_RUN;
  }
  const { seconds, seed, path, commands } = wanted;
  if (path === undefined) say(`soak: ${seconds} s of random schedules, seed ${seed}`);
  let [schedules, dialled, sessions] = [0, 0, 0];
  const begun = performance.now();
  let shrinking = begun;
  const failed = await runSchedules({
    seed,
    path,
    commands,
    doors,
    runs: LARGEST_SEED,
    ...(path === undefined ? { within: seconds * 1_000 } : { runs: 1 }),
    onDone: (servers, established) => {
      schedules += 1;
      dialled += servers;
      sessions += established;
      shrinking = performance.now();
    },
  });
  const passed = Math.max(shrinking - begun, 1) / 1_000;
  const figures = [
    `${schedules} schedules, ${dialled} handshakes, ${sessions} sessions in ${passed.toFixed(1)} s`,
    `${Math.round(sessions / passed)} sessions a second`,
  ];
  const fate = failed === undefined ? 'everything held' : 'a schedule failed';
  say(path === undefined ? `soak: ${figures.join(': ')}; ${fate}` : `soak: this schedule, and others of its commands: ${fate}`);
  for (const line of failed === undefined ? [] : tellFailure(failed)) say(line);
  return failed === undefined ? HELD : VIOLATED;
}

/** A failure in words, the last line of which brings it back. */
export function tellFailure({ what, commands, story, place }: FailedSchedule): string[] {
  const { seed, path, commands: left } = place;
  return [
    `  ${what}`,
    `  with ${commands.length} commands: ${commands.join(', ') || 'none'}`,
    ...story.map((line, index) => `  ${String(index + 1).padStart(4)} ${line}`),
    `  replay: npm run soak -- --seed ${seed} --path ${path} --commands ${left === '' ? "''" : left}`,
  ];
}

interface Wanted {
  readonly seconds: number;
  readonly seed: number;
  readonly path: string | undefined;
  readonly commands: string | undefined;
}

function parse(args: readonly string[]): Wanted | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options });
    const seconds = values.seconds === undefined ? DEFAULT_SECONDS : Number(values.seconds);
    const seed = values.seed === undefined ? randomInt(LARGEST_SEED) : Number(values.seed);
    const pathIsRight = values.path === undefined || /^\d+(:\d+)*$/.test(values.path);
    if (!(seconds > 0) || !Number.isSafeInteger(seed) || !pathIsRight) return undefined;
    return { seconds, seed, path: values.path, commands: values.commands };
  } catch {
    return undefined;
  }
}
