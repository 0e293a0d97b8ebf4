/** What the actions of one role's chart come to, as seen by whoever holds the other ends of its connections. */
import type { Output } from '../../compile/compile.ts';
import type { ConnectionName, RoleInput, RoleOutput } from './path.ts';

/** A connection of the attempt, as both ends have left it. */
export interface ConnectionView {
  /** The role dials and nobody has answered yet. */
  readonly dialling: boolean;
  /** What the tester has done last: `deaf` once it sent a malformed frame, since nothing behind it is read. */
  readonly tester: 'open' | 'deaf' | 'ended' | 'reset';
}

/** The connections that the role has not closed, by name; and what of the past decides how it ends them. */
export interface Connections {
  readonly open: Readonly<Partial<Record<ConnectionName, ConnectionView>>>;
  /** Step 100 is done and the server process is not established: the client process may be, so what fails now is reset. */
  readonly resetsOnFailure: boolean;
  readonly mode: 'network' | 'storage';
}

export const noConnections: Connections = { open: {}, resetsOnFailure: false, mode: 'network' };

const made: ConnectionView = { dialling: false, tester: 'open' };

/** What the input itself does to the connections, before the role reacts. */
export function afterInput(connections: Connections, input: RoleInput): Connections {
  const [name = '', what = ''] = input.type.split('.', 2);
  const set = (connection: ConnectionName, view: ConnectionView | undefined): Connections => {
    const { [connection]: _, ...others } = connections.open;
    return { ...connections, open: view === undefined ? others : { ...others, [connection]: view } };
  };
  const known = connections.open[name as ConnectionName];
  if (input.type === 'first.hello' && input['mode'] !== undefined)
    return { ...connections, mode: input['mode'] as Connections['mode'] };
  if (what === 'joined' || what === 'accepted' || what === 'connected') return set(name as ConnectionName, made);
  if (what === 'refused') return name === 'group' ? connections : set(name as ConnectionName, undefined);
  if (known === undefined) return connections;
  if (what === 'ended') return set(name as ConnectionName, { ...known, tester: 'ended' });
  if (what === 'reset') return set(name as ConnectionName, { ...known, tester: 'reset' });
  if (what === 'garbage') return set(name as ConnectionName, { ...known, tester: 'deaf' });
  return connections;
}

/** Carries out what the chart gave out; collects what of it can be seen. */
class Performance {
  readonly seen: RoleOutput[] = [];
  readonly open: Partial<Record<ConnectionName, ConnectionView>>;
  resetsOnFailure: boolean;
  mode: Connections['mode'];

  constructor({ open, resetsOnFailure, mode }: Connections) {
    this.open = { ...open };
    this.resetsOnFailure = resetsOnFailure;
    this.mode = mode;
  }

  dial(connection: ConnectionName): void {
    this.open[connection] = { dialling: true, tester: 'open' };
    this.seen.push({ type: 'dials', connection });
  }

  send(connection: ConnectionName, output: Omit<Extract<RoleOutput, { type: 'sends' }>, 'type' | 'connection'>): void {
    if (this.open[connection]?.tester !== 'reset') this.seen.push({ type: 'sends', connection, ...output });
  }

  /** DECLINE on a connection that stands: neither an end, nor a reset, nor a malformed frame was seen on it. */
  decline(connection: ConnectionName, reason: unknown): void {
    const view = this.open[connection];
    if (view === undefined || view.dialling || view.tester !== 'open' || this.resetsOnFailure) return;
    this.send(connection, { frame: 'decline', reason: String(reason) });
  }

  /** A dial that was given up leaves nothing to be seen; nor does anything that is done behind the tester's reset. */
  leave(connection: ConnectionName, type: 'closes' | 'resets'): void {
    const view = this.open[connection];
    delete this.open[connection];
    if (view !== undefined && !view.dialling && view.tester !== 'reset') this.seen.push({ type, connection });
  }

  leaveAll(): void {
    for (const connection of ['first', 'second', 'array'] as const) {
      this.leave(connection, this.resetsOnFailure && connection !== 'array' ? 'resets' : 'closes');
    }
  }

  report({ type, params }: Output): void {
    if (type === 'reportFailed') this.seen.push({ type: 'failed', code: String(params?.['code']) });
    if (type === 'reportEstablished') this.seen.push({ type: 'established', mode: this.mode });
  }

  result(): { readonly connections: Connections; readonly seen: readonly RoleOutput[] } {
    const { open, resetsOnFailure, mode } = this;
    return { connections: { open, resetsOnFailure, mode }, seen: this.seen };
  }
}

/** What is seen when the client process does this. */
export function performClient(connections: Connections, outputs: readonly Output[]) {
  const stage = new Performance(connections);
  for (const output of outputs) {
    switch (output.type) {
      case 'sendDescriptor':
        stage.send('first', { frame: 'descriptor' });
        break;
      case 'sendPort':
        stage.send('first', { frame: 'port' });
        break;
      case 'openPort':
      case 'attachGroup':
        stage.seen.push({ type: 'asks', call: output.type });
        break;
      case 'sendReady':
        for (const connection of stage.mode === 'network' ? (['second', 'first'] as const) : (['array'] as const))
          stage.send(connection, { frame: 'ready' });
        break;
      case 'sendDecline':
        stage.decline('first', output.params?.['reason']);
        break;
      case 'refuseArray':
        if (output.params?.['reason'] !== undefined) stage.decline('array', output.params['reason']);
        stage.leave('array', 'closes');
        break;
      case 'handOver':
        // The session that this connection was given to is complete, on its first connection and on this one.
        for (const connection of ['first', 'other'] as const) stage.seen.push({ type: 'sends', connection, frame: 'ready' });
        stage.seen.push({ type: 'established', mode: 'network' });
        break;
      case 'closeFirst':
        stage.leave('first', 'closes');
        break;
      case 'releaseAll':
        stage.leaveAll();
        break;
      case 'acceptArray':
      case 'closePort':
      case 'closeChannels':
        break;
      default:
        stage.report(output);
    }
  }
  return stage.result();
}

/** What is seen when the server process does this. */
export function performServer(connections: Connections, outputs: readonly Output[]) {
  const stage = new Performance(connections);
  for (const output of outputs) {
    switch (output.type) {
      case 'dialFirst':
        stage.dial('first');
        break;
      case 'dialSecond':
        stage.dial('second');
        break;
      case 'dialArray':
        stage.dial('array');
        break;
      case 'sendHello':
        stage.send('first', { frame: 'hello', mode: stage.mode });
        break;
      case 'sendDescriptor':
        stage.send('second', { frame: 'descriptor' });
        stage.resetsOnFailure = true;
        break;
      case 'sendGroup':
        stage.send('array', { frame: 'group' });
        break;
      case 'attachGroup':
        stage.seen.push({ type: 'asks', call: 'attachGroup' });
        break;
      case 'sendDecline':
        stage.decline('first', output.params?.['reason']);
        break;
      case 'closeFirst':
        stage.leave('first', 'closes');
        break;
      case 'startFallback':
        stage.leaveAll();
        stage.mode = 'network';
        break;
      case 'releaseAll':
        stage.leaveAll();
        break;
      default:
        if (output.type === 'reportEstablished') stage.resetsOnFailure = false;
        stage.report(output);
    }
  }
  return stage.result();
}
