"""Frames and tags of the stpconnect protocol, version 1 (docs/protocol.md, sections 2, 3 and 6).

Pure functions and plain records only: nothing here opens a socket, reads a clock or draws a nonce.
"""

import hmac
import struct
from dataclasses import dataclass

MAGIC = b"STPC"
VERSION = 1
HEADER = struct.Struct(">4sBBHI")
MAX_PAYLOAD = 4096
CONNECTIONS = 2
NONCE_LENGTH = 32
TAG_LENGTH = 32
ZERO_NONCE = bytes(NONCE_LENGTH)
ZERO_TAG = bytes(TAG_LENGTH)
MAX_U32 = 0xFFFFFFFF

LABELS = {"client": b"stpconnect 1 client", "server": b"stpconnect 1 server"}
MODES = {1: "network", 2: "storage"}
MODE_NUMBERS = {name: number for number, name in MODES.items()}
REASONS = {
    1: "busy",
    2: "modeUnavailable",
    3: "connectionsMismatch",
    4: "portsExhausted",
    5: "arrayUnknown",
    6: "groupUnknown",
    7: "groupRefused",
    8: "groupFull",
    9: "descriptorUnknown",
    10: "tagWrong",
    11: "protocolViolation",
    12: "timedOut",
    13: "closing",
    14: "connectionLost",
}
REASON_NUMBERS = {name: number for number, name in REASONS.items()}


class Malformed(Exception):
    """The bytes are not a frame of this protocol; the text says which rule of section 2 they break."""


@dataclass(frozen=True)
class Hello:
    """Type 1, server to client, on `first`. The only frame without a tag."""

    mode: str
    connections: int
    nonce: bytes


@dataclass(frozen=True)
class Descriptor:
    """Type 2: client to server on `first` (step 122), server to client on `second` (step 100, zero nonce)."""

    descriptor: int
    nonce: bytes
    tag: bytes = ZERO_TAG


@dataclass(frozen=True)
class Port:
    """Type 3, client to server, on `first` (step 170)."""

    array: str
    port: int
    generation: int
    nonce: bytes
    tag: bytes = ZERO_TAG


@dataclass(frozen=True)
class Group:
    """Type 4, server to client, on `array` (step 236)."""

    group: str
    tag: bytes = ZERO_TAG


@dataclass(frozen=True)
class Ready:
    """Type 5, client to server: the client process is established."""

    tag: bytes = ZERO_TAG


@dataclass(frozen=True)
class Decline:
    """Type 6, either side, any connection. `reason` is a name of section 6, `text` is for people."""

    reason: str
    text: str = ""
    tag: bytes = ZERO_TAG


Message = Hello | Descriptor | Port | Group | Ready | Decline

TYPES = {1: Hello, 2: Descriptor, 3: Port, 4: Group, 5: Ready, 6: Decline}
TYPE_NUMBERS = {kind: number for number, kind in TYPES.items()}


def name_of(message: Message) -> str:
    """The frame's name in lower case, as events spell it (`hello`, `descriptor`, ...)."""
    return type(message).__name__.lower()


def _encode_text(text: str, least: int) -> bytes:
    raw = text.encode("utf-8")
    if not least <= len(raw) <= 255:
        raise ValueError(f"a text of {len(raw)} bytes does not fit: expected {least} to 255")
    return bytes([len(raw)]) + raw


def _encode_payload(message: Message) -> bytes:
    match message:
        case Hello(mode, connections, nonce):
            return struct.pack(">BBH", MODE_NUMBERS[mode], connections, 0) + nonce
        case Descriptor(descriptor, nonce, tag):
            return struct.pack(">I", descriptor) + nonce + tag
        case Port(array, port, generation, nonce, tag):
            return _encode_text(array, 1) + struct.pack(">II", port, generation) + nonce + tag
        case Group(group, tag):
            return _encode_text(group, 1) + tag
        case Ready(tag):
            return tag
        case Decline(reason, text, tag):
            return struct.pack(">H", REASON_NUMBERS[reason]) + _encode_text(text, 0) + tag


def encode(message: Message) -> bytes:
    """The whole frame, header included, with the tag that the message carries."""
    payload = _encode_payload(message)
    return HEADER.pack(MAGIC, VERSION, TYPE_NUMBERS[type(message)], 0, len(payload)) + payload


