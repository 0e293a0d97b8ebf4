/** A trace record in words and arrows: what an event was, which frames it names, how it is drawn. */
import type { Drawn, Field, Frame, Moment, MomentKind, Named } from '../contract.ts';
import type { RecordKind } from './columns.ts';

/** Lifelines of a trace: one for each role. */
export const lifelines = { server: 'server process', client: 'client process' } as const;

type Typed = { readonly type: string; readonly [fact: string]: unknown };

/** An event or an action with its facts apart. */
export function namedOf({ type, ...facts }: Typed): Named {
  return { type, facts };
}

/** A record in one line: what happened, what was done, and where that led. */
export function lineOf({ event, actions, state, next }: RecordKind): string {
  const done = actions.map(wordsOf);
  return [
    wordsOf(event),
    ...(next === state || next === '' ? [] : [`→ ${next}`]),
    ...(done.length === 0 ? [] : [`· ${done.join(', ')}`]),
  ].join(' ');
}

/** `first.hello (mode network, connections same)` */
function wordsOf({ type, ...facts }: Typed): string {
  const words = Object.entries(facts).map(
    ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return words.length === 0 ? type : `${type} (${words.join(', ')})`;
}

/** What kind of thing a record is about. */
export function momentKindOf({ event, actions }: RecordKind): MomentKind {
  const { type } = event;
  if (type === 'start') return 'start';
  if (type === 'timeout') return 'timeout';
  if (type === 'close' || type === 'abort') return 'user';
  if (/\.(reset|garbage)$/.test(type) || isRefusal(actions)) return 'fault';
  if (frameOf(type) !== undefined) return 'frame';
  if (/^(port|group)\./.test(type)) return 'call';
  return /^(first|second|array)\./.test(type) ? 'connection' : 'event';
}

/** Whether a record tells of something that is not supposed to happen. */
export function isFault({ event, actions }: RecordKind): boolean {
  const { type } = event;
  const isBad =
    type === 'timeout' ||
    /\.(reset|garbage|refused|exhausted|unavailable|unknown|full|decline)$/.test(type) ||
    event['tag'] === 'wrong' ||
    (typeof event['pairing'] === 'string' && event['pairing'] !== 'joined');
  return (
    isBad || actions.some((action) => action.type === 'reportFailed' || action.type === 'startFallback' || isRefusal([action]))
  );
}

const isRefusal = (actions: readonly Typed[]) => actions.some(({ type }) => type === 'refuseArray');

/** Frames that an action sends, by the name of the frame and the connection that it goes on. */
const sends: Readonly<
  Record<string, Readonly<Record<'client' | 'server', readonly (readonly [frame: string, channel: string])[]>>>
> = {
  sendHello: { client: [], server: [['HELLO', 'first']] },
  sendDescriptor: { client: [['DESCRIPTOR', 'first']], server: [['DESCRIPTOR', 'second']] },
  sendPort: { client: [['PORT', 'first']], server: [] },
  sendGroup: { client: [], server: [['GROUP', 'array']] },
  sendDecline: { client: [['DECLINE', 'first']], server: [['DECLINE', 'first']] },
};

const dials: Readonly<Record<string, string>> = {
  dialFirst: 'dials connection 1 on the WKP',
  dialSecond: 'dials connection 2 on the WKP (steps 94, 96, 98)',
  dialArray: 'dials the dynamic port (steps 142, 144, 234)',
};

/** How frames are told that a record names: `both` where the other side's records are there too, so that a frame is drawn where it arrives. */
export interface Drawing {
  readonly both: boolean;
  /** Frames with their bytes, in order, where somebody recorded them. */
  readonly frames: readonly RecordedFrame[];
}

/** A frame that was recorded behind its record. */
export interface RecordedFrame {
  readonly way: 'sent' | 'received';
  readonly channel: string;
  readonly frame: Pick<Frame, 'name' | 'fields' | 'hex'>;
}

/** What a sequence diagram draws for a record. */
export function drawnOf(kind: RecordKind, session: string, { both, frames }: Drawing): Drawn[] {
  const [me, peer] = kind.role === 'client' ? [lifelines.client, lifelines.server] : [lifelines.server, lifelines.client];
  const note = (text: string, fault = false): Drawn => ({ kind: 'note', over: me, text, fault });
  const arrow = (from: string, to: string, frame: Frame, fault: boolean): Drawn => ({
    kind: 'message',
    from,
    to,
    text: frame.channel === undefined ? frame.name : `${frame.name} on ${frame.channel}`,
    fault,
    lost: false,
    frame,
  });
  const { event, actions } = kind;
  const received = frameOf(event.type);
  const left = [...frames];
  const bytesOf = (way: RecordedFrame['way'], name: string, channel: string) => {
    const index = left.findIndex((one) => one.way === way && one.channel === channel && one.frame.name === name);
    return index < 0 ? undefined : left.splice(index, 1)[0]?.frame;
  };
  const drawn: Drawn[] = [];
  if (received === undefined) drawn.push(note(wordsOf(event), isFault({ ...kind, actions: [] })));
  else {
    const bytes = bytesOf('received', received.name, received.channel);
    drawn.push(arrow(peer, me, frameWith(received, session, fieldsOf(event), bytes), isFault({ ...kind, actions: [] })));
  }
  for (const action of actions) {
    if (dials[action.type] !== undefined) drawn.push(note(dials[action.type] as string));
    for (const [name, channel] of sentBy(action, kind)) {
      const frame = frameWith({ name, channel }, session, fieldsOf(action), bytesOf('sent', name, channel));
      drawn.push(both ? note(`sends ${name} on ${channel}`, name === 'DECLINE') : arrow(me, peer, frame, name === 'DECLINE'));
    }
    if (action.type === 'reportEstablished') drawn.push(note('session complete'));
    if (action.type === 'reportFailed') drawn.push(note(`gives up: ${String(action['code'] ?? 'nobody says why')}`, true));
    if (action.type === 'startFallback') drawn.push(note('falls back to network mode', true));
  }
  return drawn;
}

function sentBy(action: Typed, { role, state }: RecordKind): readonly (readonly [string, string])[] {
  if (action.type === 'sendReady') {
    return state.includes('storage')
      ? [['READY', 'array']]
      : [
          ['READY', 'second'],
          ['READY', 'first'],
        ];
  }
  if (action.type === 'refuseArray') return action['reason'] === undefined ? [] : [['DECLINE', 'array']];
  return sends[action.type]?.[role] ?? [];
}

function frameWith(
  { name, channel }: { readonly name: string; readonly channel: string },
  session: string,
  facts: readonly Field[],
  bytes: Pick<Frame, 'fields' | 'hex'> | undefined,
): Frame {
  const place = { name, channel, connection: `${session}.${channel}` };
  if (bytes?.hex === undefined) return { ...place, fields: facts };
  return {
    ...place,
    fields: [...bytes.fields, ...facts.filter(({ name: fact }) => fact === 'tag')].map(asVerdict),
    hex: bytes.hex,
    bytesFrom: 'wire',
  };
}

/** What a receiver found out of a tag stands beside the tag itself. */
const asVerdict = (field: Field): Field =>
  field.name === 'tag' && field.offset === undefined ? { ...field, name: 'tag is' } : field;

const fieldsOf = ({ type: _, ...facts }: Typed): Field[] =>
  Object.entries(facts).map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));

/** The frame that an event of this type is about. */
function frameOf(type: string): { readonly name: string; readonly channel: string } | undefined {
  const [, channel, name] = /^(first|second|array)\.(hello|descriptor|port|group|ready|decline)$/.exec(type) ?? [];
  return channel === undefined || name === undefined ? undefined : { name: name.toUpperCase(), channel };
}

/** The moment of a record, without what only its recording knows. */
export function momentOf(
  kind: RecordKind,
  session: string,
  drawing: Drawing,
): Pick<Moment, 'session' | 'who' | 'kind' | 'text' | 'fault' | 'drawn'> {
  return {
    session,
    who: lifelines[kind.role],
    kind: momentKindOf(kind),
    text: lineOf(kind),
    fault: isFault(kind),
    drawn: drawnOf(kind, session, drawing),
  };
}
