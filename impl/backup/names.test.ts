import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matcherOf } from './globs.ts';
import { fromJsonName, partsOf, showName, toJsonName } from './names.ts';

describe('a name', () => {
  test('comes back from JSON as the bytes that it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const name = Buffer.from(bytes);
        expect(fromJsonName(JSON.parse(JSON.stringify(toJsonName(name))))).toEqual(name);
      }),
    );
  });

  test.each([
    ['plain', 'plain'],
    ['Füße 日本 🎒', 'Füße 日本 🎒'],
    ['a\nb\tc', 'a\\nb\\x09c'],
    ['\x1b[31mred', '\\x1b[31mred'],
    ['back\\slash', 'back\\\\slash'],
    ['\u202etxt.exe', '\\u{202e}txt.exe'],
  ])('%j is shown as %j', (name, shown) => {
    expect(showName(Buffer.from(name))).toBe(shown);
  });

  test('that is not UTF-8 is shown byte by byte where it is not', () => {
    expect(showName(Buffer.from('gr\xfc\xdfe', 'latin1'))).toBe('gr\\xfc\\xdfe');
    expect(showName(Buffer.concat([Buffer.from('ü'), Buffer.of(0xff, 0xc3)]))).toBe('ü\\xff\\xc3');
  });

  test('is shown without anything that a terminal obeys, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(showName(bytes)).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
      }),
    );
  });

  test.each([
    ['a/b/c', ['a', 'b', 'c']],
    ['/a//b/./c/', ['a', 'b', 'c']],
    ['./', []],
    ['...', ['...']],
    ['a/..', undefined],
    ['..', undefined],
    ['a\0b', undefined],
  ])('%j has the parts %j', (name, parts) => {
    expect(partsOf(Buffer.from(name))?.map(String)).toEqual(parts);
  });
});

describe('a pattern', () => {
  test.each([
    ['*.log', 'a/b/x.log', true],
    ['*.log', 'a/x.log/y', false],
    ['node_modules', 'a/node_modules', true],
    ['a/*.log', 'a/x.log', true],
    ['a/*.log', 'a/b/x.log', false],
    ['a/**/x', 'a/x', true],
    ['a/**/x', 'a/b/c/x', true],
    ['a/**/x', 'a/b/c/yx', false],
    ['a/**', 'a/b/c', true],
    ['**/c', 'c', true],
    ['**/c', 'a/b/c', true],
    ['/c', 'c', true],
    ['/c', 'a/c', false],
    ['a/b/', 'a/b', true],
    ['?', 'ü', true],
    ['??', 'ü', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['a[', 'a[', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['*', '.hidden', true],
    ['x*y*z', 'x/y/z', false],
    ['ü*', 'über', true],
  ])('%j against %j: %j', (pattern, name, matched) => {
    expect(matcherOf([pattern])(Buffer.from(name))).toBe(matched);
  });

  test('matches names that are not UTF-8', () => {
    const name = Buffer.from('a/gr\xfc\xdfe', 'latin1');
    expect(['gr*', 'gr??e', '*e', 'a/*'].map((pattern) => matcherOf([pattern])(name))).toEqual([true, true, true, true]);
    expect(matcherOf(['gr?e'])(name)).toBe(false);
  });

  test('agrees with a slow and simple matcher', () => {
    const character = fc.constantFrom('a', 'b', '/', '*', '?');
    fc.assert(
      fc.property(
        fc.array(character, { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 }),
        (pattern, name) => {
          const text = pattern.join('').replace(/\*+/g, '*');
          fc.pre(!text.startsWith('/') && !text.endsWith('/') && text.includes('/'));
          const regex = new RegExp(`^${text.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
          expect(matcherOf([text])(Buffer.from(name.join('')))).toBe(regex.test(name.join('')));
        },
      ),
    );
  });

  test('that is made to take long does not: a thousand stars against a long name', () => {
    const matches = matcherOf(['*a'.repeat(500)]);
    expect(matches(Buffer.alloc(4_000, 'a'))).toBe(true);
    expect(matches(Buffer.from(`${'a'.repeat(4_000)}b`))).toBe(false);
  });
});
