/** The end of a run: sessions carry data, everything is given back, and the listener serves the next one. */

import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { connect, type Session, type StpConnectError } from '../../../impl/index.ts';
import { patient } from '../patience.ts';
import { firstBytes } from './observe.ts';
import { type Run, secret } from './run.ts';
import { at } from './stage.ts';
import type { HandshakeSystem } from './system.ts';
import { processes, type World } from './world.ts';

/** Longest time in milliseconds for what was closed to be free. */
const patience = patient(5_000);

const answer = 'an answer from the server process\n';

/** Says what is wrong at the end of a run, or undefined. */
export async function finish(run: Run, system: HandshakeSystem, world: World): Promise<string | undefined> {
  run.keeper.flow();
  const wrong = (await checkSessions(run, system, world)) ?? (world.listening ? await checkListener(run) : undefined);
  if (wrong !== undefined) return wrong;
  await run.stop();
  return checkRelease(run);
}

/** A pair of established sides exchanges data and ends in both directions; a side whose peer failed sees an error, never an end. */
async function checkSessions(run: Run, system: HandshakeSystem, world: World): Promise<string | undefined> {
  for (const who of processes(world)) {
    if (who.role !== 'client' || !system.stateOf(world, who).path.startsWith('established')) continue;
    const { session } = at(run.clients, who.index);
    if (session === undefined) return `client ${who.index} is established and has no session`;
    const slot = at(world.clients, who.index);
    const link = world.links[slot.second >= 0 ? slot.second : slot.array];
    if (link === undefined) continue;
    const server = at(run.servers, link.server);
    const { path } = system.stateOf(world, { role: 'server', index: link.server });
    if (path === 'established' && server.session !== undefined) {
      const wrong = link.connection.broken ? undefined : await exchange(server.session, session);
      if (wrong !== undefined) return wrong;
    } else if (path === 'failed') {
      const wrong = await seesAnError(session);
      if (wrong !== undefined) return `client ${who.index}, whose peer has failed: ${wrong}`;
    }
  }
  return undefined;
}

async function exchange(server: Session, client: Session): Promise<string | undefined> {
  for (const channel of ['data', 'error'] as const) {
    server[channel].end(answer);
    client[channel].end();
    const [received, answered] = await Promise.all([text(server[channel]), text(client[channel])]);
    if (received !== firstBytes)
      return `the server process received ${JSON.stringify(received)} on the ${channel} channel, not ${JSON.stringify(firstBytes)}`;
    if (answered !== answer)
      return `the client process received ${JSON.stringify(answered)} on the ${channel} channel, not ${JSON.stringify(answer)}`;
  }
  await Promise.all([server.closed, client.closed]);
  return undefined;
}

async function seesAnError(session: Session): Promise<string | undefined> {
  for (const channel of ['data', 'error'] as const) {
    const received = await text(session[channel]).catch((error: StpConnectError) => error);
    if (typeof received === 'string')
      return `the ${channel} channel ended in order behind ${JSON.stringify(received)}; a failure has to be a reset`;
  }
  return undefined;
}

/** Whatever happened before, the next session is served. */
async function checkListener(run: Run): Promise<string | undefined> {
  const { tcp, array } = run.rig.server;
  await run.makeRoom();
  try {
    const session = await connect({
      wkp: run.listener.address,
      secret,
      limits: { handshakeTimeout: 5_000 },
      ports: { tcp, array },
    });
    await session.close();
    return undefined;
  } catch (error) {
    return `the listener does not serve the next session: ${String(error)}`;
  }
}

/** What was closed may still be on its way out: a peer has to take the end first. */
async function checkRelease(run: Run): Promise<string | undefined> {
  const deadline = Date.now() + patience;
  for (;;) {
    const held = leftBehind(run);
    if (held.length === 0) return undefined;
    if (Date.now() > deadline) return `still held: ${held.join(', ')}`;
    await setImmediate();
  }
}

function leftBehind(run: Run): string[] {
  const limits = [run.clientClock, ...run.servers.map((server) => server.clock)].flatMap((clock) => clock.running());
  return [...run.leftovers(), ...run.rig.held(), ...limits.map((limit) => `the running limit ${limit}`)];
}
