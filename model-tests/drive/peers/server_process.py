"""The server process in network mode (docs/protocol.md, section 5): it dials."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass

from connection import Clock, Connection, Failed, Lost
from wire import CONNECTIONS, NONCE_LENGTH, ZERO_NONCE, Decline, Descriptor, Hello, Message, Ready, encode, seal
from wire import tag_is_right

LIMITS = {"connectTimeout": 5000, "replyTimeout": 5000, "readyTimeout": 5000, "handshakeTimeout": 15000}


@dataclass(frozen=True)
class Session:
    """The two channels of an established session."""

    data: Connection
    error: Connection


class ServerProcess:
    """One attempt in network mode."""

    def __init__(self, host: str, port: int, secret: bytes, limits: Mapping[str, int], stopping: asyncio.Event) -> None:
        self._address = (host, port)
        self._secret = secret
        self._clock = Clock(limits, stopping)
        self._transcript: list[bytes] = []
        self._first: Connection | None = None
        self._second: Connection | None = None
        self._may_be_established = False

    async def handshake(self) -> Session:
        """Dials, shakes hands and returns the channels. Raises Failed, with nothing left open."""
        self._clock.start_handshake()
        try:
            return await self._run()
        except Failed as failure:
            await self._give_up(failure)
            raise

    async def _run(self) -> Session:
        await self._connect_first()
        first = self._first
        first.send(self._keep(encode(Hello("network", CONNECTIONS, os.urandom(NONCE_LENGTH)))))
        descriptor = await self._await_descriptor()
        await self._connect_second()
        second = self._second
        named = Descriptor(descriptor.descriptor, ZERO_NONCE)
        second.send(self._keep(seal(self._secret, "server", self._transcript, named)))
        self._may_be_established = True
        await self._await_ready()
        return Session(first, second)

    def _keep(self, frame: bytes) -> bytes:
        self._transcript.append(frame)
        return frame

    async def _give_up(self, failure: Failed) -> None:
        """DECLINE on `first` if it stands, everything closed; both reset in silence once the peer may be established."""
        first = self._first
        held = [one for one in (first, self._second) if one is not None]
        if self._may_be_established:
            await asyncio.gather(*(one.reset() for one in held))
            return
        if failure.decline is not None and first is not None and first.stands:
            first.send(seal(self._secret, "server", self._transcript, Decline(failure.decline)))
        await asyncio.gather(*(one.close() for one in held))

    async def _dial(self) -> Connection:
        return Connection(*await asyncio.open_connection(*self._address))

    async def _dial_first(self) -> None:
        self._first = await self._dial()

    async def _dial_second(self) -> None:
        self._second = await self._dial()

    async def _connect_first(self) -> None:
        """`handshaking.connectingFirst`."""
        dialled = await self._clock.first_of("connectTimeout", "aborted", self._dial_first())
        if isinstance(dialled.exception(), OSError):
            raise Failed("connectionRefused")
        dialled.result()

    async def _await_descriptor(self) -> Descriptor:
        """`handshaking.network.awaitingDescriptor`: step 122 of the client process."""
        seen = await self._clock.first_of("replyTimeout", "aborted", self._first.receive())
        message, frame = self._taken_from_first(seen)
        if not isinstance(message, Descriptor):
            raise refusal(message)
        self._check(frame)
        self._keep(frame)
        return message

    async def _connect_second(self) -> None:
        """`handshaking.network.connectingSecond` (steps 94, 96, 98); `first` may have something to say meanwhile."""
        first = asyncio.ensure_future(self._first.receive())
        done = await self._clock.first_of("connectTimeout", "aborted", first, self._dial_second())
        if done is first:
            raise refusal(self._taken_from_first(first)[0])
        if isinstance(done.exception(), OSError):
            raise Failed("connectionRefused", decline="connectionLost")
        done.result()

    async def _await_ready(self) -> None:
        """`handshaking.network.awaitingReady` and the states below it: one limit for all of them."""
        (await self._clock.first_of("readyTimeout", "aborted", self._ready_on_both())).result()

    async def _ready_on_both(self) -> None:
        """READY may come on either connection first; the first fault ends the wait for the other."""
        waits = [asyncio.ensure_future(self._ready_on(one)) for one in (self._first, self._second)]
        try:
            await asyncio.gather(*waits)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _ready_on(self, connection: Connection) -> None:
        """Nothing is read behind READY: from there on the connection is a channel."""
        try:
            message, frame = await connection.receive()
        except Lost as lost:
            raise Failed(lost.code) from None
        if not isinstance(message, Ready):
            raise refusal(message)
        self._check(frame)

    def _taken_from_first(self, seen: asyncio.Task) -> tuple[Message, bytes]:
        try:
            return seen.result()
        except Lost as lost:
            raise Failed(lost.code) from None

    def _check(self, frame: bytes) -> None:
        """Refuses a wrong tag, so that the frame stays out of the transcript; so does READY, which ends it."""
        if not tag_is_right(self._secret, "client", self._transcript, frame):
            raise Failed("tagWrong", decline="tagWrong")


def refusal(message: Message) -> Failed:
    """The failure that a frame brings where none was allowed: the peer's DECLINE, or a violation."""
    if isinstance(message, Decline):
        return Failed("declined", reason=message.reason, text=message.text)
    return Failed("protocolViolation", decline="protocolViolation")


async def _send_all(channel: Connection, data: bytes) -> None:
    await channel.write(data)
    channel.half_close()


async def _read_all(channel: Connection) -> bytes:
    whole = bytearray()
    while piece := await channel.read():
        whole += piece
    return bytes(whole)


async def exchange(session: Session, data: bytes, stopping: asyncio.Event) -> tuple[bytes, bytes]:
    """Writes `data`, half-closes and reads both channels to their ends; closes both.

    Raises OSError when a channel was reset, and Failed `closed` when told to stop.
    """
    works = (_read_all(session.data), _read_all(session.error), _send_all(session.data, data))
    tasks = [asyncio.ensure_future(one) for one in works]
    whole = asyncio.gather(*tasks)
    stop = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait([whole, stop], return_when=asyncio.FIRST_COMPLETED)
        if not whole.done():
            raise Failed("closed")
        received, errors, _ = whole.result()
        return received, errors
    finally:
        for one in (*tasks, stop):
            one.cancel()
        await asyncio.gather(*tasks, whole, stop, return_exceptions=True)
        await asyncio.gather(session.data.close(), session.error.close())
