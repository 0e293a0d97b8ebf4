/** The other side of the adapter protocol: any subject of this process, served over a pair of streams. */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import type { Role } from '../path.ts';
import type { CallOutcome, Seen, Subject } from '../subject.ts';
import { protocolName, protocolVersion, request } from './protocol.ts';

/** What is served: its name, whether an answer to `observe` is complete, and a subject for each role. They have the same capabilities. */
export interface Served {
  readonly name: string;
  readonly quiet: 'exact' | 'timed';
  readonly subjects: Readonly<Partial<Record<Role, Subject>>>;
}

/** Answers requests until `close` or the end of the input. What goes wrong is the answer to the request. */
export async function serveAdapter(served: Served, input: Readable, output: Writable): Promise<void> {
  const adapter = new Adapter(served);
  for await (const line of createInterface({ input })) {
    const { id, ...outcome } = await adapter.answer(line);
    output.write(`${JSON.stringify({ id, ...outcome })}\n`);
    if (adapter.closed) break;
  }
  await adapter.close();
}

type Asked = z.infer<typeof request>;

class Adapter {
  closed = false;
  readonly #served: Served;
  #subject: Subject | undefined;
  /** The tester numbers what it connects; the subject has numbers of its own. */
  #ours = new Map<number, number>();
  #theirs = new Map<number, number>();

  constructor(served: Served) {
    this.#served = served;
  }

  async answer(line: string): Promise<{ readonly id: number; readonly ok?: object; readonly error?: string }> {
    let id = 0;
    try {
      const asked = JSON.parse(line) as { id?: number };
      id = asked.id ?? 0;
      const parsed = request.safeParse(asked);
      if (!parsed.success) return { id, error: z.prettifyError(parsed.error) };
      return { id, ok: await this.#perform(parsed.data) };
    } catch (error) {
      return { id, error: error instanceof Error ? error.message : String(error) };
    }
  }

  async close(): Promise<void> {
    for (const subject of Object.values(this.#served.subjects)) await subject.close();
  }

  async #perform(asked: Asked): Promise<object> {
    if (asked.do === 'hello') return this.#hello();
    if (asked.do === 'close') {
      this.closed = true;
      return {};
    }
    if (asked.do === 'reset') {
      await this.#reset(asked);
      return {};
    }
    const subject = this.#subject;
    if (subject === undefined) throw new Error(`${asked.do} before reset`);
    if (asked.do === 'observe') {
      const events = await subject.observe(() => true, asked.within);
      return { events: events.map((event) => this.#shown(event)), limits: subject.limits() };
    }
    if (asked.do === 'arrayPort') return subject.arrayPort();
    await this.#act(subject, asked);
    return {};
  }

  #hello(): object {
    const subjects = Object.entries(this.#served.subjects);
    const capabilities = subjects[0]?.[1].capabilities;
    const roles = subjects.map(([role]) => role);
    const { name, quiet } = this.#served;
    return { protocol: protocolName, version: protocolVersion, name, quiet, ...capabilities, roles };
  }

  async #reset(asked: Extract<Asked, { do: 'reset' }>): Promise<void> {
    const subject = this.#served.subjects[asked.role];
    if (subject === undefined) throw new Error(`there is no ${asked.role} process here`);
    this.#subject = subject;
    this.#ours.clear();
    this.#theirs.clear();
    await subject.start({ ...asked, secret: Buffer.from(asked.secret, 'hex') });
  }

  async #act(subject: Subject, asked: Asked): Promise<void> {
    switch (asked.do) {
      case 'connect': {
        const number = await subject.connect(asked.to);
        this.#ours.set(asked.connection, number);
        this.#theirs.set(number, asked.connection);
        return;
      }
      case 'accept':
      case 'refuse':
      case 'end':
      case 'abort':
        return subject[asked.do](this.#number(asked.connection));
      case 'send':
        return subject.send(this.#number(asked.connection), Buffer.from(asked.hex, 'hex'));
      case 'answer':
        return subject.answer(asked.outcome as CallOutcome);
      case 'wish':
        return subject.wish(asked.wish);
      case 'advance':
        return subject.expire('', asked.milliseconds);
      default:
        throw new Error(`${asked.do} is not served here`);
    }
  }

  #number(connection: number): number {
    return this.#ours.get(connection) ?? connection;
  }

  #shown(event: Seen): object {
    if (!('connection' in event)) return event;
    const connection = this.#theirs.get(event.connection) ?? event.connection;
    if (event.type !== 'bytes') return { ...event, connection };
    return { type: 'bytes', connection, hex: event.bytes.toString('hex') };
  }
}
