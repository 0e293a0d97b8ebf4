/** A composition of the handshake as a reactive system: a move is an input, what the processes do is its output. */
import type { Output } from '../../compile/compile.ts';
import type { Reaction, ReactiveSystem } from '../../generate/machine.ts';
import type { ChartStep } from '../handshake/stage.ts';
import type { HandshakeSystem } from '../handshake/system.ts';
import { type Move, processes, type Who, type World } from '../handshake/world.ts';

/** What one process does in a move. */
export interface ProcessSeen {
  /** For example `client 0`. */
  readonly process: string;
  readonly event: string;
  readonly outputs: readonly Output[];
}

export class CompositionSystem implements ReactiveSystem<World, Move, ProcessSeen> {
  readonly name: string;
  readonly initial: World;
  readonly system: HandshakeSystem;

  constructor(name: string, system: HandshakeSystem) {
    this.name = name;
    this.system = system;
    this.initial = system.initial;
  }

  key(world: World): string {
    return this.system.key(world);
  }

  /** The state of each process. */
  nameOf(world: World): string {
    return processes(world)
      .map((who) => `${processName(who)} ${this.system.stateOf(world, who).path}`)
      .join(', ');
  }

  *reactions(world: World): Generator<Reaction<World, Move, ProcessSeen>> {
    const key = this.key(world);
    for (const { move, next, steps } of this.system.moves(world)) {
      if (this.key(next) === key) continue;
      yield { input: move, next, outputs: seenOf(steps) };
    }
  }
}

/** What the processes do, in order. */
export function seenOf(steps: readonly ChartStep[]): ProcessSeen[] {
  return steps.map(({ who, event, step }) => ({ process: processName(who), event: event.type, outputs: step.outputs }));
}

export const processName = ({ role, index }: Who) => `${role} ${index}`;
