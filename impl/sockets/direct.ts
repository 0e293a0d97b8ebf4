/** The way past a socket to the rings of its connection, where it has any. */
import type { DirectChannel, DirectOptions } from '../array/direct-channel.ts';
import { ArrayStream } from './array-stream.ts';
import type { Socket } from './sockets.ts';
import { StreamSocket } from './stream-socket.ts';

export type { DirectChannel, DirectOptions } from '../array/direct-channel.ts';

/** Direct access to a connected socket's rings, which is not to be read or written any more; undefined when it is no socket of an array. */
export function directOf(
  socket: Socket,
  options: DirectOptions,
  leave: { close(): void; abort(): void },
): DirectChannel | undefined {
  const stream = socket instanceof StreamSocket ? socket.connection : undefined;
  return stream instanceof ArrayStream ? stream.connection.direct(options, leave) : undefined;
}
