/** `npm run diagrams`: writes docs/diagrams and the layout of our charts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { pictures } from './pictures.ts';

const diagrams = new URL('../../docs/diagrams/', import.meta.url);
const { svg, geometry } = await pictures();
mkdirSync(diagrams, { recursive: true });
for (const [name, text] of svg) writeFileSync(new URL(name, diagrams), text);
writeFileSync(new URL('geometry.generated.ts', import.meta.url), geometry);
