/**
 * The port table: dynamic ports from a range, and slots for well-known ports below it. A port has a new generation each time that it is taken, so
 * a number that somebody kept from before names nobody. All calls are made under the lock.
 */
import type { ArrayConfig } from './config.ts';
import { ArrayError } from './errors.ts';
import { freshNumber, type Owner } from './hosts.ts';
import { HEADER, type Layout, PORT } from './layout.ts';
import type { Words } from './memory/words.ts';

const FREE = 0;
const BOUND = 1;
const LISTENING = 2;

/** A port that was taken. `entry` is its place in the table. */
export interface Port {
  readonly entry: number;
  readonly number: number;
  readonly generation: number;
}

/** A port as a test of leaks sees it. */
export interface PortInfo {
  readonly port: number;
  readonly generation: number;
  readonly listening: boolean;
  readonly owner: Owner;
}

export class PortTable {
  readonly #words: Words;
  readonly #layout: Layout;
  readonly #first: number;
  readonly #last: number;
  readonly #dynamic: number;

  constructor(words: Words, layout: Layout, config: ArrayConfig) {
    this.#words = words;
    this.#layout = layout;
    this.#first = config.dynamicPorts.first;
    this.#last = config.dynamicPorts.last;
    this.#dynamic = this.#last - this.#first + 1;
  }

  /** Takes port `number`, 0 for a dynamic one. Throws portsExhausted, addressInUse, addressUnavailable. */
  take(number: number, owner: Owner): Port {
    if (number === 0) return this.#takeDynamic(owner);
    if (!Number.isSafeInteger(number) || number < 0 || number > this.#last) {
      throw new ArrayError('addressUnavailable', `bind: got port ${number}, expected 0 to ${this.#last}`);
    }
    const entry = number >= this.#first ? number - this.#first : this.#wellKnown(number);
    if (this.#load(entry, PORT.STATE) !== FREE) throw new ArrayError('addressInUse', `bind: port ${number} is taken`);
    return this.#fill(entry, number, owner);
  }

  /** Lets connections wait at the port. */
  listen(port: Port, backlog: number): void {
    this.#store(port.entry, PORT.BACKLOG, backlog);
    this.#store(port.entry, PORT.EXPECTED, 0);
    this.#store(port.entry, PORT.STATE, LISTENING);
  }

  /** Whether somebody waits in accept at the port: then one connection more than the backlog is welcome. */
  expect(port: Port, expected: boolean): void {
    this.#store(port.entry, PORT.EXPECTED, expected ? 1 : 0);
  }

  /** Who listens at port `number`, of that generation if one is given. Throws connectionRefused. */
  listener(number: number, generation: number | undefined): { port: Port; owner: Owner; capacity: number } {
    const entry = this.#find(number);
    const found = entry === undefined ? 0 : this.#load(entry, PORT.GENERATION);
    if (entry === undefined || this.#load(entry, PORT.STATE) !== LISTENING) {
      throw new ArrayError('connectionRefused', `connect: nobody listens at port ${number}`);
    }
    if (generation !== undefined && generation !== found) {
      throw new ArrayError('connectionRefused', `connect: port ${number} is of generation ${found} now, expected ${generation}`);
    }
    const capacity = this.#load(entry, PORT.BACKLOG) + this.#load(entry, PORT.EXPECTED);
    return { port: { entry, number, generation: found }, owner: this.#owner(entry), capacity };
  }

  /** Whether the port still is what `port` says. */
  holds(port: Port, owner: Owner): boolean {
    return (
      this.#load(port.entry, PORT.STATE) !== FREE &&
      this.#load(port.entry, PORT.GENERATION) === port.generation &&
      this.#load(port.entry, PORT.ID) === owner.id
    );
  }

  release(port: Port, owner: Owner): void {
    if (this.holds(port, owner)) this.#store(port.entry, PORT.STATE, FREE);
  }

  /** Takes back every port of an attachment. */
  releaseAll(owner: Owner): void {
    for (let entry = 0; entry < this.#layout.ports; entry += 1) {
      if (this.#load(entry, PORT.STATE) !== FREE && this.#load(entry, PORT.ID) === owner.id) this.#store(entry, PORT.STATE, FREE);
    }
  }

  all(): PortInfo[] {
    const ports: PortInfo[] = [];
    for (let entry = 0; entry < this.#layout.ports; entry += 1) {
      const state = this.#load(entry, PORT.STATE);
      if (state === FREE) continue;
      ports.push({
        port: this.#load(entry, PORT.NUMBER),
        generation: this.#load(entry, PORT.GENERATION),
        listening: state === LISTENING,
        owner: this.#owner(entry),
      });
    }
    return ports;
  }

  #takeDynamic(owner: Owner): Port {
    // From where the last search stopped: a port that was just freed is the last to be given out again.
    const cursor = this.#words.load(HEADER.PORT_CURSOR) % this.#dynamic;
    for (let step = 0; step < this.#dynamic; step += 1) {
      const entry = (cursor + step) % this.#dynamic;
      if (this.#load(entry, PORT.STATE) !== FREE) continue;
      this.#words.store(HEADER.PORT_CURSOR, (entry + 1) % this.#dynamic);
      return this.#fill(entry, this.#first + entry, owner);
    }
    throw new ArrayError('portsExhausted', `all ${this.#dynamic} dynamic ports from ${this.#first} to ${this.#last} are taken`);
  }

  #wellKnown(number: number): number {
    let free: number | undefined;
    for (let entry = this.#dynamic; entry < this.#layout.ports; entry += 1) {
      if (this.#load(entry, PORT.STATE) === FREE) free ??= entry;
      else if (this.#load(entry, PORT.NUMBER) === number) return entry;
    }
    if (free !== undefined) return free;
    throw new ArrayError(
      'portsExhausted',
      `bind: all ${this.#layout.ports - this.#dynamic} slots for well-known ports are taken`,
    );
  }

  #find(number: number): number | undefined {
    if (number >= this.#first && number <= this.#last) return number - this.#first;
    for (let entry = this.#dynamic; entry < this.#layout.ports; entry += 1) {
      if (this.#load(entry, PORT.STATE) !== FREE && this.#load(entry, PORT.NUMBER) === number) return entry;
    }
    return undefined;
  }

  #fill(entry: number, number: number, owner: Owner): Port {
    const generation = freshNumber(this.#words, HEADER.GENERATION);
    this.#store(entry, PORT.NUMBER, number);
    this.#store(entry, PORT.GENERATION, generation);
    this.#store(entry, PORT.SLOT, owner.slot);
    this.#store(entry, PORT.ID, owner.id);
    this.#store(entry, PORT.STATE, BOUND);
    return { entry, number, generation };
  }

  #owner(entry: number): Owner {
    return { slot: this.#load(entry, PORT.SLOT), id: this.#load(entry, PORT.ID) };
  }

  #load(entry: number, field: number): number {
    return this.#words.load(this.#layout.portsAt + entry * PORT.WORDS + field);
  }

  #store(entry: number, field: number, value: number): void {
    this.#words.store(this.#layout.portsAt + entry * PORT.WORDS + field, value);
  }
}
