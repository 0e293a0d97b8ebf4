/** The handshake, explored: which compositions there are, by what a user asks for. */
import type { Mode, ServerContext } from '../../../../machines/index.ts';
import type { Property, System } from '../../../compose/system.ts';
import { Charts } from './cast.ts';
import { type HardenedComposition, oneServer, propertiesOf, relays, thorough, twoServers } from './compositions.ts';
import { type DescribedComposition, describedCompositions } from './described/compositions.ts';
import { describedSystem } from './described/system.ts';
import type { ExploredMove } from './moves.ts';
import { type ExploredOptions, type Faults, faultKinds, type Weakness } from './options.ts';
import { type ExploredSystem, exploredSystem } from './system.ts';

/** What to explore. */
export interface HandshakeChoice {
  /** `hardened`: as it is implemented. `described`: the source text and nothing else, whose faults are known. Default `hardened`. */
  readonly variant?: 'hardened' | 'described';
  /** Only compositions of this mode; default both. */
  readonly mode?: Mode;
  /** The most server processes at once: 1, or 2 (default), or more, which are then all alike and have no faults but limits. */
  readonly servers?: number;
  /** Whether there is an intruder. Default true. */
  readonly intruder?: boolean;
  /** Only: the intruder delivers what others send before it arrives. Small compositions of their own; default false. */
  readonly relay?: boolean;
  /**
   * Budgets that take the place of those of each composition, by kind. By default two server processes get one reset, one crash and one
   * restart in a run, one server process each kind of fault once, and limits expire at any moment and any number of times. The product of
   * two server processes in storage mode with an intruder and all three is far larger than the others, so each two of them are explored
   * together and not all; `thorough` explores all.
   */
  readonly faults?: Faults;
  /** One much larger composition in place of three (storage mode, two server processes). Default false. */
  readonly thorough?: boolean;
  /** Mistakes built in on purpose, to see them found. Hardened only. */
  readonly weaknesses?: readonly Weakness[];
}

/** One composition that can be explored, and what it has to fulfil. */
export interface HandshakeComposition {
  /** Stays the same: `hardened.two-network`. */
  readonly id: string;
  /** What it is made of, with its budgets, in words. */
  readonly title: string;
  readonly system: System<ExploredMove>;
  readonly properties: readonly Property<ExploredMove>[];
  /** What the hardened composition is made of, to drive its runs through the implementation; undefined for the described variant. */
  readonly hardened?: ExploredSystem;
}

/**
 * The compositions that answer a choice, smallest first.
 *
 * @throws RangeError for a number of servers or a budget that cannot be explored
 * @example
 * for (const { id, system, properties } of handshakeSystems({ servers: 1 })) console.log(id, await check(system, properties));
 */
export function handshakeSystems(choice: HandshakeChoice = {}): HandshakeComposition[] {
  insistOn(choice);
  return choice.variant === 'described' ? described(choice) : hardened(choice);
}

function insistOn({ servers = 2, faults = {} }: HandshakeChoice): void {
  if (!Number.isInteger(servers) || servers < 1 || servers > 26)
    throw new RangeError(`there can be 1 to 26 server processes, not ${servers}`);
  for (const kind of faultKinds) {
    const budget = faults[kind] ?? 0;
    if (budget !== Number.POSITIVE_INFINITY && (!Number.isInteger(budget) || budget < 0))
      throw new RangeError(`a budget is a number of times or Infinity; ${kind} has ${budget}`);
  }
  if (faults.restart === Number.POSITIVE_INFINITY)
    throw new RangeError('restart needs a finite budget: each one may leave connections of an attempt behind');
}

function hardened(choice: HandshakeChoice): HandshakeComposition[] {
  const charts = new Charts();
  return chosen(choice)
    .filter(({ options }) => choice.mode === undefined || options.servers.every(({ mode }) => mode === choice.mode))
    .map(({ id, title, options, liveness, reaches }) => {
      const system = exploredSystem(adapted(options, choice), charts);
      const isOwn = choice.faults !== undefined || choice.intruder === false || choice.weaknesses !== undefined;
      return {
        id: `hardened.${id}`,
        title: isOwn ? `${title}; other budgets as asked for` : title,
        system,
        properties: [...propertiesOf(system, liveness), ...(isOwn ? [] : reaches)],
        hardened: system,
      };
    });
}

function chosen({ servers = 2, relay = false, thorough: all = false, mode }: HandshakeChoice): readonly HardenedComposition[] {
  if (relay) return relays;
  if (servers === 1) return oneServer;
  if (servers > 2) return alike(servers, mode);
  return [...oneServer, ...(all ? thorough : twoServers)];
}

function adapted(options: ExploredOptions, { intruder = true, faults = {}, weaknesses = [] }: HandshakeChoice): ExploredOptions {
  return {
    ...options,
    ...(intruder ? {} : { intruder: 0, relay: false }),
    faults: { ...options.faults, ...faults },
    weaknesses,
  };
}

/** Many server processes of one mode. */
function alike(servers: number, only: Mode | undefined): HardenedComposition[] {
  const modes = (['network', 'storage'] as const).filter((mode) => only === undefined || mode === only);
  return modes.map((mode) => ({
    id: `${servers}-${mode}`,
    title: `${servers} server processes in ${mode} mode, every limit`,
    options: { servers: Array.from({ length: servers }, (): ServerContext => ({ mode, fallback: false })) },
    liveness: false,
    reaches: [],
  }));
}

function described(choice: HandshakeChoice): HandshakeComposition[] {
  const { mode, servers = 2, intruder = true } = choice;
  const isAskedFor = ({ options }: DescribedComposition) =>
    (mode === undefined || options.mode === mode) && options.servers <= servers && (intruder || (options.intruder ?? 0) === 0);
  return describedCompositions.filter(isAskedFor).map(({ id, title, options, asks }) => {
    const { system, properties } = describedSystem(options);
    return { id: `described.${id}`, title, system, properties: properties.filter((property) => asks.includes(property.id)) };
  });
}
