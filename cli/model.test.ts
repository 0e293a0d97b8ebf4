import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolder, runCli, startListener } from './cli.test-support.ts';

const linesOf = (text: string) => text.trimEnd().split('\n');

describe('export', () => {
  const CHARTS = ['client', 'server', 'socket', 'described-client', 'described-server'];

  test.each(CHARTS)('prints the %s chart as JSON with its states', async (chart) => {
    const { stdout, exitCode, stderr } = await runCli(['export', '--format', 'json', '--chart', chart]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(Object.keys((JSON.parse(stdout.toString()) as { states: object }).states).length).toBeGreaterThan(1);
  });

  test('prints the client’s chart for Mermaid when no chart is named', async () => {
    const { stdout, exitCode } = await runCli(['export', '--format', 'mermaid']);
    expect([exitCode, stdout.toString()]).toEqual([
      0,
      expect.stringMatching(/^(---[\s\S]*---\n)?stateDiagram-v2\n[\s\S]*awaitingFirstFrame/),
    ]);
  });

  test('prints the server’s chart for Graphviz', async () => {
    const { stdout, exitCode } = await runCli(['export', '--format', 'dot', '--chart', 'server']);
    expect([exitCode, stdout.toString()]).toEqual([0, expect.stringMatching(/^digraph [\s\S]*connectingFirst[\s\S]*\}\n$/)]);
  });
});

