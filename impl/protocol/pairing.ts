/** Which attempt a connection belongs to that opens with DESCRIPTOR (docs/protocol.md, section 4.2; steps 124 and 126). */

/** What became of the claim to be somebody's second connection. */
export type PairingVerdict = 'joined' | 'unknown' | 'tagWrong';

export type Judgement<Attempt> =
  | { readonly verdict: 'joined'; readonly attempt: Attempt }
  | { readonly verdict: 'unknown' | 'tagWrong' };

/**
 * The attempts of one listener that wait for their second connection, by descriptor number.
 * A descriptor is good for one use: it is gone once somebody has joined.
 */
export class Pairing<Attempt> {
  readonly #waiting = new Map<number, Attempt>();

  /** From now on `attempt` waits for a connection that names `descriptor` (step 122). */
  wait(descriptor: number, attempt: Attempt): void {
    if (this.#waiting.has(descriptor)) throw new RangeError(`Descriptor ${descriptor} is already waited for: it is not free.`);
    this.#waiting.set(descriptor, attempt);
  }

  /** `attempt` waits no more. Idempotent; leaves alone another attempt that has the number by now. */
  forget(descriptor: number, attempt: Attempt): void {
    if (this.#waiting.get(descriptor) === attempt) this.#waiting.delete(descriptor);
  }

  /**
   * Judges a claim. `tagIsRight` is asked only where an attempt waits; a wrong tag leaves that attempt waiting, since a stranger
   * must not be able to end it.
   */
  judge(descriptor: number, tagIsRight: (attempt: Attempt) => boolean): Judgement<Attempt> {
    const attempt = this.#waiting.get(descriptor);
    if (attempt === undefined) return { verdict: 'unknown' };
    if (!tagIsRight(attempt)) return { verdict: 'tagWrong' };
    this.#waiting.delete(descriptor);
    return { verdict: 'joined', attempt };
  }
}
