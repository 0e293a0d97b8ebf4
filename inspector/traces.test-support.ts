/** Traces as processes write them (docs/protocol.md, section 9), made up. */

/** A step of a session: what its record says beside who, when and which session. */
export type Step = readonly [state: string, event: object, actions: readonly object[], next: string];

/** The HELLO of a session in network mode, as a client process takes it. */
export const hello = { type: 'first.hello', mode: 'network', connections: 'same', capacity: 'free' };
/** A client process whose session is established. */
export const established: readonly Step[] = [
  ['', { type: 'start' }, [], 'awaitingFirstFrame'],
  ['awaitingFirstFrame', hello, [{ type: 'sendDescriptor' }], 'handshaking.network.awaitingSecond'],
  [
    'handshaking.network.awaitingSecond',
    { type: 'second.joined' },
    [{ type: 'sendReady' }, { type: 'reportEstablished' }],
    'established.open',
  ],
];
const refused: readonly Step[] = [
  ['', { type: 'start', mode: 'network', fallback: false }, [{ type: 'dialFirst' }], 'handshaking.connectingFirst'],
  [
    'handshaking.connectingFirst',
    { type: 'first.refused' },
    [{ type: 'reportFailed', code: 'connectionRefused' }, { type: 'releaseAll' }],
    'failed',
  ],
  ['failed', { type: 'close' }, [], 'failed'],
];

/** The records of one session, ten milliseconds apart. */
export function records(session: string, steps: readonly Step[], from = 0, role = 'client'): object[] {
  return steps.map(([state, event, actions, next], seq) => ({
    session,
    seq,
    role,
    time: from + 10 * seq,
    state,
    event,
    actions,
    next,
  }));
}

/** Records as NDJSON. */
export const lines = (all: readonly object[]) => all.map((record) => `${JSON.stringify(record)}\n`).join('');

/** Sessions of three records each, in turn established ones of a client process and refused ones of server processes. */
export function manySessions(count: number): string {
  return Array.from({ length: count }, (_, index) =>
    lines(
      index % 2 === 0
        ? records(`client ${index}`, established, 100 * index)
        : records(`server ${index}`, refused, 100 * index, 'server'),
    ),
  ).join('');
}

/** A session whose name, and whose peer, try to be markup. */
export function hostileText(): string {
  const markup = '<img src=x onerror=alert(1)>"\'</script><svg onload=alert(2)>';
  const text = JSON.stringify(markup);
  return (
    lines(records(markup, established)) + lines(records('plain', refused, 50, 'server')).replaceAll('"connectionRefused"', text)
  );
}
