import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readMutants } from '../mutants/mutant.ts';
import { equivalents } from './implementation/equivalents.ts';
import { goals } from './implementation/report-part.ts';
import { judgeModel } from './judge-model.ts';
import type { Part } from './killers/suites.ts';
import { pageParts, partOf, readMutationPage, withPart } from './page.ts';
import { renderPart } from './report-model.ts';
import { modelRequests, subjectOf } from './subjects.ts';

const title = '# Does it kill?\n\nWhat one has to know.\n';

test('parts stand in their order, whatever was written first', () => {
  const backwards = pageParts.toReversed().reduce((page, name) => withPart(page, name, `the ${name}`), title);
  expect(backwards).toBe(pageParts.reduce((page, name) => withPart(page, name, `the ${name}`), title));
  expect(backwards.startsWith(title)).toBe(true);
  expect(pageParts.map((name) => partOf(backwards, name))).toEqual(pageParts.map((name) => `the ${name}`));
});

test('a part takes the place of the one that was there, and nothing else changes', () => {
  const page = pageParts.reduce((text, name) => withPart(text, name, `the ${name}`), title);
  const changed = withPart(page, 'mutants of impl/session', 'another one');
  expect(changed).toBe(page.replace('the mutants of impl/session', 'another one'));
  expect(partOf(title, 'model mutants')).toBeUndefined();
});

describe('docs/mutation.md', async () => {
  const text = await readMutationPage();

  test('says of the client process what its mutants say now, but for the seconds', { timeout: 240_000 }, () => {
    const rows = (part: string) =>
      part
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .map((line) => line.split('|').slice(0, -2).join('|'));
    const now = renderPart([judgeModel(subjectOf('client'), modelRequests)]);
    const page = /### client[\s\S]*?(?=### )/.exec(partOf(text, 'model mutants') ?? '')?.[0] ?? '';
    expect(rows(page)).toEqual(rows(now));
    expect(rows(page)).toHaveLength(modelRequests.length + 2);
  });

  const planted = Object.entries(goals).filter(([part]) => partOf(text, `mutants of impl/${part as Part}`) !== undefined);

  test('says that enough mutants of each part of the implementation that is on it are killed', () => {
    for (const [part, goal] of planted) {
      const said = /### impl\/\w+: (\d+) mutants, (\d+) killed/.exec(partOf(text, `mutants of impl/${part as Part}`) ?? '');
      const [total, killed] = [Number(said?.[1]), Number(said?.[2])];
      expect({ part, isEnough: killed * 100 >= goal * total }).toEqual({ part, isEnough: true });
    }
  });

  test('names every patch, and each is killed, where patches are on it', async () => {
    const part = partOf(text, 'mutants as patches');
    if (part === undefined) return;
    const mutants = await readMutants(new URL('../mutants/', import.meta.url), []);
    expect(mutants.map(({ name }) => name).filter((name) => !part.includes(`| ${name} |`))).toEqual([]);
    expect(part).toContain(`${mutants.length} killed: 100 %`);
  });
});

test('what is said to be equivalent is code that is still there, and has a sentence for a reason', async () => {
  for (const { file, line, original, because } of equivalents) {
    const code = (await readFile(new URL(`../../${file}`, import.meta.url), 'utf8')).replaceAll(/\s+/g, ' ');
    const [begin = '', end = ''] = original.split(' … ');
    expect({ file, original, isThere: code.includes(begin) && code.includes(end) && code.includes(line ?? '') }).toMatchObject({
      isThere: true,
    });
    expect(because).toMatch(/^[A-Z].{20,}\.$/);
  }
});
