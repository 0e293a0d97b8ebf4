/** Well-known ports as text, generated from their grammar (section 1): `tcp://host:port` or `array://name/port`. */
import { isDeepStrictEqual } from 'node:util';
import type { formatWkp, parseWkp } from '../../impl/session/wkp.ts';
import { attempt, shown } from '../page/judge-codec.ts';

/** What is judged. */
export interface Wkp {
  readonly parseWkp: typeof parseWkp;
  readonly formatWkp: typeof formatWkp;
}

interface Family {
  readonly family: 'tcp' | 'array';
  /** Names as they are spelled, with what they are. */
  readonly names: readonly (readonly [spelled: string, name: string])[];
  readonly wrongNames: readonly string[];
  readonly between: ':' | '/';
  readonly most: number;
}

const families: readonly Family[] = [
  {
    family: 'tcp',
    names: [
      ['db', 'db'],
      ['127.0.0.1', '127.0.0.1'],
      ['a-b.example', 'a-b.example'],
      ['[::1]', '::1'],
      ['[fe80::1%eth0]', 'fe80::1%eth0'],
    ],
    wrongNames: ['', 'a b', 'a/b', '::1', '[]', '[::1', '::1]', '[a b]'],
    between: ':',
    most: 65_535,
  },
  {
    family: 'array',
    names: [
      ['sym0', 'sym0'],
      ['ä.b:c', 'ä.b:c'],
    ],
    wrongNames: ['', 'a b', 'a/b'],
    between: '/',
    most: 0xffff_ffff,
  },
];

/** Texts that are read or written otherwise than the grammar says. */
export function* complaintsAboutWkp({ parseWkp, formatWkp }: Wkp): Generator<string, number> {
  let tried = 0;
  for (const { family, names, wrongNames, between, most } of families) {
    for (const [spelled, name] of names) {
      for (const port of [0, 1, 7_070, most - 1, most]) {
        tried += 1;
        const text = `${family}://${spelled}${between}${port}`;
        const address = family === 'tcp' ? { family, host: name, port } : { family, array: name, port };
        const seen = attempt(() => parseWkp(text));
        if (!isDeepStrictEqual(seen, address)) yield `${text} is ${shown(seen)}`;
        const given = family === 'tcp' ? address : { ...address, generation: 3 };
        const written = attempt(() => formatWkp(given as typeof address & { family: 'array'; array: string }));
        if (written !== text) yield `${shown(given)} is written ${shown(written)}`;
      }
      for (const port of ['', '-1', '1.5', 'x', ' 1', '1 ', most + 1, '1'.repeat(11), '0x1'])
        yield* complaintAbout(parseWkp, `${family}://${spelled}${between}${port}`);
      for (const text of [
        `${spelled}${between}1`,
        `udp://${spelled}${between}1`,
        `x${family}://${spelled}${between}1`,
        `${family}:/${spelled}${between}1`,
        `${family}://${spelled}${between}1x`,
        `${family}://${spelled}`,
        `${family.toUpperCase()}://${spelled}${between}1`,
      ])
        yield* complaintAbout(parseWkp, text);
    }
    for (const name of wrongNames) yield* complaintAbout(parseWkp, `${family}://${name}${between}1`);
  }
  return tried;
}

function* complaintAbout(parse: typeof parseWkp, text: string): Generator<string> {
  const seen = attempt(() => parse(text));
  if (seen !== undefined) yield `${text} is taken: ${shown(seen)}`;
}
