/** `npm run screenshots`: pictures of the page for docs/, in both themes and for both sizes of screen. Needs Chromium. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { driveTo, ready, startInspect, Visitor } from './browser.test-support.ts';
import { buildPage } from './bundle.ts';
import { manySessions } from './traces.test-support.ts';

const folder = fileURLToPath(new URL('../docs/inspector/', import.meta.url));
const large = { width: 1280, height: 800 };
const small = { width: 390, height: 844 };

/** One picture: where it begins, and what is done before it is taken. */
interface Shot {
  readonly name: string;
  readonly options: readonly string[];
  readonly query: string;
  readonly viewport: typeof large;
  readonly act?: (page: Page) => Promise<void>;
}

function tab(name: string): (page: Page) => Promise<void> {
  return (page) => page.getByRole('tab', { name }).click();
}

const TRACE = 'sessions.ndjson';
const network = 'recording=model/hardened.network';
const storage = 'recording=model/hardened.storage';

const onSmall = (name: string, panel: string): Shot => ({
  name: `small-${name}`,
  options: [],
  query: `${storage}&panel=${panel}`,
  viewport: small,
  act: (page) => drivenSmall(page, panel),
});

const shots: readonly Shot[] = [
  {
    name: 'network',
    options: [],
    query: network,
    viewport: large,
    act: (page) => driveTo(page, 'server', 'server.handshaking.network.awaitingReady.both'),
  },
  {
    name: 'storage',
    options: [],
    query: storage,
    viewport: large,
    act: async (page) => {
      await driveTo(page, 'client', 'client.handshaking.storage.awaitingGroup');
      await page.locator('.flying:enabled').first().click();
    },
  },
  { name: 'counterexample', options: ['--path', 'described.network.two-servers.pairing.1hcn7'], query: '', viewport: large },
  { name: 'sessions', options: ['--trace', TRACE], query: 'at=9', viewport: large, act: sessionList },
  { name: 'coverage', options: ['--trace', TRACE], query: 'coverage=1', viewport: large, act: tab('Coverage') },
  onSmall('charts', 'charts'),
  onSmall('wires', 'wires'),
  onSmall('sequence', 'sequence'),
  onSmall('details', 'side'),
];

/** The list is read when somebody looks at it. */
async function sessionList(page: Page): Promise<void> {
  await tab('Sessions')(page);
  await page.locator('.session').first().waitFor();
}

/** On a small screen the moves are in another part than the one that is taken. */
async function drivenSmall(page: Page, panel: string): Promise<void> {
  const part = (name: string) => page.locator('.switch').getByRole('button', { name }).click();
  await part('Details');
  await driveTo(page, 'client', 'client.handshaking.storage.awaitingGroup');
  await part({ charts: 'Charts', wires: 'Wires', sequence: 'Sequence', side: 'Details' }[panel] ?? 'Charts');
}

async function takeAll(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'stpconnect-screenshots-'));
  writeFileSync(join(scratch, TRACE), manySessions(400));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await buildPage();
  const visitor = await Visitor.launch();
  for (const shot of shots) {
    for (const colorScheme of ['light', 'dark'] as const) await take(visitor, shot, colorScheme, scratch);
  }
  await visitor.close();
  rmSync(scratch, { recursive: true });
  if (visitor.complaints.length > 0) throw new Error(visitor.complaints.join('\n'));
}

async function take(
  visitor: Visitor,
  { name, options, query, viewport, act }: Shot,
  colorScheme: 'light' | 'dark',
  scratch: string,
): Promise<void> {
  const inspector = await startInspect(options, scratch);
  const address = query === '' ? inspector.address : inspector.address.replace('/#', `/?${query}#`);
  const page = await visitor.open(address, { viewport, colorScheme });
  await act?.(page);
  await ready(page);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${folder}${name}-${colorScheme}.png`, animations: 'disabled' });
  await page.context().close();
  await inspector.stop();
}

await takeAll();
