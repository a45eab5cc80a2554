#!/usr/bin/env python3
"""What whoever sets popfetch up runs into first. usage: operator_test.py POPFETCH"""

import json
import os
import re
import shutil
import socket
import threading
import time

import stage
from stage import PASSWORD, Stage

LETTER = b"Message-ID: <1@example.org>\nSubject: one\n\nhello\n"


class Paths(Stage):
    """L15: ~ and %{account} are replaced in every path; nothing called ~ is ever made."""

    def tearDown(self):
        odd = [p for p in self.home.rglob("*") if p.name == "~" or "%{" in p.name or p.name.startswith("$")]
        self.assertEqual(odd, [])

    def test_L15_a_tilde_in_to_is_the_home_folder(self):
        self.configure(self.mailbox([LETTER]), deliver=None)
        self.fetch("--to", "maildir:~/Letters")
        self.assertEqual(self.delivered("Letters"), [LETTER])

    def test_L15_a_tilde_of_nobody_is_refused_before_the_server_is_asked(self):
        server = self.scripted(lambda peer: peer.greet())
        self.configure(server)
        self.assertIn("there is no user", self.fetch("--to", "maildir:~nobody-of-that-name/Mail", status=64).text)
        self.assertIn("has a ~ inside", self.fetch("--to", "maildir://~/Mail", status=64).text)
        self.assertIn("write ~ for", self.fetch("--to", "maildir:$HOME/Mail", status=64).text)
        self.assertIn("%{uid}", self.fetch("--to", "maildir:Mail/%{uid}", status=64).text)
        self.assertEqual(server.connections, 0)

    def test_L15_the_account_stands_in_for_its_placeholder_everywhere(self):
        for name in ("one", "two"):
            self.write(f"{name}.password", PASSWORD + "\n")
            self.configure(self.mailbox([LETTER]), account=name, append=True, deliver=None, password="")
        defaults = '[defaults]\ndeliver = "maildir:~/Mail/%{account}"\npassword_file = "%{account}.password"\n'
        self.write("popfetch.toml", defaults + self.config.read_text())
        self.fetch()
        self.assertEqual(self.delivered("Mail/one") + self.delivered("Mail/two"), [LETTER] * 2)
        self.fetch("--all", "--to", "mbox:~/%{account}.mbox")
        for name in ("one", "two"):
            self.assertIn(b"hello", (self.home / f"{name}.mbox").read_bytes())

    def test_L15_a_tilde_behind_an_equals_sign_is_the_home_folder(self):
        self.configure(self.mailbox([LETTER]))
        self.fetch("--state-dir=~/ledgers", "--trace=~/trace")
        self.assertTrue((self.home / "ledgers" / "a.ledger").exists())
        self.assertIn("RETR", (self.home / "trace").read_text())
        self.run_popfetch("save", "a", "1", "--config=~/popfetch.toml", "--output=~/saved.eml")
        self.assertEqual((self.home / "saved.eml").read_bytes(), LETTER)
        self.run_popfetch("check", "--prometheus=~/metrics.prom")
        self.assertIn("popfetch_up", (self.home / "metrics.prom").read_text())

    def command(self, *arguments):
        """Whatever a test gives itself is given once."""
        given = [str(a) for a in arguments]
        usual = ["--config", self.config, "--state-dir", self.home / "state"]
        keep = [w for o, v in zip(usual[::2], usual[1::2]) for w in (o, v) if not any(g.startswith(o) for g in given)]
        return [stage.POPFETCH, *keep, *given]


