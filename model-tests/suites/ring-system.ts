/**
 * The two charts of the ring over shared memory with weak order, as a system to explore.
 *
 * Which reorderings are modelled: a plain store sits in its thread's buffer, from which stores to different cells reach memory in any order and at any
 * time; atomic stores and exchanges wait until the buffer is empty and act at once; loads see memory (a side never loads what it stores plainly). So
 * a plain store may be seen behind every later load of its thread and behind its other plain stores. Not modelled: loads that are done ahead of earlier loads, since
 * every load that decides anything is atomic and so is in order in JavaScript's memory model.
 *
 * Positions run through PERIOD numbers, four times the capacity, and begin shortly before they run over.
 */
import type { AnyStateMachine } from 'xstate';
import type { MemoryAction } from '../../machines/index.ts';
import { CompiledChart, type LocalState, type Rule, type System, type Value, type View } from '../index.ts';

export const CAPACITY = 2;
const PERIOD = 4 * CAPACITY;
const START = PERIOD - 2;
const ITEMS = 5;

type Side = 'producer' | 'consumer';

/** What the environment gets wrong, on purpose. */
export interface RingFaults {
  /** These accesses are plain stores. */
  readonly plain?: readonly MemoryAction[];
  /** Falls asleep without looking at the flag once more. */
  readonly sleepsBlindly?: boolean;
  /** Takes what it saw last of the other side's position for one more than it was. */
  readonly seesOneMore?: Side;
  /** Somebody writes anything into this cell, once. */
  readonly spoils?: 'head' | 'tail';
}

/** What a run shows of itself. */
export interface RingMove {
  readonly side: Side | 'memory' | 'liar';
  readonly text: string;
}

const cells = ['head', 'tail', 'ended', 'producerFlag', 'consumerFlag', 'byte0', 'byte1'] as const;
type Cell = (typeof cells)[number];
type Store = readonly [Cell, number];

/** A side: its chart, the access that its state stands for, its own position, and what it saw last of the other side's. */
interface SideState {
  readonly [key: string]: Value | undefined;
  readonly chart: Value;
  readonly access: MemoryAction;
  readonly own: number;
  readonly seen: number;
  readonly count: number;
  /** Whether it is in its sleep, and whether nobody has woken it yet. */
  readonly sleeping: boolean;
  readonly asleep: boolean;
  /** The byte that was read is the one that was written at this place; false once and for ever when one was not. */
  readonly sound: boolean;
}

const SLOT = { producer: 0, consumer: 1, producerBuffer: 2, consumerBuffer: 3, lies: 4 } as const;
const CELLS_AT = 5;
const cellAt = (cell: Cell) => CELLS_AT + cells.indexOf(cell);
const byteCell = (position: number): Cell => (position % CAPACITY === 0 ? 'byte0' : 'byte1');
const distance = (ahead: number, behind: number) => (ahead - behind + PERIOD) % PERIOD;

const FLAG = { producer: 'producerFlag', consumer: 'consumerFlag' } as const;
const otherOf = { producer: 'consumer', consumer: 'producer' } as const;
const bufferOf = { producer: SLOT.producerBuffer, consumer: SLOT.consumerBuffer } as const;

const initialCells: Record<Cell, number> = {
  head: START,
  tail: START,
  ended: 0,
  producerFlag: 0,
  consumerFlag: 0,
  byte0: -1,
  byte1: -1,
};

type Charts = Record<Side, CompiledChart>;

/** The state of the chart of a side, for properties. */
export const pathOf = (charts: Charts, view: View, side: Side): string => localOf(charts, view, side).path;
export const isSound = (view: View): boolean => view.get<SideState>(SLOT.consumer).sound;
export const delivered = (view: View): number => view.get<SideState>(SLOT.consumer).count;
export const ALL = ITEMS;

function localOf(charts: Charts, view: View, side: Side): LocalState {
  return charts[side].of(view.get<SideState>(SLOT[side]).chart as LocalState['value']);
}

