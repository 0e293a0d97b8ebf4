/** Whatever the storage array throws, in the words of the socket port: every code of the array, in every call that asks the array. */
import { ArrayError, type ArrayErrorCode } from '../../../impl/array/errors.ts';
import type { StorageArray } from '../../../impl/array/storage-array.ts';
import { ArraySockets } from '../../../impl/sockets/array-sockets.ts';
import { DescriptorTable } from '../../../impl/sockets/descriptors.ts';
import { SocketError, type SocketErrorCode } from '../../../impl/sockets/sockets.ts';
import { realRig } from '../../drive/rigs.ts';

/** What each code of the array is to a socket: nearly all are spelled alike. */
const meanings: Readonly<Record<ArrayErrorCode, SocketErrorCode>> = {
  configInvalid: 'reset',
  memoryInvalid: 'reset',
  fileFailed: 'reset',
  mappingUnavailable: 'reset',
  hostsExhausted: 'reset',
  detached: 'addressUnavailable',
  addressInUse: 'addressInUse',
  addressUnavailable: 'addressUnavailable',
  connectionRefused: 'connectionRefused',
  backlogFull: 'backlogFull',
  portsExhausted: 'portsExhausted',
  noBuffers: 'noBuffers',
  groupUnknown: 'groupUnknown',
  groupRefused: 'groupRefused',
  groupFull: 'groupFull',
  notConnected: 'notConnected',
  illegalCall: 'illegalCall',
  reset: 'reset',
};

/** Codes that become others, and errors that lose what is behind them. */
export async function* complaintsAboutArrayErrors(): AsyncGenerator<string, number> {
  let tried = 0;
  for (const [code, meaning] of Object.entries(meanings)) {
    for (const call of ['bind', 'connect'] as const) {
      tried += 1;
      const thrown = new ArrayError(code as ArrayErrorCode, `the array says ${code}`);
      const error = await callOn(thrown, call);
      const isRight =
        error instanceof SocketError &&
        error.code === meaning &&
        error.call === call &&
        error.cause === thrown &&
        error.message === thrown.message;
      if (!isRight) yield `${call} where the array says ${code}: ${String(error)}`;
    }
  }
  const odd = new TypeError('odd');
  if ((await callOn(odd, 'bind')) !== odd) yield 'an error that is not the array’s does not stay what it is';
  const text = await callOn('a text', 'bind');
  if (!(text instanceof Error && text.message === 'a text')) yield `a text that is thrown becomes ${String(text)}`;
  yield* complaintsAboutGroups();
  return tried;
}

/** What a call gives when the array throws. */
async function callOn(thrown: unknown, call: 'bind' | 'connect'): Promise<unknown> {
  const fail = () => {
    throw thrown;
  };
  const array = { name: 'sym0', bindPort: fail, connect: fail, releasePort: () => undefined } as unknown as StorageArray;
  const socket = new ArraySockets(array, new DescriptorTable()).socket();
  return await socket[call]({ family: 'array', array: 'sym0', port: 1 }).catch((error: unknown) => error);
}

/** attachGroup on sockets that have no connection of this array, and addresses that are none of it. */
async function* complaintsAboutGroups(): AsyncGenerator<string> {
  const rig = await realRig('array');
  try {
    const { array, tcp } = rig.client;
    const closed = array.socket();
    await closed.close();
    for (const socket of [array.socket(), tcp.socket(), closed]) {
      const error = await array.attachGroup(socket, 'STG0').catch((caught: unknown) => caught);
      const says = error instanceof SocketError ? `${error.code} ${error.call} ${error.message}` : String(error);
      if (!says.startsWith(`notConnected attachGroup attachGroup STG0: got a socket that is ${socket.state}`))
        yield `attachGroup on a socket that is ${socket.state}: ${says}`;
      await socket.close();
    }
    for (const call of ['bind', 'connect'] as const) {
      const socket = array.socket();
      const error = await socket[call]({ family: 'array', array: 'another', port: 1 }).catch((caught: unknown) => caught);
      const isRight =
        error instanceof SocketError &&
        error.code === 'addressUnavailable' &&
        error.call === call &&
        /^\w+: .*another.*sym0/.test(error.message);
      if (!isRight) yield `${call} in another array: ${String(error)}`;
      await socket.close();
    }
  } finally {
    await rig.close();
  }
}
