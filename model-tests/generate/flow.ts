/** The cheapest way to send a flow through a directed graph whose arcs hold any amount: what a shortest tour needs to know. */

/** A directed graph of `nodes` nodes; arcs by their number. */
export interface ArcGraph {
  readonly nodes: number;
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
  /** What one unit of flow costs on an arc: a whole number from 0 on. */
  readonly cost: ArrayLike<number>;
}

/**
 * Sends what nodes have too much of (`supply` > 0) to where it lacks (< 0), at the lowest cost: successive shortest paths, all paths of one length
 * at a time (primal-dual). Answers with the flow on each arc. Throws RangeError where supply and lack do not balance or cannot be joined.
 */
export function cheapestFlow(graph: ArcGraph, supply: readonly number[]): Int32Array {
  return new Flow(graph, supply).solve();
}

class Flow {
  readonly #graph: ArcGraph;
  readonly #flow: Int32Array;
  readonly #excess: Int32Array;
  /** Residual arcs of each node: arc n forwards is 2n, backwards 2n + 1. */
  readonly #out: readonly number[][];
  readonly #potential: Float64Array;
  readonly #distance: Float64Array;

  constructor(graph: ArcGraph, supply: readonly number[]) {
    this.#graph = graph;
    this.#flow = new Int32Array(graph.from.length);
    this.#excess = Int32Array.from(supply);
    this.#potential = new Float64Array(graph.nodes);
    this.#distance = new Float64Array(graph.nodes);
    const out: number[][] = Array.from({ length: graph.nodes }, () => []);
    for (let arc = 0; arc < graph.from.length; arc += 1) {
      out[graph.from[arc] ?? 0]?.push(2 * arc);
      out[graph.to[arc] ?? 0]?.push(2 * arc + 1);
    }
    this.#out = out;
  }

  solve(): Int32Array {
    while (this.#excess.some((excess) => excess > 0)) {
      const farthest = this.#measure();
      for (let node = 0; node < this.#graph.nodes; node += 1) {
        const distance = this.#distance[node] ?? 0;
        this.#potential[node] = (this.#potential[node] ?? 0) + Math.min(distance, farthest);
      }
      this.#sendAlongShortest();
    }
    return this.#flow;
  }

  #head(residual: number): number {
    const arc = residual >> 1;
    return ((residual & 1) === 0 ? this.#graph.to[arc] : this.#graph.from[arc]) ?? 0;
  }

  /** What a residual arc can still take. */
  #room(residual: number): number {
    return (residual & 1) === 0 ? Number.MAX_SAFE_INTEGER : (this.#flow[residual >> 1] ?? 0);
  }

  #reducedCost(residual: number, tail: number): number {
    const cost = this.#graph.cost[residual >> 1] ?? 0;
    const own = (residual & 1) === 0 ? cost : -cost;
    return own + (this.#potential[tail] ?? 0) - (this.#potential[this.#head(residual)] ?? 0);
  }

  /** Distances from all nodes that have too much, by reduced cost, with a bucket for each distance; answers with that to the nearest node that lacks. */
  #measure(): number {
    const distance = this.#distance.fill(Number.POSITIVE_INFINITY);
    const buckets: number[][] = [[]];
    for (const [node, excess] of this.#excess.entries()) {
      if (excess <= 0) continue;
      distance[node] = 0;
      buckets[0]?.push(node);
    }
    for (let at = 0; at < buckets.length; at += 1) {
      for (const node of buckets[at] ?? []) {
        if (distance[node] !== at) continue;
        if ((this.#excess[node] ?? 0) < 0) return at;
        for (const residual of this.#out[node] ?? []) {
          if (this.#room(residual) === 0) continue;
          const [head, through] = [this.#head(residual), at + this.#reducedCost(residual, node)];
          if (through >= (distance[head] ?? 0)) continue;
          distance[head] = through;
          for (let bucket = buckets.length; bucket <= through; bucket += 1) buckets.push([]);
          buckets[through]?.push(head);
        }
      }
    }
    throw new RangeError('the flow has nowhere to go: what nodes have too much of does not reach those that lack it');
  }

  /** Sends along arcs of reduced cost 0 until no such way is left (blocking flows, one search at a time). */
  #sendAlongShortest(): void {
    for (let sent = true; sent; ) {
      sent = false;
      const next = new Int32Array(this.#graph.nodes);
      const closed = new Uint8Array(this.#graph.nodes);
      for (const [source, excess] of this.#excess.entries()) {
        if (excess <= 0 || closed[source] === 1) continue;
        while ((this.#excess[source] ?? 0) > 0 && this.#sendFrom(source, next, closed)) sent = true;
      }
    }
  }

  /** Finds one way by depth-first search that never returns to a node it gave up, and sends as much along it as it takes. */
  #sendFrom(source: number, next: Int32Array, closed: Uint8Array): boolean {
    const way: number[] = [];
    const onWay = new Set([source]);
    for (let node = source; (this.#excess[node] ?? 0) >= 0; ) {
      const residual = this.#nextAdmissible(node, next, closed, onWay);
      if (residual !== undefined) {
        way.push(residual);
        node = this.#head(residual);
        onWay.add(node);
        continue;
      }
      closed[node] = 1;
      onWay.delete(node);
      const back = way.pop();
      if (back === undefined) return false;
      node = this.#head(back ^ 1);
    }
    const sink = this.#head(way.at(-1) ?? 0);
    const room = way.reduce((least, residual) => Math.min(least, this.#room(residual)), Number.MAX_SAFE_INTEGER);
    const amount = Math.min(this.#excess[source] ?? 0, -(this.#excess[sink] ?? 0), room);
    for (const residual of way) {
      const arc = residual >> 1;
      this.#flow[arc] = (this.#flow[arc] ?? 0) + ((residual & 1) === 0 ? amount : -amount);
    }
    this.#excess[source] = (this.#excess[source] ?? 0) - amount;
    this.#excess[sink] = (this.#excess[sink] ?? 0) + amount;
    return true;
  }

  #nextAdmissible(node: number, next: Int32Array, closed: Uint8Array, onWay: ReadonlySet<number>): number | undefined {
    const out = this.#out[node] ?? [];
    for (; (next[node] ?? 0) < out.length; next[node] = (next[node] ?? 0) + 1) {
      const residual = out[next[node] ?? 0] ?? 0;
      const head = this.#head(residual);
      if (this.#room(residual) > 0 && closed[head] === 0 && !onWay.has(head) && this.#reducedCost(residual, node) === 0)
        return residual;
    }
    return undefined;
  }
}
