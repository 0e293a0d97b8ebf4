/** Drives a system by hand: its moves are what its rules allow, one after the other. */
import { createHash } from 'node:crypto';
import { RunCodeError, walkOf } from '../../model-tests/explore/run-code.ts';
import { type Choice, initialState, type Walk } from '../../model-tests/explore/walk.ts';
import type { Act, Moves } from '../contract.ts';
import { ActError, type Acted, type Driver } from '../recordings/source.ts';
import type { WalkRecording } from './walk-recording.ts';

/** Moves in one run: so many that nobody gets there by hand. */
const MOST_MOVES = 2_000;

/** A file that a driven path is saved as. */
export type Save<Move> = (walk: Walk<Move>, title: string | undefined) => NonNullable<Acted['file']>;

/** Follows each walk before it is shown; what it says was wrong is told. It throws ActError for a walk that cannot be gone. */
export type Follow<Move> = (walk: Walk<Move>) => Promise<string | undefined>;

export class HandDriver<Move> implements Driver {
  readonly #recording: WalkRecording<Move>;
  readonly #save: Save<Move>;
  readonly #follow: Follow<Move>;
  readonly #isOffered: (move: Move) => boolean;
  #offered: { readonly walk: Walk<Move>; readonly choices: readonly Choice<Move>[] } | undefined;
  #busy = false;

  constructor(
    recording: WalkRecording<Move>,
    save: Save<Move>,
    follow: Follow<Move> = async () => undefined,
    isOffered: (move: Move) => boolean = () => true,
  ) {
    this.#recording = recording;
    this.#save = save;
    this.#follow = follow;
    this.#isOffered = isOffered;
  }

  moves(): Moves {
    const { walk, view } = this.#recording;
    const choices = this.#choices();
    const state = walk.states.at(-1) as Walk<Move>['states'][number];
    return {
      at: walk.choices.length,
      moves: choices.map((choice, place) => ({ id: idOf(choice, place), ...view.offer(state, choice) })),
      canUndo: walk.choices.length > 0,
      ...(choices.length === 0 ? { over: 'nothing can happen any more' } : {}),
    };
  }

  async act(act: Act): Promise<Acted> {
    // The implementation is driven one move after the other; a second request finds another state anyway.
    if (this.#busy) throw new ActError('another move is being made: look again');
    this.#busy = true;
    try {
      return await this.#act(act);
    } finally {
      this.#busy = false;
    }
  }

  async #act(act: Act): Promise<Acted> {
    const { walk } = this.#recording;
    switch (act.do) {
      case 'save':
        return { file: this.#save(walk, act.title) };
      case 'move':
        return this.#go(this.#with(act.move));
      case 'undo': {
        if (walk.choices.length === 0) throw new ActError('there is no move to take back');
        return this.#go({ states: walk.states.slice(0, -1), choices: walk.choices.slice(0, -1) });
      }
      case 'restart':
        return this.#go({ states: [initialState(this.#recording.view.system)], choices: [] });
      case 'goto':
        return this.#go(this.#named(act.run));
    }
  }

  async #go(walk: Walk<Move>): Promise<Acted> {
    const failure = await this.#follow(walk);
    this.#recording.walk = walk;
    return failure === undefined ? {} : { failure };
  }

  #with(id: string): Walk<Move> {
    const { walk } = this.#recording;
    const choice = this.#choices().find((one, place) => idOf(one, place) === id);
    if (choice === undefined) throw new ActError('there is no such move in this state: look again');
    if (walk.choices.length >= MOST_MOVES) throw new ActError(`a run has at most ${MOST_MOVES} moves`);
    return { states: [...walk.states, choice.next], choices: [...walk.choices, choice] };
  }

  #named(code: string): Walk<Move> {
    try {
      const { states, choices } = walkOf(this.#recording.view.system, code);
      return { states, choices };
    } catch (error) {
      if (error instanceof RunCodeError) throw new ActError(`that is not the code of a run: ${error.message}`, { cause: error });
      throw error;
    }
  }

  #choices(): readonly Choice<Move>[] {
    const { walk } = this.#recording;
    if (this.#offered?.walk !== walk) {
      const all = this.#recording.choicesOf(walk.states.at(-1) as Walk<Move>['states'][number]);
      this.#offered = { walk, choices: all.filter(({ move }) => this.#isOffered(move)) };
    }
    return this.#offered.choices;
  }
}

/** Its place, and what the move is: so a button of another state means nothing. */
function idOf<Move>({ move, next }: Choice<Move>, place: number): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([move, next]))
    .digest('base64url');
  return `${place}.${digest.slice(0, 10)}`;
}
