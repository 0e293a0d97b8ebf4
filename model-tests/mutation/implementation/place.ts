/** Where a mutant is and what it changes, in words that stay true when lines move. */
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Stryker } from '@stryker-mutator/core';

/** A mutant as Stryker tells of it. */
export type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** A mutant as a page shows it. */
export interface PlacedMutant {
  readonly file: string;
  /** Counted from 1. */
  readonly lineNumber: number;
  /** The whole first line, without the space around it. */
  readonly line: string;
  /** The code that is replaced, and what stands there instead: on one line each, long ones cut in the middle. */
  readonly original: string;
  readonly mutated: string;
}

const longest = 120;

/** Looks a mutant up in its file. */
export async function place(
  root: string,
  { fileName, location: { start, end }, replacement = '' }: MutantResult,
): Promise<PlacedMutant> {
  const path = resolve(root, fileName);
  const lines = (await readFile(path, 'utf8')).split('\n');
  // Stryker counts lines and columns from 1.
  const inside = lines.slice(start.line - 1, end.line);
  inside[inside.length - 1] = (inside.at(-1) ?? '').slice(0, end.column - 1);
  inside[0] = (inside[0] ?? '').slice(start.column - 1);
  return {
    file: relative(root, path).replaceAll('\\', '/'),
    lineNumber: start.line,
    line: (lines[start.line - 1] ?? '').trim(),
    original: onOneLine(inside.join('\n')),
    mutated: onOneLine(replacement),
  };
}

function onOneLine(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest / 2)} … ${line.slice(-longest / 2)}`;
}
