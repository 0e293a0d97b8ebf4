/** Splits bytes at places that a seed decides: a receiver has to take them split anywhere. */
export function pieces(bytes: Buffer, seed: number): Buffer[] {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  const below = (bound: number) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state % bound;
  };
  const parts: Buffer[] = [];
  let start = 0;
  // Most deliveries are whole; the others are cut up to three times.
  for (let cuts = Math.max(0, below(8) - 4); cuts > 0 && start < bytes.length - 1; cuts -= 1) {
    const end = start + 1 + below(bytes.length - start - 1);
    parts.push(bytes.subarray(start, end));
    start = end;
  }
  parts.push(bytes.subarray(start));
  return parts;
}
