/** The charts of the handshake, ready to be looked at: compiled once, with every state met. */
import type { AnyEventObject, AnyStateMachine } from 'xstate';
import { clientMachine, describedClientMachine, describedServerMachine, type Mode, serverMachine } from '../../machines/index.ts';
import { compile } from '../../model-tests/compile/compile.ts';
import { clientAlphabet, combinations, eventsOf, serverAlphabet, serverInput } from '../../model-tests/validate/alphabet.ts';
import type { Chart } from '../contract.ts';
import { chartOf } from './chart.ts';
import { ChartSteps } from './steps.ts';

export type Role = 'client' | 'server';

/** A role's chart, the events that it knows, and what it does. */
export interface RoleChart {
  readonly chart: Chart;
  readonly steps: ChartSteps;
  readonly events: readonly AnyEventObject[];
}

export type RoleCharts = Readonly<Record<Role, RoleChart>>;

/** Charts that are compiled when they are asked for, and once for all the recordings that show them: it takes a moment. */
export class HandshakeCharts {
  readonly #described = new Map<Mode, RoleCharts>();
  #hardened: RoleCharts | undefined;

  /** Those that are implemented. */
  get hardened(): RoleCharts {
    this.#hardened ??= {
      client: roleChart(clientMachine, 'client', [undefined], eventsOf(clientAlphabet)),
      server: roleChart(serverMachine, 'server', combinations(serverInput), eventsOf(serverAlphabet)),
    };
    return this.#hardened;
  }

  /** Does beforehand, a little at a time, what the first record of a trace would have to wait for. */
  async warmUp(): Promise<void> {
    await this.hardened.server.steps.warmUp();
    await this.hardened.client.steps.warmUp();
  }

  /** Those of the source text and nothing else. */
  described(mode: Mode): RoleCharts {
    const known = this.#described.get(mode);
    if (known !== undefined) return known;
    const events = (machine: AnyStateMachine) => machine.events.map((type) => ({ type }));
    const charts = {
      client: roleChart(describedClientMachine, 'describedClient', [{ mode }], events(describedClientMachine)),
      server: roleChart(describedServerMachine, 'describedServer', [{ mode }], events(describedServerMachine)),
    };
    this.#described.set(mode, charts);
    return charts;
  }
}

function roleChart(
  machine: AnyStateMachine,
  id: string,
  inputs: readonly unknown[],
  events: readonly AnyEventObject[],
): RoleChart {
  const compiled = inputs.map((input) => () => compile(machine, input));
  return { chart: chartOf(machine, id), steps: new ChartSteps(compiled, events.filter(leadsOn)), events };
}

/** Of the reasons of a DECLINE one that ends an attempt and one that lets it fall back lead to every state that some reason leads to. */
const leadsOn = ({ reason }: AnyEventObject) => reason === undefined || reason === 'busy' || reason === 'modeUnavailable';
