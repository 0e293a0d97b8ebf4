/**
 * The storage array emulator (14): shared memory with ports, connections and STG groups that the threads which are attached share.
 * What may live here: one attachment and what it does under the lock. What the tables look like is in the other files of the folder.
 */
import { ArrayConnection, type EndHost } from './array-connection.ts';
import { attend } from './attendance.ts';
import { RingConsumer, RingProducer } from './byte-ring.ts';
import { type ArrayClock, arrayClock, Hold } from './clock.ts';
import { type ArrayOptions, parseAttachOptions, parseOptions } from './config.ts';
import type { EndHolder, EndName, EndState, Side } from './connections.ts';
import { ArrayError } from './errors.ts';
import { findGroup, takeGroup } from './group-channels.ts';
import type { Owner } from './hosts.ts';
import { type ArrayInfo, inspect } from './inspect.ts';
import { Membership } from './membership.ts';
import { byteLengthOf, createArrayFile, createMemory, openMemory } from './opening.ts';
import type { Port } from './ports.ts';
import { type ArrayFile, type ArrayMemory, dropReserved, type Tables, wakeRings } from './tables.ts';
import type { Spin } from './waiting.ts';

/** How a process (or thread) attaches. Times in milliseconds. */
export interface AttachOptions {
  /** The host's name, as the groups' lists spell it. Several attachments may have one host's name. */
  readonly host: string;
  readonly clock?: ArrayClock;
  /** How often the heartbeat is written. Default 1,000. */
  readonly heartbeatInterval?: number;
  /**
   * A heartbeat older than this means that its host was stopped, or, between threads of one process, that its thread is gone: what it held is taken
   * back. Default 5,000. Of a process that has ended, the others find out within two intervals.
   */
  readonly staleAfter?: number;
  /** The same for a process that is there and runs, but whose thread has not turned its event loop for so long. Default 60,000. */
  readonly blockedAfter?: number;
  /** How long bytes to a peer that has closed are thrown away before writing fails with reset. Default 2,000. */
  readonly lingerTimeout?: number;
  /**
   * How often this thread looks for what the peer may do at any moment before it sleeps: `adaptive` (the default: as long as looking has been
   * worth it), or a number, 0 for never.
   */
  readonly spin?: Spin;
}

/** A port of this attachment; `arrived` is called when a connection may be waiting. */
export interface HeldPort extends Port {
  arrived?: () => void;
}

/**
 * One attachment to a storage array.
 * @example
 * const memory = StorageArray.create({ name: 'sym0', groups: [{ name: 'STG0', size: 4 << 20, hosts: ['backup', 'database'] }] });
 * const array = StorageArray.attach(memory, { host: 'backup' }); // memory can be posted to a worker, which attaches as another host
 * array.close();
 */
export class StorageArray {
  /** The array's name. */
  readonly name: string;
  /** The host that this attachment is of. */
  readonly host: string;
  readonly #tables: Tables;
  readonly #member: Membership;
  readonly #owner: Owner;
  readonly #clock: ArrayClock;
  readonly #ends = new Set<ArrayConnection>();
  readonly #ports = new Set<HeldPort>();
  /** When the last thing is let go, the wait for the bell ends too. */
  readonly #hold = new Hold(() => this.#tables.hosts.ring(this.#owner));
  readonly #endHost: EndHost;

