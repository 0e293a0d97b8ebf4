/** Sets of input sequences that identify states: a characterisation set, state identifiers, harmonised state identifiers. */
import { Apartness } from './apart.ts';
import { type Machine, nextState } from './machine.ts';

/** Sequences of inputs as a tree: what begins alike is there once. Each node has a number of its own. */
export interface SequenceTree {
  readonly id: number;
  readonly children: ReadonlyMap<number, SequenceTree>;
}

/** What tells the states of a machine apart. */
export interface Identifiers {
  /** A characterisation set: it has a sequence for each pair of states that are apart and do not look different anyway. */
  readonly characterisation: SequenceTree;
  /** By state: a part of the characterisation set that tells the state from each other one. */
  readonly ofState: readonly SequenceTree[];
  /** By state, such that each two states have a common sequence that tells them apart. All sequences are defined in their state. */
  readonly harmonised: readonly SequenceTree[];
  /** Pairs of states that no sequence tells apart, by their numbers. */
  readonly blind: readonly (readonly [number, number])[];
}

/** A sequence, and what is seen of it in each state as far as it is defined there. */
interface Probe {
  readonly sequence: readonly number[];
  readonly answers: readonly (readonly string[])[];
}

/** Chooses few and short sequences: shortest witnesses of pairs, the one that settles most pairs first. */
export function identifiersOf(machine: Machine): Identifiers {
  const apartness = new Apartness(machine);
  const count = machine.states.length;
  const pairs: (readonly [number, number])[] = [];
  const candidates = new Map<string, Probe>();
  for (let other = 0; other < count; other += 1) {
    for (let one = 0; one < other; one += 1) {
      if (apartness.distance(one, other) <= 0) continue;
      pairs.push([one, other]);
      const sequence = apartness.witness(one, other) ?? [];
      const key = sequence.join();
      if (!candidates.has(key))
        candidates.set(key, { sequence, answers: machine.states.map((_, state) => answers(machine, state, sequence)) });
    }
  }
  const probes = chooseProbes([...candidates.values()], pairs);
  const forest = new Forest();
  const [characterisation, ofState, harmonised] = [
    forest.tree(),
    machine.states.map(() => forest.tree()),
    machine.states.map(() => forest.tree()),
  ];
  for (const [one, other] of pairs) {
    const sequences = separators(probes, one, other);
    forest.add(characterisation, leastNew(sequences, [characterisation]));
    for (const state of [one, other]) forest.add(at(ofState, state), leastNew(sequences, [at(ofState, state)]));
    const common = leastNew(sequences, [at(harmonised, one), at(harmonised, other)]);
    for (const state of [one, other]) forest.add(at(harmonised, state), common);
  }
  for (const tree of ofState) for (const sequence of sequencesOf(tree)) forest.add(characterisation, sequence);
  return { characterisation, ofState, harmonised, blind: [...apartness.blindPairs()] };
}

/** Every sequence of a tree that goes on to a leaf. */
export function* sequencesOf(tree: SequenceTree, before: readonly number[] = []): Generator<readonly number[]> {
  if (tree.children.size === 0 && before.length > 0) yield before;
  for (const [input, child] of tree.children) yield* sequencesOf(child, [...before, input]);
}

/** What is seen of a sequence, input by input: the output, and how the state behind it looks. */
function answers(machine: Machine, from: number, sequence: readonly number[]): string[] {
  const seen: string[] = [];
  for (let state = from, at = 0; at < sequence.length; at += 1) {
    const input = sequence[at] ?? -1;
    const next = nextState(machine, state, input);
    if (next < 0) break;
    seen.push(`${machine.output[state * machine.inputs.length + input]}/${machine.states[next]?.sight}`);
    state = next;
  }
  return seen;
}

/** After how many inputs a probe has told two states apart; 0 when it never does. */
function tellsAfter({ answers: all }: Probe, one: number, other: number): number {
  const [mine = [], others = []] = [all[one], all[other]];
  const common = Math.min(mine.length, others.length);
  for (let at = 0; at < common; at += 1) if (mine[at] !== others[at]) return at + 1;
  return 0;
}

/** A small set of probes that settles every pair: greedily, as many open pairs for each input as can be had. */
function chooseProbes(candidates: readonly Probe[], pairs: readonly (readonly [number, number])[]): Probe[] {
  const chosen: Probe[] = [];
  let open = pairs;
  while (open.length > 0) {
    let best: Probe | undefined;
    let most = 0;
    for (const probe of candidates) {
      const settled = open.filter(([one, other]) => tellsAfter(probe, one, other) > 0).length / probe.sequence.length;
      if (settled > most) [best, most] = [probe, settled];
    }
    if (best === undefined) throw new Error('a pair of states that are apart has no witness');
    const probe = best;
    chosen.push(probe);
    open = open.filter(([one, other]) => tellsAfter(probe, one, other) === 0);
  }
  return chosen;
}

/** The sequences that tell two states apart, each no longer than that takes. */
function separators(probes: readonly Probe[], one: number, other: number): (readonly number[])[] {
  return probes.flatMap((probe) => {
    const length = tellsAfter(probe, one, other);
    return length === 0 ? [] : [probe.sequence.slice(0, length)];
  });
}

/** The sequence of which the trees lack the fewest inputs. */
function leastNew(sequences: readonly (readonly number[])[], trees: readonly SequenceTree[]): readonly number[] {
  const lacking = (sequence: readonly number[]) =>
    trees.reduce((sum, tree) => sum + sequence.length - depthIn(tree, sequence), 0);
  return sequences.reduce((best, sequence) => (lacking(sequence) < lacking(best) ? sequence : best));
}

function depthIn(tree: SequenceTree, sequence: readonly number[]): number {
  let node: SequenceTree | undefined = tree;
  let depth = 0;
  for (const input of sequence) {
    node = node.children.get(input);
    if (node === undefined) break;
    depth += 1;
  }
  return depth;
}

/** Makes trees whose nodes have numbers of their own. */
class Forest {
  #count = 0;
  readonly #children = new WeakMap<SequenceTree, Map<number, SequenceTree>>();

  tree(): SequenceTree {
    const children = new Map<number, SequenceTree>();
    const tree = { id: this.#count, children };
    this.#count += 1;
    this.#children.set(tree, children);
    return tree;
  }

  add(tree: SequenceTree, sequence: readonly number[]): void {
    let node = tree;
    for (const input of sequence) {
      let child = node.children.get(input);
      if (child === undefined) {
        child = this.tree();
        this.#children.get(node)?.set(input, child);
      }
      node = child;
    }
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`there is no state ${index}`);
  return item;
}
