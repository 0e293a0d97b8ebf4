/**
 * `stpconnect verify`: drives the implementation along the paths that the statecharts generate, and says what came of it.
 */
import { verify } from '../model-tests/index.ts';
import { HELD, say, VIOLATED } from './outcome.ts';
import { createProgressView, renderTable, type VerifyRow } from './verify-report.ts';

/** The options of the verb, as the command line has them. */
export interface VerifyArguments {
  readonly wkp?: 'tcp' | 'array' | 'simulated';
  readonly mode?: 'network' | 'storage';
  readonly json?: boolean;
  readonly seed?: number;
}

/** Runs the verb and answers with its exit code: 1 when a path failed or a transition was never taken. */
export async function verifyVerb({ json = false, ...options }: VerifyArguments): Promise<number> {
  const rows: VerifyRow[] = [];
  const view = createProgressView(process.stderr);
  try {
    for await (const event of verify(options)) {
      if (event.type === 'progress') {
        view.show(event);
      } else if (event.type === 'failure') {
        say(`${event.wkp} ${event.mode}: ${event.message}`);
      } else {
        rows.push(event.row);
      }
    }
  } finally {
    view.stop();
  }
  process.stdout.write(
    json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : `${renderTable(rows, process.stdout.isTTY)}\n`,
  );
  const held = rows.length > 0 && rows.every((row) => row.failed === 0 && row.transitions.covered === row.transitions.total);
  return held ? HELD : VIOLATED;
}
