#!/usr/bin/env python3
"""L14: what a killed run leaves never blocks the next, as popfetch is shipped: confined, nothing preloaded, an ordinary user.

    shipped_test.py POPFETCH [unittest arguments]

In every layout of folders that can be played here (shipped.py): locks left by the dead, mail programs that work beside it, and some
kills at random moments; scripts/crash --only shipped makes thousands. SEED=N plays the same kills again.
"""

import os
import random
import shutil
import sys
import time
import unittest

import shipped
from harness import Programs
from mail_shapes import letters

POPFETCH = sys.argv.pop(1)
SEED = int(os.environ.get("SEED", random.randrange(1 << 30)))
KILLS = 5
PLAYED = [shipped.Shipped(layout, rule) for layout, rule in zip(shipped.layouts(), shipped.RULES * len(shipped.LAYOUTS))]
MBOXES = [setting for setting in PLAYED if setting.target == "mbox" and not setting.layout.is_there]    # elsewhere nobody makes a lock


class Played(unittest.TestCase):
    def setUp(self):
        self.world = shipped.ShippedWorld(Programs(POPFETCH, ""))
        self.addCleanup(self.world.close)

    def begin(self, setting):
        self.world.begin(setting, letters(4, large=False))

    def assert_goes_on(self):
        """The next run: at once, everything in its place, nothing lying about."""
        self.world.post(letters(8, large=False))
        self.assertEqual(self.world.recover(), {}, self.world.output.decode(errors="replace"))


class Killed(Played):
    def test_L14_it_is_confined(self):
        for setting in PLAYED:
            with self.subTest(str(setting)):
                self.begin(setting)
                self.world.look_at_sandbox()
                self.assertRegex(self.world.confinement, "^Landlock")

    def test_L14_a_lock_of_a_run_that_was_killed(self):
        for setting in MBOXES:
            with self.subTest(str(setting)):
                self.begin(setting)
                self.assertEqual(self.world.fetch(), 0)
                self.world.leave_lock("popfetch")
                self.assert_goes_on()

    def test_L14_a_lock_that_another_program_left_ten_minutes_ago(self):
        for setting in MBOXES:
            with self.subTest(str(setting)):
                self.begin(setting)
                self.assertEqual(self.world.fetch(), 0)
                self.world.leave_lock("")
                then = time.time() - 600
                os.utime(self.world.mail + ".lock", (then, then))
                self.assert_goes_on()

    def test_L14_kills_at_random_moments(self):
        for setting in PLAYED:
            with self.subTest(f"{setting}, SEED={SEED}"):
                tally = shipped.play(self.world, random.Random(f"{SEED} {setting}"), setting, KILLS)
                self.assertEqual((tally.words, tally["kills"] >= KILLS), ([], True))


class BesideAnother(Played):
    """A mail program takes the mbox away, or puts another in its place, after popfetch has confined itself."""

    def fetch_while(self, act):
        """A run during which this is done, when the first message is on its way."""
        server, send, todo = self.world.server, self.world.server.send, [act]

        def send_and_act(connection, data):
            if b"Subject: 0\r\n" in data and todo:
                todo.pop()()
            send(connection, data)

        server.send = send_and_act
        try:
            return self.world.fetch()
        finally:
            server.send = send
            self.assertEqual(todo, [])

    def test_L14_a_lock_of_a_run_that_is_killed_after_this_one_has_confined_itself(self):
        for setting in MBOXES:
            with self.subTest(str(setting)):
                self.begin(setting)
                status = self.fetch_while(lambda: self.world.leave_lock("popfetch"))
                self.assertEqual(status, 0, self.world.output.decode())
                self.assert_goes_on()

    def test_L14_mail_in_the_home_folder_that_a_confined_run_may_not_read_is_not_fetched_again(self):
        layout = next(layout for layout in shipped.LAYOUTS if layout.mail == "{home}")
        self.begin(shipped.Shipped(layout, "keep"))
        self.assertEqual(self.world.fetch(), 0)
        shutil.rmtree(self.world.state)
        self.assertEqual(self.world.fetch("--adopt"), 78)
        self.assertIn("may not read; use --adopt with --no-sandbox", self.world.output.decode())
        self.assertEqual(self.world.audit(), {})
        self.assertEqual(self.world.fetch("--adopt", "--no-sandbox"), 0, self.world.output.decode())
        self.assertEqual(self.world.audit(), {})

    def take_away(self):
        os.rename(self.world.mail, self.world.mail + ".taken")

    def replace(self):
        self.world.write_private(self.world.mail + ".new", "")
        os.rename(self.world.mail + ".new", self.world.mail)

    def test_L14_the_mbox_goes_or_is_replaced(self):
        for setting in MBOXES:
            for act in (self.take_away, self.replace):
                with self.subTest(f"{setting}: {act.__name__}"):
                    self.begin(setting)
                    status = self.fetch_while(act)
                    words = self.world.output.decode()
                    if setting.layout.mail == "{home}/mbox":     # where a file that came later may not be read
                        self.assertEqual(status, 75, words)
                        self.assertIn("took it away or put a new one there after this run had confined itself; the next run", words)
                    else:
                        self.assertEqual(status, 0, words)
                    if os.path.exists(self.world.mail + ".taken"):
                        os.unlink(self.world.mail + ".taken")    # nothing was in it yet
                    self.assert_goes_on()


if __name__ == "__main__":
    if not shipped.has_landlock():
        print("skipped: this kernel has no Landlock")
        sys.exit(77)
    print(f"SEED={SEED}, {shipped.ordinary_user()}", file=sys.stderr)
    unittest.main()
