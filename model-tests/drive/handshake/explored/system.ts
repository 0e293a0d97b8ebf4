/**
 * Server processes ‖ the client process and its instances ‖ connections ‖ intruder ‖ faults, as slots and rules: everything that can
 * happen, whatever the order. The processes are the same as in the composition whose paths are driven.
 */
import type { Rule, Slot, Symmetry, System, Value } from '../../../compose/system.ts';
import type { Who } from '../world.ts';
import { type Cast, Charts, castOf } from './cast.ts';
import { intrusions } from './intruder.ts';
import type { ExploredMove } from './moves.ts';
import type { ExploredOptions } from './options.ts';
import { budgetOf, letterOf, type Plan } from './plan.ts';
import { crashesOfClientProcess, wishesForClientProcess } from './process-rules.ts';
import { renameMembers } from './renaming.ts';
import { deliveries, linkFaults, ownSteps, wishes } from './rules.ts';
import { showMove } from './show.ts';
import { SlotStage } from './slot-stage.ts';

/** A composition that can be explored, with the cast that its properties look at. */
export interface ExploredSystem extends System<ExploredMove> {
  readonly cast: Cast;
}

/** Composes what `options` say. Compositions that are made of the same `charts` are made faster. */
export function exploredSystem(options: ExploredOptions, charts = new Charts()): ExploredSystem {
  const cast = castOf(options, charts);
  const { plan } = cast;
  return {
    cast,
    slots: initialSlots(cast),
    rules: rulesOf(cast),
    symmetries: symmetriesOf(plan),
    lifelines: [
      ...plan.serverSlots.map((_, index) => `server ${letterOf(index)}`),
      'client process',
      ...(plan.intruderSlot < 0 ? [] : ['intruder']),
    ],
    show: (move) => showMove(plan.links, move),
  };
}

function initialSlots(cast: Cast): Slot[] {
  const { plan } = cast;
  const values: Value[] = plan.slots.map(() => null);
  values[plan.processSlot] = 'listening';
  values[plan.numbersSlot] = [];
  values[plan.portsSlot] = [];
  for (const slot of plan.serverSlots) values[slot] = 'over';
  if (plan.intruderSlot >= 0) values[plan.intruderSlot] = plan.options.intruder ?? 0;
  for (const [fault, slot] of plan.budgetSlots) values[slot] = budgetOf(plan.options, fault);
  const stage = new SlotStage(cast, { get: (slot) => values[slot] as never });
  for (const index of plan.serverSlots.keys()) {
    stage.changeServer(index, cast.processes.freshServer(index));
    cast.processes.start(stage, index);
  }
  for (const [slot, value] of stage.writes()) values[slot] = value;
  return plan.slots.map((name, slot) => ({ name, initial: values[slot] as Value }));
}

function rulesOf(cast: Cast): Rule<ExploredMove>[] {
  const { plan } = cast;
  const rules: Rule<ExploredMove>[] = [];
  const addProcess = (who: Who) => rules.push(ownSteps(cast, who), wishes(cast, who));
  for (const index of plan.serverSlots.keys()) addProcess({ role: 'server', index });
  for (const [index, { server, instanceSlot }] of plan.links.entries()) {
    rules.push(deliveries(cast, index), server < 0 ? intrusions(cast, index) : linkFaults(cast, index));
    if (instanceSlot >= 0) addProcess({ role: 'client', index });
  }
  rules.push(wishesForClientProcess(cast), ...crashesOfClientProcess(cast));
  return plan.options.everyCause === true ? rules : rules.map(withOneCause);
}

/** Of firings that write the same, the first stands for all. */
function withOneCause(rule: Rule<ExploredMove>): Rule<ExploredMove> {
  return {
    ...rule,
    *fire(view) {
      const effects = new Set<string>();
      for (const firing of rule.fire(view)) {
        const effect = JSON.stringify([firing.writes, firing.move.accepted]);
        if (!effects.has(effect)) yield firing;
        effects.add(effect);
      }
    },
  };
}

/** Server processes that are alike are symmetric. */
function symmetriesOf(plan: Plan): Symmetry[] {
  const alike = new Map<string, number[]>();
  for (const [index, server] of plan.options.servers.entries()) {
    const key = JSON.stringify(server);
    alike.set(key, [...(alike.get(key) ?? []), index]);
  }
  return [...alike.values()]
    .filter(({ length }) => length > 1)
    .map((servers) => ({
      members: servers.map((server) => plan.members[server] as readonly number[]),
      rename: (value, _slot, to) => renameMembers(plan, servers, value, to),
    }));
}
