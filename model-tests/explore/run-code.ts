/**
 * A run as a short code: enough to replay it without exploring again, and without a file. In each state of the run the moves are numbered in
 * the order of the rules; the code is these numbers, each to the base of how many there were, as one number. So it takes about as many bits as the run
 * takes decisions. A check at its end finds codes that were mistyped, and codes of another version of the system.
 *
 * ```text
 * number = d1 + r1 * (d2 + r2 * (d3 + …)), where ri = moves in state i, plus 1, and di = 1 + the place of the move that is taken;
 *          di = 0 ends the run, and what is left then is 0, or 1 + the place where the loop begins
 * code   = number in Crockford's base 32, then 3 characters of check
 * ```
 */
import type { SlotValues } from '../compose/as-transition-system.ts';
import type { System } from '../compose/system.ts';
import { type Choice, choicesIn, initialState, sameState, type Walk } from './walk.ts';

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const CHECK = 3;
/** A run of thousands of steps; a longer code is a mistake. */
const LONGEST = 4_000;

/** A code that is not one of a run of this system; the message says in which way. */
export class RunCodeError extends Error {
  override readonly name = 'RunCodeError';
}

/**
 * The code of a run. The same run of the same system has the same code. Who asks often remembers what may happen in each state, and gives `choicesOf`.
 *
 * @throws RangeError when a choice of the walk is none that the system has there.
 */
export function codeOf<Move>(
  system: System<Move>,
  { states, choices, loopFrom }: Walk<Move>,
  choicesOf: (state: SlotValues) => readonly Choice<Move>[] = (state) => choicesIn(system, state),
): string {
  let number = loopFrom === undefined ? 0n : BigInt(loopFrom) + 1n;
  if (loopFrom !== undefined) number *= BigInt(choicesOf(states.at(-1) as SlotValues).length + 1);
  for (let index = choices.length - 1; index >= 0; index -= 1) {
    const [taken, possible] = [choices[index] as Choice<Move>, choicesOf(states[index] as SlotValues)];
    const place = possible.findIndex(({ move, next }) => isSame(move, taken.move) && sameState(next, taken.next));
    if (place === -1) throw new RangeError(`move ${index} of the walk cannot happen there: ${JSON.stringify(taken.move)}`);
    number = number * BigInt(possible.length + 1) + BigInt(place + 1);
  }
  return `${toDigits(number)}${checkOf(choices, loopFrom)}`;
}

/**
 * The run that a code stands for.
 *
 * @throws RunCodeError when it is not the code of a run of this system.
 */
export function walkOf<Move>(system: System<Move>, code: string): Walk<Move> {
  const text = code.toLowerCase();
  if (text.length < CHECK || text.length > LONGEST || [...text].some((digit) => !DIGITS.includes(digit))) {
    throw new RunCodeError(`expected ${CHECK} to ${LONGEST} of the characters ${DIGITS}`);
  }
  let number = fromDigits(text.slice(0, -CHECK));
  const states: SlotValues[] = [initialState(system)];
  const choices: Choice<Move>[] = [];
  for (;;) {
    const possible = choicesIn(system, states.at(-1) as SlotValues);
    const base = BigInt(possible.length + 1);
    const choice = possible[Number(number % base) - 1];
    number /= base;
    if (choice === undefined) break;
    choices.push(choice);
    states.push(choice.next);
  }
  const loop = number === 0n ? {} : { loopFrom: Number(number) - 1 };
  const known = checkOf(choices, loop.loopFrom) === text.slice(-CHECK);
  const closes = loop.loopFrom === undefined || sameState(states.at(-1) as SlotValues, states[loop.loopFrom] ?? []);
  if (!known || !closes) throw new RunCodeError('it is mistyped, or was made by another version of the system');
  return { states, choices, ...loop };
}

function isSame<Move>(one: Move, other: Move): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function toDigits(number: bigint): string {
  let text = '';
  for (let rest = number; rest > 0n; rest /= 32n) text = `${DIGITS[Number(rest % 32n)]}${text}`;
  return text;
}

function fromDigits(text: string): bigint {
  let number = 0n;
  for (const digit of text) number = number * 32n + BigInt(DIGITS.indexOf(digit));
  return number;
}

/** FNV-1a over the moves, as many bits of it as the check has. */
function checkOf<Move>(choices: readonly Choice<Move>[], loopFrom: number | undefined): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify([choices.map(({ move }) => move), loopFrom ?? null])) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  }
  return toDigits(BigInt(hash >>> 0) | (1n << 32n)).slice(-CHECK);
}
