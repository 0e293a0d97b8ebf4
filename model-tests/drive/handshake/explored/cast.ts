/** What stays the same while a composition is explored: its plan, its charts, and the names of their states. */
import type { AnyEventObject } from 'xstate';
import { clientMachine, type ServerContext, serverMachine } from '../../../../machines/index.ts';
import { type CompiledChart, compile } from '../../../compile/compile.ts';
import { clientAlphabet, eventsOf, serverAlphabet } from '../../../validate/alphabet.ts';
import { Processes } from '../processes.ts';
import { at, freshClient } from '../stage.ts';
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

/** A chart, and the names of its states. */
interface NamedChart {
  readonly chart: CompiledChart;
  readonly labels: Labels;
}

/** Compiles each chart once, for however many compositions: to meet all its states takes a moment. */
export class Charts {
  readonly #servers = new Map<string, NamedChart>();
  #client: NamedChart | undefined;

  client(): NamedChart {
    this.#client ??= named(compile(clientMachine), eventsOf(clientAlphabet));
    return this.#client;
  }

  server(input: ServerContext): NamedChart {
    const key = JSON.stringify(input);
    const known = this.#servers.get(key) ?? named(compile(serverMachine, input), eventsOf(serverAlphabet));
    this.#servers.set(key, known);
    return known;
  }
}

const named = (chart: CompiledChart, events: readonly AnyEventObject[]): NamedChart => ({
  chart,
  labels: new Labels(chart, events),
});

export function castOf(options: ExploredOptions, charts: Charts): Cast {
  const client = charts.client();
  const servers = options.servers.map((input) => charts.server(input));
  const processes = new Processes(
    client.chart,
    servers.map(({ chart }) => chart),
  );
  const failed = (chart: CompiledChart) => chart.states.findIndex(({ path }) => path === 'failed');
  return {
    plan: planOf(options),
    processes,
    clientLabels: client.labels,
    serverLabels: servers.map(({ labels }) => labels),
    endedClient: { ...freshClient(failed(client.chart), -1), firstStands: false },
    endedServer: (index) => ({ ...processes.freshServer(index), state: failed(at(processes.servers, index)) }),
  };
}
