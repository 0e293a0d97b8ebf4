/** What follows a move by itself, and what the mistakes that are built in on purpose add to it. */

import type { Output } from '../../../compile/compile.ts';
import { send } from '../../../compose/connection.ts';
import type { ChartStep } from '../stage.ts';
import type { ChartReaction } from './moves.ts';
import type { SlotStage } from './slot-stage.ts';

/** Adds what the weaknesses of a composition do behind the steps of a move. */
export function afterwards(stage: SlotStage): void {
  for (const { who, step } of [...stage.steps]) {
    if (who.role === 'client' && stage.isWeak('listenerFollows') && does(step.outputs, 'reportFailed')) stage.process = 'broken';
    if (who.role !== 'server') continue;
    if (stage.isWeak('retriesWhenRefused') && step.outputs.some(({ params }) => params?.['code'] === 'connectionRefused'))
      stage.endServer(who.index, { down: 0 });
    const isLast = does(step.outputs, 'sendDescriptor') || does(step.outputs, 'sendGroup');
    if (isLast && stage.isWeak('dataFirst')) sendData(stage, who.index);
    if (isLast && stage.isWeak('noReady')) establish(stage, who.index);
  }
}

const does = (outputs: readonly Output[], action: string) => outputs.some(({ type }) => type === action);

function sendData(stage: SlotStage, server: number): void {
  const { second, array } = stage.server(server);
  const link = second >= 0 ? second : array;
  stage.changeLink(link, { connection: send(stage.link(link).connection, 'dialer', { name: 'data' }) });
}

/** The server process does not wait for READY. */
function establish(stage: SlotStage, server: number): void {
  const { processes } = stage.cast;
  const who = { role: 'server', index: server } as const;
  const events =
    stage.server(server).second >= 0
      ? [
          { type: 'second.ready', tag: 'right' },
          { type: 'first.ready', tag: 'right' },
        ]
      : [{ type: 'array.ready', tag: 'right' }];
  for (const event of events) processes.feed(stage, who, event);
  if (stage.server(server).attaching) processes.outcome(stage, who, 'group.attached');
}

/** What the processes did in a move. */
export const reactionsOf = (steps: readonly ChartStep[]): ChartReaction[] =>
  steps.map(({ who, event, step }) => ({
    who,
    event: [event.type, ...Object.entries(event).flatMap(([fact, value]) => (fact === 'type' ? [] : [String(value)]))].join(' '),
    next: step.next.path,
    actions: step.outputs.map(({ type, params }) => [type, ...Object.values(params ?? {}).map(String)].join(' ')),
  }));
