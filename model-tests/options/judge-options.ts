/** The options of `listen` and `connect` against their model: what is taken, refused or said otherwise, in words. */
import { isDeepStrictEqual } from 'node:util';
import type { parseConnectOptions, parseListenOptions } from '../../impl/session/config.ts';
import { attempt, shown } from '../page/judge-codec.ts';
import { pageLimits } from '../page/read-page.ts';
import { type Option, optionDefaults, optionsOf, rightValues, wrongValues } from './model.ts';

/** What is judged. */
export interface OptionParsers {
  readonly parseListenOptions: typeof parseListenOptions;
  readonly parseConnectOptions: typeof parseConnectOptions;
}

type Call = 'listen' | 'connect';
type Parse = (options: unknown) => unknown;

const model = optionsOf(Object.keys(pageLimits));
const bases: Readonly<Record<Call, Readonly<Record<string, unknown>>>> = {
  listen: { wkp: 'tcp://127.0.0.1:0', onSession: () => undefined },
  connect: { wkp: 'tcp://db:7070' },
};

/** Options that are parsed otherwise than the model says. */
export function* complaintsAboutOptions(parsers: OptionParsers): Generator<string, number> {
  const parse: Readonly<Record<Call, Parse>> = { listen: parsers.parseListenOptions, connect: parsers.parseConnectOptions };
  for (const call of ['listen', 'connect'] as const) {
    yield* complaintsAboutDefaults(call, parse[call]);
    for (const [name, option] of Object.entries(model[call])) {
      yield* complaintsAboutRight(call, parse[call], name, option);
      yield* complaintsAboutWrong(call, parse[call], name, option);
    }
    yield* complaintsAboutWhole(call, parse[call]);
  }
  yield* complaintsAboutTogether(parse);
  yield* complaintsAboutPorts(parse);
  const domains = [...Object.values(model.listen), ...Object.values(model.connect)].map(({ domain }) => domain);
  return domains.reduce((sum, domain) => sum + rightValues(domain).length + wrongValues(domain).length, 0);
}

function* complaintsAboutDefaults(call: Call, parse: Parse): Generator<string> {
  const { wkp, ...others } = attempt(() => parse(bases[call])) as Record<string, unknown>;
  if (!isDeepStrictEqual(others, { ...optionDefaults[call], limits: pageLimits }))
    yield `${call}: the defaults are ${shown(others)}`;
  if (typeof wkp !== 'object') yield `${call}: the well-known port is ${shown(wkp)}`;
}

function* complaintsAboutRight(call: Call, parse: Parse, name: string, { domain }: Option): Generator<string> {
  const needs = name === 'mode' ? { array: {}, group: 'STG0' } : {};
  for (const value of rightValues(domain)) {
    const seen = attempt(() => parse({ ...bases[call], ...needs, [name]: value }));
    if (seen instanceof Error) yield `${call}: ${name} ${shown(value)} is refused: ${seen.message}`;
    else {
      const parsed = (seen as Record<string, unknown>)[name];
      const expected = parsedAs(name, value);
      if (expected !== undefined && !isSame(parsed, expected)) yield `${call}: ${name} ${shown(value)} becomes ${shown(parsed)}`;
    }
  }
}

/** What a value is once it is parsed; undefined where that is nothing of its own. */
function parsedAs(name: string, value: unknown): unknown {
  if (name === 'limits') return { ...pageLimits, ...defined(value as object) };
  if (name === 'secret') return Uint8Array.from(Buffer.from(value as string));
  if (name === 'fallback') return value === 'network';
  if (name === 'ports') return defined(value as object);
  return ['array', 'onSession', 'onFailure'].includes(name) ? undefined : value;
}

const defined = (record: object) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

/** Equal; a function of the ports stands for one that is called with its `this`. */
function isSame(seen: unknown, expected: unknown): boolean {
  const plain = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, typeof one === 'function' ? 'a function' : one]))
      : value;
  return isDeepStrictEqual(plain(seen), plain(expected));
}

function* complaintsAboutWrong(call: Call, parse: Parse, name: string, { domain, required }: Option): Generator<string> {
  for (const { path, value, part, said, expected } of wrongValues(domain)) {
    const seen = attempt(() => parse({ ...bases[call], [name]: value }));
    const is = said ?? (name === 'secret' ? 'not shown' : spelled(part));
    yield* complaintAbout(`${call}: ${name} ${shown(part)}`, seen, call, [name, ...path].join('.'), is, expected);
  }
  if (required)
    yield* complaintAbout(
      `${call} without ${name}`,
      attempt(() => parse({ ...bases[call], [name]: undefined })),
      call,
      name,
      'undefined',
      domain.words,
    );
}

