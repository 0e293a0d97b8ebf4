/** A mutant: one patch, with a head that says what it breaks and which suite has to notice. */
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';

const headSchema = z.object({
  breaks: z.string().min(1),
  suite: z.enum(['handshake', 'sockets', 'schedules', 'spin']).default('handshake'),
  mode: z.enum(['network', 'storage']).optional(),
  wkp: z.enum(['simulated', 'array', 'tcp']).optional(),
});

export interface Mutant extends z.infer<typeof headSchema> {
  /** The name of the patch file without its ending. */
  readonly name: string;
  /** The absolute path of the patch file. */
  readonly patch: string;
}

/** A name that no mutant has, or a head that cannot be read. */
export class MutantError extends Error {
  override readonly name = 'MutantError';
}

/** Reads the patches of a folder, in the order of their names; of `names` only, if there are any. Throws MutantError. */
export async function readMutants(folder: URL, names: readonly string[]): Promise<Mutant[]> {
  const known = (await readdir(folder)).filter((file) => file.endsWith('.patch')).sort();
  const unknown = names.filter((name) => !known.includes(`${name}.patch`));
  if (unknown.length > 0)
    throw new MutantError(`there is no mutant ${unknown.join(', ')}; there are ${known.map(nameOf).join(', ')}`);
  const wanted = known.filter((file) => names.length === 0 || names.includes(nameOf(file)));
  return Promise.all(wanted.map((file) => readMutant(new URL(file, folder))));
}

async function readMutant(file: URL): Promise<Mutant> {
  const name = nameOf(file.pathname);
  const comments = (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('# '));
  const [breaks = '', ...settings] = comments.map((line) => line.slice(2).trim());
  const head = headSchema.safeParse({ breaks, ...Object.fromEntries(settings.map((line) => line.split(/\s*:\s*/, 2))) });
  if (!head.success) throw new MutantError(`the head of ${name}.patch cannot be read: ${z.prettifyError(head.error)}`);
  return { ...head.data, name, patch: file.pathname };
}

const nameOf = (path: string) => basename(path, '.patch');
