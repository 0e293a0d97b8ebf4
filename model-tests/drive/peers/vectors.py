"""Prints the golden vectors of docs/protocol.md, section 10, as JSON.

Run from the root of the repository: python3 model-tests/drive/peers/vectors.py
"""

import argparse
import dataclasses
import json
import struct

from wire import ZERO_NONCE, Decline, Descriptor, FrameReader, Group, Hello, Message, Port, Ready, encode, name_of, seal

SECRET = bytes(range(32))
SERVER_NONCE = b"\x11" * 32
CLIENT_NONCE = b"\x22" * 32
TAG = b"\x33" * 32
DESCRIPTOR = 7
ARRAY, PORT, GENERATION, GROUP = "sym0", 49152, 3, "STG0"


def fields_of(message: Message) -> dict[str, object]:
    """The message's fields by name, byte strings in hex."""
    fields = dataclasses.asdict(message)
    return {"type": name_of(message)} | {
        name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()
    }


def vector(name: str, secret: bytes, sender: str, on: str, before: list[bytes], message: Message) -> dict[str, object]:
    """One message with everything that is needed to make its frame, and the frame."""
    frame = encode(message) if isinstance(message, Hello) else seal(secret, sender, before, message)
    reader = FrameReader()
    reader.feed(frame)
    decoded = reader.next()
    assert decoded is not None and decoded[1] == frame
    return {
        "name": name,
        "message": fields_of(decoded[0]),
        "sender": sender,
        "on": on,
        "transcriptBefore": [one.hex() for one in before],
        "hex": frame.hex(),
    }


def frame_of(entry: dict[str, object]) -> bytes:
    return bytes.fromhex(str(entry["hex"]))


def handshake(secret: bytes, steps: list[tuple[str, str, str, Message]]) -> list[dict[str, object]]:
    """The vectors of a handshake, each frame with all earlier ones before it."""
    entries: list[dict[str, object]] = []
    for name, sender, on, message in steps:
        entries.append(vector(name, secret, sender, on, [frame_of(one) for one in entries], message))
    return entries


def network(secret: bytes, suffix: str = "") -> list[dict[str, object]]:
    """HELLO, DESCRIPTOR (step 122), DESCRIPTOR (step 100), and READY twice: neither is in the other's transcript."""
    entries = handshake(
        secret,
        [
            ("HELLO network" + suffix, "server", "first", Hello("network", 2, SERVER_NONCE)),
            ("DESCRIPTOR step 122" + suffix, "client", "first", Descriptor(DESCRIPTOR, CLIENT_NONCE)),
            ("DESCRIPTOR step 100" + suffix, "server", "second", Descriptor(DESCRIPTOR, ZERO_NONCE)),
        ],
    )
    before = [frame_of(one) for one in entries]
    return entries + [
        vector("READY network" + suffix, secret, "client", "second", before, Ready()),
        vector("READY network again" + suffix, secret, "client", "first", before, Ready()),
    ]


def storage(secret: bytes) -> list[dict[str, object]]:
    """HELLO, PORT (step 170), GROUP (step 236), READY."""
    return handshake(
        secret,
        [
            ("HELLO storage", "server", "first", Hello("storage", 2, SERVER_NONCE)),
            ("PORT step 170", "client", "first", Port(ARRAY, PORT, GENERATION, CLIENT_NONCE)),
            ("GROUP step 236", "server", "array", Group(GROUP)),
            ("READY storage", "client", "array", Ready()),
        ],
    )


def declines(networked: list[dict[str, object]], stored: list[dict[str, object]]) -> list[dict[str, object]]:
    """A DECLINE of each side, and those whose transcript is not the attempt's (section 3)."""
    hello, port, group = (frame_of(one) for one in stored[:3])
    stray = frame_of(networked[2])
    ports = Decline("portsExhausted", "no free port")
    return [
        vector("DECLINE portsExhausted", SECRET, "client", "first", [hello], ports),
        vector("DECLINE arrayUnknown", SECRET, "server", "first", [hello, port], Decline("arrayUnknown")),
        vector("DECLINE groupFull", SECRET, "client", "first", [hello, port, group], Decline("groupFull")),
        vector("DECLINE descriptorUnknown", SECRET, "client", "second", [stray], Decline("descriptorUnknown")),
        vector("DECLINE timedOut on a silent array", SECRET, "client", "array", [], Decline("timedOut", "délai dépassé")),
    ]


def raw(number: int, payload: bytes, magic: bytes = b"STPC", version: int = 1, flags: int = 0) -> bytes:
    """A frame that need not be right; its length field is the payload's."""
    return struct.pack(">4sBBHI", magic, version, number, flags, len(payload)) + payload


def header_only(number: int, length: int) -> bytes:
    return struct.pack(">4sBBHI", b"STPC", 1, number, 0, length)


def malformed_headers() -> list[tuple[bytes, str]]:
    return [
        (raw(5, TAG, magic=b"STPD"), "magic is not STPC"),
        (b"GET / HTTP/1.1\r\n\r\n", "magic is not STPC: another protocol"),
        (raw(5, TAG, version=0), "version 0"),
        (raw(5, TAG, version=2), "version 2"),
        (raw(5, TAG, flags=1), "flags 1"),
        (raw(5, TAG, flags=0x8000), "flags 32768"),
        (raw(0, TAG), "type 0 is not in the table"),
        (raw(7, TAG), "type 7 is not in the table"),
        (header_only(6, 4097), "payload length 4097 is over 4096; to be refused from the header alone"),
        (header_only(5, 0xFFFFFFFF), "payload length 4294967295 is over 4096; to be refused from the header alone"),
    ]


