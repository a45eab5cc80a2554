#!/usr/bin/env python3
"""Replies and messages as no server should send them, against the binary. usage: parsing_test.py POPFETCH"""

import json

import stage
from stage import Stage

LETTER = b"From: ann@example.net\nSubject: hello\n\nhello\n"


class Messages(Stage):
    def fetched(self, messages, **options):
        self.configure(self.mailbox(messages, **options))
        self.fetch()
        self.assertEqual(self.delivered(), sorted(messages))

    def test_P25_a_UID_that_is_used_again_after_its_deletion_is_fetched_before_it_is_deleted(self):
        first, second = b"Subject: first\n\none\n", b"Subject: other\n\ntwo\n"
        self.assertEqual(len(first), len(second))
        for messages in ({"1": first}, {}, {"1": second}):
            self.configure(self.mailbox(messages), delete="fetched")
            self.fetch()
        self.assertEqual(sorted(self.delivered()), sorted([first, second]))

    def test_P13_P14_P16_any_octets_and_any_shape_of_header_come_out_as_they_went_in(self):
        self.fetched([b"Subject: headers only\n", b"Subject: headers only\n\n", b"no header at all\n", b"\nbody after a blank line\n", b"\n",
                      b"Subject: NUL\0here\n\nand \0 here\n", b"Subject: CR\n\nlone \r here\nCR CR LF\r\r\nend\n",
                      b" begins with a folded line\n\nbody\n", b"Subject: 8 bit \xff\xfe\n\n\x80\x9b\n"])

    def test_P16_a_header_of_10_MiB_is_mail_like_any_other(self):
        self.fetched([b"X-Long: " + b"x" * (5 << 20) + b"\n" + b"X-Many: y\n" * (1 << 19) + b"\nbody\n", LETTER])

    def test_P15_a_line_of_100_MiB_is_delivered_in_little_memory(self):
        message = b"Subject: long\n\n" + b"x" * (100 << 20) + b"\n"
        peaks = []

        def do_quit(session, argument):
            peaks.append(self.peak(process))
            return stage.Session.do_quit(session, argument)
        server = self.mailbox([message])
        server.session_type = type("Session", (stage.Session,), {"do_quit": do_quit})
        self.configure(server, delete="fetched")              # so it waits for what QUIT brings
        process = self.start("fetch")
        self.assertEqual(process.wait(stage.PATIENCE), 0)
        self.assertEqual(self.delivered(), [message])
        if not stage.is_instrumented():
            self.assertLess(peaks[0], 64 << 10)

    def test_P11_text_glued_to_the_dot_ends_nothing_and_the_message_stays_where_it_is(self):
        def talk(peer):
            peer.greet()
            peer.log_in()
            peer.scan((20, "glued"))
            peer.expect("RETR 1")
            peer.send(b"+OK\r\nSubject: x\r\n\r\ntext.\r\n")
            peer.wait_for_the_end()
        server = self.scripted(talk)
        self.configure(server, timeout="1s", delete="fetched")
        self.assertEqual(self.error("a", status=75)["class"], "net.timeout")
        self.assertEqual(self.delivered(), [])
        server.finish()
        self.assertFalse({"DELE 1", "QUIT"} & set(server.heard))

    def test_P12_an_empty_message_is_delivered_where_it_is_listed_as_one(self):
        def talk(peer):
            peer.greet()
            peer.log_in()
            peer.scan((0, "empty"), LETTER)
            peer.expect("RETR 1")
            peer.say("+OK", ".")
            peer.retr(2, LETTER)
            peer.wait_for_the_end()
        self.configure(self.scripted(talk))
        self.fetch()
        self.assertEqual(self.delivered(), [b"", LETTER])

    def test_P36_a_message_that_never_ends_does_not_keep_the_others_away_for_ever(self):
        def endless(peer):
            peer.greet()
            peer.log_in()
            peer.scan((10_000, "endless"), (len(stage.on_the_wire(LETTER)), "good"))
            peer.expect("RETR 1")
            peer.say("+OK")
            while True:
                peer.send(b"x" * (1 << 20) + b"\r\n")

        def patient(peer):
            peer.greet()
            peer.log_in()
            peer.scan((10_000, "endless"), (len(stage.on_the_wire(LETTER)), "good"))
            peer.retr(2, LETTER)
            peer.wait_for_the_end()
        server = self.scripted(endless, patient)
        self.configure(server)
        self.fetch(status=76)
        self.assertEqual(self.delivered(), [])
        self.fetch(status=75)  # it waits, and that is no success (L05)
        self.assertEqual(self.delivered(), [LETTER])
        self.assertNotIn("DELE", " ".join(server.heard))

    def test_P37_messages_beyond_4_GiB_are_counted_and_left_where_they_are_too_large(self):
        def talk(peer):
            peer.greet()
            peer.log_in()
            peer.scan(((2 << 30) + 1, "a"), ((4 << 30) + 1, "b"), ((1 << 63) + 1, "c"))
            peer.wait_for_the_end()
        self.configure(self.scripted(talk), max_size="1G")
        listed = json.loads(self.run_popfetch("list", "a", "--json").stdout)
        self.assertEqual([m["size"] for m in listed["messages"]], [(2 << 30) + 1, (4 << 30) + 1, (1 << 63) + 1])
        self.fetch()
        self.assertEqual(self.delivered(), [])

    def test_P44_replies_that_come_octet_by_octet_are_the_same_replies(self):
        server = self.mailbox([LETTER, b"Subject: dots\n\n.\n..\n.x\n"])

        def drip(connection, data):
            connection.setsockopt(stage.socket.IPPROTO_TCP, stage.socket.TCP_NODELAY, 1)
            for octet in data:
                connection.sendall(bytes([octet]))
        server.send = drip
        self.configure(server, delete="fetched")
        self.fetch()
        self.assertEqual(self.delivered(), sorted([LETTER, b"Subject: dots\n\n.\n..\n.x\n"]))
        self.assertEqual(server.mailbox.messages, {})


