/** The compositions that are explored, with their budgets. What a budget leaves out is left out of the claim, so each title names it. */
import type { Mode, ServerContext } from '../../../../machines/index.ts';
import type { Property } from '../../../compose/system.ts';
import { endingProperties, eventualities } from './endings.ts';
import type { ExploredMove } from './moves.ts';
import type { ExploredOptions, Faults } from './options.ts';
import { safetyProperties } from './properties.ts';
import { declines, establishes, expires, fails, fallsBack, type Role } from './sometimes.ts';
import type { ExploredSystem } from './system.ts';

/** What a composition is explored with, and what is asked of it. */
export interface HardenedComposition {
  readonly id: string;
  readonly title: string;
  readonly options: ExploredOptions;
  /** Small enough that liveness is decided: what was begun ends on every fair run. In the others a state without a move may not be a wait. */
  readonly liveness: boolean;
  /** What must be reached. */
  readonly reaches: readonly Property<ExploredMove>[];
}

const network: ServerContext = { mode: 'network', fallback: false };
const storage: ServerContext = { mode: 'storage', fallback: false };
const fallingBack: ServerContext = { mode: 'storage', fallback: true };

/** Each kind of fault once, in one run: what can go wrong in one handshake, whatever came before. */
const everyFault: Faults = { reset: 1, refuse: 1, end: 1, crash: 1, stop: 1, abort: 1, stopListener: 1, tamper: 1, outcome: 1 };

const clientFailures = [
  'firstFrameTimeout',
  'handshakeTimeout',
  'connectionEnded',
  'connectionReset',
  'frameMalformed',
  'protocolViolation',
  'declined',
  'closed',
  'busy',
  'connectionsMismatch',
] as const;
const serverFailures = [
  'connectTimeout',
  'replyTimeout',
  'readyTimeout',
  'handshakeTimeout',
  'connectionRefused',
  'connectionEnded',
  'connectionReset',
  'frameMalformed',
  'declined',
  'tagWrong',
  'aborted',
] as const;

const serverReaches = (mode: Mode) => [
  establishes('server', mode),
  ...(['connectTimeout', 'replyTimeout', 'readyTimeout', 'handshakeTimeout'] as const).map((limit) => expires('server', limit)),
  ...serverFailures.map((code) => fails('server', code)),
  ...(['tagWrong', 'timedOut', 'closing', 'connectionLost', 'protocolViolation'] as const).map((reason) =>
    declines('server', reason),
  ),
];
const clientReaches = (mode: Mode) => [
  establishes('client', mode),
  ...(['firstFrameTimeout', 'handshakeTimeout'] as const).map((limit) => expires('client', limit)),
  ...clientFailures.map((code) => fails('client', code)),
  ...(['busy', 'connectionsMismatch', 'protocolViolation', 'timedOut', 'closing'] as const).map((reason) =>
    declines('client', reason),
  ),
];

const networkReaches = [
  ...serverReaches('network'),
  ...clientReaches('network'),
  expires('client', 'secondTimeout'),
  fails('client', 'secondTimeout'),
  ...(['descriptorUnknown', 'tagWrong'] as const).map((code) => fails('client', code)),
];
const arrayFailures = ['portsExhausted', 'modeUnavailable', 'groupUnknown', 'groupRefused', 'groupFull'] as const;
const storageReaches = [
  ...serverReaches('storage'),
  ...clientReaches('storage'),
  ...(['arrayTimeout', 'groupTimeout', 'lingerTimeout'] as const).map((limit) => expires('client', limit)),
  fails('client', 'arrayTimeout'),
  ...arrayFailures.flatMap((code) => [fails('client', code), declines('client', code)]),
  ...(['tagWrong', 'connectionLost'] as const).map((reason) => declines('client', reason)),
  ...(['groupUnknown', 'groupRefused', 'groupFull', 'arrayUnknown'] as const).map((code) => fails('server', code)),
  declines('server', 'arrayUnknown'),
];

