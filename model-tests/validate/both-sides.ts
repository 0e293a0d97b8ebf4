/**
 * Whether what one side of a trace received the other side sent. Records name no peer, so sessions of the two sides are matched: each one
 * that received a frame with the right tag needs a counterpart of its own that sent everything with a right tag that it received, connection
 * by connection and in this order, and the other way round. Frames whose tag was wrong and strangers need none: anybody can be one.
 */
import { type AcceptedAttempt, conversationsOf, type DialledTry, type End, nothing } from './conversations.ts';
import { firstUnmatched } from './matching.ts';
import { type CheckedRecord, type Misfit, nameOf } from './record.ts';

/** The first record that nobody accounts for. `inOrder`: nothing is received before it was sent. The records fit, each session on its own. */
export function bothSides(
  records: readonly CheckedRecord[],
  inOrder: boolean,
): (Misfit & { readonly index: number }) | undefined {
  const { tries, attempts, joinedByNobody } = conversationsOf(records);
  const unjoined = attempts.filter(({ joinedTo }) => joinedTo === undefined);
  const isStray = ({ first }: AcceptedAttempt) => first.received[0]?.name === 'descriptor';
  const [firsts, strays] = [unjoined.filter((attempt) => !isStray(attempt)), unjoined.filter(isStray)];
  const refused = tries.filter(isRefused);
  const strayed = (dialled: DialledTry, stray: AcceptedAttempt): Ends[] => [[dialled.second, stray.first]];
  const alone = [
    firstAlone(tries, endsOfTry, firsts, connectionsOf, inOrder),
    firstAlone(firsts, endsOfAttempt, tries, (attempt, dialled) => connectionsOf(dialled, attempt).map(turned), inOrder),
    firstAlone(refused, ({ second }) => [second], strays, strayed, inOrder),
    firstAlone(
      strays,
      ({ first }) => [first],
      tries,
      (stray, dialled) => strayed(dialled, stray).map(turned),
      inOrder,
    ),
    joinedByNobody === undefined ? undefined : { index: joinedByNobody, isCertain: true },
  ].filter((one) => one !== undefined);
  if (alone.length === 0) return undefined;
  // Where one session breaks with its counterpart both are alone: it is the one whose own record is at odds.
  const certain = alone.filter(({ isCertain }) => isCertain);
  const index = Math.min(...(certain.length > 0 ? certain : alone).map((one) => one.index));
  const { role, event } = records[index] as CheckedRecord;
  const sender = role === 'server' ? 'client' : 'server';
  const problem =
    index === joinedByNobody
      ? 'no connection was let in for it; expected first.descriptor {pairing: joined} just before'
      : `expected a ${sender} session of its own that sent ${event.type.split('.')[1]?.toUpperCase()}${inOrder ? ' before' : ''}, and that fits what came before`;
  return { index, problem: `${role} ${nameOf(records[index] as CheckedRecord)}: ${event.type}: ${problem}`, fitting: [] };
}

/** An end of one side with the end of the other side that would be the same connection. */
type Ends = readonly [mine: End, theirs: End];

const turned = ([mine, theirs]: Ends): Ends => [theirs, mine];

/** The connections of a try and of the attempt that it may have begun. */
function connectionsOf(dialled: DialledTry, attempt: AcceptedAttempt): Ends[] {
  const second: Ends[] =
    isRefused(dialled) && attempt.joinedBy === undefined ? [] : [[dialled.second, attempt.joinedBy?.first ?? nothing]];
  const genuine = attempt.arrays.filter(isGenuine);
  const array = genuine[0] ?? attempt.arrays.find((one) => unexplained([dialled.array, one], false) === undefined) ?? nothing;
  const others = genuine.slice(1).map((one): Ends => [nothing, one]);
  return [[dialled.first, attempt.first], ...second, [dialled.array, array], ...others];
}

/** Where a try hears from its attempt. */
function endsOfTry(dialled: DialledTry): End[] {
  return [dialled.first, dialled.array, ...(isRefused(dialled) ? [] : [dialled.second])];
}

/** Where an attempt hears from its try. */
function endsOfAttempt({ first, arrays, joinedBy }: AcceptedAttempt): End[] {
  return [first, ...arrays, joinedBy?.first ?? nothing];
}

/** A record of a session that has no counterpart. Certain: no other session accounts for it; otherwise those that would are at odds with it, or taken. */
interface Alone {
  readonly index: number;
  readonly isCertain: boolean;
}

/** The record of the first session on the left that heard something genuine and has no counterpart of its own on the right. */
function firstAlone<Left, Right>(
  left: readonly Left[],
  endsOf: (left: Left) => readonly End[],
  right: readonly Right[],
  pairs: (left: Left, right: Right) => readonly Ends[],
  inOrder: boolean,
): Alone | undefined {
  const hearing = left.filter((one) => endsOf(one).some(isGenuine));
  const fits = (one: Left, other: Right) =>
    pairs(one, other).every((pair) => [pair, turned(pair)].every((way) => unexplained(way, inOrder) === undefined));
  const index = firstUnmatched(hearing.length, right.length, (one, other) => fits(hearing[one] as Left, right[other] as Right));
  if (index === undefined) return undefined;
  const alone = hearing[index] as Left;
  const first = Math.min(
    ...endsOf(alone).flatMap(({ received }) => received.filter(({ genuine }) => genuine).map((one) => one.index)),
  );
  const atOdds = right.map((other) => {
    const missing = pairs(alone, other).map((pair) => unexplained(pair, inOrder));
    const known = missing.filter((one) => one !== undefined);
    return known.length > 0 ? Math.min(...known) : undefined;
  });
  const known = atOdds.filter((one) => one !== undefined);
  // The counterpart that comes closest tells which record it is.
  return known.length < atOdds.length
    ? { index: first, isCertain: false }
    : { index: known.reduce((last, one) => Math.max(last, one), first), isCertain: true };
}

/**
 * The first record of `mine` with a frame that `theirs` has not sent, or not in that order. Only frames whose tag was right count, and HELLO,
 * which they vouch for: anything else may have been put in by somebody between.
 */
function unexplained([mine, theirs]: Ends, inOrder: boolean): number | undefined {
  let place = 0;
  for (const { name, index, genuine, begins } of mine.received) {
    if (!genuine && !begins) continue;
    place = theirs.sent.findIndex((sent, at) => at >= place && sent.name === name && !(inOrder && sent.index > index)) + 1;
    if (place === 0) return index;
  }
  return undefined;
}

function isGenuine({ received }: End): boolean {
  return received.some(({ genuine }) => genuine);
}

/** Whether the second connection was answered with DECLINE: then no attempt has it. */
function isRefused({ second }: DialledTry): boolean {
  return second.received[0]?.name.startsWith('decline') === true;
}
