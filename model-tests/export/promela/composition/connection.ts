/**
 * Connections in Promela. What a connection is and what can happen to it is said once more here, in macros, and not taken from
 * compose/connection.ts: so SPIN can find out whether the two say the same.
 */
import type { Message } from '../../../compile/outputs.ts';
import type { ConnectionDescription } from '../../../compose/description.ts';
import type { Value } from '../../../compose/system.ts';
import type { Act } from '../rules.ts';
import { identifier, oneOf } from '../text.ts';
import type { BudgetText, LinkText, Model, NewRule, Touched } from './model.ts';
import type { Sending } from './reaction.ts';
import { type Machine, PromelaExportError } from './vocabulary.ts';

/**
 * `c` is a connection, `q` its two channels: `q[e]` is what waits at end `e`. A connection that is not there has zeros everywhere. `again`: its
 * dialler wants another one when nothing can happen on this one any more.
 */
export const connectionMacros = [
  'typedef Connection { byte phase; bit closed[2]; bit finished[2]; bit broken; bit again };',
  '#define GONE 0',
  '#define DIALING 1',
  '#define OPEN 2',
  '#define EMPTY(q) do :: nempty(q) -> q?scratch :: empty(q) -> break od; scratch = 0;',
  '#define DONE(c, e) (c.closed[e] || c.finished[e])',
  '#define DEAD(c) (c.phase == GONE || (c.phase == OPEN && DONE(c, 0) && DONE(c, 1)))',
  '#define CAN_SEND(c) (c.phase == OPEN && !c.closed[0] && !c.closed[1] && !c.broken)',
  '#define RENEW(c, q, p) c.phase = p; c.closed[0] = 0; c.closed[1] = 0; c.finished[0] = 0; c.finished[1] = 0; c.broken = 0; c.again = 0; \\',
  '   EMPTY(q[0]) EMPTY(q[1])',
  '#define AGAIN(c, q) if :: c.again && DEAD(c) -> RENEW(c, q, DIALING) :: else fi;',
  '#define DIAL(c, q) if :: DEAD(c) -> RENEW(c, q, DIALING) :: c.phase == DIALING :: else -> c.again = 1 fi;',
  // An acceptor that is being dialled has nothing to close yet.
  '#define CLOSE(c, q, e, end) if \\',
  '   :: (c.phase == DIALING && e == 0) || (c.phase == OPEN && !c.closed[e] && c.closed[1 - e]) -> \\',
  '      if :: c.again -> RENEW(c, q, DIALING) :: else -> RENEW(c, q, GONE) fi \\',
  '   :: c.phase == OPEN && !c.closed[e] && !c.closed[1 - e] -> EMPTY(q[e]) c.closed[e] = 1; \\',
  '      if :: !c.broken -> q[1 - e]!end :: else fi; AGAIN(c, q) \\',
  '   :: else fi;',
  '#define CUT(c, q, e, cut) EMPTY(q[e]) if :: !DONE(c, e) -> q[e]!cut :: else fi;',
  // An acceptor that was not told of the connection never hears of it.
  '#define DESTROY(c, q, accepted, cut) if \\',
  '   :: c.phase == OPEN -> c.broken = 1; CUT(c, q, 0, cut) \\',
  '      if :: q[1]?[accepted] -> EMPTY(q[1]) c.closed[1] = 1 :: else -> CUT(c, q, 1, cut) fi \\',
  '   :: else fi;',
  '#define RESET(c, q, accepted, cut) DESTROY(c, q, accepted, cut) AGAIN(c, q)',
  '#define ABORT(c, q, e, accepted, end, cut) DESTROY(c, q, accepted, cut) CLOSE(c, q, e, end) AGAIN(c, q)',
  '#define FINISH(c, q, e) c.finished[e] = 1; AGAIN(c, q)',
];

type End = 0 | 1;
const DIALER: End = 0;
const ACCEPTOR: End = 1;
const other = (end: End): End => (end === DIALER ? ACCEPTOR : DIALER);

