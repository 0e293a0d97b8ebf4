/** Frames generated from the table of section 2: right ones with every field at its limits, and wrong ones beside each limit. */
import { type Field, type FrameForm, frameForms, payloadBounds } from './frame-fields.ts';

/** A well-formed frame, and what it says: the properties of a decoded message. */
export interface RightFrame {
  readonly what: string;
  readonly message: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly bytes: Uint8Array;
}

/** Bytes that are no frame, at least as far as they have to be known for that. */
export interface WrongFrame {
  readonly what: string;
  readonly bytes: Uint8Array;
  /** The field that is wrong, what it holds, and words of which each has to be said of what was expected; behind a = everything that is said. */
  readonly field: string;
  readonly value: unknown;
  readonly expected: readonly string[];
}

/** A message that no frame has room for: the field that is said to be wrong, and words that have to be said of it. */
export interface WrongMessage {
  readonly what: string;
  readonly message: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly says: readonly string[];
}

/** A field's value: the bytes on the wire, and what a message says. */
interface Value {
  readonly what: string;
  readonly bytes: readonly number[];
  readonly says: unknown;
}

const headerBytes = 12;
const payloadLimit = 4_096;
const header = [
  { field: 'magic', at: 0, bytes: 4, right: 0x53545043 },
  { field: 'version', at: 4, bytes: 1, right: 1 },
  { field: 'flags', at: 6, bytes: 2, right: 0 },
] as const;

const bigEndian = (value: number, size: number) =>
  Array.from({ length: size }, (_, at) => Math.floor(value / 256 ** (size - 1 - at)) % 256);
const largest = (size: number) => 256 ** size - 1;

/** A frame of this type with these bytes in it. */
const framed = (type: number, payload: readonly number[], said = payload.length) =>
  Uint8Array.from([0x53, 0x54, 0x50, 0x43, 1, type, 0, 0, ...bigEndian(said, 4), ...payload]);

/** Values of a field, each at a limit of it or beside one; the first is a plain one. */
function rightValues(field: Field): readonly Value[] {
  if (field.kind === 'bytes') {
    const runs = [
      Array.from({ length: field.bytes }, (_, at) => at + 1),
      Array<number>(field.bytes).fill(0),
      Array<number>(field.bytes).fill(255),
    ];
    return runs.map((bytes, at) => ({ what: ['counting', 'zeros', 'ones'][at] ?? '', bytes, says: Uint8Array.from(bytes) }));
  }
  if (field.kind === 'number') {
    const { bytes: size, words, fixed } = field;
    const most = largest(size);
    const numbers = fixed ? [0] : words === undefined ? [2, 0, 1, most - 1, most, Math.floor(most / 2) + 1] : [...words.keys()];
    return numbers.map((number) => ({
      what: String(number),
      bytes: bigEndian(number, size),
      says: words?.get(number) ?? number,
    }));
  }
  const { least, most } = field;
  const texts = ['sym0', 'x'.repeat(least), 'x'.repeat(most), `${'é'.repeat((most - 1) / 2)}x`, '\ufeffa', '🙂', '\u0000'];
  return texts.map((says) => {
    const bytes = new TextEncoder().encode(says);
    return { what: `${bytes.length} bytes of text`, bytes: [bytes.length, ...bytes], says };
  });
}

/** Payloads of a form: a plain one, then each field with each of its other values. */
function* payloads({ name, fields }: FrameForm): Generator<{ readonly what: string; readonly values: readonly Value[] }> {
  const all = fields.map(rightValues);
  const plain = all.map(([value]) => value as Value);
  yield { what: `${name}, plain`, values: plain };
  for (const [at, values] of all.entries()) {
    for (const value of values.slice(1))
      yield { what: `${name}, ${fields[at]?.name} ${value.what}`, values: plain.with(at, value) };
  }
}

const bytesOf = (values: readonly Value[]) => values.flatMap(({ bytes }) => bytes);

/** Every form with every field at its limits, one at a time. */
export const rightFrames: readonly RightFrame[] = frameForms.flatMap((form) =>
  [...payloads(form)].map(({ what, values }) => ({
    what,
    message: messageOf(
      form,
      values.map(({ says }) => says),
    ),
    bytes: framed(form.type, bytesOf(values)),
  })),
);

function messageOf({ name, fields }: FrameForm, says: readonly unknown[]): RightFrame['message'] {
  const properties = fields.flatMap(({ property }, at) => (property === undefined ? [] : [[property, says[at]] as const]));
  return { name, ...Object.fromEntries(properties) };
}

/** Every form with one thing wrong: a field of the header, a length, a field beside its limits. */
export const wrongFrames: readonly WrongFrame[] = [
  ...frameForms.flatMap((form) => [...wrongHeaders(form), ...wrongLengths(form), ...wrongFields(form)]),
  ...wrongTypes(),
];

/** Each bit of the header's fixed fields. The header alone is enough. */
function* wrongHeaders(form: FrameForm): Generator<WrongFrame> {
  for (const { field, at, bytes: size, right } of header) {
    for (let bit = 0; bit < size * 8; bit += 1) {
      const value = (right ^ (1 << bit)) >>> 0;
      const bytes = framed(form.type, [], payloadBounds(form)[0]);
      bytes.set(bigEndian(value, size), at);
      yield { what: `${form.name}, bit ${bit} of ${field}`, bytes, field, value, expected: [String(right)] };
    }
  }
}

