/**
 * `stpconnect connect`: the server process. Dials a client process and joins the session with stdin, stdout and stderr.
 */
import { connect } from '../impl/index.ts';
import type { LimitArguments } from './arguments.ts';
import { openTrace, readSecret, type TraceFile } from './files.ts';
import { watchInterruption } from './interrupt.ts';
import { joinTerminal } from './join.ts';
import { couldNotRun, explain, HELD, VerbError, VIOLATED } from './outcome.ts';

/** The options of the verb, as the command line has them. */
export interface ConnectArguments {
  readonly mode: 'network' | 'storage';
  readonly group?: string;
  readonly fallback?: 'network';
  readonly secretFile?: string;
  readonly trace?: string;
  readonly limit?: LimitArguments;
}

/** Runs the verb and answers with its exit code. Throws VerbError, and StpConnectError where the handshake fails. */
export async function connectVerb(address: string, options: ConnectArguments): Promise<number> {
  refuseStorage(options);
  const secret = readSecret(options.secretFile);
  const trace = openTrace(options.trace);
  const interruption = watchInterruption();
  try {
    return await dialAndJoin(address, options, secret, trace, interruption.signal);
  } catch (error) {
    const code = interruption.exitCode();
    if (code === undefined) {
      throw error;
    }
    return code;
  } finally {
    interruption.release();
    trace.close();
  }
}

async function dialAndJoin(
  address: string,
  options: ConnectArguments,
  secret: Uint8Array,
  trace: TraceFile,
  signal: AbortSignal,
): Promise<number> {
  const session = await connect({
    wkp: address,
    mode: 'network',
    secret,
    signal,
    limits: options.limit ?? {},
    trace: trace.write,
  });
  const stop = () => void session.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await joinTerminal(session, { input: process.stdin, output: process.stdout, errors: process.stderr });
    return HELD;
  } catch (error) {
    throw new VerbError(`the session broke: ${explain(error)}`, VIOLATED, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Two processes cannot meet in the memory of one of them. */
function refuseStorage(options: ConnectArguments): void {
  if (options.mode === 'storage') {
    throw couldNotRun(
      'storage mode needs a storage array that both processes are attached to; the emulated array lives in the memory of one ' +
        'process, so the command line cannot offer one (nor fall back from it): use --mode network',
    );
  }
  for (const name of ['group', 'fallback'] as const) {
    if (options[name] !== undefined) {
      throw couldNotRun(`--${name} ${options[name]} means something in storage mode only, and the mode is ${options.mode}`);
    }
  }
}
