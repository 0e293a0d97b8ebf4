/**
 * Liveness on a completely explored state graph. A run that violates it ends where it must not, or goes for ever round a part of the graph
 * that is strongly connected and fair. It may end where no fair rule can fire: what is not fair need not happen. Weak fairness: a fair rule that can fire in every state of that part fires in it.
 *
 * That a component is fair decides it exactly: a rule that can fire everywhere in an unfair component and never does so inside it is just
 * as unfair to every smaller part.
 */
import { cyclicComponents } from './components.ts';
import { lookUp } from './decision-tree.ts';
import type { Edges, Step } from './edges.ts';
import { anywhere, shortestPath, type Within, wayTo } from './paths.ts';
import { NOTHING } from './tables.ts';

/** A run from the initial state; with `loopFrom`, what follows that step is repeated for ever. */
export interface Run {
  readonly steps: readonly Step[];
  readonly loopFrom?: number;
}

/** What must not be the case for ever. */
export interface Trap extends Within {
  /** Where the trap begins: the initial state, or every state that promises something. */
  readonly starts: Iterable<number>;
  /** A run may end in the trap, where no fair rule can fire. */
  readonly endsCount: boolean;
}

export class Liveness<Move> {
  readonly #edges: Edges<Move>;
  readonly #size: number;
  readonly #fairRules: readonly number[];
  /** States of cyclic components of the whole graph: every loop of every part of it is in one of these. */
  #onCycles: ReadonlySet<number> | undefined;

  constructor(edges: Edges<Move>) {
    this.#edges = edges;
    this.#size = edges.states.count;
    this.#fairRules = edges.tables.system.rules.flatMap(({ fair = false }, rule) => (fair ? [rule] : []));
  }

  /** A run that stays in the trap, or undefined: there is none. */
  escapeless(trap: Trap): Run | undefined {
    const fair = this.#fairComponents(trap);
    const inFair = new Set(fair.flat());
    const isEnd = (id: number) => trap.endsCount && this.#isEnd(id);
    const way = shortestPath(this.#edges, trap.starts, { state: (id) => inFair.has(id) || isEnd(id) }, trap);
    if (way === undefined) return undefined;
    const steps = [...wayTo(this.#edges, way.start), ...way.steps];
    const last = way.steps.at(-1)?.to ?? way.start;
    const component = fair.find((members) => members.includes(last));
    if (component === undefined) return { steps };
    return { steps: [...steps, ...this.#fairLoop(last, new Set(component), trap)], loopFrom: steps.length };
  }

  #fairComponents(trap: Within): (readonly number[])[] {
    this.#onCycles ??= new Set(
      [
        ...cyclicComponents(this.#edges, { size: this.#size, ...anywhere, hasState: (id) => this.#edges.states.isState(id) }),
      ].flat(),
    );
    const onCycles = this.#onCycles;
    if (onCycles.size === 0) return [];
    const part = {
      size: this.#size,
      roots: onCycles,
      hasState: (id: number) => onCycles.has(id) && trap.hasState(id),
      hasMove: trap.hasMove,
    };
    return [...cyclicComponents(this.#edges, part)].filter((component) => this.#isFair(new Set(component), trap));
  }

  #isFair(component: ReadonlySet<number>, { hasMove }: Within): boolean {
    const owed = new Set(this.#fairRules);
    for (const id of component) {
      this.#edges.states.read(id, this.#edges.values);
      for (const rule of owed) if (!this.#fires(rule)) owed.delete(rule);
      if (owed.size === 0) return true;
      this.#edges.read(id);
      for (const { to, move, rule } of this.#edges.all(id)) if (component.has(to) && hasMove(move)) owed.delete(rule);
      if (owed.size === 0) return true;
    }
    return false;
  }

  /** A loop from `start` that is fair to every rule: it visits a state where the rule cannot fire, or fires it. */
  #fairLoop(start: number, component: ReadonlySet<number>, { hasMove }: Within): Step[] {
    const within = { hasState: (id: number) => component.has(id), hasMove };
    const loop: Step[] = [];
    let at = start;
    for (const rule of this.#fairRules) {
      const path = shortestPath(
        this.#edges,
        [at],
        { state: (id) => !this.#canFire(id, rule), step: (step) => step.rule === rule },
        within,
      );
      loop.push(...(path?.steps ?? []));
      at = loop.at(-1)?.to ?? start;
    }
    if (loop.length > 0 && at === start) return loop;
    const home = shortestPath(this.#edges, [at], { step: ({ to }) => to === start }, within);
    return [...loop, ...(home?.steps ?? [])];
  }

  #canFire(id: number, rule: number): boolean {
    this.#edges.states.read(id, this.#edges.values);
    return this.#fires(rule);
  }

  /** In the state that was read last. */
  #fires(rule: number): boolean {
    const { tables, values } = this.#edges;
    return lookUp(tables.trees.data, tables.roots[rule] as number, values) !== NOTHING;
  }

  /** Nothing has to happen there. */
  #isEnd(id: number): boolean {
    this.#edges.states.read(id, this.#edges.values);
    return !this.#fairRules.some((rule) => this.#fires(rule));
  }
}
