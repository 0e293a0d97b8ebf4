/** A connection as a link: its state and each of its two directions have slots of their own. */
import type { Message } from '../compile/outputs.ts';
import type { Budget } from './budget.ts';
import { ComposeError } from './compose-error.ts';
import { type Connection, close, dialed, type End, ended, type Item, opened, opposite, reset, send, take } from './connection.ts';
import type { ConnectionDescription } from './description.ts';
import type { Firing } from './firing.ts';
import type { ComposedMove } from './moves.ts';
import type { Link, Parts } from './parts.ts';
import type { Process } from './process.ts';
import type { Rule, Slot, Firing as SystemFiring, Value, View } from './system.ts';

/** What a machine sends to a connection to have it dialled; only its dialler may. */
export const dial: Message = { type: 'link.dial' };
/** What a machine sends to a connection to close its end in order: the other end finds the end of the stream behind what was sent. */
export const closeEnd: Message = { type: 'link.close' };
/** What a machine sends to a connection to destroy it: what was on its way is lost, the other end finds a reset. */
export const abort: Message = { type: 'link.reset' };

/** The state of a connection without what is on its way. */
interface State {
  readonly [key: string]: Value;
  readonly phase: Connection<Message>['phase'];
  readonly closed: Connection<Message>['closed'];
  readonly finished: Connection<Message>['finished'];
  readonly broken: boolean;
  /** Its dialler wants another one, which is being dialled as soon as this one is done with. */
  readonly again: boolean;
}

type Inbox = readonly Item<Message>[];

const ENDS: readonly End[] = ['dialer', 'acceptor'];

export class ConnectionLink implements Link {
  readonly name: string;
  readonly senders: ReadonlySet<string>;
  readonly touches: readonly number[];
  isUsed = false;
  readonly #state: number;
  readonly #inbox: Readonly<Record<End, number>>;
  readonly #description: ConnectionDescription<string>;
  readonly #parts: Parts;

  constructor(name: string, slots: Slot[], description: ConnectionDescription<string>, parts: Parts) {
    this.name = name;
    this.#description = description;
    this.#parts = parts;
    this.senders = new Set([description.dialer, description.acceptor]);
    this.#state = slots.push({ name, initial: split(ended<Message>(), false) }) - 1;
    this.#inbox = {
      dialer: slots.push({ name: `${name} → ${description.dialer}`, initial: [] }) - 1,
      acceptor: slots.push({ name: `${name} → ${description.acceptor}`, initial: [] }) - 1,
    };
    this.touches = [this.#state, this.#inbox.dialer, this.#inbox.acceptor, ...parts.overhearing(name)];
  }

