/** That every handshake ends: no deadlock, no livelock, and what was begun is over some time. */
import type { View } from '../../../compose/system.ts';
import type { Cast } from './cast.ts';
import { pathOf } from './labels.ts';
import { letterOf } from './plan.ts';
import { descriptions, type HandshakeProperty } from './properties.ts';
import { type ClientValue, isRunning, type ProcessState, type ServerValue } from './values.ts';

/** The properties that are decided by states without a move and by loops. */
export function endingProperties(cast: Cast): readonly [deadlock: HandshakeProperty, livelock: HandshakeProperty] {
  return [
    {
      id: 'ends.deadlock',
      description: descriptions['ends.deadlock'],
      kind: 'noDeadlock',
      mayEnd: (view) => isAtRest(cast, view),
    },
    {
      id: 'ends.livelock',
      description: descriptions['ends.livelock'],
      kind: 'noLivelock',
      // Nothing that goes on by itself may go on for ever, and no user starts a process again without end.
      progress: () => false,
    },
  ];
}

/** That each process's handshakes are over some time, for its own sake and one by one. */
export function eventualities(cast: Cast): HandshakeProperty[] {
  const { plan } = cast;
  const servers = plan.serverSlots.map((slot, index): HandshakeProperty => {
    const isBusy = (view: View) => isHandshaking(view.get(slot) as unknown as ServerValue);
    return leadsTo(`server ${letterOf(index)}`, isBusy);
  });
  const instances = plan.links.flatMap(({ instanceSlot, label }) => {
    if (instanceSlot < 0) return [];
    const isBusy = (view: View) =>
      isOpenEnded(view.get(instanceSlot) as unknown as ClientValue) &&
      (view.get(plan.processSlot) as unknown as ProcessState) !== 'stopped';
    return [leadsTo(label, isBusy)];
  });
  return [...servers, ...instances];
}

const leadsTo = (part: string, isBusy: (view: View) => boolean): HandshakeProperty => ({
  id: `ends: ${part}`,
  description: descriptions.ends,
  kind: 'leadsTo',
  from: isBusy,
  to: (view) => !isBusy(view),
});

/** Nobody waits for anything: what is not over is an established session, or will never do anything again. */
function isAtRest({ plan }: Cast, view: View): boolean {
  if (plan.serverSlots.some((slot) => isHandshaking(view.get(slot) as unknown as ServerValue))) return false;
  if ((view.get(plan.processSlot) as unknown as ProcessState) === 'stopped') return true;
  return plan.links.every(
    ({ instanceSlot }) => instanceSlot < 0 || !isOpenEnded(view.get(instanceSlot) as unknown as ClientValue),
  );
}

const isHandshaking = (value: ServerValue) => isRunning(value) && pathOf(value.state) !== 'established';

/** An instance that waits for something: in its handshake, or for the end of the WKP connection. */
const isOpenEnded = (value: ClientValue) => value !== null && pathOf(value.state) !== 'established.open';
