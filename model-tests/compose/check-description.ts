/** Finds what does not fit together in a description before anything is explored. Each fault is one sentence that names the place. */
import type { AnyStateNode } from 'xstate';
import { chartDelays } from '../compile/chart-transitions.ts';
import type { BudgetKind } from './budget.ts';
import { ComposeError } from './compose-error.ts';
import type { Description, LinkDescription, MachineDescription } from './description.ts';
import { ENVIRONMENT, INTRUDER } from './moves.ts';
import type { Process } from './process.ts';

const RESERVED: readonly string[] = [ENVIRONMENT, INTRUDER];

/** Names and numbers: everything that can be seen without compiling a chart. */
export function checkDescription({ machines, links = {}, environment = {} }: Description): void {
  const names = Object.keys(machines);
  if (names.length === 0) throw new ComposeError('a system needs a machine');
  for (const name of [...names, ...Object.keys(links)]) {
    if (RESERVED.includes(name)) throw new ComposeError(`${name} cannot be the name of a machine or link: diagrams use it`);
  }
  const ids = new Map<string, string>();
  for (const [name, { chart }] of Object.entries(machines)) {
    const other = ids.get(chart.id);
    if (other !== undefined && machines[other]?.chart.config !== chart.config)
      throw new ComposeError(
        `machines ${other} and ${name} have two charts with one id, ${chart.id}: give each an id of its own`,
      );
    ids.set(chart.id, name);
  }
  for (const [name, link] of Object.entries(links)) {
    if (names.includes(name)) throw new ComposeError(`${name} is the name of a machine and of a link`);
    checkLink(name, link, names);
  }
  const { injects = [], overhears = [] } = environment.intruder ?? {};
  for (const link of [...injects, ...overhears]) {
    if (!(link in links))
      throw new ComposeError(`environment.intruder: there is no link ${link}: ${listed('there are', Object.keys(links))}`);
  }
  if (environment.intruder !== undefined && injects.length === 0)
    throw new ComposeError('environment.intruder: an intruder who injects into no link does nothing');
  for (const [name, machine] of Object.entries(machines)) checkMachine(name, machine, [...names, ...Object.keys(links)]);
  checkBounds(links, environment);
}

function checkLink(name: string, link: LinkDescription<string>, machines: readonly string[]): void {
  const ends = link.kind === 'connection' ? [link.dialer, link.acceptor] : [link.from, link.to].flat();
  for (const machine of ends) {
    if (!machines.includes(machine))
      throw new ComposeError(`link ${name}: there is no machine ${machine}: ${listed('there are', machines)}`);
  }
  if (link.kind === 'connection') {
    if (link.dialer === link.acceptor) throw new ComposeError(`link ${name}: ${link.dialer} is both ends of the connection`);
  } else {
    if ([link.from].flat().length === 0) throw new ComposeError(`link ${name}: nobody writes on it`);
    if ([link.to].flat().length === 0) throw new ComposeError(`link ${name}: nobody reads it`);
  }
  const { capacity } = link;
  const isWhole =
    capacity !== undefined && (capacity === Number.POSITIVE_INFINITY || (Number.isInteger(capacity) && capacity > 0));
  const isLeftOut = capacity === undefined && link.kind === 'unordered';
  if (!isWhole && !isLeftOut)
    throw new ComposeError(`link ${name}: capacity is ${capacity}: it must be a whole number from 1, or Infinity`);
}

function checkMachine(name: string, { sendsTo = [], restarts, crashes }: MachineDescription, names: readonly string[]): void {
  for (const target of sendsTo) {
    if (!names.includes(target))
      throw new ComposeError(`machine ${name}: sendsTo names ${target}, which is neither a link nor a machine`);
  }
  if (restarts === true && crashes !== true) throw new ComposeError(`machine ${name}: it restarts, but it never crashes`);
}

