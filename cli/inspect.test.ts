/** The inspector as the command line has it: its server is a process of its own, and so are the sessions that it looks at. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { ActAnswer, Moves, Problem, Recording, SessionWindow } from '../inspector/contract.ts';
import { createFolder, runCli, startCli, startCliWith } from './cli.test-support.ts';

const folder = createFolder();
afterAll(() => folder.remove());

/** Starts an inspector; `get` asks it for something. */
async function inspect(...argv: readonly string[]) {
  const call = startCli('inspect', '--port', '0', ...argv);
  await call.stderrLine(/the page is at the address above/);
  const address = await call.stdoutLine();
  const origin = address.replace(/#.*/, '');
  const get = async <T>(path: string) => (await (await fetch(`${origin}api/${path}`)).json()) as T;
  const stop = async () => {
    call.child.kill('SIGINT');
    return call.ended;
  };
  return { address, get, stop };
}

describe('inspect', () => {
  test('serves a page for this machine until a signal comes, and that is its ordinary end', async () => {
    const { address, get, stop } = await inspect();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    const recordings = await get<readonly { readonly id: string }[]>('recordings');
    expect(recordings[0]?.id).toBe('model/hardened.network');
    expect(await get<Recording>('recording?recording=model/described.network.two-servers')).toMatchObject({
      canDrive: true,
      moments: 0,
    });
    expect(
      await get<Recording>(`recording?recording=${encodeURIComponent('model/hardened.network+intruder=0+reset=2')}`),
    ).toMatchObject({ moments: 0 });
    expect(await get<Problem>('recording?recording=model/hardened.network%2Bteapot=1')).toEqual({
      error: expect.stringMatching(/^there is no recording model\/hardened\.network\+teapot=1; there are model\//),
    });
    expect((await stop()).exitCode).toBe(0);
  });

  test('shows a session live while listen and connect run beside it', async () => {
    const { address, get, stop } = await inspect('--attach');
    const environment = { STPCONNECT_INSPECT: address };
    const listener = startCliWith(environment, 'listen', '--wkp', 'tcp://127.0.0.1:0', '--inspect');
    const [, wkp = ''] = await listener.stderrLine(/listening on (\S+)/);
    listener.child.stdin.end('what the host has\n');
    const dialler = startCliWith(environment, 'connect', wkp, '--mode', 'network', '--inspect');
    dialler.child.stdin.end();
    expect((await dialler.ended).stdout.toString()).toBe('what the host has\n');
    expect((await listener.ended).exitCode).toBe(0);
    const { sessions } = await get<SessionWindow>('sessions?recording=live');
    expect(sessions.map(({ role, mode, state }) => `${role} ${mode} ${state}`).sort()).toEqual([
      'client network closed',
      'client undefined joined',
      'server network closed',
    ]);
    await stop();
  });

  test('shows the session of a backup while it runs', async () => {
    const source = folder.path('source');
    mkdirSync(source);
    writeFileSync(folder.path('source/file'), 'what the host has');
    const { address, get, stop } = await inspect('--attach');
    writeFileSync(folder.path('client.yaml'), `wkp: tcp://127.0.0.1:0\nread: [${source}]\n`);
    const client = startCli('client', '--config', folder.path('client.yaml'));
    const [, wkp = ''] = await client.stderrLine(/"event":"listening","address":"([^"]+)"/);
    const to = ['--to', folder.path('a.tar'), '--inspect'];
    const backup = startCliWith({ STPCONNECT_INSPECT: address }, 'backup', wkp, source, ...to);
    expect((await backup.ended).exitCode).toBe(0);
    const { sessions } = await get<SessionWindow>('sessions?recording=live');
    expect(sessions.map(({ role, mode, state }) => `${role} ${mode} ${state}`)).toEqual(['server network closed']);
    client.child.kill('SIGTERM');
    await client.ended;
    await stop();
  });

  test('saves what was driven by hand as a test that replay runs, with the implementation, too', async () => {
    const { address, get, stop } = await inspect();
    const recording = 'model/hardened.network';
    const act = async (what: object) => {
      const [origin = '', token = ''] = address.split('#token=');
      const response = await fetch(`${origin}api/act`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-stpconnect-token': token },
        body: JSON.stringify({ recording, ...what }),
      });
      return (await response.json()) as ActAnswer;
    };
    for (const text of ['connects A.first', 'HELLO network on A.first', 'server A: replyTimeout expires']) {
      const { at, moves } = await get<Moves>(`moves?recording=${recording}`);
      await act({ at, do: 'move', move: moves.find((move) => move.text.includes(text))?.id });
    }
    const { file } = await act({ at: 3, do: 'save' });
    await stop();
    writeFileSync(folder.path('saved.json'), file?.text ?? '');
    const shown = await runCli(['replay', '--file', folder.path('saved.json'), '--drive', '--wkp', 'simulated']);
    expect(shown.stderr).toMatch(/the implementation went along with all 3 steps, over simulated/);
    expect(shown.stdout.toString()).toMatch(/replyTimeout expires/);
    expect(shown.exitCode).toBe(0);
  });

  test('shows machines of a user’s own, and replay what was saved of them', async () => {
    const module = folder.path('lamp.mjs');
    // The package is not installed here, so the file says where XState is.
    writeFileSync(
      module,
      `import { createMachine } from ${JSON.stringify(import.meta.resolve('xstate'))};
export const lamp = createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { press: 'on' } }, on: {} } });`,
    );
    const { get, stop } = await inspect('--machine', module);
    expect(await get<Recording>('recording?recording=machine/lamp')).toMatchObject({ kind: 'machine', charts: [{ id: 'lamp' }] });
    await stop();
    const saved = {
      id: 'lamp.driven',
      composition: 'lamp',
      property: 'driven',
      moves: [
        {
          kind: 'event',
          machine: 'lamp',
          event: { type: 'press' },
          effects: [{ kind: 'entered', machine: 'lamp', state: 'on' }],
        },
      ],
    };
    writeFileSync(folder.path('lamp.json'), JSON.stringify(saved));
    const shown = await runCli(['replay', '--machine', module, '--file', folder.path('lamp.json')]);
    expect(shown.stderr).toBe('');
    expect(shown.stdout.toString()).toMatch(/1 {3}lamp: press/);
  });

  test('shows a run by its name, and a run in a file', async () => {
    const found = await runCli([
      'explore',
      '--variant',
      'described',
      '--servers',
      '1',
      '--mode',
      'network',
      '--intruder',
      '--save',
      folder.path('runs'),
      '--json',
    ]);
    expect(found.exitCode).toBe(1);
    const file = folder.path('runs/described.network.intruder.noIntruder.json');
    const { get, stop } = await inspect('--path', file);
    const [first] = await get<readonly { readonly id: string }[]>('recordings');
    expect(first?.id).toMatch(/^run\/described\.network\.intruder\.noIntruder\./);
    expect(await get<Recording>(`recording?recording=${first?.id}`)).toMatchObject({
      conclusion: { fault: true },
      canDrive: false,
    });
    await stop();
  });
});

