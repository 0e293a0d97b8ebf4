import { memo } from 'preact/compat';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { chartMargin, chartSvg } from '../../../model-tests/show/chart/draw.ts';
import type { MachineState, Recording } from '../../contract.ts';
import type { LaidOutChart } from '../state/layouts.ts';
import { idsByPath } from '../state/outline.ts';
import type { Viewer, ViewerState } from '../state/viewer.ts';
import { type Area, PanZoom } from './pan-zoom.ts';

interface ChartProps {
  readonly viewer: Viewer;
  readonly state: ViewerState;
  readonly opened: Recording;
  readonly laidOut: LaidOutChart;
}

/** One chart with its active states; where several machines follow it, those of one of them. */
export function ChartPanel({ viewer, state, opened, laidOut }: ChartProps) {
  const { chart, outline, geometry } = laidOut;
  const frame = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLDivElement>(null);
  const control = useRef<PanZoom | null>(null);
  const [follows, setFollows] = useState(true);
  const machines = state.scene?.machines.filter((machine) => machine.chart === chart.id) ?? [];
  const machine = chosen(machines, state, chart.id);
  const ids = idsByPath(chart.root);
  const active = (machine?.active ?? []).flatMap((path) => ids.get(path) ?? []);
  const taken = (state.moment?.reactions ?? [])
    .filter((reaction) => reaction.machine === machine?.id)
    .flatMap(({ transitions }) => transitions);
  const counts = state.coverage === true ? countsOf(state, chart.id) : undefined;
  const key = active.join();

  useEffect(() => {
    if (frame.current === null || picture.current === null) return undefined;
    const size = () => [geometry.width + 2 * chartMargin, geometry.height + 2 * chartMargin] as const;
    control.current = new PanZoom(frame.current, picture.current, size, () => setFollows(false));
    const stop = control.current.listen();
    control.current.fit();
    return stop;
  }, [laidOut]);
  useLayoutEffect(() => mark(picture.current, active, taken), [key, taken.join(), counts, laidOut]);
  useEffect(() => {
    if (!follows) return undefined;
    const show = () => {
      const areas = active.flatMap((id): readonly Area[] => (geometry.states[id] === undefined ? [] : [geometry.states[id]]));
      if (areas.length === 0) control.current?.fit();
      else control.current?.show(around(areas));
    };
    show();
    const observer = new ResizeObserver(show);
    if (frame.current !== null) observer.observe(frame.current);
    return () => observer.disconnect();
  }, [key, follows, laidOut]);

  const onClick = (event: MouseEvent) => {
    const target = (event.target as Element).closest('[data-target]')?.getAttribute('data-target');
    const area = target == null ? undefined : geometry.states[target];
    if (area === undefined) return;
    setFollows(false);
    control.current?.show(around([area]));
  };
  return (
    <section class="panel chart" aria-label={`Chart ${chart.title}`}>
      <div class="bar">
        <h2>{chart.title}</h2>
        <MachineChoice viewer={viewer} state={state} opened={opened} chart={chart.id} machines={machines} machine={machine} />
        <span class="spring" />
        <button type="button" class="icon" aria-label="Further" title="Further (−)" onClick={() => control.current?.zoom(0.8)}>
          −
        </button>
        <button type="button" class="icon" aria-label="Closer" title="Closer (+)" onClick={() => control.current?.zoom(1.25)}>
          +
        </button>
        <button
          type="button"
          class="icon"
          aria-label="All of it"
          title="All of it (0)"
          onClick={() => {
            setFollows(false);
            control.current?.fit();
          }}
        >
          ⤢
        </button>
        <button
          type="button"
          class="icon"
          aria-pressed={follows}
          aria-label="Follow the active state"
          title="Follow the active state (F)"
          onClick={() => setFollows(!follows)}
        >
          ◎
        </button>
      </div>
      <div
        class="frame"
        ref={frame}
        tabIndex={0}
        role="group"
        aria-label={`${chart.title}: ${machine === undefined ? 'nobody is in it' : machine.active.join(', ')}`}
        onClick={onClick}
        onKeyDown={(event) => event.key === 'f' && setFollows(true)}
      >
        <div class="picture" ref={picture}>
          <Picture svg={counts === undefined ? plain(laidOut) : chartSvg(outline, geometry, { bare: true, coverage: counts })} />
        </div>
      </div>
    </section>
  );
}

