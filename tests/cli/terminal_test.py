#!/usr/bin/env python3
"""popfetch on a terminal, as a person sees it: terminal_test.py POPFETCH [CLASS...].

The terminal is a pseudo-terminal with a model of the screen behind it (screen.py), at 80 and at 200 columns; the model refuses
whatever a terminal would have obeyed. The server is the scripted one; where a picture in the middle of a run is wanted, it
stops until the test lets it go on.
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import types
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from pop3_server import Mailbox, Pop3Server, Session  # noqa: E402
from terminal import Terminal  # noqa: E402

HOSTILE = "\x1b]0;owned\x07\x1b[31mred\x1b[2J \u009b31m \u202eevil\u2028 \x08\x7f"
PASSWORD = "long and secret"
ZOE, CAFE = "Zoe\u0301", "Cafe\u0301"           # an accent of its own, which takes no column


def mail(sender="ann@example.org", subject="hello", date="Sat, 14 Nov 2020 09:12:00 +0000", text="hello\n", **fields):
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    return f"From: {sender}\nTo: bob@example.org\nSubject: {subject}\nDate: {date}\n{more}\n{text}".encode()


MESSAGES = {
    "1-osaka": mail("大阪支店 <osaka@example.com>", "見積書の件"),
    "2-zoe": mail(f"{ZOE} <zoe@example.org>", f"{CAFE} 🙂👍 done"),
    "3-long": mail("builds@example.org", "Nightly build: " + "word " * 40),
    "4-wide": mail("supercalifragilistic.sender@example.org", "見積書の件" * 12),
    "5-hostile": mail(f"{HOSTILE} <eve@example.org>", f"{HOSTILE} =?utf-8?q?=1b=5D0=3bowned=07=0d=0a?="),
}


class GatedServer(Pop3Server):
    """Sends so many octets and waits until the test opens the gate."""

    def __init__(self, mailbox, octets, **options):
        self.gate, self.left = threading.Event(), octets
        super().__init__(mailbox, **options)

    def send(self, connection, data):
        part, rest = data[: self.left], data[self.left:]
        self.left -= len(part)
        connection.sendall(part)
        if rest:
            self.gate.wait(60)
            connection.sendall(rest)


class RudeSession(Session):
    """What a server says besides mail, with what a terminal would obey in it."""

    def ok(self, text=""):
        super().ok(text + " " + HOSTILE.encode("utf-8").decode("latin-1"))

    def err(self, text):
        super().err(text + " %n%s " + HOSTILE.encode("utf-8").decode("latin-1"))


class RudeServer(Pop3Server):
    session_type = RudeSession


class OnTerminal(unittest.TestCase):
    messages = MESSAGES

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="popfetch-terminal-")
        self.addCleanup(scratch.cleanup)
        self.home = pathlib.Path(scratch.name)
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
                            "TERM": "xterm", "TZ": "UTC"}
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.mailbox = Mailbox(dict(self.messages))
        self.server = self.serve(self.mailbox)
        self.configure(work=self.server)

    def serve(self, mailbox, kind=Pop3Server, *arguments, **options):
        server = kind(mailbox, *arguments, **options)
        self.addCleanup(server.close)
        return server

    def configure(self, secret='password = "demo"', **servers):
        path = self.home / ".config/popfetch/popfetch.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = '[defaults]\nhost = "127.0.0.1"\ntls = "none"\nuser = "demo"\n'
        for name, server in servers.items():
            text += f'[account.{name}]\nport = {server.port}\ndeliver = "maildir:~/Mail-{name}"\n{secret}\n'
        path.touch(0o600)
        path.write_text(text)

    def person(self, *words, columns=80, rows=24, environment=None, **streams):
        terminal = Terminal([POPFETCH, *words], self.environment | (environment or {}), self.home, columns, rows, **streams)
        self.enterContext(terminal)
        return terminal

    def see(self, *words, status=0, **options):
        """The whole run; returns the terminal."""
        terminal = self.person(*words, **options)
        self.assertEqual(terminal.finish(), status, terminal.screen.text())
        return terminal

    def run_plainly(self, *words, status=0, environment=None, **streams):
        done = subprocess.run([POPFETCH, *words], env=self.environment | (environment or {}), cwd=self.home, timeout=60,
                              **({"stdin": subprocess.DEVNULL, "capture_output": True, "text": True} | streams))
        self.assertEqual(done.returncode, status, f"{done.stdout}{done.stderr}")
        return done

    def mail_in(self, account):
        return sorted(path.read_bytes() for path in (self.home / f"Mail-{account}/new").glob("*"))


class Table(OnTerminal):
    def column_of(self, screen, row, text):
        """The column of the terminal in which the text begins."""
        for at in range(screen.columns):
            if "".join(screen.cells[row][at:]).startswith(text):
                return at
        raise AssertionError(f"{text!r} is not in {screen.lines()[row]!r}")

    def check_picture(self, columns):
        screen = self.see("list", "work", "--headers", columns=columns).screen
        lines = screen.lines()
        self.assertRegex(lines[0], r"^NO  STATE +SIZE  DATE +FROM +SUBJECT$")
        self.assertEqual(lines[6], f"5 messages, {sum(map(self.wire_size, MESSAGES.values())) / 1024:.1f}K; 5 new")
        subject = self.column_of(screen, 0, "SUBJECT")
        sender = self.column_of(screen, 0, "FROM")
        for row, (name, words) in enumerate([("大阪支店", "見積書の件"), (ZOE, f"{CAFE} 🙂👍 done"), ("builds", "Nightly"),
                                             ("supercali", "見積書"), ("\\x1b]0", "\\x1b]0;owned")], 1):
            self.assertEqual(self.column_of(screen, row, name), sender, lines[row])
            self.assertEqual(self.column_of(screen, row, words), subject, lines[row])
            self.assertRegex(lines[row], rf"^ {row}  new   +\S+  14 Nov 2020  ")
        self.assertLessEqual(screen.widest, columns)
        return lines

    @staticmethod
    def wire_size(message):
        return len(message) + message.count(b"\n")

    def test_at_80_columns_nothing_wraps_and_what_is_cut_says_so(self):
        lines = self.check_picture(80)
        self.assertTrue(lines[3].endswith("…"), lines[3])
        self.assertTrue(lines[4].endswith("…"), lines[4])
        self.assertIn("supercalifragilistic.se…", lines[4])

    def test_at_200_columns_there_is_room_for_more(self):
        lines = self.check_picture(200)
        self.assertIn("見積書の件" * 12, lines[4])

    def test_at_60_columns_senders_give_way_too(self):
        screen = self.see("list", "work", "--headers", columns=60).screen
        self.assertLessEqual(screen.widest, 60)
        self.assertEqual(len(screen.text().splitlines()), 7, "a message a line")

    def test_a_narrow_terminal_still_shows_numbers_and_states(self):
        screen = self.see("list", "work", "--headers", columns=40).screen
        self.assertRegex(screen.text(), r"(?m)^ 1  new ")

    def test_without_headers_uids_are_shown_and_the_date_only_once_something_was_fetched(self):
        self.assertRegex(self.see("list", "work").screen.lines()[0], r"^NO  STATE  SIZE  UID$")
        self.run_plainly("fetch")
        self.assertRegex(self.see("list", "work").screen.lines()[1], r"^ 1  fetched +\d+  today \d\d:\d\d  1-osaka$")

    def test_nothing_to_show_is_said_in_words(self):
        self.assertEqual(self.see("list", "work", "--where", "size>1G").screen.text(), "no messages")

    def test_help_fits_into_80_columns(self):
        for words in [[], *([command] for command in COMMANDS)]:
            screen = self.see(*words, "--help", rows=100).screen
            self.assertLess(screen.widest, 81)
            self.assertNotIn("\n\n\n", screen.text())
            for line in screen.lines():
                self.assertEqual(line, line.rstrip())
        self.assertEqual(self.see("help", "list", rows=60).screen.text(), self.see("list", "--help", rows=60).screen.text())

    def test_info_stays_within_the_page(self):
        lines = self.see("info", "work").screen.lines()
        self.assertEqual(lines[0], f"work   demo at 127.0.0.1:{self.server.port}")
        self.assertTrue(any(line.startswith("can    before login  TOP, UIDL") for line in lines), lines)
        self.assertTrue(any(line.startswith("mail   5 messages, ") for line in lines), lines)


COMMANDS = ["fetch", "list", "show", "save", "delete", "stat", "check", "info", "shell", "history", "repair", "accounts"]


class Progress(OnTerminal):
    messages = {f"u{number}": mail(text=("x" * 70 + "\n") * 1400) for number in range(10)}
    bar = r"^work +[━╸─]{6,26} +\d+/10 +\S+ of \S+( +\S+/s)?( +\d:\d\d)?$"

    def setUp(self):
        super().setUp()
        self.server = self.serve(self.mailbox, GatedServer, 400_000)
        self.configure(work=self.server)

    def check_line(self, columns):
        terminal = self.person(columns=columns)
        terminal.expect(self.bar)
        self.assertEqual(len(terminal.screen.lines()[0]) and terminal.screen.row, 1, "one line, and the cursor below it")
        self.assertLess(terminal.screen.widest, columns)
        self.server.gate.set()
        self.assertEqual(terminal.finish(), 0)
        self.assertRegex(terminal.screen.text(), r"^work  10 new \(\S+\) to maildir ~/Mail-work in \d+\.\d s$")
        self.assertEqual(len(self.mail_in("work")), 10)

    def test_at_80_columns_one_line_grows_and_a_summary_stays(self):
        self.check_line(80)

    def test_at_200_columns(self):
        self.check_line(200)

    def test_at_40_columns_the_line_leaves_out_what_has_no_room(self):
        terminal = self.person(columns=40)
        terminal.expect(r"^work +([━╸─]+ +)?\d+/10")
        self.assertLess(terminal.screen.widest, 40)
        self.server.gate.set()
        terminal.finish()

    def test_each_of_several_accounts_has_its_line_and_in_the_end_its_word(self):
        wrong = self.serve(Mailbox({}, password="another"))
        empty = self.serve(Mailbox({}))
        self.configure(work=self.server, isp=wrong, home=empty)
        terminal = self.person()
        terminal.expect(self.bar)
        terminal.expect(r"^popfetch: isp: .*login refused")
        terminal.expect(r"^home  nothing new$")
        self.server.gate.set()
        self.assertEqual(terminal.finish(), 77)
        self.assertRegex(terminal.screen.text(), r"(?s)^popfetch: isp: .*\nwork  10 new .*\nhome  nothing new$")

    def test_a_terminal_that_becomes_narrower_is_drawn_to_its_new_width(self):
        terminal = self.person(columns=200)
        terminal.expect(self.bar)
        terminal.resize(60, 24)
        terminal.screen.widest = 0
        terminal.raw = ""
        self.server.gate.set()
        self.assertEqual(terminal.finish(), 0)
        drawn = [line for line in re.split(r"[\r\n]", re.sub(r"\x1b\[[0-9]*[A-Z]", "", terminal.raw)) if "/10" in line]
        self.assertTrue(all(len(line) < 60 for line in drawn), drawn)

    def test_quiet_and_progress_never_show_no_line(self):
        self.server.gate.set()
        self.assertEqual(self.see("-q").raw, "")
        terminal = self.see("--progress", "never")
        self.assertNotIn("\x1b", terminal.raw)

    def test_an_interrupt_leaves_a_clean_line_and_nothing_half(self):
        terminal = self.person()
        terminal.expect(self.bar)
        terminal.type("\x03")
        self.assertEqual(terminal.finish(), 130)
        self.assertNotIn("━", terminal.screen.text())
        self.server.gate.set()
        self.serve_again()
        self.run_plainly("fetch")
        self.assertEqual(len(self.mail_in("work")), 10)

    def serve_again(self):
        self.configure(work=self.serve(self.mailbox))


class ManyAccounts(OnTerminal):
    """More accounts than lines: those that are well in one line, errors behind it, the totals last."""
    messages = {"u1": mail()}

    def configure_many(self, count, *wrong):
        empty = self.serve(Mailbox({}))
        self.configure(new=self.server, **{f"box{n:03}": empty for n in range(count)}, **dict(wrong))

    def lines(self, status, *words):
        return self.see(*words, status=status, columns=200).screen.text().splitlines()

    def test_those_that_are_well_are_one_line_and_the_refusal_stands_at_the_end(self):
        self.configure_many(40, ("refused", self.serve(Mailbox({}, password="another"))))
        lines = self.lines(77)
        self.assertEqual(len(lines), 3, lines)
        self.assertRegex(lines[0], r"^41 accounts well: 1 new \(\S+\) for 1 of them$")
        self.assertRegex(lines[1], "^popfetch: refused: .*login refused")
        self.assertRegex(lines[2], r"^42 accounts in \d+\.\d s: 1 new \(\S+\) for 1 of them; 1 not well$")
        self.assertRegex(self.lines(77)[0], r"^41 accounts well: nothing new, 1 kept$")

    def test_one_error_of_many_accounts_is_said_once(self):
        away = socket.socket()                                 # bound, so that nobody else listens there, and not listening
        self.addCleanup(away.close)
        away.bind(("127.0.0.1", 0))
        away = types.SimpleNamespace(port=away.getsockname()[1])
        self.configure_many(20, *((f"away{n}", away) for n in range(9)))
        lines = self.lines(75)
        self.assertEqual(len(lines), 3, lines)
        self.assertRegex(lines[1], r"^popfetch: 9 accounts \(away0, away1, away2 and 6 more\): .*connection refused")

    def test_v_and_few_accounts_have_a_line_each(self):
        self.configure_many(20)
        self.assertGreater(sum(line.startswith("box") and "nothing new" in line for line in self.lines(0, "-v")), 10)
        self.configure_many(10)
        self.assertEqual(sum(line.startswith("box") and "nothing new" in line for line in self.lines(0)), 10)

    def test_without_a_terminal_only_what_needs_a_person_is_said(self):
        self.configure_many(40, ("refused", self.serve(Mailbox({}, password="another"))))
        self.assertRegex(self.run_plainly(status=77).stderr, r"^popfetch: refused: [^\n]*\n$")


class Password(OnTerminal):
    def setUp(self):
        super().setUp()
        self.mailbox.password = PASSWORD
        self.configure("", work=self.server)

    def test_it_is_asked_for_without_echo_and_never_shown(self):
        terminal = self.person("stat", "work")
        terminal.expect(r"^Password for work \(demo at 127\.0\.0\.1\): *$")
        self.assertFalse(terminal.echoes())
        terminal.type(PASSWORD + "\n")
        self.assertEqual(terminal.finish(), 0)
        self.assertRegex(terminal.screen.text(), r"\n5 messages, \S+$")
        self.assertNotIn("secret", terminal.raw)

    def test_a_wrong_one_is_refused_in_one_line_that_says_what_to_do(self):
        terminal = self.person("stat", "work", columns=200)
        terminal.expect("Password")
        terminal.type("wrong\n")
        self.assertEqual(terminal.finish(), 77)
        self.assertRegex(terminal.screen.lines()[1], r"^popfetch: work: .*login refused with USER: .*; check the password$")
        self.assertNotIn("wrong", terminal.raw)

    def test_an_interrupt_gives_the_echo_back(self):
        terminal = self.person("stat", "work")
        terminal.expect("Password")
        terminal.type("\x03")
        terminal.expect("interrupted")
        self.assertTrue(terminal.echoes())
        self.assertEqual(terminal.finish(), 130)

    def test_every_account_is_asked_for_before_anything_is_fetched(self):
        self.configure("", work=self.server, home=self.serve(Mailbox({}, password="other")))
        terminal = self.person()
        terminal.expect(r"work \(demo")
        terminal.type(PASSWORD + "\n")
        terminal.expect(r"home \(demo")
        terminal.type("other\n")
        self.assertEqual(terminal.finish(), 0)
        self.assertRegex(terminal.screen.text(), r"(?s)work  5 new .*\nhome  nothing new$")

    def test_without_a_terminal_only_the_account_that_has_none_fails(self):
        path = self.home / ".config/popfetch/popfetch.toml"
        path.write_text(path.read_text() + f'[account.home]\nport = {self.server.port}\ndeliver = "maildir:~/Mail-home"\n'
                        f'password = "{PASSWORD}"\n')
        done = self.run_plainly(status=78, start_new_session=True)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertTrue(done.stderr.startswith("popfetch: work: no password is configured"), done.stderr)
        self.assertEqual(len(self.mail_in("home")), 5)


class Delete(OnTerminal):
    def test_it_shows_what_will_go_and_a_no_keeps_everything(self):
        terminal = self.person("delete", "work", "2-3")
        terminal.expect(r"^Delete 2 messages on the server for good\? \[y/N\] *$")
        lines = terminal.screen.lines()
        self.assertRegex(lines[1], rf"^ 2  new .* {ZOE} +{CAFE}")
        self.assertRegex(lines[2], r"^ 3  new .* builds@example.org +Nightly")
        terminal.type("\n")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(self.mailbox.deleted, [])

    def test_a_yes_deletes_them(self):
        terminal = self.person("delete", "work", "uid:2-zoe")
        terminal.expect(r"Delete 1 message on the server for good\?")
        terminal.type("y\n")
        self.assertEqual(terminal.finish(), 0)
        self.assertRegex(terminal.screen.text(), r"\ndeleted 1 message$")
        self.assertEqual(self.mailbox.deleted, ["2-zoe"])

    def test_with_yes_it_does_not_ask_and_with_dry_run_it_does_not_delete(self):
        self.assertNotIn("?", self.see("delete", "work", "1", "--yes").screen.text())
        self.assertEqual(self.mailbox.deleted, ["1-osaka"])
        self.see("delete", "work", "all", "--dry-run")
        self.assertEqual(self.mailbox.deleted, ["1-osaka"])

    def test_without_a_terminal_it_refuses_before_it_logs_in(self):
        self.server.close()
        done = self.run_plainly("delete", "work", "1", status=64)
        self.assertIn("use --yes", done.stderr)

    def test_nothing_that_fits_is_nothing_to_ask_about(self):
        self.assertEqual(self.see("delete", "work", "--where", "size>1G").screen.text(), "no messages")


class ShellSession(OnTerminal):
    def open(self, **options):
        terminal = self.person("shell", "work", **options)
        terminal.expect(r"^5 messages; help lists the commands\nwork> *$")
        terminal.await_silence()
        return terminal

    def after(self, terminal, line, pattern):
        terminal.await_silence()
        terminal.type(line + "\n")
        return terminal.expect(pattern)

    def test_a_session_by_hand(self):
        terminal = self.open(rows=60)
        self.after(terminal, "ls 1-2", rf"^ 1  new .*見積書の件\n 2  new .*{CAFE} .*\n2 messages, \d+ octets; 2 new\nwork> *$")
        self.after(terminal, "rm 2", r"^  2 will be deleted at quit \(undo takes it back\)\nwork> *$")
        self.after(terminal, "rm 2", r"^  2 is marked already\nwork> *$")
        self.after(terminal, "ls 2", r"^ 2  marked ")
        self.after(terminal, "stat", r"^4 messages, ")
        self.after(terminal, "undo", r"^  1 message unmarked\nwork> *$")
        self.after(terminal, "lss", r"^there is no command lss; did you mean ls\?")
        self.after(terminal, "exit", r"did you mean quit\?")
        self.after(terminal, "cat 1", r"^Subject: 見積書の件\n(.*\n)*\nhello\nwork> *$")
        self.after(terminal, "rm 1", r"^  1 will be deleted")
        self.after(terminal, "quit", r"^1 message will be deleted for good: 1\. Delete\? \[y/N\] *$")
        terminal.type("n\n")
        terminal.expect(r"\[y/N\] n\nwork> *$")
        self.after(terminal, "quit", r"Delete\? \[y/N\] *$")
        terminal.type("y\n")
        self.assertEqual(terminal.finish(), 64, "the status is that of the last command that failed")
        self.assertRegex(terminal.screen.text(), r"\ndeleted 1, kept 4$")
        self.assertEqual(self.mailbox.deleted, ["1-osaka"])

    def test_the_arrow_brings_back_the_last_line(self):
        terminal = self.open()
        self.after(terminal, "stat", r"^5 messages, \S+\nwork> *$")
        terminal.await_silence()
        terminal.type("\x1b[A")
        terminal.expect(r"\nwork> stat *$")
        terminal.type("\n")
        terminal.expect(r"^5 messages, \S+\nwork> stat\n5 messages, \S+\nwork> *$")
        terminal.type("abort\n")
        self.assertEqual(terminal.finish(), 0)

    def test_tab_completes_commands_numbers_and_uids(self):
        terminal = self.open()
        terminal.type("st\t")
        terminal.expect(r"^work> stat *$")
        terminal.type("\x15hea\t")
        terminal.expect(r"^work> head *$")
        terminal.type("uid:3\t")
        terminal.expect(r"^work> head uid:3-long *$")
        terminal.type("\n")
        terminal.expect(r"^Subject: Nightly build")
        terminal.type("quit\n")
        self.assertEqual(terminal.finish(), 0)

    def test_the_end_of_the_input_deletes_nothing(self):
        terminal = self.open()
        self.after(terminal, "rm 1", "will be deleted")
        terminal.await_silence()
        terminal.type("\x04")
        self.assertEqual(terminal.finish(), 0)
        self.assertTrue(terminal.screen.text().endswith("the input ended without quit: nothing was deleted"))
        self.assertEqual(self.mailbox.deleted, [])

    def test_an_interrupt_clears_the_line(self):
        terminal = self.open()
        terminal.type("rm 1")
        terminal.expect(r"^work> rm 1$")
        terminal.type("\x1b[D")         # the cursor stands inside the line
        terminal.await_silence()
        terminal.type("\x03")
        terminal.expect(r"^work> *$")
        self.after(terminal, "rm 2", r"^  2 will be deleted")
        terminal.await_silence()
        self.after(terminal, "quit", r"Delete\? \[y/N\] *$")
        terminal.type("y\n")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(self.mailbox.deleted, ["2-zoe"])

    def test_an_interrupt_ends_it_and_deletes_nothing(self):
        terminal = self.open()
        self.after(terminal, "rm 1", "will be deleted")
        terminal.await_silence()
        terminal.type("\x03")
        self.assertEqual(terminal.finish(), 130)
        self.assertEqual(self.mailbox.deleted, [])

    def test_the_home_folder_is_a_tilde(self):
        done = self.run_plainly("shell", "work", stdin=None, input="save 1 ~/letter.eml\nabort\n")
        self.assertIn(f"saved to {self.home}/letter.eml\n", done.stdout)
        self.assertEqual((self.home / "letter.eml").read_bytes().replace(b"\r\n", b"\n"), MESSAGES["1-osaka"])
        self.assertFalse((self.home / "~").exists())

    def test_a_script_feeds_it(self):
        done = self.run_plainly("shell", "work", stdin=None, input="# a comment\nrm 1 uid:2-zoe\nstat\nquit\n")
        self.assertRegex(done.stdout, r"^  1 will be deleted.*\n  2 will be .*\n3 messages, .*\ndeleted 2, kept 3\n$")
        self.assertEqual(sorted(self.mailbox.deleted), ["1-osaka", "2-zoe"])


class Colours(OnTerminal):
    def colours(self, *words, **options):
        return self.see("list", "work", *words, **options).screen.colours

    def test_a_terminal_gets_them_for_states_only(self):
        terminal = self.see("list", "work", "--headers")
        self.assertEqual(terminal.screen.colours, {32})
        self.assertEqual(len(re.findall(r"\x1b\[32mnew\x1b\[0m", terminal.raw)), 5)

    def test_what_switches_them_off(self):
        self.assertEqual(self.colours(environment={"NO_COLOR": "1"}), set())
        self.assertEqual(self.colours("--color", "never"), set())
        self.assertEqual(self.colours(environment={"TERM": "dumb"}), set())

    def test_an_empty_no_color_means_nothing(self):
        self.assertEqual(self.colours(environment={"NO_COLOR": ""}), {32})

    def test_always_is_stronger_than_no_color_and_than_a_pipe(self):
        self.assertEqual(self.colours("--color=always", environment={"NO_COLOR": "1"}), {32})
        self.assertIn("\x1b[32m", self.run_plainly("list", "work", "--color", "always").stdout)
        self.assertNotIn("\x1b", self.run_plainly("list", "work").stdout)


class Pager(OnTerminal):
    def test_show_goes_through_it_with_its_arguments_and_without_a_shell(self):
        terminal = self.see("show", "work", "1", environment={"PAGER": "sed s/^/|$HOME\\ /"})
        self.assertNotIn("hello", terminal.screen.text(), "sed has taken the second word for a file")
        terminal = self.see("show", "work", "1", environment={"PAGER": "sed s/^/|/"})
        self.assertRegex(terminal.screen.text(), r"(?m)^\|Subject: 見積書の件$")

    def test_nothing_and_cat_mean_none(self):
        for pager in ("", "cat"):
            self.assertIn("\nhello", self.see("show", "work", "1", environment={"PAGER": pager}).screen.text())

    def test_a_pager_that_is_not_there_is_done_without(self):
        self.assertIn("\nhello", self.see("show", "work", "1", environment={"PAGER": "no-such-pager"}).screen.text())

    def test_a_pager_that_is_left_early_is_no_error(self):
        self.mailbox.messages["big"] = mail(text="line\n" * 200_000)
        self.assertEqual(self.see("show", "work", "last", environment={"PAGER": "head -n 1"}).screen.text(),
                         "From: ann@example.org")

    def test_raw_and_other_commands_never_get_one(self):
        pager = {"PAGER": "sed s/^/|/"}
        self.assertNotIn("|", self.see("show", "work", "1", "--raw", environment=pager).screen.text())
        self.assertNotIn("|", self.see("list", "work", environment=pager).screen.text())
        self.assertNotIn("|", self.run_plainly("show", "work", "1", environment=pager).stdout)


class Hostile(OnTerminal):
    """The screen refuses what a terminal would obey, so that seeing is enough."""

    messages = {f"6\x1b[2J%n%s{HOSTILE.encode().decode('latin-1')}"[:60]: MESSAGES["5-hostile"].replace(
        b"hello\n", HOSTILE.encode() + b"\n%n%s\n")}
    looks = [("list", "work"), ("list", "work", "--headers"), ("show", "work", "1"), ("show", "work", "1", "--headers"),
             ("info", "work"), ("stat", "work"), ("check", "work"), ("fetch", "--dry-run"), ("fetch", "-v"), ("fetch",),
             ("history",), ("list", "work")]

    def setUp(self):
        super().setUp()
        self.rude = self.serve(self.mailbox, RudeServer)
        self.configure(work=self.rude)

    def test_O01_O02_O03_no_command_passes_it_on(self):
        for words in self.looks:
            with self.subTest(words):
                self.assertNotRegex(self.see(*words, environment={"PAGER": "cat"}).raw, r"owned\x07|\x1b\[2J|\x9b|\u202e|\u2028")

    def test_O01_O02_no_refusal_passes_it_on(self):
        self.mailbox.password = "another"
        for words, status in [(("fetch",), 77), (("list", "work"), 77), (("info", "work"), 77), (("check", "work"), 2)]:
            with self.subTest(words):
                terminal = self.see(*words, status=status, columns=300)
                self.assertIn("%n%s", terminal.screen.text())

    def test_O01_O02_the_shell_and_the_trace_do_not_pass_it_on(self):
        terminal = self.person("shell", "work", "--trace", columns=300, rows=60)
        for line in ("ls", "head 1", "cat 1", "raw NOOP", "raw+ UIDL", "capa", "rm 1"):
            terminal.expect(r"(?m)^work> *\Z")
            terminal.await_silence()
            terminal.type(line + "\n")
        terminal.expect("will be deleted")
        terminal.type("abort\n")
        self.assertEqual(terminal.finish(), 0)

    def test_O05_a_trace_file_has_one_record_a_line_whatever_the_server_says(self):
        self.mailbox.password = "another"
        self.run_plainly("stat", "work", "--trace=trace", status=77)
        lines = (self.home / "trace").read_bytes().split(b"\n")
        self.assertTrue(all(re.match(rb"[CS]: [ -~]*$", line) for line in lines[:-1]), lines)
        self.assertIn(b"%n%s", lines[-2] + lines[-3])

    def test_O05_an_error_is_one_line_in_the_mail_that_cron_sends(self):
        self.mailbox.password = "another"
        self.assertEqual(len(self.run_plainly("fetch", status=77).stderr.splitlines()), 1)

    def test_O08_a_subject_of_a_mebibyte_is_cut_with_a_mark(self):
        self.mailbox.messages = {"u": mail(subject="x" * (1 << 20), **{f"Received_{n}": "x" for n in range(2000)})}
        line = self.see("list", "work", "--headers").screen.lines()[1]
        self.assertTrue(line.endswith("x…"), line)
        self.assertLess(len(self.run_plainly("list", "work", "--headers").stdout), 3000)


class Streams(OnTerminal):
    looks = [("list", "work"), ("list", "work", "--json"), ("list", "work", "--ndjson"), ("show", "work", "1"),
             ("show", "work", "1", "--raw"), ("save", "work", "1", "-o", "-"), ("stat", "work"), ("info", "work"),
             ("history",), ("accounts",), ("fetch", "--dry-run"), ("--help",), ("list", "--help"), ("--version",),
             ("delete", "work", "1", "--dry-run")]

    def test_O06_a_full_standard_output_is_an_error_for_every_command(self):
        for words in self.looks:
            with self.subTest(words), open("/dev/full", "w", encoding="utf-8") as full:
                done = self.run_plainly(*words, status=74, capture_output=False, stdout=full, stderr=subprocess.PIPE)
                self.assertRegex(done.stderr, r"^popfetch: .*standard output: no space left on device[^\n]*\n$")

    def test_O06_a_reader_who_has_seen_enough_ends_it_quietly(self):
        self.mailbox.messages = {f"u{number}": MESSAGES["1-osaka"] for number in range(3000)}
        for words in (["list", "work"], ["list", "work", "--ndjson"], ["show", "work", "all"]):
            with self.subTest(words):
                read, write = os.pipe()
                os.close(read)
                done = self.run_plainly(*words, status=74, capture_output=False, stdout=write, stderr=subprocess.PIPE)
                os.close(write)
                self.assertEqual(done.stderr, "")

    def test_O06_mail_and_ledger_are_right_although_nobody_could_be_told(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.run_plainly("fetch", "--json", status=74, capture_output=False, stdout=full, stderr=subprocess.DEVNULL)
        self.run_plainly("fetch")
        self.assertEqual(self.mail_in("work"), sorted(MESSAGES.values()))

    def test_O06_closed_standard_streams_are_survived(self):
        done = subprocess.run(["sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', POPFETCH, "fetch"], env=self.environment,
                              cwd=self.home, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.mail_in("work"), sorted(MESSAGES.values()))

    def test_a_script_that_fetches_hears_nothing_when_all_is_well(self):
        done = self.run_plainly()
        self.assertEqual(done.stdout + done.stderr, "")
        self.assertEqual(self.run_plainly("fetch", "--dry-run", "--json").stderr, "")

    def test_a_mistake_under_json_is_an_object(self):
        for words, kind in [(["lits", "work"], "config.unknown_account"), (["list", "work", "--json-lines"], "usage.option"),
                            (["list"], "usage.missing"), (["list", "work", "--sort", "siez"], "usage.value"),
                            (["info", "work", "too", "many"], "usage.word"), (["list", "work", "x"], "usage.message"),
                            (["list", "work", "--where", "sice>1"], "usage.value"), (["list", "work", "--ndjson"], "usage.together")]:
            with self.subTest(words):
                done = self.run_plainly(*words, "--json", status=78 if kind.startswith("config") else 64)
                error = json.loads(done.stdout)
                self.assertEqual((done.stderr, error["event"], error["class"]), ("", "error", kind))
                self.assertEqual(error["exit"], done.returncode)

    def test_mistakes_are_told_with_what_would_be_right(self):
        for words, text in [
            (["lits", "work"], 'there is no account "lits"; did you mean the command list?'),
            (["help", "lits"], 'there is no command "lits"; did you mean "list"?'),
            (["help", "nonsense"], 'there is no command "nonsense"; popfetch --help lists them'),
            (["list", "wrok"], 'there is no account "wrok"; did you mean "work"?'),
            (["list", "work", "--hedaers"], "there is no option --hedaers; did you mean --headers?"),
            (["list"], "ACCOUNT|URL is missing; usage: popfetch list [OPTION...] ACCOUNT|URL [MSG...]"),
            (["save", "work", "1"], "nothing says where to; -o DIR|FILE|- for the messages, --attachments DIR for what is attached to them"),
            (["info", "work", "now"], '"now" is one word too many; usage: popfetch info [OPTION...] ACCOUNT|URL'),
            (["list", "work", "--sort", "siez"],
             '--sort: "siez" is none of number, size, state, date, from, subject; did you mean "size"?'),
            (["fetch", "--jobs", "many"], '--jobs: "many" is no number from 1 to 100'),
            (["fetch", "--max-size", "big"], '--max-size: "big" is no size; write it as 300K, 50M or 1G'),
            (["fetch", "--config"], "--config: FILE is missing; usage: popfetch fetch [OPTION...] [ACCOUNT|URL...]"),
            (["list", "work", "--where", "sice>1M"], '--where: there is no field "sice"; did you mean "size"?'),
            (["fetch", "--to", "mialdir:x"],
             '--to: "mialdir:x" is no place to deliver to; expected maildir:PATH, mbox:PATH, files:DIR or stdout:'),
            (["fetch", "--delete", "5x"],
             '--delete: when to delete is "5x"; expected "never", "fetched" or an age such as "14d"'),
            (["fetch", "--where", "state=neww"], '--where: there is no state "neww"; did you mean "new"?'),
            (["show", "work", "seven"], '"seven" names no message; write a number (7), a range (3-9, 5-), uid:UID, last, or all'),
        ]:
            with self.subTest(words):
                done = self.run_plainly(*words, status=78 if "no account" in text else 64)
                self.assertTrue(done.stderr.endswith(text + "\n"), done.stderr)
                self.assertTrue(done.stderr.startswith("popfetch: "), done.stderr)
    def test_a_word_without_a_configuration_is_told_how_to_go_on(self):
        path = self.home / ".config/popfetch/popfetch.toml"
        path.unlink()
        for word, advice in [
            ("alice@isp.example", "write one (man popfetch.toml has an example), or give a URL: pops://alice@isp.example"),
            ("lits", "did you mean the command list?"),
            ("nowhere", "write one (man popfetch.toml has an example), name one with --config, or give a URL: popfetch "
                        "pops://user@host --to maildir:PATH"),
        ]:
            for command in ([], ["fetch"], ["list"], ["stat"], ["info"]):
                with self.subTest(command=command, word=word):
                    self.assertEqual(self.run_plainly(*command, word, status=78).stderr,
                                     f'popfetch: {path}: there is no configuration, so no account "{word}"; {advice}\n')
        self.assertEqual(json.loads(self.run_plainly("alice@isp.example", "--json", status=78).stdout)["class"], "config.missing")

    def test_a_server_that_a_url_names_is_named_once(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            place = f"127.0.0.1:{free.getsockname()[1]}"
        for user in ("", "alice@"):
            with self.subTest(user):
                done = self.run_plainly("info", f"pops://{user}{place}", status=75)
                self.assertEqual(done.stderr, f"popfetch: {user}{place}: cannot connect: connection refused\n")

    def test_an_unknown_option_of_check_is_unknown_to_the_monitor(self):
        self.assertEqual(self.run_plainly("check", "--colour", status=3).stdout,
                         "POPFETCH UNKNOWN: there is no option --colour; did you mean --color?\n")
        error = json.loads(self.run_plainly("check", "--colour", "--json", status=3).stdout)
        self.assertEqual((error["event"], error["class"], error["exit"]), ("error", "usage.option", 64))


class Choice(OnTerminal):
    def test_where_chooses_what_is_fetched_and_the_rest_comes_another_time(self):
        self.run_plainly("fetch", "--where", "from~example.com or subject~nightly")
        self.assertEqual(self.mail_in("work"), sorted([MESSAGES["1-osaka"], MESSAGES["3-long"]]))
        self.run_plainly("fetch", "--where", "size<200", "--where", "state=new")
        self.assertEqual(len(self.mail_in("work")), 3)
        self.run_plainly("fetch")
        self.assertEqual(self.mail_in("work"), sorted(MESSAGES.values()))

    def test_the_limits_of_a_run_count_what_was_chosen(self):
        self.run_plainly("fetch", "--where", "number>2", "--max-messages", "1")
        self.assertEqual(self.mail_in("work"), [MESSAGES["3-long"]])

    def test_dry_run_tells_the_same(self):
        text = self.run_plainly("fetch", "--dry-run", "--where", "number=2").stdout
        self.assertRegex(text, r"^work  would fetch 1 \(\d+\), delete 0, keep 0, skip 4\n")
        self.assertEqual(len(re.findall(r"(?m)^  skip .*not chosen by --where$", text)), 4)

    def test_events_say_why_a_message_was_left(self):
        events = [json.loads(line) for line in self.run_plainly("fetch", "--json", "--where", "number=2").stdout.splitlines()]
        self.assertEqual([event["reason"] for event in events if event["event"] == "skipped"], ["not_chosen"] * 4)
        self.assertEqual(events[-1]["skipped"], 4)

    def test_a_rule_for_deletion_deletes_nothing_that_was_not_fetched(self):
        self.run_plainly("fetch", "--where", "number=2", "--delete", "fetched")
        self.assertEqual(self.mailbox.deleted, ["2-zoe"])

    def test_a_server_without_top_cannot_be_asked_for_headers(self):
        class WithoutTop(Session):
            def multi(self, lines):
                super().multi([line for line in lines if line != "TOP"])

        class Server(RudeServer):
            session_type = WithoutTop

        self.configure(work=self.serve(self.mailbox, Server))
        self.assertIn("TOP", self.run_plainly("fetch", "--where", "from~ann", status=69).stderr)
        self.assertEqual(self.mail_in("work"), [])


if __name__ == "__main__":
    POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
