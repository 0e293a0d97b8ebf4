/** A report as one page: no script, nothing from the network, light and dark. Everything in it that anybody else has said is escaped. */

import { clientMachine, serverMachine } from '../../../machines/index.ts';
import { ownChartGeometry } from '../../charts/own-geometry.ts';
import { chartOutline } from '../../export/outline.ts';
import { chartSvg } from '../../show/chart/draw.ts';
import { showScenario } from '../../show/show.ts';
import { covered, nameOfRow, type Report, type ReportChart, type ReportFailure, type ReportRow } from '../report.ts';
import { cssString, html } from './html.ts';
import { matrixSvg } from './matrix.ts';
import { legendOf, shadeOf } from './shades.ts';
import { pageStyle } from './style.ts';

/** So many failures are drawn; of the others there is the message. */
const MOST_DRAWN = 20;
/** So many failures are listed. */
const MOST_LISTED = 200;

/** The whole file, ending in a newline. */
export function reportPage(report: Report): string {
  const { charts, failures, rows } = report;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    // Also where something slips through: no script runs, and nothing is asked for.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width">',
    '<title>stpconnect verify</title>',
    `<style>\n${pageStyle}\n${charts.map(chartShades).join('\n')}\n</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...heading(report),
    ...rowsSection(rows),
    ...failuresSection(failures, rows),
    ...charts.flatMap(chartSection),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function heading({ ok, rows, failures, charts, command, madeBy, made }: Report): string[] {
  const paths = rows.reduce((sum, row) => sum + row.paths, 0);
  const verdict = ok
    ? '<span class="verdict good">everything held</span>'
    : `<span class="verdict bad">${failures.length === 0 ? 'not everything was covered' : `${number(failures.length)} ${failures.length === 1 ? 'path' : 'paths'} failed`}</span>`;
  const coverage = charts.map(({ role, transitions }) => {
    const { run, total } = covered(transitions.map(({ count }) => count));
    return `${run} of ${total} transitions of the ${role} chart`;
  });
  return [
    '<header>',
    '<h1>stpconnect verify</h1>',
    `<p>${verdict} ${number(paths)} ${paths === 1 ? 'path' : 'paths'} driven; they ran ${coverage.join(' and ')}.</p>`,
    `<p class="muted">${html(made)}, ${html(madeBy)}: <code>${html(command)}</code></p>`,
    `<nav><a href="#results">Results</a>${failures.length === 0 ? '' : '<a href="#failures">Failures</a>'}${charts
      .map(({ role }) => `<a href="#${role}">${capital(role)} chart</a>`)
      .join('')}</nav>`,
    '</header>',
  ];
}

function rowsSection(rows: readonly ReportRow[]): string[] {
  const heads = ['criterion', 'what', 'transport', 'mode'];
  const numbers = ['paths', 'steps', 'transitions', 'failed', 'seconds', 'paths / s'];
  const lines = rows.map((row) => {
    const { covered: run, total } = row.transitions;
    const words = [row.criterion, row.suite === 'compositions' ? 'both processes' : `${row.suite} process`, row.transport];
    const share = total === 0 ? '' : `${number(run)} / ${number(total)}`;
    const cells = [
      ...[...words, row.mode ?? 'both'].map((word) => `<td>${html(word)}</td>`),
      cell(number(row.paths)),
      cell(number(row.steps)),
      cell(share, total === 0 ? '' : run === total ? ' good' : ' bad'),
      cell(
        `${number(row.failed)}${row.unsteady > 0 ? ` (${row.unsteady} now and then)` : ''}`,
        row.failed === 0 ? ' good' : ' bad',
      ),
      cell(row.seconds.toFixed(1)),
      cell(row.seconds === 0 ? '' : number(Math.round(row.paths / row.seconds))),
    ];
    return `<tr>${cells.join('')}</tr>`;
  });
  return [
    '<h2 id="results">Results</h2>',
    '<div class="scroll"><table><thead><tr>',
    ...heads.map((head) => `<th>${head}</th>`),
    ...numbers.map((head) => `<th class="n">${head}</th>`),
    '</tr></thead><tbody>',
    ...lines,
    '</tbody></table></div>',
    '<p class="muted">Transitions are those of what was explored (both processes with their connections, or one process alone), each with everything that can happen there; the charts below have their own.</p>',
  ];
}

function failuresSection(failures: readonly ReportFailure[], rows: readonly ReportRow[]): string[] {
  if (failures.length === 0) return [];
  const shown = failures.slice(0, MOST_LISTED).map((failure, index) => {
    const row = rows[failure.row];
    const picture = index < MOST_DRAWN ? `<div class="scroll">${showScenario(failure.scenario, 'svg')}</div>` : '';
    return [
      `<details${index === 0 ? ' open=""' : ''}><summary>${html(failure.path)}, ${html(row === undefined ? '' : nameOfRow(row))}: ${html(failure.what)}</summary>`,
      `<pre>${html(failure.message)}</pre>`,
      picture,
      '</details>',
    ].join('\n');
  });
  const more = failures.length - shown.length;
  return [
    '<h2 id="failures">Failures</h2>',
    ...shown,
    ...(more > 0 ? [`<p>${number(more)} more are in <code>report.json</code> and <code>junit.xml</code>.</p>`] : []),
  ];
}

function chartSection(chart: ReportChart): string[] {
  const { role, transitions, pairs } = chart;
  const counts = transitions.map(({ count }) => count);
  const most = Math.max(0, ...counts);
  const run = covered(counts);
  const pairsRun = covered(pairs.map(([, , count]) => count));
  const missed = transitions.filter(({ count }) => count === 0);
  return [
    '<section>',
    `<h2 id="${role}">${capital(role)} chart</h2>`,
    `<p>${run.run} of ${run.total} transitions were run. Of the ${number(pairsRun.total)} pairs that one process alone can come to, ${number(pairsRun.run)} were.</p>`,
    ...missedList(missed.map(({ id }) => id)),
    legend(most),
    `<input type="checkbox" class="whole" id="${role}-whole"><label for="${role}-whole">in its full size</label>`,
    `<div class="scroll chart">${drawChart(chart)}</div>`,
    `<details><summary>Transitions of the ${role} chart, as a table</summary><div class="scroll"><table><thead><tr><th>#</th><th>transition</th><th>guard</th><th class="n">run</th></tr></thead><tbody>`,
    ...transitions.map(
      ({ id, guard, count }, place) =>
        `<tr><td class="n shade s${shadeOf(count, most)}">${place + 1}</td><td><code>${html(id)}</code></td><td>${html(guard ?? '')}</td><td class="n">${number(count)}</td></tr>`,
    ),
    '</tbody></table></div></details>',
    `<h3>Pairs of the ${role} chart</h3>`,
    '<p class="muted">A row for each transition, a column for the one behind it; a place without a colour is a pair that cannot be.</p>',
    legend(Math.max(0, ...pairs.map(([, , count]) => count))),
    `<div class="scroll matrix">${matrixSvg(chart)}</div>`,
    '</section>',
  ];
}

