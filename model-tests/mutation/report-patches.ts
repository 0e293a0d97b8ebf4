/** The patches of model-tests/mutants as a part of docs/mutation.md. */
import { killedOf, type PatchResult } from '../mutants/run-patches.ts';
import { rate } from './rate.ts';

/** A line for each patch: what it breaks, and what noticed it. */
export function renderPatchPart(results: readonly PatchResult[]): string {
  const kills = { killed: killedOf(results), total: results.length };
  return [
    `## Patches: ${kills.total}, ${kills.killed} killed: ${rate(kills)}`,
    '',
    'Faults that a person could really write, each in a copy of the repository (`model-tests/mutants/*.patch`).',
    '',
    '| mutant | what it breaks | noticed by | seconds |',
    '| --- | --- | --- | ---: |',
    ...results.map(
      ({ mutant, breaks, suite, verdict, by, seconds }) =>
        `| ${[mutant, breaks, verdict === 'killed' ? `${suite}: ${by}` : `**${verdict}**: ${by}`].map(inCell).join(' | ')} | ${seconds.toFixed(1)} |`,
    ),
  ].join('\n');
}

const inCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
