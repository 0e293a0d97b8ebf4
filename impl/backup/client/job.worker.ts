/** The thread of a session. It ends when its job is done, or when the other ends of its rings are gone. */
import { workerData } from 'node:worker_threads';
import { openRing } from '../../index.ts';
import { BackupError } from '../errors.ts';
import { encodeMessage } from '../wire/frames.ts';
import { clip } from '../wire/messages.ts';
import { type Job, runJob } from './job.ts';

const job = workerData as Job;
const data = openRing(job.data, 1, { spin: 0 });
const control = openRing(job.control, 1, { spin: 0 });
try {
  runJob(job, data, control);
  data.close();
} catch (error) {
  // Where it is the session that was given up, nobody hears this.
  const told =
    error instanceof BackupError ? error : new BackupError('internal', error instanceof Error ? error.message : String(error));
  try {
    control.write(encodeMessage({ kind: 'abort', code: told.code, text: clip(told.message) }));
    control.end();
  } catch {
    control.abort();
  }
  data.abort();
}
control.close();