describe('validate', () => {
  const folder = createFolder();
  const client = folder.path('client.ndjson');
  const server = folder.path('server.ndjson');
  /** A file with these lines in the tests' folder. */
  const write = (name: string, text: string | Uint8Array) => {
    writeFileSync(folder.path(name), text);
    return folder.path(name);
  };
  const validate = async (...paths: string[]) => {
    const { exitCode, stdout, stderr } = await runCli(['validate', ...paths]);
    expect(stderr).toBe('');
    return { exitCode, lines: linesOf(stdout.toString()) };
  };

  beforeAll(async () => {
    const listener = await startListener('--trace', client);
    listener.child.stdin.end();
    await runCli(['connect', listener.address, '--mode', 'network', '--trace', server]);
    await listener.ended;
  });
  afterAll(() => {
    folder.remove();
  });

  test('accepts the traces that both sides of a real session wrote, one line for each file', async () => {
    const { exitCode, lines } = await validate(client, server);
    expect(lines).toEqual([expect.stringContaining(`${client}: fits (`), expect.stringContaining(`${server}: fits (`)]);
    expect(exitCode).toBe(0);
  });

  test('names the line of the first record that does not fit, and goes on with the other files', async () => {
    const records = linesOf(readFileSync(server, 'utf8'));
    const without = write('without.ndjson', `${records.toSpliced(2, 1).join('\n')}\n`);
    const { exitCode, lines } = await validate(without, client);
    expect(lines).toEqual([
      expect.stringContaining(`${without}:3: does not fit: `),
      expect.stringContaining(`${client}: fits (`),
    ]);
    expect(exitCode).toBe(1);
  });

  test('names a record whose actions were tampered with', async () => {
    const records = linesOf(readFileSync(server, 'utf8'));
    const tampered = write('tampered.ndjson', `${records.map((line) => line.replace('sendHello', 'sendGroup')).join('\n')}\n`);
    const at = records.findIndex((line) => line.includes('sendHello')) + 1;
    expect(await validate(tampered)).toEqual({
      exitCode: 1,
      lines: [expect.stringContaining(`${tampered}:${at}: does not fit: `)],
    });
  });

  test('reads stdin as -', async () => {
    const { exitCode, stdout } = await runCli(['validate', '-'], readFileSync(client));
    expect([exitCode, stdout.toString()]).toEqual([0, expect.stringMatching(/^-: fits \(/)]);
  });

  test.each([
    ['empty', '', /: no records/],
    ['cut off', '{"session":"a","seq":0,"ro', /:1: the file ends in the middle of a record$/],
    ['not JSON', 'GET / HTTP/1.1\n\n', /:1: not JSON; expected one trace record$/],
    ['JSON of something else', '{"level":30,"msg":"hello"}\n', /:1: JSON, but not a trace record: field session/],
    ['JSON, and not an object', '[1,2]\n', /:1: JSON, but not a trace record/],
    ['one endless line', 'x'.repeat(200_000), /:1: not a trace: a line is longer than/],
    ['binary', Uint8Array.from({ length: 5_000 }, (_, index) => (index * 37) % 256), /:1: not JSON/],
  ])('a file that is %s could not be judged: exit code 2, with the line', async (_, content, pattern) => {
    expect(await validate(write('strange', content))).toEqual({ exitCode: 2, lines: [expect.stringMatching(pattern)] });
  });

  test('a partial trace is bridged, with a bound where one is given', async () => {
    const records = linesOf(readFileSync(server, 'utf8'));
    const partial = write('partial.ndjson', `${records.toSpliced(2, 2).join('\n')}\n`);
    const checked = async (...options: string[]) => (await runCli(['validate', ...options, partial])).stdout.toString();
    expect(await checked()).toContain(`${partial}:3: does not fit: `);
    expect(await checked('--partial')).toContain(`${partial}: fits (${records.length - 2} records, 1 session, 2 missing)`);
    expect(await checked('--max-missing', '2')).toContain(': fits (');
    expect(await checked('--max-missing', '1')).toMatch(/:3: does not fit: .* 2 records missing are more than may be/);
  });

  test('a last line that is cut off is left out of a partial trace, and named', async () => {
    const text = readFileSync(server, 'utf8').trimEnd();
    const cut = write('cut.ndjson', text.slice(0, -10));
    expect(await validate(cut)).toMatchObject({
      exitCode: 2,
      lines: [expect.stringMatching(/the file ends in the middle of a record$/)],
    });
    const { exitCode, stdout } = await runCli(['validate', '--partial', cut]);
    expect([exitCode, stdout.toString()]).toEqual([
      0,
      expect.stringContaining(`line ${linesOf(text).length} is cut off and was left out`),
    ]);
  });

  test('a line that is no record is refused in a partial trace, too', async () => {
    const records = linesOf(readFileSync(server, 'utf8'));
    const garbage = write('garbage.ndjson', `${records.toSpliced(1, 1, 'GET / HTTP/1.1').join('\n')}\n`);
    const { exitCode, stdout } = await runCli(['validate', '--partial', garbage]);
    expect([exitCode, stdout.toString()]).toEqual([2, `${garbage}:2: not JSON; expected one trace record\n`]);
  });

  test('both sides are judged together: what one received the other has sent', async () => {
    const { exitCode, stdout } = await runCli(['validate', '--both-sides', server, client]);
    expect([exitCode, stdout.toString()]).toEqual([0, expect.stringContaining(`${server}, ${client}: fit together (`)]);
    const alone = await runCli(['validate', '--both-sides', server]);
    expect([alone.exitCode, alone.stdout.toString()]).toEqual([
      1,
      expect.stringMatching(/:3: does not fit: .* first.descriptor: expected a client session of its own that sent DESCRIPTOR/),
    ]);
    const late = await runCli(['validate', '--in-order', server, client]);
    expect([late.exitCode, late.stdout.toString()]).toEqual([
      1,
      expect.stringMatching(/:3: does not fit: .* that sent DESCRIPTOR before/),
    ]);
    const missing = await runCli(['validate', '--both-sides', server, folder.path('missing')]);
    expect([missing.exitCode, linesOf(missing.stdout.toString())]).toEqual([
      2,
      [expect.stringMatching(/missing: .*no such file/)],
    ]);
  });

  test('options that exclude each other are refused', async () => {
    const { exitCode, stderr } = await runCli(['validate', '--both-sides', '--partial', server]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/cannot be used with/)]);
  });

  test('prints objects for machines, with the records that would have fitted', async () => {
    const records = linesOf(readFileSync(server, 'utf8'));
    const tampered = write('tampered.ndjson', `${records.map((line) => line.replace('dialSecond', 'dialArray')).join('\n')}\n`);
    const { exitCode, stdout } = await runCli(['validate', '--json', client, tampered, folder.path('missing')]);
    expect(exitCode).toBe(2);
    expect(linesOf(stdout.toString()).map((line) => JSON.parse(line) as object)).toEqual([
      { files: [client], ok: true, records: expect.any(Number), sessions: 2, missing: 0, cutOffAt: [] },
      {
        files: [tampered],
        ok: false,
        file: tampered,
        line: 3,
        problem: expect.stringContaining('has the actions [dialArray]; expected [dialSecond]'),
        fitting: [
          {
            state: 'handshaking.network.awaitingDescriptor',
            event: { type: 'first.descriptor', tag: 'right' },
            actions: [{ type: 'dialSecond' }],
            next: 'handshaking.network.connectingSecond',
          },
        ],
      },
      { files: [folder.path('missing')], ok: false, error: expect.stringContaining('no such file') },
    ]);
  });

  test('a file that is missing and a folder are named with the reason', async () => {
    const { exitCode, lines } = await validate(folder.path('missing'), folder.path('.'));
    expect(lines).toEqual([expect.stringMatching(/missing: .*no such file/), expect.stringMatching(/: .*it is a folder/)]);
    expect(exitCode).toBe(2);
  });
});
