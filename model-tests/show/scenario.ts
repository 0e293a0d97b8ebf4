/**
 * A run as one tells it: what the pictures and the text of a run are made from. In this folder: from a system and a run of it to text,
 * Mermaid and SVG. Everything here is pure, imports nothing of Node's, and knows nothing of the handshake.
 */
import type { ShownEvent, System } from '../compose/system.ts';
import type { Run } from '../explore/walk.ts';

/** One move of a run. */
export interface ScenarioStep {
  /** One line, what happens. */
  readonly text: string;
  /** What a sequence diagram draws for it, in order. */
  readonly events: readonly ShownEvent[];
  /** Something that is not supposed to happen, but may: one of its events is a fault. */
  readonly fault: boolean;
}

/** What a run shows, told after its last step. */
export interface Conclusion {
  readonly text: string;
  /** Bad news: a property is violated. */
  readonly fault: boolean;
}

/** What may be said about a run. */
export interface Captions {
  /** One line. */
  readonly title: string;
  /** What the run is about, in a sentence or two. */
  readonly description?: string;
  readonly conclusion?: Conclusion;
}

/** A run with its words. */
export interface Scenario extends Captions {
  /** From left to right. */
  readonly lifelines: readonly string[];
  readonly steps: readonly ScenarioStep[];
  /** For a run that goes on for ever: after the last step it goes on with the step at this place, counted from 0. */
  readonly loopFrom?: number;
}

/**
 * Tells a run of `system`.
 *
 * @throws RangeError when the loop begins outside the run, or an event happens to a lifeline that the system does not name.
 * @example
 * process.stdout.write(showScenario(scenarioOf(system, counterexample, { title: 'Two servers at once' }), 'text'));
 */
export function scenarioOf<Move>(
  system: Pick<System<Move>, 'lifelines' | 'show'>,
  { moves, loopFrom }: Run<Move>,
  captions: Captions,
): Scenario {
  const { lifelines } = system;
  if (lifelines.length === 0) throw new RangeError('the system names no lifelines; a sequence diagram needs at least one');
  if (loopFrom !== undefined && !(Number.isInteger(loopFrom) && loopFrom >= 0 && loopFrom < moves.length)) {
    throw new RangeError(`the run's loop begins at move ${loopFrom}; expected a move of the run, 0 to ${moves.length - 1}`);
  }
  const steps = moves.map((move, index) => {
    const { text, events } = system.show(move);
    for (const lifeline of events.flatMap(lifelinesOf)) {
      if (!lifelines.includes(lifeline)) {
        throw new RangeError(`step ${index + 1} (${text}) happens to ${lifeline}; expected one of ${lifelines.join(', ')}`);
      }
    }
    return { text: oneLine(text), events, fault: events.some(isFault) };
  });
  return { ...captions, lifelines, steps, ...(loopFrom === undefined ? {} : { loopFrom }) };
}

/** What a message that never arrives is, too. */
export function isFault(event: ShownEvent): boolean {
  return event.fault === true || (event.kind === 'message' && event.lost === true);
}

/** The text with every run of white space and control characters as one blank. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}

function lifelinesOf(event: ShownEvent): readonly string[] {
  return event.kind === 'message' ? [event.from, event.to] : [event.over];
}
