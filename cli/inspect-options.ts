/** The verb `inspect` and its options. */
import type { Command } from 'commander';
import { wholeNumber } from './arguments.ts';

/** The number of the patent that the handshake is from, as far as it fits. */
const DEFAULT_PORT = 7398;

/** Adds it; `finish` is told the exit code. */
export function addInspectVerb(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('inspect')
    .description('look at the statecharts in a browser: driven by hand, along a trace or a path, or live')
    .option('--trace <file...>', 'traces that listen and connect have written; several are shown in the order of their times')
    .option(
      '--path <file or id...>',
      'runs: names that explore prints, files that explore --save or the inspector has written, or paths of paths --json',
    )
    .option('--report <dir>', 'what verify --report has written: the charts, coloured by how often each transition was run')
    .option('--machine <file>', 'machines of XState and systems of your own: what this module exports')
    .option('--attach', 'live: what listen --inspect, connect --inspect and programs with inspector() do')
    .option('--port <number>', 'where the page is served, 0 for any free port', wholeNumber(0, 65_535), DEFAULT_PORT)
    .action(async (options) => {
      const [{ inspectVerb }, { handshakeCatalogue }] = [
        await import('./inspect.ts'),
        await import('./handshake-compositions.ts'),
      ];
      finish(await inspectVerb(options, handshakeCatalogue));
    });
}
