"""What the tests of the Python peer share: scripted sockets, and peers started as processes."""

import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

from connection import RESET_ON_CLOSE
from wire import FrameReader, Message, tag_is_right

HERE = pathlib.Path(__file__).parent
PEER = [sys.executable, str(HERE / "peer.py")]
NONCE = b"\x11" * 32
SECONDS = 20


class Wire:
    """A blocking socket that speaks frames."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.sock.settimeout(SECONDS)
        self.frames = FrameReader()

    def send(self, frame: bytes) -> bytes:
        self.sock.sendall(frame)
        return frame

    def receive(self) -> tuple[Message, bytes]:
        while (seen := self.frames.next()) is None:
            piece = self.sock.recv(4096)
            if not piece:
                raise AssertionError("the connection ended where a frame was expected")
            self.frames.feed(piece)
        return seen

    def receive_raw(self, length: int) -> bytes:
        """That many bytes of the channel."""
        piece = b""
        while len(piece) < length:
            piece += self.sock.recv(length - len(piece))
        return piece

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.sock.close()

    def rest(self) -> bytes:
        """Everything up to the peer's end."""
        whole = self.frames.take_rest()
        while piece := self.sock.recv(4096):
            whole += piece
        return whole


class Harness(unittest.TestCase):
    """Starts peers as processes and ends them with the test."""

    def start(self, *arguments: str) -> subprocess.Popen:
        process = subprocess.Popen([*PEER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.stop, process)
        return process

    def stop(self, process: subprocess.Popen) -> None:
        process.kill()
        process.communicate()

    def listen(self, *arguments: str) -> tuple[subprocess.Popen, int]:
        process = self.start("listen", "127.0.0.1", "0", *arguments)
        return process, self.line(process)["listening"]

    def line(self, process: subprocess.Popen) -> dict:
        return json.loads(process.stdout.readline())

    def connect(self, port: int, *arguments: str) -> tuple[int, dict]:
        process = self.start("connect", "127.0.0.1", str(port), *arguments)
        output, errors = process.communicate(timeout=SECONDS)
        self.assertEqual(errors, "")
        return process.returncode, json.loads(output)

    def dial(self, port: int) -> Wire:
        sock = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self.addCleanup(sock.close)
        return Wire(sock)

    def secret_file(self, secret: bytes) -> str:
        file = tempfile.NamedTemporaryFile()
        self.addCleanup(file.close)
        file.write(secret)
        file.flush()
        return file.name

    def declined(self, wire: Wire, before: list[bytes], reason: str, sender: str = "client", secret: bytes = b"") -> None:
        """A DECLINE with that reason and the right tag, and then the end."""
        message, frame = wire.receive()
        self.assertEqual(getattr(message, "reason", message), reason)
        self.assertTrue(tag_is_right(secret, sender, before, frame), "tag of DECLINE")
        self.assertEqual(wire.rest(), b"")
