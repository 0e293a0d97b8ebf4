"""One TCP connection of an attempt, and the waits with their limits (docs/protocol.md, sections 1 and 7)."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Mapping

from wire import FrameReader, Malformed, Message

LINGER_SECONDS = 0.5
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
PIECE = 65536


class Failed(Exception):
    """The attempt ends in `failed`.

    `code` is a failure code of section 8; `decline` the reason to tell the peer on `first`, if any;
    `reason` and `text` are what the peer's own DECLINE said; without a `reason`, `text` goes with `decline`.
    """

    def __init__(self, code: str, decline: str | None = None, reason: str | None = None, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.decline = decline
        self.reason = reason
        self.text = text


class Lost(Exception):
    """The connection no longer stands: `connectionEnded`, `connectionReset` or `frameMalformed`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Connection:
    """Frames first; what is behind the last handshake frame is the channel's.

    `descriptor` is the socket's number in this process, unique among the open ones.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = FrameReader()
        self.stands = True
        self.descriptor: int = writer.get_extra_info("socket").fileno()
        # With no room in the writer's own buffer, write() returns only when the system has all of it.
        writer.transport.set_write_buffer_limits(high=0)

    async def receive(self) -> tuple[Message, bytes]:
        """The next frame and its bytes as sent. Raises Lost. To cancel it loses no bytes."""
        try:
            while (seen := self._frames.next()) is None:
                piece = await self._reader.read(PIECE)
                if not piece:
                    raise Lost("connectionEnded")
                self._frames.feed(piece)
        except Malformed:
            self.stands = False
            raise Lost("frameMalformed") from None
        except OSError:
            self.stands = False
            raise Lost("connectionReset") from None
        except Lost:
            self.stands = False
            raise
        return seen

    def send(self, frame: bytes) -> None:
        """Sends a frame; handshake frames are small, so there is no wait for room."""
        self._writer.write(frame)

    async def read(self) -> bytes:
        """The channel's next bytes, empty at its end. Raises OSError."""
        return self._frames.take_rest() or await self._reader.read(PIECE)

    async def write(self, piece: bytes) -> None:
        """Writes to the channel, waiting for room. Raises OSError."""
        self._writer.write(piece)
        await self._writer.drain()

    def half_close(self) -> None:
        """No more bytes from here; the peer's may still come."""
        self._writer.write_eof()

    async def close(self) -> None:
        """Ends in order (section 1): half-closes and discards for a moment, since unread bytes would make a reset of it."""
        self.stands = False
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            self.half_close()
            await asyncio.wait_for(self._drain(), LINGER_SECONDS)
        self._writer.close()

    async def reset(self) -> None:
        """Destroys the connection (section 1): the peer sees an error, never an end."""
        self.stands = False
        with contextlib.suppress(OSError):
            self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self._writer.transport.abort()
            await self._writer.wait_closed()

    async def _drain(self) -> None:
        while await self._reader.read(PIECE):
            pass


class Clock:
    """The limits of section 7, and the one that runs over the whole handshake."""

    def __init__(self, limits: Mapping[str, int], stopping: asyncio.Event) -> None:
        self._limits = limits
        self._stopping = stopping
        self._deadline: float | None = None

    def start_handshake(self) -> None:
        """From here on handshakeTimeout runs."""
        self._deadline = asyncio.get_running_loop().time() + self._limits["handshakeTimeout"] / 1000

    def _next(self, limit: str) -> tuple[float, str]:
        seconds = self._limits[limit] / 1000
        if self._deadline is None:
            return seconds, limit
        left = self._deadline - asyncio.get_running_loop().time()
        return (seconds, limit) if seconds <= left else (max(left, 0), "handshakeTimeout")

    async def first_of(self, limit: str, stopped: str, *waits: Awaitable[object]) -> asyncio.Task:
        """The first of `waits` to be done (the earlier in the list when several are), the others cancelled.

        Raises Failed with the limit's name (peer told timedOut) or `stopped` (peer told closing).
        """
        seconds, code = self._next(limit)
        tasks = [asyncio.ensure_future(one) for one in waits]
        stop = asyncio.ensure_future(self._stopping.wait())
        everything = [*tasks, stop]
        try:
            await asyncio.wait(everything, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            chosen = next((one for one in everything if one.done()), None)
        finally:
            for one in everything:
                one.cancel()
            await asyncio.gather(*everything, return_exceptions=True)
        if chosen is None:
            raise Failed(code, decline="timedOut")
        if chosen is stop:
            raise Failed(stopped, decline="closing")
        return chosen
