/** A move of the explored system in the making: reads slots, names what begins in it, and writes slots in their one canonical form. */
import { type Connection, dialed, type End, ended } from '../../../compose/connection.ts';
import { Draft, type Value, type View } from '../../../compose/system.ts';
import { tagIsRight } from '../frames.ts';
import { at, type ChartStep, freshClient, type Stage } from '../stage.ts';
import { type ClientSlot, type Frame, type Link, type LinkName, ownerOf, type Seal, type ServerSlot } from '../world.ts';
import type { Cast } from './cast.ts';
import type { Fault, Weakness } from './options.ts';
import { budgetOf, type PlannedLink } from './plan.ts';
import {
  asValue,
  type ClientValue,
  isRunning,
  type LinkValue,
  linkValue,
  type ProcessState,
  type ServerEnd,
  type ServerValue,
} from './values.ts';

export class SlotStage implements Stage {
  readonly cast: Cast;
  readonly steps: ChartStep[] = [];
  /** A tag, or a port's generation, that is not right was taken for right: only a weakness does that. */
  accepted: 'stale' | 'forged' | undefined;
  readonly #view: View;
  readonly #draft: Draft;
  readonly #servers = new Map<number, ServerSlot>();
  readonly #clients = new Map<number, ClientSlot>();
  readonly #links = new Map<number, Link>();
  /** The attempts that began in this move, by server process. */
  readonly #attempts = new Map<number, number>();

  constructor(cast: Cast, view: View) {
    this.cast = cast;
    this.#view = view;
    this.#draft = new Draft(view);
  }

  /** Whether a mistake is built in. */
  isWeak(weakness: Weakness): boolean {
    return this.cast.plan.options.weaknesses?.includes(weakness) === true;
  }

  get process(): ProcessState {
    return this.#draft.get(this.cast.plan.processSlot) as ProcessState;
  }

  set process(state: ProcessState) {
    this.#draft.set(this.cast.plan.processSlot, asValue(state));
  }

  /** Nothing happens while the kernel closes what a killed process held. */
  get isDying(): boolean {
    return typeof this.process === 'object';
  }

  /** Whether the fault may still happen in this run. */
  may(fault: Fault): boolean {
    const slot = this.cast.plan.budgetSlots.get(fault);
    return slot === undefined ? budgetOf(this.cast.plan.options, fault) > 0 : this.#draft.get<number>(slot) > 0;
  }

  spend(fault: Fault): void {
    const slot = this.cast.plan.budgetSlots.get(fault);
    if (slot !== undefined) this.#draft.set(slot, this.#draft.get<number>(slot) - 1);
  }

  /** The server process has ended, or was killed and may be started again, or has stopped for ever; undefined: it runs. */
  endOf(server: number): ServerEnd | undefined {
    const value = this.#draft.get(at(this.cast.plan.serverSlots, server)) as unknown as ServerValue;
    return isRunning(value) ? undefined : value;
  }

  /** Ends a server process without a word. */
  endServer(server: number, end: ServerEnd): void {
    this.#servers.delete(server);
    this.#draft.set(at(this.cast.plan.serverSlots, server), asValue(end));
  }

  server(index: number): ServerSlot {
    const known = this.#servers.get(index);
    if (known !== undefined) return known;
    const value = this.#draft.get(at(this.cast.plan.serverSlots, index)) as unknown as ServerValue;
    if (!isRunning(value)) return this.cast.endedServer(index);
    const slot = { ...value, state: at(this.cast.serverLabels, index).id(value.state) };
    this.#servers.set(index, slot);
    return slot;
  }

  changeServer(index: number, change: Partial<ServerSlot>): void {
    this.#servers.set(index, { ...this.server(index), ...change });
  }

