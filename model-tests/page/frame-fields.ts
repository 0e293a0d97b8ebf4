/** The fields of each frame, as the table of section 2 spells them. */
import { pageReasons, tableOf } from './read-page.ts';

/** One field of a payload. `property` is what a decoded message calls it; undefined for one that carries nothing. */
export type Field = { readonly name: string; readonly property: string | undefined } & (
  | {
      readonly kind: 'number';
      readonly bytes: 1 | 2 | 4;
      readonly words: ReadonlyMap<number, string> | undefined;
      readonly fixed: boolean;
    }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'text'; readonly least: number; readonly most: number }
);

/** One type of frame. */
export interface FrameForm {
  readonly type: number;
  /** In lower case. */
  readonly name: string;
  readonly fields: readonly Field[];
}

/** Of these fields the words stand in another table. */
const wordsElsewhere: Readonly<Record<string, ReadonlyMap<number, string>>> = {
  reason: new Map(pageReasons.map(({ number, name }) => [number, name])),
};

const sizes = { u8: 1, u16: 2, u32: 4 } as const;

/** Every type of frame, in the order of its number. The second row of DESCRIPTOR has the same form as the first. */
export const frameForms: readonly FrameForm[] = tableOf(2)
  .map((row) => ({
    type: Number(row['type']),
    name: (row['name'] ?? '').toLowerCase(),
    fields: (row['payload'] ?? '').split(/,\s+(?![^(]*\))/).map(fieldOf),
  }))
  .filter((form, at, all) => all.findIndex(({ type }) => type === form.type) === at);

/** How many bytes a payload has besides its text, and with the shortest and the longest one. */
export function payloadBounds({ fields }: FrameForm): readonly [least: number, most: number] {
  const sum = (of: (field: Field) => number) => fields.reduce((total, field) => total + of(field), 0);
  return [
    sum((field) => (field.kind === 'text' ? 1 + field.least : field.bytes)),
    sum((field) => (field.kind === 'text' ? 1 + field.most : field.bytes)),
  ];
}

function fieldOf(words: string): Field {
  const number = /^(?<name>[\w ]+) (?<size>u8|u16|u32)(?: \((?<values>[^)]*)\))?$/.exec(words)?.groups;
  if (number !== undefined) {
    const name = number['name'] ?? '';
    const values = [...(number['values'] ?? '').matchAll(/(\d+) (\w+)/g)].map(
      ([, value, word]) => [Number(value), word ?? ''] as const,
    );
    const fixed = number['values'] === '0';
    return {
      name,
      property: fixed ? undefined : name,
      kind: 'number',
      bytes: sizes[number['size'] as keyof typeof sizes],
      words: values.length > 0 ? new Map(values) : wordsElsewhere[name],
      fixed,
    };
  }
  const text = /^(?<name>[\w ]+) \(u8 length (?<least>\d+)–(?<most>\d+), UTF-8/.exec(words)?.groups;
  if (text !== undefined) {
    const name = text['name'] ?? '';
    return { name, property: name.split(' ')[0] ?? name, kind: 'text', least: Number(text['least']), most: Number(text['most']) };
  }
  const bytes = /^(?<name>[\w ]+) (?<count>\d+) B$/.exec(words)?.groups;
  if (bytes === undefined) return { name: words, property: undefined, kind: 'bytes', bytes: 32 };
  const name = bytes['name'] ?? '';
  return { name, property: name.split(' ').at(-1), kind: 'bytes', bytes: Number(bytes['count']) };
}
