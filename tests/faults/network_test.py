#!/usr/bin/env python3
"""Lines that break, stall and change underneath, seen from the user's side. usage: network_test.py POPFETCH"""

import resource
import signal
import threading

import stage
from stage import Stage

LETTERS = {f"uid{n}": f"Subject: {n}\n\nhello {n}\n".encode() for n in range(1, 5)}
FIRST, SECOND, THIRD = (LETTERS[f"uid{n}"] for n in (1, 2, 3))


class Meanwhile(Stage):
    def test_N10_what_others_delete_and_add_between_two_runs_moves_no_number_of_ours(self):
        server = self.mailbox(dict(LETTERS))
        self.configure(server)
        self.fetch()
        del server.mailbox.messages["uid1"]                   # every number moves
        server.mailbox.messages = {"uid9": b"Subject: 9\n\nnew\n", **server.mailbox.messages}
        self.configure(server, delete="fetched")
        self.fetch()
        self.assertEqual(self.delivered(), sorted([*LETTERS.values(), b"Subject: 9\n\nnew\n"]))
        self.assertEqual(server.mailbox.messages, {})

    def test_N10_what_others_delete_between_UIDL_and_RETR_is_told_and_what_they_add_waits(self):
        def talk(peer):
            peer.greet()
            peer.log_in()
            peer.scan(FIRST, SECOND, THIRD)
            peer.retr(1, FIRST)
            peer.expect("RETR 2")
            peer.say("-ERR Message 2 expunged.")
            peer.retr(3, THIRD)
            for number in (3, 1):                             # and no 2 and no 4
                peer.expect(f"DELE {number}")
                peer.say("+OK")
            peer.quit()
        server = self.scripted(talk)
        self.configure(server, delete="fetched")
        self.fetch()
        self.assertEqual(self.delivered(), sorted([FIRST, THIRD]))


