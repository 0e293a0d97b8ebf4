import { expect, test } from 'vitest';
import type { RecordedFrame } from '../traces/words.ts';
import { inOrder, type Waiting } from './order.ts';

const frame = (way: 'sent' | 'received', hex: string): RecordedFrame => ({
  way,
  channel: 'first',
  frame: { name: 'HELLO', fields: [], hex },
});

function waiting(name: string, time: number, received: readonly string[] = [], sent: readonly string[] = []): Waiting {
  const [session = ''] = name.split('.');
  return {
    record: { session, role: session === 'a' ? 'client' : 'server', time, event: { type: name } },
    received: received.map((hex) => frame('received', hex)),
    sent: sent.map((hex) => frame('sent', hex)),
  };
}

const namesOf = (all: readonly Waiting[]) => inOrder(all).map(({ record }) => record.event.type);

test('records of several processes stand by their times', () => {
  expect(namesOf([waiting('a.0', 1), waiting('a.1', 5), waiting('b.0', 2), waiting('b.1', 3)])).toEqual([
    'a.0',
    'b.0',
    'b.1',
    'a.1',
  ]);
});

test('in one millisecond a frame is received behind the record of whoever sent it', () => {
  expect(namesOf([waiting('a.0', 1, ['ff']), waiting('b.0', 1), waiting('b.1', 1, [], ['ff'])])).toEqual(['b.0', 'b.1', 'a.0']);
});

test('a clock that runs behind does not let anything be received before it was sent', () => {
  expect(namesOf([waiting('a.0', 1, ['ff']), waiting('b.0', 9, [], ['ff'])])).toEqual(['b.0', 'a.0']);
});

test('the records of one session stay in their order, whatever their clock says', () => {
  expect(namesOf([waiting('a.0', 5), waiting('a.1', 1), waiting('b.0', 3)])).toEqual(['a.0', 'a.1', 'b.0']);
});

test('causes that go in a circle lose nothing', () => {
  const liars = [waiting('a.0', 1, ['11'], ['22']), waiting('b.0', 2, ['22'], ['11'])];
  expect(namesOf(liars).sort()).toEqual(['a.0', 'b.0']);
});

test('many records that all wait for one another are ordered without a stack of calls', () => {
  const chain = Array.from({ length: 50_000 }, (_, index) =>
    waiting(`s${index}.0`, -index, [String(index - 1)], [String(index)]),
  );
  expect(inOrder(chain.toReversed())).toHaveLength(50_000);
  expect(inOrder(chain.toReversed())[0]?.record.session).toBe('s0');
});
