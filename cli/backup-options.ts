/** The verbs `client`, `backup` and `restore`, and their options. */
import { type Command, Option } from 'commander';
import { parseBytes, parseMilliseconds, sessionOptions, wholeNumber } from './arguments.ts';
import { attachOptions } from './array-options.ts';

/** Adds them; `finish` is told the exit code. */
export function addBackupVerbs(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('client')
    .description('be the client process, until a signal comes: serve backups and restores as a file says')
    .requiredOption('--config <file>', 'YAML: the well-known port, and what may be read and written')
    .option('--check', 'say what the file means, or what is wrong with it, and exit')
    .action(async (options) => finish(await (await import('./client.ts')).clientVerb(options)));
  const backup = program
    .command('backup')
    .description('be the server process: back up files of the host of a client process')
    .argument('<host>', 'the client process: host, host:port (7070 is the default), or a whole address')
    .argument('<paths...>', 'absolute paths on that host')
    .requiredOption('--to <file>', 'the archive, FILE.tar, FILE.tar.gz, FILE.tgz or FILE.tar.br')
    .addOption(
      new Option('--exclude <pattern>', 'leave out what is called like this; may be given more than once').argParser(collect),
    )
    .option('--one-file-system', 'do not enter folders of other file systems')
    .addOption(new Option('--max-size <bytes>', 'give up when the archive becomes larger').argParser(parseBytes))
    .action(async (host, paths, options) => finish(await (await import('./backup.ts')).backupVerb(host, paths, options)));
  const restore = program
    .command('restore')
    .description('be the server process: restore files to the host of a client process')
    .argument('<file>', 'the archive')
    .argument('<host>', 'the client process, as for backup')
    .argument('<path>', 'the folder on that host to restore to, absolute; it is made where it is missing')
    .addOption(
      new Option('--strip <number>', 'leave out so many parts of each name, from its beginning')
        .argParser(wholeNumber(0, 1_000))
        .default(0),
    )
    .action(async (file, host, path, options) =>
      finish(await (await import('./backup.ts')).restoreVerb(file, host, path, options)),
    );
  for (const verb of [backup, restore]) {
    for (const option of commonOptions()) verb.addOption(option);
  }
}

const collect = (pattern: string, before: readonly string[] = []): readonly string[] => [...before, pattern];

function commonOptions(): Option[] {
  return [
    new Option('--mode <mode>', 'what the session goes through; auto takes storage where both sides see the same array')
      .choices(['network', 'storage', 'auto'])
      .default('auto'),
    new Option('--group <name>', 'the STG group of a storage session (default: the one with most room that both hosts share)'),
    new Option('--dry-run', 'list the files, and write nothing'),
    new Option('--json', 'print one JSON object a line'),
    new Option('--idle <ms>', 'give up when nothing moves for so long').argParser(parseMilliseconds).default(60_000),
    ...sessionOptions(),
    ...attachOptions(),
  ];
}
