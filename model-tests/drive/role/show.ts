/** What happened on a path, as a sequence diagram has it: the tester on one side, the process under test on the other. */
import type { ShownEvent } from '../../compose/system.ts';
import type { Scenario } from '../../show/scenario.ts';
import { wrapWords } from '../../show/wrap.ts';
import { inputText, outputText, type Role, type RoleInput, type RoleOutput, type RolePath } from './path.ts';

const tester = 'tester';

const processName = (role: Role) => `${role} process`;

/** Inputs that the tester sends or does to a connection are messages; the others happen to the process. */
export function shownInput(role: Role, input: RoleInput): ShownEvent[] {
  const [name = '', what = ''] = input.type.split('.', 2);
  const over = processName(role);
  if (input.type === 'start') {
    if (role === 'server') return [{ kind: 'note', over, text: `begins: ${inputText(input)}` }];
    return [{ kind: 'message', from: tester, to: over, text: 'connects first' }];
  }
  if (input.type === 'timeout') return [{ kind: 'note', over, text: `${String(input['limit'])} expires`, fault: true }];
  if (!['first', 'second', 'array'].includes(name)) return [{ kind: 'note', over, text: inputText(input) }];
  const fault = ['ended', 'reset', 'garbage', 'refused', 'decline'].includes(what) || input['tag'] === 'wrong';
  return [{ kind: 'message', from: tester, to: over, text: messageText(name, what, input), ...(fault && { fault }) }];
}

function messageText(name: string, what: string, { type: _, ...facts }: RoleInput): string {
  const words = Object.entries(facts).map(([fact, value]) => `${fact} ${String(value)}`);
  const detail = words.length === 0 ? '' : ` (${words.join(', ')})`;
  switch (what) {
    case 'joined':
      return `connects ${name}, DESCRIPTOR on ${name}`;
    case 'accepted':
      return `connects ${name}`;
    case 'connected':
      return `accepts ${name}`;
    case 'refused':
      return `refuses ${name}`;
    case 'ended':
      return `end of ${name}`;
    case 'reset':
      return `reset of ${name}`;
    case 'garbage':
      return `bytes that are no frame on ${name}`;
    default:
      return `${what.toUpperCase()} on ${name}${detail}`;
  }
}

/** What was seen of the process. */
export function shownOutput(role: Role, output: RoleOutput): ShownEvent {
  const [from, text] = [processName(role), outputText(output)];
  if (output.type === 'asks' || output.type === 'established' || output.type === 'failed')
    return { kind: 'note', over: from, text };
  const fault =
    output.type === 'resets' || (output.type === 'sends' && (output.frame === 'decline' || output.wrong !== undefined));
  return { kind: 'message', from, to: tester, text, ...(fault && { fault }) };
}

/** What the tester expected where the last thing that was seen is wrong. */
export const shownExpectation = (expected: string): ShownEvent => ({
  kind: 'note',
  over: tester,
  text: `expected: ${expected}`,
  fault: true,
});

/** A diagram of two lifelines in plain text. `width` is the number of columns between them. */
export function drawText(role: Role, events: readonly ShownEvent[], width = 58): string {
  const [left, right] = [tester, processName(role)];
  const line = (text: string) => `  │${text.padEnd(width)}│`;
  const rows = events.flatMap((event) => {
    if (event.kind === 'note')
      return wrapWords(`[${event.text}]`, width - 2).map((text) =>
        line(event.over === left ? ` ${text}` : text.padStart(width - 1)),
      );
    const arrow = event.to === right ? `${'─'.repeat(width - 1)}▶` : `◀${'─'.repeat(width - 1)}`;
    return [...wrapWords(event.text, width - 2).map((text) => line(` ${text}`)), line(arrow)];
  });
  return [`  ${left}${right.padStart(width + 2 - left.length)}`, ...rows].join('\n');
}

/** A path that failed, as the pictures of runs are made of it. */
export function scenarioOfFailure(
  { role, name, steps }: RolePath,
  {
    at,
    what,
    expected,
    seen,
    shown,
  }: {
    readonly at: number;
    readonly what: string;
    readonly expected: string;
    readonly seen: string;
    readonly shown: readonly ShownEvent[];
  },
  subject: string,
): Scenario {
  return {
    title: `Path ${name} of ${subject}`,
    description: `It fails at step ${at + 1} of ${steps.length}.`,
    lifelines: [tester, processName(role)],
    steps: shown.map((event) => ({ text: event.text, events: [event], fault: event.fault === true })),
    conclusion: { text: `${what}: expected ${expected}; seen ${seen}`, fault: true },
  };
}
