/**
 * Arbitrary bytes, and good frames with a few bytes changed, as the first bytes of a connection. A failure prints seed and path; with
 * STPCONNECT_SEED=<seed> the same bytes come again.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptFailures, type Mode } from '../../impl/index.ts';
import { forgedFrame, frameNames, readFrames } from '../drive/wire.ts';
import { type DiallerWorld, portFrame, withDialler } from './bad-input-dialler-world.ts';
import { fields, headerBytes, hello, sealed } from './bad-input-frames.ts';
import { type ListenerWorld, withListener } from './bad-input-listener-world.ts';
import { until } from './bad-input-peer.ts';
import type { Setup } from './bad-input-world.ts';

const seed = Number(process.env['STPCONNECT_SEED'] ?? 7_398_286);
const ARBITRARY_RUNS = 600;
const MUTATED_RUNS = 600;
const REPLY_RUNS = 300;
const MAX_BYTES = 200;
const MOST_CHANGES = 4;

type Change = { readonly kind: 'flip' | 'insert' | 'remove' | 'cut'; readonly at: number; readonly byte: number };

const changes = fc.array(
  fc.record<Change>({
    kind: fc.constantFrom('flip', 'insert', 'remove', 'cut'),
    at: fc.nat(MAX_BYTES),
    byte: fc.integer({ min: 1, max: 255 }),
  }),
  { maxLength: MOST_CHANGES },
);

function changed(bytes: Buffer, { kind, at, byte }: Change): Buffer {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  const head = Buffer.from([byte]);
  if (kind === 'insert') return Buffer.concat([before, head, after]);
  if (kind === 'remove') return Buffer.concat([before, after.subarray(1)]);
  if (kind === 'cut') return before;
  return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ byte]), after.subarray(1)]);
}

const arbitrary = fc.uint8Array({ maxLength: MAX_BYTES }).map((bytes) => Buffer.from(bytes));

/** A good beginning of either mode, forged frames behind it, and then a few changes. */
const mutated = fc
  .tuple(fc.constantFrom('network', 'storage'), fc.array(fc.constantFrom(...frameNames), { maxLength: 2 }), changes)
  .map(([mode, behind, edits]) => edits.reduce(changed, Buffer.concat([hello(mode), ...behind.map(forgedFrame)])));

/** The headers of HELLO and DESCRIPTOR: whoever does not begin with one gets no answer. */
const answered = [forgedFrame('hello'), forgedFrame('descriptor')].map((frame) => frame.toString('hex', 0, headerBytes));

/** Says `bytes` and ends. One attempt fails, with a code of the page; an answer is whole frames, and only goes to who speaks the protocol. */
async function sayTo(world: ListenerWorld, bytes: Buffer): Promise<void> {
  const before = world.failures.length;
  const connection = await world.dial();
  if (bytes.length > 0) connection.send(bytes);
  connection.end();
  const { bytes: answer, ending } = await connection.rest();
  const { frames, rest } = readFrames(answer);
  expect({ rest: rest.toString('hex'), ending }).toEqual({ rest: '', ending: 'end' });
  const header = bytes.toString('hex', 0, headerBytes);
  if (!answered.includes(header)) expect(frames).toEqual([]);
  const allowed = ['descriptor,decline', 'port,decline', 'descriptor', 'port', 'decline', ''];
  expect(allowed).toContain(frames.map(({ name }) => name).join());
  await connection.socket.close();
  const failed = world.failures.slice(before).map(({ code }) => code);
  expect(failed).toHaveLength(1);
  expect(Object.keys(attemptFailures)).toContain(failed[0]);
}

export function randomBytesFirst(setup: Setup): void {
  test.each([
    { what: 'arbitrary bytes', bytes: arbitrary, numRuns: ARBITRARY_RUNS },
    { what: 'good frames with a few changes', bytes: mutated, numRuns: MUTATED_RUNS },
  ])('a listener outlives $what', async ({ bytes, numRuns }) => {
    await withListener(setup, async (world) => {
      await fc.assert(
        fc.asyncProperty(bytes, (said) => sayTo(world, said)),
        { seed, numRuns },
      );
    });
  });

  test('connect fails cleanly on answers that have a few changes, or are nothing but bytes', async () => {
    const answers = fc.tuple(fc.constantFrom('network', 'storage'), fc.oneof(changes, arbitrary));
    await withDialler(setup, async (world) => {
      const fails = (answer: [Mode, Change[] | Buffer]) => answerTo(world, answer);
      await fc.assert(fc.asyncProperty(answers, fails), { seed, numRuns: REPLY_RUNS });
    });
  });
}

/** Answers HELLO with bytes, or with a good answer that was changed, and ends. */
async function answerTo(world: DiallerWorld, [mode, how]: [Mode, Change[] | Buffer]): Promise<void> {
  const { first, transcript } = await world.greeted(mode);
  // With another secret, so that an answer without a change is refused too and nobody dials for the second connection.
  const descriptor = sealed('descriptor', fields.descriptor(7), transcript, 'client', Buffer.from('another secret'));
  const port = portFrame(world.rig.deadPort, transcript);
  first.send(Buffer.isBuffer(how) ? how : how.reduce(changed, mode === 'network' ? descriptor : port));
  first.end();
  await until(
    () => world.failures.length > 0,
    () => 'connect to fail',
  );
  expect(world.failures.splice(0).filter(({ code }) => !(code in attemptFailures))).toEqual([]);
  await first.rest();
  await first.socket.close();
}
