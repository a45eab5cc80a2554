#!/usr/bin/env python3
"""The crash tools find what is safe to be safe, and what is not, not. Arguments: fault_shim.so, safe_write."""

import errno
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import shim_log
from file_model import Disk, Inode
from scratch import scratch_folder

HERE = pathlib.Path(__file__).parent
SHIM, SAFE_WRITE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
CHECK = f"{sys.executable} {HERE}/safe_write_check.py"
OLD, NEW = b"o" * 9000, b"n" * 9000


class World(unittest.TestCase):
    """A folder with an old file in it."""

    def setUp(self):
        self.scratch = scratch_folder("tools-test.")
        self.addCleanup(shutil.rmtree, self.scratch)
        self.root = os.path.join(self.scratch, "root")
        self.before = os.path.join(self.scratch, "before")
        self.log = os.path.join(self.scratch, "log")
        self.file = pathlib.Path(self.root, "file")
        os.mkdir(self.root)
        self.file.write_bytes(OLD)
        shutil.copytree(self.root, self.before)

    def run_under_shim(self, way, **faults):
        environment = dict(os.environ, LD_PRELOAD=SHIM, FAULT_SHIM_UNDER=self.root, FAULT_SHIM_LOG=self.log, **faults)
        return subprocess.run([SAFE_WRITE, self.root, way], env=environment, capture_output=True, check=False)

    def logged(self):
        return shim_log.read(self.log)

    def tool(self, name, *arguments):
        return subprocess.run([sys.executable, HERE / name, *arguments], capture_output=True, text=True, check=False)


class PreloadedLibrary(World):
    def test_the_log_says_what_was_done_and_with_which_data(self):
        self.assertEqual(self.run_under_shim("safe").returncode, 0)
        calls = [event.call for event in self.logged()]
        self.assertEqual(calls, ["open", "write", "fsync", "close", "rename", "fsync", "send"])
        written = self.logged()[1]
        self.assertEqual((written.data, written.integer("offset"), written.result), (NEW, 0, 9000))
        self.assertEqual(self.logged()[4].path("to"), str(self.file))
        self.assertEqual(self.logged()[6].data, b"done\n")
        self.assertEqual([event.number for event in self.logged()], [1, 2, 3, 4, 5, 6, 0])

    def test_a_kill_comes_before_or_after_the_call(self):
        self.assertEqual(self.run_under_shim("safe", FAULT_SHIM_KILL="before:5").returncode, -9)
        self.assertEqual(self.file.read_bytes(), OLD)
        self.assertEqual(self.run_under_shim("safe", FAULT_SHIM_KILL="after:5").returncode, -9)
        self.assertEqual(self.file.read_bytes(), NEW)

    def test_a_kill_during_a_write_leaves_half_of_it(self):
        self.assertEqual(self.run_under_shim("safe", FAULT_SHIM_KILL="during:2").returncode, -9)
        self.assertEqual(pathlib.Path(self.root, "file.tmp").stat().st_size, 4500)

    def test_a_call_fails_with_the_error_and_is_not_made(self):
        done = self.run_under_shim("safe", FAULT_SHIM_FAIL="5:ENOSPC")
        self.assertEqual(done.returncode, 74)
        self.assertIn(os.strerror(errno.ENOSPC).encode(), done.stderr)
        self.assertEqual(self.file.read_bytes(), OLD)
        self.assertEqual(self.logged()[-1].error, errno.ENOSPC)

    def test_a_number_beyond_the_last_call_changes_nothing(self):
        self.assertEqual(self.run_under_shim("safe", FAULT_SHIM_FAIL="7:EIO", FAULT_SHIM_KILL="after:7").returncode, 0)

    def test_short_writes_are_written_on(self):
        self.assertEqual(self.run_under_shim("safe", FAULT_SHIM_SHORT="1").returncode, 0)
        self.assertEqual(self.file.read_bytes(), NEW)
        self.assertGreater(len(self.logged()), 10)

    def test_only_what_lies_below_the_folder_counts(self):
        elsewhere = os.path.join(self.scratch, "elsewhere")
        os.mkdir(elsewhere)
        environment = dict(os.environ, LD_PRELOAD=SHIM, FAULT_SHIM_UNDER=elsewhere, FAULT_SHIM_LOG=self.log)
        subprocess.run([SAFE_WRITE, self.root, "safe"], env=environment, stdout=subprocess.DEVNULL, check=True)
        self.assertEqual(self.logged(), [])

    def test_a_child_process_is_left_alone(self):
        environment = dict(os.environ, LD_PRELOAD=SHIM, FAULT_SHIM_UNDER=self.root, FAULT_SHIM_KILL="before:1")
        script = f"{SAFE_WRITE} {self.root} safe; exit $?"
        self.assertEqual(subprocess.run(["/bin/sh", "-c", script], env=environment, capture_output=True, check=False).returncode, 0)


