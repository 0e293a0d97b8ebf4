/** What docs/protocol.md says in tables, read from the page itself: suites are generated from it. Nothing here knows the implementation. */
import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

/** The rows of the first table of a section, each by the names of its columns. Throws where the page has no such table. */
export function tableOf(section: number): readonly Readonly<Record<string, string>>[] {
  const [, text] = page.split(new RegExp(`^## ${section}\\. .*$`, 'm'));
  const lines = (text?.split(/^## /m)[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  const [head, , ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  if (head === undefined || rows.length === 0) throw new Error(`section ${section} of docs/protocol.md has no table`);
  return rows.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at] ?? ''])));
}

/** A reason that a DECLINE can give: section 6. */
export interface PageReason {
  readonly number: number;
  readonly name: string;
  readonly fallsBack: boolean;
  readonly meaning: string;
}

/** Every reason, in the order of the page. */
export const pageReasons: readonly PageReason[] = tableOf(6).map((row) => ({
  number: Number(row['reason']),
  name: row['name'] ?? '',
  fallsBack: row['falls back'] === 'yes',
  meaning: row['meaning'] ?? '',
}));

/** Every time limit with its default in milliseconds: section 7. */
export const pageLimits: Readonly<Record<string, number>> = Object.fromEntries(
  tableOf(7).map((row) => [row['limit'] ?? '', Number(row['default']?.replaceAll(',', ''))]),
);

/** Every failure code: the limits, and what section 8 lists besides. */
export const pageCodes: readonly string[] = [
  ...Object.keys(pageLimits),
  ...[...(/\*\*Failure codes\*\*.*?expired;(.*?)\n\n/s.exec(page)?.[1] ?? '').matchAll(/`(\w+)`/g)].map(([, code]) => code ?? ''),
];

/** A golden vector: section 10. Bytes are hex. */
export interface PageVector {
  readonly name: string;
  readonly message: Readonly<Record<string, string | number>> & { readonly type: string };
  readonly sender: 'client' | 'server';
  readonly transcriptBefore: readonly string[];
  readonly hex: string;
}

/** The block of section 10. */
export const pageVectors = JSON.parse(/```json vectors\n([\s\S]*?)```/.exec(page)?.[1] ?? '{}') as {
  readonly secret: string;
  readonly messages: readonly PageVector[];
  readonly emptySecretMessages: readonly PageVector[];
  readonly malformed: readonly { readonly hex: string; readonly why: string }[];
};
