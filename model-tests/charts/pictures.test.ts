import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pictures } from './pictures.ts';

test('the pictures of charts and handshakes, and the layout, are what npm run diagrams makes', async () => {
  const diagrams = new URL('../../docs/diagrams/', import.meta.url);
  const { svg, geometry } = await pictures();
  for (const [name, text] of svg) expect(readFileSync(new URL(name, diagrams), 'utf8') === text, name).toBe(true);
  expect(readFileSync(new URL('geometry.generated.ts', import.meta.url), 'utf8') === geometry, 'geometry').toBe(true);
}, 120_000);
