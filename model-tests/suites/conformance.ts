/** The generated suite: every path of every composition of both modes, through one adapter. */
import { expect, test } from 'vitest';
import { verify } from '../drive/verify.ts';
import type { VerifyEvent, VerifyRow, WkpKind } from '../drive/verify-row.ts';

/** Longest time in milliseconds for one mode over one kind of WKP; it takes a few seconds. */
const patience = 240_000;

/** Registers the generated tests of one kind of WKP. */
export function conformance(wkp: WkpKind): void {
  for (const mode of ['network', 'storage'] as const) {
    test(`over ${wkp}, ${mode} mode does what the charts say on every path`, { timeout: patience }, async () => {
      const events: VerifyEvent[] = [];
      for await (const event of verify({ wkp, mode })) if (event.type !== 'progress') events.push(event);
      const failures = events.flatMap((event) => (event.type === 'failure' ? [event.message] : []));
      expect(failures.slice(0, 3).join('\n\n'), `${failures.length} paths failed`).toBe('');
      const row = events.flatMap((event): VerifyRow[] => (event.type === 'row' ? [event.row] : []))[0];
      expect(row?.transitions.covered).toBe(row?.transitions.total);
      expect(row?.transitions.total).toBeGreaterThan(0);
    });
  }
}
