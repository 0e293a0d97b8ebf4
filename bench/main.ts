/**
 * `npm run bench -- NAME [ARGUMENTS]`: one file for each question, its peers beside it. What it prints are medians of rounds in which all
 * contenders run in turn, and ratios within those rounds: single times of a shared machine say little.
 */
import { readdirSync } from 'node:fs';

const [name = '', ...args] = process.argv.slice(2);
const questions = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));

if (questions.includes(name)) {
  const { run } = (await import(`./${name}.bench.ts`)) as { readonly run: (args: readonly string[]) => Promise<void> };
  await run(args);
} else {
  process.stderr.write(`bench: expected one of ${questions.join(', ')}, not "${name}"\n`);
  process.exitCode = 2;
}
