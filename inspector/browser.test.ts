/**
 * The page in Chromium, served by the command. Needs chromium; STPCONNECT_REQUIRE=chromium makes it a failure when it is missing.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { requireTool } from '../model-tests/suites/required-tools.ts';
import {
  activeStates,
  andPlaceChanges,
  driveTo,
  placeOf,
  type RunningInspector,
  ready,
  seriousFindings,
  startInspect,
  Visitor,
} from './browser.test-support.ts';
import { buildPage, pageSize } from './bundle.ts';
import { hostileText, manySessions } from './traces.test-support.ts';

const isThere = requireTool('chromium');
const folder = mkdtempSync(join(tmpdir(), 'stpconnect-page-'));
const COUNTEREXAMPLE = 'described.network.two-servers.pairing.1hcn7';

let visitor: Visitor;
/** How long something may take that is waited for; it is there much sooner. */
const soon = { timeout: 20_000 };
vi.setConfig({ testTimeout: 120_000 });
const running: RunningInspector[] = [];

beforeAll(async () => {
  await buildPage();
  if (isThere) visitor = await Visitor.launch();
});
afterAll(async () => {
  await visitor?.close();
  await Promise.all(running.map((inspector) => inspector.stop()));
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  if (isThere) expect(visitor.complaints.splice(0)).toEqual([]);
});

async function serve(...options: readonly string[]): Promise<string> {
  const inspector = await startInspect(options);
  running.push(inspector);
  return inspector.address;
}

const at = (address: string, query: string) => address.replace('/#', `/?${query}#`);

test('the page is smaller than 100 KB compressed', () => {
  console.log(`the inspector's page: ${(pageSize() / 1024).toFixed(1)} KB compressed`);
  expect(pageSize()).toBeLessThan(100 * 1024);
});

describe.skipIf(!isThere)('driving the model by hand', () => {
  let address: string;
  beforeAll(async () => {
    address = await serve();
  });

  test('a network handshake is driven with the mouse until both sides are established', async () => {
    const page = await visitor.open(at(address, 'recording=model/hardened.network'));
    await driveTo(page, 'server', 'server.established');
    expect(await activeStates(page, 'server')).toEqual(['server', 'server.established']);
    expect(await activeStates(page, 'client')).toContain('client.established');
    await expect.poll(() => page.locator('.rows .message').count(), soon).toBeGreaterThan(3);
    await page.context().close();
  });

  test('a storage handshake is driven, and the array shows its port and its group', async () => {
    const page = await visitor.open(at(address, 'recording=model/hardened.storage'));
    await driveTo(page, 'client', 'client.handshaking.storage.awaitingConnection');
    expect(await page.locator('.array').textContent()).toContain('Dynamic ports');
    await driveTo(page, 'server', 'server.established');
    expect(await activeStates(page, 'client')).toContain('client.established');
    await page.context().close();
  });

  test('with the keyboard alone: a number makes a move, arrows go back and on, U takes it back', async () => {
    const page = await visitor.open(at(address, 'recording=model/hardened.fall-back'));
    await andPlaceChanges(page, () => page.keyboard.press('1'));
    await andPlaceChanges(page, () => page.keyboard.press('1'));
    expect(await placeOf(page)).toBe('2 / 2');
    await andPlaceChanges(page, () => page.keyboard.press('ArrowLeft'));
    expect(await placeOf(page)).toBe('1 / 2');
    await andPlaceChanges(page, () => page.keyboard.press('End'));
    await andPlaceChanges(page, () => page.keyboard.press('u'));
    expect(await placeOf(page)).toBe('1 / 1');
    await page.context().close();
  });

  test('a frame on its way is read field by field, with its bytes beside it', async () => {
    const page = await visitor.open(at(address, 'recording=model/hardened.network.restarts'));
    const deliver = page.locator('[data-group=deliver] .move');
    while ((await page.locator('.flying:enabled').count()) === 0) {
      await andPlaceChanges(page, () => page.locator('[data-group=connection] .move').or(deliver).first().click());
    }
    await page.locator('.flying:enabled').first().click();
    const frame = page.locator('.frame-view').first();
    expect(await frame.locator('table').textContent()).toContain('magic');
    expect(await frame.locator('.byte').first().textContent()).toBe('53');
    await frame.locator('tr', { hasText: 'magic' }).hover();
    expect(await frame.locator('.byte[data-pointed=true]').allTextContents()).toEqual(['53', '54', '50', '43']);
    await page.context().close();
  });

  test('the path so far is saved as a file', async () => {
    const page = await visitor.open(at(address, 'recording=model/described.network.waiting'));
    await andPlaceChanges(page, () => page.locator('.move').first().click());
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /Save as a test/ }).click(),
    ]);
    const saved = JSON.parse(readFileSync(await download.path(), 'utf8')) as { moves: unknown[] };
    expect(saved.moves).toHaveLength(1);
    await page.context().close();
  });

  test('without the token everything can be seen and nothing done', async () => {
    const page = await visitor.open(address.split('#')[0] as string);
    expect(await page.locator('.moves .notice').textContent()).toContain('no token');
    expect(await page.locator('.move:enabled').count()).toBe(0);
    await page.context().close();
  });

  test('the token stays out of the address, and a copied address shows the same moment', async () => {
    const page = await visitor.open(at(address, 'recording=model/hardened.storage&at=3&tab=moment'));
    expect(page.url()).not.toContain('token');
    const again = await visitor.open(page.url());
    expect(await placeOf(again)).toMatch(/^4 /);
    expect(await activeStates(again, 'server')).toEqual(await activeStates(page, 'server'));
    await again.context().close();
    await page.context().close();
  });
});

