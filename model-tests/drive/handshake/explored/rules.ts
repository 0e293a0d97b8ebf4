/** The rules of an explored composition: for each link, each process and the environment, what may happen. */
import { type End, endDirection, reset } from '../../../compose/connection.ts';
import type { Firing, Rule, View } from '../../../compose/system.ts';
import { tampered, tamperings } from '../frames.ts';
import { isSuccess } from '../processes.ts';
import { at } from '../stage.ts';
import type { Who } from '../world.ts';
import type { Cast } from './cast.ts';
import { crashServer } from './crashing.ts';
import type { Act, ExploredMove } from './moves.ts';
import type { Fault } from './options.ts';
import { SlotStage } from './slot-stage.ts';
import { afterwards, reactionsOf } from './weaknesses.ts';

type Fire = Firing<ExploredMove>;

/** Makes one move of a view; undefined where it changes nothing. */
export function make(cast: Cast, view: View, act: Act, fault: Fault | undefined, change: (stage: SlotStage) => void): Fire[] {
  const stage = new SlotStage(cast, view);
  if (fault !== undefined) stage.spend(fault);
  change(stage);
  afterwards(stage);
  const writes = stage.writes();
  if (writes.length === 0) return [];
  const { accepted, steps } = stage;
  const move: ExploredMove = {
    act,
    ...(fault === undefined ? {} : { fault }),
    reactions: reactionsOf(steps),
    ...(accepted === undefined ? {} : { accepted }),
  };
  return [{ move, writes }];
}

/** What happens on a link as it should: it is connected, accepted, and what was sent arrives. */
export function deliveries(cast: Cast, index: number): Rule<ExploredMove> {
  const { label, server } = at(cast.plan.links, index);
  return {
    name: `deliver ${label}`,
    fair: true,
    *fire(view) {
      const stage = new SlotStage(cast, view);
      if (!stage.exists(index) || stage.isDying) return;
      const { connection } = stage.link(index);
      if (connection.phase === 'dialing') yield* connecting(cast, view, stage, index);
      if (connection.phase !== 'open') return;
      if (canAccept(stage, index))
        yield* make(cast, view, { kind: 'accept', link: index }, undefined, (next) => cast.processes.accept(next, index));
      for (const to of ends(server)) {
        const item = connection.inbox[to][0];
        if (item === undefined || !listens(stage, index, to)) continue;
        yield* make(cast, view, { kind: 'deliver', link: index, to, item }, undefined, (next) => {
          cast.processes.deliver(next, index, to);
        });
      }
    },
  };
}

function* connecting(cast: Cast, view: View, stage: SlotStage, index: number): Generator<Fire> {
  const { port, portOf, server } = stage.link(index);
  if (stage.endOf(server) !== undefined || stage.process === 'stopped') return;
  const listener = port < 0 ? -1 : stage.listenerOn(port, portOf);
  const reachable = port < 0 ? stage.process === 'listening' : listener >= 0;
  if (reachable)
    yield* make(cast, view, { kind: 'connect', link: index }, undefined, (next) => {
      // Asked again, so that the stage of this move knows whether it was the right listener.
      cast.processes.connect(next, index, port < 0 ? -1 : next.listenerOn(port, portOf));
    });
  else yield* make(cast, view, { kind: 'refuse', link: index }, undefined, (next) => cast.processes.refuse(next, index));
}

/** The instance that listens on the dynamic port accepts, and this connection is the oldest that waits. */
function canAccept(stage: SlotStage, index: number): boolean {
  const { client, portOf } = stage.link(index);
  if (client >= 0 || portOf < 0 || !stage.lives(portOf) || stage.process === 'stopped') return false;
  const { accepting, backlog } = stage.client(portOf);
  return accepting && backlog[0] === index;
}

const ends = (server: number): readonly End[] => (server < 0 ? ['acceptor'] : ['dialer', 'acceptor']);

/** Whether the process at this end of a link takes notice of what comes. */
export function listens(stage: SlotStage, index: number, to: End): boolean {
  const link = stage.link(index);
  if (to === 'dialer' ? stage.endOf(link.server) !== undefined : link.client < 0 || stage.process === 'stopped') return false;
  return stage.cast.processes.listens(stage, link, to);
}

/** What can go wrong on a link. */
export function linkFaults(cast: Cast, index: number): Rule<ExploredMove> {
  const { label, server } = at(cast.plan.links, index);
  return {
    name: `faults of ${label}`,
    *fire(view) {
      const stage = new SlotStage(cast, view);
      if (!stage.exists(index) || stage.isDying) return;
      const { connection } = stage.link(index);
      if (connection.phase === 'dialing') {
        if (stage.may('refuse') && stage.endOf(server) === undefined)
          yield* make(cast, view, { kind: 'refuse', link: index }, 'refuse', (next) => cast.processes.refuse(next, index));
        return;
      }
      const deaf = ends(server).filter((to) => !listens(stage, index, to));
      if (deaf.length === ends(server).length) return;
      if (!connection.broken && stage.may('reset'))
        yield* make(cast, view, { kind: 'reset', link: index }, 'reset', (next) => {
          next.changeLink(index, { connection: reset(connection) });
        });
      for (const to of ends(server)) if (!deaf.includes(to)) yield* endFaults(cast, view, stage, index, to);
    },
  };
}

