/** What stays the same while a composition is explored: its plan, its charts, and the names of their states. */
import { clientAlphabet, eventsOf, serverAlphabet } from '../../../validate/alphabet.ts';
import { Processes } from '../processes.ts';
import { freshClient } from '../stage.ts';
import type { ClientSlot, ServerSlot } from '../world.ts';
import { Labels } from './labels.ts';
import type { ExploredOptions } from './options.ts';
import { type Plan, planOf } from './plan.ts';

export interface Cast {
  readonly plan: Plan;
  readonly processes: Processes;
  readonly clientLabels: Labels;
  readonly serverLabels: readonly Labels[];
  /** What there is to be seen of an instance, or of a server process, that is not there any more. */
  readonly endedClient: ClientSlot;
  endedServer(index: number): ServerSlot;
}

export function castOf(options: ExploredOptions): Cast {
  const processes = new Processes(options.servers);
  const clientLabels = new Labels(processes.client, eventsOf(clientAlphabet));
  const byChart = new Map(processes.servers.map((chart) => [chart, new Labels(chart, eventsOf(serverAlphabet))]));
  const serverLabels = processes.servers.map((chart) => byChart.get(chart) as Labels);
  const ended = processes.servers.map((chart) => chart.states.findIndex(({ path }) => path === 'failed'));
  return {
    plan: planOf(options),
    processes,
    clientLabels,
    serverLabels,
    endedClient: {
      ...freshClient(
        processes.client.states.findIndex(({ path }) => path === 'failed'),
        -1,
      ),
      firstStands: false,
    },
    endedServer: (index) => ({ ...processes.freshServer(index), state: ended[index] as number }),
  };
}
