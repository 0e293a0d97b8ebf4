/**
 * `stpconnect export`: prints a statechart for other tools or for the eye.
 */
import {
  clientMachine,
  describedClientMachine,
  describedServerMachine,
  serverMachine,
  socketMachine,
} from '../machines/index.ts';
import { exportChart } from '../model-tests/index.ts';
import { HELD } from './outcome.ts';

/** The options of the verb, as the command line has them. */
export interface ExportArguments {
  readonly format: 'json' | 'mermaid' | 'dot';
  readonly chart: keyof typeof charts;
}

const charts = {
  client: clientMachine,
  server: serverMachine,
  socket: socketMachine,
  'described-client': describedClientMachine,
  'described-server': describedServerMachine,
};

/** Runs the verb and answers with its exit code. */
export async function exportVerb({ format, chart }: ExportArguments): Promise<number> {
  const text = exportChart(charts[chart], format);
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return HELD;
}
