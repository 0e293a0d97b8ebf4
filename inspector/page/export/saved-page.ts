/** The recording, or a part of it, as one HTML file that anyone can open without a server and without a network. */
import type { Excerpt } from '../../contract.ts';
import type { SavedExcerpt } from '../source/excerpt.ts';
import type { Viewer } from '../state/viewer.ts';

/** What one file holds at most: the server gives no more at once. */
export const MOST_SAVED = 5000;

export async function savedPage(viewer: Viewer, excerpt: Excerpt): Promise<string> {
  const [script, style] = await Promise.all(['app.js', 'app.css'].map(async (name) => (await fetch(name)).text()));
  const laidOut = await Promise.all(excerpt.recording.charts.map((chart) => viewer.layouts.of(chart)));
  const geometries = Object.fromEntries(laidOut.map(({ chart, geometry }) => [chart.fingerprint, geometry]));
  const saved: SavedExcerpt = { excerpt, geometries };
  // What stands in a script element ends at the first `</`, whatever JSON says.
  const data = JSON.stringify(saved).replaceAll('<', '\\u003c');
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="content-security-policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">`,
    `<meta name="color-scheme" content="light dark"><title>stpconnect inspect</title><style>${style}</style></head>`,
    `<body><div id="app"></div><script type="application/json" id="saved">${data}</script>`,
    `<script type="module">${(script ?? '').replaceAll('</script', '<\\/script')}</script></body></html>`,
    '',
  ].join('\n');
}
