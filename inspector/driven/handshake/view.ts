/** A composition of the handshake as the inspector shows it, in either variant. */

import type { SlotValues } from '../../../model-tests/compose/as-transition-system.ts';
import type { Item } from '../../../model-tests/compose/connection.ts';
import type { ShownEvent, System } from '../../../model-tests/compose/system.ts';
import type { HandshakeComposition } from '../../../model-tests/drive/handshake/explored/index.ts';
import type { ExploredMove } from '../../../model-tests/drive/handshake/explored/moves.ts';
import {
  clientLifeline,
  dialerLifeline,
  frameText,
  intruderLifeline,
} from '../../../model-tests/drive/handshake/explored/show.ts';
import { at } from '../../../model-tests/drive/handshake/stage.ts';
import type { Frame as ModelFrame, Who } from '../../../model-tests/drive/handshake/world.ts';
import type { Choice, Walk } from '../../../model-tests/explore/walk.ts';
import type { HandshakeCharts, RoleCharts } from '../../charts/handshake.ts';
import type {
  ArrayState,
  ConnectionState,
  Drawn,
  Flying,
  Frame,
  Lifeline,
  MachineState,
  Moment,
  Reaction,
  Scene,
  SessionRow,
} from '../../contract.ts';
import { frameOfModel } from '../../frames/of-model.ts';
import type { Offered, View } from '../view.ts';
import { groupOf, kindOf, linkOf } from './acts.ts';
import { describedLinks, describedStand } from './described.ts';
import { hardenedStand } from './hardened.ts';
import { Reactions } from './reactions.ts';
import type { LinkNow, LinkPlan, ProcessNow, StandNow } from './slots.ts';

/** Bytes of a ring of the array that implementations are driven with. */
const RING_BYTES = 16_384;

export class HandshakeView implements View<ExploredMove> {
  readonly system: System<ExploredMove>;
  readonly charts: View<ExploredMove>['charts'];
  readonly lifelines: readonly Lifeline[];
  readonly #links: readonly LinkPlan[];
  readonly #roles: RoleCharts;
  readonly #reactions: Reactions;
  readonly #stand: (state: SlotValues) => StandNow;

