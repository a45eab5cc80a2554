#!/usr/bin/env python3
"""popfetch in its sandbox: everything it does still works, and a parser that a server took over gets nowhere.

usage: sandbox_test.py POPFETCH COMPROMISED.so [unittest arguments]
"""

import ctypes
import errno
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from hostile import Hostile, delivered, run, write_configuration

POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
COMPROMISED = pathlib.Path(sys.argv.pop(1)).resolve()
LETTER = b"From: a@example.org\r\nSubject: hello\r\n\r\nHello.\r\n"
STORED = LETTER.replace(b"\r\n", b"\n")


def landlock():
    """The kernel's version of it; 0 where there is none (landlock_create_ruleset(2))."""
    return max(0, ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint(1)))


class InItsSandbox(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name).resolve()

    def fetch(self, *arguments, keys=(), messages=(LETTER, LETTER), **more):
        with Hostile({}, messages) as server:
            write_configuration(self.home, server.port, keys)
            return run(POPFETCH, self.home, *(arguments or ("fetch",)), **more)

    def assert_confined(self, result):
        if landlock() >= 2:
            self.assertRegex(result.stderr, r"popfetch: sandbox: Landlock \d+: files")
        else:
            self.assertIn("popfetch: sandbox: off: ", result.stderr)


class Works(InItsSandbox):
    def test_delivery_to_every_kind_of_place(self):
        for number, target in enumerate(("maildir:Mail", "mbox:mail/box", "mbox:box", "files:letters", "maildir:~/deep/down/Mail")):
            with self.subTest(target):
                result = self.fetch("fetch", "-v", keys=[f'deliver = "{target}"', f'state_id = "s{number}"'])
                self.assertEqual(result.status, 0, result.stderr)
                self.assert_confined(result)
        for folder in ("Mail", "deep/down/Mail"):
            self.assertEqual([p.read_bytes() for p in (self.home / folder / "new").iterdir()], [STORED, STORED])
        self.assertEqual([p.read_bytes() for p in (self.home / "letters").glob("*.eml")], [STORED, STORED])
        for mbox in ("mail/box", "box"):
            self.assertEqual((self.home / mbox).read_bytes().count(STORED), 2)

    def test_several_accounts_side_by_side(self):
        with Hostile({}, [LETTER]) as one, Hostile({}, [LETTER]) as two:
            write_configuration(self.home, one.port, ['deliver = ["maildir:Mail", "mbox:archive/box"]'])
            with open(self.home / "popfetch.toml", "a") as file:
                file.write(f'[account.b]\nhost = "localhost"\nport = {two.port}\ntls = "none"\nuser = "bob"\n'
                           'password_command = ["cat", "password"]\ndeliver = "maildir:Other"\n'.replace('"password"]', f'"{self.home}/password"]'))
            result = run(POPFETCH, self.home, "fetch", "-v")
        self.assertEqual(result.status, 0, result.stderr)
        self.assert_confined(result)
        self.assertEqual(delivered(self.home), [STORED])
        self.assertEqual(len(list((self.home / "Other" / "new").iterdir())), 1)

    def test_list_and_show_and_save(self):
        (self.home / "out").mkdir()
        for words in (["list", "a", "--headers"], ["show", "a", "1"], ["show", "a", "1", "--raw"], ["save", "a", "all", "-o", "out"],
                      ["save", "a", "1", "-o", "one.eml"], ["stat", "a"], ["info", "a"], ["check", "--prometheus", "out/metrics"],
                      ["delete", "a", "1", "--yes"], ["fetch", "--dry-run"], ["--trace=trace", "stat", "a"]):
            with self.subTest(" ".join(words)):
                result = self.fetch(*words, "-v")
                self.assertEqual(result.status, 0, result.stderr + result.stdout)
                self.assert_confined(result)
        self.assertEqual((self.home / "one.eml").read_bytes(), STORED)
        self.assertEqual(sorted(p.name for p in (self.home / "out").iterdir()), ["metrics", "uid-1.eml", "uid-2.eml"])
        self.assertIn("CAPA", (self.home / "trace").read_text())

    def test_a_password_from_any_place_is_read_before(self):
        netrc = self.home / "netrc"
        netrc.touch(0o600)
        netrc.write_text("machine 127.0.0.1 login alice password secret\n")
        for key in (f'password_command = ["cat", "{self.home}/password"]', 'netrc = "netrc"', 'password_file = "password"'):
            with self.subTest(key):
                self.assertEqual(self.fetch("stat", "a", keys=[key]).status, 0)

    def test_a_password_that_cannot_be_read_is_said_as_before(self):
        result = self.fetch("stat", "a", keys=['password_file = "nowhere"'])
        self.assertEqual(result.status, 78, result.stderr)
        self.assertIn("nowhere", result.stderr)
        result = self.fetch("stat", "a", keys=['password_command = ["/bin/sh", "-c", "exit 3"]'])
        self.assertEqual(result.status, 78)
        self.assertIn("failed with exit status 3", result.stderr)