class Silence(Stage):
    """N03, N05: each wait has its own end."""

    def test_N03_a_greeting_that_comes_later_than_the_user_waits_is_temporary(self):
        enough = threading.Event()
        server = self.scripted(lambda peer: enough.wait(stage.PATIENCE))
        self.addCleanup(enough.set)
        self.configure(server, greeting_timeout="1s")
        self.assertEqual(self.error("a", status=75)["class"], "net.timeout")

    def test_N05_silence_ends_the_session_in_every_phase_and_the_next_run_fetches_all(self):
        phases = ("CAPA", "USER", "PASS", "STAT", "LIST", "UIDL", "RETR", "body", "DELE")
        ends = []
        for phase in phases:
            enough = threading.Event()
            self.addCleanup(enough.set)
            server = self.mailbox({"uid1": FIRST, "uid2": SECOND}, pipelining=False)

            def send(connection, data, server=server, phase=phase, enough=enough):
                if server.asked == phase and not enough.is_set():
                    if phase == "body":
                        connection.sendall(data[: len(data) // 2])
                    enough.wait(stage.PATIENCE)
                connection.sendall(data)

            def receive(connection, server=server, phase=phase):
                data = connection.recv(65536)
                word = data.split()[0].decode() if data.split() else ""
                server.asked = "body" if (phase, word) == ("body", "RETR") else word
                return data
            server.asked, server.send, server.receive = "", send, receive
            self.configure(server, account=phase.lower(), append=True, timeout="1s", delete="fetched", deliver=f"maildir:{phase}")
            ends.append((phase, enough))
        processes = [self.start("fetch", phase.lower(), "--json") for phase in phases]
        for (phase, enough), process in zip(ends, processes):
            with self.subTest(phase):
                told = process.communicate(timeout=stage.PATIENCE)[0].decode()
                self.assertEqual(process.returncode, 75, told)
                self.assertIn("net.timeout", told)
                enough.set()
                self.fetch(phase.lower(), "--force")
                self.assertEqual(self.delivered(phase), sorted([FIRST, SECOND]))


class Doors(Stage):
    def test_N11_a_server_that_is_full_or_closes_at_once_is_temporary(self):
        for talk in (lambda peer: peer.say("-ERR too many connections from your address"), lambda peer: None, lambda peer: peer.reset()):
            self.configure(self.scripted(talk))
            self.fetch(status=75)

    def test_N02_nobody_who_listens_and_a_reset_are_temporary(self):
        server = self.scripted(lambda peer: peer.reset())
        self.configure(server)
        self.fetch(status=75)
        server.finish()
        self.assertEqual(self.error("a", status=75)["class"], "net.refused")

    def test_N01_a_host_that_does_not_exist_is_68(self):
        self.configure(110, host="nowhere.invalid")
        error = self.error("a", status=68)
        self.assertIn("nowhere.invalid", error["text"])

    def test_N14_no_descriptor_left_ends_the_run_and_leaves_nothing_half_done(self):
        if stage.is_instrumented():
            self.skipTest("the sanitizer would be the first to be without")
        server = self.mailbox(dict(LETTERS))
        self.configure(server)
        statuses = set()
        for most in range(3, 24):
            done = stage.subprocess.run(self.command("fetch"), cwd=self.home, env=self.environment, stdin=stage.subprocess.DEVNULL,
                                        stdout=stage.subprocess.PIPE, stderr=stage.subprocess.PIPE, timeout=stage.PATIENCE, check=False,
                                        preexec_fn=lambda most=most: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
            # 127: not even the libraries can be opened; 78: not the configuration.
            self.assertIn(done.returncode, (0, 74, 75, 78, 127), (most, done.stderr))
            statuses.add(done.returncode)
        self.assertLessEqual({0, 75}, statuses)
        self.fetch("--force")
        self.assertEqual(self.delivered(), sorted(LETTERS.values()))


class Farewell(Stage):
    """N09: what QUIT has done is not known."""

    def quit_answered(self, answer):
        def first(peer):
            peer.greet()
            peer.log_in()
            peer.scan(FIRST, SECOND)
            peer.retr(1, FIRST)
            peer.retr(2, SECOND)
            for number in (2, 1):
                peer.expect(f"DELE {number}")
                peer.say("+OK")
            peer.expect("QUIT")
            answer(peer)

        def second(peer):
            peer.greet()
            peer.log_in()
            peer.scan((len(stage.on_the_wire(SECOND)), "uid2"))
            peer.expect("DELE 1")
            peer.say("+OK")
            peer.quit()
        server = self.scripted(first, second)
        self.configure(server, delete="fetched", state_id=f"s{server.port}", deliver=f"maildir:Mail{server.port}")
        self.assertEqual(self.error("a", status=75)["class"], "delete.uncertain")
        self.fetch()
        self.assertEqual(self.delivered(f"Mail{server.port}"), sorted([FIRST, SECOND]))

    def test_N09_QUIT_that_is_refused_reset_or_cut_is_settled_by_the_next_listing(self):
        for answer in (lambda peer: peer.say("-ERR some deleted messages not removed"), lambda peer: peer.reset(), lambda peer: None):
            self.quit_answered(answer)


    def test_T11_a_server_that_never_answers_QUIT_is_not_waited_for_where_nothing_was_deleted(self):
        gone = threading.Event()

        def talk(peer):
            peer.greet()
            peer.log_in()
            peer.scan(FIRST)
            peer.retr(1, FIRST)
            peer.expect("QUIT")
            try:
                peer.hear()
            except stage.Gone:                                # it left first
                gone.set()
        server = self.scripted(talk)
        self.configure(server, delete="never")
        done = self.fetch("-v")
        self.assertNotIn("QUIT", done.text)
        self.assertTrue(gone.wait(stage.PATIENCE))
        self.assertEqual(self.delivered(), [FIRST])


class Signals(Stage):
    def test_N12_a_signal_at_any_point_ends_the_run_at_once_and_loses_and_doubles_nothing(self):
        for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            for point in ("greeting", "CAPA", "PASS", "UIDL", "RETR", "body", "DELE", "QUIT"):
                with self.subTest(signal=number, point=point):
                    self.interrupted(number, status, point)

    def interrupted(self, number, status, point):
        server = self.mailbox(dict(LETTERS))
        account = f"{point.lower()}{status}"
        self.configure(server, account=account, deliver=f"maildir:{account}", delete="fetched")
        seen, running = [], threading.Event()

        def send(connection, data):
            word = seen[-1] if seen else "greeting"
            if word == point or (point, word) == ("body", "RETR"):
                if point == "body":
                    connection.sendall(data[: len(data) // 2])
                running.wait(stage.PATIENCE)
                process.send_signal(number)
                process.wait(stage.PATIENCE)
            connection.sendall(data)

        def receive(connection):
            data = connection.recv(65536)
            seen.extend(line.split()[0].decode() for line in data.splitlines() if line.split())
            return data
        server.send, server.receive = send, receive
        process = self.start("fetch", account)
        running.set()
        _, told = process.communicate(timeout=stage.PATIENCE)
        self.assertEqual(process.returncode, status, told)
        self.assertNotIn(stage.PASSWORD.encode(), told)
        del server.send, server.receive
        self.fetch(account, "--force")
        self.assertEqual(self.delivered(account), sorted(LETTERS.values()))
        self.assertEqual(server.mailbox.messages, {})


if __name__ == "__main__":
    stage.main()
