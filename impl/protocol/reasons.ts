/** The reasons that a DECLINE can give (docs/protocol.md, section 6). */

/** What the table says of a reason. */
export interface Reason {
  /** The number on the wire. */
  readonly number: number;
  /** Whether the server process may begin again in network mode. */
  readonly fallsBack: boolean;
  /** For people; also the text of the DECLINE that is sent. */
  readonly meaning: string;
}

/** One table of every reason, by name. */
export const reasons = {
  busy: { number: 1, fallsBack: false, meaning: 'as many sessions as the configuration allows' },
  modeUnavailable: { number: 2, fallsBack: true, meaning: 'the client process has no storage array' },
  connectionsMismatch: { number: 3, fallsBack: false, meaning: 'the configuration names another number of connections' },
  portsExhausted: { number: 4, fallsBack: true, meaning: 'no free dynamic port' },
  arrayUnknown: { number: 5, fallsBack: true, meaning: 'the server process is not attached to that array' },
  groupUnknown: { number: 6, fallsBack: true, meaning: 'the array has no group of that name' },
  groupRefused: { number: 7, fallsBack: true, meaning: "the group's list does not name this host" },
  groupFull: { number: 8, fallsBack: true, meaning: 'the group has no free segments' },
  descriptorUnknown: { number: 9, fallsBack: false, meaning: 'no attempt is waiting for this descriptor' },
  tagWrong: { number: 10, fallsBack: false, meaning: 'the tag is not right: another secret, a stale number, an intruder' },
  protocolViolation: { number: 11, fallsBack: false, meaning: 'a frame that is not allowed here, or malformed' },
  timedOut: { number: 12, fallsBack: false, meaning: 'a time limit expired' },
  closing: { number: 13, fallsBack: false, meaning: 'the sender was told to stop' },
  connectionLost: {
    number: 14,
    fallsBack: false,
    meaning: 'another connection of the attempt could not be made or was lost',
  },
} as const satisfies Record<string, Reason>;

/** The name of a reason. */
export type ReasonName = keyof typeof reasons;

/** Each ReasonName, in the order of the page. */
export const reasonNames = Object.keys(reasons) as readonly ReasonName[];

/** The reason of this number on the wire, or undefined where the table has none. */
export function reasonOfNumber(number: number): ReasonName | undefined {
  return reasonNames.find((name) => reasons[name].number === number);
}
