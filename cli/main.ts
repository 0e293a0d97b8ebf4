#!/usr/bin/env node
/**
 * The command line. Here: how an outcome becomes an exit code. Verbs and their options are in the files that end in `-options`; what
 * a verb does is in the file of its name, which is loaded only when it is asked for: joining two processes needs no statechart.
 */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { addArrayVerbs } from './array-options.ts';
import { addBackupVerbs } from './backup-options.ts';
import { addExploreVerbs } from './explore-options.ts';
import { addInspectVerb } from './inspect-options.ts';
import { addModelVerbs } from './model-options.ts';
import { COULD_NOT_RUN, exitCodeOf, explain, HELD, say } from './outcome.ts';
import { addSessionVerbs } from './session-options.ts';

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
  addBackupVerbs(program, finish);
  addExploreVerbs(program, finish);
  addModelVerbs(program, finish);
  addInspectVerb(program, finish);
  return program;
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
