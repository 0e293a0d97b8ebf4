/**
 * Complete suites, after the Wp method (Fujiwara, v. Bochmann, Khendek, Amalou and Ghedamsi 1991) and the HSI method (Luo, Petrenko and
 * v. Bochmann 1994), for partial machines. docs/guides/criteria.md has the theorem, its assumptions and a proof.
 */
import { type Branch, Branches, suiteOfTree } from './branch.ts';
import { type Identifiers, identifiersOf, type SequenceTree } from './identifiers.ts';
import { accessTree, definedInputs, type Machine, nextState } from './machine.ts';
import { quotient } from './quotient.ts';
import type { Suite } from './suite.ts';

/** Which sequences identify the state behind a prefix. */
export type CompleteMethod = 'wp' | 'hsi';

/** A suite with a promise. */
export interface CompleteSuite extends Suite {
  /** How many inputs beyond the state cover an implementation's own states may lie. */
  readonly k: number;
  /** States of the machine, equivalent ones counted once. */
  readonly states: number;
  /** Names of states that are equivalent. */
  readonly merged: readonly (readonly string[])[];
  /** Names of pairs of states that are not equivalent, and that no input tells apart which is defined in both: the paths go on behind them. */
  readonly blind: readonly (readonly [string, string])[];
  /** Whether the promise holds. It does not where states of blind pairs lie on a circle, since the paths cannot go on for ever. */
  readonly complete: boolean;
}

/** What may be changed about the generation, so that tests can break it. */
export interface CompleteOptions {
  /** How many extra states an implementation may have, or more exactly how far its states lie beyond the state cover. Default 0. */
  readonly k?: number;
  /** Default: `identifiersOf`. */
  readonly identify?: (machine: Machine) => Identifiers;
}

/**
 * The suite of a method, for any deterministic partial machine. States are identified up to equivalence, but the state cover leads to each of
 * them: an implementation may keep apart what the model says is the same.
 */
export function completeSuite(method: CompleteMethod, machine: Machine, options: CompleteOptions = {}): CompleteSuite {
  const { k = 0, identify = identifiersOf } = options;
  if (!Number.isSafeInteger(k) || k < 0) throw new RangeError(`k has to be a whole number from 0 on, and is ${k}`);
  const reduced = quotient(machine);
  const identifiers = identify(reduced.machine);
  const nameOf = (state: number) => reduced.machine.states[state]?.name ?? '';
  const { passed, circling } = blindStates(reduced.machine, identifiers.blind);
  const root = treeOf(method, machine, { ...reduced, identifiers, passed }, k);
  const facts = {
    k,
    states: reduced.machine.states.length,
    merged: reduced.merged,
    blind: identifiers.blind.map(([one, other]) => [nameOf(one), nameOf(other)] as const),
    complete: circling.length === 0,
  };
  const assumptions = assumptionsOf(facts, machine.states.length, circling.map(nameOf));
  return { ...suiteOfTree(`${method} (k = ${k})`, machine, root, assumptions), ...facts };
}

/** The states of blind pairs: those that paths can pass through to the other side of, and those that lie on a circle of such states or before one. */
function blindStates(
  machine: Machine,
  blind: Identifiers['blind'],
): { readonly passed: ReadonlySet<number>; readonly circling: readonly number[] } {
  const defined = definedInputs(machine);
  const circling = new Set(blind.flat());
  const passed = new Set<number>();
  const isPassed = (state: number) => (defined[state] ?? []).every((input) => !circling.has(nextState(machine, state, input)));
  for (let found = true; found; ) {
    found = false;
    for (const state of [...circling]) {
      if (!isPassed(state)) continue;
      circling.delete(state);
      passed.add(state);
      found = true;
    }
  }
  return { passed, circling: [...circling].sort((a, b) => a - b) };
}

/** Where a prefix stands: on the state cover (with `explore` = k + 1), `explore` inputs from the end of exploring, or, at -1, within identifiers. */
interface Place {
  readonly onCover: boolean;
  readonly explore: number;
  /** What has still to be applied of the identifiers that began at this prefix or before. */
  readonly tails: readonly SequenceTree[];
}

