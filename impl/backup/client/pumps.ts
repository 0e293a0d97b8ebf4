/** Between the rings of a thread and the channels of its session: only as fast as the slower one of the two. */
import type { DirectChannel } from '../../index.ts';
import { type DataChannel, piecesOf } from '../wire/data-channel.ts';

/** From the ring to the channel, up to the end of the ring; then the channel's way out is ended. Resolves when all was taken over. */
export async function pumpOut(ring: DirectChannel, channel: DataChannel, moved: () => void): Promise<void> {
  for await (const piece of piecesOf(ring)) {
    await channel.write(piece);
    moved();
  }
  channel.end();
}

/** From the channel to the ring, up to the end of the channel; then the ring is ended. */
export async function pumpIn(channel: DataChannel, ring: DirectChannel, moved: () => void): Promise<void> {
  for await (const piece of channel.pieces()) {
    for (let from = ring.tryWrite(piece); from < piece.length; from += ring.tryWrite(piece, from)) await ring.writable();
    moved();
  }
  ring.end();
}
