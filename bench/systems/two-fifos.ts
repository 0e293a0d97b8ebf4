/**
 * A client of 8 states and a server of 8 states that dial, open, send data and close through two bounded FIFOs: the system on which
 * explorers are compared. Its charts are plain XState.
 */
import { sendTo, setup } from 'xstate';
import { compose } from '../../model-tests/index.ts';

const send = (link: 'c2s' | 's2c', type: string) => sendTo(link, { type });

const dataTo = (link: 'c2s' | 's2c') => ({
  'send.d0': { actions: send(link, 'D0') },
  'send.d1': { actions: send(link, 'D1') },
});

const dataFrom = { D0: {}, D1: {} };

/** Dials, sends, and closes its direction. */
export const clientChart = setup({}).createMachine({
  id: 'client',
  initial: 'idle',
  states: {
    idle: { on: { 'send.syn': { target: 'dial1', actions: send('c2s', 'SYN') } } },
    dial1: { on: { ID: 'gotId' } },
    gotId: { on: { 'send.echo': { target: 'dial2', actions: send('c2s', 'ECHO') } } },
    dial2: { on: { OK: 'open' } },
    open: {
      on: { ...dataTo('c2s'), ...dataFrom, 'send.fin': { target: 'halfClosed', actions: send('c2s', 'FIN') }, FIN: 'drain' },
    },
    halfClosed: { on: { ...dataFrom, FIN: 'closed' } },
    drain: { on: { ...dataTo('c2s'), 'send.fin': { target: 'closed', actions: send('c2s', 'FIN') } } },
    closed: {},
  },
});

/** Answers, sends, and closes its direction. */
export const serverChart = setup({}).createMachine({
  id: 'server',
  initial: 'listen',
  states: {
    listen: { on: { SYN: 'accepted' } },
    accepted: { on: { 'send.id': { target: 'awaitingId', actions: send('s2c', 'ID') } } },
    awaitingId: { on: { ECHO: 'paired' } },
    paired: { on: { 'send.ok': { target: 'open', actions: send('s2c', 'OK') } } },
    open: {
      on: { ...dataTo('s2c'), ...dataFrom, 'send.fin': { target: 'halfClosed', actions: send('s2c', 'FIN') }, FIN: 'drain' },
    },
    halfClosed: { on: { ...dataFrom, FIN: 'closed' } },
    drain: { on: { ...dataTo('s2c'), 'send.fin': { target: 'closed', actions: send('s2c', 'FIN') } } },
    closed: {},
  },
});

/** The system as it is written down, with room for `toServer` messages in one direction and `toClient` in the other. */
export function describeTwoFifos(toServer: number, toClient: number) {
  const machines = {
    client: { chart: clientChart, events: ['send.syn', 'send.echo', 'send.d0', 'send.d1', 'send.fin'], unexpected: 'waits' },
    server: { chart: serverChart, events: ['send.id', 'send.ok', 'send.d0', 'send.d1', 'send.fin'], unexpected: 'waits' },
  } as const;
  const links = {
    c2s: { kind: 'channel', from: 'client', to: 'server', capacity: toServer },
    s2c: { kind: 'channel', from: 'server', to: 'client', capacity: toClient },
  } as const;
  return { machines, links };
}

/** The system that is described so. */
export function twoFifos(toServer: number, toClient: number) {
  return compose(describeTwoFifos(toServer, toClient));
}
