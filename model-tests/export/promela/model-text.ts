/** What every exported model has: how to run it, its processes, its claims. */
import type { RuleText } from './rules.ts';
import { oneOf } from './text.ts';

/** A process of the model with -DFAIR; without it, all are one. */
export interface Process {
  readonly name: string;
  readonly options: readonly string[];
  readonly isFair: boolean;
}

/**
 * SPIN is fair to processes, we are to rules: so each fair rule is a process, and all others together are one. That one may leave undone
 * what it can do as long as a fair rule can fire: otherwise SPIN would be fair to it, too.
 */
export function processesOf(rules: readonly RuleText[]): Process[] {
  const [fair, others] = [rules.filter(({ isFair }) => isFair), rules.filter(({ isFair }) => !isFair)];
  const processes = fair.map(({ name, options }) => ({ name, options, isFair: true }));
  if (others.length === 0) return processes.length > 0 ? processes : [{ name: 'nothing', options: [':: false'], isFair: false }];
  const idle = `#ifdef FAIR\n:: d_step { ${oneOf(fair.map(({ guard }) => guard))} -> skip }\n#endif`;
  const options = [...others.flatMap((rule) => rule.options), ...(fair.length === 0 ? [] : [idle])];
  return [{ name: 'not_fair', options, isFair: false }, ...processes];
}

/** What pan's NFAIR has to be: it keeps two bits for each process, the claim and `init` included, and has some to spare. */
export const fairBytes = (processes: readonly Process[]): number => Math.max(2, Math.ceil((processes.length + 4) / 4));

/** The first lines: what it is, and how to run it. */
export function headText(title: readonly string[], processes: readonly Process[]): string {
  return [
    '/*',
    ...title.map((line) => ` * ${line}`),
    ' * Counts:    spin -o2 -a FILE; cc -O2 -DNOREDUCE -DSAFETY -DNOCLAIM -o pan pan.c; ./pan',
    ' * A claim:   spin -o2 -a FILE; cc -O2 -DNOREDUCE -o pan pan.c; ./pan -N NAME',
    ` * Fair runs: spin -o2 -DFAIR -a FILE; cc -O2 -DNOREDUCE -DNFAIR=${fairBytes(processes)} -o pan pan.c; ./pan -a -f -N NAME`,
    ' * -o2 keeps variables that no rule reads: they tell states apart. The claims stand at the end.',
    ' */',
    '',
  ].join('\n');
}

/** The processes. Where there is a `beginning`, what the system does before anything else, they wait for it. */
export function processText(processes: readonly Process[], beginning: string): string {
  const [first, ...others] = processes;
  const provided = beginning === '' ? '' : ' provided (begun)';
  return [
    ...enabledMacros(processes, beginning !== ''),
    '#ifdef FAIR',
    '#define MARK(bit, value) bit = value;',
    `#define PROCESS(name) od } active proctype name()${provided} { end: do`,
    '#else',
    '#define MARK(bit, value)',
    '#define PROCESS(name)',
    '#endif',
    '',
    `active proctype ${first?.name}()${provided} { end: do`,
    ...(first?.options ?? []),
    ...others.flatMap(({ name, options }) => ['', `PROCESS(${name})`, ...options]),
    'od }',
    '',
    ...(beginning === '' ? [] : [`init { d_step { ${beginning} begun = 1 }; end: false }`, '']),
  ].join('\n');
}

/** That something can happen, as SPIN sees it; and that nothing has to, since no fair rule can fire. */
function enabledMacros(processes: readonly Process[], hasBeginning: boolean): string[] {
  const pids = processes.map(({ isFair }, pid) => ({ isFair, enabled: `enabled(${pid})` }));
  const all = oneOf(pids.map(({ enabled }) => enabled));
  const fair = pids.filter(({ isFair }) => isFair).map(({ enabled }) => `!${enabled}`);
  const stopped = [...(hasBeginning ? ['begun'] : []), ...fair].join(' && ') || 'true';
  return [
    '#ifdef FAIR',
    `#define ENABLED (${all})`,
    `#define MAY_STOP (${stopped})`,
    '#else',
    '#define ENABLED enabled(0)',
    '#endif',
    '',
  ];
}

/** The smallest type that has numbers from 0 to `size - 1`. */
export const typeFor = (size: number): string => (size <= 2 ? 'bit' : size <= 256 ? 'byte' : size <= 32_768 ? 'short' : 'int');
