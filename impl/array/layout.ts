/**
 * Every offset of the array's memory. Only numbers here: what they mean is in the file that is named.
 *
 * ```text
 * byte 0                                                                                     end
 * +--------+----------+-------------+----------+-------------------------+-------------+------------------+
 * | header | config   | attachments | ports    | connection records      | rings of    | segments of the  |
 * | 256 B  | JSON     | 384 B each  | 64 B     | 576 B each              | connections | STG groups       |
 * +--------+----------+-------------+----------+-------------------------+-------------+------------------+
 *                       hosts.ts      ports.ts   connections.ts            byte-ring.ts  groups.ts
 *
 * header, in 64 B lines:  0 magic, version, config length, layout hash | 1 lock (lock.ts) | 2 counters | 3 spare
 *
 * connection record:      0 state, generation, two ends | 1-4 ring 0 | 5-8 ring 1      (ring 0 carries bytes from end 0 to end 1)
 * ring control:           1 head, ended, times that head ran over (producer) | 2 tail, stopped (consumer) | 3 reader waits | 4 writer waits
 *
 * records [0, connections) have their two rings in the connection area, ringSize bytes each;
 * then each group has two records (data, error) for each session that fits into it: session k has segments 4k to 4k+3,
 * one for each ring, in the order data 0, data 1, error 0, error 1.
 * ```
 *
 * Where a ring is and how long it is follow from the configuration alone. Nobody reads an offset or a size out of a record, so
 * nobody who spoils a record can make another host read or write outside of its ring.
 */
import { type ArrayConfig, SEGMENTS_PER_SESSION } from './config.ts';

/** Bytes of a page of memory. */
export const PAGE_BYTES = 4_096;
/**
 * Where in a page rings begin. Long buffers of the allocator begin 16 bytes into a page: a copy whose target is a few bytes ahead of its source modulo
 * the page is ten times slower (loads wait for stores that only look as if they were to the same place), so rings keep away from there.
 */
export const DATA_OFFSET = PAGE_BYTES / 2;

/** Words in a cache line: words that different sides write are kept on lines of their own. */
export const LINE = 16;

export const MAGIC = 0x5354_5041;
export const LAYOUT_VERSION = 3;

export const HEADER = {
  MAGIC: 0,
  VERSION: 1,
  CONFIG_LENGTH: 2,
  /** Of the configuration and of every size here: a file of another layout is refused, also one with another configuration of the same size. */
  LAYOUT_HASH: 3,
  LOCK: LINE,
  GENERATION: 2 * LINE,
  ATTACHMENT: 2 * LINE + 1,
  SEQUENCE: 2 * LINE + 2,
  PORT_CURSOR: 2 * LINE + 3,
} as const;
export const CONFIG_AT = 256;

/** An attachment: who it is (liveness.ts), its bell on a line of its own, then the host's name. */
export const ATTACHMENT = {
  ID: 0,
  HEARTBEAT: 1,
  NAME_LENGTH: 2,
  STANDING: 3,
  PROCESS: 4,
  THREAD: 5,
  START: 6,
  BOOT: 7,
  SPACE: 8,
  NONCE: 9,
  BELL: LINE,
  NAME: 2 * LINE,
  WORDS: 6 * LINE,
} as const;
/** The lock: the holding, and behind it a copy with the holder's start, for those who ask whether the holder is still there. */
export const LOCK = { HOLDING: 0, COPY: 1, START: 2, BOOT: 3, SPACE: 4 } as const;
export const PORT = { STATE: 0, NUMBER: 1, GENERATION: 2, SLOT: 3, ID: 4, BACKLOG: 5, EXPECTED: 6, WORDS: LINE } as const;
export const RING = {
  HEAD: 0,
  ENDED: 1,
  WRAPS: 2,
  TAIL: LINE,
  STOPPED: LINE + 1,
  READER_WAITS: 2 * LINE,
  WRITER_WAITS: 3 * LINE,
  WORDS: 4 * LINE,
} as const;
export const RECORD = {
  STATE: 0,
  GENERATION: 1,
  SEQUENCE: 2,
  LISTENER: 3,
  LINK: 4,
  ENDS: 6,
  RING: LINE,
  WORDS: LINE + 2 * RING.WORDS,
} as const;
/** One of the two ends in a record. */
export const END = { STATE: 0, SLOT: 1, ID: 2, PORT: 3, WORDS: 4 } as const;

/** Where one ring is: its control words (a word index) and its bytes. `capacity` is a power of two. */
export interface RingPlace {
  readonly control: number;
  readonly data: number;
  readonly capacity: number;
}

/** Where a group's records begin and how many sessions fit. */
export interface GroupPlace {
  readonly firstRecord: number;
  readonly sessions: number;
}

/** Where everything is; `…At` are word indexes. */
export interface Layout {
  readonly byteLength: number;
  readonly attachmentsAt: number;
  readonly portsAt: number;
  readonly ports: number;
  readonly recordsAt: number;
  readonly records: number;
  readonly groups: readonly GroupPlace[];
  /** The two rings of each record. */
  readonly rings: readonly (readonly [RingPlace, RingPlace])[];
}

const WORD = 4;
const LINE_BYTES = LINE * WORD;
const align = (bytes: number, to: number) => Math.ceil(bytes / to) * to;

/** Computes the layout of an array from its configuration, and of a configuration of `configLength` bytes. */
export function layoutOf(config: ArrayConfig, configLength: number): Layout {
  const attachmentsAt = align(CONFIG_AT + configLength, LINE_BYTES) / WORD;
  const portsAt = attachmentsAt + config.attachments * ATTACHMENT.WORDS;
  const ports = config.dynamicPorts.last - config.dynamicPorts.first + 1 + config.wellKnownPorts;
  const recordsAt = portsAt + ports * PORT.WORDS;
  const groups: GroupPlace[] = [];
  let records = config.connections;
  for (const group of config.groups) {
    const sessions = Math.floor(group.segments / SEGMENTS_PER_SESSION);
    groups.push({ firstRecord: records, sessions });
    records += sessions * 2;
  }
  let at = align((recordsAt + records * RECORD.WORDS) * WORD, PAGE_BYTES) + DATA_OFFSET;
  const rings: [RingPlace, RingPlace][] = [];
  const add = (capacity: number) => {
    const control = recordsAt + rings.length * RECORD.WORDS + RECORD.RING;
    rings.push([
      { control, data: at, capacity },
      { control: control + RING.WORDS, data: at + capacity, capacity },
    ]);
    at += 2 * capacity;
  };
  for (let each = 0; each < config.connections; each += 1) add(config.ringSize);
  at = align(at, PAGE_BYTES) + DATA_OFFSET;
  config.groups.forEach((group, index) => {
    for (let each = 0; each < (groups[index]?.sessions ?? 0) * 2; each += 1) add(group.segmentSize);
  });
  return { byteLength: align(at, PAGE_BYTES), attachmentsAt, portsAt, ports, recordsAt, records, groups, rings };
}
