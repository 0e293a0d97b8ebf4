/** What happens to the client process as a whole. */
import type { Rule } from '../../../compose/system.ts';
import { isEstablished } from '../processes.ts';
import type { Who } from '../world.ts';
import type { Cast } from './cast.ts';
import { cleanUp, groupsOf } from './crashing.ts';
import type { ExploredMove } from './moves.ts';
import { letterOf } from './plan.ts';
import { make } from './rules.ts';
import { SlotStage } from './slot-stage.ts';

const whole: Who = { role: 'client', index: -1 };

/** What happens to the client process, a crash apart. */
export function wishesForClientProcess(cast: Cast): Rule<ExploredMove> {
  return {
    name: 'wishes for the client process',
    *fire(view) {
      const stage = new SlotStage(cast, view);
      const { process } = stage;
      if (process === 'down' && stage.may('restart'))
        yield* make(cast, view, { kind: 'restart', who: whole }, 'restart', (next) => {
          next.process = 'listening';
        });
      if (process !== 'listening' && process !== 'deaf') return;
      if (stage.may('stop'))
        yield* make(cast, view, { kind: 'stop', who: whole }, 'stop', (next) => {
          next.process = 'stopped';
        });
      if (process === 'listening' && stage.may('stopListener'))
        yield* make(cast, view, { kind: 'stopListener' }, 'stopListener', stopListening);
    },
  };
}

/**
 * The client process is killed. That takes a move for the connections of each server process, and for the intruder's, and nothing else
 * happens in between: so no rule has to read everything. Which of them are closed first makes no difference. It need not begin, but what
 * has begun goes on.
 */
export function crashesOfClientProcess(cast: Cast): Rule<ExploredMove>[] {
  return groupsOf(cast).flatMap((server) => {
    const connections = `connections of ${server < 0 ? 'the intruder' : letterOf(server)}`;
    return [
      {
        name: `crash of the client process, ${connections}`,
        *fire(view) {
          const stage = new SlotStage(cast, view);
          const { process } = stage;
          if ((process !== 'listening' && process !== 'deaf') || !stage.may('crash')) return;
          yield* make(cast, view, { kind: 'crash', who: whole }, 'crash', (next) => die(next, server, groupsOf(cast)));
        },
      },
      {
        name: `rest of the crash, ${connections}`,
        fair: true,
        *fire(view) {
          const { process } = new SlotStage(cast, view);
          if (typeof process !== 'object' || !process.dying.includes(server)) return;
          yield* make(cast, view, { kind: 'cleanUp', server }, undefined, (next) => die(next, server, process.dying));
        },
      },
    ];
  });
}

/** One of the groups that are still there dies. */
function die(stage: SlotStage, server: number, groups: readonly number[]): void {
  const dying = groups.filter((other) => other !== server);
  cleanUp(stage, server);
  stage.process = dying.length === 0 ? 'down' : { dying };
  if (dying.length === 0) stage.forgetNumbers();
}

/** Every session that is not complete is given up. */
function stopListening(stage: SlotStage): void {
  stage.process = 'deaf';
  for (const [index, { instanceSlot }] of stage.cast.plan.links.entries()) {
    if (instanceSlot < 0 || !stage.lives(index)) continue;
    const who: Who = { role: 'client', index };
    const { processes } = stage.cast;
    if (!isEstablished(processes.stateOf(stage, who).path)) processes.feed(stage, who, { type: 'close' });
  }
}
