/**
 * `stpconnect export`: prints a statechart, or everything that a chart or a composition can do, for other tools or for the eye.
 */
import {
  type Catalogue,
  type ChartFormat,
  exportChart,
  exportGraph,
  exportPromela,
  findComposition,
  type GraphFormat,
  GraphTooLargeError,
  IncompleteError,
  type NamedComposition,
} from '../model-tests/index.ts';
import { type ChartName, chartAlone, chartCalled } from './charts.ts';
import { couldNotRun, HELD } from './outcome.ts';
import { writePieces } from './write-lines.ts';

/** What a system can be written as. */
type SystemFormat = GraphFormat | 'promela';

/** The options of the verb, as the command line has them. */
export interface ExportArguments {
  readonly format: ChartFormat | SystemFormat;
  readonly chart?: ChartName;
  /** Of a chart alone. */
  readonly mode?: 'network' | 'storage';
  /** A composition, by the name that explore prints, in place of a chart. */
  readonly system?: string;
  /** States that it may have. */
  readonly maxStates?: number;
}

/** What each format is good for: more states than these can neither be drawn nor looked at, or make a file of gigabytes. */
const mostStates: Readonly<Record<SystemFormat, number>> = {
  mermaid: 100,
  dot: 2_000,
  json: 1_000_000,
  promela: 1_000_000,
  aut: 10_000_000,
};

const chartFormats: ReadonlySet<string> = new Set<ChartFormat>(['json', 'mermaid', 'dot']);

/** Runs the verb and answers with its exit code. */
export async function exportVerb(options: ExportArguments, catalogue: Catalogue<unknown>): Promise<number> {
  const { format, chart = 'client', mode, system, maxStates } = options;
  if (system !== undefined) {
    if (mode !== undefined) throw couldNotRun('--mode is for a chart; the name of a composition says its mode');
    return exportSystem(findComposition(system, catalogue), format, maxStates);
  }
  if (!isChartFormat(format)) return exportSystem(chartAlone(chart, mode), format, maxStates);
  if (mode !== undefined || maxStates !== undefined) {
    throw couldNotRun(
      `${format} is the chart as it is written, whatever its mode; --mode and --max-states are for aut and promela`,
    );
  }
  const text = exportChart(chartCalled(chart), format);
  await writePieces(process.stdout, [text.endsWith('\n') ? text : `${text}\n`]);
  return HELD;
}

async function exportSystem(
  composition: NamedComposition<unknown>,
  format: SystemFormat,
  most: number = mostStates[format],
): Promise<number> {
  try {
    await writePieces(process.stdout, await written(composition, format, most));
  } catch (error) {
    if (error instanceof GraphTooLargeError || error instanceof IncompleteError) {
      throw couldNotRun(
        `${composition.id} has more than ${most} states, too many for ${format}; --max-states allows more`,
        error,
      );
    }
    throw error;
  }
  return HELD;
}

async function written(
  { id, title, system, properties }: NamedComposition<unknown>,
  format: SystemFormat,
  most: number,
): Promise<Iterable<string>> {
  if (format !== 'promela') return exportGraph(system, format, { title: id, most });
  const { text } = await exportPromela(system, properties, { most });
  return [`/* ${id}: ${title} */\n`, text];
}

function isChartFormat(format: string): format is ChartFormat {
  return chartFormats.has(format);
}
