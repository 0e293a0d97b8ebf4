/** What one side's records tell of its connections: which there are, and whether they stand. */
import type { ConnectionState } from '../contract.ts';
import type { RecordKind } from './columns.ts';
import { lifelines } from './words.ts';

type Channel = 'first' | 'second' | 'array';
type Phase = ConnectionState['phase'];

const dials: Readonly<Record<string, Channel>> = { dialFirst: 'first', dialSecond: 'second', dialArray: 'array' };

/** The connections behind these records of one session, from its first on. */
export function connectionsOf(session: string, records: Iterable<RecordKind>): ConnectionState[] {
  const phases = new Map<Channel, Phase>();
  for (const record of records) follow(phases, record);
  return [...phases].map(([channel, phase]) => ({
    id: `${session}.${channel}`,
    name: channel,
    channel,
    dialer: lifelines.server,
    acceptor: lifelines.client,
    phase,
    toDialer: [],
    toAcceptor: [],
  }));
}

function follow(phases: Map<Channel, Phase>, { role, event, actions, next }: RecordKind): void {
  const [, channel, happened] = /^(first|second|array)\.(\w+)$/.exec(event.type) ?? [];
  if (role === 'client' && event.type === 'start') phases.set('first', 'open');
  if (channel !== undefined && happened !== undefined) phases.set(channel as Channel, phaseBehind(happened));
  for (const { type } of actions) {
    const dialled = dials[type];
    if (dialled !== undefined) phases.set(dialled, 'dialing');
    if (type === 'closeFirst') phases.set('first', 'gone');
    if (type === 'refuseArray') phases.set('array', 'gone');
    if (type === 'releaseAll' || type === 'startFallback') for (const each of phases.keys()) phases.set(each, 'gone');
  }
  if (/^(closed|failed|joined)$/.test(next)) for (const each of phases.keys()) phases.set(each, 'gone');
}

function phaseBehind(happened: string): Phase {
  return /^(refused|ended|reset|garbage)$/.test(happened) ? 'gone' : 'open';
}
