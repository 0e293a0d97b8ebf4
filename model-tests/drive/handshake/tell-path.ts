/** A path of a composition that failed, as a sequence diagram has it: what happened up to there, what was expected, what was seen. */
import type { Edge } from '../../explore/explore.ts';
import type { Scenario, ScenarioStep } from '../../show/scenario.ts';
import { successorOf } from './driven-edge.ts';
import type { Act, ChartReaction } from './explored/moves.ts';
import { letterOf } from './explored/plan.ts';
import { clientLifeline, dialerLifeline, intruderLifeline, showMove } from './explored/show.ts';
import { forged } from './frames.ts';
import type { ChartStep } from './stage.ts';
import { at } from './stage.ts';
import type { HandshakeSystem } from './system.ts';
import { type Link, type Move, unknownNumber, type World } from './world.ts';

/** What failed, and where. */
interface Failed {
  /** Index of the move that was wrong; the path's length when the end of the run was. */
  readonly at: number;
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
}

/** The run up to the move that failed. */
export function scenarioOfPath(
  system: HandshakeSystem,
  path: readonly Edge<World, Move>[],
  failed: Failed,
  title: string,
): Scenario {
  const made = path.slice(0, failed.at + 1);
  const instances: number[] = [];
  const steps = made.map((edge, index): ScenarioStep => {
    const { from, move } = edge;
    const { steps: reactions, next } = successorOf(system, edge);
    const begins = move.kind === 'connect' || move.kind === 'intrude' ? next.clients.length > from.world.clients.length : false;
    if (begins) instances.push(move.kind === 'connect' ? move.link : from.world.links.length);
    const links = next.links.map((link) => ({ server: link.server, name: link.name, label: labelOf(link) }));
    const fault = next.faults < from.world.faults ? { fault: 'reset' as const } : {};
    // What the charts would have done in the move that failed is what was expected, and did not happen.
    const happened = index === failed.at ? [] : reactionsOf(reactions, instances);
    const shown = showMove(links, { act: actOf(from.world, move, instances), ...fault, reactions: happened });
    return { ...shown, fault: next.faults < from.world.faults };
  });
  const servers = system.initial.servers.map((_, index) => dialerLifeline(index));
  const hasStranger = steps.some(({ events }) =>
    events.some((event) => event.kind === 'message' && [event.from, event.to].includes(intruderLifeline)),
  );
  return {
    title,
    description:
      failed.at >= path.length
        ? `All ${path.length} moves went as the charts say; the end of the run did not.`
        : failed.at < 0
          ? 'It fails before its first move.'
          : `It fails at move ${failed.at + 1} of ${path.length}.`,
    lifelines: [...servers, clientLifeline, ...(hasStranger ? [intruderLifeline] : [])],
    steps,
    conclusion: { text: `${failed.what}: expected ${failed.expected}; seen ${failed.seen}`, fault: true },
  };
}

const labelOf = ({ name, server }: Link) => (server < 0 ? 'a connection of its own' : `${letterOf(server)}.${name}`);

/** Moves name instances of the client process in their order; diagrams by the link that they began with. */
function actOf({ links, clients }: World, move: Move, instances: readonly number[]): Act {
  switch (move.kind) {
    case 'deliver': {
      const item = at(links, move.link).connection.inbox[move.to][0];
      if (item === undefined) throw new RangeError(`nothing waits on link ${move.link}`);
      const { tampering } = move;
      return { kind: 'deliver', link: move.link, to: move.to, item, ...(tampering === undefined ? {} : { tampering }) };
    }
    case 'forge': {
      const frame = forged(move.frame, unknownNumber);
      return at(links, move.link).server < 0
        ? { kind: 'say', link: move.link, frame, source: 'made up' }
        : { kind: 'deliver', link: move.link, to: move.to, item: { kind: 'message', message: frame } };
    }
    case 'outcome':
    case 'expire':
    case 'abort':
    case 'close': {
      const { role, index } = move.who;
      return { ...move, who: { role, index: role === 'client' ? (instances[index] ?? 0) : index } };
    }
    case 'intrude':
      return { kind: 'intrude', link: links.length, port: move.portOf < 0 ? -1 : (clients[move.portOf]?.number ?? 0) };
    case 'leave':
      return { kind: 'leave', link: move.link, how: 'ended' };
    default:
      return move;
  }
}

function reactionsOf(steps: readonly ChartStep[], instances: readonly number[]): ChartReaction[] {
  return steps.map(({ who, event, step }) => ({
    who: { role: who.role, index: who.role === 'client' ? (instances[who.index] ?? 0) : who.index },
    event: event.type,
    next: step.next.path,
    actions: step.outputs.map(({ type, params }) => [type, ...Object.values(params ?? {}).map(String)].join(' ')),
  }));
}