describe('inspect says clearly', () => {
  test.each([
    ['a file that is no trace', ['--trace', 'foreign.ndjson'], /foreign\.ndjson:2: JSON, but not a trace record/],
    ['a file that is not there', ['--trace', 'none.ndjson'], /none\.ndjson: cannot be read: there is no such file/],
    [
      'a run that nobody knows',
      ['--path', 'hardened.network.loop-listener.zzz'],
      /zzz is not the code of a run of hardened\.network/,
    ],
    ['a port that is none', ['--port', '70000'], /expected a whole number from 0 to 65535/],
  ])('%s', async (_what, argv, message) => {
    writeFileSync(folder.path('foreign.ndjson'), `\n{"level":30}\n`);
    const places = argv.map((argument) => (argument.endsWith('.ndjson') ? folder.path(argument) : argument));
    const { exitCode, stderr } = await runCli(['inspect', ...places]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  test('that nobody looks on, where listen --inspect finds no inspector', async () => {
    const empty = folder.path('empty');
    mkdirSync(empty);
    const call = startCliWith(
      { XDG_RUNTIME_DIR: empty, STPCONNECT_INSPECT: '' },
      'listen',
      '--wkp',
      'tcp://127.0.0.1:0',
      '--inspect',
    );
    const { exitCode, stderr } = await call.ended;
    expect(stderr).toMatch(/--inspect: no inspector runs here: start stpconnect inspect --attach/);
    expect(exitCode).toBe(2);
  });
});
