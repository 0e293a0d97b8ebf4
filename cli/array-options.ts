/**
 * The verb `array` and its three verbs, and the options with which other verbs attach to an array in a file.
 */
import { hostname } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseBytes, wholeNumber } from './arguments.ts';
import type { GroupArgument } from './array.ts';

/** Adds one `NAME=SIZE:HOST,…` to those before it. */
export function collectGroup(text: string, before: readonly GroupArgument[] = []): readonly GroupArgument[] {
  const [, name, size, hosts] = /^([^=]+)=([^:]+):(.+)$/.exec(text) ?? [];
  if (name === undefined || size === undefined || hosts === undefined) {
    throw new InvalidArgumentError('expected NAME=SIZE:HOST,HOST, such as STG0=64M:database,backup.');
  }
  return [...before, { name, size: parseBytes(size), hosts: hosts.split(',').filter((host) => host !== '') }];
}

/** How a process that joins a session attaches to an array, as the command line has it. */
export interface AttachArguments {
  readonly array?: string;
  readonly host?: string;
  readonly heartbeat?: number;
}

/** The options with which a verb attaches to an array. */
export function attachOptions(): Option[] {
  return [
    new Option('--array <file>', 'attach to the storage array in this file (stpconnect array create)'),
    new Option('--host <name>', `the name of this host in the groups of the array (default: ${hostname()})`),
    new Option('--heartbeat <ms>', 'how often to say in the array that this process lives; others find out within three of them')
      .argParser(wholeNumber(10, 60_000))
      .default(1_000),
  ];
}

/** Adds `array create`, `array info` and `array repair`. */
export function addArrayVerbs(program: Command, finish: (exitCode: number) => void): void {
  const array = program
    .command('array')
    .description('make, look at and put right a storage array in a file, through which processes join')
    .helpCommand(false);
  array
    .command('create')
    .description('make the file of a new array; it must not be there yet, and is its owner’s alone')
    .argument('<file>', 'best in /dev/shm, or on a disk')
    .addOption(
      new Option(
        '--group <name=size:hosts>',
        'an STG group and the hosts that may use it, NAME=SIZE:HOST,…; may be given more than once',
      )
        .argParser(collectGroup)
        .makeOptionMandatory(),
    )
    .option('--size <bytes>', 'refuse to make a file larger than this; K, M and G are 1024, 1024² and 1024³', parseBytes)
    .option('--name <name>', 'the name of the array (default: that of the file)')
    .action(async (file, options) => finish(await (await import('./array.ts')).createVerb(file, options)));
  array
    .command('info')
    .description('show hosts, ports, groups and sessions')
    .argument('<file>', 'the file of the array')
    .option('--json', 'print one JSON object instead of tables')
    .option('--watch', 'show it again every second until a signal comes')
    .action(async (file, options) => finish(await (await import('./array.ts')).infoVerb(file, options)));
  array
    .command('repair')
    .description('take back what hosts held that are gone or were stopped, and whatever belongs to nobody')
    .argument('<file>', 'the file of the array')
    .action(async (file) => finish(await (await import('./array.ts')).repairVerb(file)));
}
