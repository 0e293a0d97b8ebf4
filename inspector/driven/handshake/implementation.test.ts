import { afterEach, describe, expect, test } from 'vitest';
import type { Socket } from '../../../impl/index.ts';
import { type HandshakeComposition, handshakeSystems } from '../../../model-tests/drive/handshake/explored/index.ts';
import type { ExploredMove } from '../../../model-tests/drive/handshake/explored/moves.ts';
import { isDrivable } from '../../../model-tests/drive/handshake/explored/translate.ts';
import { type Rig, simulatedRig } from '../../../model-tests/drive/rigs.ts';
import { type Choice, choicesIn, initialState, type Walk } from '../../../model-tests/explore/walk.ts';
import { HandshakeCharts } from '../../charts/handshake.ts';
import type { Act } from '../../contract.ts';
import { ActError, type Source } from '../../recordings/source.ts';
import { ImplementationDrive } from './implementation.ts';
import { implementationOffer } from './offers.ts';

const charts = new HandshakeCharts();
const compositions = [...handshakeSystems({ servers: 1 }), ...handshakeSystems({ servers: 2, mode: 'network' })];
const find = (id: string) => compositions.find((composition) => composition.id === id) as HandshakeComposition;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function driven(id: string) {
  const source = (await implementationOffer(find(id), find, charts).open()) as Source;
  closers.push(() => source.close?.());
  const act = (what: object) => source.driver?.act({ recording: source.entry.id, at: source.size, ...what } as Act);
  const go = async (...texts: readonly string[]) => {
    for (const text of texts) {
      const move = source.driver?.moves().moves.find((one) => one.text.includes(text));
      if (move === undefined) throw new Error(`no move says ${text}`);
      expect(await act({ do: 'move', move: move.id })).toEqual({});
    }
  };
  return { source, act, go };
}

const bytesOf = (source: Source, index: number) => {
  const [drawn] = source.moment(index).drawn;
  return drawn?.kind === 'message' ? drawn.frame : undefined;
};

describe('the implementation, driven by hand over real sockets', () => {
  test('goes through a network handshake, and shows the bytes that crossed the wire', async () => {
    const { source, go } = await driven('hardened.network');
    await go(
      'connects A.first',
      'HELLO network on A.first',
      'DESCRIPTOR 0 (step 122)',
      'connects A.second',
      'DESCRIPTOR 0 (step 100)',
      'READY on A.first',
      'READY on A.second',
    );
    expect(source.scene(6).machines.find(({ id }) => id === 'server A')).toMatchObject({ active: ['established'] });
    const hello = bytesOf(source, 1);
    expect(hello).toMatchObject({ name: 'HELLO', bytesFrom: 'wire', connection: 'A.first' });
    // A real DESCRIPTOR names a real descriptor and has a tag that nobody can make up: two runs never have the same bytes.
    const first = bytesOf(source, 2)?.hex;
    expect(first).toHaveLength(2 * (12 + 68));
    const other = await driven('hardened.network');
    await other.go('connects A.first', 'HELLO network on A.first', 'DESCRIPTOR 0 (step 122)');
    expect(bytesOf(other.source, 2)?.hex).not.toBe(first);
  });

  test('goes through a storage handshake', async () => {
    const { source, go } = await driven('hardened.storage');
    await go(
      'connects A.first',
      'HELLO',
      'has a dynamic port',
      'PORT',
      'connects A.array',
      'accepts A.array',
      'GROUP',
      'client process: attaches the group',
      'READY',
      'server A: attaches the group',
    );
    expect(source.scene(9).machines.find(({ id }) => id === 'server A')).toMatchObject({ active: ['established'] });
    expect(bytesOf(source, 8)).toMatchObject({ name: 'READY', bytesFrom: 'wire' });
  });

  test('a move that is taken back was not made: all others are made again', async () => {
    const { source, act, go } = await driven('hardened.network');
    await go('connects A.first', 'HELLO network on A.first');
    await go('server A: replyTimeout expires');
    await act({ do: 'undo' });
    await go('DESCRIPTOR 0 (step 122)', 'connects A.second');
    expect(source.scene(3).machines.find(({ id }) => id === 'server A')).toMatchObject({
      active: ['handshaking.network.awaitingReady.both'],
    });
  });

  test('what the configuration decides is arranged, though moves were made already', async () => {
    const { source, go } = await driven('hardened.network');
    await go('connects A.first', 'with another capacity');
    expect(source.sessions({ code: 'busy' })).toMatchObject([{ outcome: 'failed' }]);
  });

  test('what cannot be done to a process is not offered', async () => {
    const { source, go } = await driven('hardened.network');
    await go('connects A.first', 'HELLO network on A.first');
    const texts = source.driver?.moves().moves.map(({ text }) => text) ?? [];
    expect(texts.filter((text) => /is killed|ends in this direction|overheard/.test(text))).toEqual([]);
  });

  test('the described variant cannot be driven: nobody has implemented it', async () => {
    const described = handshakeSystems({ variant: 'described' });
    const offer = implementationOffer(described[0] as HandshakeComposition, () => described[0], charts);
    await expect(offer.open()).rejects.toThrow(
      'there is no composition described.network.two-servers that somebody has implemented',
    );
  });
});

