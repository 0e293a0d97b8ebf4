/** Moves in words, and as what a sequence diagram draws. Step numbers are those of the source text. */
import type { End, Item } from '../../../compose/connection.ts';
import type { Shown, ShownEvent } from '../../../compose/system.ts';
import { at } from '../stage.ts';
import type { Frame, LinkName, Who } from '../world.ts';
import type { Act, ChartReaction, ExploredMove } from './moves.ts';
import { letterOf, type PlannedLink } from './plan.ts';

/** The links of a composition, which moves name by their numbers. */
type Links = readonly Pick<PlannedLink, 'server' | 'name' | 'label'>[];

/** The lifeline of the client process. */
export const clientLifeline = 'client process';
/** The lifeline of the intruder. */
export const intruderLifeline = 'intruder';
/** The lifeline of a server process, or of the intruder (-1). */
export const dialerLifeline = (server: number) => (server < 0 ? intruderLifeline : `server ${letterOf(server)}`);

/** One line for a move, and its events in a sequence diagram. */
export function showMove(links: Links, { act, fault, reactions, accepted }: ExploredMove): Shown {
  const marked = fault === undefined ? {} : { fault: true };
  const lead = eventOf(links, act);
  const events: ShownEvent[] = [{ ...lead, ...marked }, ...reactions.flatMap((reaction) => notesOf(links, reaction))];
  const taken = accepted === undefined ? '' : ` (taken for right, and is ${accepted})`;
  const said = lead.kind === 'note' ? `${lead.over}: ${lead.text}` : `${lead.from} -> ${lead.to}: ${lead.text}`;
  const states = reactions.map((reaction) => `${nameOfWho(links, reaction.who)} ${reaction.next}`);
  return { text: `${said}${taken}${states.length === 0 ? '' : ` [${states.join('; ')}]`}`, events };
}

function eventOf(links: Links, act: Act): ShownEvent {
  const message = (from: string, to: string, text: string): ShownEvent => ({ kind: 'message', from, to, text });
  const note = (over: string, text: string): ShownEvent => ({ kind: 'note', over, text });
  const link = 'link' in act ? at(links, act.link) : undefined;
  const dialer = dialerLifeline(link?.server ?? -1);
  const label = link?.label ?? '';
  switch (act.kind) {
    case 'connect':
      return message(
        dialer,
        clientLifeline,
        `connects ${label}${connectSteps[link?.name === 'any' ? 'first' : (link?.name ?? 'first')]}`,
      );
    case 'refuse':
      return message(clientLifeline, dialer, `refuses ${label}`);
    case 'accept':
      return note(clientLifeline, `accepts ${label}${act.as === undefined ? ' (step 198)' : ` as a ${act.as} connection`}`);
    case 'call':
      return note(clientLifeline, callTexts[act.call]);
    case 'reset':
      return message(dialer, clientLifeline, `${label} is reset by the network`);
    case 'deliver': {
      const [from, to] = direction(dialer, act.to);
      const changed = act.tampering === undefined ? '' : `, with another ${act.tampering}`;
      return message(from, to, `${itemText(act.item, act.to)}${changed} on ${label}`);
    }
    case 'end': {
      const [from, to] = direction(dialer, act.to);
      return message(from, to, `${label} ends in this direction only`);
    }
    case 'outcome':
      return note(lifelineOf(act.who), outcomeTexts[act.outcome] ?? act.outcome);
    case 'expire':
      return note(lifelineOf(act.who), `${act.limit} expires${ofInstance(links, act.who)}`);
    case 'abort':
      return note(lifelineOf(act.who), 'its user gives up');
    case 'close':
      return note(lifelineOf(act.who), `its user closes the session${ofInstance(links, act.who)}`);
    case 'crash':
      return note(lifelineOf(act.who), 'is killed');
    case 'restart':
      return note(lifelineOf(act.who), 'is started again');
    case 'stop':
      return note(lifelineOf(act.who), 'stops for ever without closing anything');
    case 'stopListener':
      return note(clientLifeline, 'is told to stop listening');
    case 'cleanUp':
      return message(clientLifeline, dialerLifeline(act.server), 'the kernel closes what was left');
    case 'intrude':
      return message(
        intruderLifeline,
        clientLifeline,
        act.port < 0 ? `connects ${label} to the WKP` : `connects ${label} to dynamic port ${act.port}`,
      );
    case 'say':
      return message(intruderLifeline, clientLifeline, `${frameText(act.frame, 'acceptor')} on ${label} (${act.source})`);
    case 'leave':
      return message(intruderLifeline, clientLifeline, act.how === 'reset' ? `resets ${label}` : `closes ${label}`);
  }
}

