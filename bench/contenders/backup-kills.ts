/**
 * A backup or a restore of which one side is killed, and what has to be true then: no archive that looks whole and is not, no file that is restored by half,
 * and a client process that serves the next one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where kills happen, and with which command line. */
export interface KillSetting {
  /** Program and arguments in front of the verb. */
  readonly command: readonly [string, ...string[]];
  readonly folder: string;
  readonly mode: 'network' | 'storage';
}

/** What is killed, of what. */
export interface Kill {
  readonly verb: 'backup' | 'restore';
  readonly side: 'client' | 'server';
}

/** How it ended. */
export interface KillOutcome {
  /** Whether the work was done before the kill came. */
  readonly finished: boolean;
  /** Whether it had begun to write when the kill came, and was not done. */
  readonly inTheMiddle: boolean;
  /** Milliseconds from the kill to the end of the other side, or to the end of the next backup where the other side is the client process. */
  readonly took: number;
}

const HEARTBEAT = ['--heartbeat', '200'];

/** One setting with its files: a tree, a good archive of it, and a client process that is started again when it was killed. */
export class KillRange {
  readonly #setting: KillSetting;
  #client: ChildProcess | undefined;
  #address = '';
  #digest = '';
  /** Milliseconds that a backup took to which nothing happened. */
  usual = 0;

  constructor(setting: KillSetting) {
    this.#setting = setting;
  }

  /** Makes the tree and the good archive. */
  async open(): Promise<void> {
    const { mode } = this.#setting;
    mkdirSync(this.#at('source'), { recursive: true });
    for (let index = 0; index < 40; index += 1) {
      const size = index % 10 === 0 ? 4_000_000 : 20_000;
      writeFileSync(this.#at(`source/file-${index}`), Buffer.alloc(size, `file ${index} `));
    }
    if (mode === 'storage') await this.#done('array', 'create', this.#at('array'), '--group', 'STG0=8M:database,backup');
    await this.#startClient();
    const begun = performance.now();
    await this.#backup('good.tar');
    this.usual = performance.now() - begun;
    this.#digest = digestOf(this.#at('good.tar'));
  }

  async close(): Promise<void> {
    this.#client?.kill('SIGTERM');
    if (this.#client?.exitCode === null) await once(this.#client, 'exit');
  }

  /** Begins the work, waits for `moment`, kills one side, and looks at everything. Throws Error where something is not as it must be. */
  async kill({ verb, side }: Kill, moment: (folder: string) => Promise<unknown>): Promise<KillOutcome> {
    const { folder } = this.#setting;
    rmSync(this.#at('a.tar'), { force: true });
    rmSync(this.#at('back'), { recursive: true, force: true });
    const server = this.#start(...this.#argumentsOf(verb));
    const ended = once(server, 'exit') as Promise<[number | null]>;
    await Promise.race([moment(folder), ended]);
    const killed = performance.now();
    const began = existsSync(this.#at('back')) || readdirSync(folder).some((name) => name.startsWith('a.tar.'));
    (side === 'server' ? server : this.#client)?.kill('SIGKILL');
    const [code] = await ended;
    if (side === 'client') {
      if (code !== 0 && code !== 1 && code !== 2)
        throw new Error(`the server process ended with ${code} when the client process was killed`);
      await this.#startClient();
    }
    const finished = this.#look(verb, code);
    const took = side === 'client' ? performance.now() - killed : 0;
    await this.#backup('next.tar');
    if (digestOf(this.#at('next.tar')) !== this.#digest) throw new Error('the backup behind the kill is not right');
    this.#sweep();
    return { finished, inTheMiddle: began && !finished, took: side === 'client' ? took : performance.now() - killed };
  }

  #argumentsOf(verb: Kill['verb']): string[] {
    return verb === 'backup'
      ? ['backup', this.#address, this.#at('source'), '--to', this.#at('a.tar'), ...this.#through()]
      : ['restore', this.#at('good.tar'), this.#address, this.#at('back'), '--strip', this.#strip(), ...this.#through()];
  }

  #strip = (): string => String(this.#at('source').split('/').length - 1);

  /** Whether the work was done. Throws where it was done by half and looks whole. */
  #look(verb: Kill['verb'], code: number | null): boolean {
    if (verb === 'backup') {
      if (!existsSync(this.#at('a.tar'))) {
        if (code === 0) throw new Error('the server process said that all is well, and there is no archive');
        return false;
      }
      if (digestOf(this.#at('a.tar')) !== this.#digest) throw new Error('there is an archive that looks whole and is not');
      return true;
    }
    if (!existsSync(this.#at('back'))) return false;
    const names = readdirSync(this.#at('back')).filter((name) => !name.endsWith('.partial'));
    for (const name of names) {
      const whole = readFileSync(this.#at(`source/${name}`));
      if (!whole.equals(readFileSync(this.#at(`back/${name}`)))) throw new Error(`${name} was restored by half`);
    }
    return names.length === readdirSync(this.#at('source')).length;
  }

  /** What a killed process leaves is called partial, and nobody takes it for anything. */
  #sweep(): void {
    for (const name of readdirSync(this.#setting.folder)) {
      if (name.endsWith('.partial') && lstatSync(this.#at(name)).isFile()) rmSync(this.#at(name));
    }
  }

  async #startClient(): Promise<void> {
    const { mode } = this.#setting;
    const array = mode === 'storage' ? `array: { file: ${this.#at('array')}, host: database, heartbeat: 200 }\n` : '';
    writeFileSync(this.#at('client.yaml'), `wkp: tcp://127.0.0.1:0\nread: [${this.#at('')}]\nwrite: [${this.#at('')}]\n${array}`);
    const client = this.#start('client', '--config', this.#at('client.yaml'));
    this.#client = client;
    this.#address = await new Promise<string>((resolve, reject) => {
      createInterface({ input: client.stderr as NodeJS.ReadableStream }).on('line', (line) => {
        const address = /"event":"listening","address":"([^"]+)"/.exec(line)?.[1];
        if (address !== undefined) resolve(address);
      });
      client.once('exit', () => reject(new Error('the client process did not start')));
    });
  }

  #through(): string[] {
    const { mode } = this.#setting;
    return ['--mode', mode, ...(mode === 'storage' ? ['--array', this.#at('array'), '--host', 'backup', ...HEARTBEAT] : [])];
  }

  #backup(name: string): Promise<void> {
    return this.#done('backup', this.#address, this.#at('source'), '--to', this.#at(name), ...this.#through());
  }

  async #done(...args: readonly string[]): Promise<void> {
    const child = this.#start(...args);
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${said}`);
  }

  #start(...args: readonly string[]): ChildProcess {
    const [program, ...before] = this.#setting.command;
    const child = spawn(program, [...before, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.resume();
    return child;
  }

  #at(name: string): string {
    return join(this.#setting.folder, name);
  }
}

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
