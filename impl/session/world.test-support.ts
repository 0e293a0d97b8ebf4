/** A client process and a server process in one memory, for tests of the session layer. */

import type { StpConnectError } from '../protocol/errors.ts';
import { defaultLimits, type Limits } from '../protocol/limits.ts';
import type { Mode } from '../protocol/message.ts';
import { Tagger } from '../protocol/transcript.ts';
import { dialSession } from './dial.ts';
import type { Environment } from './environment.ts';
import { hmacSha256 } from './hmac.ts';
import { type Listener, openListener } from './listener.ts';
import { ManualClock, MemoryNetwork } from './memory-sockets.test-support.ts';
import type { Session } from './session.ts';
import type { TraceRecord } from './trace.ts';

export const PORT = 7070;

export interface WorldOptions {
  readonly clientArray?: string | undefined;
  readonly serverArray?: string;
  readonly clientSecret?: string;
  readonly maxPending?: number;
  readonly maxSessions?: number;
  readonly onSession?: (session: Session) => unknown;
}

export class World {
  readonly network = new MemoryNetwork();
  readonly clock = new ManualClock();
  readonly sessions: Session[] = [];
  readonly failures: StpConnectError[] = [];
  readonly records: TraceRecord[] = [];
  readonly limits: Limits = defaultLimits;
  readonly #options: WorldOptions;
  #random = 0;
  readonly #ids = new Map<string, number>();

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.network.groups.set('STG0', { segments: 4, hosts: ['client', 'server'] });
  }

  environment(host: string, array: string | undefined, secret: string): Environment {
    return {
      layer: {
        array: array === undefined ? undefined : this.network.array(array, host),
        socket: (family) => (family === 'tcp' ? this.network.tcp() : this.network.array(array ?? '', host)).socket(),
      },
      clock: this.clock,
      limits: this.limits,
      tagger: new Tagger(hmacSha256, Buffer.from(secret)),
      random: (size) => {
        this.#random += 1;
        return new Uint8Array(size).fill(this.#random);
      },
      newSessionId: () => {
        const id = (this.#ids.get(host) ?? 0) + 1;
        this.#ids.set(host, id);
        return `${host} ${id}`;
      },
      trace: (record) => {
        this.records.push(record);
      },
    };
  }

  listen(): Promise<Listener> {
    const { clientSecret = 'secret', maxPending = 16, maxSessions = 16, onSession } = this.#options;
    const array = 'clientArray' in this.#options ? this.#options.clientArray : 'sym0';
    return openListener({
      environment: this.environment('client', array, clientSecret),
      wkp: { family: 'tcp', host: 'test', port: PORT },
      maxPending,
      maxSessions,
      onSession: (session) => {
        this.sessions.push(session);
        return onSession?.(session);
      },
      onFailure: (error) => {
        this.failures.push(error);
      },
    });
  }

  connect(mode: Mode, more: { fallback?: boolean; group?: string; signal?: AbortSignal } = {}): Promise<Session> {
    return dialSession({
      environment: this.environment('server', this.#options.serverArray ?? 'sym0', 'secret'),
      wkp: { family: 'tcp', host: 'test', port: PORT },
      mode,
      fallback: more.fallback ?? false,
      group: more.group ?? 'STG0',
      signal: more.signal,
    });
  }

  /** The states that the attempt of this name went through. */
  path(id: string): string[] {
    return this.records.filter(({ session }) => session === id).map(({ next }) => next);
  }

  /** Each action in the order in which it was decided, of both roles. */
  actions(role: 'client' | 'server'): string[] {
    return this.records.filter((record) => record.role === role).flatMap(({ actions }) => actions.map(({ type }) => type));
  }
}
