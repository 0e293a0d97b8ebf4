/** The chart of a socket as a graph that makes every call in every state, and the paths that cover it. */
import { type SocketCall, type SocketEvent, socketMachine } from '../../../machines/index.ts';
import { type CompiledChart, compile, type LocalStep } from '../../compile/compile.ts';
import type { Successor, TransitionSystem } from '../../compose/transition-system.ts';
import { explore } from '../../explore/explore.ts';
import { type Path, transitionCover } from '../../generate/transition-cover.ts';

/** A local state of the chart, how many of the calls that change nothing were made in it, and whether the peer can still do something. */
export interface SocketWorld {
  readonly local: number;
  readonly probes: number;
  readonly peer: 'there' | 'gone';
}

/** What is done to a socket, in order. */
export type SocketPath = readonly SocketEvent[];

/** Every call that a socket has. */
export const socketCalls: readonly SocketCall[] = [
  'bind',
  'listen',
  'accept',
  'connect',
  'getsockname',
  'getpeername',
  'read',
  'write',
  'shutdown',
  'close',
  'abort',
];

/** Every event of the chart, with its facts. */
export const socketEvents: readonly SocketEvent[] = [
  { type: 'bind', address: 'free' },
  { type: 'bind', address: 'taken' },
  { type: 'bind', address: 'foreign' },
  { type: 'connect', address: 'usable' },
  { type: 'connect', address: 'foreign' },
  { type: 'listen' },
  { type: 'accept' },
  { type: 'getsockname' },
  { type: 'getpeername' },
  { type: 'read' },
  { type: 'write' },
  { type: 'shutdown' },
  { type: 'close' },
  { type: 'abort' },
  { type: 'connected' },
  { type: 'refused' },
  { type: 'backlogFull' },
  { type: 'timedOut' },
  { type: 'peer.connects' },
  { type: 'peer.write' },
  { type: 'peer.shutdown' },
  { type: 'peer.closed' },
  { type: 'peer.reset' },
];

/** Whether an event is a call of the socket's caller. */
export function isCall(event: SocketEvent): event is SocketEvent & { readonly type: SocketCall } {
  return (socketCalls as readonly string[]).includes(event.type);
}

/**
 * Moves that leave the chart's state as it is are made one after another, each in a world of its own, so that the paths take them all and
 * the moves that leave the state are taken both before and behind them: a refused call that did change something is found out.
 */
export class SocketSystem implements TransitionSystem<SocketWorld, SocketEvent> {
  readonly chart: CompiledChart = compile(socketMachine);
  readonly initial: SocketWorld = { local: this.chart.initial.id, probes: 0, peer: 'there' };
  readonly #without: ReadonlySet<string>;

  /** `without`: what the transport under test cannot be brought to do. */
  constructor(without: readonly SocketEvent['type'][] = []) {
    this.#without = new Set(without);
  }

  *moves(world: SocketWorld): Generator<Successor<SocketWorld, SocketEvent>> {
    const steps = this.#steps(world);
    const probes = steps.filter(({ step }) => step.next.id === world.local);
    const probe = probes[world.probes];
    if (probe) yield { move: probe.event, next: { ...world, probes: world.probes + 1 } };
    if (world.probes !== 0 && world.probes !== probes.length) return;
    for (const { event, step } of steps) {
      if (step.next.id === world.local) continue;
      const left = event.type === 'peer.closed' && !step.next.path.startsWith('closed');
      yield { move: event, next: { local: step.next.id, probes: 0, peer: left ? 'gone' : stays(world, step) } };
    }
  }

  key({ local, probes, peer }: SocketWorld): string {
    return `${local} ${probes} ${peer}`;
  }

  /** What may happen in a world. Two forms of a call that take the same transition are one. Throws where the chart has no answer to a call. */
  #steps({ local, peer }: SocketWorld): { readonly event: SocketEvent; readonly step: LocalStep }[] {
    const seen = new Set<string>();
    return socketEvents.flatMap((event) => {
      if (this.#without.has(event.type)) return [];
      if (peer === 'gone' && event.type.startsWith('peer.')) return [];
      const step = this.chart.step(local, event);
      if (step === undefined) {
        if (isCall(event)) throw new Error(`chart socket, state ${this.chart.state(local).path}: no answer to ${event.type}`);
        return [];
      }
      const taken = step.taken.map(({ id }) => id).join();
      if (seen.has(taken)) return [];
      seen.add(taken);
      return [{ event, step }];
    });
  }
}

/** A connection that is no more has no peer that matters. */
const stays = ({ peer }: SocketWorld, { next }: LocalStep) => (next.path.startsWith('closed') ? 'there' : peer);

/** Paths that make every call in every state and take every transition; of transitions that the transport cannot be brought to, none. */
export function socketPathsOf(system: SocketSystem): SocketPath[] {
  const paths: Iterable<Path<SocketWorld, SocketEvent>> = transitionCover(explore(system));
  return [...paths].map((path) => path.map(({ move }) => move));
}
