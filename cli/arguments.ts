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

/** A seed: any whole number of 32 bits. */
export const parseSeed = parseWholeNumber;

/** The options that both ends of a session have. */
export function sessionOptions(): Option[] {
  return [
    new Option('--secret-file <file>', 'the shared secret: the bytes of this file, as they are (default: no secret)'),
    new Option('--trace <file>', 'write what the handshake does into this file, one JSON object a line'),
    new Option('--limit <name=ms>', 'a time limit other than the default; may be given more than once').argParser(collectLimit),
  ];
}
