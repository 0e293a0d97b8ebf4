/** The options of `listen` and `connect`, and well-known ports as text: suites that are generated from a model of the options and from the grammar. */
import { describe, expect, test } from 'vitest';
import { parseConnectOptions, parseListenOptions } from '../../impl/session/config.ts';
import { formatWkp, parseWkp } from '../../impl/session/wkp.ts';
import { complaintsAboutOptions } from '../options/judge-options.ts';
import { complaintsAboutWkp } from '../options/judge-wkp.ts';

const parsers = { parseListenOptions, parseConnectOptions };
const first = (complaints: Iterable<string>) => [...complaints].slice(0, 3);

describe('the options', () => {
  test('are taken at their limits and refused beside them, and an error names the key, the value and what was expected', () => {
    expect(first(complaintsAboutOptions(parsers))).toEqual([]);
  });

  test('that shift a limit by one, forget a default or say too little are noticed', () => {
    const roomy: typeof parseListenOptions = (options) => {
      const given = options as { maxPending?: unknown };
      return parseListenOptions(given?.maxPending === 65_537 ? { ...given, maxPending: 1 } : options);
    };
    expect(first(complaintsAboutOptions({ ...parsers, parseListenOptions: roomy }))[0]).toContain('maxPending 65537');
    const eager: typeof parseConnectOptions = (options) => ({ ...parseConnectOptions(options), fallback: true });
    expect(first(complaintsAboutOptions({ ...parsers, parseConnectOptions: eager }))[0]).toContain('the defaults are');
    const terse: typeof parseConnectOptions = (options) => {
      try {
        return parseConnectOptions(options);
      } catch {
        throw new TypeError('no');
      }
    };
    expect(first(complaintsAboutOptions({ ...parsers, parseConnectOptions: terse }))[0]).toContain('TypeError: no');
  });
});

describe('a well-known port as text', () => {
  test('is read and written as the grammar says, and nothing else is one', () => {
    expect(first(complaintsAboutWkp({ parseWkp, formatWkp }))).toEqual([]);
  });

  test('that is read with a port too many, or written without its brackets, is noticed', () => {
    const lax: typeof parseWkp = (text) => parseWkp(text.replace('65536', '65535'));
    expect(first(complaintsAboutWkp({ parseWkp: lax, formatWkp }))[0]).toContain('65536 is taken');
    const bare: typeof formatWkp = (address) => formatWkp(address).replaceAll(/[[\]]/g, '');
    expect(first(complaintsAboutWkp({ parseWkp, formatWkp: bare }))[0]).toContain('is written');
  });
});