/** What a connection's own slot holds, as far as it is looked at. */
interface State {
  readonly phase: 'dialing' | 'open' | 'gone';
  readonly closed: Readonly<Record<'dialer' | 'acceptor', boolean>>;
  readonly finished: Readonly<Record<'dialer' | 'acceptor', boolean>>;
  readonly broken: boolean;
  readonly again: boolean;
}

/** What waits at an end. */
export type Waiting = { readonly kind: 'message'; readonly message: Message } | { readonly kind: 'ended' | 'reset' };

export interface ConnectionOptions {
  readonly name: string;
  readonly description: ConnectionDescription<string>;
  /** The slots of what waits at the dialler and at the acceptor. */
  readonly inboxes: readonly [number, number];
  /** Everything that these hold in some state. */
  readonly contents: readonly [readonly (readonly Waiting[])[], readonly (readonly Waiting[])[]];
  readonly budgets: Readonly<Record<'deliver' | 'connect' | 'refuse' | 'reset', BudgetText>>;
}

export class ConnectionText implements LinkText {
  readonly name: string;
  readonly #options: ConnectionOptions;
  readonly #model: Model;
  /** The two arguments of the macros. */
  readonly #state: string;
  readonly #queues: string;
  readonly #length: number;
  readonly #items: readonly [readonly number[], readonly number[]];

