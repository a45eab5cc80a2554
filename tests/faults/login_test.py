#!/usr/bin/env python3
"""Logins that go wrong, seen from the user's side. usage: login_test.py POPFETCH"""

import sasl_server
import stage
from stage import PASSWORD, Stage

LETTER = b"Subject: hello\n\nhello\n"


class Refusals(Stage):
    def login_answered(self, answer, capabilities=()):
        def talk(peer):
            peer.greet(*capabilities)
            peer.expect("USER")
            peer.say("+OK")
            peer.expect("PASS")
            if answer:
                peer.say(answer)
                peer.wait_for_the_end()
        server = self.scripted(talk)
        self.configure(server)
        return server

    def test_A01_a_refused_password_is_tried_once_a_run_and_not_again_for_a_while(self):
        server = self.login_answered("-ERR [AUTH] invalid password")
        self.fetch(status=77)
        self.fetch(status=75)
        self.assertEqual((server.connections, server.heard.count(f"PASS {PASSWORD}")), (1, 1))
        self.fetch("--force", status=77)
        self.assertEqual(server.connections, 2)

    def test_A02_words_that_sound_busy_are_temporary(self):
        self.login_answered("-ERR mailbox is locked by another session")
        self.fetch(status=75)

    def test_A03_a_server_that_wants_a_pause_gets_it_and_force_overrides(self):
        for answer in ("-ERR [IN-USE] open elsewhere", "-ERR [LOGIN-DELAY] too soon", "-ERR login limit exceeded, wait 60 s"):
            with self.subTest(answer):
                server = self.login_answered(answer)
                self.configure(server, state_id=answer[5:7].strip("[") + str(server.port))
                self.fetch(status=75)
                self.assertEqual(self.error("a", status=75)["class"], "login.not_yet")
                self.assertEqual(server.connections, 1)
                self.fetch("--force", status=75)
                self.assertEqual(server.connections, 2)

    def test_A03_a_LOGIN_DELAY_in_CAPA_is_kept_to_without_any_refusal(self):
        def talk(peer):
            peer.greet("USER", "UIDL", "LOGIN-DELAY 300")
            peer.session(LETTER)
        server = self.scripted(talk)
        self.configure(server)
        self.fetch()
        self.assertEqual(self.error("a", status=75)["class"], "login.not_yet")
        self.assertEqual(server.connections, 1)

    def test_A04_a_close_in_place_of_an_answer_is_an_accident_once_and_a_refusal_twice(self):
        server = self.login_answered(None, ("USER", "UIDL", "SASL PLAIN CRAM-MD5"))
        self.configure(server, auth="USER")
        self.assertEqual(self.error("a", status=75)["class"], "auth.closed")
        self.assertEqual(self.error("a", status=77)["class"], "auth.closed")
        self.assertEqual((server.connections, len([line for line in server.heard if line.startswith("AUTH")])), (2, 0))

    def test_A05_STAT_refused_for_good_after_the_login_ends_the_session(self):
        def talk(peer):
            peer.greet()
            peer.log_in()
            peer.expect("STAT")
            peer.say("-ERR [SYS/PERM] POP access is switched off")
            peer.wait_for_the_end()
        server = self.scripted(talk)
        self.configure(server)
        self.assertEqual(self.error("a", status=76)["class"], "server.perm")
        server.finish()
        self.assertNotIn("QUIT", server.heard)


    def test_A01_another_password_ends_the_pause_and_the_first_word_says_how_long_it_is(self):
        server = self.login_answered("-ERR [AUTH] invalid password")
        self.assertRegex(self.fetch(status=77).text, r"no login before \S.*\d\d unless that changes \(--force tries at once\)")
        told = self.error("a", status=75)
        self.assertEqual(told["class"], "login.not_yet")
        self.assertIn("the last login was refused", told["text"])
        self.write("password", "corrected\n", 0o600)
        self.configure(server)
        self.fetch(status=77)
        self.assertEqual((server.connections, server.heard.count("PASS corrected")), (2, 1))
        self.fetch(status=75)
        self.configure(server, user="somebody-else")
        self.fetch(status=77)
        self.assertEqual(server.connections, 3)
        ledger = b"".join(path.read_bytes() for path in self.home.rglob("*.ledger*"))
        self.assertNotIn(b"corrected", ledger)
        self.assertNotIn(PASSWORD.encode(), ledger)

    def test_A03_a_pause_that_the_server_asks_for_is_called_that_and_is_no_longer_than_an_hour(self):
        def talk(peer):
            peer.greet("USER", "UIDL", "LOGIN-DELAY 4000000000")
            peer.session(LETTER)
        server = self.scripted(talk)
        self.configure(server)
        self.assertIn("that is kept to for an hour", self.fetch().text)
        told = self.error("a", status=75)
        self.assertEqual(told["class"], "login.not_yet")
        self.assertIn("the server asks for a pause", told["text"])

    def test_L12_a_mailbox_that_cannot_be_opened_is_told_as_that(self):
        for refused in ("STAT", "LIST"):
            for answer, status, kind in (("-ERR Exceeded the login limit", 75, "server.login_delay"),
                                         ("-ERR cannot open mailbox: internal error", 75, "server.busy"), ("-ERR no such box", 69, "server.refused")):
                with self.subTest(refused=refused, answer=answer):
                    def talk(peer, refused=refused, answer=answer):
                        peer.greet()
                        peer.log_in()
                        for command in ("STAT", "LIST", "UIDL"):
                            peer.expect(command)
                            if command == refused:
                                peer.say(answer)
                            else:
                                peer.say(*("+OK 0 0",) if command == "STAT" else ("+OK", "."))
                        peer.wait_for_the_end()
                    server = self.scripted(talk)
                    self.configure(server, state_id=f"box{server.port}")
                    told = self.error("a", status=status)
                    self.assertEqual(told["class"], kind)
                    self.assertIn("the server does not open the mailbox", told["text"])
                    self.assertNotIn("password", told["text"])