describe.skipIf(!isThere)('a run that was found', () => {
  test('is stepped through to what it shows, and its faults are marked', async () => {
    const page = await visitor.open(at(await serve('--path', COUNTEREXAMPLE), 'at=-1'));
    expect(await page.locator('.notice.fault').textContent()).toContain('pairing is violated');
    await page.locator('.time .play').focus();
    await andPlaceChanges(page, () => page.keyboard.press('End'));
    await expect.poll(() => page.locator('.row[aria-selected=true]').count(), soon).toBe(1);
    expect(await activeStates(page, 'describedClient')).toContain('describedClient.network.awaitingDescriptor');
    await page.context().close();
  });

  test('is saved as one HTML file that shows the same without a server', async () => {
    const page = await visitor.open(await serve('--path', COUNTEREXAMPLE));
    await page.getByText('Export').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /one HTML file/ }).click(),
    ]);
    const file = join(folder, 'recording.html');
    writeFileSync(file, readFileSync(await download.path()));
    const offline = await visitor.open(pathToFileURL(file).href, { offline: true });
    expect(await placeOf(offline)).toBe(await placeOf(page));
    expect(await activeStates(offline, 'describedServer')).toEqual(await activeStates(page, 'describedServer'));
    expect(await offline.locator('.row .text, .row .note').allTextContents()).toEqual(
      await page.locator('.row .text, .row .note').allTextContents(),
    );
    await offline.context().close();
    await page.context().close();
  });

  test('is drawn as SVG and as PNG', async () => {
    const page = await visitor.open(await serve('--path', COUNTEREXAMPLE));
    const exported = async (name: RegExp) => {
      await page.getByText('Export').click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
      return readFileSync(await download.path());
    };
    expect((await exported(/Sequence diagram as SVG/)).toString()).toContain('client process');
    expect((await exported(/describedClient as SVG/)).toString()).toContain('acceptingSecond');
    expect((await exported(/describedClient as PNG/)).subarray(1, 4).toString()).toBe('PNG');
    await page.context().close();
  });

  test('a chart whose layout is not known beforehand is laid out by ELK in a worker', async () => {
    const page = await visitor.open(at(await serve('--path', COUNTEREXAMPLE), 'at=2'));
    // The same chart, as if it were somebody else's.
    await page.route('**/api/recording?*', async (route) => {
      const response = await route.fetch();
      const text = (await response.text())
        .replaceAll('describedClient', 'somebodyElses')
        .replaceAll(/"fingerprint":"/g, '"fingerprint":"x');
      await route.fulfill({ response, body: text });
    });
    await page.reload();
    await page.waitForSelector('[aria-label="Chart somebodyElses"] .picture svg');
    await page.context().close();
  });
});

