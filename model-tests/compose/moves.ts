/** The moves of a composition, what they do, and how they are shown. */
import type { Message } from '../compile/outputs.ts';
import type { Shown, ShownEvent } from './system.ts';

/** Something that happened within a move, in order. */
export type Effect =
  | { readonly kind: 'entered'; readonly machine: string; readonly state: string }
  | { readonly kind: 'sent'; readonly machine: string; readonly to: string; readonly event: Message }
  /** To another machine directly: it has it in the same move. */
  | { readonly kind: 'called'; readonly machine: string; readonly to: string; readonly event: Message }
  /** `why`: no room, nobody there, the connection is closed. */
  | {
      readonly kind: 'lost';
      readonly machine: string;
      readonly to: string;
      readonly event: Message;
      readonly why: 'full' | 'crashed' | 'closed';
    }
  /** The chart did not accept it. */
  | { readonly kind: 'ignored'; readonly machine: string; readonly event: Message }
  | { readonly kind: 'emitted'; readonly machine: string; readonly event: Message }
  | { readonly kind: 'acted'; readonly machine: string; readonly action: string };

/** One thing that may happen in a composition, and what happened within it. */
export type ComposedMove = { readonly effects: readonly Effect[] } & (
  | {
      readonly kind: 'deliver';
      readonly link: string;
      readonly from: string;
      readonly machine: string;
      readonly event: Message;
    }
  | { readonly kind: 'event'; readonly machine: string; readonly event: Message }
  | { readonly kind: 'timeout'; readonly machine: string; readonly delay: string }
  | { readonly kind: 'connect' | 'refuse' | 'reset'; readonly link: string }
  | {
      readonly kind: 'drop' | 'duplicate';
      readonly link: string;
      readonly from: string;
      readonly to: string;
      readonly event: Message;
    }
  | { readonly kind: 'inject'; readonly link: string; readonly to: string; readonly event: Message }
  | { readonly kind: 'crash' | 'restart'; readonly machine: string }
);

/** The kind of a move, as `moveOf` selects it. */
export type MoveKind = ComposedMove['kind'];

/** The lifeline of what happens to links. */
export const ENVIRONMENT = 'environment';
export const INTRUDER = 'intruder';

/** One line for a list of steps, and what a sequence diagram draws. `hubs` are links with a lifeline of their own. */
export function showMove(move: ComposedMove, hubs: ReadonlySet<string>): Shown {
  const text = [headline(move), ...move.effects.flatMap(effectText)].join(' · ');
  return { text, events: [headEvent(move), ...move.effects.flatMap((effect) => effectEvent(effect, hubs))] };
}

function headline(move: ComposedMove): string {
  switch (move.kind) {
    case 'deliver':
      return `${move.machine} gets ${messageText(move.event)} from ${move.link}`;
    case 'event':
      return `${move.machine}: ${messageText(move.event)}`;
    case 'timeout':
      return `${move.machine}: ${move.delay} is over`;
    case 'connect':
      return `${move.link} is connected`;
    case 'refuse':
      return `${move.link} is refused`;
    case 'reset':
      return `${move.link} is reset`;
    case 'drop':
      return `${move.link} loses ${messageText(move.event)}`;
    case 'duplicate':
      return `${move.link} doubles ${messageText(move.event)}`;
    case 'inject':
      return `the intruder puts ${messageText(move.event)} on ${move.link}`;
    case 'crash':
      return `${move.machine} crashes`;
    case 'restart':
      return `${move.machine} starts again`;
  }
}

function effectText(effect: Effect): string[] {
  switch (effect.kind) {
    case 'entered':
      return [`${effect.machine}: ${effect.state}`];
    case 'sent':
    case 'called':
      return [`${effect.machine} sends ${messageText(effect.event)} to ${effect.to}`];
    case 'lost':
      return [`${messageText(effect.event)} to ${effect.to} is lost: ${effect.why}`];
    case 'ignored':
      return [`${effect.machine} ignores ${messageText(effect.event)}`];
    case 'emitted':
      return [`${effect.machine} emits ${messageText(effect.event)}`];
    case 'acted':
      return [];
  }
}

function headEvent(move: ComposedMove): ShownEvent {
  switch (move.kind) {
    case 'deliver':
      return { kind: 'message', from: move.from, to: move.machine, text: messageText(move.event) };
    case 'event':
      return { kind: 'note', over: move.machine, text: messageText(move.event) };
    case 'timeout':
      return { kind: 'note', over: move.machine, text: `${move.delay} is over` };
    case 'inject':
      return { kind: 'message', from: INTRUDER, to: move.to, text: messageText(move.event), fault: true };
    case 'drop':
      return { kind: 'message', from: move.from, to: move.to, text: messageText(move.event), fault: true, lost: true };
    case 'connect':
      return { kind: 'note', over: ENVIRONMENT, text: headline(move) };
    case 'crash':
    case 'restart':
      return { kind: 'note', over: move.machine, text: move.kind === 'crash' ? 'crashes' : 'starts again', fault: true };
    default:
      return { kind: 'note', over: ENVIRONMENT, text: headline(move), fault: true };
  }
}

function effectEvent(effect: Effect, hubs: ReadonlySet<string>): ShownEvent[] {
  switch (effect.kind) {
    case 'entered':
      return [{ kind: 'note', over: effect.machine, text: effect.state }];
    case 'emitted':
      return [{ kind: 'note', over: effect.machine, text: `emits ${messageText(effect.event)}` }];
    case 'ignored':
      return [{ kind: 'note', over: effect.machine, text: `ignores ${messageText(effect.event)}` }];
    case 'lost':
      return [
        { kind: 'note', over: effect.machine, text: `${messageText(effect.event)} to ${effect.to} is lost: ${effect.why}` },
      ];
    case 'called':
      return [{ kind: 'message', from: effect.machine, to: effect.to, text: messageText(effect.event) }];
    // What is sent on a link with one sender is drawn when it arrives.
    case 'sent':
      return hubs.has(effect.to)
        ? [{ kind: 'message', from: effect.machine, to: effect.to, text: messageText(effect.event) }]
        : [];
    case 'acted':
      return [];
  }
}

/** An event in one short piece: its type, and what it carries. */
export function messageText({ type, ...rest }: Message): string {
  const carried = Object.entries(rest);
  return carried.length === 0 ? type : `${type}(${carried.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ')})`;
}
