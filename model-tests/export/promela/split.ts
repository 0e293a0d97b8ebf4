/** SPIN takes no more than some two thousand statements in a d_step: large graphs become several, one of which is true wherever the whole is. */
import type { Branch, Decision } from './decision-graph.ts';

/** Statements, roughly, of one d_step. */
const MOST = 1_000;

/** Statements, roughly, of a macro. */
const MACROS: Readonly<Record<string, number>> = {
  CLOSE: 110,
  RESET: 90,
  DIAL: 30,
  RENEW: 25,
  FINISH: 30,
  TAKE: 12,
  DOUBLE: 12,
  PUT: 2,
};

/** How many statements a text is, roughly. */
export function sizeOf(text: string): number {
  const macros = [...text.matchAll(/\b([A-Z]+)\(/g)].map(([, name = '']) => MACROS[name] ?? 0);
  const own = text.match(/;|->|::/g)?.length ?? 0;
  return macros.reduce((sum, size) => sum + size, own);
}

/** Graphs that are small enough and do together what the whole does. `costOf`: the size of what an outcome does. */
export function split(graph: Decision, costOf: (outcome: number) => number): Decision[] {
  const cost = (part: Decision): number =>
    'outcome' in part ? costOf(part.outcome) : part.branches.reduce((sum, { to }) => sum + 2 + cost(to), 0);
  if ('outcome' in graph || cost(graph) <= MOST) return [graph];
  const parts: Decision[] = [];
  let [few, sum]: [Branch[], number] = [[], 0];
  const end = () => {
    if (few.length > 0) parts.push({ ...graph, branches: few });
    [few, sum] = [[], 0];
  };
  for (const branch of graph.branches) {
    const size = 2 + cost(branch.to);
    if (sum + size > MOST) end();
    if (size > MOST) parts.push(...split(branch.to, costOf).map((to) => ({ ...graph, branches: [{ ...branch, to }] })));
    else {
      few.push(branch);
      sum += size;
    }
  }
  end();
  return parts;
}
