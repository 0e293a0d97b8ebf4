/** Charts whose delays are events that somebody sends: for generators of paths that know no time. Takes any machine. */
import { type AnyStateMachine, type AnyStateNode, createMachine } from 'xstate';
import { chartDelays, stateNodes } from './compile/chart-transitions.ts';

/** The event that a derived chart has for the end of this delay. */
export const delayEvent = (delay: string) => `after.${delay}`;

interface StateConfig {
  readonly on?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly states?: Readonly<Record<string, StateConfig>>;
}

/**
 * The same chart, but that each `after` is a transition for the event `after.<name of the delay>`. It can be sent whenever the state is
 * active, also more than once, where the delay ends once; states, guards, actions and everything else are the same.
 *
 * @throws RangeError where the derived chart would say something else: a state has such an event already, or two states that can be
 * active at once have a delay of the same name, so that one event would end both.
 */
export function withExplicitDelays(machine: AnyStateMachine): AnyStateMachine {
  insistOnOneMeaning(machine);
  return createMachine(derived(machine.config as StateConfig) as never, machine.implementations as never);
}

function derived({ after, states, ...rest }: StateConfig): StateConfig {
  const config: StateConfig = states === undefined ? rest : { ...rest, states: mapValues(states, derived) };
  if (after === undefined) return config;
  const events = Object.entries(after).map(([delay, transitions]) => [delayEvent(delay), transitions]);
  return { ...config, on: { ...rest.on, ...Object.fromEntries(events) } };
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

function insistOnOneMeaning(machine: AnyStateMachine): void {
  const nodesByDelay = new Map<string, AnyStateNode[]>();
  const delays = chartDelays(machine);
  for (const node of stateNodes(machine)) {
    for (const delay of new Set(node.after.map(({ eventType }) => delays.get(eventType)?.name ?? eventType))) {
      if (node.transitions.has(delayEvent(delay)))
        throw new RangeError(`chart ${machine.id}: ${node.id} has the event ${delayEvent(delay)} already`);
      const rival = nodesByDelay.get(delay)?.find((other) => canBothBeActive(node, other));
      if (rival !== undefined)
        throw new RangeError(
          `chart ${machine.id}: ${rival.id} and ${node.id} can be active at once, and both have the delay ${delay}`,
        );
      nodesByDelay.set(delay, [...(nodesByDelay.get(delay) ?? []), node]);
    }
  }
}

/** One is within the other, or they are in different regions of a parallel state. */
function canBothBeActive(one: AnyStateNode, other: AnyStateNode): boolean {
  const line = [...ancestors(one)];
  const common = [...ancestors(other)].find((node) => line.includes(node));
  return common === one || common === other || common?.type === 'parallel';
}

function* ancestors(node: AnyStateNode): Generator<AnyStateNode> {
  for (let at: AnyStateNode | undefined = node; at !== undefined; at = at.parent) yield at;
}
