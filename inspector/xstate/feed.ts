/** Feeds the inspection events of a recording to a WebSocket: first where everything is, then what happens. */
import type { Source } from '../recordings/source.ts';
import { XstateEvents } from './events.ts';
import type { TextSocket } from './web-socket.ts';

/** Moments that are told of when somebody comes; those before them are told of by where they have led. */
const MOST_BEFORE = 1_000;

/** Tells `socket` of everything that has happened and happens in `source`, as long as both are there. */
export function feedXstate(source: Source, socket: TextSocket): void {
  const events = new XstateEvents(source.describe());
  let told = Math.max(0, source.size - MOST_BEFORE);
  const send = (all: Iterable<unknown>) => {
    for (const event of all) socket.send(JSON.stringify(event));
  };
  send(events.machines(source.scene(told - 1).machines));
  const tell = () => {
    if (source.size < told) {
      // Moves were taken back: where everything is now is all that can be said of that.
      told = source.size;
      send(events.machines(source.scene(told - 1).machines));
    }
    for (; told < source.size; told += 1) send(events.moment(source.moment(told)));
  };
  tell();
  const stop = source.watch(tell);
  void socket.closed.then(stop);
}
