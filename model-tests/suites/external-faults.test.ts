/** Implementations elsewhere that do what no implementation should: what is said of them, and that nobody waits for ever. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ExternalOptions, verifyExternal } from '../drive/role/external/verify-external.ts';
import { CannotRunError } from '../drive/role/subject.ts';
import type { RoleRow } from '../drive/role/verify-role.ts';

/** An adapter that says hello as it should, if nothing else is asked of it, and then does what its argument says. */
const fake = `
import { createInterface } from 'node:readline';
const [how] = process.argv.slice(2);
const hello = { protocol: 'stpconnect-adapter', version: 1, name: 'fake', roles: ['server'], modes: ['network'], clock: 'virtual', quiet: 'exact' };
const say = (line) => process.stdout.write(line + '\\n');
const events = {
  'unknown event': [{ type: 'sneezes' }],
  'dials twice': [1, 2].map((connection) => ({ type: 'dials', connection, to: 'wkp' })),
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, do: what } = JSON.parse(line);
  const ok = (value = {}) => say(JSON.stringify({ id, ok: value }));
  const greetings = {
    version: () => ok({ ...hello, version: 2 }),
    shape: () => ok({ ...hello, roles: 'server' }),
    silent: () => undefined,
    wordy: () => say('ready to serve'),
    unwilling: () => say(JSON.stringify({ id, error: 'not today' })),
    dies: () => { console.error('no licence'); process.exit(3); },
  };
  const faults = {
    crashes: () => { console.error('Segmentation fault'); process.kill(process.pid, 'SIGKILL'); },
    hangs: () => undefined,
    babbles: () => say('{"events":[]}'),
    'other id': () => say(JSON.stringify({ id: id + 1, ok: {} })),
    twice: () => { ok({ events: [] }); ok({ events: [] }); },
    endless: () => process.stdout.write('x'.repeat(2_000_000)),
    refuses: () => say(JSON.stringify({ id, error: 'out of memory' })),
  };
  if (what === 'hello') (greetings[how] ?? (() => ok(hello)))();
  else if (what === 'reset' && how === 'no reset') say(JSON.stringify({ id, error: 'there is no server process here' }));
  else if (what === 'reset') ok();
  else if (what === 'close') { ok(); process.exit(0); }
  else (faults[how] ?? (() => ok({ events: events[how] ?? [] })))();
}
`;

const folder = mkdtempSync(join(tmpdir(), 'stpconnect-'));
const script = join(folder, 'fake.mjs');
const command = (how: string) => `'${process.execPath}' '${script}' '${how}'`;

beforeAll(() => writeFileSync(script, fake));
afterAll(() => rmSync(folder, { recursive: true }));
// What an adapter says on stderr is passed on.
beforeEach(() => void vi.spyOn(process.stderr, 'write').mockReturnValue(true));

/** What comes of a verification: the message of why it could not be run, or its row and failures. */
async function outcome(options: Omit<ExternalOptions, 'command'>) {
  const [rows, failures]: [RoleRow[], string[]] = [[], []];
  try {
    for await (const event of verifyExternal({ ...options, command: 'stpconnect verify' })) {
      if (event.type === 'row') rows.push(event.row);
      if (event.type === 'failure') failures.push(event.failure.message);
    }
  } catch (error) {
    if (!(error instanceof CannotRunError)) throw error;
    return { cannot: error.message, rows, failures };
  }
  return { cannot: undefined, rows, failures };
}