/** One server process, and everything that can go wrong, each kind once. */
export const oneServer: readonly HardenedComposition[] = [
  {
    id: 'network',
    title: 'network mode, one server process, an intruder with one connection, every kind of fault once, every limit',
    options: { servers: [network], intruder: 1, everyCause: true, faults: everyFault },
    liveness: true,
    reaches: networkReaches,
  },
  {
    id: 'storage',
    title: 'storage mode, one server process, an intruder with one connection, every kind of fault once, every limit',
    options: { servers: [storage], intruder: 1, everyCause: true, faults: everyFault },
    liveness: true,
    reaches: storageReaches,
  },
  {
    id: 'fall-back',
    title: 'storage mode with a fall back, one server process, every kind of fault once, every limit',
    options: { servers: [fallingBack], everyCause: true, faults: everyFault },
    liveness: true,
    reaches: [establishes('server', 'storage'), establishes('server', 'network'), establishes('client', 'network'), fallsBack()],
  },
  {
    id: 'network.restarts',
    title: 'network mode, one server process, an intruder with two connections, a reset, a crash, a restart, every limit',
    options: { servers: [network], intruder: 2, faults: { reset: 1, crash: 1, restart: 1 } },
    liveness: true,
    reaches: bothEstablish('network'),
  },
  {
    id: 'storage.restarts',
    title: 'storage mode, one server process, an intruder with two connections, a reset, a crash, a restart, every limit',
    options: { servers: [storage], intruder: 2, faults: { reset: 1, crash: 1, restart: 1 } },
    liveness: false,
    reaches: bothEstablish('storage'),
  },
];

/** Two server processes at once. */
export const twoServers: readonly HardenedComposition[] = [
  {
    id: 'two-network',
    title: 'two server processes in network mode, an intruder, a reset, a crash, a restart, every limit',
    options: { servers: [network, network], intruder: 1, faults: { reset: 1, crash: 1, restart: 1 } },
    liveness: false,
    reaches: bothEstablish('network'),
  },
  {
    id: 'network-and-storage',
    title: 'two server processes, one in each mode, an intruder, a reset, a crash, a restart, every limit',
    options: { servers: [network, storage], intruder: 1, faults: { reset: 1, crash: 1, restart: 1 } },
    liveness: false,
    reaches: [...bothEstablish('network'), ...bothEstablish('storage')],
  },
  {
    id: 'two-storage.resets',
    title: 'two server processes in storage mode, an intruder, a reset, a crash, every limit',
    options: { servers: [storage, storage], intruder: 1, faults: { reset: 1, crash: 1 } },
    liveness: false,
    reaches: bothEstablish('storage'),
  },
  {
    id: 'two-storage.restarts',
    title: 'two server processes in storage mode, an intruder, a crash, a restart, every limit',
    options: { servers: [storage, storage], intruder: 1, faults: { crash: 1, restart: 1 } },
    liveness: false,
    reaches: bothEstablish('storage'),
  },
  {
    id: 'two-storage.no-intruder',
    title: 'two server processes in storage mode, no intruder, a reset, a crash, a restart, every limit',
    options: { servers: [storage, storage], faults: { reset: 1, crash: 1, restart: 1 } },
    liveness: false,
    reaches: bothEstablish('storage'),
  },
  {
    id: 'fall-back-and-network',
    title:
      'a server process in storage mode that falls back beside one in network mode, an intruder, a reset, a crash, a failing call, every limit',
    options: { servers: [fallingBack, network], intruder: 1, faults: { reset: 1, crash: 1, outcome: 1 } },
    liveness: false,
    reaches: [...bothEstablish('network'), ...bothEstablish('storage'), fallsBack()],
  },
];

/** The same with all budgets of storage mode in one composition. */
export const thorough: readonly HardenedComposition[] = [
  ...twoServers.filter(({ id }) => !id.startsWith('two-storage')),
  {
    id: 'two-storage',
    title: 'two server processes in storage mode, an intruder, a reset, a crash, a restart, every limit',
    options: { servers: [storage, storage], intruder: 1, faults: { reset: 1, crash: 1, restart: 1 } },
    liveness: false,
    reaches: bothEstablish('storage'),
  },
];

/** The intruder is on the way of others' frames: what a tag does not promise. */
export const relays: readonly HardenedComposition[] = [network, storage].map((server) => ({
  id: `${server.mode}.relay`,
  title: `${server.mode} mode, one server process, an intruder who delivers what it overhears before it arrives, every limit`,
  options: { servers: [server], intruder: 1, relay: true },
  liveness: true,
  reaches: bothEstablish(server.mode),
}));

function bothEstablish(mode: Mode): readonly Property<ExploredMove>[] {
  return (['server', 'client'] as const satisfies readonly Role[]).map((role) => establishes(role, mode));
}

/** Everything that is asked of a composition. */
export function propertiesOf({ cast }: ExploredSystem, liveness: boolean): Property<ExploredMove>[] {
  const [deadlock, livelock] = endingProperties(cast);
  return [...safetyProperties(cast), deadlock, ...(liveness ? [livelock, ...eventualities(cast)] : [])];
}
