import { expect, test } from 'vitest';
import type { System } from '../compose/system.ts';
import type { NamedComposition } from '../explore/named-runs.ts';
import { type Finding, findingsPage } from './page.ts';

/** A lamp that goes on and, if somebody is unlucky, out for ever. */
const lamp: System<string> = {
  slots: [{ name: 'lamp', initial: 'off' }],
  rules: [
    {
      name: 'switch',
      *fire(view) {
        if (view.get<string>(0) === 'off') yield { move: 'goes on', writes: [[0, 'on']] };
        if (view.get<string>(0) === 'on')
          yield* [
            { move: 'breaks', writes: [[0, 'broken']] as const },
            { move: 'is switched off', writes: [[0, 'off']] as const },
          ];
      },
    },
  ],
  lifelines: ['lamp'],
  show: (move) => ({
    text: `the lamp ${move}`,
    events: [{ kind: 'note', over: 'lamp', text: move, ...(move === 'breaks' ? { fault: true } : {}) }],
  }),
};
const composition: NamedComposition<unknown> = {
  id: 'room.lamp',
  title: 'One lamp',
  system: lamp as System<unknown>,
  properties: [
    { id: 'lasts long', description: 'The lamp never breaks.', kind: 'never', holds: (view) => view.get(0) === 'broken' },
    { id: 'gives up', description: 'The lamp breaks some time.', kind: 'eventually', holds: (view) => view.get(0) === 'broken' },
    { id: 'shines', description: 'It is on at some time.', kind: 'sometimes', holds: (view) => view.get(0) === 'on' },
  ],
};
const finding: Finding = {
  slug: 'lamp',
  title: 'Lamps break',
  before: 'A lamp has a wire.',
  after: 'The wire melts.',
  composition,
  property: 'lasts long',
  explore: '--room',
};

test('a page has for each finding its words, its picture, its shortest run, and the commands that show it', async () => {
  const { markdown, pictures } = await findingsPage('# Findings\n', [finding]);
  expect(markdown).toMatch(
    /^# Findings\n\n## 1\. Lamps break\n\nA lamp has a wire\.\n\n!\[.*\]\(diagrams\/findings\/lamp\.svg\)\n\nThe wire melts\.\n/,
  );
  expect(markdown).toContain(`A shortest run that shows it, of 3 reachable states of room.lamp:

\`\`\`text
 1   the lamp goes on
 2 ! the lamp breaks

lasts long is violated: The lamp never breaks.
\`\`\`
`);
  expect(markdown).toMatch(
    /```sh\nnpx stpconnect explore --room --property lasts-long\nnpx stpconnect replay room\.lamp\.lasts-long\.\w+ --format svg --output lamp\.svg\n```\n$/,
  );
  expect([...pictures.keys()]).toEqual(['lamp.svg']);
  expect(pictures.get('lamp.svg')).toMatch(/^<svg .*<title>room\.lamp: lasts long<\/title>/s);
});

test('a run that goes on for ever is told as one', async () => {
  const { markdown } = await findingsPage('', [{ ...finding, property: 'gives up' }]);
  expect(markdown).toContain('A run without end that shows it');
  expect(markdown).toContain('again and again, for ever.');
});

test('the same findings make the same page', async () => {
  expect(await findingsPage('x', [finding, finding])).toEqual(await findingsPage('x', [finding, finding]));
});

test('a finding that is not one any more is an error that names it', async () => {
  const mended = { ...composition, system: { ...lamp, rules: [] } as System<unknown> };
  await expect(findingsPage('', [{ ...finding, composition: mended }])).rejects.toThrow(
    'room.lamp: lasts long is not violated, and a finding says that it is',
  );
});
