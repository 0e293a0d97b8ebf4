/** What the processes of the handshake did in a move, with the transitions that their charts took. */
import type { AnyEventObject } from 'xstate';
import type { ChartReaction } from '../../../model-tests/drive/handshake/explored/moves.ts';
import type { Who } from '../../../model-tests/drive/handshake/world.ts';
import type { Role, RoleChart, RoleCharts } from '../../charts/handshake.ts';
import type { Named, Reaction } from '../../contract.ts';

/** How a process is called, and on which lifeline it is. */
export interface Names {
  machineOf(who: Who): string;
  lifelineOf(who: Who): string;
}

/** The names of what actions carry: moves have the values only. */
const carries: Readonly<Record<string, string>> = { sendDecline: 'reason', refuseArray: 'reason', reportFailed: 'code' };

export class Reactions {
  readonly #charts: RoleCharts;
  readonly #names: Names;
  readonly #events = new Map<Role, Map<string, AnyEventObject[]>>();

  constructor(charts: RoleCharts, names: Names) {
    this.#charts = charts;
    this.#names = names;
  }

  /** `pathBefore`: where a process was before the move; undefined where it was not there. */
  of(reactions: readonly ChartReaction[], pathBefore: (who: Who) => string | undefined): Reaction[] {
    const paths = new Map<string, string>();
    return reactions.map(({ who, event, next, actions }) => {
      const machine = this.#names.machineOf(who);
      const from = paths.get(machine) ?? pathBefore(who) ?? this.#initialOf(who.role);
      paths.set(machine, next);
      const named = actions.map(actionOf);
      const events = this.#eventsCalled(who.role, event);
      const transitions = this.#charts[who.role].steps.taken({ from, to: next, actions: named.map(({ type }) => type) }, events);
      return {
        machine,
        lifeline: this.#names.lifelineOf(who),
        session: machine,
        event: eventOf(event, events[0]),
        from: [from],
        to: [next],
        transitions,
        actions: named,
      };
    });
  }

  /** That a process begins is nobody's reaction, but something to see. */
  start(who: Who, path: string): Reaction {
    const machine = this.#names.machineOf(who);
    const lifeline = this.#names.lifelineOf(who);
    return {
      machine,
      lifeline,
      session: machine,
      event: { type: 'start', facts: {} },
      from: [],
      to: [path],
      transitions: [],
      actions: [],
    };
  }

  #initialOf(role: Role): string {
    const { root } = this.#charts[role].chart;
    let state = root;
    for (let next = initialChild(state); next !== undefined; next = initialChild(state)) state = next;
    return state.path;
  }

  /** The events that a move calls by this text: their type and the values of their facts. */
  #eventsCalled(role: Role, text: string): readonly AnyEventObject[] {
    const [type = '', value] = text.split(' ');
    if (type === 'timeout') return [{ type, limit: value }];
    let known = this.#events.get(role);
    if (known === undefined) {
      known = byText(this.#charts[role]);
      this.#events.set(role, known);
    }
    return known.get(text) ?? [{ type }];
  }
}

type State = RoleChart['chart']['root'];

const initialChild = ({ initial, children }: State) => children.find(({ id }) => id === initial);

function byText({ events }: RoleChart): Map<string, AnyEventObject[]> {
  const known = new Map<string, AnyEventObject[]>();
  for (const event of events) {
    const { type, ...facts } = event;
    const text = [type, ...Object.values(facts).map(String)].join(' ');
    known.set(text, [...(known.get(text) ?? []), event]);
  }
  return known;
}

function eventOf(text: string, event: AnyEventObject | undefined): Named {
  if (event === undefined) return { type: text, facts: {} };
  const { type, ...facts } = event;
  return { type, facts };
}

function actionOf(text: string): Named {
  const [type = '', value] = text.split(' ');
  return { type, facts: value === undefined ? {} : { [carries[type] ?? 'value']: value } };
}
