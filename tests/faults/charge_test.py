#!/usr/bin/env python3
"""What breaks a session is charged to what broke it: one message, one DELE, or several commands at once; and a header
that was not read is no empty header. usage: charge_test.py POPFETCH"""

import json
import socket
import struct

import stage
from stage import Session, Stage

LETTERS = [f"From: {who}@example.org\nSubject: {n}\n\nhello {n}\n".encode()
           for n, who in enumerate(("ann", "bob", "boss", "dan"), 1)]


def wait_for_the_end(session):
    session.flush()
    while session.connection.recv(4096):
        pass
    return "end"


def fin(session):
    session.flush()
    return "end"


def rst(session):
    session.flush()
    session.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    session.connection.close()
    raise OSError


def saying(text):
    def end(session):
        session.out.append(text)
        return wait_for_the_end(session)
    return end


def disturbed(**tricks):
    """A session type that answers some commands otherwise; RETR_2=trick for one message, LIST=trick for a verb."""
    class Disturbed(Session):
        def line(self):
            line = super().line()
            if line is not None:
                self.server.heard.append(line)
            return line
    for name, trick in tricks.items():
        verb, _, number = name.partition("_")
        base = getattr(Disturbed, f"do_{verb.lower()}")

        def do(self, argument, base=base, number=number, trick=trick):
            return trick(self) if not number or argument.split()[0] == number else base(self, argument)
        setattr(Disturbed, f"do_{verb.lower()}", do)
    return Disturbed


def hears_one_of(*verbs, then):
    """Copes with one such command at a time."""
    class OneByOne(Session):
        def line(self):
            line = super().line()
            if line is not None and line.split()[0] in verbs and self.buffer and self.listing is not None:
                self.buffer = b""
                self.deaf = then
            return line

        deaf = None

        def run(self):
            super().run()
            if self.deaf == "silent":
                wait_for_the_end(self)

        def do_stat(self, argument):
            return super().do_stat(argument) or self.ending()

        def ending(self):
            return "end" if self.deaf == "closed" else None

        do_capa = lambda self, argument: Session.do_capa(self, argument) or self.ending()
        do_retr = lambda self, argument: Session.do_retr(self, argument) or self.ending()
        do_top = lambda self, argument: Session.do_top(self, argument) or self.ending()
        do_dele = lambda self, argument: Session.do_dele(self, argument) or self.ending()
    return OneByOne


class Charge(Stage):
    def server(self, session_type, letters=tuple(LETTERS), **options):
        server = self.mailbox(list(letters), **options)
        server.session_type, server.heard = session_type, []
        return server

    def account(self, server, **keys):
        name = f"s{server.port}"
        self.configure(server, state_id=name, deliver=f"maildir:{name}", timeout="1s", **keys)
        return name


class OneMessage(Charge):
    endings = {"FIN": fin, "RST": rst, "silence": wait_for_the_end, "blank": saying(b"\r\n"),
               "a dot and a CR": saying(b"+OK\r\nSubject: 2\r\n.\r"),
               "a lone LF before the dot": saying(b"+OK\r\n" + stage.on_the_wire(LETTERS[1])[:-2] + b"\n\n.\r\n"),
               "a dot that was not stuffed": saying(b"+OK\r\nSubject: 2\r\n\r\n.\r\nthe rest\r\n.\r\n")}

    def test_N04_a_message_at_which_every_session_breaks_is_named_and_passed_by_and_the_others_come_and_go(self):
        others = sorted(LETTERS[:1] + LETTERS[2:])
        for how, end in self.endings.items():
            for pipelining in (True, False):
                with self.subTest(how, pipelining=pipelining):
                    server = self.server(disturbed(RETR_2=end), pipelining=pipelining)
                    folder = self.account(server, delete="fetched")
                    told = self.error("a", status=self.status_of(how))
                    self.assertIn("uid2", json.dumps(told))
                    server.heard.clear()
                    self.fetch(status=None)
                    self.assertNotIn("RETR 2", server.heard)
                    self.assertEqual(self.delivered(folder), others)
                    self.assertEqual(list(server.mailbox.messages), ["uid2"])

    @staticmethod
    def status_of(how):
        return 76 if how in ("blank", "a dot that was not stuffed") else 75

    def test_N04_a_message_that_broke_a_session_is_tried_again_after_the_others(self):
        server = self.server(disturbed(RETR_2=fin), pipelining=False)
        self.account(server)
        self.fetch(status=75)
        server.heard.clear()
        self.fetch("--force", status=75)
        self.assertEqual([line for line in server.heard if line.startswith("RETR")], ["RETR 3", "RETR 4", "RETR 2"])
        server.session_type = disturbed()
        self.fetch("--force")

    def test_N08_a_message_that_breaks_alone_too_is_no_reason_to_go_without_pipelining(self):
        server = self.server(disturbed(RETR_2=fin))
        self.account(server, delete="never")
        self.fetch(status=75)
        server.session_type = disturbed()
        server.heard.clear()
        text = self.fetch("--force", "--trace").text
        self.assertIn("a C: RETR 3\na C: RETR 4\n", text)


