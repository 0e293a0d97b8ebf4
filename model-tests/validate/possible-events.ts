/** Which events of a role's alphabet can happen in a state at all (docs/protocol.md, sections 4 and 5). */

/** By state, the connections that there are and that are no channel yet: frames and endings come from these. In other states none can. */
export type Speaking = Readonly<Record<string, readonly string[]>>;

/** The client process's connections. */
export const clientSpeaking: Speaking = {
  awaitingFirstFrame: ['first'],
  'handshaking.network.awaitingSecond': ['first'],
  'handshaking.storage.openingPort': ['first'],
  'handshaking.storage.awaitingConnection': ['first'],
  'handshaking.storage.awaitingGroup': ['first', 'array'],
  'handshaking.storage.attachingGroup': ['first', 'array'],
  'established.lingering': ['first'],
  closing: ['first'],
};

/** The server process's connections. */
export const serverSpeaking: Speaking = {
  'handshaking.network.awaitingDescriptor': ['first'],
  'handshaking.network.connectingSecond': ['first'],
  'handshaking.network.awaitingReady.both': ['first', 'second'],
  'handshaking.network.awaitingReady.first': ['first'],
  'handshaking.network.awaitingReady.second': ['second'],
  'handshaking.storage.awaitingPort': ['first'],
  'handshaking.storage.connectingArray': ['first'],
  'handshaking.storage.awaitingReady': ['first', 'array'],
  'handshaking.storage.awaitingVerdict': ['first'],
  'handshaking.storage.attachingGroup': ['first', 'array'],
};

/**
 * Whether an event is the outcome of something that the process has under way itself. It can happen only where that is so; a chart's
 * wildcard for frames, as `first.*`, matches its name elsewhere, too, and means nothing there.
 */
export function isOutcome(type: string): boolean {
  return /^(group|port)\.|\.(connected|refused|accepted|joined)$/.test(type);
}

/** Whether frames and endings of the event's connection can come in this state; true for events of no connection. */
export function canSpeak(speaking: Speaking, state: string, type: string): boolean {
  const [connection = ''] = type.split('.', 1);
  if (isOutcome(type) || !['first', 'second', 'array'].includes(connection)) return true;
  return speaking[state]?.includes(connection) ?? false;
}