class Mistakes(Stage):
    """W07: one account that is configured wrongly does not stop the others, and everything that is wrong is told at once."""

    def setUp(self):
        super().setUp()
        self.configure(self.mailbox([LETTER]), account="well")
        self.configure(self.mailbox([LETTER]), account="wrong", append=True, delte="14d", tls="sometimes")
        self.configure(self.mailbox([LETTER]), account="off", append=True, enabled=False, max_size="huge")
        self.configure(self.mailbox([LETTER]), account="last", append=True, user=None, deliver="maildir:Last")

    def test_W07_the_other_accounts_are_fetched_and_every_mistake_is_told(self):
        told = self.fetch(status=78).text.splitlines()
        self.assertEqual(self.delivered(), [LETTER])
        self.assertEqual(len(told), 3, told)
        for line, words in zip(told, ('"tls" in account "wrong"', 'unknown key "delte" in account "wrong"', '"last" has no "user"')):
            self.assertRegex(line, "^popfetch: popfetch.toml:[0-9]+: .*" + words)

    def test_W07_events_name_the_account_of_each_mistake(self):
        events = [json.loads(line) for line in self.fetch("--json", status=78).stdout.splitlines()]
        errors = [(e["account"], e["class"]) for e in events if e["event"] == "error"]
        self.assertEqual(errors, [("wrong", "config.value"), ("wrong", "config.unknown_key"), ("last", "config.missing")])
        self.assertEqual({e["account"]: e["exit"] for e in events if e["event"] == "account"}, {"well": 0, "wrong": 78, "last": 78})
        self.assertEqual([(e["accounts"], e["fetched"]) for e in events if e["event"] == "summary"], [(3, 1)])

    def test_W07_who_asks_for_one_account_hears_of_it_alone(self):
        self.assertEqual(self.fetch("well").text, "")
        self.assertEqual(self.fetch("wrong", status=78).text.count("\n"), 2)
        self.assertEqual(self.run_popfetch("list", "wrong", status=78).text.count("\n"), 2)
        self.run_popfetch("list", "well")
        self.assertIn('"max_size" in account "off"', self.run_popfetch("accounts", status=78).text)
        self.run_popfetch("history", status=78)
        self.assertEqual(self.fetch("--all", "--dry-run", status=78).stdout.count(b"would fetch 1"), 1)

    def test_W07_check_says_how_the_others_are(self):
        line = self.run_popfetch("check", status=3).stdout.decode()
        self.assertRegex(line, '^POPFETCH UNKNOWN: 3 accounts, 1 message.*wrong: .*"tls".*and 1 more.*last: .*has no "user"')
        self.assertIn("'well.messages'=1", line)

    def test_W07_what_was_meant_for_all_stops_all(self):
        self.write("popfetch.toml", self.config.read_text() + "[acount.more]\n[default]\n")
        told = self.fetch(status=78).text
        for words in ('"acount"', '"default"', '"delte"', 'has no "user"'):
            self.assertIn(words, told)
        self.assertEqual(self.delivered(), [])

    def test_W07_a_mistake_in_the_defaults_is_told_once(self):
        self.write("popfetch.toml", "[defaults]\ntimeout = 3\n" + self.config.read_text())
        self.assertEqual(self.fetch(status=78).text.count('"timeout" in [defaults]'), 1)


class ContainerSecrets(Stage):
    """W12: Docker and Kubernetes make secrets 0444 or 0440 and root's."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("only root makes root's files")
        self.secrets = self.home / "run" / "secrets"
        self.secrets.mkdir(parents=True)
        (self.secrets / "pop").write_text(PASSWORD + "\n")
        (self.secrets / "pop").chmod(0o444)

    def test_W12_a_secret_in_a_folder_that_nobody_else_can_enter_is_read(self):
        (self.home / "run").chmod(0o700)
        self.configure(self.mailbox([LETTER]), password='password_file = "run/secrets/pop"')
        self.fetch()
        self.assertEqual(self.delivered(), [LETTER])

    def test_W12_elsewhere_the_way_by_password_credential_is_named_and_works(self):
        self.home.chmod(0o755)
        server = self.mailbox([LETTER])
        self.configure(server, password='password_file = "run/secrets/pop"')
        told = self.fetch(status=78).text
        way = re.search(r'use (password_credential = "[^"]*") with CREDENTIALS_DIRECTORY=(\S+)', told)
        self.assertTrue(way, told)
        self.configure(server, password=way[1])
        self.environment["CREDENTIALS_DIRECTORY"] = way[2]
        self.fetch("--force")
        self.assertEqual(self.delivered(), [LETTER])


class Cron(Stage):
    """W08: what heals by itself is told once, after an hour, once a day, and when it is over; the status is always the same."""

    def test_W08_a_server_that_is_away_is_told_once_and_when_it_is_back(self):
        server = self.mailbox([LETTER])
        self.configure(server, port=self.nobody())
        self.assertIn("connection refused", self.fetch(status=75).text)
        self.assertEqual(self.fetch(status=75).text, "")
        self.assertEqual(self.fetch("-q", status=75).text, "")
        self.assertIn("connection refused", self.fetch("-v", status=75).text)
        self.assertEqual(self.error("a", status=75)["class"], "net.refused")
        self.configure(server)
        told = self.fetch().text
        self.assertRegex(told, "^popfetch: a: fetching works again; it did not since today [0-9:]{5}\n$")
        self.assertEqual(self.delivered(), [LETTER])
        self.assertEqual(self.fetch().text, "")

    def test_W08_a_run_that_takes_long_is_told_once_to_those_that_come_meanwhile(self):
        go_on = threading.Event()
        def talk(peer):
            peer.greet()
            peer.log_in()
            go_on.wait(stage.PATIENCE)
            peer.scan(LETTER)
            peer.retr(1, LETTER)
            peer.quit()
        server = self.scripted(talk)
        self.addCleanup(go_on.set)
        self.configure(server)
        first = self.start("fetch")
        while not server.heard[-1:] == [f"PASS {PASSWORD}"]:
            self.assertIsNone(first.poll())
            time.sleep(0.01)
        self.assertIn("another run is at work", self.fetch("-q", status=75).text)
        self.assertEqual(self.fetch(status=75).text, "")
        self.assertEqual(self.fetch("-q", status=75).text, "")
        go_on.set()
        self.assertEqual(first.wait(stage.PATIENCE), 0)
        self.assertIn(b"works again", first.stderr.read())
        self.assertEqual(self.delivered(), [LETTER])

    def test_W08_a_line_that_breaks_in_the_middle_of_the_mail_is_told_every_time(self):
        self.configure(self.scripted(lambda peer: (peer.greet(), peer.log_in(), peer.expect("STAT"))))
        for _ in range(2):
            self.assertIn("closed the connection", self.fetch(status=75).text)

    def nobody(self):
        """A port on which nobody listens."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return listener.getsockname()[1]


