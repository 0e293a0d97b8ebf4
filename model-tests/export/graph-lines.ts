/** State graphs as text, line by line: a graph of a million states need not be one string. */
import type { StateGraph } from '../explore/state-graph.ts';
import { oneLine } from '../show/scenario.ts';

/** What an edge is called: what its move is shown as. */
function labelsOf<Move>({ moves, system }: StateGraph<Move>): readonly string[] {
  return moves.map((move) => oneLine(system.show(move).text));
}

function* edgesOf<Move>(
  graph: StateGraph<Move>,
): Generator<{ readonly from: number; readonly move: number; readonly to: number }> {
  for (let from = 0; from < graph.states; from += 1) for (const { move, to } of graph.edgesOf(from)) yield { from, move, to };
}

/** Longer labels are refused by some tools that read the format. */
const LONGEST_LABEL = 5_000;

/**
 * The Aldebaran format that CADP, mCRL2 and LTSmin read, as CADP's manual page aut has it: 7-bit ASCII, labels in double quotes, `i` alone
 * is the internal action and therefore never a label of ours.
 */
export function* autLines<Move>(graph: StateGraph<Move>): Generator<string> {
  const labels = labelsOf(graph).map(autLabel);
  yield `des (0, ${graph.edges}, ${graph.states})\n`;
  for (const { from, move, to } of edgesOf(graph)) yield `(${from}, ${labels[move]}, ${to})\n`;
}

function autLabel(text: string): string {
  const ascii = text
    .replaceAll('"', "'")
    .replaceAll('→', '->')
    .replaceAll('‖', '||')
    .replaceAll(/[–—]/g, '-')
    .replaceAll(/[‘’“”]/g, "'")
    .replaceAll(/[^ -~]/gu, (character) => `U+${(character.codePointAt(0) as number).toString(16).toUpperCase()}`)
    .slice(0, LONGEST_LABEL);
  return `"${ascii === 'i' || ascii === '' ? `move ${ascii}`.trim() : ascii}"`;
}

/** A digraph for Graphviz: the initial state has a bold border, a state from which nothing leads on has a double one. */
export function* dotLines<Move>(graph: StateGraph<Move>, title: string): Generator<string> {
  const labels = labelsOf(graph).map(dotString);
  yield `digraph ${dotString(title)} {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname="Helvetica"];\n`;
  yield '  edge [fontname="Helvetica", fontsize=10];\n';
  for (let state = 0; state < graph.states; state += 1) {
    const looks = [
      `tooltip=${dotString(JSON.stringify(namedValues(graph, state)))}`,
      ...(state === 0 ? ['penwidth=2'] : []),
      ...(graph.edgesOf(state).length === 0 ? ['peripheries=2'] : []),
    ];
    yield `  ${state} [${looks.join(', ')}];\n`;
  }
  for (const { from, move, to } of edgesOf(graph)) yield `  ${from} -> ${to} [label=${labels[move]}];\n`;
  yield '}\n';
}

function dotString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A stateDiagram-v2. */
export function* mermaidLines<Move>(graph: StateGraph<Move>): Generator<string> {
  const labels = labelsOf(graph).map(escaped);
  yield 'stateDiagram-v2\n  [*] --> s0\n';
  for (const { from, move, to } of edgesOf(graph)) yield `  s${from} --> s${to} : ${labels[move]}\n`;
  for (let state = 0; state < graph.states; state += 1) if (graph.edgesOf(state).length === 0) yield `  s${state} --> [*]\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[#:;"<>{}`%$&\\]/g, (character) => `#${character.charCodeAt(0)};`);
}

/** One JSON object: `slots`, `moves` as they are and as they are shown, `states` by the values of their slots, and `edges`. */
export function* jsonLines<Move>(graph: StateGraph<Move>, title: string): Generator<string> {
  const moves = graph.moves.map((move) => ({ text: graph.system.show(move).text, move }));
  const slots = graph.system.slots.map(({ name }) => name);
  yield `{"title":${JSON.stringify(title)},"slots":${JSON.stringify(slots)},"moves":${JSON.stringify(moves)},"states":[\n`;
  for (let state = 0; state < graph.states; state += 1) {
    yield `${JSON.stringify(graph.valuesOf(state))}${state + 1 < graph.states ? ',' : ''}\n`;
  }
  yield '],"edges":[\n';
  let left = graph.edges;
  for (const { from, move, to } of edgesOf(graph)) {
    left -= 1;
    yield `[${from},${move},${to}]${left > 0 ? ',' : ''}\n`;
  }
  yield ']}\n';
}

function namedValues<Move>({ system, valuesOf }: StateGraph<Move>, state: number): Record<string, unknown> {
  const values = valuesOf(state);
  return Object.fromEntries(system.slots.map(({ name }, slot) => [name, values[slot]]));
}