def malformed_lengths() -> list[tuple[bytes, str]]:
    hello = struct.pack(">BBH", 1, 2, 0) + SERVER_NONCE
    descriptor = struct.pack(">I", DESCRIPTOR) + CLIENT_NONCE + TAG
    port_tail = struct.pack(">II", PORT, GENERATION) + CLIENT_NONCE + TAG
    return [
        (raw(1, hello[:-1]), "HELLO one byte short"),
        (raw(1, hello + b"\0"), "HELLO one byte long"),
        (raw(1, b""), "HELLO without a payload"),
        (raw(2, descriptor[:-1]), "DESCRIPTOR one byte short"),
        (raw(2, descriptor + b"\0"), "DESCRIPTOR one byte long"),
        (raw(3, b"\x05sym0" + port_tail), "PORT whose array name is said to be one byte longer than it is"),
        (raw(3, b"\x03sym0" + port_tail), "PORT whose array name is said to be one byte shorter than it is"),
        (raw(3, b"\xffsym0" + port_tail), "PORT whose array name is said to be longer than the payload"),
        (raw(3, b"\0" + port_tail), "PORT with an empty array name"),
        (raw(4, b"\x04STG0" + TAG[:-1]), "GROUP one byte short"),
        (raw(4, b"\x04STG0" + TAG + b"\0"), "GROUP one byte long"),
        (raw(4, b"\0" + TAG), "GROUP with an empty group name"),
        (raw(4, b""), "GROUP without a payload"),
        (raw(5, TAG[:-1]), "READY one byte short"),
        (raw(5, TAG + b"\0"), "READY one byte long"),
        (raw(5, bytes(4096)), "READY of 4096 bytes: a length in the limit that is not READY's"),
        (raw(6, b"\0\x0c\x01" + TAG), "DECLINE whose text is said to be one byte longer than it is"),
        (raw(6, b"\0\x0c\x00x" + TAG), "DECLINE whose text is said to be one byte shorter than it is"),
        (raw(6, b"\0\x0c\xff" + b"x" * 256 + TAG), "DECLINE with a text of 256 bytes, said to be of 255"),
        (raw(6, b"\0\x0c"), "DECLINE that ends behind its reason"),
    ]


def malformed_values() -> list[tuple[bytes, str]]:
    port_tail = struct.pack(">II", PORT, GENERATION) + CLIENT_NONCE + TAG
    return [
        (raw(1, struct.pack(">BBH", 0, 2, 0) + SERVER_NONCE), "HELLO with mode 0"),
        (raw(1, struct.pack(">BBH", 3, 2, 0) + SERVER_NONCE), "HELLO with mode 3"),
        (raw(1, struct.pack(">BBH", 1, 2, 1) + SERVER_NONCE), "HELLO whose reserved field is 1"),
        (raw(1, struct.pack(">BBH", 1, 2, 0x100) + SERVER_NONCE), "HELLO whose reserved field is 256"),
        (raw(6, b"\0\0\0" + TAG), "DECLINE with reason 0"),
        (raw(6, b"\0\x0f\0" + TAG), "DECLINE with reason 15"),
        (raw(6, b"\x01\x01\0" + TAG), "DECLINE with reason 257"),
        (raw(3, b"\x04sym\xff" + port_tail), "PORT whose array name is not UTF-8"),
        (raw(4, b"\x02\xc0\xaf" + TAG), "GROUP whose name is an overlong form, so not UTF-8"),
        (raw(6, b"\0\x0c\x03\xed\xa0\x80" + TAG), "DECLINE whose text holds a surrogate, so is not UTF-8"),
        (raw(6, b"\0\x0c\x02x\xc3" + TAG), "DECLINE whose text ends inside a character, so is not UTF-8"),
    ]


def vectors() -> dict[str, object]:
    """Everything section 10 shows."""
    networked, stored = network(SECRET), storage(SECRET)
    longest = [
        vector("PORT longest", SECRET, "client", "first", [frame_of(stored[0])], Port("a" * 255, 0xFFFFFFFF, 0xFFFFFFFF, CLIENT_NONCE)),
        vector("GROUP not ASCII", SECRET, "server", "array", [frame_of(one) for one in stored[:2]], Group("\ufeffgröße 🗄")),
    ]

    def wires(entries: list[dict[str, object]]) -> list[dict[str, object]]:
        return [{"from": one["sender"], "on": one["on"], "hex": one["hex"]} for one in entries]

    return {
        "secret": SECRET.hex(),
        "serverNonce": SERVER_NONCE.hex(),
        "clientNonce": CLIENT_NONCE.hex(),
        "messages": networked + stored + declines(networked, stored) + longest,
        "emptySecretMessages": network(b"", " empty secret"),
        "handshakes": {"network": wires(networked), "storage": wires(stored)},
        "malformed": [
            {"hex": frame.hex(), "why": why}
            for frame, why in malformed_headers() + malformed_lengths() + malformed_values()
        ],
    }


def render() -> str:
    """The JSON text as it stands in section 10, without the last newline."""
    return json.dumps(vectors(), indent=1)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(render())


if __name__ == "__main__":
    main()