function* wrongTypes(): Generator<WrongFrame> {
  const known = frameForms.map(({ type }) => type);
  for (const type of [0, Math.max(...known) + 1, 255]) {
    yield { what: `type ${type}`, bytes: framed(type, [], 32), field: 'type', value: type, expected: [`1 to ${known.length}`] };
  }
}

/** A length that the form cannot have: the header alone is enough. */
function* wrongLengths(form: FrameForm): Generator<WrongFrame> {
  const [least, most] = payloadBounds(form);
  const says = [`=${least === most ? least : `${least} to ${most}`} in ${form.name.toUpperCase()}`];
  for (const length of [0, least - 1, most + 1, payloadLimit]) {
    yield {
      what: `${form.name}, length ${length}`,
      bytes: framed(form.type, [], length),
      field: 'payload length',
      value: length,
      expected: says,
    };
  }
  for (const length of [payloadLimit + 1, largest(4)]) {
    const expected = [`at most ${payloadLimit}`];
    yield {
      what: `${form.name}, length ${length}`,
      bytes: framed(form.type, [], length),
      field: 'payload length',
      value: length,
      expected,
    };
  }
}

function* wrongFields(form: FrameForm): Generator<WrongFrame> {
  const plain = form.fields.map((field) => rightValues(field)[0] as Value);
  for (const [at, field] of form.fields.entries()) {
    const wrong = (bytes: readonly number[]) => framed(form.type, bytesOf(plain.with(at, { what: '', bytes, says: undefined })));
    const what = (value: unknown) => `${form.name}, ${field.name} ${value}`;
    if (field.kind === 'number' && (field.fixed || field.words !== undefined)) {
      const known = field.fixed ? [0] : [...(field.words?.keys() ?? [])];
      const beside = new Set([Math.min(...known) - 1, Math.max(...known) + 1, 256 ** (field.bytes - 1), largest(field.bytes)]);
      const said = field.name === 'mode' ? [...(field.words?.values() ?? [])] : field.fixed ? ['0'] : [`1 to ${known.length}`];
      for (const value of beside) {
        if (value < 0 || known.includes(value)) continue;
        yield { what: what(value), bytes: wrong(bigEndian(value, field.bytes)), field: field.name, value, expected: said };
      }
    }
    if (field.kind === 'text') yield* wrongTexts(form, field, wrong, payloadBounds(form)[0] - field.least);
  }
}

function* wrongTexts(
  { name }: FrameForm,
  { name: field, least, most }: Field & { kind: 'text' },
  wrong: (bytes: readonly number[]) => Uint8Array,
  besides: number,
): Generator<WrongFrame> {
  // A byte too many or too few behind what the length says.
  for (const [said, there] of [
    [3, 4],
    [5, 4],
    [most, 4],
    [0, 4],
  ] as const) {
    if (said < least) continue;
    const bytes = wrong([said, ...Array<number>(there).fill(0x78)]);
    const what = `${name}, ${field} of ${there} bytes that says ${said}`;
    yield { what, bytes, field: 'payload length', value: besides + there, expected: [`${besides + said}`, field] };
  }
  if (least > 0) {
    const expected = [`${least} to ${most}`];
    yield { what: `${name}, empty ${field}`, bytes: wrong([0, 0x78]), field: `length of ${field}`, value: 0, expected };
  }
  for (const text of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0x78, 0xe2, 0x82]]) {
    const value = `${text.length} bytes that are not UTF-8`;
    yield { what: `${name}, ${field} ${text}`, bytes: wrong([text.length, ...text]), field, value, expected: ['UTF-8'] };
  }
}

/** Every form with one property that has no room. */
export const wrongMessages: readonly WrongMessage[] = frameForms.flatMap((form) => {
  const plain = messageOf(
    form,
    form.fields.map((field) => rightValues(field)[0]?.says),
  );
  return form.fields.flatMap((field) =>
    unsayable(field).map(({ says, words }) => ({
      what: `${form.name}, ${field.name} ${JSON.stringify(says)?.slice(0, 40)}`,
      message: { ...plain, [field.property ?? '']: says },
      says: words,
    })),
  );
});

function unsayable(field: Field): readonly { readonly says: unknown; readonly words: readonly string[] }[] {
  const { property } = field;
  if (property === undefined) return [];
  if (field.kind === 'bytes') {
    return [0, field.bytes - 1, field.bytes + 1].map((length) => ({
      says: new Uint8Array(length),
      words: [property, `has ${length} bytes`, `expected ${field.bytes}`],
    }));
  }
  if (field.kind === 'number') {
    if (field.words !== undefined) return [];
    const most = largest(field.bytes);
    return [-1, most + 1, 0.5, Number.NaN].map((says) => ({ says, words: [field.name, `is ${says}`, `0 to ${most}`] }));
  }
  const { least, most } = field;
  const texts = [...(least > 0 ? [''] : []), 'x'.repeat(most + 1), 'é'.repeat((most + 1) / 2), '\ud800', 'a\udc00'];
  return texts.map((says) => ({
    says,
    words: [field.name, `has ${Buffer.byteLength(says)} bytes`, `${least} to ${most}`, 'UTF-8'],
  }));
}

/** How many bytes a header has: one less is not looked at. */
export const headerSize = headerBytes;
