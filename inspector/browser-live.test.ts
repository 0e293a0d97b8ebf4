/** The page beside other processes, and with charts that are not ours. Needs chromium; STPCONNECT_REQUIRE=chromium makes it a failure when it is missing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startCliWith } from '../cli/cli.test-support.ts';
import { requireTool } from '../model-tests/suites/required-tools.ts';
import { activeStates, andPlaceChanges, type RunningInspector, startInspect, Visitor } from './browser.test-support.ts';
import { buildPage } from './bundle.ts';

const isThere = requireTool('chromium');
// Below the package, so that what the machine's file imports is found.
const folder = mkdtempSync(fileURLToPath(new URL('../node_modules/.page-', import.meta.url)));
const running: RunningInspector[] = [];
let visitor: Visitor;
/** How long something may take that is waited for; it is there much sooner. */
const soon = { timeout: 20_000 };
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  if (!isThere) return;
  await buildPage();
  visitor = await Visitor.launch();
});
afterAll(async () => {
  await visitor?.close();
  await Promise.all(running.map((inspector) => inspector.stop()));
  rmSync(folder, { recursive: true });
});

async function serve(...options: readonly string[]): Promise<string> {
  const inspector = await startInspect(options);
  running.push(inspector);
  return inspector.address;
}

const lamp = `import { setup } from 'xstate';
export const events = [{ type: 'press' }];
export const lamp = setup({ delays: { patience: 1000 }, actions: { shine: () => {} } }).createMachine({
  id: 'lamp',
  initial: 'dark',
  states: {
    dark: { description: 'Nobody wants light.', on: { press: { target: 'lit', actions: 'shine' } } },
    lit: { initial: 'bright', on: { press: 'dark' }, states: { bright: { after: { patience: 'dim' } }, dim: {} } },
  },
});
`;

describe.skipIf(!isThere)('what is not ours', () => {
  test('a machine of a user’s own is laid out, shown and driven', async () => {
    const file = join(folder, 'lamp.mjs');
    writeFileSync(file, lamp);
    const page = await visitor.open(await serve('--machine', file));
    expect(await activeStates(page, 'lamp')).toEqual(['lamp', 'lamp.dark']);
    await andPlaceChanges(page, () => page.locator('.move', { hasText: 'press' }).first().click());
    expect(await activeStates(page, 'lamp')).toEqual(['lamp', 'lamp.lit', 'lamp.lit.bright']);
    await expect.poll(() => page.locator('.ch-row.ch-taken').count(), soon).toBe(1);
    expect(visitor.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });
});

describe.skipIf(!isThere)('live', () => {
  test('the page follows listen and connect while they run in other processes', async () => {
    const address = await serve('--attach');
    const page = await visitor.open(address.replace('/#', '/?recording=live#'));
    const environment = { STPCONNECT_INSPECT: address };
    const listener = startCliWith(environment, 'listen', '--wkp', 'tcp://127.0.0.1:0', '--inspect');
    const [, wkp = ''] = await listener.stderrLine(/listening on (\S+)/);
    const dialler = startCliWith(environment, 'connect', wkp, '--mode', 'network', '--inspect');
    // Neither has said that it is done: the session stands, and the page shows it.
    await expect.poll(() => activeStates(page, 'server'), soon).toContain('server.established');
    await expect.poll(() => activeStates(page, 'client'), soon).toContain('client.established.open');
    await expect.poll(() => page.locator('.row .message').count(), soon).toBeGreaterThan(2);
    listener.child.stdin.end('what the host has\n');
    dialler.child.stdin.end();
    expect((await dialler.ended).stdout.toString()).toBe('what the host has\n');
    await expect.poll(() => activeStates(page, 'server'), soon).toContain('server.closed');
    expect(visitor.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });
});
