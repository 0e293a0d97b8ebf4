/** `npm run findings`: writes docs/findings.md and its pictures. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { findings, introduction } from './handshake.ts';
import { findingsPage, PICTURES } from './page.ts';

const docs = new URL('../../docs/', import.meta.url);
const { markdown, pictures } = await findingsPage(introduction, findings);
mkdirSync(new URL(`${PICTURES}/`, docs), { recursive: true });
writeFileSync(new URL('findings.md', docs), markdown);
for (const [name, svg] of pictures) writeFileSync(new URL(`${PICTURES}/${name}`, docs), svg);
