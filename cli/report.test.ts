import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createFolder, runCli } from './cli.test-support.ts';

describe('verify --report', () => {
  const folder = createFolder();
  afterAll(() => {
    folder.remove();
  });
  const read = (directory: string, file: string) => readFileSync(join(directory, file), 'utf8');

  test('writes a page, JSON and JUnit XML for both processes at once', async () => {
    const directory = join(folder.path('both'), 'deep');
    const { exitCode, stderr } = await runCli([
      ...['verify', '--wkp', 'simulated', '--mode', 'network', '--path', '1.1', '--report', directory],
    ]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`the report is ${join(directory, 'report.html')}`);
    expect(read(directory, 'report.html')).toMatch(/^<!doctype html>[\s\S]*everything held[\s\S]*<\/html>\n$/);
    expect(read(directory, 'junit.xml')).toContain('<testsuites name="stpconnect verify" tests="1" failures="0"');
    const { rows, charts, command } = JSON.parse(read(directory, 'report.json'));
    expect(rows).toMatchObject([
      { suite: 'compositions', criterion: 'transitions', transport: 'simulated', mode: 'network', paths: 1 },
    ]);
    expect(charts[0].transitions.some(({ count }: { count: number }) => count > 0)).toBe(true);
    expect(command).toMatch(/^stpconnect verify --wkp simulated /);
  });

  test('has a row for each criterion and process, and only k where a criterion has one', { timeout: 60_000 }, async () => {
    const directory = folder.path('criteria');
    const { exitCode, stderr } = await runCli([
      ...['verify', '--criterion', 'transitions,wp', '--k', '0', '--role', 'client', '--wkp', 'simulated', '--report', directory],
    ]);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('the report is')]);
    const { rows, charts } = JSON.parse(read(directory, 'report.json'));
    expect(rows.map(({ suite, criterion }: { suite: string; criterion: string }) => [suite, criterion])).toEqual([
      ['client', 'transitions'],
      ['client', expect.stringMatching(/^wp/)],
    ]);
    expect(charts[0].transitions.every(({ count }: { count: number }) => count > 0)).toBe(true);
    expect(charts[1].transitions.every(({ count }: { count: number }) => count === 0)).toBe(true);
  });

  test('draws the paths on which somebody else’s process failed', { timeout: 60_000 }, async () => {
    const adapter = folder.path('liar.mjs');
    const broken = `
      import { createInterface } from 'node:readline';
      const hello = { protocol: 'stpconnect-adapter', version: 1, name: '<b>liar</b>', roles: ['server'], modes: ['network'], clock: 'virtual', quiet: 'exact' };
      for await (const line of createInterface({ input: process.stdin })) {
        const { id, do: what } = JSON.parse(line);
        const ok = what === 'hello' ? hello : what === 'observe' ? { events: [{ type: 'failed', code: 'closed' }] } : {};
        process.stdout.write(JSON.stringify({ id, ok }) + '\\n');
      }`;
    writeFileSync(adapter, broken);
    const directory = folder.path('liar');
    const external = `${process.execPath} ${adapter}`;
    const { exitCode } = await runCli(['verify', '--external', external, '--path', 'server.1', '--report', directory]);
    expect(exitCode).toBe(1);
    const page = read(directory, 'report.html');
    expect(page).toMatch(/1 path failed[\s\S]*server\.1[\s\S]*<svg/);
    expect(page).not.toContain('<b>liar');
    expect(read(directory, 'junit.xml')).toContain('&lt;b&gt;liar&lt;/b&gt;');
  });

  test('cannot be written where there is a file in the way', async () => {
    const file = folder.path('file');
    writeFileSync(file, '');
    const { exitCode, stderr } = await runCli(['verify', '--wkp', 'simulated', '--path', '1.1', '--report', join(file, 'x')]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--report')]);
    expect(existsSync(join(file, 'x'))).toBe(false);
  });
});
