import { describe, expect, it } from 'vitest';
import { type ClientEventType, type ClientState, clientMachine } from './client.ts';
import { failureCodes } from './errors.ts';
import { isHandshaking, type LimitName, limitNames, limitsOf } from './limits.ts';
import { reasonNames } from './reasons.ts';
import { type ServerEventType, type ServerState, serverMachine } from './server.ts';
import { step } from './step.ts';
import { type Facts, isFrameEvent, type Machine } from './table.ts';

const client = (state: ClientState, type: ClientEventType, facts: Facts = {}) =>
  step(clientMachine, state, { type, ...facts }, {});
const server = (
  state: ServerState,
  type: ServerEventType,
  facts: Facts = {},
  context: Facts = { mode: 'network', fallback: false },
) => step(serverMachine, state, { type, ...facts }, context);

function checkMachine<S extends string, E extends string, A extends string>(machine: Machine<S, E, A>) {
  describe(`the table of the ${machine.role} process`, () => {
    it('decides each event in each state, with names of its own vocabulary only', () => {
      for (const state of machine.states) {
        for (const type of machine.events) {
          const { next, actions } = step(machine, state, { type }, {});
          expect(machine.states).toContain(next);
          for (const action of actions) expect(machine.actions).toContain(action.type);
        }
      }
    });

    it('uses each of its actions, reaches each of its states and has no row that another one hides', () => {
      const rows = machine.states.flatMap((state) => Object.values(machine.table[state]).flat()) as {
        next?: S;
        actions: { type: A }[];
      }[];
      const used = new Set([...machine.start, ...rows.flatMap((row) => row.actions)].map((action) => action.type));
      expect([...machine.actions].filter((action) => !used.has(action))).toEqual([]);
      const reached = new Set([machine.initial, ...rows.map((row) => row.next)]);
      expect(machine.states.filter((state) => !reached.has(state))).toEqual([]);
      for (const state of machine.states) {
        for (const list of Object.values(machine.table[state]) as { when?: Facts }[][]) {
          expect(list.slice(0, -1).every((row) => row.when !== undefined)).toBe(true);
        }
      }
    });

    it('does nothing any more in a final state', () => {
      for (const state of machine.final) {
        for (const type of machine.events) {
          expect(step(machine, state, { type }, {})).toMatchObject({ next: state, moved: false, actions: [] });
        }
      }
    });

    it('takes a frame without a row as a violation while handshaking', () => {
      for (const state of machine.states.filter(isHandshaking)) {
        for (const type of machine.events.filter(isFrameEvent).filter((event) => machine.table[state][event] === undefined)) {
          expect(step(machine, state, { type }, {})).toMatchObject({
            next: 'failed',
            actions: [
              ...(state.includes('awaitingReady.') ? [] : [{ type: 'sendDecline', reason: 'protocolViolation' }]),
              { type: 'reportFailed', code: 'protocolViolation' },
              { type: 'releaseAll' },
            ],
          });
        }
      }
    });

    it('has a row for each limit that runs in a state', () => {
      for (const state of machine.states) {
        for (const { limit } of limitsOf(state)) {
          const { next } = step(machine, state, { type: 'timeout' as E, limit }, {});
          expect(next, `${state} after ${limit}`).not.toBe(state);
        }
      }
    });

    it('tells why it gives up before it reports, and releases at the end', () => {
      for (const state of machine.states) {
        for (const list of Object.values(machine.table[state]) as { actions: { type: string }[] }[][]) {
          for (const { actions } of list.filter((row) => row.actions.some(({ type }) => type === 'reportFailed'))) {
            const order = actions.map(({ type }) => type);
            expect(order.slice(-2)).toEqual(['reportFailed', 'releaseAll']);
            expect(order.slice(0, -2).every((type) => type === 'sendDecline')).toBe(true);
          }
        }
      }
    });
  });
}

checkMachine(clientMachine);
checkMachine(serverMachine);

