/**
 * Handshakes a second, from this process to another one: `handshakes.ts network|storage|array IN_FLIGHT COUNT`; `array` is
 * storage mode with the well-known port in the array too. Each session is closed at once.
 */
import { type ArrayFile, connect, listen, StorageArray } from '../../impl/index.ts';
import { makeArray } from './array-channels.ts';
import { begin, given, startProcess } from './other-side.ts';

interface Task {
  readonly mode: string;
  readonly array: ArrayFile;
}

const secret = 'the same on both sides';

async function other({ mode, array }: Task): Promise<void> {
  const listener = await listen({
    wkp: mode === 'array' ? 'array://sym0/7' : 'tcp://127.0.0.1:0',
    secret,
    array: StorageArray.attach(array, { host: 'there' }),
    maxPending: 1_024,
    onSession: (session) => void session.close(),
  });
  begin(listener.address);
}

async function first([mode = '', inFlight = '1', count = '500']: readonly string[]): Promise<void> {
  const array = makeGroups();
  const wkp = String(await startProcess(import.meta.url, { mode, array }));
  const attachment = StorageArray.attach(array, { host: 'here' });
  const options =
    mode !== 'network'
      ? ({ wkp, secret, mode: 'storage', group: 'STG0', array: attachment } as const)
      : ({ wkp, secret, mode: 'network' } as const);
  const some = async (times: number) => {
    let left = times;
    const one = async () => {
      while (left > 0) {
        left -= 1;
        await (await connect(options)).close();
      }
    };
    await Promise.all(Array.from({ length: Number(inFlight) }, one));
  };
  await some(Number(count) >> 2);
  const before = performance.now();
  await some(Number(count));
  process.stdout.write(`${JSON.stringify({ handshakes: Number(count) / ((performance.now() - before) / 1e3) })}\n`);
  process.exit(0);
}

/** An array whose group has room for as many sessions as there are in flight. */
function makeGroups(): ArrayFile {
  return makeArray('processes', 4_096, 512) as ArrayFile;
}

const task = given<Task>();
await (task ? other(task) : first(process.argv.slice(2)));
