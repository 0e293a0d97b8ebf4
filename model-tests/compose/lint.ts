/** What in a composition was of no use in everything that was explored so far: to be asked when a search is complete. */
import { chartDelays } from '../compile/chart-transitions.ts';
import { lintCharts, usageOf, type Warning } from '../compile/lint.ts';
import { matchesDescriptor } from './check-description.ts';
import type { Parts } from './parts.ts';
import type { Process } from './process.ts';

/** Warnings of charts, events that nobody sends, and links on which nothing is ever put. */
export function lintParts(parts: Parts): Warning[] {
  const byChart = new Map<object, Process[]>();
  for (const process of parts.processes.values()) {
    const { machine } = process.chart;
    byChart.set(machine, [...(byChart.get(machine) ?? []), process]);
  }
  return [
    ...[...byChart.values()].flatMap((processes) => [
      ...lintCharts(processes.map(({ chart }) => chart)),
      ...unsentEvents(processes),
    ]),
    ...[...parts.links.values()].flatMap(({ name, isUsed }) =>
      isUsed ? [] : [{ place: `link ${name}`, text: `link ${name}: nothing is ever put on it` }],
    ),
  ];
}

/** Events that a chart waits for in states that it reaches, and that no machine, link or user ever offers. */
function unsentEvents(processes: readonly Process[]): Warning[] {
  const { chart, entered } = usageOf(processes.map((process) => process.chart));
  const delays = chartDelays(chart.machine);
  const awaited = new Set([...entered].flatMap((node) => [...node.transitions.keys()]));
  const offered = new Set(processes.flatMap((process) => [...process.offered]));
  const happened = new Set(processes.flatMap((process) => [...process.chart.taken].map(({ event }) => event)));
  const isKnown = (descriptor: string) =>
    descriptor === '*' ||
    descriptor.startsWith('xstate.') ||
    delays.has(descriptor) ||
    happened.has(descriptor) ||
    [...offered].some((type) => matchesDescriptor(descriptor, type));
  const names = processes.map(({ name }) => name).join(', ');
  return [...awaited]
    .filter((descriptor) => !isKnown(descriptor))
    .map((descriptor) => ({ place: `event ${descriptor}`, text: `machine ${names}: nobody ever sends ${descriptor}` }));
}