/** Written once for as long as its text stays the same: marks are put on it afterwards. What a chart says is escaped by the drawing code. */
const Picture = memo(({ svg }: { readonly svg: string }) => <div dangerouslySetInnerHTML={{ __html: svg }} />);

const drawn = new WeakMap<LaidOutChart, string>();
function plain(laidOut: LaidOutChart): string {
  const known = drawn.get(laidOut) ?? chartSvg(laidOut.outline, laidOut.geometry, { bare: true });
  drawn.set(laidOut, known);
  return known;
}

function mark(picture: HTMLElement | null, active: readonly string[], taken: readonly string[]): void {
  const isAround = (id: string) => active.some((leaf) => leaf === id || leaf.startsWith(`${id}.`));
  for (const node of picture?.querySelectorAll<SVGElement>('[data-state]') ?? []) {
    node.classList.toggle('ch-active', isAround(node.dataset['state'] ?? ''));
  }
  for (const node of picture?.querySelectorAll<SVGElement>('[data-transition]') ?? []) {
    node.classList.toggle('ch-taken', taken.includes(node.dataset['transition'] ?? ''));
  }
}

function around(areas: readonly Area[]): Area {
  const left = Math.min(...areas.map(([x]) => x));
  const top = Math.min(...areas.map(([, y]) => y));
  const right = Math.max(...areas.map(([x, , width]) => x + width));
  const bottom = Math.max(...areas.map(([, y, , height]) => y + height));
  // The picture has a margin around the chart.
  return [left + chartMargin, top + chartMargin, right - left, bottom - top];
}

function countsOf({ counts }: ViewerState, chart: string): Readonly<Record<string, number>> | undefined {
  return counts?.charts.find((entry) => entry.chart === chart)?.counts;
}

/** The one that somebody has chosen, or the one that did something, or one that still runs. */
function chosen(
  machines: readonly MachineState[],
  { machines: wanted, moment }: ViewerState,
  chart: string,
): MachineState | undefined {
  const acted = moment?.reactions.map(({ machine }) => machine) ?? [];
  return (
    machines.find(({ id }) => id === wanted?.[chart]) ??
    machines.find(({ id }) => acted.includes(id)) ??
    machines.find(({ session }) => session !== undefined && session === moment?.session) ??
    machines.find(({ status }) => status === 'running') ??
    machines.at(-1)
  );
}

interface ChoiceProps extends Pick<ChartProps, 'viewer' | 'state' | 'opened'> {
  readonly chart: string;
  readonly machines: readonly MachineState[];
  readonly machine: MachineState | undefined;
}

function MachineChoice({ viewer, state, opened, chart, machines, machine }: ChoiceProps) {
  const nameOf = ({ lifeline, label }: MachineState) => {
    const name = opened.lifelines.find(({ id }) => id === lifeline)?.name ?? lifeline;
    return label === undefined ? name : `${name} · ${label}`;
  };
  if (machines.length < 2) {
    return machine === undefined ? null : <span class="who">{[nameOf(machine), ...statusOf(machine)].join(' · ')}</span>;
  }
  return (
    <label class="who">
      <span class="hidden">Whose states</span>
      <select
        value={state.machines?.[chart] ?? ''}
        onChange={({ currentTarget: { value } }) => {
          const { [chart]: _, ...others } = state.machines ?? {};
          viewer.set({ machines: value === '' ? others : { ...others, [chart]: value } });
        }}
      >
        <option value="">{machine === undefined ? 'whoever acts' : `acts: ${nameOf(machine)}`}</option>
        {machines.map((one) => (
          <option key={one.id} value={one.id}>
            {[nameOf(one), one.active.join(', '), ...statusOf(one)].join(' · ')}
          </option>
        ))}
      </select>
    </label>
  );
}

const statusOf = ({ status }: MachineState) => (status === 'running' ? [] : [status]);
