/** What some run must reach, so that nothing holds only because nothing happens. */
import type { DeclineReason, FailureCode } from '../../../../machines/index.ts';
import type { ChartReaction, ExploredMove } from './moves.ts';
import type { HandshakeProperty } from './properties.ts';

/** Who reacts. */
export type Role = ChartReaction['who']['role'];

/** Some move in which a process of this role reacts so. */
function sometimes(id: string, description: string, role: Role, isIt: (reaction: ChartReaction) => boolean): HandshakeProperty {
  const of = ({ reactions }: ExploredMove) => reactions.some((reaction) => reaction.who.role === role && isIt(reaction));
  return { id: `sometimes: ${id}`, description, kind: 'sometimesMove', of };
}

const nameOf = (role: Role) => `${role} process`;

/** A session is established in this mode. */
export const establishes = (role: Role, mode: 'network' | 'storage') =>
  sometimes(
    `${role} establishes a ${mode} session`,
    `Some ${nameOf(role)} establishes a session in ${mode} mode.`,
    role,
    (reaction) => {
      const isNetwork =
        reaction.event.startsWith(role === 'server' ? 'first.ready' : 'second.joined') ||
        reaction.event.startsWith('second.ready');
      return reaction.actions.includes('reportEstablished') && isNetwork === (mode === 'network');
    },
  );

/** Somebody declines with this reason. */
export const declines = (role: Role, reason: DeclineReason) =>
  sometimes(`${role} declines: ${reason}`, `Some ${nameOf(role)} declines with ${reason}.`, role, ({ actions }) =>
    actions.some((action) => action === `sendDecline ${reason}` || action === `refuseArray ${reason}`),
  );

/** This limit expires. */
export const expires = (role: Role, limit: string) =>
  sometimes(
    `${role} ${limit}`,
    `The ${limit} of some ${nameOf(role)} expires.`,
    role,
    ({ event }) => event === `timeout ${limit}`,
  );

/** A handshake fails with this code. */
export const fails = (role: Role, code: FailureCode) =>
  sometimes(`${role} fails: ${code}`, `Some ${nameOf(role)} reports ${code}.`, role, ({ actions }) =>
    actions.includes(`reportFailed ${code}`),
  );

/** A server process falls back from storage to network mode. */
export const fallsBack = () =>
  sometimes('server falls back', 'Some server process falls back from storage to network mode.', 'server', ({ actions }) =>
    actions.includes('startFallback'),
  );
