/**
 * The data channel of a session: its stream, or, in storage mode, the rings below it, which move the same bytes with fewer copies and no promise
 * for each piece. Errors of both are BackupError sessionBroken.
 */
import type { Duplex } from 'node:stream';
import type { DirectChannel } from '../../index.ts';
import { broken, type TalkSession, writeTo } from './talk.ts';

/** One way of looking at both. */
export interface DataChannel {
  /** Resolves when the bytes may be used again and there is room for more. */
  write(bytes: Buffer): Promise<void>;
  /** Ends this side's way. */
  end(): void;
  /** What comes, up to its end; a piece is good until the next one is asked for. */
  pieces(): AsyncGenerator<Buffer, void>;
}

export function dataChannelOf(session: TalkSession): DataChannel {
  const direct = session.direct('data', { spin: 0 });
  return direct ? overRings(direct) : overStream(session.data);
}

function overStream(stream: Duplex): DataChannel {
  return {
    write: (bytes) => writeTo(stream, bytes),
    end: () => void stream.end(),
    async *pieces() {
      try {
        yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      } catch (error) {
        throw broken(error);
      }
    },
  };
}

/** A writer that waits is woken when a quarter is free: to be woken costs more than to copy a little. */
const WORTH_WAKING = 4;

function overRings(direct: DirectChannel): DataChannel {
  return {
    async write(bytes) {
      try {
        for (let from = direct.tryWrite(bytes); from < bytes.length; from += direct.tryWrite(bytes, from)) {
          await direct.writable(Math.min(bytes.length - from, Math.floor(direct.capacity / WORTH_WAKING)));
        }
      } catch (error) {
        throw broken(error);
      }
    },
    end: () => direct.end(),
    pieces: () => piecesOf(direct),
  };
}

/** What comes on a ring, in place: a piece goes back to the writer when the next one is asked for. */
export async function* piecesOf(ring: DirectChannel): AsyncGenerator<Buffer, void> {
  try {
    for (let bytes = ring.peek(); bytes !== null; bytes = ring.peek()) {
      if (bytes.length === 0) {
        await ring.readable();
        continue;
      }
      const piece = bytes.subarray(0, Math.max(1, Math.floor(ring.capacity / WORTH_WAKING)));
      yield piece;
      ring.release(piece.length);
    }
  } catch (error) {
    throw broken(error);
  }
}
