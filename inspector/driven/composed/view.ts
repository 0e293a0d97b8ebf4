/** A system of machines and links of a user's own as the inspector shows it. Nothing here knows the handshake. */
import type { AnyEventObject } from 'xstate';
import type { LocalState, LocalStep } from '../../../model-tests/compile/compile.ts';
import type { Message } from '../../../model-tests/compile/outputs.ts';
import { type SlotValues, viewOf } from '../../../model-tests/compose/as-transition-system.ts';
import type { Composed, MachineView } from '../../../model-tests/compose/composed.ts';
import { type ComposedMove, messageText } from '../../../model-tests/compose/moves.ts';
import type { ShownEvent } from '../../../model-tests/compose/system.ts';
import type { Choice, Walk } from '../../../model-tests/explore/walk.ts';
import { chartOf } from '../../charts/chart.ts';
import type {
  Chart,
  ConnectionState,
  Drawn,
  DriveMove,
  Field,
  Flying,
  Frame,
  Lifeline,
  MachineState,
  Moment,
  MomentKind,
  Reaction,
  Scene,
  SessionRow,
} from '../../contract.ts';
import type { Offered, View } from '../view.ts';

const groups: Readonly<Record<ComposedMove['kind'], DriveMove['group']>> = {
  deliver: 'deliver',
  event: 'event',
  timeout: 'timeout',
  connect: 'connection',
  refuse: 'fault',
  reset: 'fault',
  drop: 'fault',
  duplicate: 'fault',
  inject: 'intruder',
  crash: 'fault',
  restart: 'user',
};

const kinds: Readonly<Record<DriveMove['group'], MomentKind>> = {
  deliver: 'frame',
  event: 'event',
  timeout: 'timeout',
  connection: 'connection',
  fault: 'fault',
  intruder: 'fault',
  user: 'user',
  call: 'call',
};

export class ComposedView implements View<ComposedMove> {
  readonly system: Composed;
  readonly charts: readonly Chart[];
  readonly lifelines: readonly Lifeline[];
  readonly #machines: readonly MachineView[];
  readonly #chartOf: ReadonlyMap<string, string>;

  constructor(system: Composed) {
    this.system = system;
    this.#machines = system.machineNames.map((name) => system.machine(name));
    const { charts, chartOf: names } = chartsOf(this.#machines);
    this.charts = charts;
    this.#chartOf = names;
    this.lifelines = system.lifelines.map((name) => {
      const chart = names.get(name);
      return { id: name, name, ...(chart === undefined ? {} : { chart }) };
    });
  }

  moment({ states, choices }: Walk<ComposedMove>, index: number): Moment {
    const { move } = choices[index] as Choice<ComposedMove>;
    const { text, events } = this.system.show(move);
    const [before, after] = [states[index] as SlotValues, states[index + 1] as SlotValues];
    const reactions = this.#machines.flatMap((machine) => reactionOf(machine, move, before, after));
    const frame = 'event' in move ? frameOf(move.event, 'link' in move ? move.link : undefined) : undefined;
    return {
      index,
      who: 'machine' in move ? move.machine : (reactions[0]?.lifeline ?? lifelineOf(events[0]) ?? this.lifelines[0]?.id ?? ''),
      kind: kinds[groups[move.kind]],
      text,
      fault: events.some((event) => event.fault === true),
      drawn: events.map((event, place) => drawnOf(event, place === 0 ? frame : undefined)),
      reactions,
    };
  }

  scene({ states }: Walk<ComposedMove>, at: number): Scene {
    const state = states[at + 1] as SlotValues;
    const view = viewOf(state);
    const machines = this.#machines.map((machine): MachineState => {
      const status = machine.hasCrashed(view) ? 'crashed' : machine.isDone(view) ? 'over' : 'running';
      return {
        id: machine.name,
        lifeline: machine.name,
        chart: this.#chartOf.get(machine.name) ?? machine.name,
        active: status === 'crashed' ? [] : pathsOf(machine.local(view)),
        limits: machine.delays(view),
        status,
        ...(status === 'crashed' ? {} : { context: machine.context(view) }),
      };
    });
    const connections = this.system.linkNames.map((name) => this.#connection(name, state));
    return { at, machines, others: 0, connections, facts: this.#facts(state) };
  }

  offer(_state: SlotValues, { move }: Choice<ComposedMove>): Offered {
    const { text, events } = this.system.show(move);
    const group = groups[move.kind];
    return {
      text: text.split(' · ', 1)[0] as string,
      group,
      fault: group === 'fault' || events[0]?.fault === true,
      ...('machine' in move ? { lifeline: move.machine } : {}),
      ...('link' in move ? { connection: move.link } : {}),
    };
  }

  /** A system of somebody's own has no sessions that we know of. */
  sessions(): readonly SessionRow[] {
    return [];
  }

  #connection(name: string, state: SlotValues): ConnectionState {
    const link = this.system.link(name as never);
    const { from, to, isConnection } = link.ends;
    const view = viewOf(state);
    const flying = (messages: readonly Message[]) => messages.map((message) => flyingOf(message, name));
    const dialer = from[0] ?? name;
    return {
      id: name,
      name,
      channel: name,
      dialer,
      acceptor: (isConnection ? from[1] : to[0]) ?? dialer,
      phase: link.phase(view),
      toDialer: isConnection ? flying(link.messages(view, 'dialer')) : [],
      toAcceptor: flying(isConnection ? link.messages(view, 'acceptor') : link.messages(view)),
    };
  }

