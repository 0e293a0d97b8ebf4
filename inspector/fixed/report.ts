/** What `verify --report DIR` has written, as a recording: the charts coloured by how often each transition was run, and a moment for each failure. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RoleCharts } from '../charts/handshake.ts';
import type { Coverage, Moment, Scene } from '../contract.ts';
import type { Offer } from '../recordings/catalogue.ts';
import { FixedRecording } from './fixed-recording.ts';

/** A folder that holds no report; the message names the file. */
export class ReportFileError extends Error {
  override readonly name = 'ReportFileError';
}

const row = z.looseObject({
  suite: z.string(),
  criterion: z.string(),
  transport: z.string(),
  mode: z.string().optional(),
  paths: z.number(),
  steps: z.number(),
  transitions: z.object({ covered: z.number(), total: z.number() }),
  failed: z.number(),
});

const report = z.looseObject({
  format: z.literal('stpconnect-report'),
  version: z.literal(1),
  madeBy: z.string(),
  made: z.string(),
  command: z.string(),
  ok: z.boolean(),
  rows: z.array(row),
  charts: z.array(
    z.looseObject({
      role: z.enum(['client', 'server']),
      transitions: z.array(z.looseObject({ id: z.string(), count: z.number() })),
    }),
  ),
  failures: z.array(z.looseObject({ row: z.number(), path: z.string(), what: z.string(), message: z.string() })),
});

type Report = z.infer<typeof report>;

const lifelines = { server: 'server process', client: 'client process' } as const;

/**
 * The report in a folder, or in a report.json.
 *
 * @throws ReportFileError
 */
export function reportOffer(place: string, charts: RoleCharts): Offer {
  const read = readReport(place);
  const entry = {
    id: 'report',
    kind: 'report',
    title: `report: ${place}`,
    description: `${read.command}; made ${read.made} by ${read.madeBy}`,
  } as const;
  return { entry, open: () => new FixedRecording(entry, partsOf(read, charts)) };
}

function readReport(place: string): Report {
  let file = place;
  let value: unknown;
  try {
    file = statSync(place).isDirectory() ? join(place, 'report.json') : place;
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read: there is no such file';
    throw new ReportFileError(`${file} ${why}; expected the folder that verify --report has written`, { cause: error });
  }
  const parsed = report.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ReportFileError(
    `${file} is JSON, but not a report of version 1: field ${issue?.path.join('.') || '(top)'}: ${issue?.message ?? 'it has another shape'}`,
  );
}

function partsOf(read: Report, charts: RoleCharts) {
  const scene = (at: number): Scene => ({ at, machines: [], others: 0, connections: [], facts: read.rows.map(factOf) });
  const roles = ['server', 'client'] as const;
  return {
    charts: roles.map((role) => charts[role].chart),
    lifelines: roles.map((role) => ({ id: lifelines[role], name: lifelines[role], chart: charts[role].chart.id, role })),
    moments: read.failures.map((failure, index) => momentOf(failure, read.rows[failure.row], index)),
    sceneAt: scene,
    sessions: [],
    coverage: coverageOf(read, charts),
    conclusion: {
      text: read.ok ? 'Everything was as the charts say.' : `${read.failures.length} paths have failed.`,
      fault: !read.ok,
    },
  };
}

const nameOf = ({ transport, suite, mode, criterion }: Report['rows'][number]) =>
  [transport, suite, ...(mode === undefined ? [] : [mode]), criterion].join(' ');

function factOf(one: Report['rows'][number]): { readonly name: string; readonly value: string } {
  const { paths, steps, transitions, failed } = one;
  return {
    name: nameOf(one),
    value: `${paths} paths, ${steps} steps, ${transitions.covered} of ${transitions.total} transitions, ${failed} failed`,
  };
}

function momentOf(
  { path, what, message }: Report['failures'][number],
  one: Report['rows'][number] | undefined,
  index: number,
): Moment {
  const who = one?.suite === 'client' ? lifelines.client : lifelines.server;
  return {
    index,
    session: path,
    who,
    kind: 'fault',
    text: `${one === undefined ? '' : `${nameOf(one)}: `}path ${path}: ${what}`,
    fault: true,
    drawn: [{ kind: 'note', over: who, text: message, fault: true }],
    reactions: [],
  };
}

/** Counts by our charts: what the report counts and the chart does not have any more is left out. */
function coverageOf(read: Report, charts: RoleCharts): Coverage {
  return {
    charts: (['server', 'client'] as const).map((role) => {
      const { chart } = charts[role];
      const counted = new Map(read.charts.find((one) => one.role === role)?.transitions.map(({ id, count }) => [id, count]));
      return {
        chart: chart.id,
        counts: Object.fromEntries(chart.transitions.map(({ id }) => [id, counted.get(id) ?? 0])),
        excused: {},
      };
    }),
  };
}
