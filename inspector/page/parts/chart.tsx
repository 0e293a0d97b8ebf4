import { useRef } from 'preact/hooks';
import type { MachineState } from '../../contract.ts';
import type { LaidOutChart } from '../state/layouts.ts';
import { idsByPath } from '../state/outline.ts';
import type { ViewerState } from '../state/viewer.ts';
import { ChartPicture } from './chart-picture.tsx';
import { chosenMachine, MachineChoice } from './machine-choice.tsx';
import type { PartProps } from './props.ts';
import { useChartView } from './use-chart-view.ts';

/** One chart with its active states; where several machines follow it, those of one of them. */
export function ChartPanel({ viewer, state, opened, laidOut }: PartProps & { readonly laidOut: LaidOutChart }) {
  const { chart, geometry } = laidOut;
  const frame = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLDivElement>(null);
  const machines = state.scene?.machines.filter((machine) => machine.chart === chart.id) ?? [];
  const machine = chosenMachine(machines, state, chart.id);
  const ids = idsByPath(chart.root);
  const active = (machine?.active ?? []).flatMap((path) => ids.get(path) ?? []);
  const view = useChartView(frame, picture, geometry, active);
  const onClick = (event: MouseEvent) => {
    const target = (event.target as Element).closest('[data-target]')?.getAttribute('data-target');
    if (target != null) view.show(target);
  };
  return (
    <section class="panel chart" aria-label={`Chart ${chart.id}`}>
      <div class="bar">
        <h2 title={chart.title}>{chart.id}</h2>
        <MachineChoice viewer={viewer} state={state} opened={opened} chart={chart.id} machines={machines} machine={machine} />
        <span class="spring" />
        <Tool label="Further" hint="−" sign="−" onClick={() => view.zoom(0.8)} />
        <Tool label="Closer" hint="+" sign="+" onClick={() => view.zoom(1.25)} />
        <Tool label="All of it" hint="0" sign="⤢" onClick={view.fit} />
        <Tool label="Follow the active state" hint="F" sign="◎" pressed={view.follows} onClick={view.toggleFollowing} />
      </div>
      <div
        class="frame"
        ref={frame}
        tabIndex={0}
        role="group"
        aria-label={`${chart.id}: ${machine === undefined ? 'nobody is in it' : machine.active.join(', ')}`}
        onClick={onClick}
        onKeyDown={(event) => event.key === 'f' && view.toggleFollowing()}
      >
        <div class="picture" ref={picture}>
          <ChartPicture
            laidOut={laidOut}
            active={active}
            taken={takenBy(machine, state)}
            counts={state.coverage === true ? countsOf(state, chart.id) : undefined}
          />
        </div>
      </div>
    </section>
  );
}

interface ToolProps {
  readonly label: string;
  readonly hint: string;
  readonly sign: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Tool({ label, hint, sign, pressed, onClick }: ToolProps) {
  return (
    <button type="button" class="icon" aria-pressed={pressed} aria-label={label} title={`${label} (${hint})`} onClick={onClick}>
      {sign}
    </button>
  );
}

function takenBy(machine: MachineState | undefined, { moment }: ViewerState): readonly string[] {
  const own = moment?.reactions.filter((reaction) => reaction.machine === machine?.id) ?? [];
  return own.flatMap(({ transitions }) => transitions);
}

function countsOf({ counts }: ViewerState, chart: string): Readonly<Record<string, number>> | undefined {
  return counts?.charts.find((entry) => entry.chart === chart)?.counts;
}
