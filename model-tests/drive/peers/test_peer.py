"""The Python peer against itself, and the golden vectors against the page.

Run: python3 -m unittest discover -s model-tests/drive/peers
"""

import hashlib
import hmac
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

import vectors
from harness import HERE, PEER, SECONDS, Harness
from wire import FrameReader, Malformed

ROOT = HERE.parents[2]
PAGE = ROOT / "docs" / "protocol.md"
PRINT_VECTORS = "model-tests/drive/peers/vectors.py"


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


class Vectors(unittest.TestCase):
    def test_the_page_shows_what_the_program_prints(self) -> None:
        block = PAGE.read_text(encoding="utf-8").split("```json vectors\n")[1].split("```")[0]
        printed = subprocess.run([sys.executable, PRINT_VECTORS], cwd=ROOT, capture_output=True, check=True).stdout
        self.assertEqual(block.encode("utf-8"), printed)

    def test_ready_goes_on_second_and_then_on_first_with_the_same_bytes(self) -> None:
        second, first = vectors.vectors()["handshakes"]["network"][-2:]
        self.assertEqual((second["on"], first["on"]), ("second", "first"))
        self.assertEqual(second["hex"], first["hex"])

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