  /** `dialing`, `open` or `gone`, as of now. */
  phase(view: View): Connection<Message>['phase'] {
    return view.get<State>(this.#state).phase;
  }

  /** Messages on their way to an end, the oldest first. */
  messages(view: View, end: End): readonly Message[] {
    return view.get<Inbox & Value>(this.#inbox[end]).flatMap((item) => (item.kind === 'message' ? [item.message] : []));
  }

  put(firing: Firing, from: string, event: Message): 'taken' | 'blocked' | 'closed' {
    this.isUsed = true;
    const end = this.#endOf(from);
    switch (event.type) {
      case dial.type:
        return this.#dial(firing, end);
      case closeEnd.type:
      case abort.type:
        this.#close(firing, end, event.type === abort.type);
        return 'taken';
      default: {
        const answer = this.#send(firing, end, event);
        if (answer === 'taken') this.#parts.overhear(firing, this.name, event);
        return answer;
      }
    }
  }

  get readers(): ReadonlySet<string> {
    return this.senders;
  }

  get slots(): readonly number[] {
    return [this.#state, this.#inbox.dialer, this.#inbox.acceptor];
  }

  get isSorted(): boolean {
    return false;
  }

  get openings(): readonly string[] {
    return [this.#description.dialer, this.#description.acceptor];
  }

  /** As if the other end had sent it. */
  inject(firing: Firing, opening: string, event: Message): boolean {
    this.isUsed = true;
    return this.#send(firing, opposite(this.#endOf(opening)), event) === 'taken';
  }

  /** A machine that crashes takes its end with it: the other end finds a reset. */
  crash(firing: Firing, machine: string): void {
    const end = this.#endOf(machine);
    const state = firing.get<State>(this.#state);
    // A dialler that has crashed wants no other connection.
    if (state.again && end === 'dialer') firing.set(this.#state, { ...state, again: false });
    this.#close(firing, end, true);
  }

  *rules(): Generator<Rule<ComposedMove>> {
    const { connect, refuse, reset: resets, deliver } = this.#parts.budgets;
    const { dialer, acceptor } = this.#description;
    const [dialling, accepting] = [this.#parts.process(dialer), this.#parts.process(acceptor)];
    const touching = (process: Process, budget: Budget) =>
      this.#parts.touching(process, [...this.touches, ...budget.touches, accepting.slot]);
    if (connect.isPossible) {
      const fire = (view: View) => this.#connect(view, connect);
      yield { name: `${this.name}: connect`, fair: true, touches: touching(dialling, connect), fire };
    }
    if ((this.#description.refuses && refuse.isPossible) || accepting.description.crashes) {
      const fire = (view: View) => this.#refuse(view, refuse);
      yield { name: `${this.name}: refuse`, touches: touching(dialling, refuse), fire };
    }
    if (this.#description.resets && resets.isPossible) {
      yield {
        name: `${this.name}: reset`,
        touches: [...this.touches, ...resets.touches],
        fire: (view) => this.#resets(view, resets),
      };
    }
    for (const end of ENDS) {
      const process = end === 'dialer' ? dialling : accepting;
      yield {
        name: `${process.name} gets from ${this.name}`,
        fair: true,
        touches: touching(process, deliver),
        fire: (view) => this.#deliver(view, end, process, deliver),
      };
    }
  }

  #endOf(machine: string): End {
    return machine === this.#description.dialer ? 'dialer' : 'acceptor';
  }

  #dial(firing: Firing, end: End): 'taken' {
    if (end === 'acceptor')
      throw new ComposeError(`machine ${this.#description.acceptor} dials link ${this.name}, which it only accepts`);
    const state = firing.get<State>(this.#state);
    if (isDead(state)) this.#replace(firing, dialed());
    else if (state.phase === 'dialing') return 'taken';
    else firing.set(this.#state, { ...state, again: true });
    return 'taken';
  }

  #close(firing: Firing, end: End, abruptly: boolean): void {
    // Who is being dialled has nothing to close yet.
    if (end === 'acceptor' && this.phase(firing) === 'dialing') return;
    this.#change(firing, ENDS, (connection) =>
      close(abruptly && connection.phase === 'open' ? this.#destroyed(connection) : connection, end),
    );
  }

  #send(firing: Firing, end: End, event: Message): 'taken' | 'blocked' | 'closed' {
    const to = opposite(end);
    const before = this.#load(firing, [to]);
    const after = send(before, end, event);
    if (after === before) return 'closed';
    const waiting = before.inbox[to].filter((item) => item.kind === 'message' && !this.#isAccepted(item)).length;
    if (waiting >= this.#description.capacity) return 'blocked';
    firing.set(this.#inbox[to], after.inbox[to] as unknown as Value);
    return 'taken';
  }

  /** What was on its way is lost. An acceptor that has not been told of the connection never hears of it. */
  #destroyed(connection: Connection<Message>): Connection<Message> {
    const [first] = connection.inbox.acceptor;
    const after = reset(connection);
    if (first === undefined || !this.#isAccepted(first)) return after;
    return { ...after, closed: { ...after.closed, acceptor: true }, inbox: { ...after.inbox, acceptor: [] } };
  }

  *#connect(view: View, budget: Budget): Generator<SystemFiring<ComposedMove>> {
    if (this.phase(view) !== 'dialing' || !budget.allows(view)) return;
    if (this.#parts.process(this.#description.acceptor).local(view) === undefined) return;
    const firing = this.#parts.firing(view);
    budget.spend(firing);
    this.#replace(firing, opened(dialed()));
    firing.set(this.#inbox.acceptor, [{ kind: 'message', message: this.#event('accepted') }]);
    yield* this.#tellDialer(firing, 'connected', 'connect');
  }

  *#refuse(view: View, budget: Budget): Generator<SystemFiring<ComposedMove>> {
    if (this.phase(view) !== 'dialing') return;
    const isThere = this.#parts.process(this.#description.acceptor).local(view) !== undefined;
    if (isThere && !(this.#description.refuses && budget.allows(view))) return;
    const firing = this.#parts.firing(view);
    if (isThere) budget.spend(firing);
    this.#replace(firing, ended());
    yield* this.#tellDialer(firing, 'refused', 'refuse');
  }

  *#tellDialer(firing: Firing, what: 'connected' | 'refused', kind: 'connect' | 'refuse'): Generator<SystemFiring<ComposedMove>> {
    const dialer = this.#parts.process(this.#description.dialer);
    const event = this.#event(what);
    if (!firing.give(dialer, event)) firing.effects.push({ kind: 'ignored', machine: dialer.name, event });
    if (!firing.isBlocked) yield { move: { kind, link: this.name, effects: firing.effects }, writes: firing.writes };
  }

  *#resets(view: View, budget: Budget): Generator<SystemFiring<ComposedMove>> {
    const { phase, broken } = view.get<State>(this.#state);
    if (phase !== 'open' || broken || !budget.allows(view)) return;
    const firing = this.#parts.firing(view);
    budget.spend(firing);
    this.#change(firing, ENDS, (connection) => this.#destroyed(connection));
    yield { move: { kind: 'reset', link: this.name, effects: [] }, writes: firing.writes };
  }

  *#deliver(view: View, end: End, process: Process, budget: Budget): Generator<SystemFiring<ComposedMove>> {
    const [item] = view.get<Inbox & Value>(this.#inbox[end]);
    if (item === undefined || !budget.allows(view)) return;
    const firing = this.#parts.firing(view);
    budget.spend(firing);
    this.#change(firing, [end], (connection) => (this.#isAccepted(item) ? withoutHead(connection, end) : take(connection, end)));
    const event = item.kind === 'message' ? item.message : this.#event(item.kind);
    if (!firing.give(process, event)) {
      if (process.description.unexpected === 'waits') return;
      firing.effects.push({ kind: 'ignored', machine: process.name, event });
    }
    if (firing.isBlocked) return;
    const { dialer, acceptor } = this.#description;
    const from = end === 'dialer' ? acceptor : dialer;
    yield {
      move: { kind: 'deliver', link: this.name, from, machine: process.name, event, effects: firing.effects },
      writes: firing.writes,
    };
  }

  #event(what: 'connected' | 'refused' | 'accepted' | 'ended' | 'reset'): Message {
    return { type: `${this.name}.${what}` };
  }

  #isAccepted(item: Item<Message>): boolean {
    return item.kind === 'message' && item.message.type === `${this.name}.accepted`;
  }

  /** The connection with those of its inboxes that are needed: what is not read keeps moves few that have to be computed. */
  #load(view: View, ends: readonly End[]): Connection<Message> {
    const { phase, closed, finished, broken } = view.get<State>(this.#state);
    const inbox = (end: End): Inbox => (ends.includes(end) ? view.get<Inbox & Value>(this.#inbox[end]) : []);
    return { phase, closed, finished, broken, inbox: { dialer: inbox('dialer'), acceptor: inbox('acceptor') } };
  }

  #change(firing: Firing, ends: readonly End[], change: (connection: Connection<Message>) => Connection<Message>): void {
    const { again } = firing.get<State>(this.#state);
    const before = this.#load(firing, ends);
    const after = change(before);
    if (after === before) return;
    const state = split(after, again);
    // It is being dialled again in one way only, whatever the last one has come to.
    if (again && isDead(state)) {
      this.#replace(firing, dialed());
      return;
    }
    firing.set(this.#state, state);
    for (const end of after.phase === 'gone' ? ENDS : ends) firing.set(this.#inbox[end], after.inbox[end] as unknown as Value);
  }

  #replace(firing: Firing, connection: Connection<Message>): void {
    firing.set(this.#state, split(connection, false));
    for (const end of ENDS) firing.set(this.#inbox[end], connection.inbox[end] as unknown as Value);
  }
}

function split({ phase, closed, finished, broken }: Connection<Message>, again: boolean): State {
  return { phase, closed, finished, broken, again };
}

/** Nothing more can happen to either end. */
function isDead({ phase, closed, finished }: State): boolean {
  return phase === 'gone' || (phase === 'open' && ENDS.every((end) => closed[end] || finished[end]));
}

function withoutHead(connection: Connection<Message>, end: End): Connection<Message> {
  return { ...connection, inbox: { ...connection.inbox, [end]: connection.inbox[end].slice(1) } };
}
