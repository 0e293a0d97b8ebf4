/**
 * Who is who in the vector of slots. A link is named by the server process that dials it, the attempt and what it is for; an instance of
 * the client process is named by the connection on the WKP that it began with. So it does not matter who came first.
 */
import type { LinkName } from '../world.ts';
import { type ExploredOptions, type Fault, faultKinds } from './options.ts';

/** A link that a composition can have. An instance of the client process has the number of its link on the WKP. */
export interface PlannedLink {
  /** -1 for the intruder's. */
  readonly server: number;
  /** Attempts of one server process that can be there at the same time are numbered; connections of the intruder, too. */
  readonly attempt: number;
  /** What a server process dials it for; the intruder dials whatever it likes. */
  readonly name: LinkName | 'any';
  /** How people call it: `A.first`, `A2.second`, `intruder.1`. */
  readonly label: string;
  readonly slot: number;
  /** The slot of the instance that begins with it; -1 for a link that never goes to the WKP. */
  readonly instanceSlot: number;
}

/** Every slot of a composition. */
export interface Plan {
  readonly options: ExploredOptions;
  readonly links: readonly PlannedLink[];
  readonly serverSlots: readonly number[];
  /** Whether the client process runs and listens. */
  readonly processSlot: number;
  /** Which instance was given each descriptor number, and each dynamic port. */
  readonly numbersSlot: number;
  readonly portsSlot: number;
  /** Connections that the intruder may still make. */
  readonly intruderSlot: number;
  /** What is left of each kind of fault; a kind that is not here costs nothing or never happens. */
  readonly budgetSlots: ReadonlyMap<Fault, number>;
  /** Names of slots, in their order. */
  readonly slots: readonly string[];
  /** For each server process the slots that are its own, in the same order for servers that are alike. */
  readonly members: readonly (readonly number[])[];
}

/** The letter of a server process. */
export const letterOf = (server: number) => String.fromCharCode('A'.charCodeAt(0) + server);

/** Lays out the slots of a composition. */
export function planOf(options: ExploredOptions): Plan {
  const slots: string[] = [];
  const add = (name: string) => slots.push(name) - 1;
  const serverSlots = options.servers.map((_, index) => add(`server ${letterOf(index)}`));
  const processSlot = add('client process');
  const numbersSlot = add('descriptor numbers');
  const portsSlot = add('dynamic ports');
  const intruderSlot = (options.intruder ?? 0) > 0 ? add('intruder') : -1;
  const budgetSlots = new Map<Fault, number>();
  for (const kind of faultKinds) {
    const budget = budgetOf(options, kind);
    if (budget > 0 && Number.isFinite(budget)) budgetSlots.set(kind, add(`${kind} left`));
  }
  const links = plannedLinks(options, add);
  const members = serverSlots.map((slot, index) => [
    slot,
    ...links.flatMap((link) => (link.server !== index ? [] : [link.slot, ...(link.instanceSlot < 0 ? [] : [link.instanceSlot])])),
  ]);
  return {
    options,
    links,
    serverSlots,
    processSlot,
    numbersSlot,
    portsSlot,
    intruderSlot,
    budgetSlots,
    slots,
    members,
  };
}

/** How often a fault may happen in one run. */
export const budgetOf = ({ faults = {} }: ExploredOptions, kind: Fault): number =>
  faults[kind] ?? (kind === 'timeout' ? Number.POSITIVE_INFINITY : 0);

function plannedLinks(options: ExploredOptions, add: (name: string) => number): PlannedLink[] {
  const links: PlannedLink[] = [];
  const push = (server: number, attempt: number, name: PlannedLink['name'], label: string) => {
    const slot = add(label);
    const instanceSlot = name === 'array' ? -1 : add(`client process (${label})`);
    links.push({ server, attempt, name, label, slot, instanceSlot });
  };
  for (const [server, { mode, fallback }] of options.servers.entries()) {
    const names: LinkName[] =
      mode === 'network' ? ['first', 'second'] : fallback ? ['first', 'second', 'array'] : ['first', 'array'];
    const attempts = attemptsOf(options, mode === 'storage' && fallback);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const prefix = `${letterOf(server)}${attempt === 0 ? '' : attempt + 1}`;
      for (const name of names) push(server, attempt, name, `${prefix}.${name}`);
    }
  }
  for (let attempt = 0; attempt < (options.intruder ?? 0); attempt += 1) push(-1, attempt, 'any', `intruder.${attempt + 1}`);
  return links;
}

/** How many attempts of one server process can leave something behind at the same time. */
function attemptsOf(options: ExploredOptions, fallsBack: boolean): number {
  const restarts = budgetOf(options, 'restart');
  if (!Number.isFinite(restarts)) throw new RangeError('restart needs a finite budget: each one may leave an attempt behind');
  return (1 + restarts) * (fallsBack ? 2 : 1);
}