function* complaintsAboutWhole(call: Call, parse: Parse): Generator<string> {
  for (const whole of [undefined, null, 5, 'tcp://db:7070', []]) {
    yield* complaintAbout(
      `${call} of ${shown(whole)}`,
      attempt(() => parse(whole)),
      call,
      'options',
      spelled(whole),
      'an object of options',
    );
  }
  const more = { ...bases[call], sekret: 'x' };
  yield* complaintAbout(
    `${call} with sekret`,
    attempt(() => parse(more)),
    call,
    'sekret',
    'not an option',
    'only options that exist',
  );
}

/** Ports that are functions are called with their own `this`, and what they give is given. */
function* complaintsAboutPorts(parse: Readonly<Record<Call, Parse>>): Generator<string> {
  class OwnPorts {
    #count = 0;
    random(size: number) {
      return new Uint8Array(size + this.#count);
    }
    newSessionId() {
      this.#count += 1;
      return `session ${this.#count}`;
    }
  }
  for (const call of ['listen', 'connect'] as const) {
    const parsed = attempt(() => parse[call]({ ...bases[call], ports: new OwnPorts() })) as {
      readonly ports?: Partial<OwnPorts>;
    };
    const seen = attempt(() => [
      parsed.ports?.newSessionId?.(),
      parsed.ports?.newSessionId?.(),
      parsed.ports?.random?.(7)?.length,
    ]);
    if (!isDeepStrictEqual(seen, ['session 1', 'session 2', 9])) yield `${call}: ports that are functions give ${shown(seen)}`;
  }
}

/** What options need of each other: all of them together. */
function* complaintsAboutTogether(parse: Readonly<Record<Call, Parse>>): Generator<string> {
  for (const call of ['listen', 'connect'] as const) {
    for (const wkp of ['tcp://db:7070', 'tcp://db:0', 'array://sym0/7070', 'array://sym0/0']) {
      for (const given of [{}, { array: {} }, { ports: { array: {} } }]) {
        for (const wanted of call === 'listen'
          ? [{}]
          : [{}, { mode: 'network' }, { mode: 'storage' }, { mode: 'storage', group: 'STG0' }]) {
          const options = { ...bases[call], wkp, ...given, ...wanted };
          const seen = attempt(() => parse[call](options));
          const what = `${call} of ${shown({ wkp, ...given, ...wanted })}`;
          const problem = problemOf(call, options);
          if (problem !== undefined) yield* complaintAbout(what, seen, call, ...problem);
          else if (seen instanceof Error) yield `${what} is refused: ${seen.message}`;
        }
      }
    }
  }
}

/** What is wrong with options that are right one by one: the key, what it is, what was expected. */
function problemOf(
  call: Call,
  options: Readonly<Record<string, unknown>>,
): [key: string, is: string, expected: string] | undefined {
  const attached = 'array' in options || 'ports' in options;
  const wkp = String(options['wkp']);
  if (wkp.startsWith('array:') && !attached)
    return ['array', 'undefined', 'a StorageArray, since the well-known port is in an array'];
  if (call === 'listen') return undefined;
  if (/[:/]0$/.test(wkp)) return ['wkp', '"port 0"', 'a port to dial'];
  if (options['mode'] !== 'storage') return undefined;
  if (options['group'] === undefined) return ['group', 'undefined', 'the name of an STG group, in storage mode'];
  return attached ? undefined : ['array', 'undefined', 'a StorageArray, in storage mode'];
}

function* complaintAbout(what: string, seen: unknown, call: Call, key: string, is: string, expected: string): Generator<string> {
  const said = `The options are not valid. ${call}: "${key}" is ${is}; expected ${expected}.`;
  const code = seen instanceof Error && 'code' in seen ? seen.code : undefined;
  if (!(seen instanceof Error) || code !== 'configInvalid' || seen.message !== said)
    yield `${what}: ${shown(seen)}; expected ${said}`;
}

/** A value as an error shows it: text at most 80 characters of it, and of an object its class only. */
function spelled(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return `an object (${value.constructor?.name ?? 'without a class'})`;
}
