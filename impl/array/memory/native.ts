/**
 * The calls of the system that Node has not: mapping a file, and the futex, through koffi. What may live here: those calls, with numbers and
 * pointers; nothing that knows what the memory holds.
 */
import { createRequire } from 'node:module';

/** This machine cannot map memory: koffi is not installed, or the system is another one. */
export class NativeUnavailable extends Error {
  override readonly name = 'NativeUnavailable';
}

/** Futex and mapping, as far as they are needed. A place is an address in this process. */
export interface Native {
  /** Maps the whole file; gives its memory, which stays mapped until the process ends. Throws Error. */
  map(descriptor: number, byteLength: number): { readonly buffer: ArrayBuffer; readonly address: bigint };
  /** Blocks this thread while the word at `address` is `value`, at most so long. */
  wait(address: bigint, value: number, milliseconds: number): void;
  /** The same on a thread of libuv's pool. */
  waitAsync(address: bigint, value: number, milliseconds: number): Promise<void>;
  wake(address: bigint): void;
  /** The number of this thread in the system. */
  readonly thread: number;
}

/** Numbers of the futex call, by processor. */
const FUTEX: Partial<Record<NodeJS.Architecture, number>> = { x64: 202, arm64: 98, riscv64: 98 };
const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const ALL_WAITERS = 0x7fff_ffff;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

type Foreign = ((...args: unknown[]) => unknown) & { async(...args: unknown[]): void };
interface Koffi {
  load(path: null): { func(declaration: string): Foreign };
  view(pointer: unknown, byteLength: number): ArrayBuffer;
  errno(): number;
}

/** Loads koffi. Throws NativeUnavailable with the reason. */
export function loadNative(load: (name: string) => unknown = createRequire(import.meta.url)): Native {
  const futexNumber = FUTEX[process.arch];
  if (process.platform !== 'linux' || futexNumber === undefined) {
    throw new NativeUnavailable(
      `memory between processes needs Linux on ${Object.keys(FUTEX).join(', ')}, this is ${process.platform} on ${process.arch}`,
    );
  }
  let koffi: Koffi;
  try {
    koffi = load('koffi') as Koffi;
  } catch (error) {
    throw new NativeUnavailable(
      'memory between processes needs the optional package koffi, which is not installed here: npm install koffi',
      { cause: error },
    );
  }
  return bind(koffi, futexNumber);
}

function bind(koffi: Koffi, futexNumber: number): Native {
  const library = koffi.load(null);
  const mmap = library.func('void* mmap(void*, size_t, int, int, int, int64_t)');
  const futex = library.func('long syscall(long, int64_t, int, uint32_t, void*, void*, uint32_t)');
  const gettid = library.func('int gettid()');
  const bound = (milliseconds: number) =>
    new BigInt64Array([BigInt(Math.floor(milliseconds / 1_000)), BigInt(Math.round((milliseconds % 1_000) * 1e6))]);
  return {
    map(descriptor, byteLength) {
      const pointer = mmap(null, byteLength, PROT_READ_WRITE, MAP_SHARED, descriptor, 0) as bigint;
      if (pointer === null || BigInt.asIntN(64, pointer) === -1n) throw new Error(`mmap failed with error ${koffi.errno()}`);
      return { buffer: koffi.view(pointer, byteLength), address: pointer };
    },
    wait(address, value, milliseconds) {
      futex(futexNumber, address, FUTEX_WAIT, value, bound(milliseconds), null, 0);
    },
    waitAsync(address, value, milliseconds) {
      const time = bound(milliseconds);
      return new Promise((resolve) => {
        // The pool's thread reads `time` after this returns: the callback keeps it.
        futex.async(futexNumber, address, FUTEX_WAIT, value, time, null, 0, () => resolve(void time));
      });
    },
    wake(address) {
      futex(futexNumber, address, FUTEX_WAKE, ALL_WAITERS, null, null, 0);
    },
    thread: gettid() as number,
  };
}
