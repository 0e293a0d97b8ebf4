/** Runs to show, made by hand: the moves of these systems are what is shown. */
import fc from 'fast-check';
import type { Shown, ShownEvent } from '../compose/system.ts';
import type { Run } from '../explore/walk.ts';
import { type Captions, type Scenario, scenarioOf } from './scenario.ts';

/** A move that is a message. */
export function message(from: string, to: string, text: string, extra: { fault?: true; lost?: true } = {}): Shown {
  return { text: `${from} to ${to}: ${text}`, events: [{ kind: 'message', from, to, text, ...extra }] };
}

/** A move that happens to one lifeline. */
export function note(over: string, text: string, extra: { fault?: true } = {}): Shown {
  return { text: `${over} ${text}`, events: [{ kind: 'note', over, text, ...extra }] };
}

/** The run of a system whose moves are what they look like. */
export function tell(lifelines: readonly string[], run: Run<Shown>, captions: Captions = { title: 'A run' }): Scenario {
  return scenarioOf({ lifelines, show: (move) => move }, run, captions);
}

/** Words with everything in them that one of the formats takes for something else. */
export const strange = fc.oneof(
  { weight: 3, arbitrary: fc.lorem({ maxCount: 12 }) },
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'end',
    'loop for ever',
    'wrap: it',
    '%%{init: {"theme": "dark"}}%%',
    '<script>alert(1)</script> & #35; "quoted"; x: y',
    '$$x^2$$ `code` \\ {brace}',
    'a-->>b: c',
    '',
    'WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW',
    '日本語のとても長い注釈がここに入りますので折り返しが必要です',
    '\ud800 alone, \u0000, \u0007 and \u2028',
  ),
);

const lifelines = fc.uniqueArray(strange, { minLength: 1, maxLength: 6 });

/** Any run whatever, with its words. */
export const scenarios: fc.Arbitrary<Scenario> = lifelines.chain((names) => {
  const name = fc.constantFrom(...names);
  const flag = fc.option(fc.constant(true as const), { nil: undefined });
  const flags = fc.record({ fault: flag, lost: flag }, { requiredKeys: [] }).map(defined);
  const event: fc.Arbitrary<ShownEvent> = fc.oneof(
    fc
      .tuple(name, name, strange, flags)
      .map(([from, to, text, extra]) => ({ kind: 'message', from, to, text, ...extra }) as const),
    fc
      .tuple(name, strange, flags)
      .map(([over, text, { fault }]) => ({ kind: 'note', over, text, ...defined({ fault }) }) as const),
  );
  const moves = fc.array(fc.record({ text: strange, events: fc.array(event, { maxLength: 3 }) }), { maxLength: 14 });
  const captions = fc
    .record({
      title: strange,
      description: fc.option(strange, { nil: undefined }),
      violated: fc.option(fc.boolean(), { nil: undefined }),
    })
    .map(({ title, description, violated }) => ({
      title,
      ...defined({ description }),
      ...(violated === undefined ? {} : { conclusion: { text: `so it is ${title}`, fault: violated } }),
    }));
  return fc.tuple(moves, captions, fc.option(fc.nat(), { nil: undefined })).map(([steps, words, loop]) => {
    const loops = loop === undefined || steps.length === 0 ? {} : { loopFrom: loop % steps.length };
    return tell(names, { moves: steps, ...loops }, words);
  });
});

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
