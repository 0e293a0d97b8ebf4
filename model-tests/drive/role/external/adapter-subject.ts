/** An implementation in another process as a subject: whatever is asked of it becomes a request to its adapter. */
import type { z } from 'zod';
import {
  type ArrayPort,
  type CallOutcome,
  CannotRunError,
  type Capabilities,
  type Seen,
  type Setup,
  type Subject,
  SubjectError,
  type Wish,
} from '../subject.ts';
import { AdapterError, AdapterProcess, AdapterRefusal } from './adapter-process.ts';
import { arrayPort, emptyReply, helloReply, observeReply, protocolName, protocolVersion, type Request } from './protocol.ts';

/** How long is waited, in milliseconds. */
export interface Patience {
  /** For an answer, and for what a path expects. */
  readonly patience: number;
  /** How long nothing more must come, where a subject cannot tell when it is quiet. */
  readonly quiet: number;
}

/** A command has at least so many milliseconds to start and to say hello. */
const STARTING = 5_000;

type Hello = z.infer<typeof helloReply>;

export class AdapterSubject implements Subject {
  readonly capabilities: Capabilities;
  /** What the implementation calls itself. */
  readonly label: string;
  readonly #hello: Hello;
  readonly #patience: Patience;
  #process: AdapterProcess;
  #connections = 0;
  #limits: readonly string[] | undefined;

  private constructor(process: AdapterProcess, hello: Hello, patience: Patience) {
    this.#process = process;
    this.#hello = hello;
    this.#patience = patience;
    this.label = hello.name;
    const { roles, modes, clock, limits, dials, reports, wishes, full } = hello;
    this.capabilities = { roles, modes, clock, limits, dials, reports, wishes, full };
  }

  /** Starts the command and says hello. Throws CannotRunError when nothing comes of that. */
  static async open(command: string, patience: Patience): Promise<AdapterSubject> {
    const [process, hello] = await greet(command, patience);
    return new AdapterSubject(process, hello, patience);
  }

  async start(setup: Setup): Promise<void> {
    if (!this.#process.alive) this.#process = await this.#startAgain();
    this.#connections = 0;
    this.#limits = undefined;
    const { role, mode, fallback, full, limits, group, array } = setup;
    const secret = setup.secret.toString('hex');
    try {
      await this.#do({ do: 'reset', role, mode, fallback, secret, full, limits, group, array });
    } catch (error) {
      if (!(error instanceof AdapterRefusal)) throw error;
      throw new CannotRunError(`the adapter refuses to begin as ${role} process in ${mode} mode: ${error.message}`);
    }
  }

  async connect(to: 'wkp' | ArrayPort): Promise<number> {
    this.#connections += 1;
    await this.#do({ do: 'connect', connection: this.#connections, to });
    return this.#connections;
  }

  accept(connection: number): Promise<void> {
    return this.#do({ do: 'accept', connection });
  }

  refuse(connection: number): Promise<void> {
    return this.#do({ do: 'refuse', connection });
  }

  async arrayPort(): Promise<ArrayPort> {
    return this.#parse(arrayPort, 'arrayPort', await this.#ask({ do: 'arrayPort' }));
  }

  send(connection: number, bytes: Buffer): Promise<void> {
    return this.#do({ do: 'send', connection, hex: bytes.toString('hex') });
  }

  end(connection: number): Promise<void> {
    return this.#do({ do: 'end', connection });
  }

  abort(connection: number): Promise<void> {
    return this.#do({ do: 'abort', connection });
  }

  async expire(_limit: string, milliseconds: number): Promise<void> {
    if (this.#hello.clock === 'virtual') await this.#do({ do: 'advance', milliseconds });
  }

  answer(outcome: CallOutcome): Promise<void> {
    return this.#do({ do: 'answer', outcome });
  }

  wish(wish: Wish): Promise<void> {
    return this.#do({ do: 'wish', wish });
  }

  async observe(enough: (seen: readonly Seen[]) => boolean, within = 0): Promise<Seen[]> {
    if (this.#hello.quiet === 'exact') return this.#observe(this.#hello.clock === 'real' ? within : 0);
    const { patience, quiet } = this.#patience;
    const deadline = Date.now() + patience + (this.#hello.clock === 'real' ? within : 0);
    const seen: Seen[] = [];
    for (let left = deadline - Date.now(); !enough(seen) && left > 0; left = deadline - Date.now()) {
      seen.push(...(await this.#observe(left)));
    }
    return [...seen, ...(await this.#observe(quiet))];
  }

  limits(): readonly string[] | undefined {
    return this.#limits;
  }

  async stop(): Promise<string[]> {
    return [];
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  async #startAgain(): Promise<AdapterProcess> {
    try {
      const [process] = await greet(this.#process.command, this.#patience);
      return process;
    } catch (error) {
      // It could be started before.
      throw error instanceof CannotRunError ? new SubjectError(`the adapter cannot be started again: ${error.message}`) : error;
    }
  }

  async #observe(within: number): Promise<Seen[]> {
    const { events, limits } = this.#parse(observeReply, 'observe', await this.#ask({ do: 'observe', within }));
    this.#limits = limits && [...limits].sort();
    return events.map((event) =>
      event.type === 'bytes' ? { type: 'bytes', connection: event.connection, bytes: Buffer.from(event.hex, 'hex') } : event,
    );
  }

  async #do(request: Request): Promise<void> {
    this.#parse(emptyReply, request.do, await this.#ask(request));
  }

  #parse<Schema extends z.ZodType>(schema: Schema, what: string, ok: unknown): z.infer<Schema> {
    const parsed = schema.safeParse(ok);
    if (parsed.success) return parsed.data;
    throw this.#broke(this.#process.fault(`answers ${what} with something else: ${issueOf(parsed.error)}`));
  }

  async #ask(request: Request): Promise<unknown> {
    const within = request.do === 'observe' ? request.within : 0;
    try {
      return await this.#process.ask(request, this.#patience.patience + within);
    } catch (error) {
      throw this.#broke(error, request.do);
    }
  }

  #broke(error: unknown, what?: string): unknown {
    if (error instanceof AdapterError) return new SubjectError(`the adapter ${error.message}`);
    // To begin is refused for everybody; anything else for this path only.
    if (error instanceof AdapterRefusal && what !== 'reset')
      return new SubjectError(`the adapter cannot ${what}: ${error.message}`);
    return error;
  }
}

async function greet(command: string, { patience }: Patience): Promise<[AdapterProcess, Hello]> {
  const process = new AdapterProcess(command);
  const cannot = async (why: string) => {
    await process.close();
    return new CannotRunError(`${JSON.stringify(command)} ${why}`);
  };
  let ok: unknown;
  try {
    ok = await process.ask({ do: 'hello', protocol: protocolName, version: protocolVersion }, Math.max(patience, STARTING));
  } catch (error) {
    throw await cannot(error instanceof AdapterRefusal ? `refuses hello: ${error.message}` : `${messageOf(error)}`);
  }
  const parsed = helloReply.safeParse(ok);
  if (!parsed.success) throw await cannot(`answers hello with something else: ${issueOf(parsed.error)}`);
  if (parsed.data.version !== protocolVersion)
    throw await cannot(`speaks version ${parsed.data.version} of the adapter protocol; this is version ${protocolVersion}`);
  return [process, parsed.data];
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The first thing that is wrong with a reply, with its place. */
function issueOf({ issues: [issue] }: z.ZodError): string {
  const path = issue?.path.join('.') ?? '';
  return `${path === '' ? '' : `${path}: `}${issue?.message ?? 'unknown'}`;
}
