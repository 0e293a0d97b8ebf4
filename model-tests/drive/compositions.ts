/** What is composed to drive the implementation: few processes, few faults, and together every transition of both charts. */
import type { Mode } from '../../machines/index.ts';
import type { Edge } from '../explore/explore.ts';
import { at } from './handshake/stage.ts';
import type { HandshakeOptions } from './handshake/system.ts';
import type { Move, World } from './handshake/world.ts';

/** A composition whose paths are driven, and which of its transitions have to be covered. */
export interface Composition {
  /** What it shows, in a few words. */
  readonly title: string;
  readonly options: HandshakeOptions;
  /** Default: every transition of the composition. */
  readonly covers?: (edge: Edge<World, Move>) => boolean;
}

/** A second connection says whose it is: where two sessions begin at once, these are the moves that can go wrong. */
const pairs = ({ from, move }: Edge<World, Move>) =>
  move.kind === 'deliver' && move.to === 'acceptor' && at(from.world.links, move.link).name === 'second';

/** What a stranger says on the WKP that is refused whatever else there is. */
const idleWords: readonly string[] = ['descriptor', 'port', 'group', 'ready', 'decline', 'garbage'];

/** Everything, but such words only from a stranger that is alone, or while an attempt waits for its next connection. */
const wordsThatMatter = ({ from: { world }, move }: Edge<World, Move>) => {
  if (move.kind !== 'forge' || !idleWords.includes(move.frame)) return true;
  const { name, server } = at(world.links, move.link);
  const waits = world.clients.some(({ number, second, array }) => number >= 0 && second < 0 && array < 0);
  return server >= 0 || name !== 'first' || world.clients.length === 1 || waits;
};

/** The compositions of each mode. Together they take every transition of both charts. */
export const compositions: Readonly<Record<Mode, readonly Composition[]>> = {
  network: [
    { title: 'one server process, two faults', options: { servers: [{ mode: 'network', fallback: false }], faults: 2 } },
    {
      title: 'forged frames and strangers',
      options: { servers: [{ mode: 'network', fallback: false }], faults: 1, forging: true, strangers: true },
      covers: wordsThatMatter,
    },
    {
      title: 'two server processes at once',
      options: {
        servers: [
          { mode: 'network', fallback: false },
          { mode: 'network', fallback: false },
        ],
        faults: 0,
      },
      covers: pairs,
    },
  ],
  storage: [
    {
      title: 'one server process that may fall back, two faults',
      options: { servers: [{ mode: 'storage', fallback: true }], faults: 2 },
    },
    { title: 'one server process, one fault', options: { servers: [{ mode: 'storage', fallback: false }], faults: 1 } },
    {
      title: 'forged frames and strangers',
      options: { servers: [{ mode: 'storage', fallback: true }], faults: 1, forging: true, strangers: true },
      covers: wordsThatMatter,
    },
  ],
};