  constructor({ id, system, hardened }: HandshakeComposition, charts: HandshakeCharts) {
    this.system = system;
    this.#links = hardened?.cast.plan.links ?? describedLinks(system);
    this.#roles = hardened === undefined ? charts.described(id.includes('.storage.') ? 'storage' : 'network') : charts.hardened;
    this.#stand = (state) => (hardened === undefined ? describedStand(system, state) : hardenedStand(hardened.cast, state));
    this.charts = [this.#roles.server.chart, this.#roles.client.chart];
    this.lifelines = system.lifelines.map((name) => this.#lifeline(name));
    this.#reactions = new Reactions(this.#roles, { machineOf: (who) => this.#machineOf(who), lifelineOf });
  }

  moment({ states, choices }: Walk<ExploredMove>, index: number): Moment {
    const { move } = at(choices, index);
    const before = this.#stand(at(states, index));
    const { text, events } = this.system.show(move);
    const reactions = [
      ...this.#begun(before, this.#stand(at(states, index + 1)), move),
      ...this.#reactions.of(move.reactions, (who) => processOf(before, who)?.path),
    ];
    const who = reactions.at(-1)?.lifeline ?? lifelineIn(events[0]) ?? clientLifeline;
    const session = reactions.at(-1)?.machine;
    return {
      index,
      ...(session === undefined ? {} : { session }),
      who,
      kind: kindOf(move),
      text,
      fault: events.some((event) => event.fault === true),
      drawn: events.map((event, place) => drawnOf(event, place === 0 ? this.#frameOf(move) : undefined)),
      reactions,
    };
  }

  scene({ states, choices }: Walk<ExploredMove>, index: number): Scene {
    const stand = this.#stand(at(states, index + 1));
    const ends = new Map<string, { readonly who: Who; readonly path: string }>();
    for (const { move } of choices.slice(0, index + 1)) {
      for (const { who, next } of move.reactions) ends.set(this.#machineOf(who), { who, path: next });
    }
    const machines = new Map<string, MachineState>();
    for (const server of stand.servers) this.#put(machines, { role: 'server', index: server.index }, server, ends);
    for (const client of stand.clients) this.#put(machines, { role: 'client', index: client.index }, client, ends);
    for (const [machine, { who, path }] of ends) {
      const gone: ProcessNow = { index: who.index, path, limits: [], status: this.#isFinal(who, path) ? 'over' : 'crashed' };
      if (!machines.has(machine)) this.#put(machines, who, gone, ends);
    }
    const connections = stand.links.map((link) => this.#connection(link));
    const array = arrayWith(stand.array, connections);
    return { at: index, machines: [...machines.values()], others: 0, connections, ...(array && { array }), facts: stand.facts };
  }

  offer(_state: SlotValues, { move }: Choice<ExploredMove>): Offered {
    const [lead] = this.system.show(move).events;
    const link = linkOf(move.act);
    const lifeline = lead?.kind === 'message' ? lead.to : lead?.over;
    return {
      text:
        lead === undefined
          ? move.act.kind
          : lead.kind === 'message'
            ? `${lead.from} → ${lead.to}: ${lead.text}`
            : `${lead.over}: ${lead.text}`,
      group: groupOf(move),
      fault: move.fault !== undefined,
      ...(lifeline === undefined ? {} : { lifeline }),
      ...(link < 0 ? {} : { connection: at(this.#links, link).label }),
    };
  }

  sessions(moments: readonly Moment[]): readonly SessionRow[] {
    const rows = new Map<string, SessionRow>();
    for (const { index, reactions } of moments) {
      for (const reaction of reactions) rows.set(reaction.machine, rowOf(reaction, index, rows.get(reaction.machine)));
    }
    return [...rows.values()];
  }

  #lifeline(name: string): Lifeline {
    if (name === intruderLifeline) return { id: name, name };
    const role = name === clientLifeline ? 'client' : 'server';
    return { id: name, name, chart: this.#roles[role].chart.id, role };
  }

  /** `server A`; `client process (A.first)`, an instance by the connection that it began with. */
  #machineOf({ role, index }: Who): string {
    if (role === 'server') return dialerLifeline(index);
    return index < 0 ? clientLifeline : `${clientLifeline} (${at(this.#links, index).label})`;
  }

  /** Instances that a connection has begun. */
  #begun(before: StandNow, after: StandNow, { reactions }: ExploredMove): Reaction[] {
    const known = new Set(before.clients.map(({ index }) => index));
    const react = new Set(reactions.flatMap(({ who }) => (who.role === 'client' ? [who.index] : [])));
    return after.clients.flatMap(({ index, path }) =>
      known.has(index) || react.has(index) || path === undefined ? [] : [this.#reactions.start({ role: 'client', index }, path)],
    );
  }

  #put(
    machines: Map<string, MachineState>,
    who: Who,
    { path, limits, status }: ProcessNow,
    ends: ReadonlyMap<string, { readonly path: string }>,
  ): void {
    const id = this.#machineOf(who);
    const shown = path ?? ends.get(id)?.path;
    machines.set(id, {
      id,
      lifeline: lifelineOf(who),
      chart: this.#roles[who.role].chart.id,
      ...(who.role === 'client' && who.index >= 0 ? { label: at(this.#links, who.index).label } : {}),
      session: id,
      active: shown === undefined ? [] : [shown],
      limits,
      status,
    });
  }

  #isFinal({ role }: Who, path: string): boolean {
    return this.#roles[role].steps.isFinal(path);
  }

  #connection({ index, phase, channel, toDialer, toAcceptor }: LinkNow): ConnectionState {
    const { label, server } = at(this.#links, index);
    const flying = (items: readonly Item<ModelFrame>[], to: 'dialer' | 'acceptor') =>
      items.map((item) => flyingOf(item, to, { connection: label, channel }));
    return {
      id: label,
      name: label,
      channel,
      dialer: dialerLifeline(server),
      acceptor: clientLifeline,
      phase,
      toDialer: flying(toDialer, 'dialer'),
      toAcceptor: flying(toAcceptor, 'acceptor'),
    };
  }

  /** The frame that a move delivers. */
  #frameOf({ act }: ExploredMove): Frame | undefined {
    const link = linkOf(act);
    if (link < 0) return undefined;
    const { label } = at(this.#links, link);
    const where = { connection: label, channel: label.split('.').at(-1) ?? label };
    if (act.kind === 'say') return frameOfModel(act.frame, where);
    return act.kind === 'deliver' && act.item.kind === 'message' ? frameOfModel(act.item.message, where) : undefined;
  }
}

const lifelineOf = ({ role, index }: Who) => (role === 'client' ? clientLifeline : dialerLifeline(index));

function processOf({ servers, clients }: StandNow, { role, index }: Who): ProcessNow | undefined {
  return (role === 'server' ? servers : clients).find((process) => process.index === index);
}

function lifelineIn(event: ShownEvent | undefined): string | undefined {
  return event?.kind === 'message' ? event.to : event?.over;
}

function drawnOf(event: ShownEvent, frame: Frame | undefined): Drawn {
  const fault = event.fault === true;
  if (event.kind === 'note') return { kind: 'note', over: event.over, text: event.text, fault };
  const { from, to, text, lost = false } = event;
  return { kind: 'message', from, to, text, fault, lost, ...(frame === undefined ? {} : { frame }) };
}

function flyingOf(item: Item<ModelFrame>, to: 'dialer' | 'acceptor', where: { connection: string; channel: string }): Flying {
  if (item.kind !== 'message') return { kind: item.kind, text: item.kind === 'ended' ? 'the end' : 'a reset' };
  return { kind: 'frame', text: frameText(item.message, to), frame: frameOfModel(item.message, where) };
}

/** What is on its way through the array fills its rings. */
function arrayWith(array: StandNow['array'], connections: readonly ConnectionState[]): ArrayState | undefined {
  if (array === undefined) return undefined;
  const bytes = (flying: readonly Flying[]) => flying.reduce((sum, { frame }) => sum + (frame?.hex?.length ?? 0) / 2, 0);
  const rings = connections
    .filter(({ channel, phase }) => channel === 'array' && phase === 'open')
    .flatMap(({ id, dialer, acceptor, toDialer, toAcceptor }) => [
      { id: `${id} there`, from: dialer, to: acceptor, capacity: RING_BYTES, filled: bytes(toAcceptor) },
      { id: `${id} back`, from: acceptor, to: dialer, capacity: RING_BYTES, filled: bytes(toDialer) },
    ]);
  return { ...array, rings };
}

function rowOf({ lifeline, machine, to, actions, event }: Reaction, index: number, before: SessionRow | undefined): SessionRow {
  const state = to.join(' + ');
  const failure = actions.find(({ type }) => type === 'reportFailed')?.facts['code'];
  const code = failure === undefined ? before?.code : String(failure);
  const isEstablished = before?.outcome === 'established' || actions.some(({ type }) => type === 'reportEstablished');
  const outcome =
    state === 'failed' ? 'failed' : /^(closed|joined)$/.test(state) ? 'over' : isEstablished ? 'established' : 'under way';
  const mode = typeof event.facts['mode'] === 'string' ? event.facts['mode'] : before?.mode;
  return {
    id: machine,
    lifeline,
    role: lifeline === clientLifeline ? 'client' : 'server',
    ...(mode === undefined ? {} : { mode }),
    state,
    outcome,
    ...(code === undefined ? {} : { code }),
    moments: (before?.moments ?? 0) + 1,
    first: before?.first ?? index,
    last: index,
  };
}
