/** Sockets of both families along the paths of their chart: what they do otherwise, in words. */
import { patient } from '../../drive/patience.ts';
import { drivesOf, runSocketPath } from '../../drive/socket/run-path.ts';
import { arrayFamily, type SocketFamily, tcpFamily } from '../../drive/socket/sides.ts';
import { SocketSystem, socketPathsOf } from '../../drive/socket/system.ts';

const families: Readonly<Record<'tcp' | 'array', SocketFamily>> = { tcp: tcpFamily, array: arrayFamily };

/** Every path of a family, driven in every way. */
export async function* complaintsAboutSockets(name: 'tcp' | 'array'): AsyncGenerator<string, number> {
  const family = families[name];
  const system = new SocketSystem(family.without);
  const sides = await family.open();
  let driven = 0;
  try {
    for (const { words, path, drive } of drivesOf(socketPathsOf(system))) {
      driven += 1;
      try {
        await inTime(runSocketPath(system.chart, path, sides, drive));
      } catch (error) {
        yield `${name}, ${words}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    return driven;
  } finally {
    await inTime(sides.close()).catch(() => undefined);
  }
}

/** Longest time in milliseconds for one path; one takes a few. */
const patience = patient(20_000);

/** What a promise gives, if it does in time. Rejects otherwise. */
export async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${patience} ms`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
