#!/usr/bin/env python3
"""What a server says, on its way to a terminal, a log and a program. usage: output_test.py POPFETCH"""

import json
import os
import re

import stage
from stage import Stage

# ESC, CSI, OSC 52 and 8 as C0 and C1, BEL, CR, bidirectional and invisible characters, invalid UTF-8.
EVIL = b"\x1b[2J\x1b]52;c;cm0gLXJm\x07\x1b]8;;http://x\x1b\\\x9b31m\xc2\x9b31m\r\xe2\x80\xae\xe2\x80\x8b\xe2\x80\xa8\xff%n%s"
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e\u2028]")
LETTER = b"Subject: " + EVIL.replace(b"\r", b"") + b"\nFrom: =?utf-8?q?=1B[31m=00=0D=0A?= <ann@example.net>\n\nhello\n"


class Terminal(Stage):
    def clean(self, data):
        text = data.decode("utf-8")              # always valid
        self.assertIsNone(FORBIDDEN.search(text), repr(text))
        return text

    def test_O01_O02_whatever_a_server_says_reaches_no_terminal_as_it_is(self):
        def greeting(peer):
            peer.say(b"-ERR " + EVIL)

        def refusal(peer):
            peer.greet(text=b"+OK " + EVIL)
            peer.expect("USER")
            peer.say(b"-ERR " + EVIL)

        def message(peer):
            peer.greet()
            peer.log_in()
            peer.scan((20, b"uid".decode()))
            peer.expect("RETR")
            peer.say(b"-ERR " + EVIL)
            peer.wait_for_the_end()
        for talk, status in ((greeting, 75), (refusal, 77), (message, 75)):
            with self.subTest(talk.__name__):
                self.configure(self.scripted(talk), account=talk.__name__)
                for arguments in (("-v", "--trace"), ("--json",)):
                    done = self.fetch("--force", *arguments, status=status)
                    self.clean(done.stdout)
                    self.assertIn("x1b", self.clean(done.stderr) + done.stdout.decode().replace("u001b", "x1b"))

    def test_O01_O02_O03_listings_and_messages_show_escapes_and_send_none(self):
        def do_uidl(session, argument):
            session.ok()
            session.out.append(b"1 " + EVIL.replace(b"\r", b"") + b"\r\n.\r\n")
        server = self.mailbox([LETTER])
        server.session_type = type("Session", (stage.Session,), {"do_uidl": do_uidl})
        self.configure(server)
        for command in (("list", "a", "--headers"), ("show", "a", "1"), ("show", "a", "1", "--headers"), ("info", "a"),
                        ("fetch", "-v"), ("history",)):
            with self.subTest(command):
                done = self.run_popfetch(*command)
                self.clean(done.stdout)
                self.clean(done.stderr)

    def test_O04_JSON_is_valid_UTF8_with_the_raw_octets_beside_it(self):
        self.configure(self.mailbox([b"Subject: \xff\x00raw\xed\xa0\x80\n\nhello\n"]))
        (message,) = json.loads(self.run_popfetch("list", "a", "--headers", "--json").stdout.decode())["messages"]
        self.assertIn("subject_raw", message)

    def test_O05_a_log_has_one_line_for_each_event_whatever_stands_in_it(self):
        """A server's words hold no line break; what they hold is escaped, and no format."""
        def talk(peer):
            peer.greet(text=b"+OK a\rpopfetch: forged line\x0b\x0c\xc2\x85\xe2\x80\xa8 %n%s%x")
            peer.expect("USER")
            peer.say(b"-ERR %s%n\rpopfetch: all is well")
        self.configure(self.scripted(talk))
        done = self.fetch("--trace=log", status=77)
        lines = (self.home / "log").read_bytes().split(b"\n")
        self.assertEqual(lines.pop(), b"")
        for line in lines:
            self.assertRegex(self.clean(line), r"^(a )?[CS]: ")
        self.assertIn("%n%s%x", "".join(map(bytes.decode, lines)))
        self.assertEqual(len(done.text.splitlines()), 1)
        self.assertIn("%s%n", done.text)

    def test_O08_a_subject_of_1_MiB_and_ten_thousand_fields_are_cut_with_a_mark(self):
        self.configure(self.mailbox([b"Subject: " + b"x" * (1 << 20) + b"\n\nhello\n",
                                     b"Received: from a by b\n" * 10_000 + b"Subject: far down\n\nhello\n"]))
        done = self.run_popfetch("list", "a", "--headers")
        self.assertLess(len(done.stdout), 5000)
        self.assertIn("\u2026", done.stdout.decode())


class Pipes(Stage):
    def test_O06_a_full_or_closed_standard_output_is_74_and_the_mail_is_safe(self):
        for number, arguments in enumerate((("fetch", "--json"), ("list", "a"), ("list", "a", "--json"), ("show", "a", "1"))):
            with self.subTest(arguments), open("/dev/full", "wb") as full:
                server = self.mailbox([LETTER])
                self.configure(server, deliver=f"maildir:Mail{number}", state_id=f"s{number}", delete="fetched")
                self.run_popfetch(*arguments, status=74, stdout=full)
                if arguments[0] == "fetch":
                    self.assertEqual(self.delivered(f"Mail{number}") + list(server.mailbox.messages.values()), [LETTER])
                    self.fetch()
                    self.assertEqual(self.delivered(f"Mail{number}"), [LETTER])

    def test_O06_a_reader_that_leaves_is_no_death_by_signal(self):
        server = self.mailbox({f"u{n}": LETTER for n in range(2000)})
        self.configure(server)
        for command in (("list", "a"), ("fetch", "-v", "--json")):
            with self.subTest(command):
                reading, writing = os.pipe()
                os.close(reading)
                with os.fdopen(writing, "wb") as pipe:
                    self.run_popfetch(*command, status=74, stdout=pipe)
        self.fetch()
        self.assertEqual(len(self.delivered()), 2000)


if __name__ == "__main__":
    stage.main()
