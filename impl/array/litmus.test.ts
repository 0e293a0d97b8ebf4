/** What two threads, and two processes, may see of one ring: every outcome that comes is an acceptable one. STPCONNECT_LITMUS says how many arenas. */
import { fork } from 'node:child_process';
import { type EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ARENA_BYTES, act, litmusTests, outcomes, prepareArena, ROUNDS } from './litmus.test-support.ts';
import { whyNotMapped } from './mapped.test-support.ts';
import { createFile, mapFile } from './memory/mapped-memory.ts';
import { Words } from './memory/words.ts';

const ARENAS = Number(process.env['STPCONNECT_LITMUS'] ?? 10);
const actor = new URL('./litmus.actor.ts', import.meta.url);

interface Other {
  readonly words: Words;
  readonly events: EventEmitter;
  ask(question: number): void;
  stop(): unknown;
}

function thread(): Other {
  const buffer = new SharedArrayBuffer(ARENA_BYTES);
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(actor.href)}); });`;
  const worker = new Worker(start, { eval: true, workerData: buffer });
  return {
    words: new Words(buffer),
    events: worker,
    ask: (question) => worker.postMessage(question),
    stop: () => worker.terminate(),
  };
}

function separateProcess(): Other {
  const folder = mkdtempSync(join(tmpdir(), 'stpconnect-litmus-'));
  const file = join(folder, 'arena');
  createFile(file, ARENA_BYTES, () => undefined);
  const { buffer } = mapFile(file, 0, () => ARENA_BYTES);
  const child = fork(fileURLToPath(actor), [file], { execArgv: ['--import', 'tsx'] });
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  return { words: new Words(buffer), events: child, ask: (question) => child.send(question), stop };
}

describe.each([
  ['two threads', thread, (): string | undefined => undefined],
  ['two processes', separateProcess, whyNotMapped],
] as const)('%s', (_who, start, whyNot) => {
  let other: Promise<Other> | undefined;
  const running = (): Promise<Other> => {
    other ??= (async (): Promise<Other> => {
      const started = start();
      await once(started.events, 'message');
      return started;
    })();
    return other;
  };
  afterAll(async () => {
    await (await other)?.stop();
  });
  beforeEach((context) => {
    const reason = whyNot();
    if (reason) context.skip(reason);
  });

  test.each(litmusTests.map((litmus, question) => [litmus.name, litmus, question] as const))(
    '%s',
    async (_name, litmus, question) => {
      const { words, events, ask } = await running();
      const seen = new Map<string, number>();
      for (let arena = 0; arena < ARENAS; arena += 1) {
        prepareArena(words, litmus);
        const done = once(events, 'message');
        ask(question);
        act(words, litmus, 'writer');
        await done;
        for (const [outcome, count] of outcomes(words)) seen.set(outcome, (seen.get(outcome) ?? 0) + count);
      }
      const forbidden = [...seen].filter(([outcome]) => !(outcome in litmus.acceptable));
      expect(forbidden).toEqual([]);
      expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBe(ARENAS * ROUNDS);
    },
    60_000,
  );
});
