/** Trace files as a recording. */
import type { HandshakeCharts } from '../charts/handshake.ts';
import type { Offer } from '../recordings/catalogue.ts';
import { readTraces, TraceFileError } from './read.ts';
import { TraceRecording } from './recording.ts';

/**
 * Begins to read the files; resolves as soon as there is something to see, while the rest is still being read.
 *
 * `say` is told where a file goes wrong later on.
 *
 * @throws TraceFileError where not even the beginning of a file is a trace
 */
export async function traceOffer(paths: readonly string[], charts: HandshakeCharts, say: (line: string) => void): Promise<Offer> {
  const entry = { id: 'trace', kind: 'trace', title: `trace: ${paths.join(', ')}` } as const;
  const recording = new TraceRecording(entry, charts.hardened);
  await new Promise<void>((resolve, reject) => {
    const stop = recording.watch(() => {
      if (recording.size === 0) return;
      stop();
      resolve();
    });
    readTraces(recording, paths).then(resolve, (error: unknown) => {
      if (recording.columns.size === 0 || !(error instanceof TraceFileError)) reject(error);
      else {
        say(`${error.message}; what comes before it is shown`);
        resolve();
      }
    });
  });
  return { entry, open: () => recording };
}
