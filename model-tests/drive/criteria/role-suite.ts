/** The suite of a criterion for one process, as it is driven: what a subject cannot be brought to is left out before anything is generated. */
import { type CriterionRequest, suiteFor } from '../../generate/criterion.ts';
import { definedInputs, exploreMachine, nextState } from '../../generate/machine.ts';
import type { Suite } from '../../generate/suite.ts';
import type { Role, RoleInput } from '../role/path.ts';
import { everything, lacksOf, type PlacedInput, type RoleSuite, suiteOfRole } from '../role/paths.ts';
import type { Capabilities } from '../role/subject.ts';
import { RoleMachineSystem } from './role-machine.ts';

/** A request as options of the command line, with a space in front; '' where there is none. */
export function criterionText(request: CriterionRequest | undefined): string {
  if (request === undefined) return '';
  const { criterion, k, count } = request;
  return [` --criterion ${criterion}`, k === undefined ? '' : ` --k ${k}`, count === undefined ? '' : ` --count ${count}`].join(
    '',
  );
}

/** The suite of a criterion for a subject that can do this, and what it says of itself. */
export function criterionSuite(
  role: Role,
  { criterion, ...options }: CriterionRequest,
  can: Capabilities = everything,
  modes: readonly string[] = can.modes,
): RoleSuite & { readonly suite: Suite } {
  const lacks = lacksOf(role, can, modes);
  const system = new RoleMachineSystem(role, { lacks });
  const { machine, worlds } = exploreMachine(system);
  const suite = suiteFor(machine, criterion, options);
  const placed = (state: number, input: number): PlacedInput => {
    const world = worlds[state];
    if (world === undefined) throw new RangeError(`there is no state ${state}`);
    return [world, machine.inputs[input] as RoleInput];
  };
  const total = definedInputs(machine).flatMap((inputs, state) => inputs.map((input) => placed(state, input)));
  const paths = [...suite.paths()].map((path) => {
    let state = 0;
    return path.map((input) => {
      const step = placed(state, input);
      state = nextState(machine, state, input);
      return step;
    });
  });
  return { ...suiteOfRole(system.system, lacks, suite.criterion, paths, total), suite };
}
