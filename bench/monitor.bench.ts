/**
 * What does it cost to monitor a session? Whole handshakes over TCP on the loopback interface, both sides in this process, with nothing, with
 * a trace that nobody reads, and with both sides monitored, in turn in one process. And the monitor alone: the records of such a handshake, fed to it.
 */
import { parseArgs } from 'node:util';
import { type Session, StorageArray } from '../impl/index.ts';
import { connect, listen, Monitor, type MonitorOptions } from '../model-tests/index.ts';
import { type Figures, medianOf, print, printGoals, ratioOf } from './rounds.ts';

type Trace = Parameters<Monitor['take']>[0];

/** How the handshakes of a contender are traced. */
interface Contender extends MonitorOptions {
  readonly name: string;
  readonly trace?: (record: Trace) => void;
}

const contenders: readonly Contender[] = [
  { name: 'plain' },
  { name: 'traced', trace: () => {} },
  { name: 'monitored', monitor: true },
];

const modes = ['network', 'storage'] as const;

/** A listener and a way to dial it. */
async function open(contender: Contender) {
  const { name: _, ...options } = contender;
  const memory = StorageArray.create({ name: 'sym0', groups: [{ name: 'STG0', size: 4 << 20, hosts: ['a', 'b'] }] });
  const [array, other] = [StorageArray.attach(memory, { host: 'a' }), StorageArray.attach(memory, { host: 'b' })];
  const accepted: Session[] = [];
  const onSession = (session: Session) => {
    accepted.push(session);
    session.data.once('end', () => void session.close()).resume();
  };
  const listener = await listen({ wkp: 'tcp://127.0.0.1:0', array, onSession, ...options });
  const wkp = listener.address;
  return {
    /** The mean time of one handshake as the server process sees it, and what the processor did for it, its end included; in microseconds. */
    async measure(
      mode: (typeof modes)[number],
      handshakes: number,
    ): Promise<{ readonly time: number; readonly processor: number }> {
      let spent = 0;
      const used = process.cpuUsage();
      for (let done = 0; done < handshakes; done += 1) {
        const begun = performance.now();
        const session = await connect({ wkp, mode, array: other, ...(mode === 'storage' ? { group: 'STG0' } : {}), ...options });
        spent += performance.now() - begun;
        await session.close();
        for (const { closed } of accepted.splice(0)) await closed;
      }
      const { user, system } = process.cpuUsage(used);
      return { time: (spent / handshakes) * 1_000, processor: (user + system) / handshakes };
    },
    async close() {
      await listener.close({ sessions: true });
      array.close();
      other.close();
    },
  };
}

/** The records of both sides of one handshake. */
async function recorded(mode: (typeof modes)[number]): Promise<Trace[]> {
  const records: Trace[] = [];
  const recording = await open({ name: 'recording', trace: (record) => records.push(record) });
  await recording.measure(mode, 1);
  await recording.close();
  return records;
}

/** The mean time that the monitor takes for these records, each time as sessions of their own, in microseconds. */
function measureAlone(records: readonly Trace[], times: number): number {
  const monitor = new Monitor();
  const begun = performance.now();
  let violations = 0;
  for (let done = 0; done < times; done += 1)
    for (const record of records) if (monitor.take(record) !== undefined) violations += 1;
  // A session that has violated its chart is looked at no further, which would be fast.
  if (violations > 0) throw new Error(`${violations} records of a handshake were taken for violations`);
  return ((performance.now() - begun) / times) * 1_000;
}

/** `npm run bench -- monitor [--rounds N] [--handshakes N]` */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '15' }, handshakes: { type: 'string', default: '60' } },
  });
  const [rounds, handshakes] = [Number(values.rounds), Number(values.handshakes)];
  const figures = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  const alone: Figures[] = [];
  const records = { network: await recorded('network'), storage: await recorded('storage') };
  const opened = new Map<string, Awaited<ReturnType<typeof open>>>();
  for (const contender of contenders) opened.set(contender.name, await open(contender));
  for (let round = -1; round < rounds; round += 1) {
    // Who comes first changes from round to round; the round before the first warms up.
    for (const place of contenders.keys()) {
      const { name } = contenders[(place + round + contenders.length) % contenders.length] as Contender;
      const contender = opened.get(name);
      const measured: Record<string, number> = {};
      for (const mode of modes) {
        const { time = Number.NaN, processor = Number.NaN } = (await contender?.measure(mode, handshakes)) ?? {};
        Object.assign(measured, { [mode]: time, [`${mode}Processor`]: processor });
      }
      if (round >= 0) figures.get(name)?.push(measured);
    }
    const own = { network: measureAlone(records.network, 2_000), storage: measureAlone(records.storage, 2_000) };
    if (round >= 0) alone.push(own);
  }
  for (const one of opened.values()) await one.close();
  report(figures, alone, records);
}

function report(
  figures: ReadonlyMap<string, readonly Figures[]>,
  alone: readonly Figures[],
  records: Readonly<Record<(typeof modes)[number], readonly Trace[]>>,
): void {
  const plain = figures.get('plain');
  const shown = (number: number) => Number(number.toPrecision(3));
  print(
    'a handshake, µs, and its ratio to plain in the same round',
    [...figures].map(([name, runs]) => ({
      contender: name,
      ...Object.fromEntries(
        modes.flatMap((mode) => [
          [mode, shown(medianOf(runs, mode))],
          [`${mode} / plain`, shown(ratioOf(runs, plain, mode))],
          [`${mode}, processor / plain`, shown(ratioOf(runs, plain, `${mode}Processor`))],
        ]),
      ),
    })),
  );
  const shares = modes.map((mode) => ({ mode, own: medianOf(alone, mode), share: ratioOf(alone, plain, mode) }));
  print(
    'the monitor alone, both sides of a handshake',
    shares.map(({ mode, own, share }) => ({
      mode,
      records: records[mode].length,
      µs: shown(own),
      'share of a handshake': shown(share),
    })),
  );
  printGoals(
    shares.map(({ mode, share }) => ({
      goal: `monitor's own time in ${mode} mode, share of a handshake`,
      reached: share,
      atMost: 0.05,
    })),
  );
}
