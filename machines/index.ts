/**
 * The specification: the statecharts of the handshake, and of the ring that carries it in an array. This folder imports xstate and nothing else; no Node, no I/O.
 * Every chart is serialisable: `JSON.stringify(machine.config)` is the whole of it but for guards and actions, which have names.
 */
export { clientMachine } from './client.machine.ts';
export { type DescribedClientEvent, describedClientMachine } from './described/client.machine.ts';
export { type DescribedServerEvent, describedServerMachine } from './described/server.machine.ts';
export { ringConsumerMachine } from './ring/consumer.machine.ts';
export { ringProducerMachine } from './ring/producer.machine.ts';
export type { ConsumerEvent, MemoryAction, ProducerEvent } from './ring/vocabulary.ts';
export { type ServerContext, serverMachine } from './server.machine.ts';
export { socketMachine } from './socket.machine.ts';
export type { SocketCall, SocketCommand, SocketEvent, SocketResult } from './socket-calls.ts';
export * from './vocabulary.ts';