describe('the client process', () => {
  it('looks at the number of connections before its capacity', () => {
    const { actions } = client('awaitingFirstFrame', 'first.hello', { mode: 'network', connections: 'other', capacity: 'full' });
    expect(actions[0]).toEqual({ type: 'sendDecline', reason: 'connectionsMismatch' });
  });

  it('says nothing to a port scan', () => {
    for (const type of ['first.ended', 'first.reset', 'first.garbage', 'first.ready', 'first.decline', 'close'] as const) {
      const { next, actions } = client('awaitingFirstFrame', type);
      expect(next).toBe('failed');
      expect(actions.map((action) => action.type)).toEqual(['reportFailed', 'releaseAll']);
    }
  });

  it('goes back to waiting for a connection after anything on the array connection but GROUP with the right tag', () => {
    const told: [ClientEventType, Facts, string | undefined][] = [
      ['array.group', { tag: 'wrong' }, 'tagWrong'],
      ['array.hello', {}, 'protocolViolation'],
      ['array.decline', { tag: 'right', reason: 'closing' }, 'protocolViolation'],
      ['array.garbage', {}, undefined],
      ['array.ended', {}, undefined],
      ['array.reset', {}, undefined],
      ['timeout', { limit: 'groupTimeout' }, 'timedOut'],
    ];
    for (const [type, facts, reason] of told) {
      const { next, actions } = client('handshaking.storage.awaitingGroup', type, facts);
      expect(next).toBe('handshaking.storage.awaitingConnection');
      expect(actions[0]).toEqual(reason === undefined ? { type: 'refuseArray' } : { type: 'refuseArray', reason });
      expect(actions[1]).toEqual({ type: 'acceptArray' });
    }
  });

  it('does not answer a DECLINE', () => {
    expect(client('handshaking.network.awaitingSecond', 'first.decline', { tag: 'wrong', reason: 'closing' }).actions).toEqual([
      { type: 'reportFailed', code: 'declined' },
      { type: 'releaseAll' },
    ]);
  });

  it('ignores frames on the first connection while it lingers', () => {
    expect(client('established.lingering', 'first.hello')).toMatchObject({ moved: false, actions: [] });
    expect(client('established.lingering', 'first.garbage').next).toBe('established.open');
  });

  it('closes only the channels when it is closed while it lingers, and the rest once the first connection is over', () => {
    const { next, actions } = client('established.lingering', 'close');
    expect(next).toBe('closing');
    expect(actions).toEqual([{ type: 'closeChannels' }]);
    const over: [ClientEventType, Facts][] = [
      ['first.ended', {}],
      ['first.reset', {}],
      ['first.garbage', {}],
      ['timeout', { limit: 'lingerTimeout' }],
    ];
    for (const [type, facts] of over) {
      expect(client('closing', type, facts)).toMatchObject({ next: 'closed', actions: [{ type: 'releaseAll' }] });
    }
    for (const type of ['first.hello', 'first.decline', 'array.ended', 'array.group', 'close'] as const) {
      expect(client('closing', type)).toMatchObject({ moved: false, actions: [] });
    }
  });
});

