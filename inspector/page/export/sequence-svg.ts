/** Moments as a sequence diagram in a file: drawn by the same code as those of the command line. */

import type { ShownEvent } from '../../../model-tests/compose/system.ts';
import type { Scenario } from '../../../model-tests/show/scenario.ts';
import { scenarioSvg } from '../../../model-tests/show/svg/svg.ts';
import type { Drawn, Moment, Recording } from '../../contract.ts';

export function sequenceSvg(recording: Recording, moments: readonly Moment[]): string {
  const nameOf = new Map(recording.lifelines.map(({ id, name }) => [id, name]));
  const name = (id: string) => nameOf.get(id) ?? id;
  const event = (drawn: Drawn): ShownEvent => {
    const fault = drawn.fault ? { fault: true } : {};
    return drawn.kind === 'note'
      ? { kind: 'note', over: name(drawn.over), text: drawn.text, ...fault }
      : {
          kind: 'message',
          from: name(drawn.from),
          to: name(drawn.to),
          text: drawn.text,
          ...fault,
          ...(drawn.lost ? { lost: true } : {}),
        };
  };
  const scenario: Scenario = {
    title: recording.title,
    ...(recording.description === undefined ? {} : { description: recording.description }),
    ...(recording.conclusion === undefined ? {} : { conclusion: recording.conclusion }),
    ...(recording.loopFrom === undefined ? {} : { loopFrom: recording.loopFrom }),
    lifelines: recording.lifelines.map((lifeline) => lifeline.name),
    steps: moments.map(({ text, fault, drawn }) => ({ text, fault, events: drawn.map(event) })),
  };
  return scenarioSvg(scenario);
}