describe('an adapter', () => {
  test.each([
    { what: 'that there is no command for', external: 'stpconnect-no-such-command', says: /ended with exit code 127/ },
    {
      what: 'that ends before it says hello',
      external: command('dies'),
      says: /ended with exit code 3; its last words on stderr: "no licence"/,
    },
    {
      what: 'that says something else than hello',
      external: command('wordy'),
      says: /answers hello with "ready to serve", which is no reply of the adapter protocol/,
    },
    { what: 'that does not answer hello', external: command('silent'), says: /did not answer hello within 5000 ms/ },
    {
      what: 'of another version',
      external: command('version'),
      says: /speaks version 2 of the adapter protocol; this is version 1/,
    },
    { what: 'that does not say what it can', external: command('shape'), says: /answers hello with something else: roles: / },
    { what: 'that refuses hello', external: command('unwilling'), says: /refuses hello: not today/ },
    {
      what: 'that does not have what it says',
      external: command('no reset'),
      says: /the adapter refuses to begin as server process in network mode: there is no server process here/,
    },
  ])('$what could not be run', async ({ external, says }) => {
    expect((await outcome({ external, patience: 1_000 })).cannot).toMatch(says);
  });

  test.each([
    { how: 'crashes', says: /the adapter ended with signal SIGKILL; its last words on stderr: / },
    { how: 'hangs', says: /the adapter did not answer observe within 300 ms/ },
    {
      how: 'babbles',
      says: /the adapter answers observe with "\{\\"events\\":\[\]\}", which is no reply of the adapter protocol/,
    },
    { how: 'other id', says: /the adapter answers observe with the reply to request \d+; this is request \d+/ },
    { how: 'refuses', says: /the adapter cannot observe: out of memory/ },
    { how: 'unknown event', says: /the adapter answers observe with something else: events\.0\.type/ },
    { how: 'endless', says: /the adapter wrote 1048576 characters without the end of a line/, patience: 5_000 },
  ])(
    'that $how on a path has failed it, is started again, and given up after three paths',
    async ({ how, says, patience = 300 }) => {
      const { cannot, rows, failures } = await outcome({ external: command(how), patience });
      expect(cannot).toBeUndefined();
      expect(failures[0]).toMatch(says);
      expect(rows).toMatchObject([{ paths: 3, failed: 3 }]);
    },
  );

  test('that answers a thing twice is told so at the next request', async () => {
    const { failures } = await outcome({ external: command('twice') });
    expect(failures.join()).toMatch(/the adapter said .* without being asked/);
  });

  test('that says less than is expected fails its paths', async () => {
    const { failures, rows } = await outcome({ external: command('says nothing') });
    expect(failures[0]).toMatch(/ {2}expected dials first\n {2}seen {5}nothing\n/);
    expect(rows[0]?.failed).toBe(rows[0]?.paths);
  });

  test('that says more than is expected fails its paths', async () => {
    const { failures } = await outcome({ external: command('dials twice'), path: 'server.1' });
    expect(failures[0]).toMatch(/ {2}expected dials first\n {2}seen {5}dials first; dials first\n/);
  });

  test.each([
    { role: 'client', says: /fake has no client process: it says that it has server/ },
    { mode: 'storage', says: /fake has no storage mode: it says that it has network/ },
  ] as const)('that does not have what is asked for could not be run', async ({ says, ...options }) => {
    expect((await outcome({ external: command('good'), ...options })).cannot).toMatch(says);
  });
});

describe('an address', () => {
  let taken: Server;
  let port = 0;
  beforeAll(async () => {
    taken = createServer((socket) => socket.on('error', () => undefined).end('220 mail.example ESMTP\r\n'));
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => void taken.close());

  test.each([
    { what: 'that is none', external: 'tcp://somewhere', says: /tcp:\/\/somewhere is no address; expected tcp:\/\/host:port/ },
    { what: 'with a port that is none', external: 'tcp://127.0.0.1:70000', says: /is no address/ },
    { what: 'without a role', external: 'tcp://127.0.0.1:7070', role: undefined, says: /it has to be said with --role/ },
    {
      what: 'where nobody listens',
      external: 'tcp://:1',
      says: /no client process listens on tcp:\/\/127\.0\.0\.1:1 within 200 ms: connect ECONNREFUSED/,
    },
    {
      what: 'of a host that there is not',
      external: 'tcp://stpconnect.invalid:7070',
      says: /no client process listens on tcp:\/\/stpconnect\.invalid:7070/,
    },
    { what: 'with storage mode', external: 'tcp://127.0.0.1:0', role: 'server', mode: 'storage', says: /has no storage mode/ },
  ] as const)('$what could not be run', async ({ what: _, says, ...options }) => {
    expect((await outcome({ role: 'client', patience: 200, ...options })).cannot).toMatch(says);
  });

  test('that is taken could not be listened on', async () => {
    expect((await outcome({ external: `tcp://127.0.0.1:${port}`, role: 'server' })).cannot).toMatch(
      /cannot listen on tcp:.*EADDRINUSE/,
    );
  });

  test('where something else listens fails its paths', async () => {
    const { failures } = await outcome({ external: `tcp://127.0.0.1:${port}`, role: 'client', path: 'client.1' });
    expect(failures[0]).toMatch(/sends BYTES on first, but 24 bytes that are no whole frame: 323230206d61696c2e/);
  });

  test('that nobody dials is waited at for as long as the patience lasts', async () => {
    const heard = vi.fn<(address: string) => void>();
    const options = {
      external: 'tcp://127.0.0.1:0',
      role: 'server',
      patience: 100,
      path: 'server.1',
      onListening: heard,
    } as const;
    const { failures } = await outcome(options);
    const [[address = ''] = []] = heard.mock.calls;
    expect(failures[0]).toContain(`nobody dialled ${address} and said HELLO within 100 ms`);
  });
});
