/** One role with the other ends of its connections as a reactive system: its outputs are what a tester sees, its inputs what one can do. */
import type { Reaction, ReactiveSystem } from '../../generate/machine.ts';
import type { Role, RoleInput, RoleOutput } from '../role/path.ts';
import { RoleSystem, type RoleSystemOptions, type RoleWorld } from '../role/system.ts';

export class RoleMachineSystem implements ReactiveSystem<RoleWorld, RoleInput, RoleOutput> {
  readonly name: Role;
  readonly initial: RoleWorld;
  readonly system: RoleSystem;

  /** Events whose facts the chart names are tried with all of them. */
  constructor(role: Role, options: Omit<RoleSystemOptions, 'facts'> = {}) {
    this.name = role;
    this.system = new RoleSystem(role, { ...options, facts: 'all' });
    this.initial = this.system.initial;
  }

  key(world: RoleWorld): string {
    return this.system.key(world);
  }

  nameOf(world: RoleWorld): string {
    return this.system.stateOf(world) || '(before start)';
  }

  /** The limits that run, and the connections that there are: whether the role still dials, and what the tester has done to them. */
  sight(world: RoleWorld): string {
    if (world.state < 0) return 'not begun';
    const connections = Object.entries(world.connections.open).map(([name, view]) =>
      view.dialling ? `${name} dialling` : `${name} ${view.tester}`,
    );
    return [this.system.isFinal(world) ? 'ended' : '', ...this.system.limitsOf(world), ...connections.sort()].join(' ').trim();
  }

  *reactions(world: RoleWorld): Generator<Reaction<RoleWorld, RoleInput, RoleOutput>> {
    for (const { move, next, step } of this.system.moves(world)) {
      // An ignored input is a step like every other one: what comes behind it shows that it was ignored.
      yield { input: move, outputs: step.expect, next: { ...next, ignored: false } };
    }
  }
}
