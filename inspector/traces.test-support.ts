/** Traces as processes write them (docs/protocol.md, section 9), made up. */

type Step = readonly [state: string, event: object, actions: readonly object[], next: string];

const hello = { type: 'first.hello', mode: 'network', connections: 'same', capacity: 'free' };
const established: readonly Step[] = [
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

function records(session: string, role: 'client' | 'server', steps: readonly Step[], from: number): string {
  return steps
    .map(([state, event, actions, next], seq) =>
      JSON.stringify({ session, seq, role, time: from + 10 * seq, state, event, actions, next }),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Sessions of three records each, in turn established ones of a client process and refused ones of server processes. */
export function manySessions(count: number): string {
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? records(`client ${index}`, 'client', established, 100 * index)
      : records(`server ${index}`, 'server', refused, 100 * index),
  ).join('');
}

/** A session whose name, and whose peer, try to be markup. */
export function hostileText(): string {
  const markup = '<img src=x onerror=alert(1)>"\'</script><svg onload=alert(2)>';
  const text = JSON.stringify(markup);
  return (
    records(markup, 'client', established, 0) + records('plain', 'server', refused, 50).replaceAll('"connectionRefused"', text)
  );
}