describe.skipIf(!isThere)('a trace', () => {
  let address: string;
  beforeAll(async () => {
    const file = join(folder, 'many.ndjson');
    writeFileSync(file, manySessions(6000));
    address = await serve('--trace', file);
  });

  test('of very many records is scrolled to its end, and only what is seen is there', async () => {
    const page = await visitor.open(at(address, 'at=0'));
    expect(await placeOf(page)).toContain('/ 18,000');
    await andPlaceChanges(page, () => page.keyboard.press('End'));
    await page.waitForSelector('.row[aria-posinset="18000"] .moment');
    expect(await page.locator('.row').count()).toBeLessThan(60);
    await page.context().close();
  });

  test('its sessions are filtered by failure code, and one of them is looked at alone', async () => {
    const page = await visitor.open(address);
    await page.getByRole('tab', { name: /Sessions/ }).click();
    await page.getByLabel('Failure').selectOption('connectionRefused');
    await expect.poll(() => page.locator('.sessions > p').textContent(), soon).toContain('3,000 of 6,000');
    await page.locator('.session').first().click();
    await expect.poll(() => placeOf(page), soon).toMatch(/\/ 3$/);
    expect(await page.locator('.time .chip').textContent()).toContain('session');
    await page.context().close();
  });

  test('a session is chosen with the keyboard', async () => {
    const page = await visitor.open(at(address, 'tab=sessions'));
    await page.locator('.session').first().waitFor();
    await page.getByRole('listbox', { name: 'Sessions' }).focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await expect.poll(() => page.locator('.time .chip').textContent(), soon).toContain('server 1');
    await page.context().close();
  });

  test('coverage colours the charts and names what was not taken', async () => {
    const page = await visitor.open(address);
    await page.keyboard.press('c');
    await page.waitForSelector('.ch-row.ch-run');
    expect(await page.locator('.ch-row.ch-missed').count()).toBeGreaterThan(20);
    await page.context().close();
  });

  test('whatever a peer says is text on the page, and nothing else', async () => {
    const file = join(folder, 'hostile.ndjson');
    writeFileSync(file, hostileText());
    const page = await visitor.open(await serve('--trace', file));
    for (const tab of ['Moment', 'Sessions']) await page.getByRole('tab', { name: tab }).click();
    expect(await page.locator('body').textContent()).toContain('<img src=x');
    expect(await page.locator('img').count()).toBe(0);
    await page.context().close();
  });
});

describe.skipIf(!isThere)('accessibility', () => {
  let address: string;
  beforeAll(async () => {
    address = await serve();
  });
  const sizes = [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ];
  const looks = sizes.flatMap((viewport) => (['light', 'dark'] as const).map((colorScheme) => ({ viewport, colorScheme })));

  test.each(looks)('axe finds nothing serious at $viewport.width pixels, $colorScheme', async ({ viewport, colorScheme }) => {
    const page = await visitor.open(at(address, 'recording=model/hardened.storage'), { viewport, colorScheme });
    if (viewport.width > 900) await driveTo(page, 'client', 'client.handshaking.storage.awaitingGroup');
    expect(await findingsOf(page, viewport.width < 900)).toEqual([]);
    await page.context().close();
  });

  async function findingsOf(page: Page, isNarrow: boolean): Promise<string[]> {
    const found: string[] = [];
    const views = isNarrow ? ['Charts', 'Wires', 'Sequence', 'Details'] : ['Moves', 'Moment', 'Sessions', 'Coverage'];
    for (const view of views) {
      if (isNarrow) await page.locator('.switch').getByRole('button', { name: view }).click();
      else if ((await page.getByRole('tab', { name: view }).count()) > 0) await page.getByRole('tab', { name: view }).click();
      found.push(...(await seriousFindings(page)).map((finding) => `${view}: ${finding}`));
    }
    return found;
  }

  test('nothing is wider than a small screen', async () => {
    const page = await visitor.open(address, { viewport: { width: 390, height: 844 } });
    for (const view of ['Charts', 'Wires', 'Sequence', 'Details']) {
      await page.locator('.switch').getByRole('button', { name: view }).click();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    }
    await ready(page);
    await page.context().close();
  });
});
