/** Colours of charts, as variables: a page may set its own; a picture follows its reader's screen. */

const light: Readonly<Record<string, string>> = {
  page: '#ffffff',
  state: '#ffffff',
  stateLine: '#8b98a9',
  compound: '#f5f7fa',
  compoundLine: '#c3ccd8',
  panel: '#fbfcfd',
  text: '#1c2330',
  muted: '#566173',
  event: '#0f4c9c',
  guard: '#7a4a00',
  line: '#7b8899',
  rule: '#e4e8ee',
  chip: '#eef1f5',
  pill: '#e7eefa',
  pillText: '#1d4f91',
  final: '#eef1f5',
  active: '#1f6feb',
  activeFill: '#e8f1ff',
  run: '#1a7f4b',
  runFill: '#e5f6ec',
  missed: '#b3261e',
  missedFill: '#fdecea',
  taken: '#ffe9a6',
  hover: '#fff6d6',
};

const dark: Readonly<Record<string, string>> = {
  page: '#0e1218',
  state: '#171d26',
  stateLine: '#64738a',
  compound: '#12171f',
  compoundLine: '#333e4d',
  panel: '#141a22',
  text: '#e7ecf3',
  muted: '#9fabbc',
  event: '#8fbcff',
  guard: '#e8b96a',
  line: '#7788a0',
  rule: '#28313d',
  chip: '#232c38',
  pill: '#1b2f4d',
  pillText: '#a9ccff',
  final: '#1d2530',
  active: '#5aa2ff',
  activeFill: '#172e4f',
  run: '#56c98a',
  runFill: '#133021',
  missed: '#ff9186',
  missedFill: '#3b1a18',
  taken: '#5b4a12',
  hover: '#33301d',
};

const RULES = `
.ch{color:var(--ch-text)}
.ch text{font-family:"Inter","Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif;white-space:pre;fill:var(--ch-text)}
.ch-page{fill:var(--ch-page)}
.ch-box{fill:var(--ch-state);stroke:var(--ch-stateLine);stroke-width:1.2}
.ch-compound>.ch-box,.ch-parallel>.ch-box{fill:var(--ch-compound);stroke:var(--ch-compoundLine)}
.ch-region>.ch-box{stroke-dasharray:6 4}
.ch-final>.ch-box{fill:var(--ch-final)}
.ch-inner{fill:none;stroke:var(--ch-stateLine);stroke-width:1}
.ch-head-text text{paint-order:stroke;stroke:var(--ch-compound);stroke-width:5px;stroke-linejoin:round}
.ch-panel-box{fill:var(--ch-panel);stroke:var(--ch-compoundLine);stroke-width:1;stroke-dasharray:3 3}
.ch .ch-t-description,.ch .ch-t-panel,.ch .ch-t-action,.ch .ch-t-step{fill:var(--ch-muted)}
.ch .ch-t-panel{font-style:italic}
.ch .ch-t-event{fill:var(--ch-event)}
.ch .ch-t-guard{fill:var(--ch-guard)}
.ch-rule{stroke:var(--ch-rule);stroke-width:1}
.ch-row-area{fill:transparent}
.ch-chip{fill:var(--ch-chip)}
.ch-pill{fill:var(--ch-pill)}
.ch .ch-pill-text{fill:var(--ch-pillText)}
.ch-stays{fill:none;stroke:var(--ch-rule)}
.ch .ch-stays-text{fill:var(--ch-muted)}
.ch-clock{fill:none;stroke:var(--ch-event);stroke-width:1.3;stroke-linecap:round}
.ch-line{fill:none;stroke:var(--ch-line);stroke-width:1.4;stroke-linejoin:round}
.ch-head,.ch-dot,.ch-port{fill:var(--ch-line)}
.ch-count{fill:var(--ch-run)}
.ch .ch-count-text{fill:var(--ch-page)}
.ch-run .ch-row-area{fill:var(--ch-runFill)}
.ch-missed .ch-row-area{fill:var(--ch-missedFill)}
.ch-missed .ch-count{fill:var(--ch-missed)}
.ch-edge.ch-run .ch-line{stroke:var(--ch-run)}
.ch-edge.ch-run .ch-head,.ch-edge.ch-run .ch-port{fill:var(--ch-run)}
.ch-edge.ch-missed .ch-line{stroke:var(--ch-missed);stroke-dasharray:5 4}
.ch-edge.ch-missed .ch-head,.ch-edge.ch-missed .ch-port{fill:var(--ch-missed)}
.ch-active>.ch-box{stroke:var(--ch-active);stroke-width:2.6}
.ch-atomic.ch-active>.ch-box,.ch-final.ch-active>.ch-box{fill:var(--ch-activeFill)}
.ch-taken .ch-row-area{fill:var(--ch-taken)}
.ch-edge.ch-taken .ch-line{stroke:var(--ch-active);stroke-width:2.6}
.ch-edge.ch-taken .ch-head,.ch-edge.ch-taken .ch-port{fill:var(--ch-active)}
`.trim();

const declared = (colours: Readonly<Record<string, string>>) =>
  Object.entries(colours)
    .map(([name, value]) => `--ch-${name}:${value}`)
    .join(';');

/** Rules for charts, without colours. */
export const chartRules = RULES;

/** Values of the colours, as declarations to be put into a rule. */
export const chartColours = { light: declared(light), dark: declared(dark) } as const;

/** The whole style sheet of a picture that stands alone. */
export const chartStyleSheet = [
  `.ch{${chartColours.light}}`,
  `@media (prefers-color-scheme:dark){.ch{${chartColours.dark}}}`,
  chartRules,
].join('\n');
