import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { message, note, scenarios, strange, tell } from '../scenario.test-support.ts';
import type { Scenario } from '../scenario.ts';
import { type Layout, layoutOf } from './layout.ts';
import { fonts, type Shape } from './shapes.ts';
import { type Palette, palettes } from './style.ts';
import { scenarioSvg } from './svg.ts';
import { textWidth } from './text-width.ts';

interface Box {
  readonly what: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Room that a text takes in the widest font; parts of a letter below its base line count. */
function boxOf(shape: Extract<Shape, { kind: 'text' }>): Box {
  const width = textWidth(shape.text, fonts[shape.font]);
  const left = { start: shape.x, middle: shape.x - width / 2, end: shape.x - width }[shape.anchor];
  const { size } = fonts[shape.font];
  return { what: shape.text, left, right: left + width, top: shape.y - 0.8 * size, bottom: shape.y + 0.24 * size };
}

function textBoxes({ shapes }: Layout): Box[] {
  return shapes.flatMap((shape) => (shape.kind === 'text' && shape.text !== '' ? [boxOf(shape)] : []));
}

const areOver = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Pairs of texts that overlap, and texts that leave the picture. */
function troubles(layout: Layout): string[] {
  const boxes = textBoxes(layout);
  const pairs = boxes.flatMap((a, index) =>
    boxes.slice(index + 1).flatMap((b) => (areOver(a, b) ? [`"${a.what}" overlaps "${b.what}"`] : [])),
  );
  const cut = boxes.filter(
    ({ left, right, top, bottom }) => left < 0 || top < 0 || right > layout.width || bottom > layout.height,
  );
  return [...pairs, ...cut.map(({ what }) => `"${what}" is cut`)];
}

/** Texts of notes, in the order of their lines, that reach out of their box. */
function outside(layout: Layout): string[] {
  const notes = layout.shapes.flatMap((shape) =>
    shape.kind === 'rect' && ['note', 'faultNote', 'head', 'violated', 'reached'].includes(shape.look) ? [shape] : [],
  );
  return textBoxes(layout).flatMap((box) => {
    const around = notes.find(
      ({ x, y, width, height }) => box.top >= y && box.bottom <= y + height && box.left < x + width && box.right > x,
    );
    return around !== undefined && (box.left < around.x || box.right > around.x + around.width) ? [box.what] : [];
  });
}

const wordsOf = (scenario: Scenario) => scenario.steps.flatMap(({ events }) => events.map(({ text }) => text));
const withoutBlanks = (text: string) => text.replaceAll(/[\s\p{Cc}]/gu, '');

describe('the picture of a run', () => {
  test('never has texts over each other, cut at the edge, or out of their box', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const layout = layoutOf(scenario);
        expect([troubles(layout), outside(layout)]).toEqual([[], []]);
      }),
      { numRuns: 400 },
    );
  });

  test('has the text of a message between its ends, and the text of a message to oneself beside its lifeline', () => {
    fc.assert(
      fc.property(strange, fc.constantFrom({}, { fault: true } as const, { lost: true } as const), (text, extra) => {
        const names = ['one', 'two', 'three'];
        const labelsOf = (from: string, to: string) => {
          const layout = layoutOf(tell(names, { moves: [message(from, to, text, extra)] }));
          const heads = layout.shapes.flatMap((shape) => (shape.kind === 'text' && shape.font === 'lifeline' ? [shape.x] : []));
          const labels = layout.shapes.flatMap((shape) =>
            shape.kind === 'text' && shape.font === 'label' ? [boxOf(shape)] : [],
          );
          return { labels, one: heads[0] as number, two: heads[1] as number, three: heads[2] as number };
        };
        for (const [from, to] of [
          ['one', 'two'],
          ['two', 'one'],
          ['one', 'one'],
        ] as const) {
          const { labels, one, two } = labelsOf(from, to);
          expect(labels.filter(({ left, right }) => left < one + 5 || right > two - 5)).toEqual([]);
        }
        const { labels, one, three } = labelsOf('three', 'one');
        expect(labels.filter(({ left, right }) => left < one + 5 || right > three - 5)).toEqual([]);
      }),
    );
  });

  test('has every word of it', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const drawn = layoutOf(scenario).shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
        const all = withoutBlanks(drawn.join(''));
        for (const text of wordsOf(scenario)) expect(all).toContain(withoutBlanks(text));
      }),
    );
  });

  test('is the same each time, and has no ids and nothing from elsewhere', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const svg = scenarioSvg(scenario);
        expect(svg).toBe(scenarioSvg(structuredClone(scenario)));
        expect(svg.replaceAll(/>[^<]*</g, '><')).not.toMatch(
          / id=|href|url\(|@import|<script|<image|<foreignObject|NaN|undefined/,
        );
      }),
    );
  });

  test('is XML that holds only its own elements, whatever signs are in the texts', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const svg = scenarioSvg(scenario);
        const element = /<\/?(svg|title|desc|style|rect|path|text)(?: [a-zA-Z-]+="[^"<&]*")*\/?>/g;
        const text = svg.replaceAll(element, '').replaceAll(/&(amp|lt|gt|quot);/g, '');
        expect(text).not.toMatch(/[<&]/);
        expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cs}|[\ufffe\uffff]/u);
      }),
    );
  });

  test('tells those who do not see it the title and each step', () => {
    const run = { moves: [message('server', 'client', 'HELLO'), note('client', 'crashes', { fault: true })], loopFrom: 1 };
    const svg = scenarioSvg(tell(['client', 'server'], run, { title: 'One & two', description: 'It ends.' }));
    expect(svg).toContain('role="img"');
    expect(svg).toContain('<title>One &amp; two</title>');
    expect(svg).toContain(
      '<desc>It ends. 1: server to client: HELLO. 2 (fault): client crashes. Then for ever again from step 2.</desc>',
    );
  });

  test('marks a fault by a sign and not by its colour alone, and a lost message by a cross', () => {
    const looksOf = (...moves: Parameters<typeof tell>[1]['moves']) =>
      layoutOf(tell(['a', 'b'], { moves })).shapes.flatMap((shape) => (shape.kind === 'text' ? [] : [shape.look]));
    expect(looksOf(message('a', 'b', 'x'))).not.toContain('sign');
    expect(looksOf(message('a', 'b', 'x', { fault: true }))).toEqual(expect.arrayContaining(['sign', 'faultArrow', 'faultHead']));
    expect(looksOf(message('a', 'b', 'x', { lost: true }))).toEqual(expect.arrayContaining(['sign', 'faultArrow', 'cross']));
    expect(looksOf(note('a', 'x', { fault: true }))).toEqual(expect.arrayContaining(['sign', 'faultNote']));
  });

  test('repeats the names of the lifelines at the bottom', () => {
    const shapes = layoutOf(tell(['left', 'right'], { moves: [message('left', 'right', 'x')] })).shapes;
    const names = shapes.filter((shape) => shape.kind === 'text' && shape.font === 'lifeline');
    expect(names).toHaveLength(4);
  });
});

describe('the check of pictures', () => {
  test('finds texts that overlap and texts that are cut', () => {
    const shape = (x: number, y: number, text: string): Shape => ({
      kind: 'text',
      x,
      y,
      anchor: 'start',
      text,
      font: 'label',
      ink: 'text',
    });
    const layout = { width: 100, height: 100, shapes: [shape(10, 20, 'one'), shape(20, 24, 'two'), shape(90, 60, 'three')] };
    expect(troubles(layout)).toEqual(['"one" overlaps "two"', '"three" is cut']);
  });
});

/** Contrast as WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe.each(Object.entries(palettes))('the %s colours', (_, palette: Palette) => {
  test.each([
    ...(['text', 'muted', 'fault', 'loop'] as const).flatMap((ink) => [[ink, 'page'] as const, [ink, 'stripe'] as const]),
    ['text', 'head'] as const,
    ['text', 'note'] as const,
    ['fault', 'faultArea'] as const,
  ])('%s on %s can be read', (ink, area) => {
    expect(contrast(palette[ink], palette[area])).toBeGreaterThanOrEqual(4.5);
  });
});
