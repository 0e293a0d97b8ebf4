"""The client process in network mode (docs/protocol.md, section 4): it accepts and answers."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping

from connection import Clock, Connection, Failed, Lost
from wire import CONNECTIONS, NONCE_LENGTH, ZERO_NONCE, Decline, Descriptor, Hello, Message, Ready, seal, tag_is_right

LIMITS = {"firstFrameTimeout": 3000, "secondTimeout": 5000, "handshakeTimeout": 15000}


class Attempt:
    """What one accepted connection has come to: its transcript, and the connection that joined it."""

    def __init__(self, first: Connection, clock: Clock) -> None:
        self.first = first
        self.clock = clock
        self.transcript: list[bytes] = []
        self.joined: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()


class ClientProcess:
    """All attempts of one listener. `report` gets one record for each attempt that is established or failed."""

    def __init__(
        self,
        secret: bytes,
        limits: Mapping[str, int],
        max_sessions: int,
        stopping: asyncio.Event,
        report: Callable[[dict[str, object]], None],
    ) -> None:
        self._secret = secret
        self._limits = limits
        self._max_sessions = max_sessions
        self._stopping = stopping
        self._report = report
        self._waiting: dict[int, Attempt] = {}
        self._sessions = 0

    async def serve(self, first: Connection) -> None:
        """Runs the attempt of one accepted connection to its end, and the session that came of it."""
        attempt = Attempt(first, Clock(self._limits, self._stopping))
        try:
            second = await self._handshake(attempt)
        except Failed as failure:
            await self._give_up(attempt, failure)
            return
        if second is None:
            return
        self._sessions += 1
        self._report({"established": True, "descriptor": first.descriptor})
        try:
            await self._echo(first, second)
        finally:
            self._sessions -= 1

    async def _give_up(self, attempt: Attempt, failure: Failed) -> None:
        """Section 4.4: DECLINE on `first` if it stands and there is something to say, then everything closed."""
        if failure.decline is not None and attempt.first.stands:
            attempt.first.send(seal(self._secret, "client", attempt.transcript, Decline(failure.decline, failure.text)))
        self._report(failure_record(failure))
        held = [attempt.first]
        if attempt.joined.done() and not attempt.joined.cancelled():
            held.append(attempt.joined.result())
        await asyncio.gather(*(one.close() for one in held))

    async def _handshake(self, attempt: Attempt) -> Connection | None:
        """The error channel once established; None when this connection joined another attempt."""
        message, frame = await self._first_frame(attempt)
        if isinstance(message, Descriptor):
            self._join(attempt, message, frame)
            return None
        if not isinstance(message, Hello):
            raise Failed("protocolViolation")
        attempt.clock.start_handshake()
        attempt.transcript.append(frame)
        if message.connections != CONNECTIONS:
            raise Failed("connectionsMismatch", decline="connectionsMismatch")
        if self._sessions >= self._max_sessions:
            raise Failed("busy", decline="busy")
        if message.mode == "storage":
            raise Failed("modeUnavailable", decline="modeUnavailable", text="no storage array here")
        return await self._await_second(attempt)

    async def _first_frame(self, attempt: Attempt) -> tuple[Message, bytes]:
        """Section 4.1: whoever does not begin with a frame gets no answer."""
        try:
            return (await attempt.clock.first_of("firstFrameTimeout", "closed", attempt.first.receive())).result()
        except Lost as lost:
            raise Failed(lost.code) from None
        except Failed as failure:
            raise Failed(failure.code) from None

    def _join(self, stray: Attempt, message: Descriptor, frame: bytes) -> None:
        """Steps 124, 126: pairs a second connection with the attempt that it names, or refuses it alone."""
        stray.transcript.append(frame)
        named = self._waiting.get(message.descriptor)
        if named is None or named.joined.done():
            raise Failed("descriptorUnknown", decline="descriptorUnknown")
        right = tag_is_right(self._secret, "server", named.transcript, frame)
        if not right or message.nonce != ZERO_NONCE:
            raise Failed("tagWrong", decline="tagWrong")
        del self._waiting[message.descriptor]
        named.transcript.append(frame)
        named.joined.set_result(stray.first)

    async def _await_second(self, attempt: Attempt) -> Connection:
        """Step 122, then `handshaking.network.awaitingSecond`, then READY on `second` and on `first`."""
        number = attempt.first.descriptor
        descriptor = Descriptor(number, os.urandom(NONCE_LENGTH))
        frame = seal(self._secret, "client", attempt.transcript, descriptor)
        attempt.transcript.append(frame)
        self._waiting[number] = attempt
        attempt.first.send(frame)
        try:
            first = asyncio.ensure_future(attempt.first.receive())
            done = await attempt.clock.first_of("secondTimeout", "closed", first, attempt.joined)
            if done is first:
                raise refusal(first.result()[0])
        except Lost as lost:
            raise Failed(lost.code) from None
        finally:
            if self._waiting.get(number) is attempt:
                del self._waiting[number]
        second = attempt.joined.result()
        ready = seal(self._secret, "client", attempt.transcript, Ready())
        second.send(ready)
        attempt.first.send(ready)
        return second

    async def _echo(self, data: Connection, error: Connection) -> None:
        """The session: the data channel back in upper case, its size on the error channel, both closed."""
        echo = asyncio.ensure_future(echo_upper(data, error))
        stop = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait([echo, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        echo.cancel()
        await asyncio.gather(echo, stop, return_exceptions=True)
        await asyncio.gather(data.close(), error.close())


async def echo_upper(data: Connection, error: Connection) -> None:
    """Up to the peer's half-close and the answer to it, or until a channel is reset."""
    count = 0
    with contextlib.suppress(OSError):
        while piece := await data.read():
            count += len(piece)
            await data.write(piece.upper())
        await error.write(f"bytes {count}\n".encode("ascii"))


def refusal(message: Message) -> Failed:
    """The failure that a frame brings where none was allowed: the peer's DECLINE, or a violation."""
    if isinstance(message, Decline):
        return Failed("declined", reason=message.reason, text=message.text)
    return Failed("protocolViolation", decline="protocolViolation")


def failure_record(failure: Failed) -> dict[str, object]:
    """What is printed of a failed attempt; a peer's reason only when it declined."""
    record: dict[str, object] = {"failed": failure.code}
    if failure.reason is not None:
        record |= {"reason": failure.reason, "text": failure.text}
    return record
