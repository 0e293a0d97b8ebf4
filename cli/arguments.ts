/**
 * Arguments that more than one verb has, parsed once; a wrong one is refused with the value and what was expected.
 */
import { InvalidArgumentError, Option } from 'commander';

/** Time limits by name, in milliseconds. */
export type LimitArguments = Readonly<Record<string, number>>;

/** Adds one `NAME=MS` to those before it. The names are checked where the limits are known. */
export function collectLimit(text: string, before: LimitArguments = {}): LimitArguments {
  const [, name, milliseconds] = /^([A-Za-z]+)=(\d{1,9})$/.exec(text) ?? [];
  if (name === undefined || milliseconds === undefined) {
    throw new InvalidArgumentError('expected NAME=MS, such as connectTimeout=2000.');
  }
  return { ...before, [name]: Number(milliseconds) };
}

/** A whole number from 0 to 2^32 - 1. */
export function parseWholeNumber(text: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number < 2 ** 32)) {
    throw new InvalidArgumentError('expected a whole number from 0 to 4294967295.');
  }
  return number;
}

/** Milliseconds that can be waited: a whole number from 1 to 600,000. */
export function parseMilliseconds(text: string): number {
  const milliseconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(milliseconds >= 1 && milliseconds <= 600_000)) {
    throw new InvalidArgumentError('expected milliseconds, a whole number from 1 to 600000.');
  }
  return milliseconds;
}
/** A seed: any whole number of 32 bits. */
export const parseSeed = parseWholeNumber;

/** The options that both ends of a session have. */
export function sessionOptions(): Option[] {
  return [
    new Option('--secret-file <file>', 'the shared secret: the bytes of this file, as they are (default: no secret)'),
    new Option('--trace <file>', 'write what the handshake does into this file, one JSON object a line'),
    new Option(
      '--inspect',
      'show the session in stpconnect inspect --attach: the one that was started last, or that STPCONNECT_INSPECT names',
    ),
    new Option('--limit <name=ms>', 'a time limit other than the default; may be given more than once').argParser(collectLimit),
  ];
}

/** A parser of whole numbers within these limits. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most)) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** A number of seconds, parts of one too. */
export function parseSeconds(text: string): number {
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text)) {
    throw new InvalidArgumentError('expected a number of seconds, such as 90 or 0.5.');
  }
  return Number(text);
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** A number of bytes; K, M and G are 1024, 1024² and 1024³. */
export function parseBytes(text: string): number {
  const [, number, unit = ''] = /^(\d{1,12})([KMG]?)$/.exec(text) ?? [];
  if (number === undefined) {
    throw new InvalidArgumentError('expected a number of bytes, such as 500000000, 512M or 4G.');
  }
  return Number(number) * (UNITS[unit] ?? 1);
}

/** What is generated, as the command line has it. */
export interface CriterionArguments {
  readonly criterion?: string;
  readonly k?: number;
  readonly count?: number;
}

/** The options that say what is generated; `without` says what is generated where no criterion is named. */
export function criterionOptions(without: string): Option[] {
  return [
    new Option('--criterion <criterion>', `transitions, pairs, switch-N, wp, hsi or random (default: ${without})`),
    new Option('--k <number>', 'wp and hsi: how many extra states an implementation may have (default: 0)').argParser(
      wholeNumber(0, 20),
    ),
    new Option('--count <number>', 'random: how many walks (default: 100)').argParser(wholeNumber(1, 1_000_000)),
  ];
}