  /** What is neither a machine nor a link: budgets, and what an intruder knows. */
  #facts(state: SlotValues): Field[] {
    const links = this.system.linkNames as readonly string[];
    const isTold = (name: string) => links.some((link) => name === link || name.startsWith(`${link} → `));
    return this.system.slots.flatMap(({ name }, slot) =>
      this.#chartOf.has(name) || isTold(name) ? [] : [{ name, value: JSON.stringify(state[slot]) }],
    );
  }
}

/** Each chart once, where several machines follow the same one; machines whose charts only have the same id have charts of their own names. */
function chartsOf(machines: readonly MachineView[]): { charts: Chart[]; chartOf: Map<string, string> } {
  const charts = new Map<string, Chart>();
  const names = new Map<string, string>();
  for (const { name, chart } of machines) {
    const made = chartOf(chart.machine);
    const known = charts.get(made.id);
    const isOther = known !== undefined && known.fingerprint !== made.fingerprint;
    const own = isOther ? { ...made, id: `${made.id} (${name})` } : made;
    charts.set(own.id, own);
    names.set(name, own.id);
  }
  return { charts: [...charts.values()], chartOf: names };
}

/** What a machine did in a move; nothing where it had no part in it. */
function reactionOf(machine: MachineView, move: ComposedMove, before: SlotValues, after: SlotValues): Reaction[] {
  const [from, to] = [machine.local(viewOf(before)), machine.local(viewOf(after))];
  const heard = eventsFor(machine.name, move);
  if (from === to && heard.length === 0) return [];
  const acted = move.effects.flatMap((effect) =>
    effect.kind === 'acted' && effect.machine === machine.name ? [{ type: effect.action, facts: {} }] : [],
  );
  const { type, ...facts } = heard[0] ?? { type: move.kind };
  return [
    {
      machine: machine.name,
      lifeline: machine.name,
      event: { type, facts },
      from: pathsOf(from),
      to: pathsOf(to),
      transitions: from === undefined || to === undefined ? [] : transitionsOf(machine, heard, from, to),
      actions: acted,
    },
  ];
}

/** What a machine gets in a move, in order; the end of a delay is `timeout`. */
function eventsFor(name: string, move: ComposedMove): AnyEventObject[] {
  const events: AnyEventObject[] = [];
  if (move.kind === 'timeout' && move.machine === name) events.push({ type: 'timeout', limit: move.delay });
  if ((move.kind === 'deliver' || move.kind === 'event') && move.machine === name) events.push(move.event);
  if (move.kind === 'inject' && move.to === name) events.push(move.event);
  if (move.kind === 'connect') events.push({ type: `${move.link}.connected` }, { type: `${move.link}.accepted` });
  if (move.kind === 'refuse') events.push({ type: `${move.link}.refused` });
  for (const effect of move.effects) if (effect.kind === 'called' && effect.to === name) events.push(effect.event);
  return events;
}

/** The transitions that these events lead along, where they lead to where the machine is now. */
function transitionsOf({ chart }: MachineView, events: readonly AnyEventObject[], from: LocalState, to: LocalState): string[] {
  let state = from;
  const taken: string[] = [];
  for (const event of events) {
    const step: LocalStep | undefined =
      event.type === 'timeout' ? chart.expire(state.id, String(event['limit'])) : chart.step(state.id, event);
    if (step === undefined) continue;
    taken.push(...[...step.taken, ...step.further].map(({ id }) => id));
    state = step.next;
  }
  return state === to ? taken : [];
}

const pathsOf = (local: LocalState | undefined) => (local === undefined || local.path === '' ? [] : local.path.split(' + '));

const lifelineOf = (event: ShownEvent | undefined) => (event?.kind === 'message' ? event.to : event?.over);

function drawnOf(event: ShownEvent, frame: Frame | undefined): Drawn {
  const fault = event.fault === true;
  if (event.kind === 'note') return { kind: 'note', over: event.over, text: event.text, fault };
  const { from, to, text, lost = false } = event;
  return { kind: 'message', from, to, text, fault, lost, ...(frame === undefined ? {} : { frame }) };
}

function frameOf({ type, ...facts }: Message, link: string | undefined): Frame {
  const fields = Object.entries(facts).map(([name, value]) => ({ name, value: JSON.stringify(value) ?? '' }));
  return { name: type, fields, ...(link === undefined ? {} : { connection: link, channel: link }) };
}

const flyingOf = (message: Message, link: string): Flying => ({
  kind: 'frame',
  text: messageText(message),
  frame: frameOf(message, link),
});