class Passwords(Stage):
    def test_an_account_without_a_password_keeps_no_other_from_being_fetched(self):
        server = self.mailbox([LETTER])
        self.configure(server, account="first", password="", deliver="maildir:First")
        self.configure(server, account="second", append=True, deliver="maildir:Second")
        told = self.fetch(status=78, start_new_session=True).text
        self.assertIn("first: ", told)
        self.assertIn("no password is configured", told)
        self.assertEqual(self.delivered("Second"), [LETTER])


class Exchanges(Stage):
    def serve(self, mechanism, users=None, iterations=sasl_server.ITERATIONS, **keys):
        def talk(peer):
            if sasl_server.log_in(peer, mechanism, users or {"demo": PASSWORD}, iterations):
                peer.scan()
                peer.wait_for_the_end()
        server = self.scripted(talk)
        self.configure(server, auth=mechanism, **keys)
        return server

    def test_A07_a_yes_in_place_of_the_invitation_is_taken_for_one_only_by_the_quirk(self):
        def talk(peer):
            peer.greet("UIDL", "SASL PLAIN LOGIN")
            peer.expect("AUTH LOGIN")
            peer.say("+OK")
            peer.hear()
            peer.say("+ " + sasl_server.b64("Password:"))
            peer.hear()
            peer.say("+OK")
            peer.scan()
            peer.wait_for_the_end()
        server = self.scripted(talk)
        self.configure(server, auth="LOGIN")
        self.assertEqual(self.error("a", status=76)["class"], "proto.bad_reply")
        self.configure(server, auth="LOGIN", quirks=["sasl_ok"])
        self.fetch()
        self.assertIn(sasl_server.b64(PASSWORD), server.heard)

    def test_A09_the_number_of_iterations_is_bounded_and_the_bounds_can_be_moved(self):
        for iterations, keys, status in ((4096, {}, 0), (4095, {}, 77), (1_000_001, {}, 77), (1000, {"scram_min_iterations": 1000}, 0),
                                         (9000, {"scram_max_iterations": 9000}, 0), (9001, {"scram_max_iterations": 9000}, 77)):
            with self.subTest(iterations=iterations, keys=keys):
                server = self.serve("SCRAM-SHA-256", iterations=iterations, **keys)
                self.fetch("--force", status=status)
                server.finish()
                if status:
                    self.assertEqual(server.heard[-1], "*")

    def test_A13_a_refused_token_is_asked_for_again_and_the_servers_words_are_shown_harmless(self):
        self.write("tokens", "")
        program = self.write("token", "#!/bin/sh\necho x >>tokens\necho token$(wc -l <tokens)\n", 0o700)

        def talk(peer):
            for expected in (False, True):
                if expected:
                    self.assertTrue(sasl_server.token(peer, {"demo": "token2"}, "OAUTHBEARER"))
                    peer.say("+OK")
                else:
                    self.assertFalse(sasl_server.log_in(peer, "OAUTHBEARER", {"demo": "token2"}))
            peer.scan()
            peer.wait_for_the_end()
        server = self.scripted(talk, lambda peer: [sasl_server.log_in(peer, "OAUTHBEARER", {"demo": "none"}),
                                                   sasl_server.token(peer, {"demo": "none"}, "OAUTHBEARER"), peer.say("-ERR [AUTH] no")])
        self.configure(server, auth="OAUTHBEARER", token_command=[str(program)], password="")
        self.fetch()
        told = self.fetch("--force", status=77).text
        self.assertIn("invalid_token", told)
        self.assertNotIn("\x1b", told)
        self.assertNotIn("token4", told)
        self.assertEqual((self.home / "tokens").read_text().count("x"), 4)

    def test_A15_odd_passwords_arrive_as_they_are(self):
        odd = " lead and trail %s %% \"'`$(id)\\ gr\u00fc\u00dfe " + "x" * 1000 + " "
        for mechanism in ("PLAIN", "LOGIN", "SCRAM-SHA-256", "CRAM-MD5"):
            for name, password in {"file": 'password_file = "odd"', "command": 'password_command = ["cat", "odd"]'}.items():
                with self.subTest(mechanism=mechanism, source=name):
                    self.write("odd", odd + "\n")
                    server = self.serve(mechanism, {"demo": odd})
                    self.configure(server, auth=mechanism, password=password, state_id=f"{mechanism}-{name}")
                    self.fetch()

    def test_A14_a_line_break_in_a_password_or_name_is_an_error_before_anything_is_sent(self):
        server = self.scripted(lambda peer: (peer.greet(), peer.wait_for_the_end()))
        self.write("with-nul", "a\0b\n")
        for keys, password in (({"user": "a\r\nDELE 1"}, 'password_file = "password"'), ({}, 'password = "a\\r\\nb"'),
                               ({}, 'password_file = "with-nul"'), ({}, 'password_command = ["cat", "with-nul"]')):
            with self.subTest(keys or password):
                self.configure(server, password=password, **keys)
                self.fetch(status=78)
        server.finish()
        self.assertFalse([line for line in server.heard if line.split(" ")[0] in ("USER", "PASS", "AUTH")])


if __name__ == "__main__":
    stage.main()
