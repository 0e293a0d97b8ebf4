/**
 * `connect` and `listen` of the implementation, with a monitor that follows each session on its statechart while it lives. The implementation
 * knows nothing of it: the monitor reads the trace.
 */
import {
  type ConnectOptions,
  type Listener,
  type ListenOptions,
  connect as plainConnect,
  listen as plainListen,
  type Session,
  type TraceSink,
} from '../impl/index.ts';
import { Monitor, type MonitorError } from './validate/monitor.ts';

/** The options that `connect` and `listen` have beside those of the implementation. */
export interface MonitorOptions {
  /**
   * Whether each record is compared with the statechart as it is made. With `true` a session that violates its chart fails: `connect` rejects,
   * a listener does not give it to `onSession`, and where the user has it already both channels are destroyed with the error. With
   * `'report'` it is only reported. Default false.
   */
  readonly monitor?: boolean | 'report' | undefined;
  /** Gets each violation, at most one for a session. Without it a listener's, and with `'report'` all, become warnings of the process. */
  readonly onViolation?: ((violation: MonitorError) => void) | undefined;
}

/** The options of the monitored `connect`. */
export type MonitoredConnectOptions = ConnectOptions & MonitorOptions;

/** The options of the monitored `listen`. */
export type MonitoredListenOptions = ListenOptions & MonitorOptions;

/**
 * The server process, as `connect` of `stpconnect`, monitored where `monitor` says so.
 *
 * @throws StpConnectError as `connect` does; MonitorError when the session has violated its statechart.
 * @example
 * const session = await connect({ wkp: 'tcp://database:7070', secret, monitor: true });
 */
export function connect(options: MonitoredConnectOptions): Promise<Session> {
  return connectThrough(plainConnect, options);
}

/**
 * The client process, as `listen` of `stpconnect`, monitored where `monitor` says so.
 *
 * @throws StpConnectError as `listen` does.
 * @example
 * const listener = await listen({ wkp, secret, onSession, monitor: true, onViolation: (violation) => log.error(violation) });
 */
export function listen(options: MonitoredListenOptions): Promise<Listener> {
  return listenThrough(plainListen, options);
}

/** The monitored `connect` of any implementation that writes traces. */
export async function connectThrough(dial: typeof plainConnect, options: MonitoredConnectOptions): Promise<Session> {
  const { monitor, onViolation, ...plain } = options;
  if (!monitor) return dial(plain);
  // Only what may be stopped needs something that stops it.
  const stop = monitor === true ? new AbortController() : undefined;
  const tell = onViolation ?? (monitor === 'report' ? warn : undefined);
  let violation: MonitorError | undefined;
  let session: Session | undefined;
  const trace = watch(new Monitor(), plain.trace, (error) => {
    if (monitor === true) {
      violation = error;
      stop?.abort(error);
      if (session !== undefined) fail(session, error);
    }
    tell?.(error);
  });
  try {
    session = await dial({ ...plain, trace, signal: joined(plain.signal, stop?.signal) });
  } catch (error) {
    throw violation ?? error;
  }
  if (violation === undefined) return session;
  fail(session, violation);
  throw violation;
}

/** A signal that aborts when either does; something else than a signal is for the implementation to refuse. */
function joined(own: AbortSignal | undefined, stop: AbortSignal | undefined): AbortSignal | undefined {
  if (own === undefined) return stop;
  return own instanceof AbortSignal && stop !== undefined ? AbortSignal.any([own, stop]) : own;
}

/** The monitored `listen` of any implementation that writes traces. */
export async function listenThrough(open: typeof plainListen, options: MonitoredListenOptions): Promise<Listener> {
  const { monitor, onViolation, ...plain } = options;
  if (!monitor) return open(plain);
  const watching = new Monitor();
  const given = new Map<string, Session>();
  const tell = onViolation ?? warn;
  const trace = watch(watching, plain.trace, (error) => {
    const session = given.get(error.record.session);
    if (monitor === true && session !== undefined) fail(session, error);
    tell(error);
  });
  const onSession = (session: Session): unknown => {
    const violation = monitor === true ? watching.violationOf(session.id) : undefined;
    if (violation !== undefined) {
      fail(session, violation);
      return undefined;
    }
    given.set(session.id, session);
    void session.closed.then(() => given.delete(session.id));
    return plain.onSession(session);
  };
  const isCallable = typeof plain.onSession === 'function';
  return open({ ...plain, trace, ...(isCallable ? { onSession } : {}) });
}

/** A trace that is monitored and goes on to the user's own. */
function watch(monitor: Monitor, trace: TraceSink | undefined, violated: (error: MonitorError) => void): TraceSink {
  return (record) => {
    const violation = monitor.take(record);
    try {
      trace?.(record);
    } finally {
      if (violation !== undefined) violated(violation);
    }
  };
}

/** Nothing more goes through the session; the peer sees a reset. */
function fail(session: Session, violation: MonitorError): void {
  session.data.destroy(violation);
  session.error.destroy(violation);
}

function warn(violation: MonitorError): void {
  process.emitWarning(violation);
}
