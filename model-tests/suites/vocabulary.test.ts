import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { clientMachine as clientTable } from '../../impl/protocol/client.ts';
import { failureCodes } from '../../impl/protocol/errors.ts';
import { defaultLimits as implementedLimits, limitsOf } from '../../impl/protocol/limits.ts';
import { reasonNames, reasons } from '../../impl/protocol/reasons.ts';
import { serverMachine as serverTable } from '../../impl/protocol/server.ts';
import { clientMachine, defaultLimits, type FailureCode, fallbackReasons, serverMachine } from '../../machines/index.ts';
import { chartDelays, chartTransitions, stateNodes } from '../compile/chart-transitions.ts';
import { clientAlphabet, declineReasons, serverAlphabet } from '../validate/alphabet.ts';
import { clientSpeaking, serverSpeaking } from '../validate/possible-events.ts';
import { walk } from './lockstep.ts';

const client = {
  role: 'client',
  chart: clientMachine as AnyStateMachine,
  table: clientTable,
  alphabet: clientAlphabet,
  speaking: clientSpeaking,
};
const server = {
  role: 'server',
  chart: serverMachine as AnyStateMachine,
  table: serverTable,
  alphabet: serverAlphabet,
  speaking: serverSpeaking,
};
const roles = [client, server];

/** The chart's failure codes: the compiler refuses a list that lacks one. */
const chartCodes: Readonly<Record<FailureCode, true>> = {
  firstFrameTimeout: true,
  secondTimeout: true,
  arrayTimeout: true,
  groupTimeout: true,
  lingerTimeout: true,
  connectTimeout: true,
  replyTimeout: true,
  readyTimeout: true,
  handshakeTimeout: true,
  declined: true,
  connectionRefused: true,
  connectionEnded: true,
  connectionReset: true,
  frameMalformed: true,
  protocolViolation: true,
  tagWrong: true,
  descriptorUnknown: true,
  busy: true,
  connectionsMismatch: true,
  modeUnavailable: true,
  portsExhausted: true,
  arrayUnknown: true,
  groupUnknown: true,
  groupRefused: true,
  groupFull: true,
  aborted: true,
  closed: true,
};

const sorted = (words: Iterable<string>) => [...words].sort();

/** Actions that the chart gives somewhere, in transitions or on entering and leaving a state. */
function actionsOf(chart: AnyStateMachine): { readonly type: string; readonly params?: Readonly<Record<string, string>> }[] {
  const inTransitions = [...chartTransitions(chart).keys()].flatMap(
    (definition) => Reflect.get(definition, 'actions') as unknown[],
  );
  const inStates = stateNodes(chart).flatMap(({ config }) => [config.entry ?? [], config.exit ?? []].flat() as unknown[]);
  return [...inTransitions, ...inStates].map((action) => (typeof action === 'string' ? { type: action } : action)) as never;
}

const leaves = (chart: AnyStateMachine) =>
  stateNodes(chart)
    .filter((node) => Object.keys(node.states).length === 0)
    .map((node) => node.path.join('.'));

describe.each(roles)('the $role process', ({ chart, table, alphabet }) => {
  test('has the same states in the chart and in the table', () => {
    expect(sorted(table.states)).toEqual(sorted(leaves(chart)));
  });

  test('knows the same events, but that a chart counts an expired limit among its delays', () => {
    const tableEvents = table.events.filter((type) => type !== 'timeout');
    expect(sorted(tableEvents)).toEqual(sorted(Object.keys(alphabet)));
    const written = [...chartTransitions(chart).values()].map(({ event }) => event);
    const events = written.filter((event) => !event.startsWith('after ') && !event.endsWith('.*'));
    expect(events.filter((event) => !Object.hasOwn(alphabet, event))).toEqual([]);
  });

  test('has the same actions, but that the change of mode is context in one and an action in the other', () => {
    const chartActions = new Set(actionsOf(chart).map(({ type }) => type));
    chartActions.delete('switchToNetwork');
    expect(sorted(table.actions)).toEqual(sorted(chartActions));
  });

  test('gives only reasons and codes that the implementation has', () => {
    const params = actionsOf(chart).map((action) => action.params ?? {});
    const known = (word: string | undefined, words: readonly string[]) => word === undefined || words.includes(word);
    expect(params.filter(({ reason, code }) => !known(reason, reasonNames) || !known(code, failureCodes))).toEqual([]);
  });

  test('has the same limits in the same states', () => {
    const names = new Set([...chartDelays(chart).values()].map(({ name }) => name));
    expect(sorted(new Set(table.states.flatMap((state) => limitsOf(state).map(({ limit }) => limit))))).toEqual(sorted(names));
  });
});

test('both sides have the same reasons, and the same ones allow a fall back', () => {
  expect(sorted(reasonNames)).toEqual(sorted(declineReasons));
  expect(sorted(reasonNames.filter((name) => reasons[name].fallsBack))).toEqual(sorted(fallbackReasons));
});

test('both sides have the same failure codes', () => {
  expect(sorted(failureCodes)).toEqual(sorted(Object.keys(chartCodes)));
});

test('both sides have the same defaults of the limits', () => {
  expect(implementedLimits).toEqual(defaultLimits);
});

describe('step by step', () => {
  const walks = [
    { name: 'the client process', ...client, input: {} },
    ...(['network', 'storage'] as const).flatMap((mode) =>
      [false, true].map((fallback) => ({
        name: `the server process in ${mode} mode${fallback ? ' that may fall back' : ''}`,
        ...server,
        input: { mode, fallback },
      })),
    ),
  ].map((pair) => ({ ...pair, findings: walk(pair as never) }));

  test.each(walks)('$name does what its chart does: next state, actions and limits, in each state for each event', (pair) => {
    const { disagreements, compared, states } = pair.findings;
    expect(disagreements).toEqual([]);
    expect(compared).toBeGreaterThan(300);
    expect(states.size).toBeGreaterThan(5);
  });

  test('each state of the charts is reached', () => {
    for (const { chart, role } of roles) {
      const reached = walks.filter((pair) => pair.role === role).flatMap((pair) => [...pair.findings.states]);
      expect(sorted(new Set(reached))).toEqual(sorted(leaves(chart)));
    }
  });

  test('only where the first connection does not stand does one of them decline and the other does not', () => {
    const [ofClient, ...ofServers] = walks.map((pair) => pair.findings.declinesDiffer);
    expect([...(ofClient ?? [])]).toEqual([]);
    expect(sorted(new Set(ofServers.flatMap((states) => [...states])))).toEqual([
      'handshaking.connectingFirst',
      'handshaking.network.awaitingReady.both',
      'handshaking.network.awaitingReady.first',
      'handshaking.network.awaitingReady.second',
    ]);
  });

  test('a table with one row changed is found', () => {
    const broken = { ...clientTable, table: { ...clientTable.table, closing: {} } };
    const { disagreements } = walk({
      chart: clientMachine,
      table: broken,
      alphabet: clientAlphabet,
      speaking: clientSpeaking,
      input: {},
    });
    expect(disagreements).toContain('closing, {"type":"first.ended"}: the chart goes to closed, the table to closing');
  });
});
