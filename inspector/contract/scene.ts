/** How everything stands: a part of the contract. */
import type { Field, Frame } from './moment.ts';

/** How everything stands behind a moment. */
export interface Scene {
  /** -1 before the first moment. */
  readonly at: number;
  /**
   * Every machine that is there, those of the same lifeline too (the client process has an instance for each connection on the WKP). A recording
   * with very many sessions has those of the moment's session and of those that it shares connections with, and says how many it leaves out.
   */
  readonly machines: readonly MachineState[];
  readonly others: number;
  readonly connections: readonly ConnectionState[];
  readonly array?: ArrayState;
  /** Whatever else the source knows, by name: budgets of faults, descriptor numbers. */
  readonly facts: readonly Field[];
}

/** A machine in a scene. */
export interface MachineState {
  readonly id: string;
  readonly lifeline: string;
  readonly chart: string;
  /** What tells it from others of its lifeline: `A.first`. */
  readonly label?: string;
  readonly session?: string;
  /** Paths of the active leaf states. */
  readonly active: readonly string[];
  /** Limits that run. */
  readonly limits: readonly string[];
  readonly status: 'running' | 'over' | 'crashed' | 'stopped';
  readonly context?: unknown;
}

/** A connection in a scene. */
export interface ConnectionState {
  readonly id: string;
  /** `A.first` */
  readonly name: string;
  /** Which of the two it is, or the array's; anything else for a user's links. */
  readonly channel: string;
  /** Lifelines. */
  readonly dialer: string;
  readonly acceptor: string;
  readonly phase: 'dialing' | 'open' | 'gone';
  /** On their way, the oldest first. */
  readonly toDialer: readonly Flying[];
  readonly toAcceptor: readonly Flying[];
}

/** Something on its way. */
export interface Flying {
  readonly kind: 'frame' | 'ended' | 'reset';
  readonly text: string;
  readonly frame?: Frame;
}

/** The storage array in a scene. */
export interface ArrayState {
  readonly name: string;
  readonly ports: readonly {
    readonly port: number;
    readonly generation?: number;
    /** The machine that listens on it. */
    readonly holder?: string;
    /** Connections that wait to be accepted. */
    readonly waiting: number;
  }[];
  readonly groups: readonly {
    readonly name: string;
    readonly size: number;
    readonly used: number;
    readonly hosts: readonly string[];
  }[];
  /** In bytes. */
  readonly rings: readonly {
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly capacity: number;
    readonly filled: number;
  }[];
}
