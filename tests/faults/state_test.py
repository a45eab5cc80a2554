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
            seconds, rest = path.name.split(".", 1)
            path.rename(path.with_name(f"{int(seconds) + 3600}.{rest}"))
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

    def test_S08_half_a_million_UIDs_take_less_than_200_MiB(self):
        most = 500_000
        peaks = []

        def talk(peer):
            peer.greet()
            peer.log_in()
            peer.expect("STAT")
            peer.say(f"+OK {most} {most * 11}")
            for command, value in (("LIST", "11"), ("UIDL", "a-uid-as-long-as-dovecot-makes-them-{}")):
                peer.expect(command)
                peer.send(b"+OK\r\n" + "".join(f"{n} {value.format(n)}\r\n" for n in range(1, most + 1)).encode() + b".\r\n")
            peer.retr(1, b"a: b\n\nc\n")
            peer.expect("QUIT")
            peaks.append(self.peak(process))
            peer.say("+OK")
        server = self.scripted(talk)
        self.configure(server, max_messages=1)
        process = self.start("fetch")
        self.assertEqual(process.wait(stage.PATIENCE), 0)
        server.finish()
        self.assertEqual(self.delivered(), [b"a: b\n\nc\n"])
        if not stage.sanitized():
            self.assertLess(peaks[0], 200 << 10)

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
