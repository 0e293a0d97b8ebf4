/**
 * The generated suites that look for mutants of the implementation, strongest last. Each is made from the charts or from the tables of
 * docs/protocol.md; none is written by hand. What belongs to the implementation is imported when a suite is loaded, so that a mutant of a
 * constant is there by then.
 */
import type { Wkp } from './drive-paths.ts';
import type { PathChoice } from './prepared.ts';

/** A part of the implementation that is mutated. */
export type Part = 'protocol' | 'session' | 'sockets';

/** What a loaded suite finds: everything that is otherwise than it should be, in words. At its end it says how much it has tried. */
export type Complaints = () => Generator<string, number> | AsyncGenerator<string, number>;

/** One suite. */
export interface KillerSuite {
  readonly name: string;
  load(): Promise<Complaints>;
}

const names: KillerSuite = {
  name: 'names and numbers of docs/protocol.md',
  async load() {
    const { complaintsAboutNames } = await import('../../page/judge-names.ts');
    const [errors, limits, messages, reasons, { clientMachine }, { serverMachine }] = await Promise.all([
      import('../../../impl/protocol/errors.ts'),
      import('../../../impl/protocol/limits.ts'),
      import('../../../impl/protocol/message.ts'),
      import('../../../impl/protocol/reasons.ts'),
      import('../../../impl/protocol/client.ts'),
      import('../../../impl/protocol/server.ts'),
    ]);
    const notes = [clientMachine.notes, serverMachine.notes];
    return () => complaintsAboutNames({ ...errors, ...limits, ...messages, ...reasons, notes });
  },
};

const frames: KillerSuite = {
  name: 'frames of docs/protocol.md, at every limit and beside it',
  async load() {
    const { complaintsAboutFrames, complaintsAboutMalformed } = await import('../../page/judge-codec.ts');
    const { MalformedFrame } = await import('../../../impl/protocol/malformed-frame.ts');
    const codec = { ...(await import('../../../impl/protocol/codec.ts')), MalformedFrame };
    return function* () {
      return (yield* complaintsAboutFrames(codec)) + (yield* complaintsAboutMalformed(codec));
    };
  },
};

const tags: KillerSuite = {
  name: 'tags of docs/protocol.md',
  async load() {
    const { complaintsAboutTags } = await import('../../page/judge-tags.ts');
    const transcript = await import('../../../impl/protocol/transcript.ts');
    const { hmacSha256: hmac } = await import('../../../impl/session/hmac.ts');
    return () => complaintsAboutTags({ ...transcript, hmac });
  },
};

const tables: KillerSuite = {
  name: 'tables beside the charts: every event in every state',
  async load() {
    const { complaintsAboutTables } = await import('./judge-tables.ts');
    return complaintsAboutTables;
  },
};

const words: Readonly<Record<PathChoice, string>> = {
  wp: 'wp (k = 1)',
  'step pairs': 'every pair of steps',
  steps: 'every transition of the chart',
};

const role = (name: 'client' | 'server', wkp: Wkp, choice: PathChoice): KillerSuite => ({
  name: `our ${name} process over ${wkp}: ${words[choice]}`,
  async load() {
    const { complaintsAboutRole } = await import('./drive-paths.ts');
    return () => complaintsAboutRole(name, wkp, choice);
  },
});

const both = (mode: 'network' | 'storage', wkp: Wkp, choice: PathChoice): KillerSuite => ({
  name: `both processes over ${wkp}, ${mode} mode: ${words[choice]}`,
  async load() {
    const { complaintsAboutCompositions } = await import('./drive-paths.ts');
    return () => complaintsAboutCompositions(mode, wkp, choice);
  },
});

const options: KillerSuite = {
  name: 'options, at every limit and beside it',
  async load() {
    const { complaintsAboutOptions } = await import('../../options/judge-options.ts');
    const { complaintsAboutWkp } = await import('../../options/judge-wkp.ts');
    const config = await import('../../../impl/session/config.ts');
    const wkp = await import('../../../impl/session/wkp.ts');
    return function* () {
      return (yield* complaintsAboutOptions(config)) + (yield* complaintsAboutWkp(wkp));
    };
  },
};

const roleAndErrors = (name: 'client' | 'server', choice: PathChoice | 'without an array'): KillerSuite => ({
  name: `our ${name} process over simulated, with its errors and its trace: ${choice === 'without an array' ? choice : words[choice]}`,
  async load() {
    const { complaintsAboutRoleAndErrors } = await import('./judge-errors.ts');
    return () => complaintsAboutRoleAndErrors(name, choice);
  },
});

const channels: KillerSuite = {
  name: 'a channel of a session: every sequence of four moves',
  async load() {
    const { complaintsAboutChannels } = await import('./judge-channels.ts');
    return complaintsAboutChannels;
  },
};

const listeners: KillerSuite = {
  name: 'a listener: every short sequence of moves, and every way in which it cannot be opened',
  async load() {
    const { complaintsAboutListeners } = await import('./judge-listeners.ts');
    return complaintsAboutListeners;
  },
};

const sockets = (family: 'tcp' | 'array'): KillerSuite => ({
  name: `a socket of ${family}: every call in every state`,
  async load() {
    const { complaintsAboutSockets } = await import('./judge-sockets.ts');
    return () => complaintsAboutSockets(family);
  },
});

const socketParts: KillerSuite = {
  name: 'descriptor numbers, errors of the system and of the array, the layer above both families',
  async load() {
    const { complaintsAboutSocketParts } = await import('./judge-socket-parts.ts');
    const { complaintsAboutArrayErrors } = await import('./judge-array-errors.ts');
    return async function* () {
      return (yield* complaintsAboutSocketParts()) + (yield* complaintsAboutArrayErrors());
    };
  },
};

const transfers = (family: 'tcp' | 'array'): KillerSuite => ({
  name: `transfers over ${family}: every size beside a limit`,
  async load() {
    const { complaintsAboutTransfers } = await import('./judge-transfers.ts');
    return () => complaintsAboutTransfers(family);
  },
});

/** What looks for the mutants of each part. */
export const killers: Readonly<Record<Part, readonly KillerSuite[]>> = {
  protocol: [names, frames, tags, tables, role('client', 'simulated', 'wp'), role('server', 'simulated', 'wp')],
  session: [
    options,
    roleAndErrors('client', 'step pairs'),
    roleAndErrors('server', 'step pairs'),
    roleAndErrors('client', 'without an array'),
    channels,
    listeners,
    both('network', 'simulated', 'steps'),
    both('storage', 'simulated', 'steps'),
  ],
  sockets: [
    socketParts,
    sockets('array'),
    sockets('tcp'),
    transfers('array'),
    transfers('tcp'),
    role('client', 'tcp', 'steps'),
    role('server', 'tcp', 'steps'),
  ],
};