class Leaves(InItsSandbox):
    """A run that needs more says so, and gets it."""

    def test_what_starts_programs_is_not_confined(self):
        box = self.home / "piped"
        result = self.fetch("fetch", "-v", keys=[f'deliver = {{ type = "pipe", command = ["/bin/sh", "-c", "cat >> {box}"] }}'])
        self.assertIn("popfetch: sandbox: off: account a delivers to a program", result.stderr)
        if os.geteuid() == 0:
            return  # root's own programs are refused (FAULTS C09)
        self.assertEqual(result.status, 0, result.stderr)
        self.assertEqual(box.read_bytes().count(STORED), 2)

    def test_the_events_of_a_run_say_it_too(self):
        for words, confined in ((["fetch", "--json"], landlock() >= 2), (["--no-sandbox", "fetch", "--ndjson"], False)):
            with self.subTest(" ".join(words)):
                first, *rest = map(json.loads, self.fetch(*words, messages=()).stdout.splitlines())
                self.assertEqual((first["event"], first["files"]), ("sandbox", confined))
                self.assertRegex(first["text"], r"^Landlock \d+: files" if confined else r"^off: ")
                self.assertNotIn("sandbox", [event["event"] for event in rest])
        self.assertEqual(first["text"], "off: --no-sandbox")

    def test_it_can_be_switched_off(self):
        result = self.fetch("stat", "a", "-v", keys=["sandbox = false"])
        self.assertIn("popfetch: sandbox: off: account a has sandbox = false", result.stderr)
        result = self.fetch("--no-sandbox", "stat", "a", "-v")
        self.assertIn("popfetch: sandbox: off: --no-sandbox", result.stderr)

    def test_a_destination_that_cannot_be_made_is_named_as_ever(self):
        (self.home / "Mail").write_text("no folder")
        result = self.fetch("fetch")
        self.assertEqual(result.status, 78, result.stderr)
        self.assertIn("Mail", result.stderr)


class Compromised(InItsSandbox):
    def setUp(self):
        super().setUp()
        (self.home / ".ssh").mkdir()
        (self.home / ".ssh" / "id_ed25519").write_text("private")

    def robbed(self, *arguments, keys=()):
        """What the thief came by: errno by what it tried."""
        with socket.create_server(("127.0.0.1", 0)) as somebody_else:
            result = self.fetch(*arguments, keys=keys, LD_PRELOAD=str(COMPROMISED), THIEF_READS=str(self.home / ".ssh" / "id_ed25519"),
                                THIEF_WRITES=str(self.home / ".ssh" / "authorized_keys"), THIEF_WANTS=str(self.home / "password"),
                                THIEF_CALLS=str(somebody_else.getsockname()[1]))
        self.assertEqual(result.status, 0, result.stderr)
        return {what: int(outcome) for what, outcome in re.findall(r"thief: ([a-z ]+): (\d+)\n", result.stderr)}

    def test_C04_it_reads_no_key_and_writes_nowhere_else(self):
        if landlock() < 2:
            self.skipTest("this kernel has no Landlock")
        wanted = {"read": errno.EACCES, "write": errno.EACCES, "read the password": errno.EACCES, "core": 0, "privileges": 0,
                  "call": errno.EACCES if landlock() >= 4 else 0}
        for words in (["fetch"], ["list", "a", "--headers"], ["show", "a", "1"], ["check"]):
            with self.subTest(words[0]):
                self.assertEqual(self.robbed(*words), wanted)
        self.assertFalse((self.home / ".ssh" / "authorized_keys").exists())
        self.assertEqual(delivered(self.home), [STORED, STORED])

    def test_an_mbox_in_the_home_folder_gives_nothing_to_read(self):
        if landlock() < 2:
            self.skipTest("this kernel has no Landlock")
        outcome = self.robbed("fetch", keys=['deliver = "mbox:~/box"'])
        self.assertEqual((outcome["read"], outcome["read the password"]), (errno.EACCES, errno.EACCES))

    def test_without_the_sandbox_it_has_its_way(self):
        outcome = self.robbed("--no-sandbox", "fetch")
        self.assertEqual((outcome["read"], outcome["write"], outcome["call"], outcome["privileges"]), (0, 0, 0, 1))


if __name__ == "__main__":
    if landlock() < 2:
        print("skipped in part: this kernel has no Landlock", file=sys.stderr)
    unittest.main()
