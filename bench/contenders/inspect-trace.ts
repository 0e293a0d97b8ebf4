/** Reads a trace as the inspector does: prints the milliseconds to the first window, to the end of the file, and for windows and scenes afterwards. */
import { HandshakeCharts } from '../../inspector/charts/handshake.ts';
import { momentWindow, type Source } from '../../inspector/recordings/source.ts';
import { traceOffer } from '../../inspector/traces/offer.ts';

const [path = ''] = process.argv.slice(2);
const WINDOWS = 200;

const begun = performance.now();
const offer = await traceOffer([path], new HandshakeCharts(), (line) => process.stderr.write(`${line}\n`));
const source = (await offer.open()) as Source;
momentWindow(source, { from: 0, count: 100 });
const first = performance.now() - begun;
if (source.describe().progress.state === 'reading') {
  await new Promise<void>((resolve) => {
    source.watch(() => {
      if (source.describe().progress.state === 'whole') resolve();
    });
  });
}
const all = performance.now() - begun;
const looking = performance.now();
for (let step = 0; step < WINDOWS; step += 1) {
  const from = Math.floor((source.size / WINDOWS) * step);
  JSON.stringify([momentWindow(source, { from, count: 100 }), source.scene(from)]);
}
const window = (performance.now() - looking) / WINDOWS;
const megabytes = process.memoryUsage().rss / 1_000_000;
process.stdout.write(`${JSON.stringify({ first, all, window, megabytes, records: source.size })}\n`);