const direction = (dialer: string, to: End): readonly [from: string, to: string] =>
  to === 'dialer' ? [clientLifeline, dialer] : [dialer, clientLifeline];

const connectSteps: Readonly<Record<LinkName, string>> = {
  first: ': connection 1 on the WKP',
  second: ': connection 2 on the WKP (steps 94, 96, 98, 124)',
  array: ': the dynamic port (steps 142, 144, 234)',
};

const outcomeTexts: Readonly<Record<string, string>> = {
  'port.opened': 'has a dynamic port and listens on it (steps 162, 164, 166, 168)',
  'port.exhausted': 'finds no free dynamic port',
  'port.unavailable': 'finds no array',
  'group.attached': 'attaches the group',
  'group.unknown': 'finds no such group',
  'group.refused': 'is not admitted to the group',
  'group.full': 'finds no free segments in the group',
  'array.reset': 'finds the array connection gone',
};

const callTexts = {
  'port.bound': 'binds an STP socket to a dynamic port (steps 162, 164)',
  'port.listening': 'listens on it (step 166)',
  'port.named': 'learns its number (step 168)',
} as const;

function itemText(item: Item<Frame>, to: End): string {
  if (item.kind === 'message') return frameText(item.message, to);
  return item.kind === 'ended' ? 'the end' : 'a reset';
}

/** A frame, as it is called in the protocol, with its step. */
export function frameText(frame: Frame, to: End): string {
  switch (frame.name) {
    case 'hello':
      return `HELLO ${frame.mode}`;
    case 'descriptor':
      return `DESCRIPTOR ${frame.number < 0 ? 'of nobody' : frame.number} (step ${to === 'dialer' ? 122 : 100})`;
    case 'port':
      return `PORT ${frame.port} (steps 170, 140)`;
    case 'group':
      return 'GROUP (steps 236, 200)';
    case 'decline':
      return `DECLINE ${frame.reason}`;
    case 'forged':
      return `${frame.as.toUpperCase()} out of turn`;
    case 'data':
      return 'session data';
    case 'ready':
    case 'garbage':
      return frame.name === 'ready' ? 'READY' : 'garbage';
  }
}

/** What a reader of a diagram wants to know of a reaction: how a handshake went on, or out. */
function notesOf(links: Links, { who, next, actions }: ChartReaction): ShownEvent[] {
  const texts = actions.flatMap((action) => {
    const [name, detail] = action.split(' ');
    if (name === 'reportEstablished') return ['session complete'];
    if (name === 'reportFailed') return [`gives up: ${detail}`];
    if (name === 'startFallback') return ['falls back to network mode'];
    if (name === 'sendDecline') return [`says DECLINE ${detail}, if anybody is there`];
    if (name === 'refuseArray') return [`refuses the array connection${detail === undefined ? '' : `: ${detail}`}`];
    return [];
  });
  if (next === 'joined') texts.push('knows whose second connection it is (step 126)');
  return texts.map((text) => ({ kind: 'note', over: lifelineOf(who), text: `${text}${ofInstance(links, who)}` }));
}

const lifelineOf = ({ role, index }: Who) => (role === 'client' ? clientLifeline : dialerLifeline(index));

const ofInstance = (links: Links, { role, index }: Who) =>
  role === 'client' && index >= 0 ? ` (for ${at(links, index).label})` : '';

const nameOfWho = (links: Links, who: Who) => `${lifelineOf(who)}${ofInstance(links, who)}`;
