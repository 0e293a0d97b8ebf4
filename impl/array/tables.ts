/** The memory of an array, opened: its configuration, its layout and every table. Making it, checking it, and taking back what an attachment held. */
import { type ArrayConfig, parseConfig } from './config.ts';
import { ConnectionTable } from './connections.ts';
import { ArrayError } from './errors.ts';
import { GroupTable } from './groups.ts';
import { HostTable, type Owner } from './hosts.ts';
import { CONFIG_AT, HEADER, LAYOUT_VERSION, type Layout, layoutOf, MAGIC, RING } from './layout.ts';
import type { Signal } from './memory/memory.ts';
import { SharedSignal } from './memory/shared-memory.ts';
import { Words } from './memory/words.ts';
import { PortTable } from './ports.ts';

/** The memory of an array. A plain object: it can be posted to a worker, which attaches to it. */
export interface ArrayMemory {
  readonly buffer: SharedArrayBuffer;
}

export interface Tables {
  readonly config: ArrayConfig;
  readonly layout: Layout;
  readonly words: Words;
  readonly signal: Signal;
  readonly hosts: HostTable;
  readonly ports: PortTable;
  readonly connections: ConnectionTable;
  readonly groups: GroupTable;
}

/** Makes the memory of a new array. */
export function createMemory(config: ArrayConfig): ArrayMemory {
  const json = new TextEncoder().encode(JSON.stringify(config));
  const layout = layoutOf(config, json.length);
  if (layout.byteLength > 2 ** 32 - 1) {
    throw new ArrayError(
      'configInvalid',
      `array: its groups and connections need ${layout.byteLength} bytes, expected less than 4 GiB`,
    );
  }
  const buffer = new SharedArrayBuffer(layout.byteLength);
  const words = new Words(buffer);
  words.bytes.set(json, CONFIG_AT);
  words.store(HEADER.CONFIG_LENGTH, json.length);
  words.store(HEADER.VERSION, LAYOUT_VERSION);
  words.store(HEADER.MAGIC, MAGIC);
  return { buffer };
}

/** Opens the memory of an array. Throws memoryInvalid. */
export function openMemory(memory: ArrayMemory): Tables {
  const buffer: unknown = memory?.buffer;
  if (!(buffer instanceof SharedArrayBuffer))
    throw new ArrayError('memoryInvalid', 'expected the memory that StorageArray.create gave');
  if (buffer.byteLength < CONFIG_AT || buffer.byteLength % 4 !== 0) {
    throw new ArrayError('memoryInvalid', `the memory is ${buffer.byteLength} bytes long, too short for an array`);
  }
  const words = new Words(buffer);
  const signal = new SharedSignal(buffer);
  const version = words.load(HEADER.VERSION);
  if (words.load(HEADER.MAGIC) !== MAGIC || version !== LAYOUT_VERSION) {
    throw new ArrayError('memoryInvalid', `this is not the memory of a storage array of layout version ${LAYOUT_VERSION}`);
  }
  const length = words.load(HEADER.CONFIG_LENGTH);
  if (CONFIG_AT + length > buffer.byteLength)
    throw new ArrayError('memoryInvalid', `a configuration of ${length} bytes does not fit`);
  const config = parseConfig(new TextDecoder().decode(words.bytes.slice(CONFIG_AT, CONFIG_AT + length)));
  const layout = layoutOf(config, length);
  if (layout.byteLength !== buffer.byteLength) {
    throw new ArrayError(
      'memoryInvalid',
      `the memory is ${buffer.byteLength} bytes long, its configuration needs ${layout.byteLength}`,
    );
  }
  const connections = new ConnectionTable(words, layout);
  return {
    config,
    layout,
    words,
    signal,
    hosts: new HostTable(words, signal, layout, config.attachments),
    ports: new PortTable(words, layout, config),
    connections,
    groups: new GroupTable(config, layout, connections),
  };
}

/** Takes back everything that an attachment holds, its slot last; whoever has to do with it is told. Under the lock. */
export function takeBack(tables: Tables, owner: Owner): void {
  const { connections, hosts, ports } = tables;
  ports.releaseAll(owner);
  for (const { record, side } of connections.endsOf(owner)) {
    connections.setEnd(record, side, 'aborted');
    hosts.ring(connections.holder(record, side === 0 ? 1 : 0).owner);
    wakeRings(tables, record);
  }
  hosts.release(owner);
  hosts.ring(owner);
}

/** Whether `owner`'s end of the pair of channels that was attached through `record` is still kept for it; then it is given up. Under the lock. */
export function dropReserved(tables: Tables, record: number, owner: Owner): void {
  const { connections, hosts } = tables;
  const channels = connections.link(record);
  if (channels === undefined) return;
  for (const channel of [channels, channels + 1]) {
    const holder = connections.holder(channel, 0);
    if (holder.state !== 'reserved' || holder.owner.id !== owner.id) continue;
    connections.setEnd(channel, 0, 'aborted');
    hosts.ring(connections.holder(channel, 1).owner);
  }
}

/** Wakes whoever waits on a flag word of the record's rings, on either side: the connection is not what it was. */
export function wakeRings({ layout, signal, words }: Tables, record: number): void {
  for (const { control } of layout.rings[record] ?? []) {
    for (const flag of [control + RING.READER_WAITS, control + RING.WRITER_WAITS]) {
      if (words.exchange(flag, 0) !== 0) signal.notify(flag);
    }
  }
}
