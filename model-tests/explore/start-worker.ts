/** Worker threads of our own modules, from their TypeScript and from what it is compiled to alike. */
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Starts the module `name` (without its ending) that lies beside `base`, an `import.meta.url`. */
export function startWorker(name: string, base: string, options: WorkerOptions): Worker {
  const isSource = base.endsWith('.ts');
  const entry = new URL(`${name}${isSource ? '.ts' : '.js'}`, base);
  if (!isSource) return new Worker(entry, options);
  // On Node 20 a worker does not take the loader over, so its first step is to register it.
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}); });`;
  return new Worker(start, { ...options, eval: true });
}
