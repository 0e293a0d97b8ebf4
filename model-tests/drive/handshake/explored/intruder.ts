/**
 * Somebody who can reach the WKP and the array and does not know the secret. It makes connections of its own, guesses numbers, plays
 * again what it has overheard of attempts before, and with `relay` delivers frames of others before they arrive. It has listened since
 * before the run began, so for each number it knows the last word of some attempt that is over. What it says is chosen when it arrives;
 * what it is told, it knows at once.
 */
import { close, reset } from '../../../compose/connection.ts';
import type { Firing, Rule, View } from '../../../compose/system.ts';
import { at } from '../stage.ts';
import { type Frame, type Seal, unknownNumber } from '../world.ts';
import type { Cast } from './cast.ts';
import type { ExploredMove, Source } from './moves.ts';
import { listens, make } from './rules.ts';
import { SlotStage } from './slot-stage.ts';

/** A tag of an attempt that is over: whoever made it knows the secret, and no attempt that is alive has these nonces. */
export const staleSeal: Seal = { by: 'server', hello: -2, client: -2 };

/** What the intruder may do with one of its connections. */
export function intrusions(cast: Cast, index: number): Rule<ExploredMove> {
  return {
    name: `the intruder on ${at(cast.plan.links, index).label}`,
    *fire(view) {
      const stage = new SlotStage(cast, view);
      if (stage.isDying) return;
      if (!stage.exists(index)) {
        if (!stage.lives(index)) yield* arrivals(cast, view, stage, index);
        return;
      }
      if (stage.link(index).connection.closed.dialer) return;
      const isHeard = listens(stage, index, 'acceptor');
      if (isHeard)
        for (const { frame, source } of sayings(stage, index))
          yield* make(cast, view, { kind: 'say', link: index, frame, source }, undefined, (next) => {
            cast.processes.receive(next, index, 'acceptor', { kind: 'message', message: frame });
          });
      for (const how of isHeard ? (['ended', 'reset'] as const) : (['ended'] as const))
        yield* make(cast, view, { kind: 'leave', link: index, how }, undefined, (next) => leave(next, index, how, isHeard));
    },
  };
}

/** The intruder goes away, and who listens finds that at once. */
function leave(stage: SlotStage, index: number, how: 'ended' | 'reset', isHeard: boolean): void {
  const { connection } = stage.link(index);
  stage.changeLink(index, { connection: close(how === 'reset' ? reset(connection) : connection, 'dialer') });
  if (isHeard) stage.cast.processes.deliver(stage, index, 'acceptor');
}

/** The intruder connects, to the WKP or to a dynamic port. */
function* arrivals(cast: Cast, view: View, stage: SlotStage, index: number): Generator<Firing<ExploredMove>> {
  if (stage.intrusionsLeft === 0 || !isNext(stage, index)) return;
  const arrive = (port: number, listener: number) =>
    make(cast, view, { kind: 'intrude', link: index, port }, undefined, (next) => {
      next.spendIntrusion();
      cast.processes.connect(next, next.dial(-1, port < 0 ? 'first' : 'array', port, listener), listener);
    });
  if (stage.process === 'listening') yield* arrive(-1, -1);
  for (const [port, listener] of stage.ports.entries()) if (listener >= 0) yield* arrive(port, listener);
}

/** Its connections are all alike: the first that is free is the next. */
function isNext(stage: SlotStage, index: number): boolean {
  const { links } = stage.cast.plan;
  return !links.some((link, other) => link.server < 0 && other < index && !stage.exists(other) && !stage.lives(other));
}

/** What it may say now: what could do most harm first. */
function* sayings(stage: SlotStage, index: number): Generator<{ readonly frame: Frame; readonly source: Source }> {
  const madeUp = (frame: Frame) => ({ frame, source: 'made up' }) as const;
  const { name, client } = stage.link(index);
  if (stage.cast.plan.options.relay === true) yield* relayed(stage, name);
  const isFirst = stage.cast.processes.stateOf(stage, { role: 'client', index: client }).path === 'awaitingFirstFrame';
  if (name === 'array') {
    yield { frame: { name: 'group', seal: staleSeal }, source: 'overheard before' };
    yield madeUp({ name: 'group', seal: null });
  } else if (isFirst) {
    for (const [number, holder] of stage.numbers.entries()) {
      if (holder < 0) continue;
      yield { frame: { name: 'descriptor', number, client: -1, seal: staleSeal }, source: 'overheard before' };
      yield madeUp({ name: 'descriptor', number, client: -1, seal: null });
    }
    for (const mode of ['network', 'storage'] as const)
      yield madeUp({ name: 'hello', mode, connections: 'same', capacity: 'free', nonce: index });
    yield madeUp({ name: 'descriptor', number: unknownNumber, client: -1, seal: null });
  }
  yield madeUp({ name: 'forged', as: 'ready' });
  yield madeUp({ name: 'decline', seal: null, reason: 'portsExhausted' });
  yield madeUp({ name: 'garbage' });
}

/** Frames of others that are on their way. */
function* relayed(stage: SlotStage, name: string): Generator<{ readonly frame: Frame; readonly source: Source }> {
  for (const [index, link] of stage.cast.plan.links.entries()) {
    if (link.server < 0 || link.name === 'first' || !stage.exists(index)) continue;
    if ((link.name === 'array') !== (name === 'array')) continue;
    const item = stage.link(index).connection.inbox.acceptor[0];
    if (item?.kind === 'message' && (item.message.name === 'descriptor' || item.message.name === 'group'))
      yield { frame: item.message, source: 'overheard now' };
  }
}