/** The system of two charts, which may be mutants of the real ones. */
export function ringSystem(
  machines: Record<Side, AnyStateMachine>,
  faults: RingFaults = {},
): { readonly system: System<RingMove>; readonly charts: Charts } {
  const charts = { producer: new CompiledChart(machines.producer), consumer: new CompiledChart(machines.consumer) };
  const begin = (side: Side): SideState => ({
    chart: charts[side].initial.value as Value,
    access: accessIn(charts[side].initialOutputs),
    own: START,
    seen: START,
    count: 0,
    sleeping: false,
    asleep: false,
    sound: true,
  });
  const slots = [
    { name: 'producer', initial: begin('producer') as Value },
    { name: 'consumer', initial: begin('consumer') as Value },
    { name: 'buffer of the producer', initial: [] },
    { name: 'buffer of the consumer', initial: [] },
    { name: 'lies', initial: 0 },
    ...cells.map((cell) => ({ name: cell, initial: initialCells[cell] })),
  ];
  const rules = [
    act(charts, 'producer', faults),
    act(charts, 'consumer', faults),
    drain('producer'),
    drain('consumer'),
    ...(faults.spoils ? [lie(faults.spoils)] : []),
  ];
  const show = ({ side, text }: RingMove) => ({
    text: `${side}: ${text}`,
    events: [{ kind: 'note', over: side === 'liar' ? 'memory' : side, text, fault: side === 'liar' } as const],
  });
  return { system: { slots, rules, lifelines: ['producer', 'memory', 'consumer'], show }, charts };
}

/** One access of a side, and its chart's step on what it found. */
function act(charts: Charts, side: Side, faults: RingFaults): Rule<RingMove> {
  return {
    name: side,
    fair: true,
    fire(view) {
      const state = view.get<SideState>(SLOT[side]);
      const access = perform(view, side, state, faults);
      if (!access) return [];
      if (charts[side].of(state.chart as LocalState['value']).final) return [];
      const { found, writes = [], change = {} } = access;
      const local = charts[side].of(state.chart as LocalState['value']);
      const step = found === FELL_ASLEEP ? undefined : charts[side].step(local.id, { type: found });
      const next = step
        ? { ...state, ...change, chart: step.next.value as Value, access: accessIn(step.outputs) }
        : { ...state, ...change };
      const move = { side, text: `${state.access} in ${local.path}: ${found}` };
      return [{ move, writes: [[SLOT[side], next], ...writes] }];
    },
  };
}

const FELL_ASLEEP = 'fell asleep';

interface Access {
  readonly found: string;
  readonly writes?: readonly (readonly [number, Value])[];
  readonly change?: Partial<SideState>;
}

/** What an access does; undefined while it cannot be done. */
function perform(view: View, side: Side, state: SideState, faults: RingFaults): Access | undefined {
  const own = FLAG[side];
  const others = FLAG[otherOf[side]];
  const next = (state.own + 1) % PERIOD;
  switch (state.access) {
    case 'compareSeen':
      return { found: side === 'producer' ? chooseToWrite(state) : chooseToRead(state) };
    case 'loadTail':
    case 'loadHead':
      return look(view, side, state, faults);
    case 'loadEnded':
      return { found: view.get<number>(cellAt('ended')) === 1 ? 'ended' : 'open' };
    case 'loadOtherFlag':
      return { found: view.get<number>(cellAt(others)) === 1 ? 'flagged' : 'unflagged' };
    case 'readByte':
      return read(view, state);
    case 'writeByte':
      return store(view, side, [byteCell(state.own), state.own], true);
    case 'storeHead':
      return store(view, side, ['head', next], isPlain(faults, 'storeHead'), { own: next, count: state.count + 1 });
    case 'storeTail':
      return store(view, side, ['tail', next], isPlain(faults, 'storeTail'), { own: next });
    case 'storeEnded':
      return store(view, side, ['ended', 1], isPlain(faults, 'storeEnded'));
    case 'storeOwnFlag':
      return store(view, side, [own, 1], isPlain(faults, 'storeOwnFlag'));
    case 'clearOwnFlag':
      return store(view, side, [own, 0], false);
    case 'clearOtherFlagAndWake':
      return wake(view, side, others);
    case 'sleepWhileFlag':
      return sleep(view, side, state, faults);
  }
}

const isPlain = (faults: RingFaults, access: MemoryAction) => faults.plain?.includes(access) === true;