  constructor(model: Model, options: ConnectionOptions) {
    this.name = options.name;
    this.#model = model;
    this.#options = options;
    this.#state = identifier(options.name, 'slot', model.slotOf(options.name));
    this.#queues = `${this.#state}_at`;
    const items = (end: End) =>
      [...new Set(options.contents[end].flat().map((item) => this.#number(item)))].sort((one, two) => one - two);
    this.#items = [items(DIALER), items(ACCEPTOR)];
    const longest = Math.max(...options.contents.flat().map(({ length }) => length));
    // Behind the messages there may be the end, before them that the connection was accepted.
    this.#length = Number.isFinite(options.description.capacity) ? options.description.capacity + 2 : Math.max(1, longest);
    if (this.#length > 255) throw new PromelaExportError(`link ${this.name}: SPIN has no channels of more than 255 messages`);
  }

  declarations(): string[] {
    const type = this.#model.messages.count < 256 ? 'byte' : 'short';
    return [`Connection ${this.#state};`, `chan ${this.#queues}[2] = [${this.#length}] of { ${type} };`];
  }

  room(sendings: readonly Sending[], touched: Touched | undefined): string[] {
    const { capacity } = this.#options.description;
    // On a connection that is not there nothing that is sent arrives, so nothing needs room.
    if (capacity === Number.POSITIVE_INFINITY || touched?.how === 'ended') return [];
    const counts: [number, number] = [0, 0];
    for (const { from, message } of sendings) {
      // Nor behind a close or a reset, whoever's.
      if (message.type === 'link.close' || message.type === 'link.reset') break;
      if (message.type !== 'link.dial') counts[other(this.#endOf(from))] += 1;
    }
    return ([DIALER, ACCEPTOR] as const).flatMap((to) => {
      const needed = counts[to];
      if (needed === 0) return [];
      if (touched?.how === 'renewed') return needed <= capacity ? [] : ['false'];
      const isTaken = touched?.how === (to === DIALER ? 'tookFromDialer' : 'tookFromAcceptor');
      const queue = `${this.#queues}[${to}]`;
      const unread = to === ACCEPTOR ? ` - (${queue}?[${this.#event('accepted')}] -> 1 : 0)` : '';
      return [`(!CAN_SEND(${this.#state}) || len(${queue})${unread} <= ${capacity - needed + (isTaken ? 1 : 0)})`];
    });
  }

  put({ from, message }: Sending): string {
    const end = this.#endOf(from);
    if (message.type === 'link.dial') return `DIAL(${this.#both})`;
    if (message.type === 'link.close') return this.#close(end);
    if (message.type === 'link.reset') return this.#abort(end);
    const number = this.#model.messages.number(message);
    const sent = `${this.#queues}[${other(end)}]!${this.#model.messages.name(number)}; ${this.#model.hear(this.name, number)}`;
    return `if :: CAN_SEND(${this.#state}) -> ${sent} :: else fi;`;
  }

  *rules(): Generator<NewRule> {
    const { description, budgets } = this.#options;
    const [dialer, acceptor] = [this.#model.machine(description.dialer), this.#model.machine(description.acceptor)];
    if (budgets.connect.isPossible) yield this.#connect(dialer, acceptor, budgets.connect);
    if ((description.refuses && budgets.refuse.isPossible) || acceptor.process.description.crashes)
      yield this.#refuse(dialer, acceptor, budgets.refuse);
    if (description.resets && budgets.reset.isPossible) yield this.#resets(budgets.reset);
    yield this.#deliveries(DIALER, dialer);
    yield this.#deliveries(ACCEPTOR, acceptor);
  }

  holds(slot: number, value: Value): string {
    const end = this.#options.inboxes.indexOf(slot);
    if (end >= 0) return this.#waits(end as End, value as unknown as readonly Waiting[]);
    const { phase, closed, finished, broken, again } = value as unknown as State;
    const c = this.#state;
    if (phase !== 'open') return `${c}.phase == ${phase === 'gone' ? 'GONE' : 'DIALING'}`;
    const bits = {
      'closed[0]': closed.dialer,
      'closed[1]': closed.acceptor,
      'finished[0]': finished.dialer,
      'finished[1]': finished.acceptor,
      broken,
      again,
    };
    const tests = Object.entries(bits).map(([name, bit]) => `${c}.${name} == ${bit ? 1 : 0}`);
    return `(${[`${c}.phase == OPEN`, ...tests].join(' && ')})`;
  }

  beginning(): string {
    const initial = this.#model.slots[this.#model.slotOf(this.name)]?.initial as unknown as State | undefined;
    return initial?.phase === 'dialing' ? `DIAL(${this.#both})` : '';
  }

  get openings(): readonly string[] {
    return [this.#options.description.dialer, this.#options.description.acceptor];
  }

  inject(opening: string, message: Message): Pick<Act, 'also' | 'statements'> {
    const from = this.#endOf(opening) === DIALER ? this.#options.description.acceptor : this.#options.description.dialer;
    const also = [`CAN_SEND(${this.#state})`, ...this.room([{ from, link: this.name, message }], undefined)];
    const constant = this.#model.messages.name(this.#model.messages.number(message));
    return { also, statements: `${this.#queues}[${this.#endOf(opening)}]!${constant};` };
  }

  crash(machine: string): string {
    const end = this.#endOf(machine);
    const forgets = end === DIALER ? `${this.#state}.again = 0; ` : '';
    const open = `${this.#state}.phase == OPEN -> ${this.#abort(end)}`;
    const dialing = end === DIALER ? `:: ${this.#state}.phase == DIALING -> ${this.#close(end)} ` : '';
    return `${forgets}if :: ${open} ${dialing}:: else fi;`;
  }

  get #both(): string {
    return `${this.#state}, ${this.#queues}`;
  }

  #close(end: End): string {
    return `CLOSE(${this.#both}, ${end}, ${this.#event('ended')})`;
  }

  #abort(end: End): string {
    const [accepted, ended, reset] = [this.#event('accepted'), this.#event('ended'), this.#event('reset')];
    return `ABORT(${this.#both}, ${end}, ${accepted}, ${ended}, ${reset})`;
  }

  get #reset(): string {
    return `RESET(${this.#both}, ${this.#event('accepted')}, ${this.#event('reset')})`;
  }

  #connect(dialer: Machine, acceptor: Machine, budget: BudgetText): NewRule {
    const tree = this.#model.tree([this.#isDialling, ...budget.also], (ask) => {
      if (acceptor.local(ask(acceptor.slot)) === undefined) return undefined;
      const made = `RENEW(${this.#both}, OPEN) ${this.#queues}[${ACCEPTOR}]!${this.#event('accepted')};`;
      return this.#tells(dialer, 'connected', [budget.spend, made], ask);
    });
    return { name: `${this.name}: connect`, isFair: true, trees: [tree] };
  }

  #refuse(dialer: Machine, acceptor: Machine, budget: BudgetText): NewRule {
    const { refuses = false } = this.#options.description;
    const gone = `RENEW(${this.#both}, GONE)`;
    // Where nobody is there to accept, to be refused is no fault and costs nothing.
    const isThere = (ask: (slot: number) => number) => acceptor.local(ask(acceptor.slot)) !== undefined;
    const nobody = this.#model.tree([this.#isDialling], (ask) =>
      isThere(ask) ? undefined : this.#tells(dialer, 'refused', [gone], ask),
    );
    const fault = this.#model.tree([this.#isDialling, ...budget.also], (ask) =>
      isThere(ask) ? this.#tells(dialer, 'refused', [budget.spend, gone], ask) : undefined,
    );
    return { name: `${this.name}: refuse`, isFair: false, trees: refuses ? [nobody, fault] : [nobody] };
  }

  /** The dialler is told how its dialling went, whether it wants to know or not. */
  #tells(dialer: Machine, what: 'connected' | 'refused', before: readonly string[], ask: (slot: number) => number): Act {
    const reaction = this.#model.reaction(ask);
    reaction.give(dialer, { type: `${this.name}.${what}` });
    const touched = { link: this.name, how: what === 'connected' ? 'renewed' : 'ended' } as const;
    return this.#model.act(`${this.name} ${what}`, reaction, before, touched);
  }

  get #isDialling(): string {
    return `${this.#state}.phase == DIALING`;
  }

  #resets(budget: BudgetText): NewRule {
    const also = [`${this.#state}.phase == OPEN`, `!${this.#state}.broken`, ...budget.also];
    const answer = { also, statements: `${budget.spend} ${this.#reset}`.trim(), title: `${this.name} reset` };
    return { name: `${this.name}: reset`, isFair: false, trees: [{ answer }] };
  }

  #deliveries(end: End, receiver: Machine): NewRule {
    const { deliver } = this.#options.budgets;
    const queue = `${this.#queues}[${end}]`;
    const { messages } = this.#model;
    const head = this.#model.addQuestion(this.#items[end], (values) =>
      oneOf(values.map((number) => `${queue}?[${messages.name(number)}]`)),
    );
    const tree = this.#model.tree(deliver.also, (ask) => {
      const number = ask(head);
      const message = messages.message(number);
      const reaction = this.#model.reaction(ask);
      if (!reaction.give(receiver, message) && receiver.process.description.unexpected === 'waits') return undefined;
      const isLast = message.type === `${this.name}.ended` || message.type === `${this.name}.reset`;
      const taken = `${queue}?${messages.name(number)};${isLast ? ` FINISH(${this.#both}, ${end})` : ''}`;
      const isCounted = message.type !== `${this.name}.accepted`;
      const how = end === DIALER ? 'tookFromDialer' : 'tookFromAcceptor';
      const touched = isCounted ? ({ link: this.name, how } as const) : undefined;
      return this.#model.act(`${message.type} from ${this.name}`, reaction, [deliver.spend, taken], touched);
    });
    return { name: `${receiver.name} gets from ${this.name}`, isFair: true, trees: [tree] };
  }

  #endOf(machine: string): End {
    return machine === this.#options.description.dialer ? DIALER : ACCEPTOR;
  }

  /** The constant of what a machine is told of the connection. */
  #event(what: 'accepted' | 'ended' | 'reset'): string {
    return this.#model.messages.name(this.#model.messages.number({ type: `${this.name}.${what}` }));
  }

  #number(item: Waiting): number {
    return this.#model.messages.number(item.kind === 'message' ? item.message : { type: `${this.name}.${item.kind}` });
  }

  #waits(end: End, items: readonly Waiting[]): string {
    const queue = `${this.#queues}[${end}]`;
    const [first, second] = items.map((item) => this.#model.messages.name(this.#number(item)));
    if (second !== undefined)
      throw new PromelaExportError(
        `link ${this.name}: a property asks what waits behind a message, which SPIN cannot say; export the explored system instead`,
      );
    return first === undefined ? `len(${queue}) == 0` : `(len(${queue}) == 1 && ${queue}?[${first}])`;
  }
}
