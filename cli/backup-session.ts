/** The session of a backup or a restore: through the array where both sides see the same one, else through the network, and why. */
import { connect, type GroupInfo, type Mode, reasons, type Session, type StorageArray } from '../impl/index.ts';
import type { LiveInspector } from '../inspector/index.ts';
import type { LimitArguments } from './arguments.ts';
import type { AttachArguments } from './array-options.ts';
import { attachArray } from './attach.ts';
import { openTrace, readSecret } from './files.ts';
import { openObserver } from './observer.ts';
import { couldNotRun, explain } from './outcome.ts';

/** What both verbs have, as the command line has it. */
export interface DialArguments extends AttachArguments {
  readonly mode: 'network' | 'storage' | 'auto';
  readonly group?: string;
  readonly secretFile?: string;
  readonly trace?: string;
  readonly inspect?: boolean;
  readonly limit?: LimitArguments;
}

/** A session, and how it came to its mode. */
export interface Dialled {
  readonly session: Session;
  readonly mode: Mode;
  /** Why this mode, as the end of a sentence. */
  readonly reason: string;
  /** Frees what is not the session's own; to be called when that is closed. */
  release(): Promise<void>;
}

const DEFAULT_PORT = 7_070;

/** `host`, `host:port` or a whole address. */
export function addressOf(host: string): string {
  if (host.includes('://')) return host;
  return `tcp://${/:\d+$/.test(host) && !/:.*:/.test(host.replace(/\[.*\]/, '')) ? host : `${host}:${DEFAULT_PORT}`}`;
}

/** Dials. Throws VerbError and StpConnectError. */
export async function dial(host: string, options: DialArguments, signal: AbortSignal): Promise<Dialled> {
  const way = chooseWay(options);
  const trace = openTrace(options.trace);
  let observer: LiveInspector | undefined;
  const release = async () => {
    await observer?.close();
    trace.close();
    way.array?.close();
  };
  try {
    observer = await openObserver(options.inspect, `dial ${host}`, way.array);
    const session = await connect({
      wkp: addressOf(host),
      mode: way.mode,
      group: way.group,
      fallback: way.mode === 'storage' && options.mode === 'auto' ? 'network' : undefined,
      array: way.array,
      secret: readSecret(options.secretFile),
      limits: options.limit ?? {},
      trace: trace.write,
      inspect: observer,
      signal,
    });
    const { fallbackReason } = session;
    const reason = fallbackReason ? `${reasons[fallbackReason].meaning} (${fallbackReason})` : way.reason;
    return { session, mode: session.mode, reason, release };
  } catch (error) {
    await release();
    throw error;
  }
}

interface Way {
  readonly mode: Mode;
  readonly array: StorageArray | undefined;
  readonly group: string | undefined;
  readonly reason: string;
}

function chooseWay(options: DialArguments): Way {
  const network = (reason: string, array?: StorageArray): Way => ({ mode: 'network', array, group: undefined, reason });
  // The well-known port may be in an array, whatever the mode is.
  if (options.mode === 'network') return network('--mode network says so', attachArray(options));
  if (options.array === undefined) {
    if (options.mode === 'storage')
      throw couldNotRun('--mode storage needs --array: the array that both processes are attached to');
    return network('no array is named (--array)');
  }
  let array: StorageArray | undefined;
  try {
    array = attachArray(options);
  } catch (error) {
    if (options.mode === 'storage') throw error;
    return network(`this process cannot attach to it: ${explain(error)}`);
  }
  if (array === undefined) return network('no array is named (--array)');
  const group = options.group ?? sharedGroup(array);
  if (group !== undefined) {
    return { mode: 'storage', array, group, reason: `both sides are attached to the array ${array.info().name}, group ${group}` };
  }
  if (options.mode === 'storage') {
    array.close();
    throw couldNotRun(`no group of the array has ${array.host} and another host on its list; name one with --group`);
  }
  return network(`no group of the array has ${array.host} and another host on its list`, array);
}

/** The group with most free segments among those that this host shares with another one. */
function sharedGroup(array: StorageArray): string | undefined {
  const shared = (group: GroupInfo) => group.hosts.includes(array.host) && group.hosts.length > 1;
  return [...array.info().groups].filter(shared).sort((one, other) => other.free - one.free)[0]?.name;
}
