/** What has to hold of a world behind a schedule, whatever its order was. */
import { validateTrace } from '../../validate/validate-trace.ts';
import type { Established, ScheduledWorld } from './world.ts';

/** So many rounds of expiring limits end every handshake: a fall back has as many waits as two attempts. */
const MOST_ROUNDS = 40;
/** So many turns of the event loop, at most, until what was closed is free. */
const MOST_TURNS = 200;

/** Says what is wrong, or undefined. Ends the world in order. */
export async function judge(world: ScheduledWorld): Promise<string | undefined> {
  return (
    world.wrong[0] ??
    (await everyHandshakeEnds(world)) ??
    sessionsAgree(world) ??
    tracesFit(world) ??
    (await listenerServes(world)) ??
    (await everythingIsGivenBack(world)) ??
    world.wrong[0]
  );
}

/** Nothing is held back any more; where somebody still waits for what will not come, its limits end the wait. */
async function everyHandshakeEnds(world: ScheduledWorld): Promise<string | undefined> {
  world.keeper.flow();
  await world.settle();
  const open = () => world.servers.findIndex(({ outcome }) => outcome === undefined);
  if (open() >= 0 && !world.faulty) return `server ${open()} waits, although nothing went wrong`;
  for (let round = 0; round < MOST_ROUNDS && open() >= 0; round += 1) {
    for (const clock of world.clocks) for (const limit of clock.running()) clock.expire(0, limit);
    await world.settle();
  }
  return open() < 0 ? undefined : `server ${open()} waits for ever: no limit of its own ends its handshake`;
}

/** Whoever is established is established with one peer, on both channels, in the same mode and group; without faults everybody is. */
function sessionsAgree(world: ScheduledWorld): string | undefined {
  const clients = new Map(world.accepted.map((one) => [`client ${one.session.id}`, one]));
  const taken = new Set<string>();
  for (const [index, { plan, outcome }] of world.servers.entries()) {
    if (outcome === undefined || typeof outcome === 'string') {
      if (!world.faulty) return `server ${index} failed (${outcome}), although nothing went wrong`;
      continue;
    }
    const { mode } = outcome.session;
    if (mode !== plan.mode && !world.faulty) return `server ${index} is in ${mode} mode and wanted ${plan.mode} mode`;
    const peer = peerOf(outcome);
    if (peer.wrong !== undefined) return `server ${index}: ${peer.wrong}`;
    if (peer.name === undefined) {
      if (!world.faulty) return `server ${index} hears nothing on its channels`;
      continue;
    }
    const client = clients.get(peer.name);
    if (client === undefined) return `server ${index} hears ${peer.name}, which is not established`;
    if (taken.has(peer.name)) return `${peer.name} is in session with two server processes`;
    taken.add(peer.name);
    const wrong = disagreement(client, outcome, `server ${index}`);
    if (wrong !== undefined) return `${peer.name} and server ${index}: ${wrong}`;
  }
  if (!world.faulty && world.accepted.length !== world.servers.length)
    return `${world.accepted.length} sessions were accepted of ${world.servers.length}`;
  return undefined;
}

function disagreement(client: Established, server: Established, name: string): string | undefined {
  const heard = peerOf(client);
  if (heard.wrong !== undefined) return heard.wrong;
  if (heard.name !== undefined && heard.name !== name) return `the one hears the other, and the other ${heard.name}`;
  for (const fact of ['mode', 'group', 'descriptor'] as const) {
    if (client.session[fact] !== server.session[fact])
      return `${fact} is ${client.session[fact]} on one side and ${server.session[fact]} on the other`;
  }
  return undefined;
}

/** Who says who he is on the channels of a session: the same on both, and nothing else. */
function peerOf({ data, error }: Established): { readonly name?: string; readonly wrong?: string } {
  const names = { data: nameOn(data.lines, 'data'), error: nameOn(error.lines, 'error') };
  const wrong = names.data === null ? data.lines : names.error === null ? error.lines : undefined;
  if (wrong !== undefined) return { wrong: `a channel carries ${JSON.stringify(wrong.join('; ').slice(0, 200))}` };
  if (typeof names.data === 'string' && typeof names.error === 'string' && names.data !== names.error)
    return { wrong: `the data channel is with ${names.data}, the error channel with ${names.error}` };
  const name = names.data ?? names.error;
  return typeof name === 'string' ? { name } : {};
}

/** The one name that a channel says; undefined where it has said nothing, null where it says something else. */
function nameOn(lines: readonly string[], channel: 'data' | 'error'): string | null | undefined {
  const [line, ...more] = lines;
  if (line === undefined) return undefined;
  return more.length === 0 && line.endsWith(` ${channel}`) ? line.slice(0, -channel.length - 1) : null;
}

/** Each attempt was followed as it went; what one side received the other one has to have sent, before. */
function tracesFit(world: ScheduledWorld): string | undefined {
  const verdict = validateTrace(JSON.parse(JSON.stringify(world.records)) as unknown[], { bothSides: true, inOrder: true });
  return verdict.ok ? undefined : `record ${verdict.index + 1} of the trace: ${verdict.problem}`;
}

/** Whatever has happened, the next one is served. */
async function listenerServes(world: ScheduledWorld): Promise<string | undefined> {
  if (world.stopped) return undefined;
  const before = world.servers.length;
  world.dial({ mode: 'network', fallback: false });
  await world.settle();
  const { outcome } = world.servers[before] ?? {};
  return typeof outcome === 'object' ? undefined : `the listener does not serve the next one: ${outcome ?? 'it waits'}`;
}

async function everythingIsGivenBack(world: ScheduledWorld): Promise<string | undefined> {
  const closing = world.close();
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    await world.settle();
    const limits = world.clocks.flatMap((clock) => clock.running());
    if (heldIn(world).length === 0 && limits.length === 0) break;
    // The client process lingers in storage mode until its peer has let go, or until this limit says so; no other limit may be left.
    if (turn === MOST_TURNS / 2) while (world.clientClock.expire(0, 'lingerTimeout'));
  }
  const held = [...heldIn(world), ...world.clocks.flatMap((clock) => clock.running().map((limit) => `the limit ${limit}`))];
  if (held.length > 0) return `still held at the end: ${held.join(', ')}`;
  await closing;
  return undefined;
}

function heldIn({ keeper, rig }: ScheduledWorld): string[] {
  return [...[...keeper.open].map(({ state }) => `a socket (${state})`), ...rig.held()];
}
