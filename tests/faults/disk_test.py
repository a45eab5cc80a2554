#!/usr/bin/env python3
"""A destination on a disk in trouble, against the binary. usage: disk_test.py POPFETCH"""

import subprocess

import stage
from stage import Stage

LETTER = b"Subject: one\n\nhello\n"


class ReadOnly(Stage):
    """The kernel mounts a file system read-only when its disk fails; that is no mistake in a configuration (F01: 74)."""

    def setUp(self):
        super().setUp()
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            self.skipTest("a mount namespace of our own wants root")
        self.disk = self.home / "disk"
        self.disk.mkdir()

    def command(self, *arguments):
        mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", mount, self.disk, *super().command(*arguments)]

    def fetch_to(self, target):
        server = self.mailbox([LETTER])
        self.configure(server, deliver=target)
        told = self.fetch(status=74).text
        self.assertIn("read-only file system", told)
        self.assertIn(str(self.disk / "mail"), told)
        self.assertEqual(len(server.mailbox.messages), 1)

    def test_F01_a_maildir_on_a_read_only_file_system_is_74_and_nothing_is_lost(self):
        for part in ("new", "cur", "tmp"):
            (self.disk / "mail" / part).mkdir(parents=True)
        self.fetch_to("maildir:disk/mail")

    def test_F01_an_mbox_on_a_read_only_file_system_is_74_and_nothing_is_lost(self):
        (self.disk / "mail").touch()
        self.fetch_to("mbox:disk/mail")


if __name__ == "__main__":
    stage.main()
