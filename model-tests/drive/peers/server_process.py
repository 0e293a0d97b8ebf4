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

    async def handshake(self) -> Session:
        """Dials, shakes hands and returns the channels. Raises Failed, with everything closed."""
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
        await self._await_ready()
        return Session(first, second)

    def _keep(self, frame: bytes) -> bytes:
        self._transcript.append(frame)
        return frame

    async def _give_up(self, failure: Failed) -> None:
        if self._second is not None:
            self._second.close()
        first = self._first
        if first is None:
            return
        if failure.decline is None or not first.stands:
            first.close()
            return
        first.send(seal(self._secret, "server", self._transcript, Decline(failure.decline)))
        await first.close_gently()

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
        """`handshaking.network.awaitingReady`. READY goes before whatever is on `second` at the same moment."""
        first = asyncio.ensure_future(self._first.receive())
        done = await self._clock.first_of("readyTimeout", "aborted", first, self._second.receive())
        if done is not first:
            raise self._refused_on_second(done)
        message, frame = self._taken_from_first(first)
        if not isinstance(message, Ready):
            raise refusal(message)
        self._check(frame)

    def _taken_from_first(self, seen: asyncio.Task) -> tuple[Message, bytes]:
        try:
            return seen.result()
        except Lost as lost:
            raise Failed(lost.code) from None

    def _refused_on_second(self, seen: asyncio.Task) -> Failed:
        """No frame but DECLINE may come on `second`, and it must not be lost."""
        try:
            return refusal(seen.result()[0])
        except Lost as lost:
            garbage = lost.code == "frameMalformed"
            return Failed(lost.code, decline="protocolViolation" if garbage else "connectionLost")

    def _check(self, frame: bytes) -> None:
        """Keeps a frame whose tag is right; a refused one stays out of the transcript."""
        if not tag_is_right(self._secret, "client", self._transcript, frame):
            raise Failed("tagWrong", decline="tagWrong")
        self._keep(frame)


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
    whole = asyncio.gather(_read_all(session.data), _read_all(session.error), _send_all(session.data, data))
    stop = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait([whole, stop], return_when=asyncio.FIRST_COMPLETED)
        if not whole.done():
            raise Failed("closed")
        received, errors, _ = whole.result()
        return received, errors
    finally:
        whole.cancel()
        stop.cancel()
        await asyncio.gather(whole, stop, return_exceptions=True)
        session.data.close()
        session.error.close()
