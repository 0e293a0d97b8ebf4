/**
 * `stpconnect array create | info | repair`: the storage array in a file.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Table } from 'console-table-printer';
import { ArrayError, type ArrayInfo, ArrayInspector, type RingInfo, StorageArray } from '../impl/index.ts';
import { watchInterruption } from './interrupt.ts';
import { couldNotRun, explain, HELD, say } from './outcome.ts';

/** One group of a new array, as `--group` says it. */
export interface GroupArgument {
  readonly name: string;
  readonly size: number;
  readonly hosts: readonly string[];
}

/** The options of `array create`. */
export interface CreateArguments {
  readonly group: readonly GroupArgument[];
  readonly size?: number;
  readonly name?: string;
}

/** The options of `array info`. */
export interface InfoArguments {
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** Milliseconds between two pictures of `array info --watch`. */
const WATCH_INTERVAL = 1_000;

/** Makes the file. Throws VerbError. */
export function createVerb(file: string, options: CreateArguments): number {
  const arrayOptions = { name: options.name ?? basename(file), groups: options.group };
  return orCouldNotRun(() => {
    const needed = StorageArray.byteLength(arrayOptions);
    if (options.size !== undefined && needed > options.size) {
      throw couldNotRun(`the array needs ${needed} bytes, expected at most the ${options.size} of --size`);
    }
    StorageArray.createFile(file, arrayOptions);
    say(`made array ${arrayOptions.name} in ${file}, ${statSync(file).size} bytes`);
    return HELD;
  });
}

/** Shows what is in the array, once or until a signal comes. Throws VerbError. */
export async function infoVerb(file: string, options: InfoArguments): Promise<number> {
  const inspector = orCouldNotRun(() => new ArrayInspector({ file }));
  const show = () => {
    const info = inspector.info();
    process.stdout.write(options.json === true ? `${JSON.stringify(info)}\n` : tables(info));
  };
  show();
  if (options.watch !== true) return HELD;
  const interruption = watchInterruption();
  try {
    while (interruption.exitCode() === undefined) {
      await after(WATCH_INTERVAL, undefined, { signal: interruption.signal }).catch(() => undefined);
      if (interruption.exitCode() === undefined) show();
    }
    return HELD;
  } finally {
    interruption.release();
  }
}

/** Puts the array right. Throws VerbError. */
export function repairVerb(file: string): number {
  return orCouldNotRun(() => {
    const { hosts, ports, ends, swept } = new ArrayInspector({ file }).repair();
    const names = hosts.length === 0 ? 'no host' : `hosts ${hosts.join(', ')}`;
    say(`took back ${names}; freed ${ports} ports, ${ends} ends of connections and ${swept} connections that belonged to nobody`);
    return HELD;
  });
}

/** An array that cannot be made or opened could not be run. */
function orCouldNotRun<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ArrayError) throw couldNotRun(explain(error), error);
    throw error;
  }
}

function tables(info: ArrayInfo): string {
  const bytes = ({ written, unread }: RingInfo) => (unread > 0 ? `${written} (${unread} unread)` : `${written}`);
  const { connections } = info;
  return [
    `array ${info.name}, ${connections.used} of ${connections.used + connections.free} connections stand\n`,
    table(
      'hosts',
      ['host', 'process', 'state', 'heartbeat'],
      info.hosts.map(({ host, process, state, age }) => [host, process, state, `${age} ms ago`]),
    ),
    table(
      'ports',
      ['port', 'generation', 'state', 'host'],
      info.ports.map(({ port, generation, listening, host }) => [
        port,
        generation,
        listening ? 'listening' : 'bound',
        host ?? '',
      ]),
    ),
    table(
      'groups',
      ['group', 'segments of', 'used', 'free', 'hosts'],
      info.groups.map(({ name, segmentSize, used, free, hosts }) => [name, segmentSize, used, free, hosts.join(', ')]),
    ),
    table(
      'sessions',
      ['session', 'from', 'to', 'data to', 'data from', 'error to', 'error from'],
      info.sessions.map(({ group, session, hosts, data, error }) => [
        `${group}/${session}`,
        hosts[0] ?? '(gone)',
        hosts[1] ?? '(gone)',
        bytes(data.there),
        bytes(data.back),
        bytes(error.there),
        bytes(error.back),
      ]),
    ),
  ].join('');
}

function table(title: string, columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return `no ${title}\n`;
  const printed = new Table({
    title,
    columns: columns.map((name) => ({ name, alignment: 'left' })),
    shouldDisableColors: !process.stdout.isTTY,
  });
  for (const row of rows) printed.addRow(Object.fromEntries(columns.map((name, index) => [name, row[index]])));
  return `${printed.render()}\n`;
}
