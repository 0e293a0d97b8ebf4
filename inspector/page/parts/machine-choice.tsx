import type { MachineState } from '../../contract.ts';
import type { ViewerState } from '../state/viewer.ts';
import type { PartProps } from './props.ts';

/** The one that somebody has chosen, or the one that did something, or one that still runs. */
export function chosenMachine(
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

interface ChoiceProps extends PartProps {
  readonly chart: string;
  readonly machines: readonly MachineState[];
  readonly machine: MachineState | undefined;
}

/** Whose states a chart shows. */
export function MachineChoice({ viewer, state, opened, chart, machines, machine }: ChoiceProps) {
  const nameOf = ({ lifeline, label }: MachineState) => {
    const name = opened.lifelines.find(({ id }) => id === lifeline)?.name ?? lifeline;
    return label === undefined ? name : `${name} · ${label}`;
  };
  if (machine === undefined) return null;
  if (machines.length < 2) return <span class="who">{[nameOf(machine), ...statusOf(machine)].join(' · ')}</span>;
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
        <option value="">acts: {nameOf(machine)}</option>
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
