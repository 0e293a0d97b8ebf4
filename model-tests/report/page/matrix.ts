/** Which transition came behind which, as a picture: a row for the first, a column for the second. */
import { escapeXml } from '../../show/svg/escape.ts';
import type { ReportChart } from '../report.ts';
import { shadeOf } from './shades.ts';

const CELL = 13;
const LEFT = 380;
const TOP = 26;

/** The picture as SVG without a style sheet of its own. */
export function matrixSvg({ role, transitions, pairs }: ReportChart): string {
  const most = Math.max(1, ...pairs.map(([, , count]) => count));
  const size = transitions.length * CELL;
  const [width, height] = [LEFT + size + 8, TOP + size + 8];
  const cells = pairs.map(([first, second, count]) => {
    const [x, y] = [LEFT + second * CELL, TOP + first * CELL];
    const title = `${transitions[first]?.id} then ${transitions[second]?.id}: ${count === 0 ? 'never' : `${count} ×`}`;
    return `<rect class="h${shadeOf(count, most)}" x="${x + 0.5}" y="${y + 0.5}" width="${CELL - 1}" height="${CELL - 1}"><title>${escapeXml(title)}</title></rect>`;
  });
  const labels = transitions.map(({ id }, place) => {
    const y = TOP + place * CELL + 10;
    return `<text x="${LEFT - 28}" y="${y}" text-anchor="end">${escapeXml(shortened(id))}</text><text x="${LEFT - 4}" y="${y}" text-anchor="end">${place + 1}</text>`;
  });
  const heads = transitions.map(({ id }, place) =>
    (place + 1) % 5 === 0 || place === 0
      ? `<text x="${LEFT + place * CELL + CELL / 2}" y="${TOP - 8}" text-anchor="middle">${place + 1}<title>${escapeXml(id)}</title></text>`
      : '',
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Pairs of transitions of the ${role} chart" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect class="none" x="${LEFT}" y="${TOP}" width="${size}" height="${size}"/>`,
    ...cells,
    ...labels,
    ...heads,
    '</svg>',
  ].join('\n');
}

/** Without the chart's name, and with the end that tells most. */
function shortened(id: string): string {
  const text = id.replace(/^[^.·]+\.?/, '').replace(/ · 0$/, '');
  return text.length > 60 ? `…${text.slice(-59)}` : text;
}
