#!/usr/bin/env python3
"""scripts/fresh where it cannot work: it says why, and fails or is skipped as it was asked. What it does where it can takes
minutes and is .ci/run's.

usage: fresh_test.py [unittest arguments]
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

FRESH = pathlib.Path(__file__).resolve().parents[2] / "scripts/fresh"
NEEDED = ("bash", "dirname", "env", "grep", "uname")


class Fresh(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def fresh(self, *arguments, **programs):
        """Runs it where nothing is installed but what every system has, and `programs`: name and what its script says."""
        for name in NEEDED:
            (self.folder / name).symlink_to(shutil.which(name))
        for name, script in programs.items():
            (self.folder / name.replace("_", "-")).write_text("#!/bin/sh\n" + script + "\n")
            (self.folder / name.replace("_", "-")).chmod(0o755)
        return subprocess.run([shutil.which("bash"), FRESH, *arguments], env={"PATH": str(self.folder), "TMPDIR": str(self.folder)},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def test_elsewhere_than_on_Debian(self):
        done = self.fresh("--if-possible", "demo")
        self.assertEqual((done.returncode, done.stderr), (0, "scripts/fresh: skipped: this is not Debian\n"))

    def test_without_root(self):
        done = self.fresh("--if-possible", apt_get="exit 1", id="echo 1000")
        self.assertEqual((done.returncode, done.stderr), (0, "scripts/fresh: skipped: a chroot needs root\n"))

    def test_without_debootstrap(self):
        done = self.fresh("--if-possible", apt_get="exit 1", id="echo 0")
        self.assertEqual((done.returncode, done.stderr), (0, "scripts/fresh: skipped: debootstrap is not installed\n"))

    def test_where_there_are_no_namespaces(self):
        done = self.fresh("--if-possible", apt_get="exit 1", id="echo 0", debootstrap="exit 1", setpriv="exit 1")
        self.assertEqual((done.returncode, done.stderr), (0, "scripts/fresh: skipped: no namespaces can be made here\n"))

    def test_it_is_a_failure_where_it_was_not_said_that_it_may_be_skipped(self):
        done = self.fresh("test", apt_get="exit 1", id="echo 1000")
        self.assertEqual((done.returncode, done.stderr), (1, "scripts/fresh: a chroot needs root\n"))

    def test_an_unknown_word_is_told(self):
        done = self.fresh("everything")
        self.assertEqual(done.returncode, 64)
        self.assertIn("usage: scripts/fresh", done.stderr)

    def test_a_machine_plays_what_the_README_says(self):
        """What `install` takes from the README is there, in the words that it looks for."""
        readme, script = (FRESH.parents[1] / "README.md").read_text(), FRESH.read_text()
        for name in ("by_hand", "cron_line", "cron_path"):
            line = next(line for line in script.splitlines() if line.strip().startswith(f"{name}=$("))
            expression = line.split("sed -n '")[1].rsplit("' README.md", 1)[0]
            found = subprocess.run(["sed", "-n", expression], input=readme, capture_output=True, text=True, check=True).stdout
            self.assertRegex(found, r"\Apopfetch\n\Z|\A[a-z:/]+\n\Z|\Acmake .* && sudo cmake --install .*\n\Z")


if __name__ == "__main__":
    os.umask(0o022)
    unittest.main()
