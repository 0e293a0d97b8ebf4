/** The two ends of a data channel of an array, without a handshake: the dialling end here, the accepting one in another thread or process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArrayFile, type ArrayMemory, connect, listen, type Session, StorageArray } from '../../impl/index.ts';

const WKP = 'array://sym0/7';

/** The memory of an array for two hosts; between processes a file in /dev/shm where there is one. */
export function makeArray(between: 'threads' | 'processes', segmentSize = 1 << 20, sessions = 1): ArrayMemory | ArrayFile {
  const size = sessions * 4 * segmentSize;
  const dynamicPorts = { first: 49_152, last: 53_247 };
  const options = {
    name: 'sym0',
    ringSize: 4_096,
    connections: 4_096,
    dynamicPorts,
    groups: [{ name: 'STG0', size, segmentSize, hosts: ['here', 'there'] }],
  };
  if (between === 'threads') return StorageArray.create(options);
  const folder = mkdtempSync(join(process.platform === 'linux' ? '/dev/shm' : tmpdir(), 'stpconnect-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return StorageArray.createFile(join(folder, 'array'), options);
}

/** The listening side: resolves with its session; `listening` is called once others can dial. */
export async function accept(memory: ArrayMemory | ArrayFile, listening: () => void): Promise<Session> {
  const array = StorageArray.attach(memory, { host: 'there' });
  return await new Promise<Session>((resolve, reject) => {
    listen({ wkp: WKP, array, onSession: resolve }).then(listening, reject);
  });
}

/** The dialling side. */
export async function dial(memory: ArrayMemory | ArrayFile): Promise<Session> {
  const array = StorageArray.attach(memory, { host: 'here' });
  return await connect({ wkp: WKP, mode: 'storage', group: 'STG0', array });
}
