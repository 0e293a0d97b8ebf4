/** What a call may lead to while something that the environment has set off may or may not have reached the socket. */
import type { SocketCall, SocketEvent, SocketResult } from '../../../machines/index.ts';
import type { CompiledChart, LocalState, Output } from '../../compile/compile.ts';

/** An answer that the chart gives. */
export interface Answer {
  readonly call: SocketCall;
  readonly result: SocketResult;
}

/** One way in which a call may go. */
export interface Candidate {
  readonly next: LocalState;
  readonly outputs: readonly Output[];
  /** Whether the fate has come about in it. */
  readonly fulfilled: boolean;
}

/** The answers among a step's outputs. */
export function answersOf(outputs: readonly Output[]): Answer[] {
  return outputs.flatMap(({ type, params }) => (type === 'answer' ? [params as unknown as Answer] : []));
}

/** What `state` of a socket says in a local state of the chart. */
export function shownState({ path }: LocalState): string {
  return path.split('.')[0] ?? path;
}

/**
 * The ways in which `event` may go from `from`: alone, behind the fate, and before it. `arrived`: the fate has come as far as the socket. Then a write
 * or shutdown on a connection on which nothing else is unread does learn of it; with unread bytes or an end before it a family may not have
 * looked so far.
 */
export function candidatesOf(
  chart: CompiledChart,
  from: LocalState,
  event: SocketEvent,
  fate: SocketEvent | undefined,
  arrived: boolean,
): Candidate[] {
  const alone = follow(chart, from, [event]);
  if (fate === undefined) return alone;
  const learns = arrived && from.path === 'connected.quiet' && (event.type === 'write' || event.type === 'shutdown');
  const around = [...follow(chart, from, [fate, event], true), ...follow(chart, from, [event, fate], true)];
  return learns ? follow(chart, from, [fate, event], true) : [...alone, ...around];
}

function follow(chart: CompiledChart, from: LocalState, events: readonly SocketEvent[], fulfilled = false): Candidate[] {
  let next = from;
  const outputs: Output[] = [];
  for (const event of events) {
    const step = chart.step(next.id, event);
    if (step === undefined) return [];
    next = step.next;
    outputs.push(...step.outputs);
  }
  return [{ next, outputs, fulfilled }];
}
