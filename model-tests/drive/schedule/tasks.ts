/** Turns everything that is held back in a world into tasks of a scheduler: each is let through when its turn has come. */
import type fc from 'fast-check';
import type { Address } from '../../../impl/index.ts';
import { pieces } from '../handshake/pieces.ts';
import type { HeldEnd } from '../held-end.ts';
import type { HeldCall, HeldLink } from '../held-sockets.ts';
import type { ScheduledWorld } from './world.ts';

type Held = HeldLink | HeldEnd | HeldCall;

export class Tasks {
  readonly #world: ScheduledWorld;
  readonly #scheduler: fc.Scheduler;
  /** What has a task that has not run. */
  readonly #scheduled = new Set<Held>();
  /** Connections of dynamic ports that nobody has accepted, oldest first. */
  readonly #backlog: HeldLink[] = [];
  #running = 0;
  /** Decides how deliveries are split. */
  #deliveries = 0;
  /** The next dials are refused, and the next dynamic ports are not to be had. */
  refusals = 0;
  exhaustions = 0;

  constructor(world: ScheduledWorld, scheduler: fc.Scheduler) {
    this.#world = world;
    this.#scheduler = scheduler;
  }

  /** Waits until nobody reacts any more, then gives each new thing that is held back a task. */
  async settle(): Promise<void> {
    do await this.#world.settle();
    while (this.#running > 0);
    const { links, calls } = this.#world.keeper;
    for (const link of links) {
      if (link.dial !== undefined) this.#add(link, `${nameOf(link)} connects`, () => this.#connect(link));
      this.#addDelivery(link, 'dialer');
      this.#addDelivery(link, 'acceptor');
    }
    for (const call of calls)
      this.#add(call, `${call.kind} of ${call.process.role} ${call.process.index}`, () => this.#answer(call));
    for (const link of this.#backlog) {
      const oldest = this.#backlog.find((other) => samePlace(other.address, link.address));
      if (link === oldest && this.#isAccepting(link.address))
        this.#add(link, `${nameOf(link)} is accepted`, () => this.#accept(link));
    }
  }

  #add(held: Held, label: string, run: () => void | Promise<void>): void {
    if (this.#scheduled.has(held)) return;
    this.#scheduled.add(held);
    const go = async () => {
      this.#scheduled.delete(held);
      this.#running += 1;
      try {
        await run();
      } catch (error) {
        this.#world.wrong.push(`${label}: ${String(error)}`);
      } finally {
        this.#running -= 1;
      }
    };
    void this.#scheduler.schedule(Promise.resolve(), label).then(go);
  }

  #addDelivery(link: HeldLink, to: 'dialer' | 'acceptor'): void {
    const end = link[to];
    if (end === undefined || end.hasClosed || (link.process === undefined && to === 'dialer')) return;
    const hasFinish = end.finish !== undefined && !end.finishDelivered;
    if (end.arrived.length === 0 && !hasFinish) return;
    this.#add(end, `${nameOf(link)}: its ${to} reads`, () => {
      this.#deliveries += 1;
      if (end.arrived.length > 0) end.release(pieces(end.arrived, this.#deliveries));
      end.arrived = Buffer.alloc(0);
      end.deliverFinish();
    });
  }

  async #connect(link: HeldLink): Promise<void> {
    const { rig, wkp, keeper } = this.#world;
    // Whoever dialled may have given up meanwhile.
    if (link.dial === undefined) return;
    if (this.refusals > 0) {
      this.refusals -= 1;
      return link.dial(link.address.family === 'array' ? rig.deadPort : rig.dead);
    }
    const dialling = link.dial();
    if (samePlace(link.address, wkp)) {
      const accept = keeper.takeAccept((listener) => samePlace(listener.getsockname(), wkp));
      if (accept !== undefined) await keeper.completeAccept(accept, link);
      await dialling;
    } else {
      await dialling;
      if (link.dialer !== undefined) this.#backlog.push(link);
    }
  }

  async #accept(link: HeldLink): Promise<void> {
    const accept = this.#world.keeper.takeAccept((listener) => samePlace(listener.getsockname(), link.address));
    if (accept === undefined) return;
    this.#backlog.splice(this.#backlog.indexOf(link), 1);
    await this.#world.keeper.completeAccept(accept, link);
  }

  async #answer(call: HeldCall): Promise<void> {
    if (call.kind === 'attachGroup' || this.exhaustions === 0) return call.go();
    this.exhaustions -= 1;
    const giveBack = await this.#world.rig.exhaustPorts();
    await call.go();
    await giveBack();
  }

  #isAccepting(address: Address): boolean {
    return this.#world.keeper.accepting().some((listener) => samePlace(listener.getsockname(), address));
  }
}

function samePlace(one: Address, other: Address): boolean {
  if (one.family === 'tcp') return other.family === 'tcp' && one.port === other.port;
  return other.family === 'array' && one.port === other.port && one.generation === other.generation;
}

function nameOf({ index, process }: HeldLink): string {
  return `connection ${index} of ${process === undefined ? 'a stranger' : `server ${process.index}`}`;
}
