/** How many mutants there were, and how many were killed. */
export interface Kills {
  readonly killed: number;
  readonly total: number;
}

/** In per cent, never rounded up to 100. */
export function rate({ killed, total }: Kills): string {
  if (killed === total) return '100 %';
  return `${(Math.floor((killed / total) * 1_000) / 10).toFixed(1)} %`;
}
