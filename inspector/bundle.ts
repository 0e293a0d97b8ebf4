/** Bundles the page. Everything that it needs is in one folder; nothing is loaded from elsewhere. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { chartColours, chartRules } from '../model-tests/show/chart/style.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Where the page is, for a server that runs from the sources. */
const folder = here('page/built/');

/** Bytes of the page as they are sent compressed, ELK apart: it is loaded only for charts that are not ours. */
export function pageSize(): number {
  return ['index.html', 'app.js', 'app.css'].reduce(
    (sum, name) => sum + gzipSync(readFileSync(folder + name), { level: 9 }).length,
    0,
  );
}

/** Writes the page into `inspector/page/built/`, and into `dist/` where that has been built. */
export async function buildPage(): Promise<void> {
  const elk = createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js');
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    ['app.js', await script()],
    ['app.css', await styleSheet()],
    ['index.html', readFileSync(here('page/index.html'))],
    ['elk-worker.js', readFileSync(elk)],
  ];
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) replaceFile(folder + name, content);
  const published = here('../dist/inspector/');
  if (existsSync(published))
    cpSync(folder, `${published}page/built/`, { recursive: true, filter: (path) => !path.endsWith('.new') });
}

/** At once, so that nobody who reads it meanwhile finds half of it. */
function replaceFile(path: string, content: string | Uint8Array): void {
  const beside = `${path}.${process.pid}.new`;
  writeFileSync(beside, content);
  renameSync(beside, path);
}

async function script(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here('page/main.tsx')],
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome110', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
    // What elkjs would take where there is no worker; the page always has one.
    external: ['web-worker'],
  });
  return outputFiles[0]?.text ?? '';
}

/** The page's rules, and those of the charts with the same choice of light and dark. */
async function styleSheet(): Promise<string> {
  const files = ['colours', 'frame', 'parts', 'rows', 'narrow'];
  const own = files.map((name) => readFileSync(here(`page/style/${name}.css`), 'utf8'));
  const charts = [
    `.ch{${chartColours.light}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]) .ch{${chartColours.dark}}}`,
    `:root[data-theme=dark] .ch{${chartColours.dark}}`,
    chartRules,
  ];
  const { outputFiles } = await build({
    stdin: { contents: [...own, ...charts].join('\n'), loader: 'css' },
    minify: true,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
