import { describe, expect, test } from 'vitest';
import { verify } from '../drive/verify.ts';
import type { RowOrders, VerifyEvent } from '../drive/verify-row.ts';
import { inThreads } from '../drive/verify-threads.ts';

/** Everything that was yielded, without the time that it took. */
async function eventsOf(events: AsyncIterable<VerifyEvent>): Promise<VerifyEvent[]> {
  const all: VerifyEvent[] = [];
  for await (const event of events) all.push(event.type === 'row' ? { ...event, row: { ...event.row, seconds: 0 } } : event);
  return all;
}

describe('rows on several threads', () => {
  const options = { path: '2.7', seed: 3 };

  test('say what they say on one thread, and come in the same order', async () => {
    const rows = (events: VerifyEvent[]) => events.filter(({ type }) => type === 'row');
    const [alone, together] = [
      await eventsOf(verify({ ...options, threads: 1 })),
      await eventsOf(verify({ ...options, threads: 3 })),
    ];
    expect(rows(together)).toEqual(rows(alone));
    expect(rows(together)).toMatchObject(
      ['simulated', 'tcp', 'array'].flatMap((wkp) =>
        ['network', 'storage'].map((mode) => ({ row: { wkp, mode, paths: 1, failed: 0 } })),
      ),
    );
    const inOrder = (events: VerifyEvent[]) => events.map((event) => JSON.stringify(event)).sort();
    expect(inOrder(together)).toEqual(inOrder(alone));
  });

  const row = (mode: string): RowOrders => ({
    wkp: 'simulated',
    mode: mode as 'network',
    seed: 1,
    path: '1.1',
    bail: false,
    detail: false,
  });

  test('end with the error of the thread that could not go on', async () => {
    await expect(eventsOf(inThreads([row('network'), row('no mode')], 2))).rejects.toThrow(TypeError);
  });

  test('are left by whoever has seen enough', async () => {
    for await (const event of inThreads([row('network'), row('storage'), row('network')], 2)) {
      expect(event.type).toBe('progress');
      break;
    }
  });
});
