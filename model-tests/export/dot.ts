/** A chart as a digraph for Graphviz: compound states are clusters. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { stateNodes } from '../compile/chart-transitions.ts';
import { type Arrow, arrows, childrenOf, entryAndExit, initialOf } from './labels.ts';

/** The whole graph, ending in a newline. */
export function toDot(machine: AnyStateMachine): string {
  const nodes = new Map(stateNodes(machine).map((node) => [node.id, node]));
  return [
    `digraph ${quoted(machine.id)} {`,
    '  compound=true;',
    '  rankdir=LR;',
    '  node [shape=box, style=rounded, fontname="Helvetica"];',
    '  edge [fontname="Helvetica", fontsize=10];',
    ...innerLines(machine.root, '  '),
    ...arrows(machine).flatMap((arrow) => arrowLines(arrow, nodes)),
    '}',
    '',
  ].join('\n');
}

/** What stands inside a state with children. Arrows from or to it are tied to its point, since Graphviz ties them to nodes only. */
function innerLines(node: AnyStateNode, indent: string): string[] {
  const initial = initialOf(node);
  const point = `${indent}${quoted(pointOf(node.id))} [shape=point, label=""];`;
  const begin = initial === undefined ? [] : [`${indent}${edge(pointOf(node.id), anchorOf(initial), boxOf(initial, 'lhead'))}`];
  return [point, ...begin, ...childrenOf(node).flatMap((child) => stateLines(child, indent))];
}

function stateLines(node: AnyStateNode, indent: string): string[] {
  const label = [node.type === 'history' ? `${node.key} (history)` : node.key, ...entryAndExit(node)].join('\n');
  if (childrenOf(node).length === 0) {
    const shape = node.type === 'final' ? ', peripheries=2' : '';
    return [`${indent}${quoted(node.id)} [label=${quoted(label)}${shape}];`];
  }
  const inner = `${indent}  `;
  return [
    `${indent}subgraph ${quoted(clusterOf(node.id))} {`,
    `${inner}label=${quoted(label)};`,
    `${inner}style=${node.type === 'parallel' ? '"rounded,dashed"' : 'rounded'};`,
    ...innerLines(node, inner),
    `${indent}}`,
  ];
}

function arrowLines({ source, targets, label }: Arrow, nodes: ReadonlyMap<string, AnyStateNode>): string[] {
  const from = nodeIn(nodes, source);
  return targets.map((target) => {
    const to = nodeIn(nodes, target);
    // An arrow between a state and what is inside it cannot end at the state's border.
    const tail = isWithin(to, from) ? [] : boxOf(from, 'ltail');
    const head = isWithin(from, to) ? [] : boxOf(to, 'lhead');
    return `  ${edge(anchorOf(from), anchorOf(to), [`label=${quoted(label)}`, ...tail, ...head])}`;
  });
}

function nodeIn(nodes: ReadonlyMap<string, AnyStateNode>, id: string): AnyStateNode {
  const node = nodes.get(id);
  if (node === undefined) throw new RangeError(`no state node has the id ${id}`);
  return node;
}

function isWithin(inner: AnyStateNode, outer: AnyStateNode): boolean {
  for (let node: AnyStateNode | undefined = inner; node !== undefined; node = node.parent) if (node === outer) return true;
  return false;
}

function edge(from: string, to: string, attributes: readonly string[]): string {
  return `${quoted(from)} -> ${quoted(to)}${attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`};`;
}

const pointOf = (id: string) => `${id} (initial)`;

/** Graphviz takes a subgraph for a box by this beginning of its name. */
const clusterOf = (id: string) => `cluster ${id}`;

const anchorOf = (node: AnyStateNode) => (childrenOf(node).length === 0 ? node.id : pointOf(node.id));

/** The root has no box. */
function boxOf(node: AnyStateNode, end: 'ltail' | 'lhead'): string[] {
  return childrenOf(node).length === 0 || node.parent === undefined ? [] : [`${end}=${quoted(clusterOf(node.id))}`];
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll(/\r?\n/g, '\\n')}"`;
}
