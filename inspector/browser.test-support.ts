/** The inspector as a user has it: its command in a process of its own, its page in Chromium. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's; nothing is downloaded. */
export const chromiumPath = '/usr/bin/chromium';

/** A command that runs. */
export interface RunningInspector {
  /** With the token. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts `stpconnect inspect` on a free port and waits for its address. */
export async function startInspect(options: readonly string[] = [], cwd = process.cwd()): Promise<RunningInspector> {
  const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), main, 'inspect', '--port', '0', ...options],
    {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const gone = once(child, 'exit');
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const first = await Promise.race([once(lines, 'line').then(([line]) => String(line)), gone.then(() => undefined)]);
  if (first === undefined) throw new Error(`stpconnect inspect ended at once: ${said}`);
  return {
    address: first,
    async stop() {
      child.kill();
      await gone;
    },
  };
}

/** Opens pages that fail their test when anything goes wrong in them. */
export class Visitor {
  readonly #browser: Browser;
  /** Whatever a page has said of errors. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<Visitor> {
    return new Visitor(await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] }));
  }

  /** A page at this address, ready to be looked at. */
  async open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('dialog', (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(address);
    await ready(page);
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** Waits until the page shows a moment with its charts. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector('.app[data-ready="true"]');
  await page.waitForSelector('.picture svg', { state: 'attached' });
}

/** Does something and waits until the page shows another place of the time line. */
export async function andPlaceChanges(page: Page, act: () => Promise<unknown>): Promise<void> {
  const before = await placeOf(page);
  await act();
  const hasNotText = new RegExp(`^${before}$`);
  await page.locator('.place').filter({ hasNotText }).waitFor();
  await ready(page);
}

export async function placeOf(page: Page): Promise<string> {
  return (await page.locator('.place').textContent()) ?? '';
}

/** Ids of the states that a chart shows as active. */
export function activeStates(page: Page, chart: string): Promise<string[]> {
  return page
    .locator(`[aria-label="Chart ${chart}"] .ch-active`)
    .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-state') ?? ''));
}

/** Makes moves that are no faults until a chart is in this state. */
export async function driveTo(page: Page, chart: string, state: string, most = 40): Promise<void> {
  const wanted = page.locator(`[aria-label="Chart ${chart}"] .ch-active[data-state="${state}"]`);
  for (let move = 0; move < most; move += 1) {
    if ((await wanted.count()) > 0) return;
    const next = page.locator('.moves section:is([data-group=deliver],[data-group=connection],[data-group=call]) .move').first();
    await andPlaceChanges(page, () => next.click());
  }
  throw new Error(`${chart} is not in ${state} after ${most} moves`);
}

/** What axe finds that is serious or critical: `rule: places`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Over the devtools protocol: the page's own policy allows no script but its own.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const inPage = (globalThis as unknown as { axe: typeof axe }).axe;
    return (await inPage.run()).violations.map(({ id, impact, nodes }) => ({
      impact,
      text: `${id}: ${nodes
        .map(({ target, html }) => `${String(target)} ${html.slice(0, 140)}`)
        .slice(0, 4)
        .join(' | ')}`,
    }));
  });
  return found.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ text }) => text);
}
