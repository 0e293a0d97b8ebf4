import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { parseBytes, parseSeconds, wholeNumber } from './arguments.ts';

describe('a whole number', () => {
  const parse = wholeNumber(1, 64);

  test.each([
    ['1', 1],
    ['64', 64],
  ])('%s is read', (text, number) => {
    expect(parse(text)).toBe(number);
  });

  test.each(['0', '65', '-1', '1.5', '', 'two', '1e1', ' 1', '9'.repeat(20)])('%j is refused with what was expected', (text) => {
    expect(() => parse(text)).toThrow(new InvalidArgumentError('expected a whole number from 1 to 64.'));
  });
});

describe('a number of seconds', () => {
  test.each([
    ['90', 90],
    ['0.5', 0.5],
    ['0', 0],
  ])('%s is read', (text, number) => {
    expect(parseSeconds(text)).toBe(number);
  });

  test.each(['', '-1', '1h', '.5', '1.', 'Infinity', '1e9'])('%j is refused with what was expected', (text) => {
    expect(() => parseSeconds(text)).toThrow('expected a number of seconds, such as 90 or 0.5.');
  });
});

describe('a number of bytes', () => {
  test.each([
    ['500', 500],
    ['2K', 2_048],
    ['512M', 536_870_912],
    ['4G', 4_294_967_296],
  ])('%s is read', (text, number) => {
    expect(parseBytes(text)).toBe(number);
  });

  test.each(['', '4GB', '4g', '1.5G', '-1', 'G'])('%j is refused with what was expected', (text) => {
    expect(() => parseBytes(text)).toThrow('expected a number of bytes, such as 500000000, 512M or 4G.');
  });
});
