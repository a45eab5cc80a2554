#!/usr/bin/env python3
"""A ledger that does not fit the server, against the binary. usage: state_test.py POPFETCH"""

import os
import shutil

import stage
from stage import Stage


def letters(first, last):
    return {f"uid{n}": f"Message-ID: <{n}@example.net>\nSubject: {n}\n\nhello {n}\n".encode() for n in range(first, last)}


class Ledger(Stage):
    def everything(self):
        """All files at home, but those through which readers of a ledger speak with each other."""
        found = {path: path.read_bytes() if path.is_file() else None for path in self.home.rglob("*")}
        return {path: content for path, content in found.items() if path.suffix != ".ledger-shm" and (content or path.suffix != ".ledger-wal")}

    def rehearsed(self, status):
        """What a dry run says that is refused; nothing has changed."""
        before = self.everything()
        told = self.fetch("--dry-run", status=status)
        self.assertEqual(told.stdout, b"")
        self.assertEqual(self.everything(), before)
        return told.text

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
        self.assertEqual(self.rehearsed(status=75), told)
        self.assertIn("would fetch nothing", self.fetch("--dry-run", "--adopt").stdout.decode())
        self.fetch("--adopt")
        self.assertEqual(self.delivered(), sorted(letters(0, 60).values()))

    def test_S03_a_dry_run_misses_a_lost_ledger_as_the_run_does(self):
        server = self.mailbox(letters(0, 3))
        self.configure(server)
        self.fetch()
        shutil.rmtree(self.home / "state")
        rehearsed = self.rehearsed(status=78)
        self.assertFalse((self.home / "state").exists())
        self.assertEqual(rehearsed, self.fetch(status=78).text)
        self.assertIn("--adopt", rehearsed)

    def test_A01_a_dry_run_waits_after_a_refused_login_as_the_run_does(self):
        server = self.mailbox(letters(0, 1))
        self.configure(server)
        server.mailbox.password = "another"
        self.rehearsed(status=77)                              # nothing is remembered of that
        self.fetch(status=77)
        server.mailbox.password = stage.PASSWORD
        self.assertIn("--force tries now", self.rehearsed(status=75))
        self.assertIn("would fetch 1", self.fetch("--dry-run", "--force").stdout.decode())

    def test_F10_a_dry_run_sees_that_the_destination_will_not_do(self):
        server = self.mailbox(letters(0, 1))
        self.configure(server)
        (self.home / "Mail" / "new").mkdir(parents=True)
        self.assertEqual(self.rehearsed(status=78), self.fetch(status=78).text)

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

    def test_S07_a_changed_user_or_host_is_named_where_no_UID_is_known(self):
        server = self.mailbox(letters(0, 30))
        self.configure(server)
        self.fetch()
        server.mailbox.messages = {f"other{n}": m for n, m in letters(0, 30).items()}
        server.mailbox.user = "bob"
        self.configure(server, user="bob", host="localhost")
        for _ in range(2):                                     # a run that was refused has changed nothing
            told = self.fetch(status=75).text
            self.assertIn('user was "demo" and is "bob" now, host was "127.0.0.1" and is "localhost" now', told)
            self.assertNotIn("renumbered", told)
            self.assertIn("state_id", told)
        self.assertEqual(self.error("a", status=75)["class"], "uidl.namespace_changed")
        self.fetch("--accept-new-uids")
        server.mailbox.messages = {f"third{n}": m for n, m in letters(0, 30).items()}
        self.assertIn("renumbered", self.fetch(status=75).text)

    def test_S07_a_changed_user_of_a_small_mailbox_is_said_once_and_one_whose_mail_is_known_is_not(self):
        server = self.mailbox(letters(0, 3))
        self.configure(server)
        self.fetch()
        self.configure(server, host="localhost")               # the same mail by another name
        self.assertEqual(self.fetch().text, "")
        server.mailbox.messages = {f"other{n}": m for n, m in letters(3, 6).items()}
        server.mailbox.user = "bob"
        self.configure(server, user="bob", host="localhost")
        self.assertIn('user was "demo" and is "bob" now', self.fetch().text)
        self.assertEqual(self.fetch().text, "")
        self.assertEqual(self.delivered(), sorted(letters(0, 6).values()))

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
            peer.expect("DELE 1")
            peer.say("+OK")
            peer.expect("QUIT")                               # whose reply it waits for
            peaks.append(self.peak(process))
            peer.say("+OK")
        server = self.scripted(talk)
        self.configure(server, max_messages=1, delete="fetched")
        process = self.start("fetch")
        self.assertEqual(process.wait(stage.PATIENCE), 0)
        server.finish()
        self.assertEqual(self.delivered(), [b"a: b\n\nc\n"])
        if not stage.is_instrumented():
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
