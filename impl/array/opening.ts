/** The memory of an array: making it, and opening it with every check before anything in it is believed. */
import { randomInt } from 'node:crypto';
import { type ArrayConfig, parseConfig } from './config.ts';
import { ConnectionTable } from './connections.ts';
import { crc32c } from './crc32c.ts';
import { ArrayError } from './errors.ts';
import { GroupTable } from './groups.ts';
import { HostTable } from './hosts.ts';
import {
  ATTACHMENT,
  CONFIG_AT,
  DATA_OFFSET,
  END,
  HEADER,
  LAYOUT_VERSION,
  type Layout,
  LOCK,
  layoutOf,
  MAGIC,
  PORT,
  RECORD,
  RING,
} from './layout.ts';
import { anonymous, identify, probeFrom } from './liveness.ts';
import { Lock, type LockHolder } from './lock.ts';
import { createFile, FileRefused, mapFile } from './memory/mapped-memory.ts';
import type { Signal } from './memory/memory.ts';
import { NativeUnavailable } from './memory/native.ts';
import { SharedSignal } from './memory/shared-memory.ts';
import { Words } from './memory/words.ts';
import { PortTable } from './ports.ts';
import type { ArrayFile, ArrayMemory, Tables } from './tables.ts';

/** Longest configuration, in bytes of JSON. */
const MAX_CONFIG = 1 << 20;

/** Makes the memory of a new array. Throws configInvalid. */
export function createMemory(config: ArrayConfig): ArrayMemory {
  const image = imageOf(config);
  const buffer = new SharedArrayBuffer(image.byteLength);
  const bytes = new Uint8Array(buffer);
  for (const { at, part } of image.parts) bytes.set(part, at);
  return { buffer };
}

/** Makes the file of a new array, which must not be there yet. Throws configInvalid, fileFailed. */
export function createArrayFile(path: string, config: ArrayConfig): ArrayFile {
  const image = imageOf(config);
  try {
    createFile(path, image.byteLength, (write) => {
      for (const { at, part } of image.parts) write(part, at);
    });
  } catch (error) {
    throw new ArrayError('fileFailed', `the array could not be made: ${messageOf(error)}`, { cause: error });
  }
  return { file: path };
}

/** How many bytes the memory of an array has. Throws configInvalid. */
export function byteLengthOf(config: ArrayConfig): number {
  return imageOf(config).byteLength;
}

/** What stands in the memory of a new array: the parts in the order in which they are to be written, the magic number last. */
function imageOf(config: ArrayConfig): { byteLength: number; parts: { at: number; part: Uint8Array }[] } {
  const json = new TextEncoder().encode(JSON.stringify(config));
  const { byteLength } = layoutOf(config, json.length);
  if (byteLength > 2 ** 32 - 1) {
    throw new ArrayError('configInvalid', `array: its groups and connections need ${byteLength} bytes, expected less than 4 GiB`);
  }
  const word = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);
  const parts = [
    { at: CONFIG_AT, part: json },
    { at: HEADER.CONFIG_LENGTH * 4, part: word(json.length) },
    { at: HEADER.LAYOUT_HASH * 4, part: word(layoutHash(json)) },
    { at: HEADER.VERSION * 4, part: word(LAYOUT_VERSION) },
    { at: HEADER.MAGIC * 4, part: word(MAGIC) },
  ];
  return { byteLength, parts };
}

/** What this process checks itself against: the configuration, and how this version lays out what follows from it. */
function layoutHash(json: Uint8Array): number {
  const sizes = JSON.stringify([HEADER, ATTACHMENT, LOCK, PORT, RECORD, END, RING, DATA_OFFSET]);
  return crc32c(Buffer.concat([new TextEncoder().encode(sizes), json]));
}

/** Reads configuration and layout from the first bytes of a memory, before anything else is believed. Throws memoryInvalid. */
function readHead(head: Uint8Array): { config: ArrayConfig; layout: Layout } {
  const invalid = (why: string) => new ArrayError('memoryInvalid', why);
  if (head.length < CONFIG_AT) throw invalid(`the memory is ${head.length} bytes long, too short for an array`);
  const words = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const word = (index: number) => words.getUint32(index * 4, true);
  if (word(HEADER.MAGIC) !== MAGIC || word(HEADER.VERSION) !== LAYOUT_VERSION) {
    throw invalid(`this is not the memory of a storage array of layout version ${LAYOUT_VERSION}`);
  }
  const length = word(HEADER.CONFIG_LENGTH);
  if (length > MAX_CONFIG || CONFIG_AT + length > head.length) throw invalid(`a configuration of ${length} bytes does not fit`);
  const json = head.slice(CONFIG_AT, CONFIG_AT + length);
  const config = parseConfig(new TextDecoder().decode(json));
  if (word(HEADER.LAYOUT_HASH) !== layoutHash(json)) {
    throw invalid(
      'the hash of its layout is another one: the memory was made by another version, or its configuration was changed',
    );
  }
  return { config, layout: layoutOf(config, length) };
}

/** Opens the memory of an array. Throws memoryInvalid, fileFailed, mappingUnavailable. */
export function openMemory(memory: ArrayMemory | ArrayFile): Tables {
  if (typeof memory === 'object' && memory !== null && 'file' in memory) return openFile(memory.file);
  const buffer: unknown = memory?.buffer;
  if (!(buffer instanceof SharedArrayBuffer))
    throw new ArrayError('memoryInvalid', 'expected the memory that StorageArray.create gave');
  const head = new Uint8Array(buffer.slice(0, Math.min(buffer.byteLength, CONFIG_AT + MAX_CONFIG)));
  const { config, layout } = readHead(head);
  if (layout.byteLength !== buffer.byteLength) {
    throw new ArrayError(
      'memoryInvalid',
      `the memory is ${buffer.byteLength} bytes long, its configuration needs ${layout.byteLength}`,
    );
  }
  const me = { token: randomInt(1, 2 ** 22), identity: anonymous, probe: probeFrom(anonymous) };
  return tablesOf(config, layout, new Words(buffer), new SharedSignal(buffer), me);
}

function openFile(path: string): Tables {
  try {
    let found: ReturnType<typeof readHead> | undefined;
    const mapped = mapFile(path, CONFIG_AT + MAX_CONFIG, (head) => {
      found = readHead(head);
      return found.layout.byteLength;
    });
    if (!found) throw new ArrayError('memoryInvalid', `${path} was not looked at`);
    const identity = identify(mapped.thread);
    const me = { token: mapped.thread, identity, probe: probeFrom(identity) };
    return tablesOf(found.config, found.layout, new Words(mapped.buffer), mapped.signal, me);
  } catch (error) {
    if (error instanceof ArrayError) throw error;
    if (error instanceof NativeUnavailable) throw new ArrayError('mappingUnavailable', error.message, { cause: error });
    if (error instanceof FileRefused) throw new ArrayError('memoryInvalid', error.message, { cause: error });
    throw new ArrayError('fileFailed', `the array could not be opened: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tablesOf(config: ArrayConfig, layout: Layout, words: Words, signal: Signal, me: LockHolder): Tables {
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
    lock: new Lock(words, signal, HEADER.LOCK, me),
    me,
  };
}
