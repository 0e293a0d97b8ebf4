/** Bundles the page. Everything that it needs is in one folder; nothing is loaded from elsewhere. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [here('page/main.tsx')],
    outfile: `${folder}app.js`,
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
  writeFileSync(`${folder}app.css`, await styleSheet());
  copyFileSync(here('page/index.html'), `${folder}index.html`);
  copyFileSync(createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js'), `${folder}elk-worker.js`);
  const published = here('../dist/inspector/');
  if (existsSync(published)) cpSync(folder, `${published}page/built/`, { recursive: true });
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
