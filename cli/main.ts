#!/usr/bin/env node
/**
 * The command line. Here: verbs, their options, and how an outcome becomes an exit code. What a verb does is in the file of its name,
 * which is loaded only when it is asked for: joining two processes needs no statechart.
 */
import { createRequire } from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import { collectLimit, parseMilliseconds, parseSeed, parseWholeNumber, sessionOptions, wholeNumber } from './arguments.ts';
import { addArrayVerbs, attachOptions } from './array-options.ts';
import { COULD_NOT_RUN, exitCodeOf, explain, HELD, say } from './outcome.ts';

/** Which charts and formats there are; `cli/export.ts` has a chart for each name. */
const CHARTS = ['client', 'server', 'socket', 'described-client', 'described-server'];
const FORMATS = ['json', 'mermaid', 'dot'];

/** The package knows itself by name, from cli/ and from dist/cli/ alike. */
function versionOfPackage(): string {
  const manifest = createRequire(import.meta.url)('stpconnect/package.json') as { version: string };
  return manifest.version;
}

/** The verbs; `finish` is told the exit code of the one that runs. */
function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('stpconnect')
    .description('A connection handshake for backup and restore: join two processes, check charts and traces.')
    .version(versionOfPackage())
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      outputError: (text) =>
        say(
          `${text
            .replace(/^error: /, '')
            .trim()
            .replaceAll('\n', ' ')}; --help shows what there is`,
        ),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 done and held, 1 tried and failed or violated, 2 could not run; 130 and 143 after a signal.',
    );
  addSessionVerbs(program, finish);
  addArrayVerbs(program, finish);
  addModelVerbs(program, finish);
  return program;
}

function addSessionVerbs(program: Command, finish: (exitCode: number) => void): void {
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

function addModelVerbs(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('export')
    .description('print a statechart')
    .addOption(
      new Option('--format <format>', 'json is the whole chart, mermaid and dot are pictures')
        .choices(FORMATS)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--chart <chart>', 'which chart').choices(CHARTS).default('client'))
    .action(async (options) => finish(await (await import('./export.ts')).exportVerb(options)));
  program
    .command('validate')
    .description('check traces against the statecharts; names the first record of each file that does not fit')
    .argument('<files...>', 'traces, one JSON object a line; - is stdin')
    .option('--partial', 'records, and most fields of a record, may be missing; what is missing is searched for')
    .addOption(
      new Option('--max-missing <number>', 'like --partial, with at most so many records missing in a row')
        .argParser(parseWholeNumber)
        .implies({ partial: true }),
    )
    .addOption(
      new Option(
        '--both-sides',
        'all files are one trace with every session of both sides: what one received the other has to have sent',
      ).conflicts(['partial', 'maxMissing']),
    )
    .addOption(
      new Option('--in-order', 'like --both-sides, with the lines in the order in which things happened').implies({
        bothSides: true,
      }),
    )
    .option('--json', 'print one JSON object for each line of text')
    .action(async (files, options) => finish(await (await import('./validate.ts')).validateVerb(files, options)));
  addPathsVerb(program, finish);
  addVerifyVerb(program, finish);
}

function addVerifyVerb(program: Command, finish: (exitCode: number) => void): void {
  const verify = program
    .command('verify')
    .description('drive the implementation along every path that the statecharts generate')
    .addOption(
      new Option('--wkp <kind>', 'what the well-known port is over (default: all)').choices(['tcp', 'array', 'simulated']),
    )
    .addOption(new Option('--mode <mode>', 'which mode (default: both)').choices(['network', 'storage']))
    .option('--json', 'print one JSON object instead of a table')
    .option('--path <name>', 'only this path, by the name that a failure prints')
    .option('--seed <number>', 'the seed of everything random, to run the same again', parseSeed)
    .option('--threads <number>', 'how many threads drive paths (default: 2)', parseWholeNumber)
    .action(async (options) => finish(await (await import('./verify.ts')).verifyVerb(options)));
  addRoleOptions(verify);
}

/** The options of `verify` for one process alone, ours or somebody else's. */
function addRoleOptions(verify: Command): void {
  verify
    .addOption(new Option('--role <role>', 'one process alone, against a puppet of the other').choices(['client', 'server']))
    .addOption(
      new Option(
        '--external <what>',
        'an implementation that is not ours: a command that starts an adapter, or tcp://host:port with --role',
      ).conflicts('wkp'),
    )
    .option(
      '--criterion <criterion>',
      'with --role or --external: what the paths take, as in the verb paths (default: transitions)',
    )
    .addOption(new Option('--k <number>', 'criteria wp and hsi: extra states').argParser(wholeNumber(0, 20)))
    .addOption(new Option('--count <number>', 'criterion random: how many walks').argParser(wholeNumber(1, 1_000_000)))
    .option('--paths <file>', 'with --external: the paths that this file has, as the verb paths prints them with --json')
    .addOption(
      new Option(
        '--limit <name=ms>',
        'with --external tcp: a time limit that the implementation has, so that it is waited for',
      ).argParser(collectLimit),
    )
    .option('--secret-file <file>', 'with --external tcp: the secret of the implementation (default: no secret)')
    .option('--patience <ms>', 'with --external: longest wait for what is expected (default: 5000)', parseMilliseconds)
    .option('--quiet <ms>', 'with --external: how long nothing more must come behind each step (default: 25)', parseMilliseconds);
}

function addPathsVerb(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('paths')
    .description(
      'print the paths that a criterion asks for, one a line: what has to be done to an implementation, and what has to be seen',
    )
    .option('--criterion <criterion>', 'transitions (the default), pairs, switch-N, wp, hsi or random')
    .addOption(
      new Option('--k <number>', 'wp and hsi: how many extra states an implementation may have (default: 0)').argParser(
        wholeNumber(0, 20),
      ),
    )
    .addOption(
      new Option('--role <role>', 'whose paths: one process, a socket, or a whole composition')
        .choices(['client', 'server', 'socket', 'system'])
        .default('client'),
    )
    .addOption(new Option('--mode <mode>', 'system: only the compositions of this mode').choices(['network', 'storage']))
    .option('--seed <number>', 'random: what decides the walks (default: 1)', parseSeed)
    .addOption(new Option('--count <number>', 'random: how many walks (default: 100)').argParser(wholeNumber(1, 1_000_000)))
    .option(
      '--goal <words>',
      'a shortest path through words of the charts instead, such as "startFallback then established"; may be given more than once',
      (words: string, before: readonly string[] = []) => [...before, words],
    )
    .option('--json', 'print one JSON object a line: a header for each suite, then its paths')
    .action(async (options) => finish(await (await import('./paths.ts')).pathsVerb(options)));
}

/** The exit code of one call of the command line. */
async function run(argv: readonly string[]): Promise<number> {
  let exitCode = HELD;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? HELD : COULD_NOT_RUN;
    }
    say(explain(error));
    return exitCodeOf(error);
  }
}

// Who reads us may stop reading (head): the verb that writes finds out by itself.
process.stdout.on('error', () => {});
process.exitCode = await run(process.argv);
