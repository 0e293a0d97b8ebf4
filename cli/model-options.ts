/** The verbs `validate`, `paths` and `verify`, and their options: traces and implementations are compared with the statecharts. */
import { type Command, Option } from 'commander';
import { collectLimit, criterionOptions, parseMilliseconds, parseSeed, parseWholeNumber } from './arguments.ts';

/** Adds them; `finish` is told the exit code. */
export function addModelVerbs(program: Command, finish: (exitCode: number) => void): void {
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
  const verify = program
    .command('verify')
    .description('drive the implementation along every path that the statecharts generate')
    .addOption(
      new Option(
        '--wkp <kind>',
        'what the well-known port is over (default: all); protocol: for one process, its transition table alone',
      ).choices(['tcp', 'array', 'simulated', 'protocol']),
    )
    .addOption(new Option('--mode <mode>', 'which mode (default: both)').choices(['network', 'storage']))
    .option('--json', 'print one JSON object instead of a table')
    .option('--path <name>', 'only this path, by the name that a failure prints')
    .option('--seed <number>', 'the seed of everything random, to run the same again', parseSeed)
    .addOption(new Option('--role <role>', 'one process alone, against a puppet of the other').choices(['client', 'server']))
    .addOption(
      new Option(
        '--external <what>',
        'an implementation that is not ours: a command that starts an adapter, or tcp://host:port with --role',
      ).conflicts('wkp'),
    )
    .option('--paths <file>', 'with --external: paths from this file instead of a transition cover')
    .addOption(
      new Option(
        '--limit <name=ms>',
        'with --external tcp: a time limit that the implementation has, so that it is waited for',
      ).argParser(collectLimit),
    )
    .option('--secret-file <file>', 'with --external tcp: the secret of the implementation (default: no secret)')
    .option('--patience <ms>', 'with --external: longest wait for what is expected (default: 5000)', parseMilliseconds)
    .option('--quiet <ms>', 'with --external: how long nothing more must come behind each step (default: 25)', parseMilliseconds)
    .option(
      '--report <dir>',
      'write a page with charts, pair matrices and failing paths, and JUnit XML and JSON, into this directory',
    )
    .option('--threads <number>', 'how many threads drive paths (default: 2)', parseWholeNumber)
    .action(async (options) => finish(await (await import('./verify.ts')).verifyVerb(options)));
  for (const option of criterionOptions('a cover of every transition, of compositions unless a role is named')) {
    verify.addOption(option);
  }
}

function addPathsVerb(program: Command, finish: (exitCode: number) => void): void {
  const paths = program
    .command('paths')
    .description(
      'print the paths that a criterion asks for, one a line: what has to be done to an implementation, and what has to be seen',
    )
    .addOption(
      new Option('--role <role>', 'whose paths: one process, a socket, or a whole composition')
        .choices(['client', 'server', 'socket', 'system'])
        .default('client'),
    )
    .addOption(new Option('--mode <mode>', 'system: only the compositions of this mode').choices(['network', 'storage']))
    .option('--seed <number>', 'random: what decides the walks (default: 1)', parseSeed)
    .option(
      '--goal <words>',
      'a shortest path through words of the charts instead, such as "startFallback then established"; may be given more than once',
      (words: string, before: readonly string[] = []) => [...before, words],
    )
    .option('--json', 'print one JSON object a line: a header for each suite, then its paths')
    .action(async (options) => finish(await (await import('./paths.ts')).pathsVerb(options)));
  for (const option of criterionOptions('transitions')) paths.addOption(option);
}
