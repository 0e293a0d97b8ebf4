/** Runs inside a copy, in a process of its own: one row of the handshake's paths, until the first failure. Tells its parent how it went. */
import { parseArgs } from 'node:util';
import { z } from 'zod';

/** What the parent is told: the suite could be loaded; now and then that it goes on; then what was wrong first, or that nothing was. */
export const reportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('loaded') }),
  z.object({ type: z.literal('progress') }),
  z.object({ type: z.literal('passed'), paths: z.number() }),
  z.object({ type: z.literal('failed'), by: z.string() }),
]);
export type Report = z.infer<typeof reportSchema>;

const rowSchema = z.object({
  wkp: z.enum(['simulated', 'array', 'tcp']),
  mode: z.enum(['network', 'storage']),
  seed: z.coerce.number(),
});

/** Drives the row that the arguments name. */
async function drive(args: string[]): Promise<void> {
  const options = { wkp: { type: 'string' }, mode: { type: 'string' }, seed: { type: 'string' } } as const;
  const row = rowSchema.parse(parseArgs({ args, options }).values);
  const { verify } = await import('../drive/verify.ts');
  report({ type: 'loaded' });
  for await (const event of verify({ ...row, bail: true })) {
    if (event.type === 'progress') report({ type: 'progress' });
    else if (event.type === 'failure') {
      const { move, what } = event.failure;
      report({ type: 'failed', by: `${row.wkp} ${row.mode}, path ${event.path}, ${move}: ${what}` });
    } else if (event.type === 'row' && event.row.failed === 0) report({ type: 'passed', paths: event.row.paths });
  }
}

const report = (message: Report) => process.send?.(message);

if (process.send !== undefined) {
  await drive(process.argv.slice(2));
  process.disconnect();
}