class Uids(Stage):
    def test_P21_long_UIDs_are_kept_whole_and_told_apart_and_longer_ones_are_none(self):
        uids = [end.rjust(length, "u") for length in (70, 71, 128, 129, 4096) for end in ("a", "b")]
        server = self.mailbox({uid: f"Subject: {n}\n\n{n}\n".encode() for n, uid in enumerate(uids)})
        self.configure(server)
        for _ in range(2):
            self.fetch()
            self.assertEqual(len(self.delivered()), len(uids))
        server.mailbox.messages = {"u" * 4097: LETTER, "u" * 4098: b"Subject: other\n\n"}
        self.configure(server, delete="fetched")
        self.fetch()
        self.assertEqual(len(self.delivered()), len(uids) + 2)
        self.assertEqual(server.mailbox.messages, {})

    def test_P25_a_known_UID_of_another_size_is_another_message(self):
        server = self.mailbox({"reused": LETTER})
        self.configure(server)
        self.fetch()
        server.mailbox.messages = {"reused": LETTER + b"and more\n"}
        self.fetch()
        self.assertEqual(self.delivered(), sorted([LETTER, LETTER + b"and more\n"]))


class Top(Stage):
    """P38: what TOP says decides about no delivery and no deletion."""

    def answering(self, answer):
        """A mailbox of one message, whose TOP answers with a part of it, or with more."""
        def do_top(session, argument):
            session.ok()
            session.out.append(stage.stuffed(stage.on_the_wire(answer)) + b".\r\n")
        server = self.mailbox([LETTER + b"x" * 100_000 + b"\n"])
        server.session_type = type("Session", (stage.Session,), {"do_top": do_top})
        return server

    def test_P38_a_fetch_uses_no_TOP_at_all(self):
        server = self.answering(b"\n")
        self.configure(server, delete="fetched")
        trace = self.fetch("--trace").text
        self.assertNotIn("C: TOP", trace)
        self.assertEqual(self.delivered(), [LETTER + b"x" * 100_000 + b"\n"])
        self.assertEqual(server.mailbox.messages, {})

    def test_P38_whatever_TOP_sends_a_message_is_listed_and_shown_and_still_there(self):
        whole = LETTER + b"x" * 100_000 + b"\n"
        for answer, subject in ((whole, "hello"), (b"From: ann@example.net\n", ""), (whole[:70_000], "hello"), (b"", "")):
            with self.subTest(answer[:60]):
                server = self.answering(answer)
                self.configure(server, delete="fetched")
                told = self.run_popfetch("list", "a", "--headers", "--json", status=0 if answer else 75).stdout
                (message,) = json.loads(told)["messages"]
                self.assertEqual(message.get("subject") or "", subject)
                self.assertEqual(list(server.mailbox.messages), ["uid1"])

    def test_P38_adopting_believes_a_TOP_only_where_the_octets_agree_too(self):
        for answer in (b"From: ann@example.net\n", b""):
            with self.subTest(answer):
                server = self.answering(answer)
                self.configure(server, deliver="maildir:Mail")
                self.fetch("--adopt")
                self.assertEqual(self.delivered(), [LETTER + b"x" * 100_000 + b"\n"])
                for path in (self.home / "state").iterdir():
                    path.unlink()
                for path in (self.home / "Mail/new").iterdir():
                    path.unlink()


class Utf8(Stage):
    LETTER = "Subject: gr\u00fc\u00dfe\n\n\u2713\n".encode()

    def test_P42_where_UTF8_is_announced_it_is_asked_for_before_the_login(self):
        """Courier 1.0.16 does not refuse such a message without it: it sends a note with the message attached."""
        def play(peer):
            peer.greet("USER", "UIDL", "UTF8")
            peer.expect("UTF8")
            peer.say("+OK")
            peer.log_in()
            peer.scan((len(stage.on_the_wire(self.LETTER)), "eai"))
            peer.retr(1, self.LETTER)
            peer.wait_for_the_end()
        self.configure(self.scripted(play))
        self.fetch()
        self.assertEqual(self.delivered(), [self.LETTER])

    def test_P42_a_server_that_refuses_UTF8_gives_what_does_not_need_it(self):
        def play(peer):
            peer.greet("USER", "UIDL", "UTF8")
            peer.expect("UTF8")
            peer.say("-ERR not today")
            peer.log_in()
            peer.scan((20, "eai"), LETTER)
            peer.expect("RETR 1")
            peer.say("-ERR [UTF8] this one needs the UTF8 command")
            peer.retr(2, LETTER)
            peer.wait_for_the_end()
        self.configure(self.scripted(play))
        self.assertIn("[UTF8] this one needs", self.fetch(status=75).text)
        self.assertEqual(self.delivered(), [LETTER])


if __name__ == "__main__":
    stage.main()
