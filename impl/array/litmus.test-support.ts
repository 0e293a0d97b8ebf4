/**
 * Two actors on one ring, over and over, each in a thread or a process of its own: what they saw together is an outcome, and each outcome is acceptable or
 * forbidden. As many rings lie side by side as there are rounds, so the actors need not wait for one another between two of them.
 */
import { clearRing, RingConsumer, RingProducer, WAKE } from './byte-ring.ts';
import { LINE, RING, type RingPlace } from './layout.ts';
import type { Words } from './memory/words.ts';

const CAPACITY = 64;
const STRIDE_WORDS = RING.WORDS + CAPACITY / 4 + LINE;
/** Behind each ring: what either actor saw. Before all of them: a gate on which both start together. */
const SEEN_AT = RING.WORDS + CAPACITY / 4;
const GATE = 0;
const ARENA_AT = LINE;

/** How many rounds one arena holds. */
export const ROUNDS = 2_000;
export const ARENA_BYTES = (ARENA_AT + ROUNDS * STRIDE_WORDS) * 4;

/** One question: what two actors do at the same time, and which outcomes there may be. */
export interface Litmus {
  readonly name: string;
  /** Before both: whatever the ring holds already. */
  prepare?(producer: RingProducer, consumer: RingConsumer): void;
  readonly writer: (producer: RingProducer) => number;
  readonly reader: (consumer: RingConsumer) => number;
  /** `writer reader`, and why it is right. What is not here is forbidden. */
  readonly acceptable: Readonly<Record<string, string>>;
}

const ASLEEP = 1;
const full = (producer: RingProducer) => void producer.write(new Uint8Array(CAPACITY).fill(9));

export const litmusTests: readonly Litmus[] = [
  {
    name: 'bytes that are published are all there',
    writer: (producer) => producer.write(Uint8Array.of(1, 2, 3)),
    reader: (consumer) => [...(consumer.read(9) ?? [])].reduce((sum, byte) => sum * 10 + byte, 0),
    acceptable: { '3 0': 'looked before', '3 123': 'looked after' },
  },
  {
    name: 'an end is behind the last byte',
    writer(producer) {
      const count = producer.write(Uint8Array.of(7));
      producer.end();
      return count;
    },
    reader(consumer) {
      const first = consumer.read(9);
      return first === null ? -1 : (first?.[0] ?? 0);
    },
    acceptable: { '1 0': 'looked before', '1 7': 'looked after' },
  },
  {
    name: 'a reader that falls asleep is woken',
    writer(producer) {
      producer.write(Uint8Array.of(7));
      return producer.readerWaits();
    },
    reader: (consumer) => (consumer.wait(WAKE.FLAG) ? ASLEEP : 0),
    acceptable: {
      '0 0': 'saw the byte, before or behind its flag',
      [`${WAKE.FLAG} 0`]: 'saw the byte although it is woken',
      [`${WAKE.FLAG} ${ASLEEP}`]: 'sleeps and is woken',
    },
  },
  {
    name: 'a writer that falls asleep is woken',
    prepare: full,
    writer: (producer) => (producer.wait(WAKE.FLAG) ? ASLEEP : 0),
    reader(consumer) {
      consumer.read(CAPACITY);
      return consumer.writerWaits();
    },
    acceptable: {
      '0 0': 'saw the room, before or behind its flag',
      [`0 ${WAKE.FLAG}`]: 'saw the room although it is woken',
      [`${ASLEEP} ${WAKE.FLAG}`]: 'sleeps and is woken',
    },
  },
  {
    name: 'a place is written again only when it was read',
    prepare: full,
    writer: (producer) => producer.write(Uint8Array.of(1)),
    reader: (consumer) => consumer.read(1)?.[0] ?? 0,
    acceptable: { '0 9': 'was full', '1 9': 'wrote behind the reader' },
  },
];

const placeOf = (round: number): RingPlace => {
  const control = ARENA_AT + round * STRIDE_WORDS;
  return { control, data: (control + RING.WORDS) * 4, capacity: CAPACITY };
};

/** Makes every ring of the arena fresh, shortly before its positions run over. */
export function prepareArena(words: Words, litmus: Litmus): void {
  words.store(GATE, 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const place = placeOf(round);
    clearRing(words, place, 2 ** 32 - 1 - (round & 63));
    litmus.prepare?.(new RingProducer(words, place), new RingConsumer(words, place));
  }
}

/** Does one side's part of every round, once both sides are at the gate. */
export function act(words: Words, litmus: Litmus, side: 'writer' | 'reader'): void {
  const ends = Array.from({ length: ROUNDS }, (_, round) => {
    const place = placeOf(round);
    return side === 'writer' ? new RingProducer(words, place) : new RingConsumer(words, place);
  });
  words.add(GATE, 1);
  while (words.load(GATE) < 2);
  ends.forEach((end, round) => {
    const seen = end instanceof RingProducer ? litmus.writer(end) : litmus.reader(end);
    words.store(placeOf(round).control + SEEN_AT + (side === 'writer' ? 0 : 1), seen);
  });
}

/** How often each outcome came. */
export function outcomes(words: Words): Map<string, number> {
  const counts = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const at = placeOf(round).control + SEEN_AT;
    const outcome = `${words.loadSigned(at)} ${words.loadSigned(at + 1)}`;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}
