/** What the user of a channel has heard on it. */
import type { Duplex } from 'node:stream';

export interface Heard {
  /** The lines so far. */
  readonly lines: readonly string[];
  /** The channel was destroyed: what was on its way may be lost. */
  readonly broken: boolean;
}

/** Listens from now on. */
export function hear(channel: Duplex): Heard {
  let text = '';
  let broken = false;
  channel.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  channel.once('error', () => {
    broken = true;
  });
  return {
    get lines() {
      return text.split('\n').slice(0, -1);
    },
    get broken() {
      return broken;
    },
  };
}