/** Choices of a seed, the same on each machine. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each(['hardened.network', 'hardened.storage', 'hardened.fall-back', 'hardened.two-network'])(
  'wherever somebody goes in %s, the implementation goes along, or says why not',
  async (id) => {
    const { system, hardened } = find(id);
    if (hardened === undefined) throw new Error('it is not implemented');
    let made = 0;
    for (const seed of Array.from({ length: 12 }, (_, index) => index + 1)) {
      const drive = new ImplementationDrive(hardened, async () => simulatedRig());
      const draw = chance(seed);
      let walk: Walk<ExploredMove> = { states: [initialState(system)], choices: [] };
      for (let step = 0; step < 25; step += 1) {
        const choices: Choice<ExploredMove>[] = choicesIn(system, walk.states.at(-1) ?? []).filter(({ move }) =>
          isDrivable(move),
        );
        // Most faults end a run, so they are rare.
        const calm = choices.filter(({ move }) => move.fault === undefined);
        const among = calm.length > 0 && draw(6) > 0 ? calm : choices;
        const choice = among[draw(among.length)];
        if (choice === undefined) break;
        const next = { states: [...walk.states, choice.next], choices: [...walk.choices, choice] };
        try {
          expect(await drive.follow(next), `seed ${seed}, step ${step}: ${system.show(choice.move).text}`).toBeUndefined();
          walk = next;
          made += 1;
        } catch (error) {
          // What cannot be driven is left out, and the run goes on as if nobody had asked.
          if (!(error instanceof ActError)) throw error;
        }
      }
      await drive.close();
    }
    expect(made).toBeGreaterThan(60);
  },
);

/** A rig whose server process writes another tag than it should. */
function lyingRig(): Rig {
  const rig = simulatedRig();
  const lying = (socket: Socket): Socket =>
    new Proxy(socket, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name !== 'write') return value.bind(target);
        return (bytes: Uint8Array) => {
          const changed = Uint8Array.from(bytes);
          if (changed[5] === 2) changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
          return target.write(changed);
        };
      },
    });
  const { tcp } = rig.server;
  return { ...rig, server: { ...rig.server, tcp: { family: tcp.family, socket: () => lying(tcp.socket()) } } };
}

test('an implementation that does something else is found out, with what was expected and what was seen', async () => {
  const { system, hardened } = find('hardened.network');
  if (hardened === undefined) throw new Error('it is not implemented');
  const drive = new ImplementationDrive(hardened, async () => lyingRig());
  closers.push(() => drive.close());
  let walk: Walk<ExploredMove> = { states: [initialState(system)], choices: [] };
  let told: string | undefined;
  for (const text of [
    'connects A.first',
    'HELLO network',
    'DESCRIPTOR 0 (step 122)',
    'connects A.second',
    'DESCRIPTOR 0 (step 100)',
  ]) {
    const choice = choicesIn(system, walk.states.at(-1) ?? []).find(
      ({ move }) => system.show(move).text.includes(text) && move.fault === undefined,
    );
    if (choice === undefined) throw new Error(`no move says ${text}`);
    walk = { states: [...walk.states, choice.next], choices: [...walk.choices, choice] };
    told = await drive.follow(walk);
    if (told !== undefined) break;
  }
  expect(walk.choices.length).toBeGreaterThan(3);
  expect(told).toMatch(/^behind connect link 1: .*expected .*descriptor\(of link 0\).*seen .*descriptor that nobody sent/);
});
