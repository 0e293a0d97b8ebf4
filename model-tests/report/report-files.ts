/** The files of a report, by their names: `report.html`, `report.json`, `junit.xml`. */
import { showScenario } from '../show/show.ts';
import { junitXml } from './junit.ts';
import { reportPage } from './page/page.ts';
import { type ReportParts, reportOf } from './report.ts';

/**
 * Makes them. The page stands alone: no script, nothing from the network. In the JSON the diagrams of failures are Mermaid.
 *
 * @example
 * for (const [name, text] of reportFiles(parts)) await writeFile(join(directory, name), text);
 */
export function reportFiles(parts: ReportParts): ReadonlyMap<string, string> {
  const report = reportOf(parts);
  const failures = report.failures.map(({ scenario, ...failure }) => ({
    ...failure,
    diagram: showScenario(scenario, 'mermaid'),
  }));
  return new Map([
    ['report.html', reportPage(report)],
    ['report.json', `${JSON.stringify({ ...report, failures }, undefined, 1)}\n`],
    [
      'junit.xml',
      junitXml(
        report,
        parts.details.map(({ cases }) => cases),
      ),
    ],
  ]);
}
