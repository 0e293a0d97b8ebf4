/** What kind of thing a move of the handshake is. */
import type { Act, ExploredMove } from '../../../model-tests/drive/handshake/explored/moves.ts';
import type { DriveMove, MomentKind } from '../../contract.ts';

/** Where the button of a move stands. */
export function groupOf({ act, fault }: Pick<ExploredMove, 'act' | 'fault'>): DriveMove['group'] {
  if (act.kind === 'expire') return 'timeout';
  if (fault !== undefined) return 'fault';
  switch (act.kind) {
    case 'deliver':
    case 'end':
      return 'deliver';
    case 'outcome':
    case 'call':
      return 'call';
    case 'abort':
    case 'close':
    case 'stopListener':
    case 'restart':
      return 'user';
    case 'intrude':
    case 'say':
    case 'leave':
      return 'intruder';
    case 'crash':
    case 'stop':
    case 'reset':
      return 'fault';
    default:
      return 'connection';
  }
}

/** How a moment is marked. */
export function kindOf({ act, fault }: ExploredMove): MomentKind {
  if (act.kind === 'expire') return 'timeout';
  if (fault !== undefined) return 'fault';
  switch (act.kind) {
    case 'deliver':
      return act.item.kind === 'message' ? 'frame' : act.item.kind === 'reset' ? 'fault' : 'connection';
    case 'say':
      return 'frame';
    case 'outcome':
    case 'call':
      return 'call';
    case 'abort':
    case 'close':
    case 'stopListener':
      return 'user';
    default:
      return 'connection';
  }
}

/** The link that a move is about, by its number; -1 for none. */
export const linkOf = (act: Act) => ('link' in act ? act.link : -1);
