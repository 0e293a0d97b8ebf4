/** A path as a subject can be driven along it: inputs that it brings about by itself are made one with the input before them. */
import type { RoleInput, RoleOutput, RolePath } from './path.ts';
import type { Capabilities } from './subject.ts';

/** One or more steps of a path that happen at once: the first input is brought about, the others follow by themselves. */
export interface Turn {
  /** Index of its last step. */
  readonly at: number;
  readonly inputs: readonly RoleInput[];
  /** The state of the chart before it. */
  readonly state: string;
  /** Milliseconds that have to pass, for a timeout. */
  readonly wait: number;
  readonly expected: readonly RoleOutput[];
  readonly limits: readonly string[];
}

/** The turns of a path. `waits` has the time that has to pass for each of its timeouts. */
export function turnsOf(path: RolePath, can: Capabilities, waits: readonly number[] | undefined): Turn[] {
  const turns: Turn[] = [];
  for (const [at, { input, expect, limits }] of path.steps.entries()) {
    const before = path.steps[at - 1];
    const last = turns.at(-1);
    if (before !== undefined && last !== undefined && followsByItself(input, before.expect, can)) {
      turns[turns.length - 1] = { ...last, at, inputs: [...last.inputs, input], expected: [...last.expected, ...expect], limits };
    } else {
      turns.push({ at, inputs: [input], state: before?.state ?? '', wait: waits?.[at] ?? 0, expected: expect, limits });
    }
  }
  return turns;
}

/** Where dials are not held they are answered at once, and where there is no array nobody waits for a port. */
function followsByItself(input: RoleInput, before: readonly RoleOutput[], can: Capabilities): boolean {
  if (input.type === 'port.unavailable') return !can.modes.includes('storage');
  return can.dials === 'immediate' && input.type.endsWith('.connected') && before.some(({ type }) => type === 'dials');
}

/** What of the outputs can be seen of a subject. */
export function visible(outputs: readonly RoleOutput[], can: Capabilities): RoleOutput[] {
  return outputs.flatMap((output): RoleOutput[] => {
    if (output.type === 'asks') return can.modes.includes('storage') ? [output] : [];
    if (output.type !== 'established' && output.type !== 'failed') return [output];
    if (can.reports === 'none') return [];
    return can.reports === 'outcomes' && output.type === 'failed'
      ? [{ type: 'failed', code: 'a code that it does not tell' }]
      : [output];
  });
}
