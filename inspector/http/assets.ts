/** The files of the page. All are read once, when the server starts; what was not among them is not served, whatever the request says. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file that is served. */
export interface Asset {
  readonly body: Buffer;
  readonly type: string;
  /** Changes with the file, so that a browser asks again and gets nothing new only where nothing is. */
  readonly tag: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Where the build puts the page. */
export function pageFolder(): string {
  return fileURLToPath(new URL('../page/built/', import.meta.url));
}

/** Every file of a folder, by its path from there; `/` is index.html. An empty map where there is no such folder. */
export function readAssets(folder: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  if (!existsSync(folder)) return assets;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const body = readFileSync(file);
    const tag = `"${createHash('sha256').update(body).digest('hex').slice(0, 24)}"`;
    const path = file.slice(folder.length).replaceAll('\\', '/').replace(/^\/*/, '/');
    assets.set(path, { body, type, tag });
  }
  const index = assets.get('/index.html');
  if (index !== undefined) assets.set('/', index);
  return assets;
}

/** What is served where the page was not built. */
export function placeholder(): Asset {
  const body = Buffer.from(
    '<!doctype html><meta charset="utf-8"><title>stpconnect inspect</title><p>The page was not built: run <code>npm run build</code>. The data is at <a href="/api/recordings">/api/recordings</a>.\n',
  );
  return { body, type: 'text/html; charset=utf-8', tag: '"placeholder"' };
}
