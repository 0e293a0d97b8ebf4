/** Generated paths of one role as a recording: each path is a session, each of its steps a moment. */
import type { Role, RoleOutput, RolePath, RoleStep } from '../../model-tests/drive/role/path.ts';
import { inputText, outputText } from '../../model-tests/drive/role/path.ts';
import type { RoleCharts } from '../charts/handshake.ts';
import type { Coverage, Drawn, Frame, Moment, Scene, SessionRow } from '../contract.ts';
import type { Offer } from '../recordings/catalogue.ts';
import { FixedRecording } from './fixed-recording.ts';

const names: Readonly<Record<Role, string>> = { client: 'client process', server: 'server process' };
const TESTER = 'tester';

/** The paths of a file. Those of both roles may stand in one. */
export function rolePathsOffer(file: string, paths: readonly RolePath[], charts: RoleCharts): Offer {
  const entry = {
    id: `paths/${file}`,
    kind: 'path',
    title: `paths: ${file}`,
    description: `${paths.length} generated paths; each is a session`,
  } as const;
  return { entry, open: () => new FixedRecording(entry, partsOf(paths, charts)) };
}

interface Place {
  readonly path: RolePath;
  readonly step: RoleStep;
  readonly before: RoleStep | undefined;
}

function partsOf(paths: readonly RolePath[], charts: RoleCharts) {
  const places = paths.flatMap((path) => path.steps.map((step, index): Place => ({ path, step, before: path.steps[index - 1] })));
  const roles = [...new Set(paths.map(({ role }) => role))];
  const sessions: SessionRow[] = [];
  let first = 0;
  for (const path of paths) {
    sessions.push(rowOf(path, first));
    first += path.steps.length;
  }
  return {
    charts: roles.map((role) => charts[role].chart),
    lifelines: [
      { id: TESTER, name: TESTER },
      ...roles.map((role) => ({ id: names[role], name: names[role], chart: charts[role].chart.id, role })),
    ],
    moments: places.map(momentOf),
    sceneAt: (at: number) => sceneOf(at, places[at], charts),
    sessions,
    coverage: coverageOf(places, roles, charts),
  };
}

function momentOf({ path, step, before }: Place, index: number): Moment {
  const { type, ...facts } = step.input;
  const words = step.expect.map(outputText);
  return {
    index,
    session: path.name,
    who: names[path.role],
    kind: type === 'start' ? 'start' : type === 'timeout' ? 'timeout' : frameIn(type) === undefined ? 'event' : 'frame',
    text: [inputText(step.input), `→ ${step.state}`, ...(words.length === 0 ? [] : [`· ${words.join('; ')}`])].join(' '),
    fault: type === 'timeout' || step.expect.some((output) => output.type === 'failed'),
    drawn: drawnOf(path.role, step),
    reactions: [
      {
        machine: path.role,
        lifeline: names[path.role],
        session: path.name,
        event: { type, facts },
        from: before === undefined ? [] : [before.state],
        to: [step.state],
        transitions: step.transitions,
        actions: step.expect.map(({ type: action, ...more }) => ({ type: action, facts: more })),
      },
    ],
  };
}

function drawnOf(role: Role, { input, expect }: RoleStep): Drawn[] {
  const me = names[role];
  const frame = frameIn(input.type);
  const note = (text: string, fault = false): Drawn => ({ kind: 'note', over: me, text, fault });
  const arrow = (from: string, to: string, text: string, made?: Frame, fault = false): Drawn => ({
    kind: 'message',
    from,
    to,
    text,
    fault,
    lost: false,
    ...(made === undefined ? {} : { frame: made }),
  });
  const { type: _, ...facts } = input;
  const lead =
    frame === undefined
      ? note(inputText(input), input.type === 'timeout')
      : arrow(TESTER, me, `${frame.name} on ${frame.channel}`, frameOf(frame, facts));
  return [lead, ...expect.map((output) => drawnOutput(output, me, arrow, note))];
}

function drawnOutput(
  output: RoleOutput,
  me: string,
  arrow: (from: string, to: string, text: string, frame?: Frame, fault?: boolean) => Drawn,
  note: (text: string, fault?: boolean) => Drawn,
): Drawn {
  if (output.type !== 'sends') return note(outputText(output), output.type === 'failed' || output.type === 'resets');
  const { connection, frame, mode, reason } = output;
  const facts = { ...(mode === undefined ? {} : { mode }), ...(reason === undefined ? {} : { reason }) };
  const named = { name: frame.toUpperCase(), channel: connection };
  return arrow(me, TESTER, `${named.name} on ${connection}`, frameOf(named, facts), frame === 'decline');
}

function frameOf({ name, channel }: { readonly name: string; readonly channel: string }, facts: object): Frame {
  const fields = Object.entries(facts).map(([field, value]) => ({ name: field, value: String(value) }));
  return { name, channel, connection: channel, fields };
}

function frameIn(type: string): { readonly name: string; readonly channel: string } | undefined {
  const [, channel, name] = /^(first|second|array|other)\.(hello|descriptor|port|group|ready|decline)$/.exec(type) ?? [];
  return channel === undefined || name === undefined ? undefined : { name: name.toUpperCase(), channel };
}

function sceneOf(at: number, place: Place | undefined, charts: RoleCharts): Scene {
  if (place === undefined) return { at, machines: [], others: 0, connections: [], facts: [] };
  const { path, step } = place;
  const { chart, steps } = charts[path.role];
  const machine = {
    id: path.role,
    lifeline: names[path.role],
    chart: chart.id,
    session: path.name,
    active: [step.state],
    limits: step.limits,
    status: steps.isFinal(step.state) ? ('over' as const) : ('running' as const),
  };
  const facts = [
    { name: 'path', value: path.name },
    { name: 'generated for', value: path.criterion },
  ];
  return { at, machines: [machine], others: 0, connections: [], facts };
}

function rowOf({ name, role, steps }: RolePath, first: number): SessionRow {
  const outputs = steps.flatMap(({ expect }) => expect);
  const established = outputs.find((output) => output.type === 'established');
  const failed = outputs.find((output) => output.type === 'failed');
  const mode = established?.type === 'established' ? established.mode : undefined;
  const state = steps.at(-1)?.state ?? '';
  return {
    id: name,
    lifeline: names[role],
    role,
    ...(mode === undefined ? {} : { mode }),
    state,
    outcome:
      failed !== undefined
        ? 'failed'
        : /^(closed|joined)$/.test(state)
          ? 'over'
          : established === undefined
            ? 'under way'
            : 'established',
    ...(failed?.type === 'failed' ? { code: failed.code } : {}),
    moments: steps.length,
    first,
    last: first + steps.length - 1,
  };
}

function coverageOf(places: readonly Place[], roles: readonly Role[], charts: RoleCharts): Coverage {
  return {
    charts: roles.map((role) => {
      const { chart } = charts[role];
      const counts: Record<string, number> = Object.fromEntries(chart.transitions.map(({ id }) => [id, 0]));
      for (const { path, step } of places) {
        if (path.role === role) for (const id of step.transitions) counts[id] = (counts[id] ?? 0) + 1;
      }
      return { chart: chart.id, counts, excused: {} };
    }),
  };
}
