/**
 * Breadth-first search by several threads over one set of visited states. The threads look up and nothing else; whatever no table knows
 * yet is expanded between two rounds by the thread that has the system. A round is a part of one level, so nearest comes first.
 */
import { once } from 'node:events';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { Expander } from './expander.ts';
import {
  CONTROL_WORDS,
  CURSOR,
  DECIDED,
  END,
  FOUND,
  Lane,
  type LaneMemory,
  type LaneOrders,
  MISSED,
  QUIT,
  ROUND,
  RUNNING,
  STOP,
} from './lane.ts';
import { fits, layoutFor } from './layout.ts';
import type { SearchProgress } from './search.ts';
import type { LaneStart } from './search.worker.ts';
import { SharedStateSet } from './shared-state-set.ts';
import { startWorker } from './start-worker.ts';
import { NO_PARENT } from './state-set.ts';
import type { Tables } from './tables.ts';
import type { Watch } from './watch.ts';

/** States of a round at most; and fewer than these are not worth waking anybody. */
const ROUND_STATES = 1 << 16;
const ALONE = 1 << 10;
/** Findings of a round at most: each thread tells of each move once. */
const FINDINGS = 1 << 20;
/** New states of a round for each expanded one for which there is room from the beginning. */
const ROOM = 16;

export class ParallelSearch<Move> implements SearchProgress {
  readonly states: SharedStateSet;
  expanded = 0;
  depth = 0;
  readonly #tables: Tables<Move>;
  readonly #watch: Watch<Move>;
  readonly #memory: LaneMemory;
  readonly #lane: Lane;
  /** Expands what the lanes cannot, while they wait. */
  readonly #expander: Expander;
  readonly #workers: { readonly worker: Worker; readonly port: MessagePort; readonly failed: Promise<never> }[] = [];
  /** Edges that were counted twice, since their state was expanded again for lack of room. */
  #recounted = 0;
  #levelEnd: number;
  #again = new Set<number>();
  #isRound = false;

