/** Small systems of chance, and a second, naive way to explore them: what `check` says is compared with it. */
import fc from 'fast-check';
import type { System, Value, View } from '../compose/system.ts';

/** A rule of a small system: in which values of two slots it can fire, and what it then writes. */
export interface SmallRule {
  readonly reads: readonly [number, number];
  /** For some pairs of values, what is written, as slot and value; a rule can do several things. */
  readonly cases: readonly {
    readonly when: readonly [number, number];
    readonly writes: readonly (readonly [number, number])[];
  }[];
  readonly fair: boolean;
}

export interface SmallSystem {
  readonly slots: number;
  readonly values: number;
  readonly rules: readonly SmallRule[];
}

/** Systems of up to five slots of two or three values; most have some ten to a hundred states. */
export const smallSystems: fc.Arbitrary<SmallSystem> = fc
  .record({ slots: fc.integer({ min: 3, max: 5 }), values: fc.integer({ min: 2, max: 3 }) })
  .chain(({ slots, values }) => {
    const [slot, value] = [fc.nat({ max: slots - 1 }), fc.nat({ max: values - 1 })];
    const pairs = Array.from({ length: values * values }, (_, i) => [i % values, Math.floor(i / values)] as const);
    // Most rules keep to a slot of their own, as processes do: otherwise nothing would be independent.
    const mostly = (home: number) => fc.oneof({ weight: 4, arbitrary: fc.constant(home) }, { weight: 1, arbitrary: slot });
    const ruleAt = (home: number) => {
      const others = fc.array(fc.tuple(slot, value), { maxLength: 1 });
      const caseFor = (when: readonly [number, number]) =>
        others.map((more) => ({ when, writes: [[home, (when[0] + 1) % values] as const, ...more.slice(0, home % 2)] }));
      const cases = fc
        .tuple(...pairs.map((when) => fc.option(caseFor(when), { freq: 3 })))
        .map((all) => all.filter((each) => each !== null));
      return fc.record({ reads: fc.tuple(fc.constant(home), mostly(home)), cases, fair: fc.boolean() });
    };
    const rules = fc.array(slot.chain(ruleAt), { minLength: 3, maxLength: 7 });
    return fc.record({ slots: fc.constant(slots), values: fc.constant(values), rules });
  });

/** The small system as the explorer takes it. A move is `rule.case`. */
export function systemOf({ slots, rules }: SmallSystem): System<string> {
  return {
    slots: Array.from({ length: slots }, (_, slot) => ({ name: `slot ${slot}`, initial: 0 })),
    rules: rules.map(({ reads, cases, fair }, index) => ({
      name: `rule ${index}`,
      fair,
      touches: [...new Set([...reads, ...cases.flatMap(({ writes }) => writes.map(([slot]) => slot))])],
      mayWrite: [...new Set(cases.flatMap(({ writes }) => writes.map(([slot]) => slot)))],
      *fire(view: View) {
        for (const [number, { when, writes }] of cases.entries()) {
          if (view.get<number>(reads[0]) === when[0] && view.get<number>(reads[1]) === when[1])
            yield { move: `${index}.${number}`, writes };
        }
      },
    })),
    lifelines: [],
    show: (text) => ({ text, events: [] }),
  };
}

/** The same system with slots in between that nobody looks at. */
export const apart = ({ slots, values, rules }: SmallSystem, stride: number): SmallSystem => ({
  slots: slots * stride,
  values,
  rules: rules.map(({ reads: [one, other], cases, fair }) => ({
    reads: [one * stride, other * stride],
    cases: cases.map(({ when, writes }) => ({ when, writes: writes.map(([slot, value]) => [slot * stride, value]) })),
    fair,
  })),
});

/** The last slot holds 1. */
export const lastIsOne =
  (slots: number) =>
  (view: View): boolean =>
    view.get<Value>(slots - 1) === 1;

export const firstIsOne = (view: View): boolean => view.get<Value>(0) === 1;

export interface NaiveEdge {
  readonly rule: number;
  readonly move: string;
  readonly to: string;
}

/** Every reachable state by its text, and what leads on from it. */
export function exploreNaively(system: System<string>): Map<string, readonly NaiveEdge[]> {
  const initial = JSON.stringify(system.slots.map((slot) => slot.initial));
  const graph = new Map<string, readonly NaiveEdge[]>();
  const queue = [initial];
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    if (graph.has(text)) continue;
    const edges = edgesFrom(system, text);
    graph.set(text, edges);
    queue.push(...edges.map(({ to }) => to));
  }
  return graph;
}

export function edgesFrom(system: System<string>, text: string): NaiveEdge[] {
  return system.rules.flatMap(({ fire }, rule) =>
    [...fire(viewOf(text))].map(({ move, writes }) => {
      const next = JSON.parse(text) as Value[];
      for (const [slot, value] of writes) next[slot] = value;
      return { rule, move, to: JSON.stringify(next) };
    }),
  );
}

export function viewOf(text: string): View {
  const values = JSON.parse(text) as Value[];
  return { get: <T extends Value>(slot: number) => values[slot] as T };
}

/**
 * Whether some fair run from a state of `starts` stays where `holds` is true and uses `mayUse` moves only: the greatest fixed point of
 * Emerson and Lei, which knows nothing of components.
 */
export function staysForever(
  system: System<string>,
  graph: ReadonlyMap<string, readonly NaiveEdge[]>,
  starts: Iterable<string>,
  holds: (text: string) => boolean,
  { endsCount = true, mayUse = (_: string): boolean => true } = {},
): boolean {
  const fair = system.rules.flatMap((rule, index) => (rule.fair === true ? [index] : []));
  const inside = [...graph.keys()].filter(holds);
  const edges = (text: string) => (graph.get(text) ?? []).filter(({ to, move }) => holds(to) && mayUse(move));
  const canReach = (goal: (text: string) => boolean, within: ReadonlySet<string>) => {
    const good = new Set([...within].filter(goal));
    for (let size = -1; size !== good.size; ) {
      size = good.size;
      for (const text of within) if (edges(text).some(({ to }) => good.has(to))) good.add(text);
    }
    return good;
  };
  let fixed = new Set(inside);
  for (let size = -1; size !== fixed.size; ) {
    size = fixed.size;
    for (const rule of fair.length === 0 ? [-1] : fair) {
      const current = fixed;
      const isFairHere = (text: string) =>
        edges(text).some(({ to, rule: by }) => current.has(to) && (rule < 0 || by === rule)) ||
        (rule >= 0 &&
          !(graph.get(text) ?? []).some(({ rule: by }) => by === rule) &&
          edges(text).some(({ to }) => current.has(to)));
      fixed = canReach(isFairHere, current);
    }
  }
  const isEnd = (text: string) => endsCount && !graph.get(text)?.some(({ rule }) => fair.includes(rule));
  const bad = canReach((text) => fixed.has(text) || isEnd(text), new Set(inside));
  return [...starts].some((text) => bad.has(text));
}
