/** Where the described handshake goes wrong: one composition for each fault that is known of it, in each mode that has it. */
import type { DescribedOptions } from './options.ts';

export interface DescribedComposition {
  readonly id: string;
  readonly title: string;
  readonly options: DescribedOptions;
  /** The ids of the properties that show it. */
  readonly asks: readonly string[];
}

/** Two server processes at once; a number that is used again; an intruder; waiting for ever. */
export const describedCompositions: readonly DescribedComposition[] = [
  {
    id: 'network.two-servers',
    title: 'network mode, two server processes, nothing goes wrong',
    options: { mode: 'network', servers: 2 },
    asks: ['pairing', 'ends'],
  },
  {
    id: 'network.descriptor-reuse',
    title: 'network mode, two server processes, the client process is killed and started again once',
    options: { mode: 'network', servers: 2, crash: 1, restart: 1 },
    asks: ['noStaleNumber'],
  },
  {
    id: 'storage.port-reuse',
    title: 'storage mode, two server processes, the client process is killed and started again once',
    options: { mode: 'storage', servers: 2, crash: 1, restart: 1 },
    asks: ['noStaleNumber'],
  },
  {
    id: 'network.intruder',
    title: 'network mode, one server process, somebody who knows nothing makes one connection',
    options: { mode: 'network', servers: 1, intruder: 1 },
    asks: ['noIntruder'],
  },
  {
    id: 'storage.intruder',
    title: 'storage mode, one server process, somebody who knows nothing makes one connection',
    options: { mode: 'storage', servers: 1, intruder: 1 },
    asks: ['noIntruder'],
  },
  {
    id: 'network.waiting',
    title: 'network mode, one server process, one process is killed',
    options: { mode: 'network', servers: 1, crash: 1 },
    asks: ['ends'],
  },
  {
    id: 'storage.waiting',
    title: 'storage mode, one server process, one process is killed',
    options: { mode: 'storage', servers: 1, crash: 1 },
    asks: ['ends'],
  },
];
