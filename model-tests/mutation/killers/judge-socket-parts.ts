/** The small parts below the sockets, each against a model of a few lines: descriptor numbers, the system's errors, the layer above both families. */
import { getSystemErrorMap } from 'node:util';
import { DescriptorTable } from '../../../impl/sockets/descriptors.ts';
import { type ArrayFamily, type Socket, SocketError, type SocketErrorCode, type Sockets } from '../../../impl/sockets/sockets.ts';
import { StpConnect } from '../../../impl/sockets/stp-connect.ts';
import { explainTcp } from '../../../impl/sockets/tcp-errors.ts';
import { attempt, shown } from '../../page/judge-codec.ts';

/** Everything that the parts do otherwise. */
export function* complaintsAboutSocketParts(): Generator<string, number> {
  const descriptors = yield* complaintsAboutDescriptors();
  const errors = yield* complaintsAboutSystemErrors();
  yield* complaintsAboutLayer();
  return descriptors + errors + 3;
}

const LONGEST = 6;
const tables = [
  { given: {}, first: 3, limit: 65_536 },
  { given: { first: 0, limit: 2 }, first: 0, limit: 2 },
  { given: { first: 7, limit: 3 }, first: 7, limit: 3 },
  { given: { limit: 1 }, first: 3, limit: 1 },
] as const;

/** Every sequence of takes and releases of any number near by; `digits` says which, one a move. */
function* complaintsAboutDescriptors(): Generator<string, number> {
  let tried = 0;
  for (const { given, first, limit } of tables) {
    const moves = ['take', first - 1, first, first + 1, first + 2] as const;
    for (let path = 0; path < moves.length ** LONGEST; path += 1) {
      tried += 1;
      const table = new DescriptorTable(given);
      const taken = new Set<number>();
      for (let at = 0, rest = path; at < LONGEST; at += 1, rest = Math.floor(rest / moves.length)) {
        const move = moves[rest % moves.length];
        const complaint = move === 'take' ? takeOne(table, taken, first, limit) : releaseOne(table, taken, move ?? first);
        if (complaint !== undefined) yield `descriptors from ${first}, at most ${limit}, path ${path}: ${complaint}`;
      }
    }
  }
  const table = new DescriptorTable();
  for (let number = 0; number < 65_536; number += 1) table.take('socket');
  const full = attempt(() => table.take('accept'));
  if (!isError(full, 'noBuffers', 'accept', '65536')) yield `a full table gives ${shown(full)}`;
  return tried;
}

function takeOne(table: DescriptorTable, taken: Set<number>, first: number, limit: number): string | undefined {
  let lowest: number = first;
  while (taken.has(lowest)) lowest += 1;
  const seen = attempt(() => table.take('socket'));
  if (taken.size === limit)
    return isError(seen, 'noBuffers', 'socket', String(limit)) ? undefined : `the full table gives ${shown(seen)}`;
  taken.add(lowest);
  return seen === lowest && table.size === taken.size
    ? undefined
    : `it gives ${shown(seen)}, not ${lowest}, and holds ${table.size}`;
}

function releaseOne(table: DescriptorTable, taken: Set<number>, number: number): string | undefined {
  table.release(number);
  taken.delete(number);
  return table.size === taken.size ? undefined : `it holds ${table.size} after ${number} was given back`;
}

/** What the codes of the port stand for, by the names of the system's errors; every other error is a reset. */
const meanings: Partial<Record<SocketErrorCode, readonly string[]>> = {
  addressInUse: ['EADDRINUSE'],
  addressUnavailable: [
    ...['EADDRNOTAVAIL', 'EACCES', 'EPERM', 'EINVAL', 'EAFNOSUPPORT', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'],
    ...[
      'EHOSTUNREACH',
      'ENETUNREACH',
      'EHOSTDOWN',
      'ENETDOWN',
      'ERR_SOCKET_BAD_PORT',
      'ERR_INVALID_ARG_TYPE',
      'ERR_INVALID_IP_ADDRESS',
    ],
  ],
  connectionRefused: ['ECONNREFUSED'],
  timedOut: ['ETIMEDOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT'],
  noBuffers: ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
};

function* complaintsAboutSystemErrors(): Generator<string, number> {
  const codeOf = new Map(Object.entries(meanings).flatMap(([code, names]) => names.map((name) => [name, code] as const)));
  const names = new Set([...codeOf.keys(), ...[...getSystemErrorMap().values()].map(([name]) => name), 'ERR_SOMETHING_ELSE']);
  for (const name of names) {
    const error = Object.assign(new Error(`the system says ${name}`), { code: name });
    for (const call of ['bind', 'connect', 'accept', 'connection']) {
      const seen = explainTcp(error, call);
      const code = call === 'connection' ? 'reset' : (codeOf.get(name) ?? 'reset');
      if (!isError(seen, code, call, `${call} over TCP failed: the system says ${name}`) || seen.cause !== error)
        yield `${name} of ${call} is ${shown(seen)}`;
    }
  }
  const known = new SocketError('closed', 'read', 'it is closed');
  if (explainTcp(known, 'connect') !== known) yield 'an error of the port does not stay what it is';
  for (const [thrown, says] of [
    [Object.assign(new Error(), { code: 'EPIPE' }), 'EPIPE'],
    ['a text', 'a text'],
    [Object.assign(new Error('odd'), { code: 7 }), 'odd'],
    [{ code: 'EADDRINUSE' }, 'object'],
  ] as const) {
    const seen = explainTcp(thrown, 'bind');
    if (!isError(seen, 'reset', 'bind', says)) yield `${shown(thrown)} is ${shown(seen)}`;
  }
  return names.size * 4;
}

function* complaintsAboutLayer(): Generator<string> {
  const [ofTcp, ofArray] = [{} as Socket, {} as Socket];
  const tcp: Sockets = { family: 'tcp', socket: () => ofTcp };
  const array = { family: 'array', array: 'sym0', socket: () => ofArray } as unknown as ArrayFamily;
  const both = new StpConnect({ tcp, array });
  if (both.socket('tcp') !== ofTcp || both.socket('array') !== ofArray || both.array !== array)
    yield 'a socket comes from the wrong family';
  const alone = new StpConnect({ tcp });
  if (alone.socket('tcp') !== ofTcp || alone.array !== undefined) yield 'without an array there is no TCP';
  const seen = attempt(() => alone.socket('array'));
  if (!isError(seen, 'addressUnavailable', 'socket', 'not attached to a storage array'))
    yield `without an array a socket of it is ${shown(seen)}`;
}

function isError(seen: unknown, code: string, call: string, says: string): seen is SocketError {
  return (
    seen instanceof SocketError &&
    seen.code === code &&
    seen.call === call &&
    seen.message.includes(says) &&
    seen.message.startsWith(call)
  );
}