class _Fields:
    """Takes a payload apart from the front; every step raises Malformed rather than reading past the end."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._at = 0

    def raw(self, length: int) -> bytes:
        piece = self._payload[self._at : self._at + length]
        if len(piece) != length:
            raise Malformed(f"payload of {len(self._payload)} bytes is shorter than its fields say")
        self._at += length
        return piece

    def number(self, length: int) -> int:
        return int.from_bytes(self.raw(length), "big")

    def text(self, least: int) -> str:
        length = self.number(1)
        if length < least:
            raise Malformed(f"text of {length} bytes: expected at least {least}")
        try:
            return self.raw(length).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("text is not valid UTF-8") from None

    def finish(self) -> None:
        left = len(self._payload) - self._at
        if left:
            raise Malformed(f"payload is {left} bytes longer than its fields say")


def _decode_hello(fields: _Fields) -> Hello:
    mode, connections, reserved = fields.number(1), fields.number(1), fields.number(2)
    nonce = fields.raw(NONCE_LENGTH)
    if mode not in MODES:
        raise Malformed(f"mode {mode}: expected 1 or 2")
    if reserved != 0:
        raise Malformed(f"reserved field is {reserved}: expected 0")
    return Hello(MODES[mode], connections, nonce)


def _decode_decline(fields: _Fields) -> Decline:
    reason = fields.number(2)
    if reason not in REASONS:
        raise Malformed(f"reason {reason} is not in the table")
    return Decline(REASONS[reason], fields.text(0), fields.raw(TAG_LENGTH))


def _decode_payload(kind: type, payload: bytes) -> Message:
    fields = _Fields(payload)
    if kind is Hello:
        message = _decode_hello(fields)
    elif kind is Descriptor:
        message = Descriptor(fields.number(4), fields.raw(NONCE_LENGTH), fields.raw(TAG_LENGTH))
    elif kind is Port:
        array = fields.text(1)
        message = Port(array, fields.number(4), fields.number(4), fields.raw(NONCE_LENGTH), fields.raw(TAG_LENGTH))
    elif kind is Group:
        message = Group(fields.text(1), fields.raw(TAG_LENGTH))
    elif kind is Ready:
        message = Ready(fields.raw(TAG_LENGTH))
    else:
        message = _decode_decline(fields)
    fields.finish()
    return message


def _check_header(header: bytes) -> tuple[type, int]:
    """The frame's kind and payload length; refuses a length over the limit before anything is allocated for it."""
    magic, version, number, flags, length = HEADER.unpack(header)
    if magic != MAGIC:
        raise Malformed("magic is not STPC")
    if version != VERSION:
        raise Malformed(f"version {version}: expected {VERSION}")
    if number not in TYPES:
        raise Malformed(f"type {number} is not in the table")
    if flags != 0:
        raise Malformed(f"flags are {flags}: expected 0")
    if length > MAX_PAYLOAD:
        raise Malformed(f"payload length {length} is over {MAX_PAYLOAD}")
    return TYPES[number], length


class FrameReader:
    """Collects bytes, split and coalesced anywhere, and gives frames; what is left belongs to the channel."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, piece: bytes) -> None:
        """Adds what arrived."""
        self._buffer += piece

    def next(self) -> tuple[Message, bytes] | None:
        """The next frame and its bytes as sent, or None until more arrives. Raises Malformed."""
        if len(self._buffer) < HEADER.size:
            return None
        kind, length = _check_header(bytes(self._buffer[: HEADER.size]))
        end = HEADER.size + length
        if len(self._buffer) < end:
            return None
        frame = bytes(self._buffer[:end])
        message = _decode_payload(kind, frame[HEADER.size :])
        del self._buffer[:end]
        return message, frame

    def take_rest(self) -> bytes:
        """Hands over the bytes behind the last handshake frame, once."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest


def tag_of(secret: bytes, sender: str, before: list[bytes], frame: bytes) -> bytes:
    """The tag (section 3) of `frame`, which `sender` ("client" or "server") sends after the frames `before`.

    Every tagged frame ends in its tag, so the tag bytes are zeroed there, whatever they hold.
    """
    transcript = b"".join(before) + frame[:-TAG_LENGTH] + ZERO_TAG
    return hmac.digest(secret, LABELS[sender] + transcript, "sha256")


def seal(secret: bytes, sender: str, before: list[bytes], message: Message) -> bytes:
    """The whole frame with the right tag in it."""
    frame = encode(message)
    return frame[:-TAG_LENGTH] + tag_of(secret, sender, before, frame)


def tag_is_right(secret: bytes, sender: str, before: list[bytes], frame: bytes) -> bool:
    """Whether the received `frame` carries the tag that `sender` had to give it; in constant time."""
    return hmac.compare_digest(frame[-TAG_LENGTH:], tag_of(secret, sender, before, frame))
