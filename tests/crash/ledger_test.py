#!/usr/bin/env python3
"""The ledger under kills, failing calls and power cuts: what it reported is there, and no transaction is there in part.
Arguments: fault_shim.so, ledger_work."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from scratch import scratch_folder

HERE = pathlib.Path(__file__).parent
SHIM, LEDGER_WORK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


class Ledger(unittest.TestCase):
    def setUp(self):
        self.scratch = scratch_folder("ledger-test.")
        self.addCleanup(shutil.rmtree, self.scratch)

    def tool(self, name, *arguments):
        return subprocess.run([sys.executable, HERE / name, *arguments], capture_output=True, text=True, check=False)

    def assert_safe(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def cut_power(self, *how):
        root, before, log = (os.path.join(self.scratch, name) for name in ("root", "before", "log"))
        os.mkdir(root)
        shutil.copytree(root, before)
        environment = dict(os.environ, LD_PRELOAD=SHIM, FAULT_SHIM_UNDER=root, FAULT_SHIM_LOG=log)
        subprocess.run([LEDGER_WORK, "work", root, "2", *how], env=environment, stdout=subprocess.PIPE, check=True)
        return self.tool("crash_states.py", "--log", log, "--root", root, "--before", before, "--into", self.scratch, "--",
                         "sh", "-c", f'{LEDGER_WORK} check "$CRASH_STATE" "$CRASH_SENT"')

    def sweep(self, *faults):
        return self.tool("sweep.py", "--shim", SHIM, "--setup", "true", "--run", f"{LEDGER_WORK} work {{world}} 2",
                         "--check", f"sh -c '{LEDGER_WORK} check {{world}} \"$CRASH_SENT\"'", *faults)

    def test_s01_s09_a_power_cut_leaves_whole_transactions(self):
        self.assert_safe(self.cut_power())

    def test_s01_s09_with_the_rollback_journal_too(self):
        self.assert_safe(self.cut_power("rollback"))

    def test_without_its_syncs_the_ledger_is_found_unsafe(self):
        done = self.cut_power("unsynced")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)

    def test_f06_a_kill_at_every_call(self):
        self.assert_safe(self.sweep("--kill", "before,during,after"))

    def test_f01_f04_every_call_fails(self):
        self.assert_safe(self.sweep("--fail", "EIO,ENOSPC", "--short"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
