/** How a run may be shown. */
import { scenarioMermaid } from './mermaid.ts';
import type { Scenario } from './scenario.ts';
import { scenarioSvg } from './svg/svg.ts';
import { scenarioText } from './text.ts';

/** `text`: numbered lines. `mermaid`: a sequenceDiagram. `svg`: a picture, one self-contained file. */
export type ScenarioFormat = 'text' | 'mermaid' | 'svg';

const writers: Readonly<Record<ScenarioFormat, (scenario: Scenario) => string>> = {
  text: (scenario) => scenarioText(scenario),
  mermaid: scenarioMermaid,
  svg: scenarioSvg,
};

/** The run in this format, ending in a newline; the same text for the same run each time. */
export function showScenario(scenario: Scenario, format: ScenarioFormat): string {
  return writers[format](scenario);
}
