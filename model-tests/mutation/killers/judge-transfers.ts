/** Bytes through sockets of both families: every size beside a limit, read in pieces of every size, ended in every way. */
import type { Socket } from '../../../impl/sockets/sockets.ts';
import { SocketError } from '../../../impl/sockets/sockets.ts';
import { realRig } from '../../drive/rigs.ts';
import { inTime } from './judge-sockets.ts';

/** Beside the sizes of a piece (262,144), of a read (65,536) and of the rings of the tester's array (16,384). */
const sizes = [0, 1, 16_384, 16_385, 65_536, 65_537, 262_144, 262_145, 600_000] as const;
/** How much a read asks for; undefined: it does not say. */
const maxima = [undefined, 1_000, 1_000_000] as const;
/** More reads tell nothing more. */
const MOST_READS = 70;
const endings = ['shutdown', 'close'] as const;

/** What comes out otherwise than it went in. */
export async function* complaintsAboutTransfers(family: 'tcp' | 'array'): AsyncGenerator<string, number> {
  const rig = await realRig(family);
  const [near, far] = [rig.client[family], rig.server[family]];
  const listener = near.socket();
  await listener.bind(
    family === 'tcp' ? { family, host: '127.0.0.1', port: 0 } : { family, array: rig.client.array.array, port: 30 },
  );
  await listener.listen(1);
  let tried = 0;
  try {
    for (const size of sizes) {
      for (const max of maxima) {
        if (max !== undefined && size > max * MOST_READS) continue;
        for (const ending of endings) {
          tried += 1;
          const dialer = far.socket();
          const [accepted] = await inTime(Promise.all([listener.accept(), dialer.connect(listener.getsockname())]));
          const complaint =
            addressesDiffer(dialer, accepted) ?? (await inTime(transfer(accepted, dialer, size, max, ending)).catch(String));
          if (complaint !== undefined) yield `${size} bytes over ${family}, read by ${max}, then ${ending}: ${complaint}`;
          await inTime(Promise.all([accepted.close(), dialer.close()]));
        }
      }
    }
    yield* complaintsAboutArguments(listener, far.socket());
    return tried;
  } finally {
    await inTime(listener.close().then(() => rig.close())).catch(() => undefined);
  }
}

async function transfer(
  from: Socket,
  to: Socket,
  size: number,
  max: number | undefined,
  ending: (typeof endings)[number],
): Promise<string | undefined> {
  const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 255);
  const writing = from.write(bytes).then(() => from[ending]());
  const got = new Uint8Array(size);
  for (let at = 0; ; ) {
    const piece = await (max === undefined ? to.read() : to.read(max));
    if (piece === null) {
      if (at !== size) return `the end comes behind ${at} bytes`;
      break;
    }
    if (piece.length === 0 || piece.length > (max ?? 65_536)) return `a read gives ${piece.length} bytes`;
    if (at + piece.length > size) return `there are more than ${size} bytes`;
    got.set(piece, at);
    at += piece.length;
  }
  await writing;
  if ((await to.read()) !== null) return 'the end does not stay';
  const state = ending === 'close' ? 'closed' : 'halfClosedLocal';
  if (from.state !== state || to.state !== 'halfClosedRemote') return `the states are ${from.state} and ${to.state}`;
  return Buffer.compare(got, bytes) === 0 ? undefined : 'other bytes come';
}

/** Each end knows the other one's address. */
function addressesDiffer(dialer: Socket, accepted: Socket): string | undefined {
  const plain = (address: object) => JSON.stringify({ ...address, generation: undefined });
  const pairs = [
    [dialer.getpeername(), accepted.getsockname()],
    [accepted.getpeername(), dialer.getsockname()],
  ] as const;
  const other = pairs.find(([one, two]) => plain(one) !== plain(two));
  return other === undefined
    ? undefined
    : `one end is ${JSON.stringify(other[1])}, and the other one calls it ${JSON.stringify(other[0])}`;
}

/** Numbers that no call takes. */
async function* complaintsAboutArguments(listener: Socket, fresh: Socket): AsyncGenerator<string> {
  const [accepted] = await inTime(Promise.all([listener.accept(), fresh.connect(listener.getsockname())]));
  for (const wrong of [0, -1, 0.5, Number.NaN, 2 ** 60]) {
    const error = await accepted.read(wrong).catch((thrown: unknown) => thrown);
    const isRight = error instanceof SocketError && error.code === 'illegalCall' && error.message.includes(String(wrong));
    if (!isRight) yield `a read of ${wrong} gives ${String(error)}`;
  }
  const reading = accepted.read();
  const second = await inTime(accepted.read()).catch((thrown: unknown) => thrown);
  if (!(second instanceof SocketError && second.code === 'illegalCall')) yield `a second read gives ${String(second)}`;
  await fresh.write(Uint8Array.of(1));
  if ((await inTime(reading))?.length !== 1) yield 'the first read is disturbed by a second one';
  await Promise.all([accepted.close(), fresh.close()]);
}
