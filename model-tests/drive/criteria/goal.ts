/** Goals in words: `startFallback then established`. */
import { type MachineStep, shortestTo } from '../../generate/goals.ts';
import { definedInputs, type Machine, nextState } from '../../generate/machine.ts';

/** Stages that a path has to come through in order, each a word of the charts. */
export interface Goal {
  readonly text: string;
  readonly stages: readonly string[];
}

/** Splits `a then b` into its stages. Throws RangeError where there is none. */
export function parseGoal(text: string): Goal {
  const stages = text.split(/\s+then\s+/).map((stage) => stage.trim());
  if (stages.some((stage) => stage === '' || /\s/.test(stage)))
    throw new RangeError(
      `goal "${text}": expected words of the charts with "then" between them, such as "startFallback then established"`,
    );
  return { text, stages };
}

/** What of a step is not among its outputs, and yet has words: the actions of a chart of which nothing is seen. */
export type Hidden = (state: number, input: number) => unknown;

/** Whether a step has a word. */
type HasWord = (step: MachineStep, word: string) => boolean;

function wordsOf(machine: Machine, hidden: Hidden): HasWord {
  const inputs = machine.inputs.map(textsIn);
  const outputs = machine.outputs.map(textsIn);
  const states = machine.states.map(({ name }) => new Set(name.split(/[ ,]+/).flatMap(pathWords)));
  const others: Set<string>[] = [];
  return ({ from, input, to, output }, word) => {
    const cell = from * machine.inputs.length + input;
    others[cell] ??= textsIn(hidden(from, input));
    return [inputs[input], outputs[output], states[to], others[cell]].some((words) => words?.has(word) === true);
  };
}

/** The first stage of a goal that no step of the machine has as a word; undefined where there is none. */
export function unknownStage(machine: Machine, { stages }: Goal, hidden: Hidden = () => []): string | undefined {
  const hasWord = wordsOf(machine, hidden);
  const steps = definedInputs(machine).flatMap((all, from) =>
    all.map((input) => {
      const output = machine.output[from * machine.inputs.length + input] ?? -1;
      return { from, input, to: nextState(machine, from, input), output };
    }),
  );
  return stages.find((stage) => !steps.some((step) => hasWord(step, stage)));
}

/**
 * A shortest path of a machine through the stages; undefined where there is none. A stage is met by a step whose input, output, action or new state
 * has the word: the type of an event, output or action, the value of a fact or parameter, the name of a limit, or one or more names of a
 * state's path in a row.
 */
export function goalPath(machine: Machine, { stages }: Goal, hidden: Hidden = () => []): readonly number[] | undefined {
  const hasWord = wordsOf(machine, hidden);
  return shortestTo(
    machine,
    stages.map((stage) => (step) => hasWord(step, stage)),
  );
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): Set<string> {
  const words = new Set<string>();
  const visit = (inner: unknown) => {
    if (typeof inner === 'string') words.add(inner);
    else if (typeof inner === 'object' && inner !== null) for (const each of Object.values(inner)) visit(each);
  };
  visit(value);
  return words;
}

/** `a.b.c` has the words a, b, c, a.b, b.c and a.b.c. */
function pathWords(path: string): string[] {
  const names = path.split('.');
  return names.flatMap((_, from) => names.slice(from).map((__, more) => names.slice(from, from + more + 1).join('.')));
}
