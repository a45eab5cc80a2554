#!/usr/bin/env python3
"""What scripts hear of a fetch: fetch_test.py POPFETCH."""

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


class Fetch(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="popfetch-fetch-")
        self.addCleanup(scratch.cleanup)
        self.home = pathlib.Path(scratch.name)
        self.mailbox = Mailbox({})
        server = Pop3Server(self.mailbox)
        self.addCleanup(server.close)
        self.config = self.home / "popfetch.toml"
        self.config.touch(0o600)
        self.config.write_text(f'[account.work]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nuser = "demo"\n'
                               f'password = "demo"\ndeliver = "maildir:{self.home}/Mail"\n')

    def run_it(self, *words, status=0):
        done = subprocess.run([POPFETCH, "--config", self.config, "--state-dir", self.home / "state", "fetch", *words],
                              env=os.environ | {"HOME": str(self.home)}, stdin=subprocess.DEVNULL, capture_output=True, timeout=100)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout.decode("utf-8")

    def delivered(self, *words):
        events = map(json.loads, self.run_it("--json", *words).splitlines())
        return [event for event in events if event["event"] == "delivered"]

    def test_delivered_events_say_from_whom_and_of_what_and_when(self):
        long = b"X-Long: " + b"x" * 100_000 + b"\nSubject: behind\n\n" + b"body\n" * 50_000
        self.mailbox.messages = {
            "a": b"From: =?utf-8?q?Ren=C3=A9?= <r@example.org>\nSubject: one\nMessage-ID: <1@x>\n\nSubject: no\n",
            "b": b"Subject: caf\xe9\nMessage-ID: <2@x>\n\n",
            "c": b"\nSubject: body\n",
            "d": long,
            "e": b"Subject: no end\n"}
        events = self.delivered()
        self.assertEqual([(event["uid"], event["subject"], event["message_id"]) for event in events],
                         [("a", "one", "1@x"), ("b", "café", "2@x"), ("c", "", ""), ("d", "behind", ""), ("e", "no end", "")])
        self.assertEqual(events[0]["from"], [{"name": "René", "address": "r@example.org"}])
        self.assertEqual(events[1]["from"], [])
        self.assertEqual(base64.b64decode(events[1]["subject_raw"]), b"caf\xe9")
        for event in events:
            self.assertRegex(event["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_each_of_many_has_its_own_header(self):
        self.mailbox.messages = {f"u{n}": f"Subject: s{n}\n\n{n}\n".encode() for n in range(300)}
        events = self.delivered()
        self.assertEqual({event["uid"]: event["subject"] for event in events}, {f"u{n}": f"s{n}" for n in range(300)})

    def test_a_run_without_new_mail_may_have_a_status_of_its_own(self):
        self.run_it("--exit-code-if-empty", "9", status=9)
        self.mailbox.messages = {"a": b"Subject: a\n\n"}
        self.run_it("--exit-code-if-empty", "9")
        self.run_it("--exit-code-if-empty", "9", status=9)
        self.run_it()
        summary = json.loads(self.run_it("--exit-code-if-empty", "9", "--json", status=9).splitlines()[-1])
        self.assertEqual((summary["event"], summary["exit"]), ("summary", 0))

    def test_an_error_goes_before_the_status_of_no_mail(self):
        self.mailbox.password = "another"
        self.run_it("--exit-code-if-empty", "9", status=77)
        self.run_it("--exit-code-if-empty", "256", status=64)
        self.run_it("--exit-code-if-empty", "1", "--dry-run", status=64)


if __name__ == "__main__":
    POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
