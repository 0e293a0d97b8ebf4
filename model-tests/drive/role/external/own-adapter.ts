/**
 * The implementation behind the adapter protocol, both roles and both modes, over real sockets of this process. An example for adapters in this
 * language, and what the tester is tested with: `stpconnect verify --external 'node --import tsx model-tests/drive/role/external/own-adapter.ts'`.
 */
import { realRig } from '../../rigs.ts';
import { OwnClient } from '../own-client.ts';
import { OwnServer } from '../own-server.ts';
import { serveAdapter } from './serve-adapter.ts';

const rig = await realRig('tcp');
await serveAdapter(
  { name: 'stpconnect', subjects: { client: new OwnClient(rig, 1), server: new OwnServer(rig, 1) } },
  process.stdin,
  process.stdout,
);
await rig.close();
