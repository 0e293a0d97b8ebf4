/**
 * Drives generated suites over one transport in this process, and prints how many paths a second that is: `roles`, each role alone along its wp
 * suite (k = 1), `both`, the compositions of both processes, and `bare`, a listener, a handshake and everything closed with nobody looking, which
 * is what a path cannot be faster than. Arguments: the transport, and how many paths there are for each one that is driven.
 */
import { connect, listen } from '../../impl/index.ts';
import { criterionSuite } from '../../model-tests/drive/criteria/role-suite.ts';
import { runPath } from '../../model-tests/drive/handshake/run-path.ts';
import { type Rig, realRig, simulatedRig } from '../../model-tests/drive/rigs.ts';
import { OwnClient } from '../../model-tests/drive/role/own-client.ts';
import { OwnServer } from '../../model-tests/drive/role/own-server.ts';
import { driveTables } from '../../model-tests/drive/role/tables.ts';
import { testSecret } from '../../model-tests/drive/role/verify-own.ts';
import { verifyRole } from '../../model-tests/drive/role/verify-role.ts';
import { PathSource } from '../../model-tests/drive/verify-row.ts';
import { VirtualClock } from '../../model-tests/drive/virtual-clock.ts';

const [transport = 'simulated', every = '4'] = process.argv.slice(2);
const roles = ['client', 'server'] as const;
const WARM_UP = 200;
const HANDSHAKES = 300;

/** Every so-manieth of a list, from the beginning to the end. */
const sample = <T>(all: readonly T[]) => all.filter((_, index) => index % Number(every) === 0);

const suites = roles.map((role) => ({ role, suite: criterionSuite(role, { criterion: 'wp', k: 1 }) }));

async function driveRoles(rig: Rig, most = Number.POSITIVE_INFINITY): Promise<number> {
  let paths = 0;
  for (const { role, suite } of suites) {
    const subject = role === 'client' ? new OwnClient(rig, 1) : new OwnServer(rig, 1);
    const chosen = sample(suite.paths).slice(0, most);
    const options = { name: transport, secret: testSecret, seed: 1, command: '', limitsOf: () => ({}) };
    for await (const event of verifyRole({ ...options, subject, suite: { ...suite, paths: chosen } })) {
      if (event.type === 'failure') throw new Error(event.failure.message);
    }
    await subject.close();
    paths += chosen.length;
  }
  return paths;
}

const source = new PathSource();
const compositions = sample((['network', 'storage'] as const).flatMap((mode) => source.of(mode).paths));

async function driveBoth(rig: Rig, most = Number.POSITIVE_INFINITY): Promise<number> {
  const chosen = compositions.slice(0, most);
  for (const { system, edges, place } of chosen) {
    const failure = await runPath(system, rig, edges, place);
    if (failure !== undefined) throw new Error(JSON.stringify(failure));
  }
  return chosen.length;
}

async function driveBare(rig: Rig, handshakes: number): Promise<number> {
  const clock = new VirtualClock();
  for (let done = 0; done < handshakes; done += 1) {
    const { tcp, array } = rig.client;
    const listener = await listen({ wkp: rig.wkp, secret: 'x', onSession: () => {}, ports: { clock, tcp, array } });
    const session = await connect({
      wkp: listener.address,
      secret: 'x',
      ports: { clock, tcp: rig.server.tcp, array: rig.server.array },
    });
    await session.close();
    await listener.close({ sessions: true });
  }
  return handshakes;
}

/** How many of them a second, and a second of the processor: on a machine that others use, the second says more. */
async function rates(name: string, drive: () => Promise<number>): Promise<Record<string, number>> {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const count = await drive();
  const { user, system } = process.cpuUsage(used);
  return { [name]: (count * 1_000) / (performance.now() - begun), [`${name}Processor`]: (count * 1_000_000) / (user + system) };
}

/** The whole suites, as often as it takes to be measured. */
function driveAllTables(): number {
  let paths = 0;
  for (let time = 0; time < 10; time += 1) {
    for (const { role, suite } of suites) {
      const { failures } = driveTables(role, suite.paths);
      if (failures.size > 0) throw new Error(`${failures.size} paths failed`);
      paths += suite.paths.length;
    }
  }
  return paths;
}

if (transport === 'protocol') {
  driveAllTables();
  console.log(JSON.stringify(await rates('roles', async () => driveAllTables())));
} else {
  const rig = transport === 'simulated' ? simulatedRig() : await realRig(transport as 'tcp' | 'array');
  await driveRoles(rig, WARM_UP);
  await driveBoth(rig, WARM_UP);
  await driveBare(rig, WARM_UP);
  const figures = {
    ...(await rates('roles', () => driveRoles(rig))),
    ...(await rates('both', () => driveBoth(rig))),
    ...(await rates('bare', () => driveBare(rig, HANDSHAKES))),
  };
  console.log(JSON.stringify(figures));
  await rig.close();
}
