/** Makes one move of a path happen to the implementation. */
import { SocketError, type SocketErrorCode } from '../../../impl/index.ts';
import { type End, opposite } from '../../compose/connection.ts';
import { HeldEnd } from '../held-end.ts';
import type { HeldLink } from '../held-sockets.ts';
import { forgedFrame, garbage, withNumber, withOtherConnections, withOtherNumber, withOtherTag } from '../wire.ts';
import { guessable } from './moves.ts';
import { pieces } from './pieces.ts';
import { type Run, wholeProcess } from './run.ts';
import { at, type ChartStep } from './stage.ts';
import type { Forgery, Move, Outcome, Tampering, Who, World } from './world.ts';

/** What a move is made with: `seed` decides how deliveries are split and which end a reset comes from. */
export interface Making {
  readonly run: Run;
  readonly world: World;
  readonly steps: readonly ChartStep[];
  readonly seed: number;
}

/** Makes `move` happen and waits until nobody reacts any more. */
export async function carryOut(making: Making, move: Move): Promise<void> {
  const { run, world } = making;
  const owner = ownerOf(world, move);
  run.clientProcess.owner = owner;
  run.clientClock.owner = owner;
  await make(making, move);
  await run.settle();
  run.clientProcess.owner = wholeProcess;
}

async function make(making: Making, move: Move): Promise<void> {
  const { run, world } = making;
  switch (move.kind) {
    case 'connect':
      return connect(making, move.link);
    case 'refuse':
      return refuse(making, move.link);
    case 'accept':
      return accept(run, at(world.links, move.link).portOf, run.link(move.link));
    case 'deliver':
      return deliver(making, move.link, move.to, move.tampering);
    case 'forge':
      return forge(making, move.link, move.to, bytesOf(making, move.frame));
    case 'reset':
      return reset(making, move.link);
    case 'outcome':
      return answer(making, move.who, move.outcome);
    case 'expire': {
      const clock = move.who.role === 'client' ? run.clientClock : at(run.servers, move.who.index).clock;
      if (!clock.expire(move.who.role === 'client' ? move.who.index : 0, move.limit))
        throw new Error(`${move.limit} is not running`);
      return;
    }
    case 'abort':
      at(run.servers, move.who.index).abort.abort();
      return;
    case 'close': {
      const { session } = move.who.role === 'client' ? at(run.clients, move.who.index) : at(run.servers, move.who.index);
      if (session === undefined) throw new Error(`${move.who.role} ${move.who.index} has no session to close`);
      void session.close();
      return;
    }
    case 'stopListener':
      void run.listener.close();
      return;
    case 'intrude':
      return intrude(making, move.portOf);
    case 'leave': {
      const end = endOf(run.link(move.link), 'dialer');
      end.hasClosed = true;
      await end.real.close();
    }
  }
}

/** Which instance of the client process acts in this move. */
function ownerOf(world: World, move: Move): number {
  switch (move.kind) {
    case 'connect':
      return at(world.links, move.link).portOf < 0 ? world.clients.length : wholeProcess;
    case 'intrude':
      return move.portOf < 0 ? world.clients.length : wholeProcess;
    case 'accept':
      return at(world.links, move.link).portOf;
    case 'deliver':
    case 'forge':
      return move.to === 'acceptor' ? at(world.links, move.link).client : wholeProcess;
    case 'outcome':
    case 'expire':
    case 'close':
      return move.who.role === 'client' ? move.who.index : wholeProcess;
    default:
      return wholeProcess;
  }
}

async function connect({ run, world }: Making, index: number): Promise<void> {
  const link = run.link(index);
  if (link.dial === undefined) throw new Error(`link ${index} is not being dialled`);
  const dialling = link.dial();
  if (at(world.links, index).portOf < 0) await accept(run, wholeProcess, link);
  await dialling;
}

/** Nobody is there: by a fault, because the listener has stopped, or because the dynamic port has gone and its number is somebody else's now. */
async function refuse({ run, world }: Making, index: number): Promise<void> {
  const { portOf } = at(world.links, index);
  const { dial, address } = run.link(index);
  const reachable = portOf < 0 ? world.listening : at(world.clients, portOf).port === 'open';
  if (reachable || address.family !== 'array' || portOf < 0)
    return dial?.(reachable ? (portOf < 0 ? run.rig.dead : run.rig.deadPort) : undefined);
  const squatter = run.rig.client.array.socket();
  await squatter.bind({ family: 'array', array: address.array, port: address.port });
  await squatter.listen(1);
  await dial?.();
  await squatter.close();
}

async function accept(run: Run, listenerOwner: number, link: HeldLink): Promise<void> {
  const call = run.keeper.takeAccept((listener) => listener.owner === listenerOwner);
  if (call === undefined)
    throw new Error(
      listenerOwner === wholeProcess
        ? 'the listener does not accept'
        : `client ${listenerOwner} does not accept on its dynamic port`,
    );
  await run.keeper.completeAccept(call, link);
}

async function intrude({ run }: Making, portOf: number): Promise<void> {
  const address = portOf < 0 ? run.wkp : run.dynamicPort(portOf).getsockname();
  const { tcp, array } = run.rig.server;
  const socket = (address.family === 'tcp' ? tcp : array).socket();
  const link = run.keeper.addLink(address, undefined);
  const dialling = socket.connect(address);
  if (portOf < 0) await accept(run, wholeProcess, link);
  await dialling;
  link.dialer = new HeldEnd(socket);
}

