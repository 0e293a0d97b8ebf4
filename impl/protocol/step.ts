/** The look-up: which row of a role's table an event has in a state, and what an absent entry means. */

import { type ReasonName, reasons } from './reasons.ts';
import { type Action, type Facts, isFrameEvent, type Machine, type ProtocolEvent, type Row } from './table.ts';

export interface Outcome<State extends string, ActionType extends string> {
  readonly next: State;
  /** Whether the row names a state: its limits then start anew. */
  readonly moved: boolean;
  readonly actions: readonly Action<ActionType>[];
  readonly context: Facts;
}

/**
 * What `event` does in `state`. Total: a frame without a row is a violation (docs/protocol.md, sections 4.4 and 5), anything else
 * without a row (an outcome that comes too late, say) changes nothing.
 */
export function step<State extends string, EventType extends string, ActionType extends string>(
  machine: Machine<State, EventType, ActionType>,
  state: State,
  event: ProtocolEvent<EventType>,
  context: Facts,
): Outcome<State, ActionType> {
  const row = findRow(machine, state, event, context);
  return {
    next: row?.next ?? state,
    moved: row?.next !== undefined,
    actions: row?.actions ?? [],
    context: row?.becomes === undefined ? context : { ...context, ...row.becomes },
  };
}

function findRow<State extends string, EventType extends string, ActionType extends string>(
  machine: Machine<State, EventType, ActionType>,
  state: State,
  event: ProtocolEvent<EventType>,
  context: Facts,
): Row<State, ActionType> | undefined {
  const facts: Facts = { ...context, ...event, fallsBack: event.reason !== undefined && fallsBack(event.reason) };
  const row = machine.table[state][event.type]?.find((candidate) => holds(candidate.when, facts));
  if (row !== undefined) return row;
  return isFrameEvent(event.type) ? machine.violation(state) : undefined;
}

function holds(when: Facts | undefined, facts: Facts): boolean {
  if (when === undefined) return true;
  return (Object.keys(when) as (keyof Facts)[]).every((name) => when[name] === facts[name]);
}

function fallsBack(reason: ReasonName): boolean {
  return reasons[reason].fallsBack;
}
