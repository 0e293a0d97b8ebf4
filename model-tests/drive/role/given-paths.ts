/** Reads what `stpconnect paths --json` prints (docs/guides/criteria.md), as far as it is about one role: the inputs decide, the rest follows from them. */
import { z } from 'zod';
import type { GivenPath } from './suites.ts';

const header = z.looseObject({ format: z.literal('stpconnect-paths'), version: z.literal(1) });
const line = z.looseObject({
  role: z.enum(['client', 'server', 'socket', 'system']),
  criterion: z.string(),
  name: z.string().min(1),
  steps: z.array(z.looseObject({ input: z.looseObject({ type: z.string() }) })).min(1),
});

/** The paths of client and server processes in the lines of a file. Throws Error with the line that is wrong, and why. */
export function readPaths(text: string): GivenPath[] {
  const paths: GivenPath[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    if (content.trim() === '') continue;
    const value = parseLine(content, index + 1);
    const isHeader = typeof value === 'object' && value !== null && 'format' in value;
    const parsed = isHeader ? header.safeParse(value) : line.safeParse(value);
    if (!parsed.success) throw new Error(`line ${index + 1}: ${z.prettifyError(parsed.error)}`);
    const { role, criterion, name, steps } = parsed.data as z.infer<typeof line>;
    if (isHeader || (role !== 'client' && role !== 'server')) continue;
    paths.push({ role, criterion, name, inputs: steps.map(({ input }) => input) });
  }
  return paths;
}

function parseLine(content: string, number: number): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new Error(`line ${number} is not JSON`);
  }
}
