"""The Python peer against itself and against scripted sockets, and the golden vectors against the page.

Run: python3 -m unittest discover -s model-tests/drive/peers
"""

import hashlib
import hmac
import json
import signal
import socket
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

import vectors
from harness import HERE, NONCE, PEER, SECONDS, Harness, Wire, silence
from wire import ZERO_NONCE, Decline, Descriptor, FrameReader, Hello, Malformed, Ready, encode, seal, tag_is_right

PAGE = HERE.parents[2] / "docs" / "protocol.md"


class BothRoles(Harness):
    def test_a_session_echoes_the_text_and_counts_its_bytes(self) -> None:
        path = self.secret_file(bytes(range(32)))
        listener, port = self.listen("--secret-file", path, "--once")
        status, record = self.connect(port, "--secret-file", path, "--data", "backup é")
        self.assertEqual((status, record), (0, {"established": True, "data": "BACKUP é", "error": "bytes 9\n"}))
        self.assertIs(self.line(listener)["established"], True)
        self.assertEqual(listener.wait(timeout=SECONDS), 0)

    def test_an_empty_text_and_an_empty_secret_make_a_session(self) -> None:
        _, port = self.listen("--once")
        self.assertEqual(self.connect(port), (0, {"established": True, "data": "", "error": "bytes 0\n"}))

    def test_another_secret_ends_both_sides_at_the_first_tag(self) -> None:
        listener, port = self.listen("--secret-file", self.secret_file(b"one"), "--once")
        status, record = self.connect(port, "--secret-file", self.secret_file(b"two"))
        self.assertEqual((status, record), (1, {"reason": None, "failed": "tagWrong"}))
        self.assertEqual(self.line(listener), {"failed": "declined", "reason": "tagWrong", "text": ""})
        self.assertEqual(listener.wait(timeout=SECONDS), 0)

    def test_several_sessions_at_once_do_not_mix(self) -> None:
        _, port = self.listen()
        texts = [letter * 3000 for letter in "abcd"]
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda text: self.connect(port, "--data", text), texts))
        self.assertEqual([record["data"] for _, record in results], [text.upper() for text in texts])

    def test_arguments_that_are_wrong_give_one_line_and_status_2(self) -> None:
        for arguments in ([], ["listen"], ["connect", "h", "0"], ["listen", "h", "1", "--limit", "x=1"], ["dance"]):
            with self.subTest(arguments=arguments):
                done = subprocess.run([*PEER, *arguments], capture_output=True, text=True, timeout=SECONDS)
                self.assertEqual((done.returncode, done.stderr.count("\n"), done.stdout), (2, 1, ""))


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

    def ready(self, wire: Wire, transcript: list[bytes]) -> None:
        message, frame = wire.receive()
        self.assertIsInstance(message, Ready)
        self.assertTrue(tag_is_right(b"", "client", transcript, frame))

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
        self.ready(first, joined)
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
            _, joined = self.join(port, transcript, number)
            self.ready(first, joined)

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
                self.assertEqual(silence(wire), b"")
                self.assertEqual(self.line(listener), {"failed": "frameMalformed"})

    def test_a_first_frame_that_is_not_allowed_and_an_end_get_no_answer(self) -> None:
        listener, port = self.listen()
        wire = self.dial(port)
        wire.send(encode(Ready()))
        self.assertEqual(silence(wire), b"")
        self.assertEqual(self.line(listener), {"failed": "protocolViolation"})
        wire = self.dial(port)
        wire.sock.shutdown(socket.SHUT_WR)
        self.assertEqual(wire.rest(), b"")
        self.assertEqual(self.line(listener), {"failed": "connectionEnded"})

    def test_a_malformed_frame_on_first_while_waiting_gets_no_answer(self) -> None:
        listener, port = self.listen()
        first, _, _ = self.awaiting_second(port)
        first.send(b"not a frame at all")
        self.assertEqual(silence(first), b"")
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
        first.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        first.sock.close()
        self.assertEqual(self.line(listener), {"failed": "connectionReset"})

    def test_a_hello_that_cannot_be_served_is_declined(self) -> None:
        listener, port = self.listen("--max-sessions", "1")
        for mode, connections, reason in (("storage", 2, "modeUnavailable"), ("storage", 3, "connectionsMismatch")):
            wire, transcript = self.hello(port, mode, connections)
            self.declined(wire, transcript, reason)
            self.assertEqual(self.line(listener), {"failed": reason})
        first, transcript, number = self.awaiting_second(port)
        _, joined = self.join(port, transcript, number)
        self.ready(first, joined)
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

    def test_bytes_behind_ready_belong_to_the_data_channel(self) -> None:
        process, first, second, transcript = self.awaiting_ready("--data", "hi")
        first.send(seal(b"", "client", transcript, Ready()) + b"early ")
        self.assertEqual(first.rest(), b"hi")
        first.send(b"late")
        second.send(b"fine")
        first.sock.close()
        second.sock.close()
        self.assertEqual(self.ended(process), {"established": True, "data": "early late", "error": "fine"})

    def test_a_decline_on_second_is_final_and_not_answered(self) -> None:
        process, first, second, transcript = self.awaiting_ready()
        second.send(seal(b"", "client", transcript[-1:], Decline("tagWrong")))
        self.assertEqual((first.rest(), second.rest()), (b"", b""))
        self.assertEqual(self.ended(process), {"reason": "tagWrong", "failed": "declined", "text": ""})

    def test_the_end_and_garbage_on_second_are_told_on_first(self) -> None:
        process, first, second, transcript = self.awaiting_ready()
        second.sock.close()
        self.declined(first, transcript, "connectionLost", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "connectionEnded")
        process, first, second, transcript = self.awaiting_ready()
        second.send(b"not a frame at all")
        self.declined(first, transcript, "protocolViolation", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "frameMalformed")

    def test_wrong_tags_are_declined_outside_the_transcript(self) -> None:
        process, first, transcript = self.dialled()
        first.send(encode(Descriptor(99, NONCE)))
        self.declined(first, transcript, "tagWrong", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "tagWrong")
        process, first, _, transcript = self.awaiting_ready()
        first.send(encode(Ready()))
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

    def test_limits_expire_with_a_decline(self) -> None:
        process, first, transcript = self.dialled("--limit", "replyTimeout=50")
        self.declined(first, transcript, "timedOut", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "replyTimeout")
        process, first, _, transcript = self.awaiting_ready("--limit", "readyTimeout=50")
        self.declined(first, transcript, "timedOut", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "readyTimeout")

    def test_sigterm_is_told_as_closing(self) -> None:
        process, first, transcript = self.dialled()
        process.send_signal(signal.SIGTERM)
        self.declined(first, transcript, "closing", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "aborted")

    def test_refused_dialling_fails_first_silently_and_second_with_a_decline(self) -> None:
        process, first, transcript = self.dialled()
        port = self.listener.getsockname()[1]
        self.listener.close()
        transcript.append(first.send(seal(b"", "client", transcript, Descriptor(99, NONCE))))
        self.declined(first, transcript, "connectionLost", "server")
        first.sock.close()
        self.assertEqual(self.ended(process)["failed"], "connectionRefused")
        self.assertEqual(self.connect(port), (1, {"reason": None, "failed": "connectionRefused"}))


