/** Bytes: order, wholeness, back-pressure, whose they are, and that nothing is left over. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  bytes,
  connected,
  listener,
  pattern,
  readAll,
  readExactly,
  type Sides,
  sha256,
  text,
} from './socket-compliance-support.ts';

const MEBIBYTE = 1_048_576;
/** No family holds more than this between a writer and its reader; loopback TCP holds several MiB. */
const MOST_IN_FLIGHT = 24 * MEBIBYTE;

function streams(sides: Sides): void {
  test('64 MiB arrive whole through a reader that takes odd pieces, and the writer never gets far ahead', async () => {
    const { client, server } = await connected(sides());
    const chunk = pattern(MEBIBYTE);
    const sent = createHash('sha256');
    const received = createHash('sha256');
    let ahead = 0;
    let most = 0;
    const write = async () => {
      for (let each = 0; each < 64; each += 1) {
        chunk[0] = each;
        sent.update(chunk);
        await client.write(chunk);
        ahead += chunk.length;
        most = Math.max(most, ahead);
      }
      await client.shutdown();
    };
    const read = async () => {
      for (let piece = await server.read(60_001); piece; piece = await server.read(60_001)) {
        expect(piece.length).toBeLessThanOrEqual(60_001);
        ahead -= piece.length;
        received.update(piece);
      }
    };
    await Promise.all([write(), read()]);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    expect(most).toBeLessThan(MOST_IN_FLIGHT);
  });

  test('both directions at once do not disturb each other', async () => {
    const { client, server } = await connected(sides());
    const up = pattern(6 * MEBIBYTE, 3);
    const down = pattern(6 * MEBIBYTE, 4);
    const [, , received, answer] = await Promise.all([
      client.write(up).then(() => client.shutdown()),
      server.write(down).then(() => server.shutdown()),
      readAll(server, 10_007),
      readAll(client, 70_001),
    ]);
    expect([sha256(received), sha256(answer)]).toEqual([sha256(up), sha256(down)]);
  });

  test('writes that nobody waited for arrive in order', async () => {
    const { client, server } = await connected(sides());
    const numbers = Array.from({ length: 500 }, (_, each) => `${each},`);
    await Promise.all([...numbers.map((each) => client.write(bytes(each))), client.shutdown()]);
    expect(text(await readAll(server))).toBe(numbers.join(''));
  });

  test('an empty write is no end and no byte', async () => {
    const { client, server } = await connected(sides());
    await client.write(new Uint8Array(0));
    await client.write(bytes('x'));
    expect(text(await server.read())).toBe('x');
  });
}

function ownership(sides: Sides): void {
  test('bytes may be reused once write has resolved', async () => {
    const { client, server } = await connected(sides());
    const reused = new Uint8Array(200_000);
    const write = async () => {
      for (let each = 1; each <= 20; each += 1) {
        reused.fill(each);
        await client.write(reused);
        reused.fill(255);
      }
    };
    const [received] = await Promise.all([readExactly(server, 20 * reused.length), write()]);
    for (let each = 0; each < 20; each += 1) {
      const part = received.subarray(each * reused.length, (each + 1) * reused.length);
      expect(part.every((value) => value === each + 1)).toBe(true);
    }
  });

  test('bytes that were read are the caller’s: nothing writes to them, and writing to them disturbs nobody', async () => {
    const { client, server } = await connected(sides());
    const payload = pattern(3 * MEBIBYTE, 9);
    const writing = client.write(payload).then(() => client.shutdown());
    const kept: { piece: Uint8Array; hash: string }[] = [];
    const all = createHash('sha256');
    for (let piece = await server.read(5_003); piece; piece = await server.read(5_003)) {
      all.update(piece);
      if (kept.length % 2 === 0) piece.fill(0);
      kept.push({ piece, hash: sha256(piece) });
    }
    await writing;
    expect(all.digest('hex')).toBe(sha256(payload));
    for (const { piece, hash } of kept) expect(sha256(piece)).toBe(hash);
  });
}

function leaks(sides: Sides): void {
  test('200 connections, ended in every way, leave nothing behind', async () => {
    const listening = await listener(sides(), 16);
    for (let round = 0; round < 200; round += 1) {
      const client = sides().client.socket();
      const [server] = await Promise.all([listening.accept(), client.connect(listening.getsockname())]);
      await client.write(bytes(`round ${round}`));
      expect(text(await server.read())).toBe(`round ${round}`);
      if (round % 3 === 0) client.abort();
      if (round % 3 === 1) server.abort();
      if (round % 3 === 2) await client.shutdown();
      await Promise.all([client.close(), server.close()]);
      expect(client.descriptor).toBe(3);
      expect(server.descriptor).toBe(4);
    }
    await listening.close();
    expect(await sides().held()).toBe(0);
  });

  test('50 connections at once keep their bytes apart', async () => {
    const listening = await listener(sides(), 64);
    const clients = Array.from({ length: 50 }, () => sides().client.socket());
    const accept = async () => {
      for (let each = 0; each < clients.length; each += 1) {
        const server = await listening.accept();
        void readAll(server).then(async (received) => {
          await server.write(received);
          await server.close();
        });
      }
    };
    const dial = clients.map(async (client, each) => {
      await client.connect(listening.getsockname());
      await client.write(bytes(`I am ${each}`));
      await client.shutdown();
      return text(await readAll(client));
    });
    const [, answers] = await Promise.all([accept(), Promise.all(dial)]);
    expect(answers).toEqual(clients.map((_, each) => `I am ${each}`));
    await Promise.all([listening.close(), ...clients.map((client) => client.close())]);
    expect(await sides().held()).toBe(0);
  });
}

export function transfers(sides: Sides): void {
  describe('transfers', () => {
    streams(sides);
    ownership(sides);
    leaks(sides);
  });
}
