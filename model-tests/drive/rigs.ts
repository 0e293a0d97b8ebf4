/** What a path is driven through: an address family for the WKP, an array, and two processes that have sockets of both. */
import {
  type Address,
  type ArrayFamily,
  ArraySockets,
  DescriptorTable,
  type Sockets,
  StorageArray,
  TcpSockets,
} from '../../impl/index.ts';
import { SimulatedNetwork } from './simulated-sockets.ts';

/** The address families of one process. */
export interface Families {
  readonly tcp: Sockets;
  readonly array: ArrayFamily;
}

/** Groups of the rig's array: what attachGroup says of each is what its name says. */
export const groups = { attached: 'STG0', unknown: 'STG-NONE', refused: 'STG-CLOSED', full: 'STG-FULL' } as const;

/** The transport below one run of a suite. */
export interface Rig {
  readonly name: 'tcp' | 'array' | 'simulated';
  /** Where the client process listens; port 0 where the family chooses. */
  readonly wkp: string;
  /** An address of the WKP's family where nobody listens. */
  readonly dead: Address;
  /** A port of the array where nobody listens. */
  readonly deadPort: Address;
  readonly client: Families;
  readonly server: Families;
  /** Takes every free dynamic port of the array; the result gives them back. */
  exhaustPorts(): Promise<() => Promise<void>>;
  /** What is still held in the array or in a descriptor table, in words; empty when nothing is. */
  held(): string[];
  close(): Promise<void>;
}

const arrayName = 'sym0';
const hosts = ['host-a', 'backup-1'] as const;
const dynamicPorts = { first: 49_152, last: 49_183 };
const segmentSize = 4_096;

/** A fresh array with two attachments: the host that is backed up, and the backup server. */
function openArray() {
  const memory = StorageArray.create({
    name: arrayName,
    dynamicPorts,
    ringSize: 16_384,
    groups: [
      { name: groups.attached, size: 32 * segmentSize, segmentSize, hosts: [...hosts] },
      { name: groups.refused, size: 8 * segmentSize, segmentSize, hosts: ['somebody-else'] },
      { name: groups.full, size: 4 * segmentSize, segmentSize, hosts: [...hosts] },
    ],
  });
  return [attach(memory, hosts[0]), attach(memory, hosts[1]), attach(memory, hosts[0])] as const;
}

const attach = (memory: ReturnType<typeof StorageArray.create>, host: string) => StorageArray.attach(memory, { host });

/** Takes all segments of the group that is to be full, for as long as the array is open. */
async function occupy(array: StorageArray): Promise<void> {
  const family = new ArraySockets(array, new DescriptorTable());
  const [listener, dialer] = [family.socket(), family.socket()];
  await listener.bind({ family: 'array', array: arrayName, port: 1 });
  await listener.listen(1);
  await dialer.connect({ family: 'array', array: arrayName, port: 1 });
  await family.attachGroup(await listener.accept(), groups.full);
}

/** Real sockets: the WKP over TCP on the loopback interface, or over the array; dynamic ports always in the array. */
export async function realRig(name: 'tcp' | 'array'): Promise<Rig> {
  const [hostArray, backupArray, occupant] = openArray();
  await occupy(occupant);
  const before = heldIn(hostArray);
  const families = (array: StorageArray): Families & { readonly descriptors: DescriptorTable } => {
    const descriptors = new DescriptorTable();
    return { descriptors, tcp: new TcpSockets(descriptors), array: new ArraySockets(array, descriptors) };
  };
  const client = families(hostArray);
  const server = families(backupArray);
  const dead: Address =
    name === 'tcp' ? { family: 'tcp', host: '127.0.0.1', port: 1 } : { family: 'array', array: arrayName, port: 9 };
  return {
    name,
    wkp: name === 'tcp' ? 'tcp://127.0.0.1:0' : `array://${arrayName}/7070`,
    dead,
    deadPort: { family: 'array', array: arrayName, port: 9 },
    client,
    server,
    exhaustPorts: () => exhaust(server.array),
    held: () => heldIn(hostArray, client.descriptors, server.descriptors).filter((held) => !before.includes(held)),
    async close() {
      hostArray.close();
      backupArray.close();
      occupant.close();
    },
  };
}

/** Everything in memory and in this thread: the same contract without a kernel and without an array. */
export function simulatedRig(): Rig {
  const network = new SimulatedNetwork({
    array: arrayName,
    dynamicPorts,
    groups: { known: [groups.attached], refused: [groups.refused], full: [groups.full] },
  });
  const client = network.families();
  const server = network.families();
  return {
    name: 'simulated',
    wkp: 'tcp://simulated:7070',
    dead: { family: 'tcp', host: 'simulated', port: 1 },
    deadPort: { family: 'array', array: arrayName, port: 9 },
    client,
    server,
    exhaustPorts: () => exhaust(server.array),
    held: () => network.held(),
    close: async () => {},
  };
}

async function exhaust(array: ArrayFamily): Promise<() => Promise<void>> {
  const taken: { close(): Promise<void> }[] = [];
  for (let port = dynamicPorts.first; port <= dynamicPorts.last; port += 1) {
    const socket = array.socket();
    try {
      await socket.bind({ family: 'array', array: arrayName, port: 0 });
      taken.push(socket);
    } catch {
      await socket.close();
      break;
    }
  }
  return async () => {
    for (const socket of taken) await socket.close();
  };
}

function heldIn(array: StorageArray, ...tables: readonly DescriptorTable[]): string[] {
  const info = array.info();
  const words: string[] = [];
  if (info.ports.length > 0) words.push(`${info.ports.length} array ports`);
  if (info.connections.used > 0) words.push(`${info.connections.used} array connections`);
  for (const group of info.groups) if (group.used > 0) words.push(`${group.used} segments of group ${group.name}`);
  for (const table of tables) if (table.size > 0) words.push(`${table.size} descriptors`);
  return words;
}