/** What is known of a machine: by state the number of its class, and by class how it is identified, and whether paths have to pass it. */
interface Known {
  readonly classOf: Int32Array;
  readonly identifiers: Identifiers;
  readonly passed: ReadonlySet<number>;
}

/**
 * State cover, then every sequence of up to k + 1 inputs, and behind each of them what identifies the state. Where exploring would end in a
 * state that cannot be identified for certain (`passed`), it goes on until it comes to one that can.
 */
function treeOf(method: CompleteMethod, machine: Machine, { classOf, identifiers, passed }: Known, k: number): Branch {
  const branches = new Branches(machine);
  const defined = definedInputs(machine);
  const access = accessTree(machine);
  const isOnCover = (from: number, input: number, to: number) => access[to]?.from === from && access[to]?.input === input;
  const identifierOf = (kind: number, explore: number) => {
    // Wp: everything behind prefixes of the first phase; behind those of the second, which end with the last input, only what the state needs.
    if (method === 'wp') return explore > 0 ? identifiers.characterisation : identifiers.ofState[kind];
    return identifiers.harmonised[kind];
  };
  const branch = (there: number, { onCover, explore, tails: before }: Place): Branch => {
    const kind = classOf[there] ?? 0;
    // Beside the cover, equivalent states have equal subtrees: one stands for all.
    const state = onCover ? there : classOf.indexOf(kind);
    const identifier = explore >= 0 ? identifierOf(kind, explore) : undefined;
    const tails = [...new Set(identifier === undefined ? before : [...before, identifier])].filter(
      ({ children }) => children.size > 0,
    );
    const key = `${onCover} ${explore} ${tails.map(({ id }) => id).sort((a, b) => a - b)}`;
    return branches.of(state, key, function* () {
      const goesOn = explore > 0 || (explore === 0 && passed.has(kind));
      const inputs = goesOn ? (defined[state] ?? []) : [...new Set(tails.flatMap(({ children }) => [...children.keys()]))];
      for (const input of inputs) {
        const rest = tails.flatMap(({ children }) => children.get(input) ?? []);
        yield [
          input,
          (next) => {
            const stays = onCover && isOnCover(state, input, next);
            const left = goesOn ? Math.max(0, explore - 1) : -1;
            return branch(next, { onCover: stays, explore: stays ? k + 1 : left, tails: rest });
          },
        ];
      }
    });
  };
  return branch(0, { onCover: true, explore: k + 1, tails: [] });
}

function assumptionsOf(
  { k, states, merged, blind, complete }: Pick<CompleteSuite, 'k' | 'states' | 'merged' | 'blind' | 'complete'>,
  all: number,
  circling: readonly string[],
): string[] {
  const more = k === 0 ? '' : ` and at most ${k} more input${k === 1 ? '' : 's'}`;
  const counted = `; that is so whenever it has at most ${states + k} states (${states} of the model and ${k} extra)`;
  const pairs = blind.map(([one, other]) => `${one} and ${other}`).join('; ');
  return [
    `The implementation behaves like a deterministic machine each of whose states is reached by a sequence of the state cover (one to each of the ${all} states of the model)${more}${blind.length === 0 ? counted : ''}.`,
    'A reset brings the implementation to its initial state, each time.',
    'Each input of a path can be brought about where the model defines it; nothing is promised for inputs where the model does not define them.',
    'What the model shows of a step (outputs, and how the state behind it looks) can be seen of the implementation.',
    ...merged.map(
      (names) =>
        `${names.length} states of the model are equivalent, and are identified as one: ${[...new Set(names)].join(', ')}.`,
    ),
    ...(blind.length === 0
      ? []
      : [`No input that is defined in both tells these states apart, so paths go on behind them: ${pairs}.`]),
    ...(complete
      ? []
      : [`NOT COMPLETE: such states lie on a circle, or before one, and paths end there all the same: ${circling.join(', ')}.`]),
  ];
}
