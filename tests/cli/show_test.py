#!/usr/bin/env python3
"""What `show --json` says of a message: show_test.py POPFETCH."""

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

LETTER = (b"Received: from x\n\tby y\nFrom: =?utf-8?q?Ren=C3=A9?= <r@example.org>\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
          b"--b\n\ntext\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\n1234\n--b--\n")
ODD = b"Subject: caf\xe9\n\n\x1b[31m\xff\x00.\n..dots\n"


class Show(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="popfetch-show-")
        self.addCleanup(scratch.cleanup)
        self.home = pathlib.Path(scratch.name)
        server = Pop3Server(Mailbox({"a": LETTER, "b": ODD}))
        self.addCleanup(server.close)
        self.config = self.home / "popfetch.toml"
        self.config.touch(0o600)
        self.config.write_text(f'[account.work]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nuser = "demo"\n'
                               f'password = "demo"\ndeliver = "maildir:{self.home}/Mail"\n')

    def shown(self, *words):
        done = subprocess.run([POPFETCH, "--config", self.config, "--state-dir", self.home / "state", "show", "work", *words, "--json"],
                              env=os.environ | {"HOME": str(self.home)}, stdin=subprocess.DEVNULL, capture_output=True, timeout=100)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stdout)
        return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]

    def test_headers_text_and_attachments(self):
        message = self.shown("1")[0]
        self.assertEqual(message["headers"][:3], [{"name": "Received", "value": "from x by y"},
                                                  {"name": "From", "value": "René <r@example.org>"}, {"name": "Subject", "value": "s"}])
        self.assertEqual(message["text"].strip(), "text")
        self.assertEqual([entry["name"] for entry in message["attachments"]], ["a.pdf"])
        self.assertNotIn("raw", message)

    def test_headers_alone_say_nothing_of_the_body(self):
        message = self.shown("1", "--headers")[0]
        self.assertEqual([field["name"] for field in message["headers"]], ["Received", "From", "Subject", "Content-Type"])
        self.assertEqual((message["subject"], message["text"], message["attachments"]), ("s", None, None))

    def test_raw_octets_are_in_base64_in_valid_json(self):
        first, second = self.shown("all", "--raw")
        self.assertEqual(base64.b64decode(first["raw"]), LETTER)
        self.assertEqual(base64.b64decode(second["raw"]), ODD)
        self.assertEqual(second["headers"], [{"name": "Subject", "value": "café", "value_raw": base64.b64encode(b"caf\xe9").decode()}])
        self.assertEqual(second["subject_raw"], base64.b64encode(b"caf\xe9").decode())

    def test_raw_with_lines_has_the_lines_that_came(self):
        self.assertEqual(base64.b64decode(self.shown("1", "--raw", "--lines", "1")[0]["raw"]), LETTER.partition(b"\n\n")[0] + b"\n\n--b\n")


if __name__ == "__main__":
    POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
