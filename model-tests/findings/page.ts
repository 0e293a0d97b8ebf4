/**
 * The page of what exploring has found: prose by hand, runs and pictures from the search. Made anew by `npm run findings`; a test compares.
 */
import { check } from '../explore/check.ts';
import { findProperty, type NamedComposition, type NamedRun, nameOf, nameRun } from '../explore/named-runs.ts';
import { showScenario } from '../show/show.ts';
import { tellRun } from '../show/tell.ts';

/** One thing that was found, in words. Paragraphs are Markdown. */
export interface Finding {
  /** The name of its picture, without folder and ending. */
  readonly slug: string;
  readonly title: string;
  /** What the source text says, and where that leaves a hole. */
  readonly before: string;
  /** What the run shows, and what closes the hole. */
  readonly after: string;
  readonly composition: NamedComposition<unknown>;
  /** The id of the property that is violated. */
  readonly property: string;
  /** The arguments of `stpconnect explore` that find it. */
  readonly explore: string;
}

/** The page, and the pictures that it shows. */
export interface FindingsPage {
  readonly markdown: string;
  /** By the names of their files. */
  readonly pictures: ReadonlyMap<string, string>;
}

/** Where pictures lie, seen from the page. */
export const PICTURES = 'diagrams/findings';

/**
 * Explores what the findings are about, and tells them.
 *
 * @throws Error when one of them is not found any more: then its prose is wrong, or the system is not what it was.
 */
export async function findingsPage(introduction: string, findings: readonly Finding[]): Promise<FindingsPage> {
  const pictures = new Map<string, string>();
  const sections: string[] = [];
  for (const [index, finding] of findings.entries()) {
    const { run, states } = await find(finding);
    pictures.set(`${finding.slug}.svg`, showScenario(tellRun(run), 'svg'));
    sections.push(section(index + 1, finding, run, states));
  }
  return { markdown: `${[introduction.trim(), ...sections].join('\n\n')}\n`, pictures };
}

async function find({
  composition,
  property: name,
}: Finding): Promise<{ readonly run: NamedRun<unknown>; readonly states: number }> {
  const property = findProperty(name, composition);
  const { states, properties } = await check(composition.system, [property]);
  const [result] = properties;
  if (result?.verdict !== 'violated' || result.counterexample === undefined)
    throw new Error(`${composition.id}: ${name} is not violated, and a finding says that it is`);
  return { run: nameRun(composition, property, result.counterexample), states };
}

function section(number: number, finding: Finding, run: NamedRun<unknown>, states: number): string {
  const { slug, title, before, after, explore, composition, property } = finding;
  const text = showScenario(tellRun(run), 'text');
  const steps = text.slice(text.indexOf('\n\n') + 2).trimEnd();
  const which = run.walk.loopFrom === undefined ? 'A shortest run' : 'A run without end';
  return [
    `## ${number}. ${title}`,
    before.trim(),
    `![${title}: ${run.property.description} Here it is not so.](${PICTURES}/${slug}.svg)`,
    after.trim(),
    [
      `${which} that shows it, of ${states.toLocaleString('en-US')} reachable states of ${composition.id}:`,
      '',
      '```text',
      steps,
      '```',
    ].join('\n'),
    [
      '```sh',
      `npx stpconnect explore ${explore} --property ${nameOf({ id: property })}`,
      `npx stpconnect replay ${run.id} --format svg --output ${slug}.svg`,
      '```',
    ].join('\n'),
  ].join('\n\n');
}