class Elsewhere(Stage):
    """Mail that other programs have stored is recognised, wherever it lies, and nothing that is not here is taken as fetched."""

    def letters(self):
        plain = b"Message-ID: <1@x>\nDate: Sat, 14 Nov 2020 09:12:00 +0000\nFrom: a@x\nSubject: one\n\nhello\nFrom here on\n>From there\n"
        bare = b"Message-ID: <2@x>\nDate: Sat, 14 Nov 2020 09:13:00 +0000\nFrom: b@x\nSubject: two\n\nworld\n\n\n"
        return [plain, bare, b"Message-ID: <3@x>\nDate: Sat, 14 Nov 2020 09:14:00 +0000\nFrom: c@x\nSubject: three\n\n" + b"long\n" * 200]

    def put(self, name, data):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    MPOP = b"Received: from pop.example.org by home with POP3 for <a@home>; Sat, 21 Nov 2026 09:00:00 +0000\n"
    FETCHMAIL = (b"Received: from pop.example.org [192.0.2.1] by home with POP3 (fetchmail-6.4.37)\n"
                 b"\tfor <a@localhost> (single-drop); Sat, 21 Nov 2026 09:00:00 +0000 (UTC)\n")
    GETMAIL = (b"Return-Path: <a@x>\nDelivered-To: unknown\nReceived: from pop.example.org by home with POP3-SSL;\n  21 Nov 2026 09:00:00 -0000\n"
               b"X-getmail-retrieved-from-mailbox: INBOX\n")
    THUNDERBIRD = b"X-Account-Key: account1\nX-UIDL: 0000a1b2\nX-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\nX-Mozilla-Keys:          \n"

    def mbox(self, added, separator=b"From a@x Sat Nov 14 09:12:00 2020\n", quote=True):
        text = b""
        for letter in self.letters():
            head, body = letter.split(b"\n\n", 1)
            if quote:
                body = re.sub(rb"(?m)^From ", b">From ", body)
            text += separator + added + head + b"\n\n" + body + b"\n"
        return text

    def nothing_comes(self, *arguments, deliver="maildir:Mail"):
        server = self.mailbox(self.letters())
        self.configure(server, deliver=deliver)
        self.assertIn("recognised 3 messages", self.fetch(*arguments).text)
        self.assertEqual(server.mailbox.retrieved, [])
        self.assertEqual(self.fetch().text, "")

    def test_mail_that_mpop_fetchmail_and_getmail_stored_is_adopted(self):
        for added in (self.MPOP, self.FETCHMAIL, self.GETMAIL):
            with self.subTest(added):
                shutil.rmtree(self.home / "state", ignore_errors=True)
                for number, letter in enumerate(self.letters()):
                    self.put(f"Mail/{('new', 'cur')[number % 2]}/{number}.x", added + letter)
                (self.home / "Mail/tmp").mkdir(exist_ok=True)
                self.nothing_comes("--adopt")

    def test_an_mbox_of_another_program_is_adopted(self):
        for text in (self.mbox(self.FETCHMAIL), self.mbox(b""), self.mbox(self.MPOP).replace(b"\n", b"\r\n")):
            with self.subTest(text[:60]):
                shutil.rmtree(self.home / "state", ignore_errors=True)
                self.put("mbox", text)
                self.nothing_comes("--adopt", deliver="mbox:mbox")
                self.assertEqual((self.home / "mbox").read_bytes(), text)

    def test_a_profile_of_Thunderbird_is_adopted_from(self):
        text = self.mbox(self.THUNDERBIRD, b"From - Sat Nov 21 09:00:00 2026\n", quote=False)
        self.put("profile/Mail/pop.example.org/Inbox", text.replace(b"\n", b"\r\n"))
        self.put("profile/Mail/pop.example.org/Inbox.msf", b"// <!-- <mdb:mork:z v=\"1.4\"/> -->\n")
        self.nothing_comes("--adopt-from=~/profile")
        self.assertEqual(self.delivered(), [])

    def test_a_maildir_elsewhere_and_single_files_are_adopted_from(self):
        first, second, third = self.letters()
        self.put("Archive/.2020/cur/1:2,S", self.MPOP + first)
        self.put("Archive/new/2", second)
        self.put("saved/three.eml", third.replace(b"\n", b"\r\n"))
        self.nothing_comes("--adopt-from", self.home / "Archive", "--adopt-from", self.home / "saved")

    def test_what_is_not_there_is_said_before_the_login(self):
        server = self.scripted(lambda peer: peer.greet())
        self.configure(server)
        self.fetch("--adopt-from", self.home / "nowhere", status=64)
        self.assertEqual(server.connections, 0)

    def test_of_two_messages_alike_only_the_one_that_is_here_is_adopted(self):
        for fields in (b"Message-ID: <same@x>\nDate: Sat, 14 Nov 2020 09:12:00 +0000\n", b"Message-ID: <same@x>\n", b""):
            with self.subTest(fields):
                shutil.rmtree(self.home / "state", ignore_errors=True)
                shutil.rmtree(self.home / "Mail", ignore_errors=True)
                letters = [fields + b"Subject: s\n\n" + text for text in (b"first\n", b"other\n")]
                for part in ("new", "cur", "tmp"):
                    (self.home / "Mail" / part).mkdir(parents=True)
                self.put("Mail/new/1", self.MPOP + letters[1])
                server = self.mailbox(letters)
                self.configure(server, delete="fetched")
                self.assertIn("recognised 1 messages", self.fetch("--adopt").text)
                self.assertEqual(server.mailbox.retrieved, ["uid1"])
                self.assertEqual(self.delivered(), sorted([letters[0], self.MPOP + letters[1]]))

    def test_a_copy_of_known_mail_is_not_taken_for_another_message(self):
        letters = [b"Message-ID: <same@x>\nSubject: s\n\n" + text for text in (b"first\n", b"other\n")]
        server = self.mailbox(letters[:1])
        self.configure(server)
        self.fetch()
        server.mailbox.messages["uid2"] = letters[1]
        self.fetch("--adopt")
        self.assertEqual(self.delivered(), sorted(letters))

    def test_where_TOP_is_refused_an_adoption_stops_and_says_so(self):
        def talk(peer):
            peer.greet()
            peer.log_in()
            peer.scan(LETTER)
            peer.expect("TOP")
            peer.say("-ERR no such command")
            peer.wait_for_the_end()
        server = self.scripted(talk)
        self.configure(server)
        self.assertIn("cannot be recognised", self.fetch("--adopt", status=69).text)
        self.assertEqual(self.delivered(), [])

    def test_a_first_fetch_that_would_double_what_lies_there_says_so_and_stops(self):
        for number, letter in enumerate(self.letters()[:2]):
            self.put(f"Mail/cur/{number}.x", self.MPOP + letter)
        for part in ("new", "tmp"):
            (self.home / "Mail" / part).mkdir()
        server = self.mailbox(self.letters())
        self.configure(server)
        for arguments in ([], [], ["--dry-run"]):
            told = self.fetch(*arguments, status=78).text
            self.assertIn("holds mail that is on the server too (2 of 3 looked at)", told)
            self.assertIn("--adopt", told)
        self.assertEqual(server.mailbox.retrieved, [])
        self.assertIn("recognised 2 messages as fetched before; 1 other is new", self.fetch("--adopt").text)
        self.fetch()
        self.assertEqual(server.mailbox.retrieved, ["uid3"])

    def test_a_first_fetch_beside_other_mail_goes_on_and_force_does_so_always(self):
        first, second, third = self.letters()
        self.put("Mail/cur/1.x", first)
        for part in ("new", "tmp"):
            (self.home / "Mail" / part).mkdir()
        server = self.mailbox([first, second, third])
        self.configure(server)
        self.assertEqual(self.fetch().text, "")
        shutil.rmtree(self.home / "state")
        for path in (self.home / "Mail/new").iterdir():        # as another program names it
            path.rename(path.with_name(path.name[:9]))
        self.fetch("--force")
        self.assertEqual(len(server.mailbox.retrieved), 6)

    def test_what_is_marked_as_fetched_is_neither_downloaded_nor_ever_deleted(self):
        server = self.mailbox(self.letters())
        self.configure(server, delete="fetched")
        self.assertIn("marked 3 messages as fetched", self.fetch("--mark-fetched").text)
        server.mailbox.messages["new"] = LETTER
        self.fetch()
        self.assertEqual((server.mailbox.retrieved, server.mailbox.deleted), (["new"], ["new"]))
        self.assertEqual(self.delivered(), [LETTER])
        self.fetch("--all")                                    # now they are here
        self.assertEqual(len(server.mailbox.deleted), 4)


if __name__ == "__main__":
    stage.main()