describe('the server process', () => {
  const asked: Facts = { mode: 'storage', fallback: true };
  const right: Facts = { tag: 'right', reason: 'groupFull' };

  it('falls back on a DECLINE on `first` with the right tag and a reason that allows it, once', () => {
    const outcome = server('handshaking.storage.awaitingReady', 'first.decline', right, asked);
    expect(outcome.next).toBe('handshaking.connectingFirst');
    expect(outcome.actions.map(({ type }) => type)).toEqual(['startFallback', 'dialFirst']);
    expect(outcome.context).toEqual({ mode: 'network', fallback: true });
    expect(server('handshaking.network.awaitingDescriptor', 'first.decline', right, outcome.context).next).toBe('failed');
  });

  it.each([
    ['the tag is wrong', 'first.decline', { ...right, tag: 'wrong' }, asked],
    ['the reason does not allow it', 'first.decline', { ...right, reason: 'busy' }, asked],
    ['nobody asked for it', 'first.decline', right, { ...asked, fallback: false }],
    ['it came on another connection', 'array.decline', right, asked],
  ] as [string, ServerEventType, Facts, Facts][])('does not fall back where %s', (_why, type, facts, context) => {
    const { next, actions } = server('handshaking.storage.awaitingReady', type, facts, context);
    expect(next).toBe('failed');
    expect(actions[0]).toEqual({ type: 'reportFailed', code: 'declined' });
  });

  it('falls back by itself from an array that it does not know', () => {
    const facts: Facts = { tag: 'right', array: 'unknown' };
    const outcome = server('handshaking.storage.awaitingPort', 'first.port', facts, asked);
    expect(outcome.actions.map(({ type }) => type)).toEqual(['sendDecline', 'startFallback', 'dialFirst']);
    expect(server('handshaking.storage.awaitingPort', 'first.port', facts, { ...asked, fallback: false }).next).toBe('failed');
  });

  it('is established once READY has come on both connections, whichever is first', () => {
    const tag: Facts = { tag: 'right' };
    expect(server('handshaking.network.awaitingReady.both', 'first.ready', tag).next).toBe(
      'handshaking.network.awaitingReady.second',
    );
    expect(server('handshaking.network.awaitingReady.second', 'second.ready', tag).next).toBe('established');
    expect(server('handshaking.network.awaitingReady.both', 'second.ready', tag).next).toBe(
      'handshaking.network.awaitingReady.first',
    );
    expect(server('handshaking.network.awaitingReady.first', 'first.ready', tag).next).toBe('established');
  });

  it('waits for the reason when the array connection has ended', () => {
    expect(server('handshaking.storage.awaitingReady', 'array.reset').next).toBe('handshaking.storage.awaitingVerdict');
  });

  it('minds nothing that comes on the first connection while it attaches the group, not even a DECLINE that would fall back', () => {
    for (const type of serverMachine.events.filter((event) => event.startsWith('first.') && !/connected|refused/.test(event))) {
      const outcome = server('handshaking.storage.attachingGroup', type, right, asked);
      expect(outcome, type).toMatchObject({ next: 'handshaking.storage.attachingGroup', moved: false, actions: [] });
    }
  });

  it('tells of the loss of the array connection while it attaches the group', () => {
    for (const [type, code] of [
      ['array.ended', 'connectionEnded'],
      ['array.reset', 'connectionReset'],
    ] as const) {
      expect(server('handshaking.storage.attachingGroup', type)).toMatchObject({
        next: 'failed',
        actions: [{ type: 'sendDecline', reason: 'connectionLost' }, { type: 'reportFailed', code }, { type: 'releaseAll' }],
      });
    }
  });
});

describe('the limits', () => {
  const names = (state: string) => limitsOf(state).map(({ limit }) => limit);

  it('run once for the three states that wait for READY in network mode', () => {
    const [ready] = limitsOf('handshaking.network.awaitingReady.both');
    expect(limitsOf('handshaking.network.awaitingReady.first')[0]).toEqual(ready);
    expect(limitsOf('handshaking.network.awaitingReady.second')[0]).toEqual(ready);
    expect(limitsOf('established.lingering')[0]).not.toEqual(limitsOf('closing')[0]);
    expect(limitsOf('handshaking.storage.awaitingReady')[0]).not.toEqual(limitsOf('handshaking.storage.awaitingVerdict')[0]);
  });

  it('run where the page says', () => {
    expect(names('handshaking.storage.awaitingGroup')).toEqual(['groupTimeout', 'handshakeTimeout']);
    expect(names('awaitingFirstFrame')).toEqual(['firstFrameTimeout']);
    expect(names('handshaking.storage.openingPort')).toEqual(['handshakeTimeout']);
    expect(names('established.open')).toEqual([]);
    expect(names('closing')).toEqual(['lingerTimeout']);
  });

  it('each run somewhere and each are a failure code', () => {
    const running = new Set<LimitName>([...clientMachine.states, ...serverMachine.states].flatMap((state) => names(state)));
    expect([...running].sort()).toEqual([...limitNames].sort());
    expect(failureCodes).toEqual(expect.arrayContaining([...limitNames]));
  });

  it('stand beside fourteen reasons', () => {
    expect(reasonNames).toHaveLength(14);
  });
});
