/** A driven path as a file: what `stpconnect replay --file` shows, and drives the implementation along with `--drive`. */
import { type NamedComposition, nameDriven, runFile } from '../../model-tests/explore/named-runs.ts';
import type { Save } from './drive.ts';

/** Saves walks of a composition. */
export function saveRun<Move>(composition: NamedComposition<Move>): Save<Move> {
  return (walk, title) => {
    const file = { ...(title === undefined ? {} : { title }), ...runFile(nameDriven(composition, walk)) };
    return {
      name: `${fileNameOf(title ?? `${composition.id}.driven`)}.json`,
      type: 'application/json',
      text: `${JSON.stringify(file, undefined, 2)}\n`,
    };
  };
}

/** Letters, digits, points and dashes only: a title may be anything. */
function fileNameOf(title: string): string {
  const name = title
    .replaceAll(/[^\p{L}\p{N}.-]+/gu, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
  return name === '' ? 'driven' : name;
}
