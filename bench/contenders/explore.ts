/**
 * One exploration in a process of its own; prints its figures as one JSON object.
 *
 * `explore.ts two-fifos TO_SERVER TO_CLIENT [THREADS]`, `explore.ts wide STATES`, `explore.ts handshake [THREADS]`;
 * `explore.ts warm-two-fifos TO_SERVER TO_CLIENT` explores several times, and the last time counts: a small system is
 * explored before the engine has compiled what explores it.
 */
import { check, handshakeSystems, type System, type View } from '../../model-tests/index.ts';
import { twoFifos } from '../systems/two-fifos.ts';

/** Slots of the wide system: 64 of four bits each fill eight words. */
const DIGITS = 64;

/** Two counters in digits of base 8, and 62 minus those slots that repeat a digit, so that a state needs eight words. */
function wide(): System<string> {
  const [perCounter, base] = [8, 8];
  const counter = (first: number) => ({
    name: `counter at ${first}`,
    *fire(view: View) {
      const writes: [number, number][] = [];
      for (let digit = first; digit < first + perCounter; digit += 1) {
        const next = (view.get<number>(digit) + 1) % base;
        writes.push([digit, next]);
        if (next !== 0) break;
      }
      const [, low] = writes[0] as [number, number];
      for (let slot = 2 * perCounter + (first === 0 ? 0 : 1); slot < DIGITS; slot += 2) writes.push([slot, low]);
      yield { move: 'count', writes };
    },
  });
  return {
    slots: Array.from({ length: DIGITS }, (_, slot) => ({ name: `digit ${slot}`, initial: 0 })),
    rules: [counter(0), counter(perCounter)],
    lifelines: [],
    show: (move) => ({ text: move, events: [] }),
  };
}

/** Two servers in network mode, an intruder, a reset, a crash, a restart, every limit. */
function handshake() {
  const found = handshakeSystems().find(({ id }) => id === 'hardened.two-network');
  if (found === undefined) throw new RangeError('there is no composition hardened.two-network');
  return found.system;
}

async function warm<Result>(explore: () => Promise<Result>): Promise<Result> {
  for (let time = 0; time < 8; time += 1) await explore();
  return explore();
}

const [what, ...numbers] = process.argv.slice(2);
const [a = 1, b = 6, threads = 1] = numbers.map(Number);
const explorations = {
  wide: () => check(wide(), [], { limits: { states: a } }),
  handshake: () => check(handshake(), [], { threads: a }),
  'two-fifos': () => check(twoFifos(a, b), [], { threads }),
  'warm-two-fifos': () => warm(() => check(twoFifos(a, b), [])),
};
if (what === undefined || !(what in explorations))
  throw new RangeError(`expected one of ${Object.keys(explorations).join(', ')}`);
const { states, edges, seconds, statesPerSecond, peakRssBytes } = await explorations[what as keyof typeof explorations]();
process.stdout.write(`${JSON.stringify({ states, edges, seconds, statesPerSecond, bytesPerState: peakRssBytes / states })}\n`);
