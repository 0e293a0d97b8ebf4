/**
 * What must always hold, by the ids of the design page: each property looks at one process, link or instance, so that it reads little, and
 * those of one id stand together for it.
 */
import type { Property, View } from '../../../compose/system.ts';
import { isEstablished } from '../processes.ts';
import { at } from '../stage.ts';
import type { Cast } from './cast.ts';
import { pathOf } from './labels.ts';
import type { ExploredMove } from './moves.ts';
import { letterOf, type PlannedLink } from './plan.ts';
import { type ClientValue, isRunning, type LinkValue, type ProcessState, type ServerValue } from './values.ts';

export type HandshakeProperty = Property<ExploredMove>;

/** The safety properties of a composition. */
export function safetyProperties(cast: Cast): HandshakeProperty[] {
  const look = new Look(cast);
  const { plan } = cast;
  const servers = [...plan.serverSlots.keys()];
  const links = [...plan.links.keys()];
  const instances = links.filter((index) => at(plan.links, index).instanceSlot >= 0);
  const nameOf = (index: number) => at(plan.links, index).label;
  return [
    ...instances.map((index) => always('pairing', nameOf(index), (view) => look.joinsOneAttempt(view, index))),
    ...servers.map((index) => always('pairing', `server ${letterOf(index)}`, (view) => look.isJoinedByOneInstance(view, index))),
    ...servers.map((index) => always('agreement', `server ${letterOf(index)}`, (view) => look.agree(view, index))),
    ...links.map((index) => always('noEarlyData', nameOf(index), (view) => !look.hasEarlyData(view, index))),
    ...instances.map((index) => always('noIntruder', nameOf(index), (view) => !look.isWithIntruder(view, index))),
    {
      id: 'noStaleNumber',
      description: descriptions.noStaleNumber,
      kind: 'neverMove',
      of: ({ accepted, act }) => accepted === 'stale' && !isDecline(act),
    },
    ...links.map((index) => always('release', nameOf(index), (view) => look.isHeldByTheLiving(view, index))),
    always('release', 'numbers and ports', (view) => look.numbersAreOfTheLiving(view)),
    always('loop', 'listener', (view) => look.process(view) !== 'broken'),
  ];
}

/** One plain sentence for each property. */
export const descriptions = {
  pairing:
    'The two channels of an established session join the same client session and the same server process, in the same attempt.',
  agreement: 'When both sides are established they agree on mode, number and generation, group, and which channel is which.',
  noEarlyData: 'Nobody sends session data before its own side is established.',
  noIntruder: 'No session is established with a party that does not know the secret.',
  noStaleNumber: 'A descriptor, port or generation of an ended attempt is never accepted.',
  release: 'When a handshake has ended without a session, nobody holds any of its connections, descriptor numbers or ports.',
  loop: 'The client process can always accept again: nothing that an attempt does stops its listener.',
  ends: 'Every handshake ends, established or failed.',
  'ends.deadlock': 'Nobody waits for something that can never happen.',
  'ends.livelock': 'Nobody is busy for ever without getting on.',
} as const;

/** The id of a property that looks at one part of a system: what stands before it is the id of the whole. */
const idOf = (id: string, part: string) => `${id}: ${part}`;

function always(id: keyof typeof descriptions, part: string, holds: (view: View) => boolean): HandshakeProperty {
  return { id: idOf(id, part), description: descriptions[id], kind: 'always', holds };
}

const isDecline = (act: ExploredMove['act']) =>
  act.kind === 'deliver' && act.item.kind === 'message' && act.item.message.name === 'decline';

/** What can be seen of a state. */
class Look {
  readonly #cast: Cast;

  constructor(cast: Cast) {
    this.#cast = cast;
  }

