/** Strongly connected components of a state graph (Tarjan 1972), without recursion: state graphs are deep. */
import type { Edges } from './edges.ts';

/** The part of a graph that is looked at. */
export interface Part {
  /** How many states the graph has. */
  readonly size: number;
  /** Where to begin; default every state. */
  readonly roots?: Iterable<number>;
  readonly hasState: (id: number) => boolean;
  readonly hasMove: (move: number) => boolean;
}

/** A growing stack of integers. */
class Stack {
  #data = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#data.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.length] = value;
    this.length += 1;
  }

  pop(): number {
    this.length -= 1;
    return this.#data[this.length] as number;
  }

  top(): number {
    return this.#data[this.length - 1] as number;
  }
}

const DONE = 0x7fff_ffff;

/** The components of a part that have an edge inside: one that is a single state has a loop there. */
export function* cyclicComponents<Move>(edges: Edges<Move>, part: Part): Generator<readonly number[]> {
  const order = new Int32Array(part.size);
  const search = new Tarjan(edges, part, order);
  const roots = part.roots ?? order.keys();
  for (const root of roots) if (order[root] === 0 && part.hasState(root)) yield* search.from(root);
}

class Tarjan<Move> {
  readonly #edges: Edges<Move>;
  readonly #part: Part;
  /** 0: not reached. Else the least number that is known to be reachable; DONE: its component is complete. */
  readonly #order: Int32Array;
  #next = 0;
  /** States of components that are not complete. */
  readonly #open = new Stack();
  /** The path: a state, its own number, and where its edges begin on the stack of edges. */
  readonly #path = new Stack();
  readonly #targets = new Stack();

  constructor(edges: Edges<Move>, part: Part, order: Int32Array) {
    this.#edges = edges;
    this.#part = part;
    this.#order = order;
  }

  *from(root: number): Generator<readonly number[]> {
    this.#enter(root);
    while (this.#path.length > 0) {
      const begin = this.#path.pop();
      const number = this.#path.pop();
      const id = this.#path.pop();
      if (this.#targets.length > begin) {
        this.#leaveOn(id, number, begin);
        continue;
      }
      const least = this.#order[id] as number;
      if (least === number) {
        const component = this.#close(id);
        if (component.length > 1 || this.#hasLoop(id)) yield component;
      }
      if (this.#path.length > 0) this.#lower(this.#parent(), least);
    }
  }

  /** Follows the next edge of `id`, which stays on the path. */
  #leaveOn(id: number, number: number, begin: number): void {
    const to = this.#targets.pop();
    this.#path.push(id);
    this.#path.push(number);
    this.#path.push(begin);
    const known = this.#order[to] as number;
    if (known === 0) this.#enter(to);
    else if (known !== DONE) this.#lower(id, known);
  }

  #enter(id: number): void {
    this.#next += 1;
    this.#order[id] = this.#next;
    this.#open.push(id);
    this.#path.push(id);
    this.#path.push(this.#next);
    this.#path.push(this.#targets.length);
    this.#edges.read(id);
    const { targets, moves, count } = this.#edges;
    for (let i = 0; i < count; i += 1) {
      const to = targets[i] as number;
      if (to >= 0 && to !== id && this.#order[to] !== DONE && this.#part.hasState(to) && this.#part.hasMove(moves[i] as number))
        this.#targets.push(to);
    }
  }

  /** The state below the top of the path. */
  #parent(): number {
    const begin = this.#path.pop();
    const number = this.#path.pop();
    const id = this.#path.top();
    this.#path.push(number);
    this.#path.push(begin);
    return id;
  }

  #lower(id: number, least: number): void {
    if (least !== DONE && least < (this.#order[id] as number)) this.#order[id] = least;
  }

  #close(id: number): number[] {
    const component: number[] = [];
    let member: number;
    do {
      member = this.#open.pop();
      this.#order[member] = DONE;
      component.push(member);
    } while (member !== id);
    return component;
  }

  #hasLoop(id: number): boolean {
    this.#edges.read(id);
    const { targets, moves, count } = this.#edges;
    for (let i = 0; i < count; i += 1) if (targets[i] === id && this.#part.hasMove(moves[i] as number)) return true;
    return false;
  }
}
