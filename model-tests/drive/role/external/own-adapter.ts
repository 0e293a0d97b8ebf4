/**
 * The implementation behind the adapter protocol, both roles and both modes, over real sockets of this process; with `--real-time` its limits
 * expire by themselves. What the tester is tested with, and an example for adapters in this language:
 * `stpconnect verify --external 'node --import tsx model-tests/drive/role/external/own-adapter.ts'`.
 */
import { realRig } from '../../rigs.ts';
import { OwnClient } from '../own-client.ts';
import { OwnServer } from '../own-server.ts';
import { inRealTime } from './real-time.ts';
import { serveAdapter } from './serve-adapter.ts';

const rig = await realRig('tcp');
const [client, server] = [new OwnClient(rig, 1), new OwnServer(rig, 1)];
const served = process.argv.includes('--real-time')
  ? {
      name: 'stpconnect in real time',
      quiet: 'timed' as const,
      subjects: { client: inRealTime(client), server: inRealTime(server) },
    }
  : { name: 'stpconnect', quiet: 'exact' as const, subjects: { client, server } };
await serveAdapter(served, process.stdin, process.stdout);
await rig.close();