function* endFaults(cast: Cast, view: View, stage: SlotStage, index: number, to: End): Generator<Fire> {
  const link = stage.link(index);
  if (stage.may('end'))
    yield* make(cast, view, { kind: 'end', link: index, to }, 'end', (next) => {
      next.changeLink(index, { connection: endDirection(link.connection, to) });
    });
  const item = link.connection.inbox[to][0];
  if (item?.kind !== 'message' || !stage.may('tamper')) return;
  for (const tampering of tamperings(item.message, true, link))
    yield* make(cast, view, { kind: 'deliver', link: index, to, item, tampering }, 'tamper', (next) => {
      next.changeLink(index, { connection: tampered(link.connection, to, tampering) });
      cast.processes.deliver(next, index, to);
    });
}

/** What a process does for itself: its limits expire, its local calls are answered. */
export function ownSteps(cast: Cast, who: Who): Rule<ExploredMove> {
  return {
    name: `steps of ${nameOf(cast, who)}`,
    fair: true,
    *fire(view) {
      const stage = new SlotStage(cast, view);
      if (!runs(stage, who)) return;
      for (const outcome of cast.processes.outcomes(stage, who)) if (isSuccess(outcome)) yield* answer(cast, view, who, outcome);
      if (stage.isWeak('noLimits') || !stage.may('timeout')) return;
      for (const limit of cast.processes.stateOf(stage, who).delays)
        yield* make(cast, view, { kind: 'expire', who, limit }, 'timeout', (next) => cast.processes.expire(next, who, limit));
    },
  };
}

const answer = (cast: Cast, view: View, who: Who, outcome: Parameters<typeof isSuccess>[0], fault?: Fault) =>
  make(cast, view, { kind: 'outcome', who, outcome }, fault, (next) => cast.processes.outcome(next, who, outcome));

/** What users and the machine do to a process, and which of its local calls fail. */
export function wishes(cast: Cast, who: Who): Rule<ExploredMove> {
  return {
    name: `wishes for ${nameOf(cast, who)}`,
    *fire(view) {
      const stage = new SlotStage(cast, view);
      if (who.role === 'server') yield* lifeOfServer(cast, view, stage, who);
      if (!runs(stage, who)) return;
      if (stage.may('outcome'))
        for (const outcome of cast.processes.outcomes(stage, who))
          if (!isSuccess(outcome)) yield* answer(cast, view, who, outcome, 'outcome');
      const isEstablished = cast.processes.stateOf(stage, who).path.startsWith('established');
      if (isEstablished && cast.plan.options.closing !== false)
        yield* make(cast, view, { kind: 'close', who }, undefined, (next) => cast.processes.feed(next, who, { type: 'close' }));
      if (!isEstablished && who.role === 'server' && stage.may('abort'))
        yield* make(cast, view, { kind: 'abort', who }, 'abort', (next) => cast.processes.feed(next, who, { type: 'abort' }));
    },
  };
}

function* lifeOfServer(cast: Cast, view: View, stage: SlotStage, who: Who): Generator<Fire> {
  const end = stage.endOf(who.index);
  if (end === 'over' || end === 'stopped' || stage.isDying) return;
  if (end !== undefined) {
    const goesOnForEver = stage.isWeak('retriesWhenRefused');
    if (goesOnForEver || stage.may('restart'))
      yield* make(cast, view, { kind: 'restart', who }, goesOnForEver ? undefined : 'restart', (next) => {
        next.changeServer(who.index, cast.processes.freshServer(who.index));
        cast.processes.start(next, who.index);
      });
    return;
  }
  if (stage.may('crash')) yield* make(cast, view, { kind: 'crash', who }, 'crash', (next) => crashServer(next, who.index));
  if (stage.may('stop')) yield* make(cast, view, { kind: 'stop', who }, 'stop', (next) => next.endServer(who.index, 'stopped'));
}

/** Whether a process is there and does anything at all. */
function runs(stage: SlotStage, who: Who): boolean {
  if (who.role === 'server') return stage.endOf(who.index) === undefined && !stage.isDying;
  return stage.lives(who.index) && !stage.isDying && stage.process !== 'stopped';
}

/** What a process is called: `server A`, `client process (A.first)`. */
export const nameOf = ({ plan }: Cast, { role, index }: Who) =>
  role === 'server'
    ? `server ${String.fromCharCode('A'.charCodeAt(0) + index)}`
    : index < 0
      ? 'client process'
      : `client process (${at(plan.links, index).label})`;