const chooseToWrite = ({ own, seen, count }: SideState) => {
  if (count === ITEMS) return 'finished';
  return distance(own, seen) < CAPACITY ? 'room' : 'full';
};
const chooseToRead = ({ own, seen }: SideState) => (distance(seen, own) > 0 ? 'some' : 'none');

/** The other side's position: read once, checked, then believed. */
function look(view: View, side: Side, state: SideState, faults: RingFaults): Access {
  const value = view.get<number>(cellAt(side === 'producer' ? 'tail' : 'head'));
  const used = side === 'producer' ? distance(state.own, value) : distance(value, state.own);
  const before = side === 'producer' ? distance(state.own, state.seen) : distance(state.seen, state.own);
  const backwards = side === 'producer' ? used > before : used < before;
  if (used > CAPACITY || backwards) return { found: 'nonsense' };
  const seen = faults.seesOneMore === side ? (value + 1) % PERIOD : value;
  if (side === 'producer') return { found: distance(state.own, seen) < CAPACITY ? 'room' : 'full', change: { seen } };
  return { found: distance(seen, state.own) > 0 ? 'some' : 'none', change: { seen } };
}

function read(view: View, state: SideState): Access {
  const right = view.get<number>(cellAt(byteCell(state.own))) === state.own;
  return { found: 'done', change: { count: state.count + 1, sound: state.sound && right } };
}

/** A plain store goes into the buffer; an atomic one waits until that is empty. */
function store(view: View, side: Side, what: Store, plain: boolean, change: Partial<SideState> = {}): Access | undefined {
  const buffer = view.get<readonly Store[]>(bufferOf[side]);
  if (plain) return { found: 'done', writes: [[bufferOf[side], [...buffer, what]]], change };
  return buffer.length > 0 ? undefined : { found: 'done', writes: [[cellAt(what[0]), what[1]]], change };
}

function wake(view: View, side: Side, flag: Cell): Access | undefined {
  if (view.get<readonly Store[]>(bufferOf[side]).length > 0) return undefined;
  const other = view.get<SideState>(SLOT[otherOf[side]]);
  return {
    found: 'done',
    writes: [
      [cellAt(flag), 0],
      [SLOT[otherOf[side]], { ...other, asleep: false }],
    ],
  };
}

/** Looks at the flag and falls asleep in one; wakes when somebody has woken it. Its chart hears of the second alone. */
function sleep(view: View, side: Side, state: SideState, faults: RingFaults): Access | undefined {
  // A call of the system: whatever was stored before is in memory by then.
  if (view.get<readonly Store[]>(bufferOf[side]).length > 0) return undefined;
  const flag = FLAG[side];
  if (state.sleeping) return state.asleep ? undefined : { found: 'woken', change: { sleeping: false } };
  if (view.get<number>(cellAt(flag)) === 0 && faults.sleepsBlindly !== true) return { found: 'woken' };
  return { found: FELL_ASLEEP, change: { sleeping: true, asleep: true } };
}

/** One of the stores in a buffer reaches memory: the first to its cell. */
function drain(side: Side): Rule<RingMove> {
  return {
    name: `buffer of the ${side}`,
    fair: true,
    fire(view) {
      const buffer = view.get<readonly Store[]>(bufferOf[side]);
      return buffer
        .filter(([cell], index) => buffer.findIndex(([each]) => each === cell) === index)
        .map(([cell, value]) => {
          const rest = buffer.filter((_each, index) => index !== buffer.findIndex(([each]) => each === cell));
          return {
            move: { side: 'memory' as const, text: `${cell} of the ${side} becomes ${value}` },
            writes: [
              [bufferOf[side], rest],
              [cellAt(cell), value],
            ],
          };
        });
    },
  };
}

function lie(cell: 'head' | 'tail'): Rule<RingMove> {
  return {
    name: 'liar',
    fire(view) {
      if (view.get<number>(SLOT.lies) > 0) return [];
      return Array.from({ length: PERIOD }, (_, value) => ({
        move: { side: 'liar' as const, text: `${cell} becomes ${value}` },
        writes: [
          [SLOT.lies, 1],
          [cellAt(cell), value],
        ],
      }));
    },
  };
}

function accessIn(outputs: readonly { readonly type: string }[]): MemoryAction {
  return (outputs.at(-1)?.type ?? 'compareSeen') as MemoryAction;
}
