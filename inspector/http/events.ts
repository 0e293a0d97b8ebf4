/** Server-sent events: tells pages that something has changed, at most some ten times a second, whatever happens. */
import type { ServerResponse } from 'node:http';
import type { LiveEvent } from '../contract.ts';
import type { Source } from '../recordings/source.ts';

/** Milliseconds between two events of one kind. */
const PAUSE = 100;
/** Milliseconds after which something is said, so that nobody between takes a quiet connection for a dead one. */
const HEARTBEAT = 15_000;

/** Pages that listen. */
export class EventStreams {
  readonly #open = new Set<() => void>();

  /** Answers with a stream of events, about one recording or about the list only, until the page leaves. */
  open(response: ServerResponse, headers: Readonly<Record<string, string>>, source: Source | undefined): void {
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    const send = (event: LiveEvent) => response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    response.write('retry: 1000\n\n');
    const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT);
    heartbeat.unref();
    const tell = source && paced(() => send(changed(source)));
    const stop = source === undefined || tell === undefined ? undefined : source.watch(tell.soon);
    tell?.soon();
    const close = () => {
      clearInterval(heartbeat);
      stop?.();
      tell?.cancel();
      this.#open.delete(close);
      response.end();
    };
    this.#open.add(close);
    response.on('close', close);
  }

  /** Ends every stream. */
  close(): void {
    for (const close of [...this.#open]) close();
  }
}

function changed(source: Source): LiveEvent {
  const { entry, moments, sessions, progress } = { ...source.describe(), entry: source.entry };
  return { type: 'changed', recording: entry.id, moments, sessions, progress };
}

/** Calls at once, and then no more often than once in a pause; what is asked for in a pause is done once at its end. */
function paced(call: () => void): { readonly soon: () => void; readonly cancel: () => void } {
  let [timer, again]: [NodeJS.Timeout | undefined, boolean] = [undefined, false];
  const run = () => {
    call();
    again = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (again) run();
    }, PAUSE);
    timer.unref();
  };
  return {
    soon: () => {
      if (timer === undefined) run();
      else again = true;
    },
    cancel: () => clearTimeout(timer),
  };
}
