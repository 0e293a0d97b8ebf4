import { describe, expect, test } from 'vitest';
import { clientMachine } from '../../machines/index.ts';
import { compile } from '../compile/compile.ts';
import { RoleMachineSystem } from '../drive/criteria/role-machine.ts';
import { machineOf } from '../generate/machine.ts';
import { chartMutants } from '../generate/mutate/chart-mutants.ts';
import { PatchedChart } from '../generate/mutate/patched-chart.ts';
import { judgeModel } from './judge-model.ts';
import { withPart } from './page.ts';
import { keepsPromises, renderPart, renderTable } from './report-model.ts';
import { type ModelMutant, operators, subjectOf } from './subjects.ts';

function* everyNth<T>(items: Iterable<T>, nth: number): Generator<T> {
  let number = 0;
  for (const item of items) {
    number += 1;
    if (number % nth === 0) yield item;
  }
}

describe.each([
  ['client', 9],
  ['server', 31],
  ['socket', 97],
] as const)('mutants of the %s', (name, nth) => {
  const subject = subjectOf(name);
  const result = judgeModel(
    subject,
    [{ criterion: 'transitions' }, { criterion: 'wp' }, { criterion: 'wp', k: 1 }, { criterion: 'hsi', k: 1 }],
    everyNth(subject.mutants(), nth),
  );
  const [transitions, , wp, hsi] = result.rows;

  test('are all killed by wp and hsi where their promise is about them', () => {
    expect(keepsPromises([result])).toBe(true);
    expect(wp?.withinDomain?.total).toBeGreaterThan(100);
  });

  test('are all killed by wp and hsi with one extra state, wherever they lie', () => {
    expect(wp?.survivors).toEqual([]);
    expect(hsi?.survivors).toEqual([]);
  });

  test('are not all killed by a tour: some faults are seen only behind a second step', () => {
    expect(transitions?.survivors.length).toBeGreaterThan(10);
    expect(transitions?.kills.killed).toBe((transitions?.kills.total ?? 0) - (transitions?.survivors.length ?? 0));
  });

  test('are of every kind that the chart has something for, and few of them do what the chart does', () => {
    const kinds = operators.filter((operator) => (transitions?.byOperator[operator].total ?? 0) > 0);
    expect(kinds).toEqual(expect.arrayContaining(['retarget', 'drop transition', 'swap output', 'extra state']));
    const same = operators.reduce((sum, operator) => sum + result.equivalent[operator], 0);
    expect(same).toBeLessThan(result.mutants / 10);
  });
});

describe('what is said of mutants', () => {
  const subject = subjectOf('client');
  const same: ModelMutant = { operator: 'retarget', what: 'nothing', implementation: asItIs(subject.machine) };

  test('the chart itself, as a mutant, is equivalent', () => {
    const result = judgeModel(subject, [{ criterion: 'transitions' }], [same]);
    expect([result.equivalent.retarget, result.rows[0]?.kills.total]).toEqual([1, 0]);
  });

  test('a suite that lets one of its domain live breaks its promise', () => {
    const result = judgeModel(subject, [{ criterion: 'wp' }], everyNth(subject.mutants(), 300));
    const [row] = result.rows;
    const broken = { ...row, withinDomain: { killed: 1, total: 2 } } as NonNullable<typeof row>;
    expect([keepsPromises([result]), keepsPromises([{ ...result, rows: [broken] }])]).toEqual([true, false]);
  });

  test('the part of the page is put where it was, and at the end of a page that had none', () => {
    const result = judgeModel(subject, [{ criterion: 'transitions' }], everyNth(subject.mutants(), 300));
    const part = renderPart([result]);
    expect(part).toContain('### client: 10 mutants');
    expect(renderTable([result], false)).toMatch(/client │ transitions/);
    const page = withPart('# Title\n', 'model mutants', 'one');
    expect(withPart(`${page}behind\n`, 'model mutants', 'two')).toBe(page.replace('one', 'two').concat('behind\n'));
  });

  test('a mutant of which only what can differ is evaluated does what the whole one does', () => {
    const original = compile(clientMachine);
    for (const { machine, site, what } of everyNth(chartMutants(clientMachine), 101)) {
      if (site === undefined) continue;
      const whole = machineOf(new RoleMachineSystem('client', { chart: () => compile(machine) }));
      const patched = machineOf(
        new RoleMachineSystem('client', { chart: () => new PatchedChart(original, compile(machine), site) }),
      );
      expect({ what, ...patched }).toEqual({ what, ...whole });
    }
  });
});

/** A machine as an implementation of itself: what is not defined does nothing. */
function asItIs({ inputs, next, output, states }: (typeof subjectOf extends (name: never) => infer S ? S : never)['machine']) {
  const cell = (state: number, input: number) => state * inputs.length + input;
  return {
    initial: 0,
    sight: (state: number) => states[state]?.sight ?? -1,
    next: (state: number, input: number) =>
      Math.max(next[cell(state, input)] ?? -1, -1) < 0 ? state : (next[cell(state, input)] ?? 0),
    output: (state: number, input: number) => output[cell(state, input)] ?? -1,
  };
}