  private constructor(tables: Tables, options: AttachOptions) {
    const parsed = parseAttachOptions(options);
    this.name = tables.config.name;
    this.host = parsed.host;
    this.#tables = tables;
    this.#clock = options.clock ?? arrayClock;
    this.#member = new Membership(tables, parsed.host, this.#clock, parsed, {
      lost: (why) => this.#lose(why),
      lookForSilent: (silent) => this.#loseSilentPeers(silent),
    });
    this.#owner = this.#member.owner;
    this.#endHost = {
      holds: (end) => tables.connections.holds(end, this.#owner),
      peerState: (end) => tables.connections.endState(end.record, other(end.side)),
      ringPeer: (end) => this.#ringPeer(end),
      leave: (connection, how) => this.#leave(connection, how),
      now: () => this.#clock.now(),
      lingerTimeout: parsed.lingerTimeout,
      signal: tables.signal,
      beat: () => this.beat(),
      heartbeatInterval: parsed.heartbeatInterval,
      hold: () => {
        this.#hold.take();
        return () => this.#hold.release();
      },
    };
    void attend(tables.hosts, this.#owner, parsed.spin, {
      stands: () => this.#member.check(),
      look: () => this.#look(),
      idle: () => this.#hold.untilTaken(),
    });
  }

  /** Makes an array. Throws ArrayError configInvalid with the key, its value and what was expected. */
  static create(options: ArrayOptions): ArrayMemory {
    return createMemory(parseOptions(options));
  }

  /** How many bytes the memory of an array has. Throws ArrayError configInvalid. */
  static byteLength(options: ArrayOptions): number {
    return byteLengthOf(parseOptions(options));
  }

  /**
   * Makes an array in a file, in /dev/shm or on a disk, that several processes can attach to: only its owner may use it, and it must not be there yet.
   * All of its bytes are written. Throws ArrayError configInvalid, fileFailed.
   */
  static createFile(file: string, options: ArrayOptions): ArrayFile {
    return createArrayFile(file, parseOptions(options));
  }

  /**
   * Attaches this thread to an array. A file needs Linux and the optional package koffi; while something of the attachment is open it takes one thread of
   * libuv's pool. Throws ArrayError memoryInvalid, configInvalid, hostsExhausted, fileFailed, mappingUnavailable.
   */
  static attach(memory: ArrayMemory | ArrayFile, options: AttachOptions): StorageArray {
    return new StorageArray(openMemory(memory), options);
  }

  /** Whether this attachment still stands: neither closed nor taken back by others. */
  get attached(): boolean {
    return this.#member.stands;
  }

  /** Detaches: ports, connections and segments are free again, peers that were connected see a reset. Any number of times. */
  close(): void {
    this.#member.close();
    this.#hold.end();
  }

  /** Detaches, as close does. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What there is in the array now. */
  info(): ArrayInfo {
    return this.#tables.lock.run(() => inspect(this.#tables, this.#clock.now()));
  }

  /** Takes back what attachments with a stale heartbeat held; gives the names of their hosts. Also done by attach, connect, accept and every heartbeat. */
  reap(): string[] {
    return this.#tables.lock.run(() => this.#member.reap());
  }

  /**
   * Writes the heartbeat and takes back what others with a stale one held. It beats by itself while the event loop turns; a thread that computes for
   * longer than `staleAfter` without a turn calls this now and then.
   */
  beat(): void {
    this.#member.beat();
  }

  /**
   * Takes a port, 0 for a dynamic one (step 164). Throws portsExhausted, addressInUse, addressUnavailable, detached.
   * @internal
   */
  bindPort(number: number): HeldPort {
    const port: HeldPort = { ...this.#member.locked('bind', () => this.#tables.ports.take(number, this.#owner)) };
    this.#ports.add(port);
    this.#hold.take();
    return port;
  }

  /**
   * Lets connections wait at the port (step 166). Throws detached.
   * @internal
   */
  listenPort(port: HeldPort, backlog: number, arrived: () => void): void {
    this.#member.locked('listen', () => this.#tables.ports.listen(port, backlog));
    port.arrived = arrived;
  }

  /**
   * The connection that has waited longest at the port (step 198); undefined: none, and the next one is expected. Throws detached.
   * @internal
   */
  nextConnection(port: HeldPort): ArrayConnection | undefined {
    const { config, connections, ports } = this.#tables;
    return this.#member.locked('accept', () => {
      this.#member.reap();
      for (const record of connections.waiting(port.entry, config.connections)) {
        const from = connections.holder(record, 0);
        if (from.state === 'aborted') {
          connections.setEnd(record, 1, 'aborted');
          continue;
        }
        connections.establish(record);
        ports.expect(port, false);
        return this.#open({ record, generation: connections.generation(record), side: 1 }, port.generation);
      }
      ports.expect(port, true);
      return undefined;
    });
  }

  /**
   * Gives a port back; connections that wait there see a reset.
   * @internal
   */
  releasePort(port: HeldPort): void {
    if (!this.#ports.delete(port)) return;
    this.#hold.release();
    const { config, connections, hosts, ports } = this.#tables;
    this.#member.eventually(() => {
      if (!ports.holds(port, this.#owner)) return;
      ports.release(port, this.#owner);
      for (const record of connections.waiting(port.entry, config.connections)) {
        connections.setEnd(record, 1, 'aborted');
        hosts.ring(connections.holder(record, 0).owner);
      }
    });
  }

  /**
   * Connects to a port, of that generation if one is given (step 234). Throws connectionRefused, backlogFull, noBuffers, detached.
   * @internal
   */
  connect(number: number, generation: number | undefined, localPort: number): ArrayConnection {
    const { config, connections, hosts, ports } = this.#tables;
    return this.#member.locked('connect', () => {
      this.#member.reap();
      const { port, owner, capacity } = ports.listener(number, generation);
      const waiting = connections.waiting(port.entry, config.connections).length;
      if (waiting >= capacity) {
        throw new ArrayError(
          'backlogFull',
          `connect: ${waiting} connections wait at port ${number} already, expected fewer than ${capacity}`,
        );
      }
      const record = connections.takeable(config.connections);
      const ends: [EndHolder, EndHolder] = [
        { owner: this.#owner, port: localPort, state: 'open' },
        { owner, port: number, state: 'open' },
      ];
      const name: EndName = { record, generation: connections.take(record, ends, port.entry), side: 0 };
      hosts.ring(owner);
      return this.#open(name, port.generation);
    });
  }

  /**
   * Attaches a group for a connection; the accepting end first. Throws groupUnknown, groupRefused, groupFull, reset, notConnected, detached.
   * @internal
   */
  attachGroup(connection: ArrayConnection, group: string): { data: ArrayConnection; error: ArrayConnection } {
    const { connections } = this.#tables;
    const { record, side } = connection.name;
    return this.#member.locked('attachGroup', () => {
      if (!connections.holds(connection.name, this.#owner))
        throw new ArrayError('notConnected', 'attachGroup: the connection does not stand any more');
      const tables = this.#tables;
      const first =
        side === 1 ? takeGroup(tables, this.host, record, group) : findGroup(tables, this.host, this.#owner, record, group);
      const open = (channel: number) =>
        this.#open({ record: channel, generation: connections.generation(channel), side }, connection.portGeneration);
      return { data: open(first), error: open(first + 1) };
    });
  }

  #open(name: EndName, portGeneration: number): ArrayConnection {
    const { connections, layout, words } = this.#tables;
    const rings = layout.rings[name.record];
    if (!rings) throw new ArrayError('memoryInvalid', `record ${name.record} is not one of the ${layout.records} of this array`);
    const [outgoing, incoming] = name.side === 0 ? rings : [rings[1], rings[0]];
    const connection = new ArrayConnection(
      this.#endHost,
      name,
      { producer: new RingProducer(words, outgoing), consumer: new RingConsumer(words, incoming) },
      {
        local: connections.holder(name.record, name.side).port,
        peer: connections.holder(name.record, other(name.side)).port,
        generation: portGeneration,
      },
    );
    this.#ends.add(connection);
    this.#hold.take();
    return connection;
  }

  #leave(connection: ArrayConnection, how: EndState): void {
    if (!this.#ends.delete(connection)) return;
    this.#hold.release();
    const { connections } = this.#tables;
    const { record, side } = connection.name;
    this.#member.eventually(() => {
      if (!connections.holds(connection.name, this.#owner)) return;
      if (side === 0) dropReserved(this.#tables, record, this.#owner);
      this.#ringPeer(connection.name);
      connections.setEnd(record, side, how);
      wakeRings(this.#tables, record);
    });
    this.#ringPeer(connection.name);
  }

  #ringPeer(end: EndName): void {
    const { connections, hosts } = this.#tables;
    hosts.ring(connections.holder(end.record, other(end.side)).owner);
  }

  /** Nobody can take back what a host held that was stopped in the critical section itself; its peers know all the same. */
  #loseSilentPeers(silent: (owner: Owner) => boolean): void {
    const { connections } = this.#tables;
    for (const end of [...this.#ends]) {
      const { record, side } = end.name;
      if (!silent(connections.holder(record, other(side)).owner)) continue;
      end.abort();
      end.tell(new ArrayError('reset', 'the host of the peer gives no sign of life'));
    }
  }

  /** Somebody has rung: whoever waits for something looks whether it has come. */
  #look(): void {
    for (const end of [...this.#ends]) end.poll();
    for (const port of [...this.#ports]) port.arrived?.();
  }

  #lose(why: string): void {
    const error = new ArrayError('reset', why);
    for (const end of [...this.#ends]) {
      this.#ends.delete(end);
      this.#hold.release();
      end.lose(error);
    }
    for (const port of [...this.#ports]) {
      this.#ports.delete(port);
      this.#hold.release();
      port.arrived?.();
    }
  }
}

const other = (side: Side): Side => (side === 0 ? 1 : 0);
