/** Measures what passes a reader: the beginning is left out, and the clock is looked at now and then only. */

/** Milliseconds that are left out. */
export const WARM_UP = 300;

export class Meter {
  #bytes = 0;
  #records = 0;
  #begun = 0;
  #from = 0;
  #before = { bytes: 0, records: 0 };
  #last = 0;
  #calls = 0;

  add(bytes: number, records = 1): void {
    this.#bytes += bytes;
    this.#records += records;
    this.#calls += 1;
    if (bytes >= 16_384 || (this.#calls & 63) === 0) this.#look();
  }

  /** Prints the figures as one JSON object: GB/s and millions of records a second. */
  report(more: Readonly<Record<string, number>> = {}): void {
    this.#look();
    const seconds = (this.#last - this.#from) / 1e3;
    const gigabytes = (this.#bytes - this.#before.bytes) / seconds / 1e9;
    const millions = (this.#records - this.#before.records) / seconds / 1e6;
    process.stdout.write(`${JSON.stringify({ gigabytes, millions, ...more })}\n`);
  }

  #look(): void {
    const now = performance.now();
    if (this.#begun === 0) this.#begun = now;
    if (this.#from === 0 && now - this.#begun > WARM_UP) {
      this.#from = now;
      this.#before = { bytes: this.#bytes, records: this.#records };
    }
    this.#last = now;
  }
}

/** Whether the writer is to stop; looks at the clock now and then only. */
export function stopper(seconds: number, size: number): () => boolean {
  const every = size >= 16_384 ? 0 : size >= 1_024 ? 15 : 63;
  const end = performance.now() + WARM_UP + seconds * 1e3;
  let calls = 0;
  return () => {
    calls += 1;
    return (calls & every) === 0 && performance.now() > end;
  };
}

/** The p50 and p99 of times in milliseconds, printed in microseconds. */
export function reportTimes(times: Float64Array, more: Readonly<Record<string, number>> = {}): void {
  times.sort();
  const at = (part: number) => (times[Math.floor(part * (times.length - 1))] ?? 0) * 1e3;
  process.stdout.write(`${JSON.stringify({ p50: at(0.5), p99: at(0.99), ...more })}\n`);
}
