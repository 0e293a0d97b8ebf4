/** The verbs `explore`, `replay` and `export`, and their options: what can be found out of the statecharts alone. */
import { type Command, Option } from 'commander';
import { parseBytes, parseSeconds, parseSeed, wholeNumber } from './arguments.ts';
import { collectFaults } from './composition-options.ts';

/** Which charts there are; `cli/charts.ts` has a chart for each name. */
const CHARTS = ['client', 'server', 'socket', 'described-client', 'described-server'];
/** What a chart or a composition can be written as. */
const FORMATS = ['json', 'mermaid', 'dot', 'aut', 'promela'];
const MODES = ['network', 'storage'];
const MOST = 1_000_000_000;

/** Adds them; `finish` is told the exit code. */
export function addExploreVerbs(program: Command, finish: (exitCode: number) => void): void {
  const explore = program
    .command('explore')
    .description(
      'explore compositions of the statecharts to the end: which properties hold, and a shortest run for each that does not',
    );
  for (const option of [...compositionOptions(), ...searchOptions()]) explore.addOption(option);
  explore
    .option('--json', 'print one JSON object instead of tables')
    .option('--save <folder>', 'write each run that is found into a file in this folder')
    .action(async (options) => {
      const [{ exploreVerb }, { composeHandshake }] = [await import('./explore.ts'), await import('./handshake-compositions.ts')];
      finish(await exploreVerb(options, composeHandshake));
    });
  program
    .command('replay')
    .description('show a run that explore has found, step by step')
    .argument('[id]', 'the name of the run, as explore prints it')
    .addOption(
      new Option('--format <format>', 'numbered lines, a sequence diagram for Mermaid, or a picture')
        .choices(['text', 'mermaid', 'svg'])
        .default('text'),
    )
    .option('--output <file>', 'write it into this file instead of stdout')
    .option('--file <file>', 'a run that explore --save has written, instead of a name')
    .option(
      '--machine <file>',
      'machines and systems of your own: what this module exports, for runs that the inspector has saved of them',
    )
    .option('--drive', 'drive the implementation along the run, too, and compare after each step')
    .addOption(
      new Option('--wkp <kind>', 'with --drive: what the well-known port is over (default: tcp)')
        .choices(['tcp', 'array', 'simulated'])
        .implies({ drive: true }),
    )
    .addOption(
      new Option('--seed <number>', 'with --drive: what decides how deliveries are split (default: 1)')
        .argParser(parseSeed)
        .implies({ drive: true }),
    )
    .action(async (id, options) => {
      const { replayVerb } = await import('./replay.ts');
      const { driveHandshake, handshakeCatalogue } = await import('./handshake-compositions.ts');
      const { machine, ...others } = options;
      if (machine === undefined) {
        finish(await replayVerb(id, others, handshakeCatalogue, driveHandshake));
        return;
      }
      const { readOwnSystems, withOwn } = await import('./own-systems.ts');
      finish(await replayVerb(id, others, withOwn(await readOwnSystems(machine), handshakeCatalogue), driveHandshake));
    });
  program
    .command('export')
    .description('print a statechart, or a whole composition with all its states')
    .addOption(
      new Option('--format <format>', 'mermaid and dot are pictures, json is everything, aut and promela are for other checkers')
        .choices(FORMATS)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--chart <chart>', 'which chart (default: client)').choices(CHARTS).conflicts('system'))
    .addOption(new Option('--mode <mode>', 'aut and promela: of a chart that has modes, this one').choices(MODES))
    .addOption(new Option('--system <id>', 'a composition, by the name that explore prints, instead of a chart'))
    .addOption(new Option('--max-states <number>', 'refuse a composition that has more states').argParser(wholeNumber(1, MOST)))
    .action(async (options) => {
      const [{ exportVerb }, { handshakeCatalogue }] = [await import('./export.ts'), await import('./handshake-compositions.ts')];
      finish(await exportVerb(options, handshakeCatalogue));
    });
}

/** What is composed. */
function compositionOptions(): Option[] {
  return [
    new Option('--variant <variant>', 'as it is implemented, or as the source text has it')
      .choices(['hardened', 'described'])
      .default('hardened'),
    new Option('--mode <mode>', 'only compositions of this mode').choices([...MODES, 'both']).default('both'),
    new Option('--servers <number>', 'the most server processes at once').argParser(wholeNumber(1, 26)).default(2),
    new Option('--intruder', 'somebody who knows no secret connects, too'),
    new Option('--relay', 'only: an intruder on the way, who delivers what it overhears before it arrives').conflicts('servers'),
    new Option('--thorough', 'one much larger composition in place of three'),
    new Option(
      '--faults <name=count>',
      'how often a kind of fault may happen in one run, NAME=COUNT,… or NAME=inf; may be given more than once',
    ).argParser(collectFaults),
  ];
}

/** How it is explored. */
function searchOptions(): Option[] {
  return [
    new Option('--property <name>', 'only this property; may be given more than once').argParser(
      (name: string, before: readonly string[] = []) => [...before, name],
    ),
    new Option('--symmetry', 'leave out what differs only by names of server processes that are alike'),
    new Option('--partial-order', 'leave out orders of independent steps'),
    new Option('--threads <number>', 'how many threads explore each composition (default: 1)')
      .argParser(wholeNumber(1, 64))
      .conflicts(['symmetry', 'partialOrder']),
    new Option('--max-states <number>', 'stop each composition at so many states').argParser(wholeNumber(1, MOST)),
    new Option('--max-seconds <seconds>', 'stop after so long').argParser(parseSeconds),
    new Option('--max-bytes <bytes>', 'stop each composition at so much memory; K, M and G are 1024, 1024² and 1024³').argParser(
      parseBytes,
    ),
  ];
}