function endOf(link: HeldLink, end: End): HeldEnd {
  const held = link[end];
  if (held === undefined) throw new Error(`nobody holds the ${end} of link ${link.index}`);
  return held;
}

function deliver({ run, world, steps, seed }: Making, index: number, to: End, tampering: Tampering | undefined): void {
  const link = at(world.links, index);
  const end = endOf(run.link(index), to);
  const head = link.connection.inbox[to][0];
  if (head?.kind !== 'message') {
    if (head === undefined || end.finish !== head.kind)
      throw new Error(`the ${to} of link ${index} has ${end.finish ?? 'no end'}, not ${head?.kind ?? 'anything'}`);
    end.deliverFinish();
    return;
  }
  const ledgerLink = run.ledgerLink(index, link);
  const frame = run.ledger.head(ledgerLink, to);
  if (frame === undefined) throw new Error(`no whole frame waits at the ${to} of link ${index}`);
  const bytes = tamper(frame.bytes, tampering);
  run.ledger.delivered(ledgerLink, to, bytes, isAccepted(steps));
  // Session data right behind READY comes in the same piece.
  const behind = frame.name === 'ready' && tampering === undefined ? end.arrived.subarray(frame.bytes.length) : Buffer.alloc(0);
  end.arrived = end.arrived.subarray(frame.bytes.length + behind.length);
  end.release(pieces(Buffer.concat([bytes, behind]), seed));
}

/** Whether the receiver took a frame for what it is: one that was refused or ignored is no part of a transcript. */
function isAccepted(steps: readonly ChartStep[]): boolean {
  const refusals = ['tagWrong', 'descriptorUnknown', 'protocolViolation', 'frameMalformed'];
  const isRefused = steps.some(({ step }) =>
    step.outputs.some(
      ({ type, params }) => type === 'refuseArray' || (type === 'reportFailed' && refusals.includes(String(params?.['code']))),
    ),
  );
  return !isRefused && steps.some(({ step }) => step.taken.some(({ targets }) => targets.length > 0));
}

function tamper(frame: Buffer, tampering: Tampering | undefined): Buffer {
  switch (tampering) {
    case 'tag':
      return withOtherTag(frame);
    case 'number':
      return withOtherNumber(frame);
    case 'connections':
      return withOtherConnections(frame);
    case 'garbage':
      return garbage;
    default:
      return frame;
  }
}

function bytesOf({ run, world }: Making, frame: Forgery): Buffer {
  if (frame === 'garbage') return garbage;
  if (frame !== 'guess') return forgedFrame(frame);
  const number = guessable(world, run.system);
  if (number === undefined) throw new Error('nobody waits for a second connection');
  // In these paths the number of an attempt is that of its first link.
  return withNumber(forgedFrame('descriptor'), run.ledger.descriptorOf(number));
}

async function forge(making: Making, index: number, to: End, bytes: Buffer): Promise<void> {
  const { run, world, steps, seed } = making;
  const link = at(world.links, index);
  const held = run.link(index);
  const end = endOf(held, to);
  run.ledger.forged(run.ledgerLink(index, link), to, bytes, isAccepted(steps));
  if (link.server >= 0) return end.release(pieces(bytes, seed));
  // A stranger's bytes really cross the wire.
  const stranger = endOf(held, opposite(to));
  stranger.sentBytes += bytes.length;
  await stranger.real.write(bytes);
  await run.settle();
  const arrived = end.arrived;
  end.arrived = Buffer.alloc(0);
  end.release(pieces(arrived, seed));
}

/** The network destroys a connection: one end is really reset, and the other end's owner is told the same. */
async function reset({ run, world, seed }: Making, index: number): Promise<void> {
  const held = run.link(index);
  const link = at(world.links, index);
  const aborted: End = link.server < 0 || seed % 2 === 0 ? 'dialer' : 'acceptor';
  const [gone, left] = [endOf(held, aborted), endOf(held, opposite(aborted))];
  gone.real.abort();
  gone.severed = true;
  if (!left.hasClosed) await left.whenFinished();
  left.severed = true;
  // An end that had arrived is overtaken by the reset.
  for (const end of [gone, left]) if (!end.finishDelivered) end.finish = 'reset';
  for (const [to, end] of [
    [aborted, gone],
    [opposite(aborted), left],
  ] as const) {
    end.arrived = Buffer.alloc(0);
    run.ledger.forget(run.ledgerLink(index, link), to);
  }
}

const socketCodes: Partial<Record<Outcome, SocketErrorCode>> = {
  'port.unavailable': 'addressUnavailable',
  'group.unknown': 'groupUnknown',
  'group.refused': 'groupRefused',
  'group.full': 'groupFull',
};

/** Answers a call that waits. What can be arranged in the array is arranged there, and the array answers. */
async function answer({ run }: Making, who: Who, outcome: Outcome): Promise<void> {
  const kind = outcome.startsWith('port.') ? 'bindPort' : 'attachGroup';
  const call = [...run.keeper.calls].find(
    (other) =>
      other.kind === kind &&
      other.process.role === who.role &&
      (who.role === 'client' ? other.owner : other.process.index) === who.index,
  );
  if (call === undefined) throw new Error(`no ${kind} of ${who.role} ${who.index} waits for an answer`);
  const code = socketCodes[outcome];
  if (outcome === 'port.exhausted') {
    const giveBack = await run.rig.exhaustPorts();
    await call.go();
    await giveBack();
  } else if (code !== undefined && (who.role === 'server' || outcome === 'port.unavailable')) {
    call.fail(new SocketError(code, kind, `${kind}: arranged by the driver`));
  } else await call.go();
}
