/** docs/mutation.md: each command writes its own part of it. */
import { readFile, writeFile } from 'node:fs/promises';

const page = new URL('../../docs/mutation.md', import.meta.url);

/** The parts, in their order. */
export const pageParts = [
  'model mutants',
  'mutants of impl/protocol',
  'mutants of impl/session',
  'mutants of impl/sockets',
  'mutants as patches',
] as const;

/** The name of a part. */
export type PagePart = (typeof pageParts)[number];

/** A page with this part instead of the one that it had; where it had none, behind the parts that come before it. */
export function withPart(text: string, name: PagePart, part: string): string {
  const framed = `${beginOf(name)}\n\n${part.trim()}\n\n${endOf(name)}`;
  const [from, to] = [text.indexOf(beginOf(name)), text.indexOf(endOf(name))];
  if (from >= 0 && to > from) return text.slice(0, from) + framed + text.slice(to + endOf(name).length);
  const before = pageParts.slice(0, pageParts.indexOf(name)).findLast((other) => text.includes(endOf(other)));
  const at = before === undefined ? firstPart(text) : text.indexOf(endOf(before)) + endOf(before).length;
  return `${text.slice(0, at).trimEnd()}\n\n${framed}\n\n${text.slice(at).trim()}`.trim().concat('\n');
}

/** Where the first part begins; the end of a page that has none. */
function firstPart(text: string): number {
  const places = pageParts.map((name) => text.indexOf(beginOf(name))).filter((at) => at >= 0);
  return places.length === 0 ? text.length : Math.min(...places);
}

/** The part of a page, undefined where it has none. */
export function partOf(text: string, name: PagePart): string | undefined {
  const [from, to] = [text.indexOf(beginOf(name)), text.indexOf(endOf(name))];
  return from < 0 || to < from ? undefined : text.slice(from + beginOf(name).length, to).trim();
}

/** The page as it is. */
export const readMutationPage = (): Promise<string> => readFile(page, 'utf8');

/** Puts a part on the page. */
export async function writePart(name: PagePart, part: string): Promise<void> {
  await writeFile(page, withPart(await readMutationPage(), name, part));
}

const beginOf = (name: PagePart) => `<!-- ${name}: made by npm run mutation -->`;
const endOf = (name: PagePart) => `<!-- end of ${name} -->`;