  /** Whether this instance of the client process is there. */
  lives(client: number): boolean {
    if (this.#clients.has(client)) return true;
    const { instanceSlot } = this.#planned(client);
    return instanceSlot >= 0 && this.#draft.get(instanceSlot) !== null;
  }

  client(index: number): ClientSlot {
    const known = this.#clients.get(index);
    if (known !== undefined) return known;
    const value = this.#draft.get(this.#planned(index).instanceSlot) as unknown as ClientValue;
    if (value === null) return this.cast.endedClient;
    const slot = { ...value, state: this.cast.clientLabels.id(value.state) };
    this.#clients.set(index, slot);
    return slot;
  }

  changeClient(index: number, change: Partial<ClientSlot>): void {
    this.#clients.set(index, { ...this.client(index), ...change });
  }

  /** Ends an instance without a word. */
  endClient(client: number): void {
    this.#clients.delete(client);
    this.#draft.set(this.#planned(client).instanceSlot, null);
  }

  /** Whether this link is there. */
  exists(link: number): boolean {
    return this.#links.has(link) || this.#draft.get(this.#planned(link).slot) !== null;
  }

  link(index: number): Link {
    const known = this.#links.get(index);
    if (known !== undefined) return known;
    const { slot, server, name } = this.#planned(index);
    const value = this.#draft.get(slot) as unknown as LinkValue;
    const own = value ?? { client: -1, port: -1, portOf: -1, connection: ended<Frame>() };
    const link = { ...own, server, name: name === 'any' ? (own.port < 0 ? 'first' : 'array') : name };
    this.#links.set(index, link);
    return link;
  }

  changeLink(index: number, change: Partial<Link>): void {
    const { name } = this.#planned(index);
    if (this.isWeak('secondKept') && name === 'second' && change.connection?.closed.dialer === true) return;
    this.#links.set(index, { ...this.link(index), ...change });
  }

  dial(server: number, name: LinkName, port: number, portOf: number): number {
    const attempt = server < 0 ? this.#freeConnection() : name === 'first' ? this.#nextAttempt(server) : this.attemptOf(server);
    const index = this.cast.plan.links.findIndex(
      (link) => link.server === server && link.attempt === attempt && (server < 0 || link.name === name),
    );
    if (index < 0) throw new RangeError(`server ${server} has more attempts than were planned`);
    this.#links.set(index, { name, server, client: -1, portOf, port, connection: dialed() });
    this.#attempts.set(server, attempt);
    return index;
  }

  /** The attempt that a server process is in. */
  attemptOf(server: number): number {
    return this.#planned(this.server(server).first).attempt;
  }

  accept(link: number): number {
    this.#clients.set(link, freshClient(this.cast.processes.client.initial.id, link));
    return link;
  }

  takeNumber(client: number): number {
    return this.#take(this.cast.plan.numbersSlot, client);
  }

  takePort(client: number): number {
    return this.#take(this.cast.plan.portsSlot, client);
  }

  freeNumber(client: number): void {
    if (this.isWeak('numbersKept')) return;
    this.#free(this.cast.plan.numbersSlot, client);
  }

  freePort(client: number): void {
    this.#free(this.cast.plan.portsSlot, client);
  }

  holderOfNumber(number: number): number {
    return this.#draft.get<readonly number[]>(this.cast.plan.numbersSlot)[number] ?? -1;
  }

  listenerOn(port: number, generation: number): number {
    const holder = this.#draft.get<readonly number[]>(this.cast.plan.portsSlot)[port] ?? -1;
    if (holder === generation || holder < 0) return holder;
    if (!this.isWeak('generationsUnchecked')) return -1;
    this.accepted = 'stale';
    return holder;
  }

  /** Who holds which dynamic port. */
  get ports(): readonly number[] {
    return this.#draft.get<readonly number[]>(this.cast.plan.portsSlot);
  }

  /** Which descriptor numbers somebody holds. */
  get numbers(): readonly number[] {
    return this.#draft.get<readonly number[]>(this.cast.plan.numbersSlot);
  }

  /** Nobody holds a descriptor number or a dynamic port any more. */
  forgetNumbers(): void {
    for (const slot of [this.cast.plan.numbersSlot, this.cast.plan.portsSlot]) this.#draft.set(slot, []);
  }

  /** How many connections the intruder may still make. */
  get intrusionsLeft(): number {
    const { intruderSlot } = this.cast.plan;
    return intruderSlot < 0 ? 0 : this.#draft.get<number>(intruderSlot);
  }

  spendIntrusion(): void {
    this.#draft.set(this.cast.plan.intruderSlot, this.intrusionsLeft - 1);
  }

  tagIsRight(frame: Frame, expected: NonNullable<Seal>): boolean {
    if (!('seal' in frame) || tagIsRight(frame, expected)) return 'seal' in frame;
    const { seal } = frame;
    const isTaken = this.isWeak('tagsUnchecked') || (this.isWeak('noncesUnchecked') && seal?.by === expected.by);
    if (isTaken) this.accepted = seal === null ? 'forged' : 'stale';
    return isTaken;
  }

  note(step: ChartStep): void {
    this.steps.push(step);
  }

  /** Every slot that holds something else now. */
  writes(): readonly (readonly [slot: number, value: Value])[] {
    const { plan, serverLabels, clientLabels, processes } = this.cast;
    for (const [index, slot] of this.#servers) {
      const { final } = at(processes.servers, index).state(slot.state);
      const value: ServerValue = final ? 'over' : { ...slot, state: at(serverLabels, index).label(slot.state) };
      this.#draft.set(at(plan.serverSlots, index), asValue(value));
    }
    for (const [index, slot] of this.#clients) {
      const { final } = processes.client.state(slot.state);
      this.#draft.set(
        this.#planned(index).instanceSlot,
        final ? null : asValue({ ...slot, state: clientLabels.label(slot.state) }),
      );
    }
    for (const [index, link] of this.#links) this.#draft.set(this.#planned(index).slot, asValue(linkValue(this.#tidied(link))));
    return this.#draft.writes.filter(([slot, value]) => JSON.stringify(value) !== JSON.stringify(this.#view.get(slot)));
  }

  /** What comes to an end whose owner does not listen any more makes no difference: it never will again. */
  #tidied(link: Link): Link {
    if (link.connection.phase !== 'open') return link;
    // The intruder does not hold on to a connection that nobody is at the other end of.
    if (link.server < 0 && link.connection.closed.acceptor) return { ...link, connection: ended() };
    const connection = (['dialer', 'acceptor'] as const)
      .filter((end) => this.#isDeaf(link, end))
      .reduce(deafened, link.connection);
    const { closed, finished } = connection;
    const isSilent = (closed.dialer || finished.dialer) && (closed.acceptor || finished.acceptor);
    // Where it went matters until it is accepted; that it was reset, as long as somebody can find that out.
    const target = link.client < 0 || link.server < 0 ? {} : { port: -1, portOf: -1 };
    return { ...link, ...target, connection: isSilent ? { ...connection, broken: false } : connection };
  }

  /** Asks only processes that this move has looked at anyway: it must not read more for the sake of tidiness. */
  #isDeaf(link: Link, end: End): boolean {
    if (link.connection.closed[end] || (end === 'dialer' && link.server < 0)) return true;
    const who = ownerOf(link, end);
    if (who === undefined || !(who.role === 'server' ? this.#servers : this.#clients).has(who.index)) return false;
    return !this.cast.processes.listens(this, link, end);
  }

  #planned(link: number): PlannedLink {
    return at(this.cast.plan.links, link);
  }

  /** Attempts are numbered one after the other, also where a process falls back or is started again. */
  #nextAttempt(server: number): number {
    const last = this.#attempts.get(server);
    if (last !== undefined) return last + 1;
    const value = this.#draft.get(at(this.cast.plan.serverSlots, server)) as unknown as ServerValue;
    if (isRunning(value)) return this.#planned(value.first).attempt + 1;
    return typeof value === 'object' ? value.down : 0;
  }

  /** The first of the intruder's connections that nothing is left of. */
  #freeConnection(): number {
    const links = [...this.cast.plan.links.entries()].filter(([, link]) => link.server < 0);
    const free = links.find(([index]) => !this.exists(index) && !this.lives(index));
    if (free === undefined) throw new RangeError('the intruder has more connections than were planned');
    return free[1].attempt;
  }

  #take(slot: number, client: number): number {
    const holders = this.#draft.get<readonly number[]>(slot);
    const number = [...holders, -1].indexOf(-1);
    this.#draft.set(slot, holders.toSpliced(number, 1, client));
    return number;
  }

  #free(slot: number, client: number): void {
    const holders = this.#draft.get<readonly number[]>(slot).map((holder) => (holder === client ? -1 : holder));
    this.#draft.set(slot, holders.slice(0, holders.findLastIndex((holder) => holder >= 0) + 1));
  }
}

/** Nothing more is told to this end. */
function deafened(connection: Connection<Frame>, end: End): Connection<Frame> {
  return {
    ...connection,
    inbox: { ...connection.inbox, [end]: [] },
    finished: { ...connection.finished, [end]: true },
  };
}
