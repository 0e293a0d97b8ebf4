/**
 * `stpconnect connect`: the server process. Dials a client process and joins the session with stdin, stdout and stderr.
 */
import { connect, type StorageArray } from '../impl/index.ts';
import type { LiveInspector } from '../inspector/index.ts';
import type { LimitArguments } from './arguments.ts';
import type { AttachArguments } from './array-options.ts';
import { attachArray } from './attach.ts';
import { openTrace, readSecret, type TraceFile } from './files.ts';
import { watchInterruption } from './interrupt.ts';
import { joinTerminal } from './join.ts';
import { openObserver } from './observer.ts';
import { couldNotRun, explain, HELD, VerbError, VIOLATED } from './outcome.ts';

/** The options of the verb, as the command line has them. */
export interface ConnectArguments extends AttachArguments {
  readonly mode: 'network' | 'storage';
  readonly group?: string;
  readonly fallback?: 'network';
  readonly secretFile?: string;
  readonly trace?: string;
  readonly inspect?: boolean;
  readonly limit?: LimitArguments;
}

/** Runs the verb and answers with its exit code. Throws VerbError, and StpConnectError where the handshake fails. */
export async function connectVerb(address: string, options: ConnectArguments): Promise<number> {
  checkStorage(options);
  const secret = readSecret(options.secretFile);
  const array = attachArray(options);
  const trace = openTrace(options.trace);
  const interruption = watchInterruption();
  let observer: LiveInspector | undefined;
  try {
    observer = await openObserver(options.inspect, `connect ${address}`, array);
    return await dialAndJoin(address, options, { secret, trace, array, observer, signal: interruption.signal });
  } catch (error) {
    const code = interruption.exitCode();
    if (code === undefined) {
      throw error;
    }
    return code;
  } finally {
    interruption.release();
    await observer?.close();
    trace.close();
    array?.close();
  }
}

/** What the verb has opened, and closes. */
interface Surroundings {
  readonly secret: Uint8Array;
  readonly trace: TraceFile;
  readonly array: StorageArray | undefined;
  readonly observer: LiveInspector | undefined;
  readonly signal: AbortSignal;
}

async function dialAndJoin(
  address: string,
  options: ConnectArguments,
  { secret, trace, array, observer, signal }: Surroundings,
): Promise<number> {
  const session = await connect({
    wkp: address,
    mode: options.mode,
    group: options.group,
    fallback: options.fallback,
    array,
    secret,
    signal,
    limits: options.limit ?? {},
    trace: trace.write,
    inspect: observer,
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

/** Storage mode needs an array and a group; what only storage mode has is not passed over in network mode. */
function checkStorage(options: ConnectArguments): void {
  if (options.mode === 'storage') {
    for (const name of ['array', 'group'] as const) {
      if (options[name] === undefined)
        throw couldNotRun(`--mode storage needs --${name}: the array that both processes are attached to, and a group of it`);
    }
    return;
  }
  for (const name of ['group', 'fallback'] as const) {
    if (options[name] !== undefined) {
      throw couldNotRun(`--${name} ${options[name]} means something in storage mode only, and the mode is ${options.mode}`);
    }
  }
}
