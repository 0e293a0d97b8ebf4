import { describe, expect, test } from 'vitest';
import { message, note, tell } from './scenario.test-support.ts';
import { scenarioOf } from './scenario.ts';
import { showScenario } from './show.ts';
import { scenarioText } from './text.ts';

const dial = message('server', 'client', 'connects');
const crash = note('server', 'crashes', { fault: true });
const lost = message('client', 'server', 'DESCRIPTOR', { lost: true });

describe('a run', () => {
  test('with an event on a lifeline that the system does not name is refused, and the step is named', () => {
    expect(() => tell(['client'], { moves: [note('client', 'waits'), dial] })).toThrow(
      new RangeError('step 2 (server to client: connects) happens to server; expected one of client'),
    );
  });

  test.each([-1, 2, 0.5])('whose loop begins at move %d of two is refused', (loopFrom) => {
    expect(() => tell(['client', 'server'], { moves: [dial, crash], loopFrom })).toThrow(
      `the run's loop begins at move ${loopFrom}; expected a move of the run, 0 to 1`,
    );
  });

  test('of a system without lifelines is refused', () => {
    expect(() => scenarioOf({ lifelines: [], show: () => dial }, { moves: [] }, { title: 'none' })).toThrow(/no lifelines/);
  });

  test('has a fault where an event is one, or a message is lost', () => {
    const { steps } = tell(['client', 'server'], { moves: [dial, crash, lost] });
    expect(steps.map(({ fault }) => fault)).toEqual([false, true, true]);
  });
});

describe('as text', () => {
  test('a run is numbered lines with a mark before each fault', () => {
    const captions = {
      title: 'pairing',
      description: 'Both channels belong together.',
      conclusion: { text: 'It is violated.', fault: true },
    };
    expect(showScenario(tell(['client', 'server'], { moves: [dial, lost, crash] }, captions), 'text')).toBe(
      `pairing
Both channels belong together.

 1   server to client: connects
 2 ! client to server: DESCRIPTOR
 3 ! server crashes

It is violated.
`,
    );
  });

  test('a loop has a bracket, and numbers stand under each other', () => {
    const moves = [...Array.from({ length: 8 }, () => dial), crash, dial];
    const lines = showScenario(tell(['client', 'server'], { moves, loopFrom: 7 }), 'text').split('\n');
    expect(lines.slice(8)).toEqual([
      '    7   server to client: connects',
      ' ┌  8   server to client: connects',
      ' │  9 ! server crashes',
      ' └ 10   server to client: connects',
      '',
      ' Steps 8 to 10 again and again, for ever.',
      '',
    ]);
  });

  test('a loop of one step has both ends of its bracket on that line', () => {
    expect(showScenario(tell(['client', 'server'], { moves: [dial], loopFrom: 0 }), 'text')).toContain(
      ' [ 1   server to client: connects\n\n Step 1 again and again, for ever.\n',
    );
  });

  test('long lines are broken within the bracket, and no line is longer than asked', () => {
    const long = message('server', 'client', 'says so many words that they do not fit into one line of forty characters');
    const text = scenarioText(tell(['client', 'server'], { moves: [long, long], loopFrom: 1 }), 40);
    expect(text.split('\n').every((line) => line.length <= 40)).toBe(true);
    expect(text).toContain(
      ` ┌ 2   server to client: says so many\n │     words that they do not fit into\n └     one line of forty characters\n`,
    );
  });

  test('a run without moves says that it is so from the beginning', () => {
    expect(showScenario(tell(['client'], { moves: [] }), 'text')).toBe(
      'A run\n\n Nothing happens: it is so from the beginning.\n',
    );
  });

  test('what would move a terminal’s cursor is not printed', () => {
    expect(showScenario(tell(['client'], { moves: [note('client', '\u001b[2Jclears\nthe screen')] }), 'text')).toContain(
      ' 1   client [2Jclears the screen\n',
    );
  });
});
