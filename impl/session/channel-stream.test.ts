import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { ChannelStream } from './channel-stream.ts';
import { MemoryNetwork, MemorySocket, quiet } from './memory-sockets.test-support.ts';

function pair(leftover = ''): [ChannelStream, MemorySocket] {
  const [here, there] = MemorySocket.pair(new MemoryNetwork());
  return [new ChannelStream({ socket: here, leftover: Buffer.from(leftover), pending: undefined }), there];
}

const textOf = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString();

describe('a channel', () => {
  it('gives first what came behind the last frame, then the read that was under way, then the rest', async () => {
    const [here, there] = MemorySocket.pair(new MemoryNetwork());
    const pending = here.read();
    const stream = new ChannelStream({ socket: here, leftover: Buffer.from('one '), pending });
    await there.write(Buffer.from('two '));
    await there.write(Buffer.from('three'));
    await there.shutdown();
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toBe('one two three');
  });

  it('is half-closed by end: the peer sees the end and can still send', async () => {
    const [stream, there] = pair();
    stream.end('bye');
    expect(textOf(await there.read())).toBe('bye');
    expect(await there.read()).toBeNull();
    const coming = once(stream, 'data');
    await there.write(Buffer.from('still here'));
    expect(String(await coming)).toBe('still here');
    expect(stream.readableEnded).toBe(false);
  });

  it('can still send after the peer has ended', async () => {
    const [stream, there] = pair();
    stream.resume();
    await there.shutdown();
    await once(stream, 'end');
    stream.write('late');
    expect(textOf(await there.read())).toBe('late');
  });

  it('makes an error of a reset, never an end', async () => {
    const [stream, there] = pair();
    let ended = false;
    stream.on('end', () => {
      ended = true;
    });
    stream.resume();
    there.abort();
    const [error] = await once(stream, 'error').catch((thrown: unknown) => [thrown]);
    expect(error).toMatchObject({ name: 'StpConnectError', code: 'connectionReset', cause: { code: 'reset' } });
    expect(ended).toBe(false);
  });

  it('resets the channel when a source fails, so that nobody takes the half for the whole', async () => {
    const [stream, there] = pair();
    async function* source(): AsyncGenerator<string> {
      yield 'half';
      throw new Error('the disk is gone');
    }
    await expect(pipeline(source, stream)).rejects.toThrow('the disk is gone');
    await expect(there.read()).rejects.toMatchObject({ code: 'reset' });
  });

  it('sends everything that was written before release, then the end', async () => {
    const [here, there] = MemorySocket.pair(new MemoryNetwork());
    let free: () => void = () => undefined;
    const slow = Object.create(here) as MemorySocket;
    slow.write = (bytes) =>
      here.write(bytes).then(
        () =>
          new Promise<void>((resolve) => {
            free = resolve;
          }),
      );
    slow.close = () => here.close();
    const stream = new ChannelStream({ socket: slow, leftover: new Uint8Array(0), pending: undefined });
    for (const text of ['a', 'b', 'c']) stream.write(text);
    await stream.release();
    expect(Buffer.concat(there === undefined ? [] : here.written).toString()).toBe('abc');
    expect(stream.destroyed).toBe(true);
    free();
  });

  it('does not write on while the socket has no room', async () => {
    const [here] = MemorySocket.pair(new MemoryNetwork());
    let calls = 0;
    const full = Object.create(here) as MemorySocket;
    full.write = () => {
      calls += 1;
      return new Promise(() => undefined);
    };
    const stream = new ChannelStream({ socket: full, leftover: new Uint8Array(0), pending: undefined });
    while (stream.write(Buffer.alloc(4096)));
    await quiet();
    expect(calls).toBe(1);
    expect(stream.writableNeedDrain).toBe(true);
  });

  it('does not read on while nobody takes what came', async () => {
    const [stream, there] = pair();
    stream.read(0);
    for (let count = 0; count < 64; count += 1) await there.write(Buffer.alloc(4096));
    await quiet();
    expect(stream.readableLength).toBeLessThanOrEqual(stream.readableHighWaterMark + 4096);
  });

  it('ends in order once both directions have', async () => {
    const [stream, there] = pair();
    stream.resume();
    stream.end();
    await there.shutdown();
    await once(stream, 'close');
    expect(await there.read()).toBeNull();
  });
});
