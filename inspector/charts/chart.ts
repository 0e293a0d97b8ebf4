/** Charts as the page gets them: structure and words, without where anything is drawn. */
import { createHash } from 'node:crypto';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { chartTransitions } from '../../model-tests/compile/chart-transitions.ts';
import { arrows } from '../../model-tests/export/labels.ts';
import { stepsNamedIn } from '../../model-tests/show/chart/outline.ts';
import type { Chart, ChartState, ChartTransition } from '../contract.ts';

/** The chart of a machine; `id` where several charts of a recording have the same one. */
export function chartOf(machine: AnyStateMachine, id: string = machine.id): Chart {
  const root = stateOf(machine.root);
  const transitions = transitionsOf(machine);
  const title = machine.root.description ?? machine.id;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([root, transitions]))
    .digest('hex')
    .slice(0, 16);
  return { id, title, fingerprint, root, transitions };
}

function stateOf(node: AnyStateNode): ChartState {
  return {
    id: node.id,
    path: node.path.join('.'),
    name: node.key,
    type: node.type,
    ...described(node.description),
    ...(node.type === 'compound' && node.initial.target[0] !== undefined ? { initial: node.initial.target[0].id } : {}),
    entry: actionsOf(node.config.entry),
    exit: actionsOf(node.config.exit),
    children: Object.values(node.states).map(stateOf),
  };
}

function transitionsOf(machine: AnyStateMachine): ChartTransition[] {
  const labels = arrows(machine).map(({ label }) => label);
  return [...chartTransitions(machine)].map(([definition, row], index) => {
    const delay = row.event.startsWith('after ') ? row.event.slice('after '.length) : undefined;
    return {
      id: row.id,
      source: row.source,
      targets: row.targets,
      event: row.event === 'always' ? '' : row.event,
      ...(delay === undefined ? {} : { delay }),
      ...(row.guard === undefined ? {} : { guard: row.guard }),
      actions: actionsOf((definition as { readonly actions: readonly unknown[] }).actions),
      ...described(row.description),
      label: plain(labels[index] ?? row.event),
    };
  });
}

function described(description: string | undefined): { readonly description?: string; readonly steps: readonly string[] } {
  return description === undefined ? { steps: [] } : { description, steps: stepsNamedIn(description) };
}

function actionsOf(actions: unknown): string[] {
  const list: readonly unknown[] = actions === undefined ? [] : Array.isArray(actions) ? actions : [actions];
  return list.map((action) => {
    if (typeof action === 'string') return action;
    const { type, params, name } = action as { readonly type?: string; readonly params?: unknown; readonly name?: string };
    const values = typeof params === 'object' && params !== null ? Object.values(params).map(textOf) : [];
    return plain(`${type ?? name ?? 'inline action'}${values.length === 0 ? '' : `(${values.join(', ')})`}`);
  });
}

/** What XState calls `xstate.assign` people write as `assign`. */
const plain = (text: string) =>
  text.replaceAll(/\bxstate\.(?=assign|cancel|emit|enqueueActions|forwardTo|log|raise|sendTo|spawnChild|stopChild)/g, '');

const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
