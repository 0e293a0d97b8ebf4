/** How often something may still happen: a slot of its own for each kind that has a limit, none for what has no limit. */
import { ComposeError } from './compose-error.ts';
import type { Budgets } from './description.ts';
import { checkedBudget } from './process.ts';
import type { Draft, Slot, View } from './system.ts';

/** One kind of thing that may happen, and its slot if it has a limit. */
export class Budget {
  readonly name: string;
  readonly limit: number;
  readonly slot: number | undefined;

  constructor(name: string, limit: number, slots: Slot[]) {
    this.name = name;
    this.limit = limit;
    this.slot = limit > 0 && limit < Number.POSITIVE_INFINITY ? slots.length : undefined;
    if (this.slot !== undefined) slots.push({ name: `budget of ${name}`, initial: limit });
  }

  /** Whether it may happen at all. */
  get isPossible(): boolean {
    return this.limit > 0;
  }

  /** What a rule that spends it touches. */
  get touches(): readonly number[] {
    return this.slot === undefined ? [] : [this.slot];
  }

  /** Whether it may happen now. */
  allows(view: View): boolean {
    return this.isPossible && (this.slot === undefined || view.get<number>(this.slot) > 0);
  }

  /** It happens. */
  spend(draft: Draft): void {
    if (this.slot !== undefined) draft.set(this.slot, draft.get<number>(this.slot) - 1);
  }
}

const KINDS = ['deliver', 'connect', 'refuse', 'reset', 'drop', 'duplicate', 'timeout', 'crash', 'restart', 'inject'] as const;

export type BudgetKind = (typeof KINDS)[number];

/** The budgets of an environment; `used` are the kinds that can happen in the system at all. */
export function budgetsOf(
  environment: Budgets,
  used: ReadonlySet<BudgetKind>,
  slots: Slot[],
): Readonly<Record<BudgetKind, Budget>> {
  const budget = (kind: BudgetKind) => {
    const given = environment[kind];
    if (given !== undefined && !used.has(kind))
      throw new ComposeError(`environment.${kind} has a budget, but nothing in the system can ${kind}`);
    return new Budget(kind, used.has(kind) ? checkedBudget(given ?? Number.POSITIVE_INFINITY, `environment.${kind}`) : 0, slots);
  };
  return Object.fromEntries(KINDS.map((kind) => [kind, budget(kind)])) as Record<BudgetKind, Budget>;
}
