/** Between the rings of a thread and the channels of its session: only as fast as the slower one of the two. */
import type { Duplex } from 'node:stream';
import type { DirectChannel } from '../../index.ts';
import { broken, writeTo } from '../wire/talk.ts';

/** Most bytes that are handed over at once: the thread goes on with the rest of the ring meanwhile. */
const PIECE = 262_144;

/** From the ring to the channel, up to the end of the ring; then the channel's way out is ended. Resolves when all was taken over. */
export async function pumpOut(ring: DirectChannel, channel: Duplex, moved: () => void): Promise<void> {
  for (let bytes = ring.peek(); bytes !== null; bytes = ring.peek()) {
    if (bytes.length === 0) {
      await ring.readable();
      continue;
    }
    const piece = bytes.subarray(0, PIECE);
    await writeTo(channel, piece);
    ring.release(piece.length);
    moved();
  }
  channel.end();
}

/** From the channel to the ring, up to the end of the channel; then the ring is ended. */
export async function pumpIn(channel: Duplex, ring: DirectChannel, moved: () => void): Promise<void> {
  try {
    for await (const piece of channel.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      for (let from = ring.tryWrite(piece); from < piece.length; from += ring.tryWrite(piece, from)) await ring.writable();
      moved();
    }
  } catch (error) {
    throw broken(error);
  }
  ring.end();
}

/** What comes on a ring, piece by piece, each a copy. */
export async function* piecesOf(ring: DirectChannel): AsyncGenerator<Buffer, void> {
  for (let bytes = ring.peek(); bytes !== null; bytes = ring.peek()) {
    if (bytes.length === 0) {
      await ring.readable();
      continue;
    }
    const piece = Buffer.from(bytes);
    ring.release(piece.length);
    yield piece;
  }
}
