/** A run as an SVG sequence diagram: one self-contained file, light or dark as its reader's screen is. */
import type { Scenario } from '../scenario.ts';
import { escapeXml } from './escape.ts';
import { layoutOf } from './layout.ts';
import { fonts, type Ink, type Look, type Shape } from './shapes.ts';
import { type ColourName, styleSheet } from './style.ts';

const looks: Readonly<Record<Look, string>> = {
  page: classes({ fill: 'page', stroke: 'border' }, 'thin'),
  stripe: classes({ fill: 'stripe' }),
  head: classes({ fill: 'head', stroke: 'headLine' }, 'thin'),
  lifeline: classes({ stroke: 'line' }, 'thin', 'dashed'),
  arrow: classes({ stroke: 'text' }, 'line'),
  arrowhead: classes({ fill: 'text' }),
  faultArrow: classes({ stroke: 'fault' }, 'line', 'dashed'),
  faultHead: classes({ fill: 'fault' }),
  note: classes({ fill: 'note', stroke: 'line' }, 'thin'),
  faultNote: classes({ fill: 'faultArea', stroke: 'fault' }, 'thin', 'dashed'),
  sign: classes({ fill: 'fault' }),
  signMark: classes({ stroke: 'page' }, 'line'),
  cross: classes({ stroke: 'fault' }, 'line', 'heavy'),
  loop: classes({ stroke: 'loop' }, 'line'),
  loopHead: classes({ fill: 'loop' }),
  reached: classes({ fill: 'head', stroke: 'headLine' }, 'thin'),
  violated: classes({ fill: 'faultArea', stroke: 'fault' }, 'thin'),
};
const inks: Readonly<Record<Ink, ColourName>> = { text: 'text', muted: 'muted', fault: 'fault', loop: 'loop' };

/**
 * The whole picture, ending in a newline. It has a background of its own, names no font that has to be loaded, and its `title` and `desc`
 * tell what it shows to those who do not see it. Nothing in it has an id, so it can be put into a page several times.
 */
export function scenarioSvg(scenario: Scenario): string {
  const { width, height, shapes } = layoutOf(scenario);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(scenario.title)}</title>`,
    `<desc>${escapeXml(spoken(scenario))}</desc>`,
    `<style>\n${styleSheet}\n</style>`,
    ...shapes.map(element),
    '</svg>',
    '',
  ].join('\n');
}

/** The run in words. */
function spoken({ description, steps, loopFrom, conclusion }: Scenario): string {
  const told = steps.map(({ text, fault }, index) => `${index + 1}${fault ? ' (fault)' : ''}: ${text}.`);
  const loop = loopFrom === undefined ? [] : [`Then for ever again from step ${loopFrom + 1}.`];
  return [
    ...(description === undefined ? [] : [description]),
    ...told,
    ...loop,
    ...(conclusion === undefined ? [] : [conclusion.text]),
  ].join(' ');
}

function element(shape: Shape): string {
  if (shape.kind === 'path') return `<path class="${looks[shape.look]}" d="${shape.d}"/>`;
  if (shape.kind === 'rect') {
    const { x, y, width, height, radius, look } = shape;
    return `<rect class="${looks[look]}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;
  }
  const { size, bold } = fonts[shape.font];
  const halo = shape.halo === undefined ? '' : ' sd-halo sd-s-page';
  const weight = bold ? ' font-weight="600"' : '';
  const anchor = shape.anchor === 'start' ? '' : ` text-anchor="${shape.anchor}"`;
  return `<text class="sd-text sd-f-${inks[shape.ink]}${halo}" x="${shape.x}" y="${shape.y}" font-size="${size}"${weight}${anchor}>${escapeXml(shape.text)}</text>`;
}

function classes(
  { fill, stroke }: { readonly fill?: ColourName; readonly stroke?: ColourName },
  ...rest: readonly string[]
): string {
  const names = [...(fill === undefined ? [] : [`f-${fill}`]), ...(stroke === undefined ? [] : [`s-${stroke}`]), ...rest];
  return names.map((name) => `sd-${name}`).join(' ');
}
