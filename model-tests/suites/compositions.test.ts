/** What exploring the compositions says before anything is driven. State counts are pinned: a change of a chart that changes them is a decision. */
import { expect, test } from 'vitest';
import { compositions } from '../drive/compositions.ts';
import { type HandshakeOptions, HandshakeSystem } from '../drive/handshake/system.ts';
import { processes, type World } from '../drive/handshake/world.ts';
import { explore } from '../explore/explore.ts';

const all = [...compositions.network, ...compositions.storage];

test('the sizes of the compositions are what they were', () => {
  const sizes = all.map(({ title, options }) => {
    const graph = explore(new HandshakeSystem(options));
    return [`${options.servers[0]?.mode}: ${title}`, graph.vertices.length, graph.edges.length];
  });
  expect(sizes).toMatchInlineSnapshot(`
    [
      [
        "network: one server process, two faults",
        165,
        688,
      ],
      [
        "network: forged frames and strangers",
        517,
        1497,
      ],
      [
        "network: two server processes at once",
        1101,
        3022,
      ],
      [
        "storage: one server process that may fall back, two faults",
        721,
        2494,
      ],
      [
        "storage: one server process, one fault",
        184,
        403,
      ],
      [
        "storage: forged frames and strangers",
        840,
        2207,
      ],
    ]
  `);
});

test('every transition of both charts is taken by some composition', () => {
  const [written, taken] = [new Set<string>(), new Set<string>()];
  for (const { options } of all) {
    const system = new HandshakeSystem(options);
    for (const chart of [system.client, ...system.servers]) for (const { id } of chart.transitions) written.add(id);
    for (const { world } of explore(system).vertices) {
      for (const { steps } of system.moves(world)) for (const { step } of steps) for (const { id } of step.taken) taken.add(id);
    }
  }
  expect([...written].filter((id) => !taken.has(id))).toEqual([]);
  expect(written.size).toBeGreaterThan(100);
});

test.each(all)('$title: where nothing more can happen, nobody waits for anything', ({ options }) => {
  const system = new HandshakeSystem(options);
  const { vertices, complete } = explore(system);
  expect(complete).toBe(true);
  const ended = vertices.filter(({ edges }) => edges.length === 0);
  expect(ended.length).toBeGreaterThan(0);
  for (const { world } of ended) {
    const open = processes(world).filter((who) => !system.stateOf(world, who).final);
    // A stranger that stays, and limits that no fault is left for, keep nobody waiting but themselves.
    expect(open.filter((who) => system.stateOf(world, who).delays.length === 0)).toEqual([]);
  }
});

test.each(all)('$title: both sides established means the same attempt and the same mode', ({ options }) => {
  const { system, worlds } = explored(options);
  for (const world of worlds) {
    for (const [index, server] of world.servers.entries()) {
      if (system.stateOf(world, { role: 'server', index }).path !== 'established') continue;
      const client = world.clients.find((slot) => slot.second >= 0 && slot.second === server.second);
      if (client === undefined) continue;
      expect(client.first).toBe(server.first);
    }
  }
});

function explored(options: HandshakeOptions): { readonly system: HandshakeSystem; readonly worlds: readonly World[] } {
  const system = new HandshakeSystem(options);
  return { system, worlds: explore(system).vertices.map(({ world }) => world) };
}
