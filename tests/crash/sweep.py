#!/usr/bin/env python3
"""Runs a program again and again, and each time kills it at another call that changes files, or lets that call fail.

    sweep.py --shim fault_shim.so --setup CMD --run CMD --check CMD [--kill WHEN,…] [--fail ERRNO,…] [--how once,forever] [options]

{world} in the commands is an empty folder of the sweep's own; only what happens below it counts. For each case SETUP fills it, RUN is
run under the library and CHECK judges what it left. A first run without a fault tells how many calls there are. CHECK finds

    SWEEP_CASE   "kill before 7", "fail 7 EIO once", …      SWEEP_STATUS   RUN's exit status; 128 + n for signal n
    CRASH_SENT   a file with what RUN wrote to sockets and pipes

A run with a failing call must end by itself, with one of --statuses. The exit status is 0 when every case was fine, 1 when one was
not, 2 when RUN fails without any fault.
"""

import argparse
import dataclasses
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import shim_log
from scratch import scratch_folder


@dataclasses.dataclass
class Case:
    name: str
    environment: dict
    is_kill: bool = False


def cases(count, options):
    """Every case for a program that makes so many calls."""
    numbers = range(1, count + 1, options.every)
    for when in options.kill:
        for n in numbers:
            yield Case(f"kill {when} {n}", {"FAULT_SHIM_KILL": f"{when}:{n}"}, is_kill=True)
    for errno in options.fail:
        for how in options.how:
            for n in numbers:
                ending = ":forever" if how == "forever" else ""
                yield Case(f"fail {n} {errno} {how}", {"FAULT_SHIM_FAIL": f"{n}:{errno}{ending}"})
    if options.short:
        yield Case("short writes", {"FAULT_SHIM_SHORT": "1"})


class Sweep:
    def __init__(self, options):
        self.options = options
        self.scratch = scratch_folder("sweep.")
        self.world = os.path.join(self.scratch, "world")
        self.log = os.path.join(self.scratch, "log")

    def command(self, text):
        return [word.replace("{world}", self.world) for word in shlex.split(text)]

    def call(self, text, **more):
        return subprocess.run(self.command(text), env=dict(os.environ, **more), stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=self.options.timeout, check=False)

    def run(self, case):
        """One run in a fresh world. Its exit status as a shell has it, and what it did."""
        shutil.rmtree(self.world, ignore_errors=True)
        os.mkdir(self.world, 0o700)
        for file in (self.log, self.log + ".data"):
            pathlib.Path(file).write_bytes(b"")
        prepared = self.call(self.options.setup)
        if prepared.returncode != 0:
            raise RuntimeError(f"the set-up failed: {prepared.stderr.decode('utf-8', 'replace')}")
        done = self.call(self.options.run, LD_PRELOAD=self.options.shim, FAULT_SHIM_UNDER=self.world, FAULT_SHIM_LOG=self.log,
                         **case.environment)
        status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        return status, shim_log.read(self.log), done

    def judge(self, case, status, events):
        sent = os.path.join(self.scratch, "sent")
        pathlib.Path(sent).write_bytes(b"".join(event.data for event in events if event.call == "send"))
        return self.call(self.options.check, SWEEP_CASE=case.name, SWEEP_STATUS=str(status), CRASH_SENT=sent)

    def is_fine(self, case):
        status, events, done = self.run(case)
        killed = 128 + 9
        if case.is_kill and status not in (0, killed):
            return self.tell(case, f"ended with {status} before it was killed", done)
        if not case.is_kill and status not in self.options.statuses:
            return self.tell(case, f"ended with {status}", done)
        checked = self.judge(case, status, events)
        return checked.returncode == 0 or self.tell(case, f"status {status}; the check says {checked.returncode}", checked)

    def tell(self, case, text, done):
        print(f"{case.name}: {text}")
        for output in (done.stdout, done.stderr):
            if output.strip():
                print("    " + output.decode("utf-8", "replace").strip().replace("\n", "\n    "))
        return False

    def all(self):
        status, events, done = self.run(Case("no fault", {}))
        count = shim_log.counted(events)
        if status != 0 or count == 0 or self.judge(Case("no fault", {}), status, events).returncode != 0:
            self.tell(Case("no fault", {}), f"ended with {status} after {count} calls, or the check does not like it", done)
            return 2
        total = wrong = 0
        for case in cases(count, self.options):
            total += 1
            wrong += not self.is_fine(case)
        print(f"{count} calls, {total} cases, {wrong} wrong")
        return 1 if wrong else 0


def words(text):
    return [word for word in text.split(",") if word]


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--shim", "--setup", "--run", "--check"):
        parser.add_argument(name, required=True)
    parser.add_argument("--kill", type=words, default=[], help="before, during, after")
    parser.add_argument("--fail", type=words, default=[], help="names of errors, as EIO,ENOSPC,EDQUOT,EROFS")
    parser.add_argument("--how", type=words, default=["once", "forever"])
    parser.add_argument("--short", action="store_true", help="one more case: every write takes half")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth call")
    parser.add_argument("--statuses", type=lambda text: [int(word) for word in words(text)], default=[0, 73, 74, 75],
                        help="how a run with a failing call may end")
    parser.add_argument("--timeout", type=float, default=60)
    return parser.parse_args(arguments)


def main(arguments):
    sweep = Sweep(parse(arguments))
    try:
        return sweep.all()
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        print(f"sweep.py: {error}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(sweep.scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
