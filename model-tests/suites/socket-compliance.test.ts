/** The compliance suite, run once for each family and each way in which its two sides can live. */
import { afterAll, beforeAll } from 'vitest';
import { StorageArray } from '../../impl/array/storage-array.ts';
import { ArraySockets } from '../../impl/sockets/array-sockets.ts';
import { DescriptorTable } from '../../impl/sockets/descriptors.ts';
import { TcpSockets } from '../../impl/sockets/tcp-sockets.ts';
import { socketCompliance } from './socket-compliance.ts';
import { RemoteSide } from './socket-compliance-remote.ts';

socketCompliance('tcp', async () => {
  const tables = [new DescriptorTable(), new DescriptorTable()] as const;
  const client = new TcpSockets(tables[0]);
  const address = () => ({ family: 'tcp', host: '127.0.0.1', port: 0 }) as const;
  return {
    family: 'tcp',
    client,
    server: new TcpSockets(tables[1]),
    address,
    deadAddress: async () => {
      const socket = new TcpSockets(new DescriptorTable()).socket();
      await socket.bind(address());
      const dead = socket.getsockname();
      await socket.close();
      return dead;
    },
    held: async () => tables[0].size + tables[1].size,
    teardown: async () => undefined,
  };
});

const arrayAddress = () => ({ family: 'array', array: 'sym0', port: 0 }) as const;
const deadArrayAddress = async () => ({ family: 'array', array: 'sym0', port: 7 }) as const;

socketCompliance('the array, two attachments in one thread', async () => {
  const memory = StorageArray.create({ name: 'sym0', connections: 64 });
  const tables = [new DescriptorTable(), new DescriptorTable()] as const;
  const client = StorageArray.attach(memory, { host: 'backup' });
  const server = StorageArray.attach(memory, { host: 'database' });
  return {
    family: 'array',
    client: new ArraySockets(client, tables[0]),
    server: new ArraySockets(server, tables[1]),
    address: arrayAddress,
    deadAddress: deadArrayAddress,
    held: async () => {
      const { connections, ports } = client.info();
      return tables[0].size + tables[1].size + connections.used + ports.length;
    },
    teardown: async () => {
      client.close();
      server.close();
    },
  };
});

let remote: RemoteSide | undefined;
beforeAll(() => {
  remote = new RemoteSide();
});
afterAll(() => remote?.stop());

socketCompliance('the array, the server in a thread of its own', async () => {
  if (!remote) throw new Error('the worker was not started');
  const side = remote;
  const memory = StorageArray.create({ name: 'sym0', connections: 64 });
  const table = new DescriptorTable();
  const client = StorageArray.attach(memory, { host: 'backup' });
  const server = side.attach(memory, 'database');
  return {
    family: 'array',
    client: new ArraySockets(client, table),
    server,
    address: arrayAddress,
    deadAddress: deadArrayAddress,
    held: async () => {
      const { connections, ports } = client.info();
      return table.size + side.descriptors() + connections.used + ports.length;
    },
    teardown: async () => {
      client.close();
      side.detach();
    },
  };
});
