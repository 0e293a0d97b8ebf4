/** A chart as a Mermaid stateDiagram-v2. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { arrows, childrenOf, entryAndExit, initialOf } from './labels.ts';

/** The whole diagram, ending in a newline. */
export function toMermaid(machine: AnyStateMachine): string {
  const names = namesOf(machine.root);
  const lines = ['stateDiagram-v2', ...childLines(machine.root, names, '  ')];
  for (const { source, targets, label } of arrows(machine)) {
    // A transition of the whole chart has no box to begin at: it is drawn from each of the states below.
    const sources = source === machine.root.id ? childrenOf(machine.root).map((child) => child.id) : [source];
    for (const from of sources) {
      for (const target of targets) {
        const to = target === machine.root.id ? from : target;
        lines.push(`  ${nameIn(names, from)} --> ${nameIn(names, to)} : ${escaped(label)}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

type Names = ReadonlyMap<string, string>;

/** An identifier for each state node: its path with the chart's id before it, so that none is a word of Mermaid's. */
function namesOf(root: AnyStateNode): Names {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const visit = (node: AnyStateNode): void => {
    const plain = [node.machine.id, ...node.path].map((part) => part.replaceAll(/[^A-Za-z0-9]/g, '_')).join('_');
    let name = plain;
    for (let copy = 2; taken.has(name); copy += 1) name = `${plain}_${copy}`;
    taken.add(name);
    names.set(node.id, name);
    childrenOf(node).forEach(visit);
  };
  visit(root);
  return names;
}

function nameIn(names: Names, id: string): string {
  const name = names.get(id);
  if (name === undefined) throw new RangeError(`no state node has the id ${id}`);
  return name;
}

function childLines(node: AnyStateNode, names: Names, indent: string): string[] {
  const initial = initialOf(node);
  const lines = initial === undefined ? [] : [`${indent}[*] --> ${nameIn(names, initial.id)}`];
  for (const [index, child] of childrenOf(node).entries()) {
    if (node.type === 'parallel' && index > 0) lines.push(`${indent}--`);
    lines.push(...stateLines(child, names, indent));
  }
  return lines;
}

function stateLines(node: AnyStateNode, names: Names, indent: string): string[] {
  const name = nameIn(names, node.id);
  const title = node.type === 'history' ? `${node.key} (history)` : node.key;
  const text = [title, ...entryAndExit(node)].map(escaped).join('<br>');
  const declaration = `${indent}state "${text}" as ${name}`;
  if (childrenOf(node).length > 0) return [`${declaration} {`, ...childLines(node, names, `${indent}  `), `${indent}}`];
  return node.type === 'final' ? [declaration, `${indent}${name} --> [*]`] : [declaration];
}

/** Characters that Mermaid or the HTML in its boxes would take for something else, as its entity codes; a line stays one line. */
function escaped(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[#:;"<>{}`%]/g, (character) => `#${character.charCodeAt(0)};`);
}
