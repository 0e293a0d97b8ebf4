/** The state of the described handshake: what each slot holds, and who is who. */
import type { Frame } from '../../world.ts';
import { letterOf } from '../plan.ts';
import type { DescribedOptions } from './options.ts';

/** A connection. `dialing`: asked for; `waiting`: made, and not accepted yet; `open`: accepted; null: not there. */
export type DescribedLink = {
  readonly phase: 'dialing' | 'waiting' | 'open';
  readonly toDialer: readonly Frame[];
  readonly toAcceptor: readonly Frame[];
} | null;

/** A server process; `number` is the descriptor, or the port, that it was told. */
export type DescribedServer = { readonly state: string; readonly number: number } | 'killed';

/** Two connections that the client process took for a session. */
export interface DescribedSession {
  readonly first: number;
  readonly other: number;
}

/** The client process: the set of connections that it is collecting. */
export type DescribedClient =
  | {
      readonly state: string;
      /** Links of the set, -1 for none. */
      readonly first: number;
      readonly other: number;
      /** The descriptor number of `first`, or its dynamic port; -1 for none. */
      readonly number: number;
      /** Connections that were made and are not accepted yet, oldest first: on the WKP, and on the dynamic port. */
      readonly backlog: readonly number[];
      readonly portBacklog: readonly number[];
      readonly listensOnPort: boolean;
    }
  | 'killed';

/** A client process that was just started. */
export const freshClient = {
  state: 'accepting',
  first: -1,
  other: -1,
  number: -1,
  backlog: [],
  portBacklog: [],
  listensOnPort: false,
} as const satisfies DescribedClient;

/** The client process is in the middle of nothing, and nobody waits for it. */
export const isIdle = (client: Exclude<DescribedClient, 'killed'>) => client.state === 'accepting' && client.backlog.length === 0;

/** A link that a composition can have. */
export interface DescribedPlanLink {
  /** -1 for the intruder's. */
  readonly server: number;
  readonly name: 'first' | 'second' | 'array' | 'any';
  readonly label: string;
  readonly slot: number;
}

export interface DescribedPlan {
  readonly options: DescribedOptions;
  readonly slots: readonly string[];
  readonly serverSlots: readonly number[];
  readonly clientSlot: number;
  /** Sessions that the client process has completed since it was started. */
  readonly sessionsSlot: number;
  readonly crashSlot: number;
  readonly restartSlot: number;
  readonly intruderSlot: number;
  readonly links: readonly DescribedPlanLink[];
}

export function describedPlan(options: DescribedOptions): DescribedPlan {
  const slots: string[] = [];
  const add = (name: string) => slots.push(name) - 1;
  const letters = Array.from({ length: options.servers }, (_, index) => letterOf(index));
  const serverSlots = letters.map((letter) => add(`server ${letter}`));
  const [clientSlot, sessionsSlot] = [add('client process'), add('sessions')] as const;
  const [crashSlot, restartSlot, intruderSlot] = [add('crash left'), add('restart left'), add('intruder')] as const;
  const names = options.mode === 'network' ? (['first', 'second'] as const) : (['first', 'array'] as const);
  const links: DescribedPlanLink[] = letters.flatMap((letter, server) =>
    names.map((name) => ({ server, name, label: `${letter}.${name}`, slot: add(`${letter}.${name}`) })),
  );
  for (let number = 1; number <= (options.intruder ?? 0); number += 1)
    links.push({ server: -1, name: 'any', label: `intruder.${number}`, slot: add(`intruder.${number}`) });
  return { options, slots, serverSlots, clientSlot, sessionsSlot, crashSlot, restartSlot, intruderSlot, links };
}
