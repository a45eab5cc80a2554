#!/usr/bin/env python3
"""A ledger that does not fit the server, against the binary. usage: state_test.py POPFETCH"""

import os
import shutil

import stage
from stage import Stage


def letters(first, last):
    return {f"uid{n}": f"Message-ID: <{n}@example.net>\nSubject: {n}\n\nhello {n}\n".encode() for n in range(first, last)}


class Ledger(Stage):
    def test_S06_a_ledger_from_an_old_backup_stops_the_run_before_anything_is_fetched_twice(self):
        server = self.mailbox(letters(0, 20))
        self.configure(server)
        self.fetch()
        shutil.copytree(self.home / "state", self.home / "backup")
        server.mailbox.messages.update(letters(20, 60))
        self.fetch()
        for path in (self.home / "Mail/new").iterdir():        # the backup is an hour older
            os.utime(path, (path.stat().st_mtime + 3600,) * 2)
        shutil.rmtree(self.home / "state")
        (self.home / "backup").rename(self.home / "state")
        told = self.fetch(status=75).text
        self.assertIn("--adopt", told)
        self.assertEqual(len(self.delivered()), 60)
        self.fetch("--adopt")
        self.assertEqual(self.delivered(), sorted(letters(0, 60).values()))

    def test_S07_a_server_whose_UIDs_have_all_changed_stops_the_run_and_is_adopted(self):
        server = self.mailbox(letters(0, 30))
        self.configure(server)
        self.fetch()
        server.mailbox.messages = {f"migrated{n}": m for n, m in enumerate(letters(0, 30).values())}
        self.assertIn("renumbered", self.fetch(status=75).text)
        self.assertEqual(len(self.delivered()), 30)
        self.fetch("--adopt")
        self.fetch()
        self.assertEqual(self.delivered(), sorted(letters(0, 30).values()))

    def test_S10_an_empty_listing_for_a_while_makes_nothing_new(self):
        server = self.mailbox(letters(0, 5))
        self.configure(server)
        self.fetch()
        server.mailbox.messages = {}
        self.fetch()
        server.mailbox.messages = letters(0, 5)
        self.fetch()
        self.assertEqual(self.delivered(), sorted(letters(0, 5).values()))


if __name__ == "__main__":
    stage.main()
