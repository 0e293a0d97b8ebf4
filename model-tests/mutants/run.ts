/**
 * `npm run mutants`: breaks a copy with each patch of this folder and runs the suite that has to notice it, and nothing else: a generated
 * one on a broken implementation, SPIN on a broken explorer, composition or export. README.md says how to add one.
 */
import { Command } from 'commander';
import { judgePatches, killedOf, renderPatches } from './run-patches.ts';

const ALL_KILLED = 0;
const NOT_ALL_KILLED = 1;
const COULD_NOT_RUN = 2;

async function main(names: readonly string[], { json = false }: { json?: boolean }): Promise<number> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  const results = await judgePatches(names, stopping.signal);
  process.stdout.write(json ? `${JSON.stringify(results, undefined, 1)}\n` : `${renderPatches(results, process.stdout.isTTY)}\n`);
  return killedOf(results) === results.length ? ALL_KILLED : NOT_ALL_KILLED;
}

const program = new Command('npm run mutants --')
  .description('Break a copy with each patch, and see whether the suite that it names notices.')
  .argument('[names...]', 'mutants to run; all by default')
  .option('--json', 'print the results as JSON')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? ALL_KILLED : COULD_NOT_RUN))
  .action(async (names: string[], options: { json?: boolean }) => {
    try {
      process.exitCode = await main(names, options);
    } catch (error) {
      process.stderr.write(`mutants: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = COULD_NOT_RUN;
    }
  });
await program.parseAsync();
