/** What users, strangers and the network do to a world in between, as commands of fast-check: each one small, so that what is not needed can be left out. */
import fc from 'fast-check';
import { HeldEnd } from '../held-end.ts';
import { forgedFrame, frameNames, garbage } from '../wire.ts';
import type { Tasks } from './tasks.ts';
import type { DialPlan, ScheduledWorld } from './world.ts';

/** At most so many server processes dial one listener in one run. */
export const MOST_SERVERS = 8;

/** What a command works on. */
export interface Stage {
  readonly world: ScheduledWorld;
  readonly tasks: Tasks;
}

/** The model is the world itself: what a command needs is there, or the command is left out. */
export type ScheduleCommand = fc.AsyncCommand<ScheduledWorld, Stage>;

/** A command from its name, what it needs, and what it does. */
function command(
  name: string,
  check: (world: ScheduledWorld) => boolean,
  run: (stage: Stage) => void | Promise<void>,
): ScheduleCommand {
  return { check, run: async (_model, stage) => run(stage), toString: () => name };
}

function dial(plan: DialPlan): ScheduleCommand {
  const name = `dial in ${plan.mode} mode${plan.fallback ? ' (may fall back)' : ''}`;
  return command(
    name,
    ({ servers }) => servers.length < MOST_SERVERS,
    ({ world }) => world.dial(plan),
  );
}

/** A command that may make a handshake fail. */
function fault(
  name: string,
  check: (world: ScheduledWorld) => boolean,
  run: (stage: Stage) => void | Promise<void>,
): ScheduleCommand {
  return command(name, check, (stage) => {
    stage.world.faulty = true;
    return run(stage);
  });
}

const abort = (server: number) =>
  fault(
    `abort server ${server}`,
    ({ servers }) => servers[server]?.outcome === undefined && servers.length > server,
    ({ world }) => world.servers[server]?.abort.abort(),
  );

/** The network destroys a connection: both ends see a reset as soon as it is delivered. */
const reset = (index: number) =>
  fault(
    `reset connection ${index}`,
    ({ keeper }) => keeper.links[index]?.acceptor !== undefined,
    ({ world }) => {
      const { dialer, acceptor } = world.keeper.links[index] ?? {};
      for (const end of [dialer, acceptor]) {
        if (end === undefined) continue;
        end.severed = true;
        end.arrived = Buffer.alloc(0);
        if (!end.finishDelivered) end.finish = 'reset';
      }
      dialer?.real.abort();
    },
  );

/** The limit of this place among those that run at this process: the listener's, or a server process's. */
const expire = (process: number, place: number) =>
  fault(
    `limit ${place} of ${process === 0 ? 'the listener' : `server ${process - 1}`} expires`,
    ({ clocks }) => (clocks[process]?.running().length ?? 0) > place,
    ({ world }) => {
      const clock = world.clocks[process];
      const limit = clock?.running()[place];
      if (limit !== undefined) clock?.expire(0, limit);
    },
  );

const stranger = (says: string, bytes: Buffer) =>
  command(
    `a stranger says ${says}`,
    ({ stopped }) => !stopped,
    async ({ world }) => {
      const accept = world.keeper.takeAccept((listener) => listener.getsockname().family === 'tcp');
      if (accept === undefined) return;
      const socket = world.rig.server.tcp.socket();
      const link = world.keeper.addLink(world.wkp, undefined);
      await socket.connect(world.wkp);
      await world.keeper.completeAccept(accept, link);
      link.dialer = new HeldEnd(socket);
      link.dialer.sentBytes += bytes.length;
      await socket.write(bytes);
    },
  );

const close = (side: 'client' | 'server', index: number) =>
  fault(
    `close session ${index} of the ${side} side`,
    ({ accepted, servers }) => (side === 'client' ? accepted[index] : servers[index]?.outcome) !== undefined,
    ({ world }) => {
      const one = side === 'client' ? world.accepted[index] : world.servers[index]?.outcome;
      if (typeof one === 'object') void one.session.close();
    },
  );

const stop = fault(
  'stop the listener',
  ({ stopped }) => !stopped,
  ({ world }) => {
    world.stopped = true;
    void world.listener.close();
  },
);

const refuse = fault(
  'refuse the next dial',
  () => true,
  ({ tasks }) => {
    tasks.refusals += 1;
  },
);

const exhaust = fault(
  'let there be no dynamic port for the next one',
  () => true,
  ({ tasks }) => {
    tasks.exhaustions += 1;
  },
);

const words = [...frameNames.map((name) => [name.toUpperCase(), forgedFrame(name)] as const), ['GET /', garbage] as const];
const place = fc.nat(MOST_SERVERS - 1);
const dialling = fc
  .record({ mode: fc.constantFrom('network' as const, 'storage' as const), fallback: fc.boolean() })
  .map(({ mode, fallback }) => dial({ mode, fallback: fallback && mode === 'storage' }));

const strangers = fc.constantFrom(...words).map(([says, bytes]) => stranger(says, bytes));

const faults: readonly fc.Arbitrary<ScheduleCommand>[] = [
  place.map(abort),
  fc.nat(3 * MOST_SERVERS).map(reset),
  fc.tuple(fc.nat(MOST_SERVERS), fc.nat(3)).map(([process, limit]) => expire(process, limit)),
  fc.tuple(fc.constantFrom('client' as const, 'server' as const), place).map(([side, index]) => close(side, index)),
  fc.constantFrom(stop, refuse, exhaust),
];

/** Is never run. fast-check keeps the last command when it shrinks: one that is not needed can become this. */
const nothing = command(
  'nothing',
  () => false,
  () => {},
);

const orNothing = (arbitrary: fc.Arbitrary<ScheduleCommand>) =>
  fc.oneof({ withCrossShrink: true }, { weight: 1, arbitrary: fc.constant(nothing) }, { weight: 20, arbitrary });

/** Somebody dials, or a stranger comes, of whom nobody has to take notice. Dials are the most frequent. */
export const beginnings: readonly fc.Arbitrary<ScheduleCommand>[] = [dialling, dialling, dialling, dialling, strangers].map(
  orNothing,
);

/** Whatever a handshake may fail of. */
export const disturbances: readonly fc.Arbitrary<ScheduleCommand>[] = [fc.oneof(...faults), fc.oneof(...faults)].map(orNothing);