function missedList(missed: readonly string[]): string[] {
  if (missed.length === 0) return [];
  const items = missed.map((id) => `<li><code>${html(id)}</code></li>`);
  return [`<details><summary class="bad">${missed.length} never run</summary><ul>${items.join('')}</ul></details>`];
}

function drawChart({ role, transitions }: ReportChart): string {
  const machine = role === 'client' ? clientMachine : serverMachine;
  const geometry = ownChartGeometry(machine.id);
  if (geometry === undefined) throw new Error(`the ${role} chart has no layout`);
  const coverage = Object.fromEntries(transitions.map(({ id, count }) => [id, count]));
  return chartSvg(chartOutline(machine), geometry, { coverage, bare: true });
}

/** The shades of a chart's rows and lines. */
function chartShades({ transitions }: ReportChart): string {
  const most = Math.max(0, ...transitions.map(({ count }) => count));
  return transitions
    .map(({ id, count }) => {
      const [at, colour] = [`.ch [data-transition="${cssString(id)}"]`, `var(--r-heat${shadeOf(count, most)})`];
      // A line of the faintest shade has to be seen, too.
      const ink = `color-mix(in srgb,${colour} 70%,var(--ch-line))`;
      return `${at} .ch-row-area{fill:color-mix(in srgb,${colour} 32%,transparent)}${at} .ch-line{stroke:${ink}}${at} .ch-head,${at} .ch-port{fill:${ink}}`;
    })
    .join('\n');
}

function legend(most: number): string {
  const parts = legendOf(most).map(({ shade, text }) => `<span><i class="h${shade}"></i>${html(text)}</span>`);
  return `<div class="legend">${parts.join('')}</div>`;
}

const cell = (text: string, more = '') => `<td class="n${more}">${html(text)}</td>`;
const number = (value: number) => value.toLocaleString('en');
const capital = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
