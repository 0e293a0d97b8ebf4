/** The inspector's page. It shows what its source has: the server that it came from, or the file that it is in. */
import { render } from 'preact';
import { App } from './app.tsx';
import { excerptSource, type SavedExcerpt } from './source/excerpt.ts';
import { httpSource, takeToken } from './source/http.ts';
import { readAddress } from './state/address.ts';
import { applyTheme, keptTheme } from './state/theme.ts';
import { Viewer } from './state/viewer.ts';

const saved = document.getElementById('saved')?.textContent;
const source = saved === undefined ? httpSource(takeToken()) : excerptSource(JSON.parse(saved) as SavedExcerpt);
applyTheme(keptTheme());
const viewer = new Viewer(source, readAddress(location.search));
render(<App viewer={viewer} />, document.getElementById('app') as HTMLElement);
void viewer.start();