class OneDeletion(Charge):
    def test_P39_a_DELE_at_which_every_session_breaks_is_left_out_and_the_others_are_done(self):
        for how, end in {"FIN": fin, "RST": rst, "silence": wait_for_the_end, "blank": saying(b"\r\n")}.items():
            for pipelining in (True, False):
                with self.subTest(how, pipelining=pipelining):
                    server = self.server(disturbed(DELE_3=end), pipelining=pipelining)
                    folder = self.account(server, delete="fetched")
                    self.assertIn("uid3", json.dumps(self.error("a", status=76 if how == "blank" else 75)))
                    server.heard.clear()
                    self.assertIn("message 3 is not deleted", self.fetch().text)
                    self.assertNotIn("DELE 3", server.heard)
                    self.assertEqual(self.delivered(folder), sorted(LETTERS))
                    self.assertEqual(list(server.mailbox.messages), ["uid3"])
                    server.session_type = disturbed()
                    self.fetch("--force")
                    self.assertEqual(server.mailbox.messages, {})


class Renumbering(Session):
    """What is behind a deleted message moves up at once."""

    def do_dele(self, argument):
        number = int(argument)
        if not 1 <= number <= len(self.listing):
            return self.err("no such message")
        uid, _ = self.listing.pop(number - 1)
        self.server.gone.append(uid)
        return self.ok()

    def do_quit(self, _):
        for uid in self.server.gone:
            self.box.messages.pop(uid, None)
        self.ok()
        return "end"


class Order(Charge):
    def test_P39_a_server_that_renumbers_after_each_DELE_deletes_what_was_meant(self):
        long = b"Subject: long\n\n" + b"x" * 5000 + b"\n"
        for command in (("fetch", "a"), ("delete", "a", "1-2", "--yes")):
            with self.subTest(command[0]):
                server = self.server(Renumbering, [*LETTERS[:2], long, LETTERS[3]])
                server.gone = []
                self.account(server, delete="fetched", max_size="1K")
                self.run_popfetch(*command)
                self.assertIn("uid3", server.mailbox.messages)
                self.assertNotIn("uid1", server.mailbox.messages)
                self.assertNotIn("uid2", server.mailbox.messages)


class Several(Charge):
    def test_N08_a_server_that_does_not_cope_with_some_commands_together_is_fetched_at_once_and_later(self):
        for verbs in (("CAPA", "STAT"), ("RETR",), ("DELE",), ("CAPA", "STAT", "RETR", "TOP", "DELE")):
            for then in ("silent", "closed"):
                with self.subTest(verbs, then=then):
                    server = self.server(hears_one_of(*verbs, then=then))
                    folder = self.account(server, delete="fetched")
                    self.assertIn("going on without pipelining", self.fetch().text)
                    self.assertEqual(self.delivered(folder), sorted(LETTERS))
                    self.assertEqual(server.mailbox.messages, {})
                    server.mailbox.messages |= {"uid8": LETTERS[0], "uid9": LETTERS[1]}
                    self.assertNotIn("pipelining", self.fetch().text)
                    self.assertEqual(len(self.delivered(folder)), 6)
                    self.assertEqual(server.mailbox.messages, {})

    def test_N08_every_command_goes_on_without_pipelining(self):
        for verbs in (("CAPA", "STAT"), ("TOP",), ("RETR",), ("DELE",)):
            for then in ("silent", "closed"):
                with self.subTest(verbs, then=then):
                    server = self.server(hears_one_of(*verbs, then=then))
                    folder = self.home / self.account(server)
                    folder.mkdir()
                    for command in (("list", "a", "--headers"), ("check", "a"), ("stat", "a"), ("fetch", "a", "--dry-run"),
                                    ("save", "a", "all", "-o", folder), ("delete", "a", "2-3", "--yes")):
                        self.run_popfetch(*command)
                    shown = self.run_popfetch("show", "a", "all").stdout
                    self.assertEqual([shown.count(b"hello %d" % n) for n in (1, 2, 3, 4)], [1, 0, 0, 1])
                    self.assertEqual(list(server.mailbox.messages), ["uid1", "uid4"])


def refused(session):
    session.err("Can't get the letter, try again later")


