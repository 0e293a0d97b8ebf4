/** What happened on a path, as a sequence diagram has it: the tester on one side, the process under test on the other. */
import type { ShownEvent } from '../../compose/system.ts';
import { inputText, outputText, type Role, type RoleInput, type RoleOutput } from './path.ts';

export const tester = 'tester';

/** The lifelines of a role's diagrams, from left to right. */
export const lifelinesOf = (role: Role): readonly string[] => [tester, processName(role)];

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

/** A diagram of two lifelines in plain text. `width` is the number of columns between them. */
export function drawText(role: Role, events: readonly ShownEvent[], width = 58): string {
  const [left = '', right = ''] = lifelinesOf(role);
  const line = (text: string) => `  │${text.padEnd(width)}│`;
  const rows = events.flatMap((event) => {
    if (event.kind === 'note') return cut(`[${event.text}]`, width - 2).map((text) => line(text.padStart(width - 1)));
    const arrow = event.to === right ? `${'─'.repeat(width - 1)}▶` : `◀${'─'.repeat(width - 1)}`;
    return [...cut(event.text, width - 2).map((text) => line(` ${text}`)), line(arrow)];
  });
  return [`  ${left}${right.padStart(width + 2 - left.length)}`, ...rows].join('\n');
}

/** The text in lines of at most so many characters. */
function cut(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const at = space > 0 ? space : width;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
