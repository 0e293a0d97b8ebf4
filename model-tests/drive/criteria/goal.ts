/** Goals in words: `startFallback then established`. */
import { type Condition, shortestTo } from '../../generate/goals.ts';
import type { Machine } from '../../generate/machine.ts';

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

/** What each input, output and state of a machine is called, by number. */
interface Words {
  readonly inputs: readonly ReadonlySet<string>[];
  readonly outputs: readonly ReadonlySet<string>[];
  readonly states: readonly ReadonlySet<string>[];
}

function wordsIn(machine: Machine): Words {
  return {
    inputs: machine.inputs.map(textsIn),
    outputs: machine.outputs.map(textsIn),
    states: machine.states.map(({ name }) => new Set(name.split(/[ ,]+/).flatMap(pathWords))),
  };
}

/** The first stage of a goal that no input, output or state of the machine has as a word; undefined where there is none. */
export function unknownStage(machine: Machine, { stages }: Goal): string | undefined {
  const { inputs, outputs, states } = wordsIn(machine);
  return stages.find((stage) => ![...inputs, ...outputs, ...states].some((words) => words.has(stage)));
}

/**
 * A shortest path of a machine through the stages; undefined where there is none. A stage is met by a step whose input, output or new state has the
 * word: the type of an event or action, the value of a fact or parameter, the name of a limit, or one or more names of a state's path in a row.
 */
export function goalPath(machine: Machine, { stages }: Goal): readonly number[] | undefined {
  const { inputs, outputs, states } = wordsIn(machine);
  const conditions = stages.map(
    (stage): Condition =>
      ({ input, output, to }) =>
        [inputs[input], outputs[output], states[to]].some((words) => words?.has(stage) === true),
  );
  return shortestTo(machine, conditions);
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