/** A budget without limit on a link without limit would never be explored to the end. */
function checkBounds(
  links: Readonly<Record<string, LinkDescription<string>>>,
  environment: Description['environment'] & object,
): void {
  const unlimited = (kind: BudgetKind) => (environment[kind] ?? Number.POSITIVE_INFINITY) === Number.POSITIVE_INFINITY;
  for (const [name, link] of Object.entries(links)) {
    const { capacity } = link;
    const duplicates = link.kind !== 'connection' && link.duplicates === true;
    const isSet = link.kind === 'unordered' && duplicates && unlimited('duplicate');
    if (isSet || (capacity !== undefined && capacity < Number.POSITIVE_INFINITY)) continue;
    const why = `link ${name} has no capacity, so the system has no end`;
    if (environment.intruder?.injects.includes(name) && unlimited('inject'))
      throw new ComposeError(`environment.inject has no limit and ${why}`);
    if (duplicates && unlimited('duplicate')) throw new ComposeError(`environment.duplicate has no limit and ${why}`);
    if (capacity === undefined)
      throw new ComposeError(`link ${name}: a capacity is needed, or duplicates: true and no budget for duplicate`);
  }
}

/** What has to be known of the charts: what they accept and whom they send to. */
export function checkMachines({ links = {}, environment = {} }: Description, processes: readonly Process[]): void {
  for (const process of processes) {
    checkEvents(process);
    for (const target of process.targets ?? []) {
      if (!(target in links) && !processes.some(({ name }) => name === target))
        throw new ComposeError(`machine ${process.name}: its chart sends to ${target}, which is neither a link nor a machine`);
      const link = links[target];
      if (link !== undefined && !writersOf(link).includes(process.name))
        throw new ComposeError(`machine ${process.name}: its chart sends to ${target}, a link that is not from it`);
    }
  }
  for (const [name, link] of Object.entries(links)) {
    const writers = writersOf(link);
    const writes = (machine: string) => processes.find((process) => process.name === machine)?.targets?.has(name) !== false;
    if (!writers.some(writes) && !environment.intruder?.injects.includes(name))
      throw new ComposeError(`link ${name}: nobody writes on it: ${writers.join(' and ')} never send to ${name}`);
  }
}

function writersOf(link: LinkDescription<string>): readonly string[] {
  return link.kind === 'connection' ? [link.dialer, link.acceptor] : [link.from].flat();
}

function checkEvents({ name, events, chart }: Process): void {
  const nodes = [...chart.instrumented.nodes.values()] as AnyStateNode[];
  const accepted = new Set(nodes.flatMap((node) => [...node.transitions.keys()]));
  const delays = chartDelays(chart.machine);
  const own = [...accepted].filter((type) => !type.startsWith('xstate.') && !delays.has(type));
  for (const { event } of events) {
    if (!own.some((descriptor) => matchesDescriptor(descriptor, event.type)))
      throw new ComposeError(
        `machine ${name}: no state of its chart accepts the event ${event.type}: ${listed('there are', own)}`,
      );
  }
}

/** Whether XState takes a transition that is written for `descriptor` when an event of this type comes. */
export function matchesDescriptor(descriptor: string, type: string): boolean {
  return (
    descriptor === '*' || descriptor === type || (descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1)))
  );
}

/** What can happen in a system at all: a budget for anything else is a mistake. */
export function usedBudgets({ machines, links = {}, environment = {} }: Description): ReadonlySet<BudgetKind> {
  const all = Object.values(links) as LinkDescription<string>[];
  const connections = all.flatMap((link) => (link.kind === 'connection' ? [link] : []));
  const buffers = all.flatMap((link) => (link.kind === 'connection' ? [] : [link]));
  const instances = Object.values(machines) as MachineDescription[];
  const kinds: Record<BudgetKind, boolean> = {
    deliver: all.length > 0,
    connect: connections.length > 0,
    refuse: connections.some(({ refuses }) => refuses === true),
    reset: connections.some(({ resets }) => resets === true),
    drop: buffers.some(({ loses }) => loses === true),
    duplicate: buffers.some(({ duplicates }) => duplicates === true),
    timeout: true,
    crash: instances.some(({ crashes }) => crashes === true),
    restart: instances.some(({ restarts }) => restarts === true),
    inject: environment.intruder !== undefined,
  };
  return new Set((Object.keys(kinds) as BudgetKind[]).filter((kind) => kinds[kind]));
}

function listed(intro: string, names: readonly string[]): string {
  return names.length === 0 ? 'there is none' : `${intro} ${names.join(', ')}`;
}
