#!/usr/bin/env python3
"""Which accounts the words of a command line mean: accounts_test.py POPFETCH."""

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


class Accounts(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="popfetch-accounts-")
        self.addCleanup(scratch.cleanup)
        self.home = pathlib.Path(scratch.name)
        self.server = Pop3Server(Mailbox({"a": b"Subject: a\n\n"}))
        self.addCleanup(self.server.close)
        self.config = self.home / "popfetch.toml"
        self.config.touch(0o600)
        self.config.write_text(self.account("box1") + self.account("box21") + self.account("box22") +
                               self.account("box23", "enabled = false\n") + self.account("other"))

    def account(self, name, more=""):
        return (f'[account.{name}]\nhost = "127.0.0.1"\nport = {self.server.port}\ntls = "none"\nuser = "demo"\npassword = "demo"\n'
                f'deliver = "maildir:{self.home}/{name}"\n{more}')

    def run_it(self, *words, status=0):
        done = subprocess.run([POPFETCH, "--config", self.config, "--state-dir", self.home / "state", *words],
                              env=os.environ | {"HOME": str(self.home)}, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=100)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def counted(self, *words, status=0):
        return [json.loads(line)["account"] for line in self.run_it("stat", *words, "--json", status=status).stdout.splitlines()]

    def test_a_pattern_means_every_enabled_account_of_such_a_name(self):
        self.assertEqual(self.counted("box2*"), ["box21", "box22"])
        self.assertEqual(self.counted("box?"), ["box1"])
        self.assertEqual(self.counted("*[r1]"), ["box1", "box21", "other"])
        self.assertEqual(self.counted(), ["box1", "box21", "box22", "other"])

    def test_an_account_is_taken_once_and_a_name_means_one_that_is_off_too(self):
        self.assertEqual(self.counted("other", "box2*", "box22", "box*"), ["other", "box21", "box22", "box1"])
        self.assertEqual(self.counted("box23"), ["box23"])

    def test_every_command_knows_patterns(self):
        self.run_it("box2*")
        self.run_it("fetch", "o*")
        self.assertEqual(sorted(path.name for path in self.home.iterdir() if (path / "new").exists()), ["box21", "box22", "other"])
        history = json.loads(self.run_it("history", "box2*", "--json").stdout)["messages"]
        self.assertEqual({entry["account"] for entry in history}, {"box21", "box22"})
        checked = self.run_it("check", "box2*", "--json").stdout.splitlines()
        self.assertEqual([json.loads(line)["account"] for line in checked], ["box21", "box22"])

    def test_where_one_account_is_wanted_a_pattern_may_mean_one(self):
        for words in (("show", "box2*", "1"), ("delete", "box*", "all", "--yes"), ("info", "box*"), ("repair", "box*")):
            told = self.run_it(*words, status=64).stderr
            self.assertIn("box21, box22", told)
        self.assertIn("Subject: a", self.run_it("show", "box?", "1").stdout)

    def test_a_pattern_that_means_nothing_is_a_mistake(self):
        self.assertIn('matches "x*"', self.run_it("stat", "x*", status=78).stderr)
        done = subprocess.run([POPFETCH, "stat", "x*"], env={"HOME": str(self.home)}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, r"^popfetch: /.*: there is no configuration")

    def test_several_are_told_apart_and_one_stands_alone(self):
        self.assertRegex(self.run_it("stat", "box2*").stdout, r"^box21: 1 message, .*\nbox22: 1 message, .*\n$")
        self.assertRegex(self.run_it("stat", "box1").stdout, r"^1 message, ")

    def test_a_listing_of_several_is_one_and_each_message_says_whose_it_is(self):
        document = json.loads(self.run_it("list", "box2*", "--json").stdout)
        self.assertEqual([(message["account"], message["uid"]) for message in document["messages"]], [("box21", "a"), ("box22", "a")])
        self.assertEqual((document["count"], "account" in document), (2, False))
        lines = self.run_it("list", "box*", "all", "--headers", "--ndjson").stdout.splitlines()
        self.assertEqual([json.loads(line)["account"] for line in lines], ["box1", "box21", "box22"])
        table = self.run_it("list", "o*").stdout.splitlines()
        self.assertRegex(table[0], r"^ACCOUNT +NO +STATE")
        self.assertRegex(table[1], r"^other +1 +new")
        self.assertEqual(json.loads(self.run_it("list", "other", "--json").stdout)["account"], "other")

    def test_a_listing_of_several_has_what_could_be_listed(self):
        with self.config.open("a") as file:
            file.write(self.account("box25").replace("demo", "nobody"))
        done = self.run_it("list", "box2*", status=77)
        self.assertIn("2 messages", done.stdout)
        self.assertIn("box25", done.stderr)

    def test_one_mistaken_account_keeps_no_other_from_its_answer(self):
        with self.config.open("a") as file:
            file.write(self.account("box24", "timeout = 1\nnonsense = 2\n"))
        done = self.run_it("stat", "box2*", status=78)
        self.assertRegex(done.stdout, r"^box21: .*\nbox22: .*\n$")
        self.assertIn("nonsense", done.stderr)


if __name__ == "__main__":
    POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
