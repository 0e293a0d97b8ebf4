import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, assign, setup } from 'xstate';
import { compile } from '../../compile/compile.ts';
import { ChartSystem } from '../chart-system.ts';
import { compare } from '../conformance.ts';
import { outputNumbers, ReactorImplementation } from '../implementation.ts';
import { type Machine, machineOf } from '../machine.ts';
import { type ChartMutant, chartMutants } from './chart-mutants.ts';
import { PatchedChart } from './patched-chart.ts';

const lamp = setup({
  types: { context: {} as { pressed: number } },
  actions: {
    light: () => {},
    glow: (_, _params: { colour: string }) => {},
    count: assign({ pressed: ({ context }) => (context.pressed + 1) % 3 }),
  },
  delays: { patience: 1_000 },
  guards: { isEven: ({ context }) => context.pressed % 2 === 0 },
}).createMachine({
  id: 'lamp',
  context: { pressed: 0 },
  initial: 'off',
  states: {
    off: { on: { press: { target: 'on', actions: ['count', 'light', { type: 'glow', params: { colour: 'red' } }] } } },
    on: {
      initial: 'bright',
      after: { patience: 'off' },
      entry: { type: 'glow', params: { colour: 'white' } },
      on: {
        press: [
          { guard: 'isEven', target: 'broken' },
          { target: 'off', actions: 'count' },
        ],
        'wall.*': {},
      },
      states: { bright: { on: { dim: 'dimmed' } }, dimmed: {} },
    },
    broken: { type: 'final' },
  },
});
const events = [{ type: 'press' }, { type: 'dim' }, { type: 'wall.shakes' }];
const machineFor = (machine: AnyStateMachine) => machineOf(new ChartSystem(compile(machine), { events }));
const whats = (operator: ChartMutant['operator']) =>
  [...chartMutants(lamp)].filter((mutant) => mutant.operator === operator).map(({ what }) => what);

describe('mutants of a chart', () => {
  test('go from each transition to each leaf where it does not go, and nowhere', () => {
    expect(whats('retarget').filter((what) => what.startsWith('off · press'))).toEqual([
      'off · press · 0 goes to lamp.off',
      'off · press · 0 goes to lamp.on.dimmed',
      'off · press · 0 goes to lamp.broken',
      'off · press · 0 goes nowhere',
    ]);
    expect(whats('retarget').filter((what) => what.includes('wall'))).toHaveLength(4);
  });

  test('lack a transition, a limit, a guard or an action, or have them otherwise', () => {
    expect(whats('drop transition')).toEqual([
      'off · press · 0',
      'on · press · 0',
      'on · press · 1',
      'on · wall.* · 0',
      'on · after patience · 0',
      'on.bright · dim · 0',
    ]);
    expect(whats('timer removed')).toEqual(['on · after patience · 0']);
    expect(whats('guard flipped')).toEqual(['on · press · 0 if it is not so', 'on · press · 0 without its guard']);
    expect(whats('swap output')).toEqual([
      'off · press · 0 without count',
      'off · press · 0 light before count',
      'off · press · 0 without light',
      'off · press · 0 glow before light',
      'off · press · 0 without glow colour red',
      'off · press · 0 glow colour red as colour white',
      'on · press · 1 without count',
      'on · entry without glow colour white',
      'on · entry glow colour white as colour red',
    ]);
  });

  test('do something else than the chart, but for those of which nothing can be seen', () => {
    const model = machineFor(lamp);
    const numbers = outputNumbers(model);
    const same = [...chartMutants(lamp)].filter(({ machine }) => {
      const system = new ChartSystem(compile(machine), { events, isQuiet: () => true });
      const implementation = new ReactorImplementation(model as Machine<never, never>, numbers, {
        initial: system.initial,
        key: (world) => system.key(world),
        sight: (world) => system.sight(world),
        react(world, input) {
          const step = system.step(world, input);
          return { outputs: (step?.outputs ?? []) as never[], next: step ? system.after(world, input, step.next) : world };
        },
      });
      return compare(model, implementation).difference === undefined;
    });
    // Whether the lamp is bright or dimmed cannot be seen, nor in which order an assign and a command come.
    expect(same.map(({ what }) => what)).toEqual([
      'off · press · 0 goes to lamp.on.dimmed',
      'on · wall.* · 0 goes to lamp.on.bright',
      'on · wall.* · 0 goes to lamp.on.dimmed',
      'on.bright · dim · 0 goes to lamp.on.bright',
      'on.bright · dim · 0 goes nowhere',
      'on · wall.* · 0',
      'on.bright · dim · 0',
      'off · press · 0 light before count',
    ]);
  });

  test('are the same when only what can differ is evaluated', () => {
    const original = compile(lamp);
    for (const { machine, site, what } of chartMutants(lamp)) {
      if (site === undefined) continue;
      const patched = machineOf(new ChartSystem(new PatchedChart(original, compile(machine), site), { events }));
      expect({ what, ...patched }).toEqual({ what, ...machineFor(machine) });
    }
  });
});
