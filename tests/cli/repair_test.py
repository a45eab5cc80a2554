#!/usr/bin/env python3
"""A damaged ledger, from the user's side: repair_test.py POPFETCH. It is noticed before anything is fetched, told of in one
line that says what to do, and `repair` saves what can be read, so that nothing comes twice."""

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

MESSAGES = {f"uid-{number:03}": f"Subject: {number}\n\nletter {number}\n".encode() for number in range(200)}


class Repair(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="popfetch-repair-")
        self.addCleanup(scratch.cleanup)
        self.home = pathlib.Path(scratch.name)
        self.mailbox = Mailbox(dict(MESSAGES))
        server = Pop3Server(self.mailbox)
        self.addCleanup(server.close)
        self.config = self.home / "popfetch.toml"
        self.config.touch(0o600)
        self.config.write_text(f'[account.work]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nuser = "demo"\n'
                               f'password = "demo"\ndeliver = "maildir:{self.home}/Mail"\n')
        self.ledger = self.home / "state/work.ledger"

    def run_it(self, *words, status=0):
        done = subprocess.run([POPFETCH, "--config", self.config, "--state-dir", self.home / "state", *words],
                              env=os.environ | {"HOME": str(self.home)}, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=100)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def mail(self):
        return sorted(path.read_bytes() for path in (self.home / "Mail/new").glob("*"))

    def damage(self):
        """One octet, wherever one of the records names its message."""
        image = self.ledger.read_bytes()
        self.assertIn(b"uid-100", image)
        self.ledger.write_bytes(image.replace(b"uid-100", b"uid-10\xb0"))

    def test_what_is_damaged_is_noticed_and_repaired_and_nothing_else_comes_twice(self):
        self.run_it("fetch")
        self.assertEqual(self.mail(), sorted(MESSAGES.values()))
        self.damage()
        refusal = self.run_it("fetch", status=65)
        self.assertEqual(len(refusal.stderr.splitlines()), 1)
        self.assertIn("popfetch repair", refusal.stderr)
        self.assertEqual(self.mail(), sorted(MESSAGES.values()))

        told = self.run_it("repair", "work").stdout
        self.assertRegex(told, r"^saved \d+ records; the damaged file is kept beside .*/work\.ledger\nWhat is missing .*--adopt.*\n$")
        self.assertGreater(len(list(self.ledger.parent.glob("work.ledger*"))), 1)
        self.run_it("fetch")
        again = self.mail()
        self.assertEqual(set(again), set(MESSAGES.values()))
        self.assertLessEqual(len(again), len(MESSAGES) + 1, "only the record that was damaged may have been lost")
        self.run_it("fetch")
        self.assertEqual(self.mail(), again)

    def test_what_is_whole_stays_as_it_is(self):
        self.run_it("fetch")
        saved = json.loads(self.run_it("repair", "work", "--json").stdout)
        self.assertEqual((saved["account"], saved["saved"]), ("work", len(MESSAGES)))
        self.run_it("fetch")
        self.assertEqual(self.mail(), sorted(MESSAGES.values()))

    def test_without_a_ledger_there_is_nothing_to_repair(self):
        self.assertIn("there is no ledger; the first fetch makes one", self.run_it("repair", "work", status=65).stderr)


if __name__ == "__main__":
    POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
