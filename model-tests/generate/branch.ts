/**
 * Suites as prefix trees that are never built: equal subtrees are one branch, so a tree with millions of leaves is a few hundred branches.
 */
import { type Machine, nextState } from './machine.ts';
import { CoverageCount, type Suite, type SuiteSize } from './suite.ts';

/** A node of a prefix tree: the machine's state there, and what may follow, by input. Equal subtrees are the same object. */
export interface Branch {
  readonly state: number;
  readonly children: ReadonlyMap<number, Branch>;
}

/** A suite whose paths are the ways from the root of a prefix tree to its leaves. */
export function suiteOfTree(criterion: string, machine: Machine, root: Branch, assumptions: readonly string[]): Suite {
  const order = branchesBelow(root);
  const count = new CoverageCount(machine);
  for (const { state, children } of order) {
    for (const [input, child] of children) {
      count.transition(state, input);
      for (const second of child.children.keys()) count.pair(state, input, second);
    }
  }
  return { criterion, machine, size: sizeOf(order), coverage: count.result(), assumptions, paths: () => leaves(root) };
}

/** The ways from the root to the leaves, depth first. */
export function* leaves(root: Branch): Generator<readonly number[], void> {
  const path: number[] = [];
  const open = [[...root.children]];
  if (root.children.size === 0) yield [];
  for (let siblings = open.at(-1); siblings !== undefined; siblings = open.at(-1)) {
    const [input, branch] = siblings.shift() ?? [];
    if (input === undefined || branch === undefined) {
      open.pop();
      path.pop();
      continue;
    }
    path.push(input);
    if (branch.children.size === 0) {
      yield [...path];
      path.pop();
    } else open.push([...branch.children]);
  }
}

/** Every branch once, children before parents; the root is the last. */
function branchesBelow(root: Branch): Branch[] {
  const done = new Set<Branch>();
  const open: { readonly branch: Branch; readonly waiting: Branch[] }[] = [
    { branch: root, waiting: [...root.children.values()] },
  ];
  const begun = new Set([root]);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = top.waiting.pop();
    if (child === undefined) {
      done.add(top.branch);
      open.pop();
    } else if (!begun.has(child)) {
      begun.add(child);
      open.push({ branch: child, waiting: [...child.children.values()] });
    }
  }
  return [...done];
}

function sizeOf(order: readonly Branch[]): SuiteSize {
  const sizes = new Map<Branch, SuiteSize>();
  let size: SuiteSize = { paths: 1, steps: 0 };
  for (const branch of order) {
    size = { paths: branch.children.size === 0 ? 1 : 0, steps: 0 };
    for (const child of branch.children.values()) {
      const { paths, steps } = sizes.get(child) ?? size;
      size = { paths: size.paths + paths, steps: size.steps + steps + paths };
    }
    sizes.set(branch, size);
  }
  return size;
}

/** Makes branches, equal ones once: a branch is told by a text, and its children are worked out when it is first met. */
export class Branches {
  readonly #machine: Machine;
  readonly #known = new Map<string, Branch>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** The branch that `key` names. `grow` says, by input, what may follow; inputs that are not defined in the state are left out. */
  of(state: number, key: string, grow: () => Iterable<readonly [input: number, child: (next: number) => Branch]>): Branch {
    const name = `${state} ${key}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const children = new Map<number, Branch>();
    const branch: Branch = { state, children };
    this.#known.set(name, branch);
    for (const [input, child] of grow()) {
      const next = nextState(this.#machine, state, input);
      if (next >= 0) children.set(input, child(next));
    }
    return branch;
  }
}
