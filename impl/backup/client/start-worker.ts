/** Starts the thread of a session, from a checkout and from the package alike. */
import { Worker } from 'node:worker_threads';
import type { Job } from './job.ts';

/** In megabytes: what a thread keeps is small, and what it throws away may as well be collected early. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 };

export function startJob(job: Job): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = new URL(`./job.worker.${isSource ? 'ts' : 'js'}`, import.meta.url);
  const options = { workerData: job, name: 'stpconnect backup', resourceLimits: LIMITS };
  if (!isSource) return new Worker(entry, options);
  // On Node 20 a worker does not take the loader over, so its first step is to register it.
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}); });`;
  return new Worker(start, { ...options, eval: true });
}
