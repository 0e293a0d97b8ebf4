/**
 * Drives the implementation along one path of the composition: real sockets, held deliveries, a clock that stands still. After each
 * move everything that can be seen from outside is compared with what the model says.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Edge } from '../../explore/explore.ts';
import type { Rig } from '../rigs.ts';
import { arrange } from './arrange.ts';
import { carryOut } from './carry-out.ts';
import { successorOf } from './driven-edge.ts';
import { finish } from './finish.ts';
import { expectedWritings, type LastMove, observeModel } from './observe.ts';
import { expectedRecords } from './records.ts';
import { expectedReports, Run } from './run.ts';
import type { HandshakeSystem } from './system.ts';
import { describeMove, type Move, type World } from './world.ts';

/** Why a path failed: after which of its moves, what the model says and what was seen. */
export interface PathFailure {
  /** Index of the move, -1 before the first, the path's length when the end of the run was wrong. */
  readonly at: number;
  readonly move: string;
  readonly what: string;
  readonly expected: unknown;
  readonly seen: unknown;
}

export type HandshakePath = readonly Edge<World, Move>[];

/** Longest time in milliseconds that one path may take; a path takes a few. */
const patience = 20_000;

/** Runs one path; undefined when everything was as the model says. `seed` decides how deliveries are split. */
export async function runPath(
  system: HandshakeSystem,
  rig: Rig,
  path: HandshakePath,
  seed: number,
): Promise<PathFailure | undefined> {
  const run = new Run(system, rig, arrange(path.map((edge) => edge.move)));
  const progress = { at: -1, move: 'start' };
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<PathFailure>((resolve) => {
    const bark = () =>
      resolve({ ...progress, what: 'the run got stuck', expected: `a reaction within ${patience} ms`, seen: 'none' });
    timer = setTimeout(bark, patience);
  });
  try {
    return await Promise.race([drive(run, system, path, seed, progress), stuck]);
  } catch (error) {
    return { ...progress, what: 'the driver could not go on', expected: 'a move that can be made', seen: String(error) };
  } finally {
    clearTimeout(timer);
    await run.tearDown();
  }
}

async function drive(
  run: Run,
  system: HandshakeSystem,
  path: HandshakePath,
  seed: number,
  progress: { at: number; move: string },
) {
  await run.start();
  let failure = compare(run, system, system.initial);
  if (failure !== undefined) return { ...progress, ...failure };
  for (const [at, edge] of path.entries()) {
    Object.assign(progress, { at, move: describeMove(edge.move) });
    const successor = successorOf(system, edge);
    run.begin();
    await carryOut({ run, world: edge.from.world, steps: successor.steps, seed: seed + at }, edge.move);
    failure =
      compareRecords(run, successor.steps) ??
      compareWritings(run, successor.written) ??
      compare(run, system, successor.next, { from: edge.from.world, steps: successor.steps });
    if (failure !== undefined) return { ...progress, ...failure };
  }
  Object.assign(progress, { at: path.length, move: 'the end of the run' });
  const wrong = await finish(run, system, path.at(-1)?.to.world ?? system.initial);
  return wrong === undefined ? undefined : { ...progress, what: wrong, expected: 'nothing of the kind', seen: wrong };
}

type Difference = Omit<PathFailure, 'at' | 'move'>;

function compare(run: Run, system: HandshakeSystem, world: World, last?: LastMove): Difference | undefined {
  const expected = observeModel(system, world, last);
  const seen = run.observe(expected, world);
  if (isDeepStrictEqual(expected, seen)) return undefined;
  for (const key of ['processes', 'links', 'calls'] as const) {
    for (const index of Array.from({ length: Math.max(expected[key].length, seen[key].length) }).keys()) {
      if (isDeepStrictEqual(expected[key][index], seen[key][index])) continue;
      return { what: `what is seen of ${key} differs`, expected: expected[key][index], seen: seen[key][index] };
    }
  }
  return undefined;
}

function compareRecords(run: Run, steps: Parameters<typeof expectedRecords>[0]): Difference | undefined {
  const expected = expectedRecords(steps);
  const seen = run.takeRecords();
  if (!isDeepStrictEqual(expected, seen)) return { what: 'the trace differs', expected, seen };
  const [toTell, told] = [expectedReports(steps), run.takeReports()];
  return isDeepStrictEqual(toTell, told) ? undefined : { what: 'what users are told differs', expected: toTell, seen: told };
}

/** Also what never arrives: what was overtaken by a reset, or written to somebody who has closed. */
function compareWritings(run: Run, written: Parameters<typeof expectedWritings>[0]): Difference | undefined {
  const [expected, seen] = [expectedWritings(written), run.writings()];
  return isDeepStrictEqual(expected, seen) ? undefined : { what: 'what is written differs', expected, seen };
}
