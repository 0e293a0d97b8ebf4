/** What the two sides of a ring do to shared memory, and what they find. The environment performs the accesses: the charts say in which order. */

/** The name of an access. */
export type MemoryAction =
  | 'compareSeen'
  | 'loadHead'
  | 'loadTail'
  | 'loadEnded'
  | 'writeByte'
  | 'readByte'
  | 'storeHead'
  | 'storeTail'
  | 'storeEnded'
  | 'storeOwnFlag'
  | 'clearOwnFlag'
  | 'loadOtherFlag'
  | 'clearOtherFlagAndWake'
  | 'sleepWhileFlag';

const access = () => {};

/** Accesses to shared memory by name. */
export const memoryActions: Readonly<Record<MemoryAction, () => void>> = {
  /** Compares its own position with what it saw of the other side's last; touches nothing shared. */
  compareSeen: access,
  loadHead: access,
  loadTail: access,
  loadEnded: access,
  /** Plain: ordered only by the next atomic store. */
  writeByte: access,
  /** Plain: ordered only by the last atomic load. */
  readByte: access,
  storeHead: access,
  storeTail: access,
  storeEnded: access,
  storeOwnFlag: access,
  clearOwnFlag: access,
  loadOtherFlag: access,
  /** Takes the other side's flag away, then wakes who sleeps on it. */
  clearOtherFlagAndWake: access,
  /** Sleeps, unless the flag has been taken away; comparing and falling asleep are one. */
  sleepWhileFlag: access,
};

/** What the writing side finds. */
export type ProducerEvent = {
  readonly type: 'done' | 'room' | 'full' | 'finished' | 'flagged' | 'unflagged' | 'woken' | 'nonsense';
};

/** What the reading side finds. */
export type ConsumerEvent = {
  readonly type: 'done' | 'some' | 'none' | 'open' | 'ended' | 'flagged' | 'unflagged' | 'woken' | 'nonsense';
};
