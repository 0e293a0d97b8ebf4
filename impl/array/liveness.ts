/**
 * Whether a thread of some process is still there. A number alone does not say: numbers are used again, so a thread is its number, its start, the
 * boot of its machine and the space that numbers are counted in. Within one process nobody can tell of another thread.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { crc32c } from './crc32c.ts';

/** A thread, as the memory carries it: whole numbers of 32 bits. A `thread` of 0 is one that nobody can ask for. */
export interface Identity {
  readonly process: number;
  readonly thread: number;
  /** Low 32 bits of the thread's start, in ticks since the boot; -1 where only the number is known. */
  readonly start: number;
  /** Digests of the machine's boot and of the space of its numbers. */
  readonly boot: number;
  readonly space: number;
}

/** `gone`: there is no such thread any more. `stopped`: a signal stopped it. `running`: it is there. `unknown`: this thread cannot tell. */
export type Life = 'gone' | 'stopped' | 'running' | 'unknown';

/** Says what has become of a thread. */
export type Probe = (identity: Identity) => Life;

const encoder = new TextEncoder();

/** A thread of a process whose threads cannot be told apart by others: of memory that never leaves the process. */
export const anonymous: Identity = { process: process.pid, thread: 0, start: 0, boot: 0, space: 0 };

/** This thread, whose number in the system is given. */
export function identify(thread: number): Identity {
  return { process: process.pid, thread, start: statOf(thread)?.start ?? 0, ...where() };
}

/** Asks the system, as seen from `mine`. */
export function probeFrom(mine: Identity): Probe {
  return (other) => {
    if (other.thread === 0 || mine.thread === 0) return 'unknown';
    if (other.boot !== mine.boot) return 'gone';
    if (other.space !== mine.space) return 'unknown';
    const stat = statOf(other.thread);
    if (stat === undefined || (other.start !== -1 && stat.start !== other.start) || 'ZX'.includes(stat.state)) return 'gone';
    return 'Tt'.includes(stat.state) ? 'stopped' : 'running';
  };
}

function where(): { readonly boot: number; readonly space: number } {
  return {
    boot: digest(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    space: digest(() => readlinkSync('/proc/self/ns/pid')),
  };
}

function digest(read: () => string): number {
  try {
    return crc32c(encoder.encode(read()));
  } catch {
    return 0;
  }
}

/** State and start of a thread (proc(5), fields 3 and 22); undefined when there is none of that number. */
function statOf(thread: number): { readonly state: string; readonly start: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${thread}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name in field 2 may hold anything, brackets and spaces too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '?', start: Number(BigInt.asUintN(32, BigInt(fields[19] ?? 0))) };
}
