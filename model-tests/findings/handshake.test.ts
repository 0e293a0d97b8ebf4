import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findings, introduction } from './handshake.ts';
import { findingsPage, PICTURES } from './page.ts';

test('docs/findings.md and its pictures are what npm run findings makes', async () => {
  const docs = new URL('../../docs/', import.meta.url);
  const { markdown, pictures } = await findingsPage(introduction, findings);
  expect(readFileSync(new URL('findings.md', docs), 'utf8')).toBe(markdown);
  for (const [name, svg] of pictures) expect(readFileSync(new URL(`${PICTURES}/${name}`, docs), 'utf8')).toBe(svg);
});
