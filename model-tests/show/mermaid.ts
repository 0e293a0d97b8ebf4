/** A run as a Mermaid sequenceDiagram. */
import type { ShownEvent } from '../compose/system.ts';
import { isFault, oneLine, type Scenario, type ScenarioStep } from './scenario.ts';
import { wrapWords } from './wrap.ts';

/** Mermaid breaks no lines by itself. */
const CHARACTERS = 44;

/** The whole diagram, ending in a newline. A fault has a warning sign, a message that is lost ends in a cross, a loop is `loop for ever`. */
export function scenarioMermaid({ title, description, lifelines, steps, loopFrom, conclusion }: Scenario): string {
  const names = new Map(lifelines.map((lifeline, index) => [lifeline, `p${index + 1}`]));
  const all = lifelines.length === 1 ? 'p1' : `p1,p${lifelines.length}`;
  const body = steps.map((step, index) => stepLines(step, index + 1, names, all));
  const told = loopFrom === undefined ? body.flat() : [...body.slice(0, loopFrom).flat(), ...looped(body.slice(loopFrom).flat())];
  const end =
    conclusion === undefined ? [] : [`note over ${all}: ${escaped(`${conclusion.fault ? '✗ ' : ''}${conclusion.text}`)}`];
  const lines = [
    `accTitle: ${flat(title)}`,
    ...(description === undefined ? [] : [`accDescr: ${flat(description)}`]),
    ...lifelines.map((lifeline) => `participant ${names.get(lifeline)} as ${escaped(lifeline)}`),
    ...told,
    ...end,
  ];
  return `sequenceDiagram\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function looped(lines: readonly string[]): string[] {
  return ['loop for ever', ...lines.map((line) => `  ${line}`), 'end'];
}

function stepLines(step: ScenarioStep, number: number, names: ReadonlyMap<string, string>, all: string): string[] {
  if (step.events.length === 0) return [`note over ${all}: ${escaped(`${number}. ${step.text}`)}`];
  return step.events.map((event, index) => eventLine(event, index === 0 ? `${number}. ` : '', names));
}

function eventLine(event: ShownEvent, number: string, names: ReadonlyMap<string, string>): string {
  const text = escaped(`${number}${isFault(event) ? '⚠ ' : ''}${event.text}`);
  if (event.kind === 'note') return `note over ${names.get(event.over)}: ${text}`;
  const arrow = event.lost === true ? '-x' : isFault(event) ? '-->>' : '->>';
  return `${names.get(event.from)}${arrow}${names.get(event.to)}: ${text}`;
}

function escaped(text: string): string {
  return wrapWords(text, CHARACTERS).map(flat).join('<br/>');
}

/** Characters that Mermaid, its formulas or the HTML in its boxes would take for something else, as its entity codes. */
function flat(text: string): string {
  return oneLine(text).replaceAll(/[#:;"'<>{}`%$&\\]/g, (character) => `#${character.charCodeAt(0)};`);
}
