/** Reads a trace as anybody would: line by line, each line parsed, everything kept. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const [path = ''] = process.argv.slice(2);

const begun = performance.now();
const records: unknown[] = [];
for await (const line of createInterface({ input: createReadStream(path) })) records.push(JSON.parse(line));
const all = performance.now() - begun;
const megabytes = process.memoryUsage().rss / 1_000_000;
process.stdout.write(`${JSON.stringify({ all, megabytes, records: records.length })}\n`);
