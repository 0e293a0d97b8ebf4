/**
 * Random schedules of concurrent sessions: fast-check's command runner says what users, strangers and the network do, its scheduler when, and in
 * which order everything that is under way goes on. A failure shrinks to the fewest commands, and seed and path bring it back.
 */
import fc from 'fast-check';
import { beginnings, disturbances, type ScheduleCommand } from './commands.ts';
import { judge } from './judge.ts';
import { Tasks } from './tasks.ts';
import { type Doors, ownDoors, ScheduledWorld } from './world.ts';

/** How many commands one schedule has at most. */
const MOST_COMMANDS = 24;

/** What says where a schedule is, as a failure prints it. */
export interface SchedulePlace {
  readonly seed: number;
  /** fast-check's path to the schedule; without it all of the seed's are meant. */
  readonly path?: string | undefined;
  /** Which commands were left out on the way there, as fast-check writes it down. */
  readonly commands?: string | undefined;
}

/** What to run. */
export interface ScheduleOptions extends SchedulePlace {
  /** At most so many schedules. */
  readonly runs: number;
  /** At most so long, in milliseconds; shrinking has as long again, but never longer than a minute. */
  readonly within?: number | undefined;
  readonly doors?: Doors | undefined;
  /** Is told of each schedule that is done: how many server processes dialled, and how many sessions were established on both sides or one. */
  readonly onDone?: ((dialled: number, sessions: number) => void) | undefined;
}

/** A schedule that failed, shrunk as far as it went. */
export interface FailedSchedule {
  readonly what: string;
  readonly commands: readonly string[];
  /** What happened, in order. */
  readonly story: readonly string[];
  readonly place: Required<SchedulePlace>;
}

/** When a failure is shrunk, each smaller one is tried in so many orders: with fewer commands the order that fails is another one. */
const SHRINK_ORDERS = 8;

/** Longest time for shrinking in milliseconds. */
const LONGEST_SHRINK = 60_000;

const LARGEST_SEED = 2 ** 31 - 1;

/** The commands, and the seed of the scheduler: drawn as a number, since a scheduler that is drawn itself does another thing in each step of a shrinking. */
type Drawn = [Iterable<ScheduleCommand>, number];

/** Runs schedules until one fails, time is over, or all were run; undefined where all held. */
export async function runSchedules(options: ScheduleOptions): Promise<FailedSchedule | undefined> {
  const { seed, runs, within } = options;
  const bound = (milliseconds: number | undefined) =>
    milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false };
  const found = await fc.check(propertyOf(options, options.path === undefined ? 1 : SHRINK_ORDERS), {
    seed,
    numRuns: runs,
    endOnFailure: true,
    ...(options.path === undefined ? {} : { path: options.path }),
    ...bound(within),
  });
  if (!found.failed || found.counterexamplePath === null) return undefined;
  if (options.path !== undefined) return describe(found, options.commands);
  const shrunk = await fc.check(propertyOf(options, SHRINK_ORDERS), {
    seed,
    path: found.counterexamplePath,
    ...bound(Math.min(LONGEST_SHRINK, within ?? LONGEST_SHRINK)),
  });
  return describe(shrunk.failed && shrunk.counterexample !== null ? shrunk : found);
}

/** Every schedule holds, in so many orders. */
function propertyOf({ doors = ownDoors, onDone, commands }: ScheduleOptions, orders: number): fc.IAsyncProperty<Drawn> {
  const commandsOf = (each: readonly fc.Arbitrary<ScheduleCommand>[]) =>
    fc.commands([...each], {
      maxCommands: MOST_COMMANDS,
      size: 'max',
      ...(commands === undefined ? {} : { replayPath: commands }),
    });
  // Where nothing goes wrong everybody has to be served: half of the schedules are of that kind.
  const drawn = fc.oneof(commandsOf(beginnings), commandsOf([...beginnings, ...disturbances]));
  return fc.asyncProperty(drawn, fc.nat(LARGEST_SEED), async (chosen, first) => {
    for (let order = first; order < first + orders; order += 1) {
      const world = await runInOrder(chosen, order, doors);
      onDone?.(world.servers.length, world.accepted.length);
    }
  });
}

async function runInOrder(chosen: Iterable<ScheduleCommand>, order: number, doors: Doors): Promise<ScheduledWorld> {
  const world = new ScheduledWorld(doors);
  let tasks: Tasks | undefined;
  const act = async (run: () => Promise<void>) => {
    await run();
    await tasks?.settle();
  };
  const [scheduler] = fc.sample(fc.scheduler({ act }), { seed: order, numRuns: 1 }) as [fc.Scheduler];
  const real = { world, tasks: new Tasks(world, scheduler) };
  tasks = real.tasks;
  try {
    await world.open();
    await fc.scheduledModelRun(scheduler, () => ({ model: world, real }), chosen);
    const wrong = await judge(world);
    if (wrong !== undefined) throw new ScheduleError(wrong, storyOf(scheduler));
    return world;
  } finally {
    world.tearDown();
  }
}

/** What was wrong behind a schedule, and everything that happened before, in order. */
class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
  readonly story: readonly string[];

  constructor(what: string, story: readonly string[]) {
    super(what);
    this.story = story;
  }
}

function storyOf(scheduler: fc.Scheduler): string[] {
  return scheduler
    .report()
    .flatMap(({ label, status }) =>
      status === 'pending' || label.startsWith('check@') || label === 'startModel' ? [] : [label.replace(/^run@/, '')],
    );
}

function describe(
  { counterexample, counterexamplePath, errorInstance, seed }: fc.RunDetails<Drawn>,
  given?: string,
): FailedSchedule {
  // What fast-check calls a replay path stands in a comment behind the commands.
  const [commands = '', replayPath = ''] = String(counterexample?.[0] ?? '').split(/\/\*replayPath="(.*)"\*\//);
  return {
    what: errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    commands: commands
      .split(',')
      .map((command) => command.trim())
      .filter((command) => command !== ''),
    story: errorInstance instanceof ScheduleError ? errorInstance.story : [],
    place: { seed, path: counterexamplePath ?? '', commands: given ?? replayPath },
  };
}
