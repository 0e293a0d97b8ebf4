/**
 * Drives the implementation along one path of the composition: real sockets, held deliveries, a clock that stands still. After each
 * move everything that can be seen from outside is compared with what the model says.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Edge } from '../../explore/explore.ts';
import { patient } from '../patience.ts';
import type { Rig } from '../rigs.ts';
import { type Arrangement, arrange } from './arrange.ts';
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
const patience = patient(20_000);

/** Runs one path; undefined when everything was as the model says. `seed` decides how deliveries are split. */
export async function runPath(
  system: HandshakeSystem,
  rig: Rig,
  path: HandshakePath,
  seed: number,
): Promise<PathFailure | undefined> {
  const driven = new DrivenPath(system, rig, arrange(path.map((edge) => edge.move)), seed);
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<PathFailure>((resolve) => {
    const bark = () =>
      resolve({
        ...driven.progress,
        what: 'the run got stuck',
        expected: `a reaction within ${patience} ms`,
        seen: 'none',
      });
    timer = setTimeout(bark, patience);
  });
  try {
    return await Promise.race([driveAll(driven, path), stuck]);
  } catch (error) {
    return { ...driven.progress, what: 'the driver could not go on', expected: 'a move that can be made', seen: String(error) };
  } finally {
    clearTimeout(timer);
    await driven.run.tearDown();
  }
}

async function driveAll(driven: DrivenPath, path: HandshakePath): Promise<PathFailure | undefined> {
  let failure = await driven.start();
  for (const edge of path) failure ??= await driven.step(edge);
  return failure ?? (await driven.finish());
}

/** The implementation on its way along a path that may still grow, compared with the model behind each move. */
export class DrivenPath {
  readonly run: Run;
  readonly arrangement: Arrangement;
  readonly #system: HandshakeSystem;
  readonly #seed: number;
  #world: World;
  #at = -1;
  #move = 'start';

  /** What a path needs before it begins is in `arrangement`; `seed` decides how deliveries are split. */
  constructor(system: HandshakeSystem, rig: Rig, arrangement: Arrangement, seed: number) {
    this.run = new Run(system, rig, arrangement);
    this.arrangement = arrangement;
    this.#system = system;
    this.#seed = seed;
    this.#world = system.initial;
  }

  /** Which move is being made. */
  get progress(): { readonly at: number; readonly move: string } {
    return { at: this.#at, move: this.#move };
  }

  /** Starts the processes; where they are is compared. */
  async start(): Promise<PathFailure | undefined> {
    await this.run.start();
    return this.#failure(compare(this.run, this.#system, this.#system.initial));
  }

  /** Makes the next move, and compares everything that can be seen behind it. */
  async step(edge: HandshakePath[number]): Promise<PathFailure | undefined> {
    const { run } = this;
    const at = this.#at + 1;
    this.#at = at;
    this.#move = describeMove(edge.move);
    const successor = successorOf(this.#system, edge);
    run.begin();
    await carryOut({ run, world: edge.from.world, steps: successor.steps, seed: this.#seed + at }, edge.move);
    this.#world = edge.to.world;
    return this.#failure(
      compareRecords(run, successor.steps) ??
        compareWritings(run, successor.written) ??
        compare(run, this.#system, successor.next, { from: edge.from.world, steps: successor.steps }),
    );
  }

  /** Ends the run: its sessions carry data, everything is given back, and the listener serves one more. */
  async finish(): Promise<PathFailure | undefined> {
    this.#at += 1;
    this.#move = 'the end of the run';
    const wrong = await finish(this.run, this.#system, this.#world);
    return this.#failure(wrong === undefined ? undefined : { what: wrong, expected: 'nothing of the kind', seen: wrong });
  }

  #failure(difference: Difference | undefined): PathFailure | undefined {
    return difference && { ...this.progress, ...difference };
  }
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
