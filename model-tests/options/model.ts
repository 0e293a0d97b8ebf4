/** The options of `listen` and `connect` as data: what each may be, what it is when it is left out, and what is said of anything else. */

/** What an option may be. `words` is what an error says was expected. */
export type Domain = { readonly words: string } & (
  | { readonly kind: 'whole number'; readonly least: number; readonly most: number }
  | { readonly kind: 'one of'; readonly values: readonly string[] }
  | { readonly kind: 'name'; readonly most: number; readonly empty: string }
  | { readonly kind: 'function' | 'object' | 'secret' | 'signal' | 'wkp' }
  | { readonly kind: 'record'; readonly keys: Readonly<Record<string, Domain>> }
);

/** One option of a call. */
export interface Option {
  readonly domain: Domain;
  /** Present in every case but those that leave it out. */
  readonly required?: true;
}

const aFunction: Domain = { kind: 'function', words: 'a function' };
const object = (words: string): Domain => ({ kind: 'object', words });
const wholeNumber = (least: number, most: number): Domain => ({
  kind: 'whole number',
  least,
  most,
  words: `a whole number of ${least} to ${most}`,
});
const limit = wholeNumber(1, 2 ** 31 - 1);

const common = (limits: readonly string[]): Readonly<Record<string, Option>> => ({
  wkp: { domain: { kind: 'wkp', words: 'tcp://host:port or array://name/port' }, required: true },
  secret: { domain: { kind: 'secret', words: 'a string or a Uint8Array' } },
  array: { domain: object('a StorageArray') },
  limits: {
    domain: {
      kind: 'record',
      keys: Object.fromEntries(limits.map((name) => [name, limit])),
      words: 'an object of time limits in milliseconds',
    },
  },
  trace: { domain: aFunction },
  inspect: { domain: object('an Observer') },
  ports: {
    domain: {
      kind: 'record',
      keys: {
        clock: object('a Clock'),
        random: aFunction,
        tcp: object('an object that implements Sockets'),
        array: object('an object that implements ArrayFamily'),
        newSessionId: aFunction,
      },
      words: 'an object of ports',
    },
  },
});

/** The options of both calls. `limits` are the names of the time limits (section 7). */
export const optionsOf = (
  limits: readonly string[],
): Readonly<Record<'listen' | 'connect', Readonly<Record<string, Option>>>> => ({
  listen: {
    ...common(limits),
    onSession: { domain: aFunction, required: true },
    onFailure: { domain: aFunction },
    maxPending: { domain: wholeNumber(1, 65_536) },
    maxSessions: { domain: wholeNumber(1, 65_536) },
  },
  connect: {
    ...common(limits),
    mode: { domain: { kind: 'one of', values: ['network', 'storage'], words: 'network or storage' } },
    group: { domain: { kind: 'name', most: 255, empty: '1 to 255 bytes of UTF-8', words: 'the name of an STG group' } },
    fallback: { domain: { kind: 'one of', values: ['network'], words: 'network' } },
    signal: { domain: { kind: 'signal', words: 'an AbortSignal' } },
  },
});

/** What is used of the options that are left out. */
export const optionDefaults = {
  listen: { maxPending: 128, maxSessions: 1_024, secret: new Uint8Array(0), trace: undefined, inspect: undefined, ports: {} },
  connect: {
    mode: 'network',
    fallback: false,
    group: '',
    signal: undefined,
    secret: new Uint8Array(0),
    trace: undefined,
    inspect: undefined,
    ports: {},
  },
} as const;

/** A wrong value, and what has to be said was expected. */
export interface WrongValue {
  /** Which part of the option is wrong, for one that is a record. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** The part that is wrong. */
  readonly part: unknown;
  /** What is said that it is, where it is not just shown. */
  readonly said?: string;
  readonly expected: string;
}

class SomeClass {}
const aGoodFunction = () => undefined;
/** Things of every kind; each domain takes some of them. */
const anything: readonly unknown[] = [
  null,
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  7n,
  true,
  '',
  'x'.repeat(100),
  [],
  {},
  new SomeClass(),
  Object.create(null),
  aGoodFunction,
  Symbol.iterator,
];

/** Values that an option may have: those at its limits, and plain ones. */
export function rightValues(domain: Domain): readonly unknown[] {
  switch (domain.kind) {
    case 'whole number':
      return [domain.least, domain.least + 1, domain.most - 1, domain.most];
    case 'one of':
      return domain.values;
    case 'name':
      return ['x', 'STG0', 'x'.repeat(domain.most), `${'é'.repeat((domain.most - 1) / 2)}x`];
    case 'function':
      return [aGoodFunction, class {}];
    case 'object':
      return [{}, new SomeClass(), Object.create(null)];
    case 'secret':
      return ['', 'é', new Uint8Array(0), Uint8Array.of(1, 2, 3), Buffer.from('bytes')];
    case 'signal':
      return [new AbortController().signal, AbortSignal.abort()];
    case 'wkp':
      return [];
    case 'record':
      return [
        {},
        ...Object.entries(domain.keys).flatMap(([key, inner]) => rightValues(inner).map((value) => ({ [key]: value }))),
        { [Object.keys(domain.keys)[0] ?? '']: undefined },
      ];
  }
}

/** Values that it may not have: those beside its limits, and things of every other kind. */
export function wrongValues(domain: Domain): readonly WrongValue[] {
  const wrong = (value: unknown, expected = domain.words): WrongValue => ({ path: [], value, part: value, expected });
  const others = anything.filter((value) => !takes(domain, value)).map((value) => wrong(value));
  switch (domain.kind) {
    case 'whole number':
      return [
        ...others,
        ...[domain.least - 1, domain.most + 1, domain.least + 0.5, String(domain.least)].map((value) => wrong(value)),
      ];
    case 'name': {
      const names = ['', 'x'.repeat(domain.most + 1), 'é'.repeat((domain.most + 1) / 2), '\ud800'];
      return [...others, ...names.map((value) => wrong(value, domain.empty))];
    }
    case 'wkp':
      return [
        ...others,
        ...['', 'db:7070', 'http://db', 'tcp://db', 'tcp://db:65536', 'array://sym0', 'x'.repeat(100)].map((value) =>
          wrong(value),
        ),
      ];
    case 'record': {
      const inner = Object.entries(domain.keys).flatMap(([key, one]) =>
        wrongValues(one).map((each) => ({ ...each, path: [key, ...each.path], value: { [key]: each.value } })),
      );
      const unknown = { path: ['tea'], value: { tea: 1 }, part: 1, said: 'not an option', expected: 'only options that exist' };
      return [...others, ...inner, unknown];
    }
    default:
      return others;
  }
}

function takes(domain: Domain, value: unknown): boolean {
  switch (domain.kind) {
    case 'whole number':
      return Number.isInteger(value) && (value as number) >= domain.least && (value as number) <= domain.most;
    case 'one of':
      return domain.values.includes(value as string);
    case 'function':
      return typeof value === 'function';
    case 'object':
      return typeof value === 'object' && value !== null;
    case 'secret':
    case 'name':
    case 'wkp':
      return typeof value === 'string';
    case 'signal':
      return false;
    case 'record':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}
