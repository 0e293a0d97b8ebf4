/** How the page of a report looks, light and dark as its reader's screen is. */
import { chartColours, chartRules } from '../../show/chart/style.ts';

const light = {
  page: '#ffffff',
  panel: '#f6f8fa',
  text: '#1f2328',
  muted: '#59636e',
  line: '#d1d9e0',
  good: '#1a7f37',
  goodFill: '#dafbe1',
  bad: '#b42318',
  badFill: '#ffebe9',
  heat0: '#ffd5d1',
  heat1: '#d6efdd',
  heat2: '#a9dfb9',
  heat3: '#6fc78b',
  heat4: '#37a05b',
  heat5: '#16693a',
};

const dark: typeof light = {
  page: '#0d1117',
  panel: '#151b23',
  text: '#e6edf3',
  muted: '#9aa4af',
  line: '#30363d',
  good: '#56c98a',
  goodFill: '#12351f',
  bad: '#ff9b87',
  badFill: '#3c1a18',
  heat0: '#6e2a24',
  heat1: '#1a4a2f',
  heat2: '#21603c',
  heat3: '#2c7f50',
  heat4: '#3a9f66',
  heat5: '#72d9a0',
};

const declared = (colours: Readonly<Record<string, string>>) =>
  Object.entries(colours)
    .map(([name, value]) => `--r-${name}:${value}`)
    .join(';');

/** How many shades there are for what was run. */
export const SHADES = 5;

const rules = `
*{box-sizing:border-box}
body{margin:0;background:var(--r-page);color:var(--r-text);font:15px/1.5 "Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}
main{max-width:1500px;margin:0 auto;padding:24px}
h1{font-size:26px;margin:0 0 4px}
h2{font-size:20px;margin:40px 0 8px;border-bottom:1px solid var(--r-line);padding-bottom:4px}
h3{font-size:16px;margin:24px 0 8px}
p{margin:6px 0;max-width:90ch}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono","Liberation Mono",monospace}
pre{background:var(--r-panel);border:1px solid var(--r-line);border-radius:6px;padding:10px;overflow-x:auto;white-space:pre}
nav a{margin-right:14px}
a{color:inherit}
.muted{color:var(--r-muted)}
.verdict{display:inline-block;padding:2px 10px;border-radius:12px;font-weight:600}
.good{color:var(--r-good);background:var(--r-goodFill)}
.bad{color:var(--r-bad);background:var(--r-badFill)}
.scroll{overflow-x:auto;border:1px solid var(--r-line);border-radius:6px}
table{border-collapse:collapse;width:100%}
th,td{padding:5px 10px;text-align:left;border-bottom:1px solid var(--r-line);vertical-align:top}
thead th{background:var(--r-panel);white-space:nowrap}
tbody tr:last-child td{border-bottom:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.bad,td.good{font-weight:600}
details{border:1px solid var(--r-line);border-radius:6px;margin:10px 0;padding:0 12px}
details[open]{padding-bottom:12px}
summary.bad{background:none}
summary{cursor:pointer;padding:8px 0;font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:14px;margin:10px 0;color:var(--r-muted);font-size:13px}
.legend i{display:inline-block;width:14px;height:14px;border-radius:3px;margin-right:6px;vertical-align:-2px;border:1px solid var(--r-line)}
.chart svg{display:block;max-width:100%;height:auto}
.whole:checked~.chart svg{max-width:none}
.whole,.whole+label{font-size:13px;color:var(--r-muted);vertical-align:middle;cursor:pointer}
.matrix svg{display:block}
.matrix text{fill:var(--r-text);font:10px "Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}
.matrix .grid{stroke:var(--r-line);stroke-width:.5}
.matrix rect.none{fill:var(--r-panel)}
.h0{fill:var(--r-heat0);background:var(--r-heat0)}
.h1{fill:var(--r-heat1);background:var(--r-heat1)}
.h2{fill:var(--r-heat2);background:var(--r-heat2)}
.h3{fill:var(--r-heat3);background:var(--r-heat3)}
.h4{fill:var(--r-heat4);background:var(--r-heat4)}
.h5{fill:var(--r-heat5);background:var(--r-heat5)}
.none{background:var(--r-panel)}
td.shade{border-left:8px solid transparent}
.s0{border-left-color:var(--r-heat0)!important}
.s1{border-left-color:var(--r-heat1)!important}
.s2{border-left-color:var(--r-heat2)!important}
.s3{border-left-color:var(--r-heat3)!important}
.s4{border-left-color:var(--r-heat4)!important}
.s5{border-left-color:var(--r-heat5)!important}
@media print{details{break-inside:avoid}}
`.trim();

/** The whole style sheet of the page, the charts' rules included. */
export const pageStyle = [
  `:root{color-scheme:light dark;${declared(light)};${chartColours.light}}`,
  `@media (prefers-color-scheme:dark){:root{${declared(dark)};${chartColours.dark}}}`,
  rules,
  chartRules,
].join('\n');