class CrashStates(World):
    def verdict(self, way):
        self.assertEqual(self.run_under_shim(way).returncode, 0)
        return self.tool("crash_states.py", "--log", self.log, "--root", self.root, "--before", self.before, "--into", self.scratch,
                         "--", *CHECK.split(), "{state}")

    def test_write_sync_rename_sync_is_safe(self):
        done = self.verdict("safe")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_without_the_sync_of_the_file_it_is_not(self):
        self.assertEqual(self.verdict("no-file-sync").returncode, 1)

    def test_without_the_sync_of_the_folder_it_is_not(self):
        done = self.verdict("no-folder-sync")
        self.assertEqual(done.returncode, 1)
        self.assertIn("after 0 send", done.stdout)     # only what was announced can be missed

    def test_announced_before_the_sync_of_the_folder_it_is_not(self):
        self.assertEqual(self.verdict("early").returncode, 1)

    def test_overwriting_in_place_is_not(self):
        self.assertEqual(self.verdict("in-place").returncode, 1)

    def test_states_can_be_put_in_the_place_of_the_world(self):
        self.run_under_shim("safe")
        self.file.write_bytes(b"of no interest")
        done = self.tool("crash_states.py", "--log", self.log, "--root", self.root, "--before", self.before, "--at", self.root,
                         "--", *CHECK.split(), self.root)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.file.read_bytes(), NEW)

    def test_an_empty_log_proves_nothing(self):
        pathlib.Path(self.log).write_bytes(b"")
        done = self.tool("crash_states.py", "--log", self.log, "--root", self.root, "--before", self.before, "--", "true")
        self.assertEqual(done.returncode, 2)


class Sweep(World):
    def sweep(self, way, check, *more):
        seed = f"cp {self.before}/file {{world}}/file"
        return self.tool("sweep.py", "--shim", SHIM, "--setup", seed, "--run", f"{SAFE_WRITE} {{world}} {way}", "--check", check, *more)

    def test_a_safe_program_survives_every_kill_and_failure(self):
        done = self.sweep("safe", f"{CHECK} {{world}}", "--kill", "before,during,after", "--fail", "EIO,ENOSPC", "--short")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("6 calls, 43 cases, 0 wrong", done.stdout)

    def test_an_unsafe_program_does_not(self):
        self.assertEqual(self.sweep("in-place", f"{CHECK} {{world}}", "--kill", "before").returncode, 1)

    def test_a_status_that_is_not_allowed_is_wrong(self):
        done = self.sweep("safe", "true", "--fail", "EIO", "--statuses", "0,75")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ended with 74", done.stdout)


class Model(unittest.TestCase):
    def test_what_is_synced_has_one_content(self):
        inode = Inode(b"old")
        inode.pending = [("write", 0, b"new"), ("write", 3, b"er")]
        self.assertIn(b"older", inode.variants())
        self.assertIn(b"new", inode.variants())
        self.assertIn(b"nld", inode.variants())
        inode.sync()
        self.assertEqual(inode.variants(), [b"newer"])

    def test_a_name_needs_the_folder_it_is_in(self):
        disk = Disk("/")
        disk.change_names([], {"a": None})
        disk.change_names([], {"a/file": Inode()})
        self.assertEqual(sorted(map(sorted, disk.name_states())), [[""], ["", "a"], ["", "a", "a/file"]])

    def test_syncing_a_folder_makes_its_names_certain_and_no_others(self):
        disk = Disk("/")
        disk.durable.update({"a": None, "b": None})
        disk.now.update(disk.durable)
        disk.change_names([], {"a/one": Inode()})
        disk.change_names([], {"b/two": Inode()})
        disk.sync_folder("a")
        for names in disk.name_states():
            self.assertIn("a/one", names)
        self.assertEqual(len(list(disk.name_states())), 2)

    def test_a_rename_between_folders_is_there_or_not_but_never_half(self):
        disk, inode = Disk("/"), Inode(b"x")
        disk.durable.update({"tmp": None, "new": None, "tmp/x": inode})
        disk.now.update(disk.durable)
        disk.change_names(["tmp/x"], {"new/x": inode})
        self.assertEqual(sorted(("tmp/x" in n, "new/x" in n) for n in disk.name_states()), [(False, True), (True, False)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
