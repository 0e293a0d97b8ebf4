/** A subject whose limits expire by themselves, as those of most implementations do: real time moves its clock. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnSubject } from '../own.ts';
import type { Capabilities, Seen, Setup, Subject } from '../subject.ts';

/** How often is looked for something new, in milliseconds. */
const PULSE = 2;

/** The subject with a clock that runs and with nothing that says when it is quiet. */
export function inRealTime(subject: OwnSubject): Subject {
  const capabilities: Capabilities = { ...subject.capabilities, clock: 'real' };
  let last = performance.now();
  const pass = async () => {
    const now = performance.now();
    await subject.expire('', now - last);
    last = now;
  };
  const overrides: Partial<Subject> = {
    capabilities,
    async start(setup: Setup) {
      last = performance.now();
      await subject.start(setup);
    },
    async observe(_enough, within = 0): Promise<Seen[]> {
      const deadline = performance.now() + within;
      for (;;) {
        await pass();
        const seen = await subject.observe();
        if (seen.length > 0 || performance.now() >= deadline) return seen;
        await sleep(PULSE);
      }
    },
    limits: () => undefined,
  };
  return new Proxy<Subject>(subject, {
    get(target, key: keyof Subject) {
      const value = Reflect.get(overrides, key) ?? Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
