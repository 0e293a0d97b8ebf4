/** Machines that know nothing of the handshake: loaded from files, shown and driven. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { findRun, type NamedComposition } from '../../../model-tests/explore/named-runs.ts';
import type { Act } from '../../contract.ts';
import type { Source } from '../../recordings/source.ts';
import { loadOwnSystems, MachineFileError } from './load.ts';
import { type OwnSystem, ownOffer } from './offers.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
// Below the package, so that what the files import is found.
const folder = mkdtempSync(join(root, 'node_modules', '.own-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const door = `import { setup, assign, sendTo } from 'xstate';
export const events = [{ type: 'push' }, { type: 'lock', code: 7 }];
export const door = setup({ delays: { hold: 100 }, actions: { ring: () => {} } }).createMachine({
  id: 'door',
  description: 'A door that closes by itself.',
  context: { code: 0 },
  type: 'parallel',
  states: {
    leaf: {
      initial: 'closed',
      states: {
        closed: { on: { push: { target: 'open', actions: 'ring' } } },
        open: { after: { hold: 'closed' } },
      },
    },
    bolt: {
      initial: 'free',
      states: { free: { on: { lock: { target: 'shot', actions: assign({ code: ({ event }) => event.code }) } } }, shot: {} },
    },
  },
});
`;

const pingPong = `import { setup, sendTo } from 'xstate';
import { compose } from ${JSON.stringify(join(root, 'model-tests/index.ts'))};
const ping = setup({}).createMachine({ id: 'ping', initial: 'here', states: {
  here: { entry: sendTo('there', { type: 'ball', spin: 'left' }), on: { ball: 'got' } }, got: { type: 'final' } } });
const pong = setup({}).createMachine({ id: 'pong', initial: 'waiting', states: {
  waiting: { on: { ball: { target: 'done', actions: sendTo('back', { type: 'ball' }) } } }, done: { type: 'final' } } });
export const game = compose({
  machines: { ping: { chart: ping, crashes: true }, pong: { chart: pong } },
  links: { there: { kind: 'channel', from: 'ping', to: 'pong', capacity: 1, loses: true }, back: { kind: 'channel', from: 'pong', to: 'ping', capacity: 1 } },
  environment: { drop: 1, crash: 1 },
});
`;

async function driven(path: string) {
  const [system] = await loadOwnSystems(path);
  if (system === undefined) throw new Error('nothing was loaded');
  const source = ownOffer(system).open() as Source;
  const act = (what: object) => source.driver?.act({ recording: source.entry.id, at: source.size, ...what } as Act);
  const texts = () => source.driver?.moves().moves.map(({ text }) => text);
  const go = async (text: string) => {
    const move = source.driver?.moves().moves.find((one) => one.text === text);
    if (move === undefined) throw new Error(`no move says ${text}: ${texts()?.join('; ')}`);
    await act({ do: 'move', move: move.id });
  };
  return { system, source, act, go, texts };
}

describe('a machine of a user’s own', () => {
  test('is shown with its regions, and driven by its events and delays', async () => {
    const { source, go, texts } = await driven(file('door.mjs', door));
    expect(source.describe()).toMatchObject({
      kind: 'machine',
      title: 'door',
      canDrive: true,
      lifelines: [{ id: 'door', chart: 'door' }],
    });
    expect(source.scene(-1).machines).toMatchObject([{ active: ['leaf.closed', 'bolt.free'], limits: [] }]);
    expect(texts()).toEqual(['door: push', 'door: lock(code: 7)']);
    await go('door: push');
    expect(source.scene(0).machines).toMatchObject([{ active: ['leaf.open', 'bolt.free'], limits: ['hold'] }]);
    expect(source.moment(0).reactions).toMatchObject([
      { event: { type: 'push' }, transitions: ['door.leaf.closed · push · 0'], actions: [{ type: 'ring' }] },
    ]);
    await go('door: lock(code: 7)');
    expect(source.scene(1).machines).toMatchObject([{ context: { code: 7 } }]);
    expect(source.describe().charts[0]?.transitions.map(({ label }) => label)).toContain('lock / assign');
    await go('door: hold is over');
    expect(source.moment(2)).toMatchObject({ kind: 'timeout', reactions: [{ to: ['leaf.closed', 'bolt.shot'] }] });
  });

  test('of TypeScript is loaded where something can strip its types', async () => {
    const { source } = await driven(file('door.ts', door.replace("id: 'door'", "id: 'door' satisfies string")));
    expect(source.describe().charts.map(({ id }) => id)).toEqual(['door']);
  });

  test('that is not pure says so when it is loaded or driven, by its name', async () => {
    const text = `import { createMachine, assign } from 'xstate';
export const dice = createMachine({ initial: 'a', context: { n: 0 }, states: { a: { entry: assign({ n: () => Math.random() }) } } });`;
    await expect(loadOwnSystems(file('dice.mjs', text))).rejects.toThrow(
      /dice\.mjs: dice cannot be shown: .*two evaluations differ/,
    );
  });
});

describe('a system of a user’s own', () => {
  test('is shown with its links and what is on them', async () => {
    const { source, go, texts } = await driven(file('game.ts', pingPong));
    expect(source.scene(-1).connections).toMatchObject([
      { id: 'there', dialer: 'ping', acceptor: 'pong', toAcceptor: [{ text: 'ball(spin: "left")', frame: { name: 'ball' } }] },
      { id: 'back', toAcceptor: [] },
    ]);
    expect(texts()).toEqual(['ping crashes', 'pong gets ball(spin: "left") from there', 'there loses ball(spin: "left")']);
    await go('pong gets ball(spin: "left") from there');
    expect(source.moment(0)).toMatchObject({
      who: 'pong',
      drawn: [
        { kind: 'message', from: 'ping', to: 'pong', frame: { name: 'ball', fields: [{ name: 'spin', value: '"left"' }] } },
        {},
      ],
      reactions: [{ machine: 'pong', transitions: ['pong.waiting · ball · 0'] }],
    });
    await go('ping gets ball from back');
    expect(source.scene(1).machines.map(({ status }) => status)).toEqual(['over', 'over']);
    expect(source.coverage().charts.flatMap(({ counts }) => Object.values(counts))).toEqual([1, 1]);
  });

  test('can be harmed, and says what is left of its budgets', async () => {
    const { source, go } = await driven(file('game.ts', pingPong));
    expect(source.scene(-1).facts.map(({ value }) => value)).toEqual(['1', '1']);
    await go('there loses ball(spin: "left")');
    await go('ping crashes');
    expect(source.scene(1).machines).toMatchObject([{ status: 'crashed', active: [] }, { status: 'running' }]);
    expect(source.moment(0)).toMatchObject({ fault: true, kind: 'fault', drawn: [{ lost: true }] });
  });

  test('a driven path is saved, and found again by its name', async () => {
    const { system, act, go } = await driven(file('game.ts', pingPong));
    await go('pong gets ball(spin: "left") from there');
    const saved = JSON.parse((await act({ do: 'save' }))?.file?.text ?? '') as { readonly id: string };
    expect(saved.id).toMatch(/^game\.driven\./);
    const find = (id: string) => (id === 'game' ? (system as unknown as NamedComposition<unknown>) : undefined);
    expect(findRun(saved.id, { find, examples: [] }).walk.choices).toHaveLength(1);
  });
});

describe('a file that shows nothing', () => {
  test.each([
    ['is not there', join(folder, 'none.mjs'), 'there is no such file'],
    ['exports something else', file('other.mjs', 'export const answer = 42;'), 'exports answer; expected a machine of XState 5'],
    ['exports nothing', file('empty.mjs', ''), 'exports nothing; expected a machine of XState 5'],
    ['throws', file('throws.mjs', 'throw new Error("not today");'), 'cannot be loaded: not today'],
    ['imports what is not there', file('lost.mjs', 'import "./nowhere.mjs";'), 'cannot be loaded: Cannot find module'],
  ])('%s: it says so', async (_what, path, message) => {
    await expect(loadOwnSystems(path)).rejects.toThrow(MachineFileError);
    await expect(loadOwnSystems(path)).rejects.toThrow(message);
  });

  test('an export by no name is called by the machine’s id', async () => {
    const text = `import { createMachine } from 'xstate';\nconst machine = createMachine({ id: 'lamp', initial: 'off', states: { off: {} } });\nexport { machine as default };`;
    const [lamp] = (await loadOwnSystems(file('lamp.mjs', text))) as readonly OwnSystem[];
    expect(lamp?.id).toBe('lamp');
  });
});