class Headers(Charge):
    def setUp(self):
        super().setUp()
        self.letterbox = self.server(disturbed(TOP_3=refused))
        self.folder = self.account(self.letterbox)

    def test_P38_nothing_is_deleted_by_a_header_that_was_not_read(self):
        told = self.run_popfetch("delete", "a", "--where", "not from~boss", "--yes", status=75).text
        self.assertIn("message 3", told)
        self.assertIn("Can't get the letter", told)
        self.assertEqual(list(self.letterbox.mailbox.messages), ["uid3"])

    def test_P38_nothing_is_left_as_not_chosen_by_a_header_that_was_not_read(self):
        told = self.fetch("a", "--where", "from~boss", status=75).text
        self.assertIn("message 3", told)
        self.assertIn("Can't get the letter", told)
        lines = self.fetch("a", "--where", "from~bo", "--json", status=75).stdout.decode().splitlines()
        skipped = {e["number"]: e["reason"] for e in map(json.loads, lines) if e["event"] == "skipped"}
        self.assertEqual(skipped[3], "header_unread")
        self.assertEqual(self.delivered(self.folder), [LETTERS[1]])

    def test_P38_what_another_condition_decides_needs_no_header(self):
        self.run_popfetch("delete", "a", "--where", "number=3 or from~boss", "--yes")
        self.run_popfetch("delete", "a", "--where", "state=failed and not from~boss", "--yes")
        self.assertEqual(list(self.letterbox.mailbox.messages), ["uid1", "uid2", "uid4"])

    def test_P38_a_listing_marks_a_header_that_was_not_read(self):
        self.assertIn(b"header not read", self.run_popfetch("list", "a", "--headers", status=75).stdout)
        told = json.loads(self.run_popfetch("list", "a", "--headers", "--json", status=75).stdout)
        self.assertIn("Can't get", told["messages"][2]["header_error"])
        self.assertNotIn("subject", told["messages"][2])
        shown = self.run_popfetch("list", "a", "--where", "from~nobody", status=75).stdout
        self.assertIn(b"header not read", shown)

    def test_P38_one_surplus_reply_shifts_no_header(self):
        def surplus(session):
            session.out.append(b"+OK\r\nFrom: boss@example.org\r\n\r\n.\r\n")
            Session.do_top(session, "1 0")
        server = self.server(disturbed(TOP_1=surplus))
        self.account(server)
        self.run_popfetch("delete", "a", "--where", "from~boss", "--yes", status=76)
        self.assertEqual(len(server.mailbox.messages), 4)


class OneLine(Charge):
    def test_P30_a_server_that_answers_CAPA_with_one_line_is_fetched_as_one_without_it(self):
        asked = []

        def one_line(session):
            asked.append("CAPA")
            session.ok("no list here")
        server = self.server(disturbed(CAPA=one_line))
        folder = self.account(server, delete="fetched")
        self.fetch()
        self.assertEqual(self.delivered(folder), sorted(LETTERS))
        server.mailbox.messages["uid9"] = LETTERS[0]
        self.fetch()                                         # and the next run knows
        self.assertEqual((server.mailbox.messages, asked), ({}, ["CAPA"]))


class Unstuffed(Charge):
    def test_P09_a_server_that_does_not_stuff_loses_no_dot_where_its_sizes_tell(self):
        dotted = b"Subject: d\n\n.02 test\n..two\n.\rx\nend\n"
        plain = b"Subject: p\n\n..two\n.three\n"

        def unstuffed(session):
            session.out.append(b"+OK\r\n" + stage.on_the_wire(dotted) + b".\r\n")
        for pipelining in (True, False):
            server = self.server(disturbed(RETR_2=unstuffed), [LETTERS[0], dotted, plain], pipelining=pipelining)
            folder = self.account(server, delete="fetched")
            self.fetch()
            self.assertEqual(self.delivered(folder), sorted([LETTERS[0], dotted, plain]))
            self.assertEqual(server.mailbox.messages, {})


class Told(Charge):
    def events(self, *arguments, status):
        return [json.loads(line) for line in self.run_popfetch("delete", "a", "all", "--yes", "--json", *arguments,
                                                               status=status).stdout.splitlines()]

    def test_P39_a_DELE_that_was_refused_is_not_told_as_deleted(self):
        server = self.server(disturbed(DELE_2=lambda session: session.err("no")))
        self.account(server)
        told = {event["number"]: event["event"] for event in self.events(status=75)}
        self.assertEqual(told, {1: "deleted", 2: "failed", 3: "deleted", 4: "deleted"})

    def test_N09_what_QUIT_did_not_confirm_is_not_told_as_deleted(self):
        for end, status in ((fin, 75), (lambda session: session.err("some deleted messages not removed") or "end", 69)):
            server = self.server(disturbed(QUIT=end))
            self.account(server)
            events = self.events(status=status)
            self.assertEqual([event["event"] for event in events], ["failed"] * 4 + ["error"])
            self.assertEqual({event["class"] for event in events[:4]}, {"delete.uncertain"})


if __name__ == "__main__":
    stage.main()
