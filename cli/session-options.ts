/** The verbs `listen` and `connect`, and their options. */
import { type Command, Option } from 'commander';
import { sessionOptions } from './arguments.ts';
import { attachOptions } from './array-options.ts';

/** Adds both; `finish` is told the exit code. */
export function addSessionVerbs(program: Command, finish: (exitCode: number) => void): void {
  const listen = program
    .command('listen')
    .description('be the client process: serve a session with this terminal, or with a command')
    .requiredOption(
      '--wkp <address>',
      'the well-known port, tcp://host:port, port 0 for any free one; with --array also array://name/port',
    )
    .option(
      '--exec <command>',
      'for each session run this in the shell: stdin and stdout are the data channel, stderr the error channel',
    )
    .addOption(new Option('--keep-open', 'serve sessions until a signal comes').conflicts('once'))
    .option('--once', 'serve one session and exit (the default)')
    .action(async (options) => finish(await (await import('./listen.ts')).listenVerb(options)));
  const connect = program
    .command('connect')
    .description('be the server process: dial, and join the session with stdin, stdout and stderr')
    .argument('<address>', 'the well-known port of the client process, tcp://host:port or array://name/port')
    .addOption(new Option('--mode <mode>', 'what the session goes through').choices(['network', 'storage']).makeOptionMandatory())
    .option('--group <name>', 'the STG group of a storage session')
    .addOption(new Option('--fallback <mode>', 'what to try when storage mode is declined').choices(['network']))
    .action(async (address, options) => finish(await (await import('./connect.ts')).connectVerb(address, options)));
  for (const verb of [listen, connect]) {
    for (const option of [...sessionOptions(), ...attachOptions()]) {
      verb.addOption(option);
    }
  }
}
