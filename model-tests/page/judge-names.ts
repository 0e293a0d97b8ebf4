/** Names, numbers and sentences against the tables of the page: what the implementation says otherwise, in words. */
import { isDeepStrictEqual } from 'node:util';
import type { attemptFailures, callFailures, failureCodes, StpConnectError } from '../../impl/protocol/errors.ts';
import type { defaultLimits, limitNames } from '../../impl/protocol/limits.ts';
import type { frameNames, frameTypes, modes } from '../../impl/protocol/message.ts';
import type { reasonNames, reasonOfNumber, reasons } from '../../impl/protocol/reasons.ts';
import type { StateNote } from '../../impl/protocol/table.ts';
import { frameForms } from './frame-fields.ts';
import { pageCodes, pageLimits, pageReasons } from './read-page.ts';

/** What is judged. */
export interface Names {
  readonly StpConnectError: typeof StpConnectError;
  readonly attemptFailures: typeof attemptFailures;
  readonly callFailures: typeof callFailures;
  readonly failureCodes: typeof failureCodes;
  readonly defaultLimits: typeof defaultLimits;
  readonly limitNames: typeof limitNames;
  readonly frameNames: typeof frameNames;
  readonly frameTypes: typeof frameTypes;
  readonly modes: typeof modes;
  readonly reasons: typeof reasons;
  readonly reasonNames: typeof reasonNames;
  readonly reasonOfNumber: typeof reasonOfNumber;
  /** What each state waits for, for people. */
  readonly notes: readonly Readonly<Record<string, StateNote>>[];
}

/** Where the page's tables and the implementation's differ. */
export function* complaintsAboutNames(names: Names): Generator<string, number> {
  const forms = frameForms.map(({ name, type }) => [name, type]);
  const words = frameForms.flatMap(({ fields }) =>
    fields.flatMap((field) => (field.name === 'mode' && 'words' in field ? [field.words] : [])),
  );
  const [modes = new Map<number, string>()] = words;
  const tables: readonly (readonly [what: string, page: unknown, here: unknown])[] = [
    ['frames', Object.fromEntries(forms), names.frameTypes],
    ['names of frames', forms.map(([name]) => name), names.frameNames],
    ['modes', Object.fromEntries([...modes].map(([number, mode]) => [mode, number])), names.modes],
    ['reasons', Object.fromEntries(pageReasons.map(({ name, ...reason }) => [name, reason])), names.reasons],
    ['names of reasons', pageReasons.map(({ name }) => name), names.reasonNames],
    ['limits', pageLimits, names.defaultLimits],
    ['names of limits', Object.keys(pageLimits), names.limitNames],
    ['failure codes', pageCodes.toSorted(), names.failureCodes.toSorted()],
  ];
  for (const [what, page, here] of tables)
    if (!isDeepStrictEqual({ ...(page as object) }, { ...(here as object) }))
      yield `the ${what} of the page are others: ${JSON.stringify(here)}`;
  const numbers = [-1, 0, ...pageReasons.map(({ number }) => number), pageReasons.length + 1, 65_535];
  for (const number of numbers) {
    const name = pageReasons.find((reason) => reason.number === number)?.name;
    if (names.reasonOfNumber(number) !== name) yield `reason ${number} is ${names.reasonOfNumber(number)}, not ${name}`;
  }
  yield* complaintsAboutErrors(names);
  yield* complaintsAboutNotes(names);
  return tables.length + numbers.length + pageCodes.length * factSets.length;
}

/** Every set of facts that an error can be given. */
const factSets = (['state', 'step', 'reason', 'expected', 'detail'] as const).reduce<Record<string, string>[]>(
  (sets, fact) => sets.concat(sets.map((set) => ({ ...set, [fact]: fact === 'detail' ? 'It is a detail.' : `the ${fact}` }))),
  [{}],
);

function* complaintsAboutErrors({ StpConnectError, attemptFailures, callFailures }: Names): Generator<string> {
  for (const [code, { kind, sentence }] of Object.entries({ ...attemptFailures, ...callFailures })) {
    const isLimit = code in pageLimits;
    if (!['usage', 'peer', 'transport', 'timeout'].includes(kind)) yield `${code} is of no kind: ${kind}`;
    if ((kind === 'timeout') !== isLimit) yield `${code} is of the kind ${kind}`;
    if (!/^[A-Z].{8,}\.$/.test(sentence)) yield `${code} has no sentence: ${sentence}`;
    for (const facts of factSets) {
      const error = new StpConnectError(code as 'closed', facts as object);
      const said = saidBy(sentence, facts);
      const expected = {
        name: 'StpConnectError',
        message: said,
        code,
        kind,
        state: facts['state'],
        step: facts['step'],
        reason: facts['reason'],
      };
      const { name, message, state, step, reason } = error;
      const seen = { name, message, code: error.code, kind: error.kind, state, step, reason };
      if (!isDeepStrictEqual(seen, expected)) yield `${code} with ${Object.keys(facts)} is ${JSON.stringify(seen)}`;
      if ('cause' in error) yield `${code} has a cause that nobody gave`;
    }
    const bare = new StpConnectError(code as 'closed');
    const cause = new Error('the cause');
    if (bare.message !== sentence || 'cause' in bare) yield `${code} without facts says ${bare.message}`;
    if (new StpConnectError(code as 'closed', { cause }).cause !== cause) yield `${code} loses its cause`;
  }
}

/** What an error says of its facts: why, more about it, where, and what was expected there. */
function saidBy(sentence: string, { state, step, reason, expected, detail }: Readonly<Record<string, string>>): string {
  const where = state === undefined ? undefined : `State: ${state}${step === undefined ? '' : ` (step ${step})`}`;
  return [
    sentence,
    reason && `Its reason: ${reason}.`,
    detail,
    where && `${where}${expected === undefined ? '' : `; expected ${expected}`}.`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

function* complaintsAboutNotes({ notes }: Names): Generator<string> {
  for (const [state, { expects, step }] of notes.flatMap((one) => Object.entries(one))) {
    if (!/^\S.*\S$/.test(expects ?? '')) yield `nobody knows what ${state} expects`;
    if (step !== undefined && !/^\d{2,3}((, |\/)\d{2,3})*$/.test(step)) yield `${state} stands for step ${step}`;
  }
}
