/**
 * The implementation, driven by hand: real sockets whose deliveries are held back, a clock that stands still, and each move made when somebody asks
 * for it. Behind each move everything that can be seen is compared with the model.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Arrangement, arrange } from '../../../model-tests/drive/handshake/arrange.ts';
import type { ExploredMove } from '../../../model-tests/drive/handshake/explored/moves.ts';
import type { ExploredSystem } from '../../../model-tests/drive/handshake/explored/system.ts';
import { Translator } from '../../../model-tests/drive/handshake/explored/translate.ts';
import { DrivenPath, type PathFailure } from '../../../model-tests/drive/handshake/run-path.ts';
import type { Move } from '../../../model-tests/drive/handshake/world.ts';
import type { Rig } from '../../../model-tests/drive/rigs.ts';
import { readFrames } from '../../../model-tests/drive/wire.ts';
import type { Choice, Walk } from '../../../model-tests/explore/walk.ts';
import type { Frame } from '../../contract.ts';
import { decodeFrame } from '../../frames/decode.ts';
import { ActError } from '../../recordings/source.ts';

/** More moves than anybody makes by hand. */
const MOST_MOVES = 2_000;
/** Milliseconds that one move may take; it takes a few. */
const PATIENCE = 20_000;
const SEED = 1;

/** A frame as it crossed the wire. */
export type WireFrame = Pick<Frame, 'name' | 'fields' | 'hex'>;

/** What goes along with a run: processes and their surroundings. */
interface Running {
  readonly rig: Rig;
  readonly path: DrivenPath;
  /** Frames that were written and not delivered, by link and end. */
  readonly waiting: Map<string, WireFrame[]>;
}

export class ImplementationDrive {
  /** Frames that moves have delivered, by the number of the move. */
  readonly frames = new Map<number, WireFrame>();
  readonly #system: ExploredSystem;
  readonly #openRig: () => Promise<Rig>;
  #translator: Translator;
  #followed: readonly Choice<ExploredMove>[] = [];
  /** How much of the translated path was made. */
  #made = 0;
  #running: Running | undefined;
  #failure: string | undefined;

  /** `openRig`: what a run goes through, made anew for each. */
  constructor(system: ExploredSystem, openRig: () => Promise<Rig>) {
    this.#system = system;
    this.#openRig = openRig;
    this.#translator = new Translator(system, MOST_MOVES);
  }

  /**
   * Makes the moves of a walk: those that are new, or all of them anew where it is no continuation.
   * Answers what the implementation did that the model does not, if it did.
   *
   * @throws ActError for a move that cannot be made
   */
  async follow(walk: Walk<ExploredMove>): Promise<string | undefined> {
    const continues = this.#followed.every((choice, index) => choice === walk.choices[index]);
    if (continues && this.#failure !== undefined && walk.choices.length > this.#followed.length) {
      throw new ActError('the implementation has gone another way than the model: take moves back, or begin again');
    }
    const translator = continues ? this.#translator : new Translator(this.#system, MOST_MOVES);
    const from = continues ? this.#followed.length : 0;
    const ends = new Map<number, number>();
    for (let index = from; index < walk.choices.length; index += 1) {
      const why = translator.follow(walk, index);
      if (why !== undefined) throw new ActError(`this cannot be done to the implementation: ${why}`);
      ends.set(translator.path.length, index);
    }
    this.#translator = translator;
    this.#followed = walk.choices;
    if (!continues) await this.#end();
    this.#failure = await this.#make(ends);
    return this.#failure;
  }

  /** Ends the processes. */
  async close(): Promise<void> {
    await this.#end();
  }

  /** `ends`: which move of the walk the path's moves up to a place belong to. */
  async #make(ends: ReadonlyMap<number, number>): Promise<string | undefined> {
    const { path } = this.#translator;
    const arrangement = arrange(path.map(({ move }) => move));
    if (this.#running !== undefined && !isDeepStrictEqual(this.#running.path.arrangement, arrangement)) await this.#end();
    try {
      const running = this.#running ?? (await this.#begin(arrangement));
      for (const edge of path.slice(this.#made)) {
        const failure = await inTime(running.path.step(edge), running);
        this.#made += 1;
        const index = ends.get(this.#made);
        const frame = delivered(running, edge.move);
        if (index !== undefined && frame !== undefined) this.frames.set(index, frame);
        if (failure !== undefined) return textOf(failure);
      }
      return undefined;
    } catch (error) {
      return `the driver could not go on: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async #begin(arrangement: Arrangement): Promise<Running> {
    const rig = await this.#openRig();
    const path = new DrivenPath(this.#translator.system, rig, arrangement, SEED);
    const waiting = new Map<string, WireFrame[]>();
    const { keeper } = path.run;
    const told = keeper.onSent;
    keeper.onSent = (link, from, bytes) => {
      told?.(link, from, bytes);
      const key = `${link.index} ${from === 'dialer' ? 'acceptor' : 'dialer'}`;
      const frames = readFrames(bytes).frames.map((frame) => decodeFrame(frame.bytes));
      waiting.set(key, [...(waiting.get(key) ?? []), ...frames]);
    };
    this.#running = { rig, path, waiting };
    const failure = await inTime(path.start(), this.#running);
    if (failure !== undefined) throw new Error(textOf(failure));
    return this.#running;
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#made = 0;
    this.frames.clear();
    await running?.path.run.tearDown();
    await running?.rig.close();
  }
}

/** The frame that a move has delivered; what was reset is delivered never. */
function delivered({ waiting }: Running, move: Move): WireFrame | undefined {
  if (move.kind === 'reset') for (const end of ['dialer', 'acceptor']) waiting.delete(`${move.link} ${end}`);
  return move.kind === 'deliver' ? waiting.get(`${move.link} ${move.to}`)?.shift() : undefined;
}

async function inTime(done: Promise<PathFailure | undefined>, { path }: Running): Promise<PathFailure | undefined> {
  const bell = new AbortController();
  const late = sleep(PATIENCE, undefined, { signal: bell.signal }).then(
    () => ({ ...path.progress, what: 'it got stuck', expected: `a reaction within ${PATIENCE} ms`, seen: 'none' }),
    () => undefined,
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    bell.abort();
  }
}

function textOf({ move, what, expected, seen }: PathFailure): string {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return `behind ${move}: ${what}; expected ${text(expected)}, seen ${text(seen)}`;
}
