import { beforeAll, describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { clientMachine, serverMachine, socketMachine } from '../../../machines/index.ts';
import { layOutChart } from '../../charts/lay-out.ts';
import { chartTransitions } from '../../compile/chart-transitions.ts';
import { chartOutline } from '../../export/outline.ts';
import { chartSvg } from './draw.ts';
import type { ChartGeometry, Rectangle } from './geometry.ts';
import { type ChartOutline, type ChartState, statesOf, stepsNamedIn } from './outline.ts';

const hostile = createMachine({
  id: 'hostile',
  description: '<script>alert(1)</script> & "more"',
  type: 'parallel',
  states: {
    left: {
      initial: 'a',
      states: {
        a: { on: { '<img src=x onerror=alert(1)>': 'b', again: { target: 'a', reenter: true } } },
        b: { always: { guard: ({ context }) => context === undefined, target: 'c' }, on: { back: 'a' } },
        c: { type: 'final' },
        memory: { type: 'history', history: 'deep' },
      },
    },
    right: { on: { stay: {}, shout: { actions: 'shout' }, restart: '#hostile' } },
  },
});
const charts = { client: clientMachine, server: serverMachine, socket: socketMachine, hostile };

describe.each(Object.entries(charts))('the picture of %s', (_, machine) => {
  const outline = chartOutline(machine);
  let geometry: ChartGeometry;
  beforeAll(async () => {
    geometry = await layOutChart(outline);
  });

  test('has every state and every transition of the chart', () => {
    const svg = chartSvg(outline, geometry);
    const drawn = new Set([...svg.matchAll(/class="ch-row[^>]*data-transition="([^"]*)"/g)].map(([, id]) => id));
    expect(drawn.size).toBe(chartTransitions(machine).size);
    for (const { id } of statesOf(outline.root)) expect(svg).toContain(`data-state="${id}"`);
  });

  test('has states beside each other or inside each other, and no two in one place', () => {
    expect(overlaps(outline.root, geometry)).toEqual([]);
  });

  test('has a line from each row that names no target, and it ends at the border of what it leads to', () => {
    for (const { target, points } of geometry.lines) {
      const [x, y] = points.slice(-2) as [number, number];
      const [left, top, width, height] = geometry.states[target] as Rectangle;
      const beside = Math.min(Math.abs(x - left), Math.abs(x - left - width), Math.abs(y - top), Math.abs(y - top - height));
      expect(beside).toBeLessThan(1.5);
    }
  });

  test('is the same each time', async () => {
    expect(await layOutChart(outline)).toEqual(geometry);
  });
});

function overlaps(state: ChartState, { states }: ChartGeometry): string[] {
  const apart = ([ax, ay, aw, ah]: Rectangle, [bx, by, bw, bh]: Rectangle) =>
    ax + aw <= bx || bx + bw <= ax || ay + ah <= by || by + bh <= ay;
  const within = ([ax, ay, aw, ah]: Rectangle, [bx, by, bw, bh]: Rectangle) =>
    ax > bx && ay > by && ax + aw < bx + bw && ay + ah < by + bh;
  const place = (id: string) => states[id] as Rectangle;
  const own = state.children.flatMap((child, index) => [
    ...(within(place(child.id), place(state.id)) ? [] : [`${child.id} sticks out`]),
    ...state.children
      .slice(index + 1)
      .flatMap((other) => (apart(place(child.id), place(other.id)) ? [] : [`${child.id} ${other.id}`])),
  ]);
  return [...own, ...state.children.flatMap((child) => overlaps(child, { states } as ChartGeometry))];
}

describe('marks', () => {
  const outline: ChartOutline = chartOutline(clientMachine);
  const draw = async (marks: Parameters<typeof chartSvg>[2]) => chartSvg(outline, await layOutChart(outline), marks);

  test('an active state is marked with all states around it, and no other', async () => {
    const svg = await draw({ active: ['client.handshaking.network.awaitingSecond'] });
    const active = [...svg.matchAll(/class="ch-node[^"]*ch-active" data-state="([^"]*)"/g)].map(([, id]) => id);
    const around = ['client', 'client.handshaking', 'client.handshaking.network'];
    expect(active).toEqual([...around, 'client.handshaking.network.awaitingSecond']);
  });

  test('coverage says of each transition how often it was run, and what was not', async () => {
    const run = 'client.established · close · 0';
    const svg = await draw({ coverage: { [run]: 12 } });
    expect(svg.match(/class="ch-row ch-run"/g)).toHaveLength(1);
    expect(svg.match(/class="ch-row ch-missed"/g)).toHaveLength(chartTransitions(clientMachine).size - 1);
    expect(svg).toContain('run 12 times');
  });
});

test('what a chart says is text in the picture, never markup', async () => {
  const outline = chartOutline(hostile);
  const svg = chartSvg(outline, await layOutChart(outline));
  expect(svg).not.toMatch(/<(script|img)/);
  expect(svg).toContain('&lt;img src=x onerror=alert(1)&gt;');
});

test('steps of the source text are taken from descriptions', () => {
  expect(stepsNamedIn('Steps 142/228, 144, 234: STPsocket, bind.')).toEqual(['142', '228', '144', '234']);
  expect(stepsNamedIn('The port has to come (steps 170, 140).')).toEqual(['170', '140']);
  expect(stepsNamedIn('steps 162 to 170 begin; nothing else')).toEqual(['162', '170']);
  expect(stepsNamedIn('Waits 15 minutes in 3 stages')).toEqual([]);
});
