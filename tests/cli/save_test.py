#!/usr/bin/env python3
"""What `save` makes of messages and of what is attached to them: save_test.py POPFETCH."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pop3_server import Mailbox, Pop3Server  # noqa: E402


def letter(*attachments):
    """Attachments: file name (None: none) and octets."""
    parts = "".join('--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment' +
                    ("" if name is None else f'; filename="{name}"') + f"\n\n{base64.b64encode(octets).decode()}\n"
                    for name, octets in attachments)
    return f"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n{parts}--b--\n".encode()


class Save(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="popfetch-save-")
        self.addCleanup(scratch.cleanup)
        self.home = pathlib.Path(scratch.name)
        self.mailbox = Mailbox({})
        server = Pop3Server(self.mailbox)
        self.addCleanup(server.close)
        self.config = self.home / "popfetch.toml"
        self.config.touch(0o600)
        self.config.write_text(f'[account.work]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nuser = "demo"\n'
                               f'password = "demo"\ndeliver = "maildir:{self.home}/Mail"\n')
        self.out = self.home / "out"
        self.out.mkdir()

    def run_it(self, *words, status=0):
        done = subprocess.run([POPFETCH, "--config", self.config, "--state-dir", self.home / "state", *words],
                              env=os.environ | {"HOME": str(self.home)}, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=100)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def files(self):
        return {path.name: path.read_bytes() for path in self.out.iterdir()}

    def test_messages_are_named_by_their_uid_and_one_that_is_there_stops_nothing(self):
        self.mailbox.messages = {"a1": b"Subject: a\n\none\n", "../b/2": b"Subject: b\n\ntwo\n", "c": b"Subject: c\n\nthree\n"}
        (self.out / "a1.eml").write_bytes(b"another")
        (self.out / "c.eml").write_bytes(self.mailbox.messages["c"])
        told = self.run_it("save", "work", "all", "-o", self.out).stderr
        self.assertEqual(self.files(), {"a1.eml": b"another", "a1-2.eml": b"Subject: a\n\none\n",
                                        "_b_2.eml": b"Subject: b\n\ntwo\n", "c.eml": b"Subject: c\n\nthree\n"})
        self.assertRegex(told, r"1 → .*/a1-2\.eml, as another file has the name")
        self.assertRegex(told, r"3 → .*/c\.eml was there already, the same")
        before = self.files()
        self.run_it("save", "work", "all", "-o", self.out)
        self.assertEqual(self.files(), before)

    def test_attachments_get_safe_names_and_nothing_is_overwritten(self):
        wanted = [("invoice.pdf", b"one"), ("invoice.pdf", b"two"), ("../../evil.sh", b"three"), (".bashrc", b"four"),
                  (None, b"five"), ("C:\\\\temp\\\\x.pdf", b"six"), ("-rf", b"seven"), ("a" * 250 + ".pdf", b"eight"),
                  ("..", b"nine"), ("q\x1b[2Jr.pdf", b"\x00\xff\r\n.\n")]
        self.mailbox.messages = {"a": letter(*wanted), "b": letter(("invoice.pdf", b"one")), "c": b"Subject: c\n\nno more\n"}
        (self.out / "evil.sh").symlink_to(self.home / "victim")
        told = self.run_it("save", "work", "all", "--attachments", self.out)
        (self.out / "evil.sh").unlink()
        self.assertEqual(sorted(self.files().values()), sorted(octets for _, octets in wanted))
        files = self.files()
        for name, octets in {"invoice.pdf": b"one", "invoice-2.pdf": b"two", "evil-2.sh": b"three", "bashrc": b"four",
                             "attachment-5": b"five", "x.pdf": b"six", "rf": b"seven", "attachment-9": b"nine"}.items():
            self.assertEqual(files.get(name), octets, name)
        for name in files:
            self.assertTrue(name.isprintable() and len(name) <= 200, name)
        self.assertFalse((self.home / "victim").exists())
        self.assertEqual([path.name for path in self.home.glob("*") if path.suffix == ".sh"], [])
        self.assertNotIn("\x1b", told.stderr)

    def test_json_says_where_everything_is(self):
        self.mailbox.messages = {"a": letter(("x.pdf", b"1234")), "b": b"Subject: b\n\n"}
        lines = [json.loads(line) for line in self.run_it("save", "work", "all", "--attachments", self.out, "--json").stdout.splitlines()]
        self.assertEqual([line["uid"] for line in lines], ["a", "b"])
        self.assertEqual(lines[0]["attachments"], [{"path": str(self.out / "x.pdf"), "was_there": False, "name": "x.pdf",
                                                    "media_type": "application/pdf", "size": 4}])
        self.assertEqual(lines[1]["attachments"], [])
        line = json.loads(self.run_it("save", "work", "2", "-o", self.out, "--json").stdout)
        self.assertEqual(line["file"], {"path": str(self.out / "b.eml"), "was_there": False})

    def test_a_message_with_more_than_is_taken_apart_is_told_of_and_the_next_one_saved(self):
        self.mailbox.messages = {"a": letter(*[("x", str(n).encode()) for n in range(600)]), "b": letter(("y", b"y"))}
        told = self.run_it("save", "work", "all", "--attachments", self.out, status=69)
        self.assertIn("message 1 has more in it", told.stderr)
        self.assertEqual((self.out / "y").read_bytes(), b"y")

    def test_what_makes_no_sense_is_refused_before_anything_is_asked(self):
        for words in (["1"], ["1", "-o", "-", "--json"], ["1", "-o", "x", "--attachments", self.out]):
            self.run_it("save", "work", *words, status=64)
        self.run_it("save", "work", "all", "--attachments", self.home / "none", status=73)


if __name__ == "__main__":
    POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
