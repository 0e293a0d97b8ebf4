"""The server process (`peer.py connect`) against scripted client processes: docs/protocol.md, section 5."""

import json
import signal
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

from harness import NONCE, SECONDS, Harness, Wire
from wire import ZERO_NONCE, Decline, Descriptor, Hello, Ready, encode, seal, tag_is_right


class Connecting(Harness):
    """The server process against scripted client processes."""

    def setUp(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(SECONDS)
        self.addCleanup(self.listener.close)

    def accept(self) -> Wire:
        sock, _ = self.listener.accept()
        self.addCleanup(sock.close)
        return Wire(sock)

    def dialled(self, *arguments: str) -> tuple[subprocess.Popen, Wire, list[bytes]]:
        process = self.start("connect", "127.0.0.1", str(self.listener.getsockname()[1]), *arguments)
        first = self.accept()
        message, frame = first.receive()
        self.assertEqual((message.mode, message.connections), ("network", 2))
        return process, first, [frame]

    def awaiting_ready(self, *arguments: str) -> tuple[subprocess.Popen, Wire, Wire, list[bytes]]:
        process, first, transcript = self.dialled(*arguments)
        transcript.append(first.send(seal(b"", "client", transcript, Descriptor(99, NONCE))))
        second = self.accept()
        message, frame = second.receive()
        self.assertEqual((message.descriptor, message.nonce), (99, ZERO_NONCE))
        self.assertTrue(tag_is_right(b"", "server", transcript, frame))
        return process, first, second, [*transcript, frame]

    def ended(self, process: subprocess.Popen) -> dict:
        output, errors = process.communicate(timeout=SECONDS)
        self.assertEqual(errors, "")
        return json.loads(output)

    def was_reset(self, *wires: Wire) -> None:
        """Not a byte and not an end: an error at once."""
        for wire in wires:
            self.assertRaises(ConnectionResetError, wire.sock.recv, 4096)

    def gave_up(self, process: subprocess.Popen, code: str, *wires: Wire) -> None:
        self.was_reset(*wires)
        self.assertEqual(self.ended(process)["failed"], code)

    def finish(self, process: subprocess.Popen, first: Wire, second: Wire, data: bytes, error: bytes) -> dict:
        """Sends what is left of the two channels and gives the record."""
        for wire, piece in ((first, data), (second, error)):
            wire.send(piece)
            wire.sock.shutdown(socket.SHUT_WR)
        return self.ended(process)

    def test_bytes_behind_ready_belong_to_the_channel_whichever_ready_is_outstanding(self) -> None:
        whole = {"established": True, "data": "early data", "error": "early error"}
        for order in (("first", "second"), ("second", "first")):
            with self.subTest(order=order):
                process, first, second, transcript = self.awaiting_ready("--data", "hi")
                ready = seal(b"", "client", transcript, Ready())
                for name in order:
                    (first if name == "first" else second).send(ready + b"early ")
                self.assertEqual(first.receive_raw(2), b"hi")
                self.assertEqual(self.finish(process, first, second, b"data", b"error"), whole)

    def test_bytes_written_on_both_channels_at_once_are_kept_apart(self) -> None:
        size = 300_000
        for _ in range(3):
            process, first, second, transcript = self.awaiting_ready()
            ready = seal(b"", "client", transcript, Ready())
            both_go = threading.Barrier(2)

            def write(wire: Wire, letter: bytes) -> None:
                both_go.wait(SECONDS)
                wire.send(ready + letter * size)
                wire.sock.shutdown(socket.SHUT_WR)

            with ThreadPoolExecutor(2) as pool:
                list(pool.map(write, (first, second), (b"d", b"e")))
            self.assertEqual(self.ended(process), {"established": True, "data": "d" * size, "error": "e" * size})

    def test_what_looks_like_a_frame_or_garbage_behind_ready_on_second_is_the_error_channels(self) -> None:
        for extra in (b"not a frame at all", encode(Decline("closing")), encode(Ready())):
            with self.subTest(extra=extra):
                process, first, second, transcript = self.awaiting_ready()
                ready = seal(b"", "client", transcript, Ready())
                second.send(ready + extra)
                second.sock.shutdown(socket.SHUT_WR)
                first.send(ready)
                first.sock.shutdown(socket.SHUT_WR)
                error = extra.decode("utf-8", "replace")
                self.assertEqual(self.ended(process), {"established": True, "data": "", "error": error})

    def test_a_reset_of_second_behind_its_ready_is_left_for_the_session(self) -> None:
        process, first, second, transcript = self.awaiting_ready("--data", "hi")
        ready = seal(b"", "client", transcript, Ready())
        second.send(ready)
        second.reset()
        first.send(ready)
        self.assertEqual(first.rest(), b"hi")
        self.assertEqual(self.ended(process), {"failed": "connectionReset", "reason": None})

    def test_a_decline_on_second_is_final_and_not_answered(self) -> None:
        process, first, second, transcript = self.awaiting_ready()
        second.send(seal(b"", "client", transcript[-1:], Decline("tagWrong")))
        self.was_reset(first, second)
        self.assertEqual(self.ended(process), {"reason": "tagWrong", "failed": "declined", "text": ""})

    def test_faults_while_ready_is_awaited_reset_both_connections_in_silence(self) -> None:
        hello = encode(Hello("network", 2, NONCE))
        faults = ((b"not a frame at all", "frameMalformed"), (encode(Ready()), "tagWrong"), (hello, "protocolViolation"))
        for at, other in ((0, 1), (1, 0)):
            for fault, code in faults:
                for half_ready in (False, True):
                    with self.subTest(at=("first", "second")[at], code=code, half_ready=half_ready):
                        process, *wires, transcript = self.awaiting_ready()
                        if half_ready:
                            wires[other].send(seal(b"", "client", transcript, Ready()))
                        wires[at].send(fault)
                        self.gave_up(process, code, *wires)

    def test_the_end_or_reset_of_one_while_its_ready_is_awaited_resets_the_other(self) -> None:
        for at, other in ((0, 1), (1, 0)):
            process, *wires, _ = self.awaiting_ready()
            wires[at].sock.shutdown(socket.SHUT_WR)
            self.gave_up(process, "connectionEnded", *wires)
            process, *wires, _ = self.awaiting_ready()
            wires[at].reset()
            self.gave_up(process, "connectionReset", wires[other])

    def test_a_wrong_tag_in_descriptor_is_declined_outside_the_transcript(self) -> None:
        process, first, transcript = self.dialled()
        first.send(encode(Descriptor(99, NONCE)))
        self.declined(first, transcript, "tagWrong", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "tagWrong")

    def test_a_frame_out_of_turn_and_the_end_of_first_end_it(self) -> None:
        process, first, transcript = self.dialled()
        first.send(encode(Ready()))
        self.declined(first, transcript, "protocolViolation", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "protocolViolation")
        process, first, _ = self.dialled()
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "connectionEnded")

    def test_limits_expire_with_a_decline_and_in_awaiting_ready_with_a_reset(self) -> None:
        process, first, transcript = self.dialled("--limit", "replyTimeout=50")
        self.declined(first, transcript, "timedOut", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "replyTimeout")
        for at in (None, 0, 1):
            process, *wires, transcript = self.awaiting_ready("--limit", "readyTimeout=50")
            if at is not None:
                wires[at].send(seal(b"", "client", transcript, Ready()))
            self.gave_up(process, "readyTimeout", *wires)
        process, *wires, _ = self.awaiting_ready("--limit", "handshakeTimeout=1000")
        self.gave_up(process, "handshakeTimeout", *wires)

    def test_sigterm_is_told_as_closing_and_in_awaiting_ready_as_a_reset(self) -> None:
        process, first, transcript = self.dialled()
        process.send_signal(signal.SIGTERM)
        self.declined(first, transcript, "closing", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "aborted")
        process, first, second, _ = self.awaiting_ready()
        process.send_signal(signal.SIGTERM)
        self.gave_up(process, "aborted", first, second)

    def test_refused_dialling_fails_first_silently_and_second_with_a_decline(self) -> None:
        process, first, transcript = self.dialled()
        port = self.listener.getsockname()[1]
        self.listener.close()
        transcript.append(first.send(seal(b"", "client", transcript, Descriptor(99, NONCE))))
        self.declined(first, transcript, "connectionLost", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "connectionRefused")
        self.assertEqual(self.connect(port), (1, {"reason": None, "failed": "connectionRefused"}))
