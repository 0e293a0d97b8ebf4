/** Composes machines, links and an environment to a system that can be explored. Knows nothing of what its machines mean. */

import { budgetsOf } from './budget.ts';
import { BufferLink } from './buffer-link.ts';
import { checkDescription, checkMachines, usedBudgets } from './check-description.ts';
import { ComposeError } from './compose-error.ts';
import { Composed } from './composed.ts';
import { ConnectionLink } from './connection-link.ts';
import type { Description, LinkDescription, MachineDescription } from './description.ts';
import { Intruder } from './intruder.ts';
import { machineRules } from './machine-rules.ts';
import type { ComposedMove } from './moves.ts';
import { Parts } from './parts.ts';
import { Process } from './process.ts';
import { symmetryOf } from './symmetric.ts';
import type { Rule, Slot, Value } from './system.ts';

/**
 * A system of machines, links and an environment.
 *
 * Each machine has a slot, each buffer one, each connection three, each budget that is a number one, and what an intruder has overheard one.
 * In one move one thing happens (a delivery, the end of a delay, an event of a user, a fault), and everything that machines do because of
 * it: what they send goes to links; what they send to a machine by its name is there in the same move.
 *
 * @throws ComposeError where the description does not fit together; it names the place.
 * @throws CompileError where a chart cannot be explored faithfully; also while the system is explored.
 */
export function compose<const Machine extends string, const Link extends string = never>(
  description: Description<Machine, Link>,
): Composed<Machine, Link> {
  checkDescription(description);
  const slots: Slot[] = [];
  const machines = Object.entries(description.machines) as [string, MachineDescription][];
  const links = Object.entries(description.links ?? {}) as [string, LinkDescription<string>][];
  const processes = machines.map(([name, machine], slot) => {
    const process = new Process(name, slot, machine);
    slots.push({ name, initial: process.chart.initial.value as Value });
    return process;
  });
  checkMachines(description, processes);
  // Links and budgets need each other's slots: the links come first, so that their slots lie beside those of the machines.
  const linkSlots = links.map(([name, link]) => (link.kind === 'connection' ? undefined : slots.push({ name, initial: [] }) - 1));
  const { environment = {} } = description;
  const budgets = budgetsOf(environment, usedBudgets(description), slots);
  const intruder = environment.intruder && new Intruder(environment.intruder, slots);
  const parts = new Parts(budgets, intruder?.overhears ?? new Set(), intruder?.memory);
  for (const process of processes) parts.processes.set(process.name, process);
  for (const [at, [name, link]] of links.entries()) {
    const slot = linkSlots[at];
    parts.links.set(
      name,
      link.kind === 'connection'
        ? new ConnectionLink(name, slots, link, parts)
        : new BufferLink(name, slot as number, link, parts),
    );
  }
  const rules = [
    ...processes.flatMap((process) => [...machineRules(process, parts, slots)]),
    ...[...parts.links.values()].flatMap((link) => [...link.rules()]),
    ...(intruder?.rules(parts) ?? []),
  ];
  const symmetries = (description.symmetric ?? []).map((symmetry) => symmetryOf(symmetry, parts, intruder?.memory));
  return new Composed(parts, begun(parts, slots), rules as Rule<ComposedMove>[], symmetries);
}

/** What charts send when they begin is part of the initial state. */
function begun(parts: Parts, slots: readonly Slot[]): Slot[] {
  const firing = parts.firing({ get: <T extends Value>(slot: number) => slots[slot]?.initial as T });
  for (const process of parts.processes.values()) firing.begin(process);
  if (firing.isBlocked) throw new ComposeError('what the machines send when they begin finds no room on the links');
  return slots.map((slot, at) => ({ ...slot, initial: firing.get(at) }));
}