  /** `tables` are shared ones. */
  constructor(tables: Tables<Move>, watch: Watch<Move>, threads: number) {
    this.#tables = tables;
    this.#watch = watch;
    const integers = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));
    this.#memory = {
      control: integers(CONTROL_WORDS),
      next: integers(1),
      missed: integers(4 * ROUND_STATES),
      found: integers(3 * FINDINGS),
      totals: new Float64Array(new SharedArrayBuffer(16 * threads)),
      trees: tables.trees.data,
      leaves: tables.leaves.data,
      programs: tables.programs.arena.data,
      roots: tables.roots,
      predicateRoots: tables.predicateRoots,
      slots: tables.initial.length,
    };
    this.states = new SharedStateSet(layoutFor(tables.domains), this.#memory.next, (parent) => this.#onFull(parent));
    this.states.makeRoom(ALONE);
    tables.programs.makeFor(this.states.layout);
    this.#lane = new Lane(this.#memory, 0, this.states.layout, this.states);
    const { trees, leaves, roots } = tables;
    const programs = tables.programs.arena;
    const evaluate = (rule: number, values: Int32Array) => this.#evaluate(rule, values);
    this.#expander = new Expander({ trees, leaves, programs, roots, evaluate }, this.states, tables.initial.length, watch);
    this.#expander.stage(tables.initial.slice(), NO_PARENT);
    this.states.finish();
    this.#levelEnd = this.states.count;
    for (let index = 1; index < threads; index += 1) this.#start(index);
  }

  get edges(): number {
    const { totals } = this.#memory;
    return totals.reduce((sum, total, i) => (i % 2 === 0 ? sum + total : sum), this.#expander.edges - this.#recounted);
  }

  /** How many states there are: numbers that were left over are none. */
  get found(): number {
    const { totals } = this.#memory;
    // The first lane adds to the same set as the expander here.
    return totals.reduce((sum, total, i) => (i % 2 === 1 && i > 1 ? sum + total : sum), this.states.added);
  }

  get done(): boolean {
    return this.expanded === this.states.count;
  }

  /** Expands one round. */
  async advance(): Promise<void> {
    const end = Math.min(this.#levelEnd, this.expanded + ROUND_STATES);
    if (end - this.expanded <= ALONE || this.#workers.length === 0) this.#expandAlone(end);
    else await this.#expandTogether(end);
    if (this.expanded < this.#levelEnd) return;
    this.#levelEnd = this.states.count;
    if (!this.done) this.depth += 1;
  }

  async close(): Promise<void> {
    const { control } = this.#memory;
    Atomics.store(control, QUIT, 1);
    Atomics.add(control, ROUND, 1);
    Atomics.notify(control, ROUND);
    for (const { worker } of this.#workers) await worker.terminate();
  }

  #expandAlone(end: number): void {
    for (let id = this.expanded; id < end; id += 1) if (this.states.isState(id)) this.#expander.expand(id);
    this.#finishAlone();
    this.expanded = end;
  }

  async #expandTogether(end: number): Promise<void> {
    const { control } = this.#memory;
    this.states.makeRoom(ROUND_STATES * ROOM);
    const orders: LaneOrders = { states: this.states.shared, ...this.#watch.open };
    for (const { port } of this.#workers) port.postMessage(orders);
    this.#lane.obey(orders);
    for (const word of [MISSED, FOUND, STOP]) Atomics.store(control, word, 0);
    Atomics.store(control, CURSOR, this.expanded);
    Atomics.store(control, END, end);
    Atomics.store(control, RUNNING, this.#workers.length);
    Atomics.add(control, ROUND, 1);
    Atomics.notify(control, ROUND);
    this.#isRound = true;
    this.#lane.run();
    await this.#allAreDone();
    this.#isRound = false;
    this.states.finish();
    this.expanded = Math.min(Atomics.load(control, CURSOR), end);
    this.#takeFindings();
    this.#expandMissed();
  }

  async #allAreDone(): Promise<void> {
    const { control } = this.#memory;
    for (let running = Atomics.load(control, RUNNING); running > 0; running = Atomics.load(control, RUNNING)) {
      const waiting = Atomics.waitAsync(control, RUNNING, running);
      if (waiting.async) await Promise.race([waiting.value, ...this.#workers.map(({ failed }) => failed)]);
    }
  }

  #takeFindings(): void {
    const { control, found } = this.#memory;
    const count = Math.min(Atomics.load(control, FOUND), Math.floor(found.length / 3));
    const findings = Array.from({ length: count }, (_, i) => [...found.subarray(3 * i, 3 * i + 3)] as [number, number, number]);
    for (const [kind, what, id] of findings.sort((a, b) => a[2] - b[2])) {
      if (kind === DECIDED) this.#watch.decide(what, id);
      else this.#watch.onMove(what, id);
    }
  }

  #expandMissed(): void {
    const missed = this.#memory.missed.slice(0, Atomics.load(this.#memory.control, MISSED)).sort();
    for (const entry of missed) {
      if (entry < 0) this.#again.add(~entry);
      else this.#expander.expand(entry);
    }
    this.#finishAlone();
  }

  /** Expands again what found no room, until everything has. */
  #finishAlone(): void {
    this.states.finish();
    while (this.#again.size > 0) {
      const again = [...this.#again];
      this.#again = new Set();
      this.states.makeRoom(ROUND_STATES * ROOM);
      const before = this.#expander.edges;
      for (const id of again) this.#expander.expand(id);
      this.states.finish();
      this.#recounted += this.#expander.edges - before;
    }
  }

  #onFull(parent: number): void {
    if (this.#isRound) this.#lane.tellFull(parent);
    else this.#again.add(parent);
  }

  #evaluate(rule: number, values: Int32Array): number {
    const leaf = this.#tables.evaluate(rule, values);
    const { domains, programs } = this.#tables;
    if (!fits(this.states.layout, domains)) {
      this.states.finish();
      this.states.relayout(layoutFor(domains), domains.length);
      this.states.makeRoom(ALONE);
    }
    programs.makeFor(this.states.layout);
    return leaf;
  }

  #start(index: number): void {
    const { port1, port2 } = new MessageChannel();
    const orders: LaneOrders = { states: this.states.shared, ...this.#watch.open };
    const start: LaneStart = { memory: this.#memory, index, orders, port: port2 };
    const worker = startWorker('./search.worker', import.meta.url, { workerData: start, transferList: [port2] });
    const failed = once(worker, 'error').then(([error]) => {
      throw error;
    });
    // Whoever waits for a round is told; when nobody waits, nobody needs to know.
    failed.catch(() => {});
    this.#workers.push({ worker, port: port1, failed: failed as Promise<never> });
  }
}
