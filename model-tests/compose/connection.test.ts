import { expect, test } from 'vitest';
import { type Connection, close, dialed, opened, reset, send, take } from './connection.ts';

const open = (): Connection<string> => opened(dialed<string>());
const waiting = (connection: Connection<string>, end: 'dialer' | 'acceptor') =>
  connection.inbox[end].map((item) => (item.kind === 'message' ? item.message : item.kind));

test('messages arrive in order, the end behind them', () => {
  const connection = close(send(send(open(), 'dialer', 'a'), 'dialer', 'b'), 'dialer');
  expect(waiting(connection, 'acceptor')).toEqual(['a', 'b', 'ended']);
});

test('what is sent to an end that has closed vanishes', () => {
  expect(waiting(send(close(open(), 'acceptor'), 'dialer', 'a'), 'acceptor')).toEqual([]);
});

test('a reset overtakes what is on its way, and nothing comes behind it', () => {
  const connection = send(reset(send(open(), 'dialer', 'a')), 'dialer', 'b');
  expect(waiting(connection, 'acceptor')).toEqual(['reset']);
  expect(waiting(connection, 'dialer')).toEqual(['reset']);
});

test('an end that has been told of the end of the stream is not told of a reset', () => {
  const told = take(close(open(), 'dialer'), 'acceptor');
  expect(waiting(reset(told), 'acceptor')).toEqual([]);
});

test('a connection is gone when both ends are closed, or its dialler gives up', () => {
  expect(close(close(open(), 'dialer'), 'acceptor').phase).toBe('gone');
  expect(close(dialed(), 'dialer').phase).toBe('gone');
});