class Vectors(unittest.TestCase):
    def test_the_page_shows_what_the_program_prints(self) -> None:
        block = PAGE.read_text(encoding="utf-8").split("```json vectors\n")[1].split("\n```")[0]
        self.assertEqual(block, vectors.render())

    def test_every_tag_is_the_hmac_of_label_and_transcript(self) -> None:
        made = vectors.vectors()
        for key, secret in (("messages", bytes(range(32))), ("emptySecretMessages", b"")):
            for entry in made[key]:
                with self.subTest(name=entry["name"]):
                    frame = bytes.fromhex(entry["hex"])
                    if entry["message"]["type"] == "hello":
                        continue
                    before = b"".join(bytes.fromhex(one) for one in entry["transcriptBefore"])
                    signed = b"stpconnect 1 " + entry["sender"].encode() + before + frame[:-32] + bytes(32)
                    self.assertEqual(hmac.new(secret, signed, hashlib.sha256).digest(), frame[-32:])
                    self.assertEqual(entry["message"]["tag"], frame[-32:].hex())

    def test_a_message_of_each_type_is_laid_out_as_section_2_says(self) -> None:
        frames = {entry["name"]: entry["hex"] for entry in vectors.vectors()["messages"]}
        self.assertEqual(frames["HELLO network"], "5354504301010000" + "00000024" + "01020000" + "11" * 32)
        self.assertTrue(frames["DESCRIPTOR step 122"].startswith("5354504301020000" + "00000044" + "00000007" + "22" * 32))
        self.assertTrue(frames["DESCRIPTOR step 100"].startswith("5354504301020000" + "00000044" + "00000007" + "00" * 32))
        port = "5354504301030000" + "0000004d" + "0473796d30" + "0000c000" + "00000003" + "22" * 32
        self.assertTrue(frames["PORT step 170"].startswith(port))
        self.assertTrue(frames["GROUP step 236"].startswith("5354504301040000" + "00000025" + "0453544730"))
        self.assertTrue(frames["READY storage"].startswith("5354504301050000" + "00000020"))
        decline = "5354504301060000" + "0000002f" + "0004" + "0c" + b"no free port".hex()
        self.assertTrue(frames["DECLINE portsExhausted"].startswith(decline))

    def test_every_malformed_frame_is_refused(self) -> None:
        for entry in vectors.vectors()["malformed"]:
            with self.subTest(why=entry["why"]):
                reader = FrameReader()
                reader.feed(bytes.fromhex(entry["hex"]))
                self.assertRaises(Malformed, reader.next)


if __name__ == "__main__":
    unittest.main()
