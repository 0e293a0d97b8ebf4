/** Takes what processes send that are inspected, and makes one recording of it: whatever they do stands in one order. */
import type { IncomingMessage } from 'node:http';
import type { RoleCharts } from '../charts/handshake.ts';
import { decodeFrame } from '../frames/decode.ts';
import type { Offer } from '../recordings/catalogue.ts';
import { addRecord, checkRecord, TraceLineError } from '../traces/parse.ts';
import { TraceRecording } from '../traces/recording.ts';
import type { RecordedFrame } from '../traces/words.ts';
import { type AttachLine, MAX_LINE, readAttachLine } from './lines.ts';
import { inOrder, type Waiting } from './order.ts';

/** Records that are kept; what comes behind them is not. */
const MOST_RECORDS = 2_000_000;
/** Milliseconds that a record waits for what happened before it and arrives behind it, and how many may wait. */
const PATIENCE = 100;
const MOST_WAITING = 2_000;
/** Sessions of which a frame was received whose record has not come yet. */
const MOST_EARLY = 10_000;

export class LiveRecording {
  readonly recording: TraceRecording;
  /** Frames that were received, until the record of their event comes. */
  readonly #early = new Map<string, RecordedFrame[]>();
  /** Records that wait for others to overtake them, in the order of their arrival, and the last one of each session. */
  #waiting: Waiting[] = [];
  readonly #last = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #senders = 0;
  #lost = 0;

  constructor(charts: RoleCharts) {
    const entry = {
      id: 'live',
      kind: 'live',
      title: 'live',
      description: 'What listen --inspect, connect --inspect and programs with inspector() send.',
    } as const;
    this.recording = new TraceRecording(entry, charts);
    this.recording.progress = { state: 'live' };
  }

  get offer(): Offer {
    return { entry: this.recording.entry, open: () => this.recording };
  }

  /** Takes what one process sends, until it ends. Lines that say nothing that is understood end it. */
  async receive(request: IncomingMessage): Promise<void> {
    this.#senders += 1;
    try {
      request.setEncoding('utf8');
      let rest = '';
      for await (const chunk of request as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        if (rest.length > MAX_LINE) throw new TraceLineError(`a line is longer than ${MAX_LINE} characters`);
        for (const text of lines) this.#take(text);
        this.recording.changed();
      }
    } catch (error) {
      // That a process was killed in the middle of a line is no reason to complain.
      if (error instanceof TraceLineError) this.recording.problem = `a process has sent what is not understood: ${error.message}`;
      request.destroy();
    } finally {
      this.#senders -= 1;
      if (this.#senders === 0) this.#settle();
      this.recording.changed();
    }
  }

  #take(text: string): void {
    if (text === '') return;
    const line = readAttachLine(text);
    if (line === undefined) throw new TraceLineError('a line of another kind');
    this.#takeLine(line);
  }

  #takeLine(line: AttachLine): void {
    switch (line.type) {
      case 'record':
        this.#record(line.record);
        return;
      case 'frame': {
        const { session, way, channel, hex } = line;
        this.#frame(session, { way, channel, frame: decodeFrame(Buffer.from(hex, 'hex')) });
        return;
      }
      case 'array':
        this.recording.array = line.array;
        return;
      case 'lost':
        this.#lost += line.lines;
        this.recording.problem = `${this.#lost} lines are missing: they came faster than they could be taken`;
        return;
      case 'hello':
        return;
    }
  }

  #record(value: unknown): void {
    const record = checkRecord(value);
    if (this.recording.columns.size + this.#waiting.length >= MOST_RECORDS) {
      this.recording.problem = `there are more than ${MOST_RECORDS} records: those behind them are not kept`;
      return;
    }
    const one: Waiting = { record, received: this.#early.get(record.session) ?? [], sent: [] };
    this.#early.delete(record.session);
    this.#waiting.push(one);
    this.#last.set(record.session, one);
    if (this.#waiting.length >= MOST_WAITING) this.#settle();
    this.#timer ??= setTimeout(() => this.#settle(), PATIENCE).unref();
  }

  #frame(session: string, frame: RecordedFrame): void {
    if (frame.way === 'received') {
      if (this.#early.size < MOST_EARLY) this.#early.set(session, [...(this.#early.get(session) ?? []), frame]);
      return;
    }
    const waiting = this.#last.get(session);
    if (waiting !== undefined) {
      waiting.sent.push(frame);
      return;
    }
    const { columns, frames } = this.recording;
    const lasts = columns.numbersOf(session).map((number) => columns.sessions[number]?.last ?? -1);
    const last = Math.max(-1, ...lasts);
    if (last >= 0) frames.set(last, [...(frames.get(last) ?? []), frame]);
  }

  /** What has waited long enough stands in its order from now on. */
  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { columns, frames } = this.recording;
    for (const { record, received, sent } of inOrder(this.#waiting)) {
      addRecord(columns, record);
      if (received.length + sent.length > 0) frames.set(columns.size - 1, [...received, ...sent]);
    }
    this.#waiting = [];
    this.#last.clear();
    this.recording.changed();
  }
}