  server(view: View, index: number): ServerValue {
    return view.get(at(this.#cast.plan.serverSlots, index)) as unknown as ServerValue;
  }

  instance(view: View, index: number): ClientValue {
    return view.get(this.planned(index).instanceSlot) as unknown as ClientValue;
  }

  link(view: View, index: number): LinkValue {
    return view.get(this.planned(index).slot) as unknown as LinkValue;
  }

  process(view: View): ProcessState {
    return view.get(this.#cast.plan.processSlot) as unknown as ProcessState;
  }

  planned(index: number): PlannedLink {
    return at(this.#cast.plan.links, index);
  }

  /** An established session, or undefined. */
  session(view: View, index: number): NonNullable<ClientValue> | undefined {
    const value = this.instance(view, index);
    return value !== null && isEstablished(pathOf(value.state)) ? value : undefined;
  }

  joinsOneAttempt(view: View, index: number): boolean {
    const session = this.session(view, index);
    if (session === undefined) return true;
    const [first, other] = [this.planned(index), this.planned(session.second >= 0 ? session.second : session.array)];
    return first.server === other.server && (first.server < 0 || first.attempt === other.attempt);
  }

  isWithIntruder(view: View, index: number): boolean {
    const session = this.session(view, index);
    if (session === undefined) return false;
    return [index, session.second >= 0 ? session.second : session.array].some((link) => this.planned(link).server < 0);
  }

  isJoinedByOneInstance(view: View, index: number): boolean {
    const server = this.server(view, index);
    if (!isRunning(server) || pathOf(server.state) !== 'established') return true;
    const first = this.link(view, server.first);
    const other = this.link(view, server.second >= 0 ? server.second : server.array);
    return first === null || other === null || first.client === other.client;
  }

  agree(view: View, index: number): boolean {
    const server = this.server(view, index);
    if (!isRunning(server) || pathOf(server.state) !== 'established') return true;
    const client = this.link(view, server.second >= 0 ? server.second : server.array)?.client ?? -1;
    const session = client < 0 ? undefined : this.instance(view, client);
    if (session === undefined || session === null) return true;
    return (
      isEstablished(pathOf(session.state)) &&
      session.hello === server.first &&
      server.peer === client &&
      session.number === server.number &&
      session.second === server.second &&
      session.array === server.array
    );
  }

  hasEarlyData(view: View, index: number): boolean {
    const link = this.link(view, index);
    if (link === null) return false;
    const carries = (end: 'dialer' | 'acceptor') =>
      link.connection.inbox[end].some((item) => item.kind === 'message' && item.message.name === 'data');
    if (carries('dialer') && link.client >= 0) {
      const instance = this.instance(view, link.client);
      if (instance !== null && !isEstablished(pathOf(instance.state))) return true;
    }
    if (!carries('acceptor') || this.planned(index).server < 0) return false;
    const server = this.server(view, this.planned(index).server);
    return isRunning(server) && pathOf(server.state) !== 'established';
  }

  /** An end that is open belongs to a process, or an instance, that is there. */
  isHeldByTheLiving(view: View, index: number): boolean {
    const link = this.link(view, index);
    if (link === null) return true;
    const { closed, phase } = link.connection;
    const { server } = this.planned(index);
    if (!closed.dialer && server >= 0) {
      const holder = this.server(view, server);
      if (holder !== 'stopped' && (!isRunning(holder) || ![holder.first, holder.second, holder.array].includes(index)))
        return false;
    }
    if (closed.acceptor || phase === 'dialing' || link.client < 0) return true;
    const instance = this.instance(view, link.client);
    const isHeld = instance !== null && [instance.first, instance.second, instance.array].includes(index);
    // While the kernel closes what a killed process held, some of it is closed later.
    return isHeld || typeof this.process(view) === 'object';
  }

  numbersAreOfTheLiving(view: View): boolean {
    if (typeof this.process(view) === 'object') return true;
    const { numbersSlot, portsSlot } = this.#cast.plan;
    return [numbersSlot, portsSlot].every((slot) =>
      (view.get(slot) as readonly number[]).every((holder) => holder < 0 || this.instance(view, holder) !== null),
    );
  }
}
