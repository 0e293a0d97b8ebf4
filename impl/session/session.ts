/** An established session: two channels that belong together. */

import type { Duplex } from 'node:stream';
import type { Mode } from '../protocol/message.ts';
import type { ReasonName } from '../protocol/reasons.ts';
import type { DirectChannel, DirectOptions } from '../sockets/direct.ts';
import type { ChannelStream } from './channel-stream.ts';
import type { Closings } from './holdings.ts';

/**
 * A session, the same on both sides and in both modes. It ends when it is closed here or when both channels have been closed.
 * @example
 * source.pipe(session.data);
 * for await (const line of session.error) console.error(String(line));
 * await session.close();
 */
export interface Session extends AsyncDisposable {
  /** The name of the attempt in traces. */
  readonly id: string;
  readonly mode: Mode;
  /**
   * The data channel. `end()` is a half-close; a reset by the peer is an `error` with code `connectionReset`, never an `end`. It has a
   * listener for `error` already: an error that nobody looks at does not end the process.
   * Reading it to its end with `for await` destroys it, as with every Node stream; whoever wants to answer behind the end reads
   * `data.iterator({ destroyOnReturn: false })` or listens to its events.
   */
  readonly data: Duplex;
  /** The error channel; like the data channel in everything. */
  readonly error: Duplex;
  /**
   * Direct access to the rings of a channel, in place of its stream: for those who move bytes without streams, copies or promises. Undefined in
   * network mode. To be called before the stream is used: throws RangeError otherwise.
   */
  direct(channel: 'data' | 'error', options?: DirectOptions): DirectChannel | undefined;
  /** The client process's descriptor of its first connection (steps 122 and 100); network mode only. */
  readonly descriptor: number | undefined;
  /** The STG group that the session travels through (steps 236 and 200); storage mode only. */
  readonly group: string | undefined;
  /** Why the session is in network mode although storage mode was asked for; server process only. */
  readonly fallbackReason: ReasonName | undefined;
  /** Resolves when the session has ended and everything that it held is free. */
  readonly closed: Promise<void>;
  /**
   * Closes both channels in order: what was written still reaches the peer. Resolves as `closed` does; in the client process, soon after
   * a handshake in storage mode, that can take `lingerTimeout`, until the peer has let go of its first connection. Idempotent.
   */
  close(): Promise<void>;
}

/** What a session is made of. */
export interface SessionParts {
  readonly id: string;
  readonly mode: Mode;
  readonly data: ChannelStream;
  readonly error: ChannelStream;
  readonly descriptor?: number | undefined;
  readonly group?: string | undefined;
  readonly fallbackReason?: ReasonName | undefined;
  readonly closings: Closings;
  /** Tells the driver; called once. */
  close(): void;
}

/** A session, and what its driver calls once everything is being closed. */
export interface OwnedSession {
  readonly session: Session;
  ended(): void;
}

export function makeSession(parts: SessionParts): OwnedSession {
  const { id, mode, data, error, descriptor, group, fallbackReason } = parts;
  let ended: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    ended = () => void parts.closings.settled().then(resolve);
  });
  let closing = false;
  const close = (): Promise<void> => {
    // Closing the channels closes the session, which is told once: the trace has one `close`.
    if (!closing) {
      closing = true;
      parts.close();
    }
    return closed;
  };
  let open = 2;
  for (const channel of [data, error]) {
    channel.once('close', () => {
      open -= 1;
      // Nobody can use the session any more: what it still holds is let go.
      if (open === 0) void close();
    });
  }
  const session: Session = {
    id,
    mode,
    data,
    error,
    direct: (channel, options) => parts[channel].direct(options),
    descriptor,
    group,
    fallbackReason,
    closed,
    close,
    [Symbol.asyncDispose]: close,
  };
  return { session, ended };
}
