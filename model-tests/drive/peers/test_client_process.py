"""The client process (`peer.py listen`) against scripted server processes: docs/protocol.md, section 4."""

import signal
import socket

import vectors
from harness import NONCE, SECONDS, Harness, Wire
from wire import ZERO_NONCE, Decline, Descriptor, Hello, Ready, encode, seal, tag_is_right


class Listening(Harness):
    """The client process against scripted server processes."""

    def hello(self, port: int, mode: str = "network", connections: int = 2) -> tuple[Wire, list[bytes]]:
        wire = self.dial(port)
        return wire, [wire.send(encode(Hello(mode, connections, NONCE)))]

    def awaiting_second(self, port: int) -> tuple[Wire, list[bytes], int]:
        wire, transcript = self.hello(port)
        message, frame = wire.receive()
        self.assertTrue(tag_is_right(b"", "client", transcript, frame))
        self.assertNotEqual(message.nonce, ZERO_NONCE)
        return wire, [*transcript, frame], message.descriptor

    def join(self, port: int, transcript: list[bytes], number: int) -> tuple[Wire, list[bytes]]:
        wire = self.dial(port)
        frame = wire.send(seal(b"", "server", transcript, Descriptor(number, ZERO_NONCE)))
        return wire, [*transcript, frame]

    def ready(self, first: Wire, second: Wire, transcript: list[bytes]) -> None:
        """READY on both connections, with the same bytes and the right tag."""
        message, frame = second.receive()
        self.assertIsInstance(message, Ready)
        self.assertTrue(tag_is_right(b"", "client", transcript, frame))
        self.assertEqual(first.receive(), (message, frame))

    def test_a_stray_descriptor_is_unknown_and_the_listener_goes_on(self) -> None:
        listener, port = self.listen()
        stray, frames = self.join(port, [], 4242)
        self.declined(stray, frames, "descriptorUnknown")
        self.assertEqual(self.line(listener), {"failed": "descriptorUnknown"})
        self.assertEqual(self.connect(port, "--data", "x")[1]["data"], "X")

    def test_a_wrong_tag_ends_the_stranger_and_leaves_the_named_attempt_waiting(self) -> None:
        listener, port = self.listen()
        first, transcript, number = self.awaiting_second(port)
        stranger = self.dial(port)
        frame = stranger.send(encode(Descriptor(number, ZERO_NONCE)))
        self.declined(stranger, [frame], "tagWrong")
        self.assertEqual(self.line(listener), {"failed": "tagWrong"})
        not_zero = self.dial(port)
        frame = not_zero.send(seal(b"", "server", transcript, Descriptor(number, NONCE)))
        self.declined(not_zero, [frame], "tagWrong")
        self.assertEqual(self.line(listener), {"failed": "tagWrong"})
        second, joined = self.join(port, transcript, number)
        self.ready(first, second, joined)
        self.assertEqual(self.line(listener), {"established": True, "descriptor": number})
        replay, frames = self.join(port, transcript, number)
        self.declined(replay, frames[-1:], "descriptorUnknown")
        first.send(b"abc")
        first.sock.shutdown(socket.SHUT_WR)
        self.assertEqual((first.rest(), second.rest()), (b"ABC", b"bytes 3\n"))

    def test_two_interleaved_handshakes_pair_by_their_numbers(self) -> None:
        _, port = self.listen()
        one, two = self.awaiting_second(port), self.awaiting_second(port)
        self.assertNotEqual(one[2], two[2])
        crossed = self.dial(port)
        frame = crossed.send(seal(b"", "server", one[1], Descriptor(two[2], ZERO_NONCE)))
        self.declined(crossed, [frame], "tagWrong")
        for first, transcript, number in (two, one):
            second, joined = self.join(port, transcript, number)
            self.ready(first, second, joined)

    def test_a_frame_in_single_bytes_is_a_frame(self) -> None:
        _, port = self.listen()
        wire = self.dial(port)
        wire.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in encode(Hello("network", 2, NONCE)):
            wire.send(bytes([byte]))
        self.assertIsInstance(wire.receive()[0], Descriptor)

    def test_every_malformed_first_frame_is_closed_without_a_word(self) -> None:
        listener, port = self.listen()
        for entry in vectors.vectors()["malformed"]:
            with self.subTest(why=entry["why"]):
                wire = self.dial(port)
                wire.send(bytes.fromhex(entry["hex"]))
                self.assertEqual(wire.rest(), b"")
                self.assertEqual(self.line(listener), {"failed": "frameMalformed"})

    def test_a_first_frame_that_is_not_allowed_and_an_end_get_no_answer(self) -> None:
        listener, port = self.listen()
        for message in (Ready(), Decline("closing")):
            wire = self.dial(port)
            wire.send(encode(message))
            self.assertEqual(wire.rest(), b"")
            self.assertEqual(self.line(listener), {"failed": "protocolViolation"})
        wire = self.dial(port)
        wire.sock.shutdown(socket.SHUT_WR)
        self.assertEqual(wire.rest(), b"")
        self.assertEqual(self.line(listener), {"failed": "connectionEnded"})

    def test_a_close_is_an_end_and_no_reset_even_with_unread_input(self) -> None:
        _, port = self.listen()
        wire = self.dial(port)
        wire.send(encode(Ready()) + b"never read" * 50_000)
        self.assertEqual(wire.rest(), b"")
        wire, transcript = self.hello(port, connections=3)
        wire.send(b"never read" * 50_000)
        self.declined(wire, transcript, "connectionsMismatch")

    def test_a_malformed_frame_on_first_while_waiting_gets_no_answer(self) -> None:
        listener, port = self.listen()
        first, _, _ = self.awaiting_second(port)
        first.send(b"not a frame at all")
        self.assertEqual(first.rest(), b"")
        self.assertEqual(self.line(listener), {"failed": "frameMalformed"})

    def test_what_first_may_not_say_while_waiting_is_declined(self) -> None:
        listener, port = self.listen()
        first, transcript, _ = self.awaiting_second(port)
        first.send(encode(Hello("network", 2, NONCE)))
        self.declined(first, transcript, "protocolViolation")
        self.assertEqual(self.line(listener), {"failed": "protocolViolation"})

    def test_a_decline_on_first_is_not_answered_and_frees_the_number(self) -> None:
        listener, port = self.listen()
        first, transcript, number = self.awaiting_second(port)
        first.send(seal(b"", "server", transcript, Decline("closing", "bye")))
        self.assertEqual(first.rest(), b"")
        self.assertEqual(self.line(listener), {"failed": "declined", "reason": "closing", "text": "bye"})
        late, frames = self.join(port, transcript, number)
        self.declined(late, frames[-1:], "descriptorUnknown")

    def test_a_reset_of_first_is_told_from_its_end(self) -> None:
        listener, port = self.listen()
        first, _, _ = self.awaiting_second(port)
        first.reset()
        self.assertEqual(self.line(listener), {"failed": "connectionReset"})

    def test_a_hello_that_cannot_be_served_is_declined(self) -> None:
        listener, port = self.listen("--max-sessions", "1")
        for mode, connections, reason in (("storage", 2, "modeUnavailable"), ("storage", 3, "connectionsMismatch")):
            wire, transcript = self.hello(port, mode, connections)
            self.declined(wire, transcript, reason)
            self.assertEqual(self.line(listener), {"failed": reason})
        first, transcript, number = self.awaiting_second(port)
        second, joined = self.join(port, transcript, number)
        self.ready(first, second, joined)
        wire, transcript = self.hello(port)
        self.declined(wire, transcript, "busy")

    def test_limits_expire_silently_before_hello_and_with_a_decline_behind_it(self) -> None:
        listener, port = self.listen("--limit", "firstFrameTimeout=50")
        self.assertEqual(self.dial(port).rest(), b"")
        self.assertEqual(self.line(listener), {"failed": "firstFrameTimeout"})
        for limit in ("secondTimeout", "handshakeTimeout"):
            listener, port = self.listen("--limit", f"{limit}=50")
            first, transcript, _ = self.awaiting_second(port)
            self.declined(first, transcript, "timedOut")
            self.assertEqual(self.line(listener), {"failed": limit})

    def test_sigterm_declines_what_is_waiting_and_ends_the_listener(self) -> None:
        listener, port = self.listen()
        first, transcript, _ = self.awaiting_second(port)
        listener.send_signal(signal.SIGTERM)
        self.declined(first, transcript, "closing")
        self.assertEqual(self.line(listener), {"failed": "closed"})
        first.sock.close()
        self.assertEqual(listener.wait(timeout=SECONDS), 0)
