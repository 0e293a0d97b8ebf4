/** Two rings in memory of their own, without an array: what two threads share that need no ports, hosts and groups. */
import { clearRing, RingConsumer, RingPoisoned, RingProducer, WAKE } from './byte-ring.ts';
import { Hold } from './clock.ts';
import { DirectChannel, type DirectLink, type DirectOptions } from './direct-channel.ts';
import { ArrayError } from './errors.ts';
import { DATA_OFFSET, PAGE_BYTES, RING, type RingPlace } from './layout.ts';
import { SharedSignal } from './memory/shared-memory.ts';
import { Words } from './memory/words.ts';

/** What the two ends share: a plain object that can be posted to a worker. */
export interface RingMemory {
  readonly buffer: SharedArrayBuffer;
  readonly capacity: number;
}

const OPEN = 0;
const CLOSED = 1;
const ABORTED = 2;
const SLICE = 1_000;

const places = (capacity: number): readonly [RingPlace, RingPlace] => [
  { control: 0, data: PAGE_BYTES + DATA_OFFSET, capacity },
  { control: RING.WORDS, data: PAGE_BYTES + DATA_OFFSET + capacity, capacity },
];

/** Makes the memory of two rings of `capacity` bytes each, a power of two from 64 bytes to 256 MiB. Throws RangeError. */
export function createRing(capacity: number): RingMemory {
  if (!(Number.isInteger(Math.log2(capacity)) && capacity >= 64 && capacity <= 2 ** 28)) {
    throw new RangeError(`got a capacity of ${capacity}, expected a power of two from 64 to ${2 ** 28}`);
  }
  return { buffer: new SharedArrayBuffer(PAGE_BYTES + DATA_OFFSET + 2 * capacity), capacity };
}

/**
 * Opens one end, 0 or 1; each end is opened once. Throws ArrayError memoryInvalid.
 * @example
 * const memory = createRing(1 << 20);
 * new Worker(file, { workerData: memory }); // there: openRing(workerData, 1)
 * const channel = openRing(memory, 0);
 * channel.write(bytes);
 */
export function openRing(memory: RingMemory, end: 0 | 1, options: DirectOptions = {}): DirectChannel {
  const { buffer, capacity } = memory;
  if (!(buffer instanceof SharedArrayBuffer) || buffer.byteLength !== PAGE_BYTES + DATA_OFFSET + 2 * capacity) {
    throw new ArrayError('memoryInvalid', `expected the memory of two rings of ${capacity} bytes, as createRing gave it`);
  }
  const words = new Words(buffer);
  const [out, back] = end === 0 ? places(capacity) : [...places(capacity)].reverse();
  if (!out || !back) throw new ArrayError('memoryInvalid', `got end ${String(end)}, expected 0 or 1`);
  const link = new RingLink(words, new SharedSignal(buffer), out, back);
  return new DirectChannel(new RingProducer(words, out), new RingConsumer(words, back), link, options);
}

/** Puts both rings at `start`, for tests of what happens near the limits. */
export function startRingAt({ buffer, capacity }: RingMemory, start: number): void {
  for (const place of places(capacity)) clearRing(new Words(buffer), place, start);
}

/** Each end says in the ring that it writes whether it is still there: ended and then STOPPED, which is the other's word for a reader that left. */
class RingLink implements DirectLink {
  readonly slice = SLICE;
  readonly signal: SharedSignal;
  readonly #words: Words;
  readonly #mine: number;
  readonly #theirs: number;
  readonly #hold = new Hold();
  #gone: Error | undefined;

  constructor(words: Words, signal: SharedSignal, out: RingPlace, back: RingPlace) {
    this.#words = words;
    this.signal = signal;
    this.#mine = back.control;
    this.#theirs = out.control;
  }

  check(): 'open' | 'closed' {
    if (this.#gone) throw this.#gone;
    const peer = this.#words.loadSigned(this.#theirs + RING.STOPPED);
    if (peer === OPEN) return 'open';
    if (peer === CLOSED) return 'closed';
    throw new ArrayError('reset', 'the peer aborted');
  }

  broken(error: unknown): Error {
    const reset =
      error instanceof RingPoisoned
        ? new ArrayError('reset', `the shared memory is spoilt: ${error.message}`, { cause: error })
        : error;
    const why = reset instanceof Error ? reset : new Error(String(reset));
    this.#leave(ABORTED, why);
    return why;
  }

  wake(how: number, word: number): void {
    if (how !== WAKE.NOT) this.signal.notify(word);
  }

  beat(): void {}

  hold(): () => void {
    this.#hold.take();
    return () => this.#hold.release();
  }

  close(): void {
    this.#leave(CLOSED, new ArrayError('reset', 'this end was closed'));
  }

  abort(): void {
    this.#leave(ABORTED, new ArrayError('reset', 'this end was aborted'));
  }

  #leave(how: number, why: Error): void {
    if (this.#gone) return;
    this.#gone = why;
    this.#words.store(this.#mine + RING.STOPPED, how);
    for (const ring of [this.#mine, this.#theirs]) {
      for (const flag of [ring + RING.READER_WAITS, ring + RING.WRITER_WAITS]) {
        if (this.#words.exchange(flag, WAKE.NOT) !== WAKE.NOT) this.signal.notify(flag);
      }
    }
  }
}
