#!/usr/bin/env python3
"""Every state that a power cut may leave, made from a log of the preloaded library and handed to a check.

    crash_states.py --log LOG --root ROOT --before COPY_OF_ROOT [options] -- CHECK [ARGUMENT...]

ROOT is the folder in which the program ran (FAULT_SHIM_UNDER), COPY_OF_ROOT what lay in it before. After each event of the log the
power is cut in every way that file_model.py knows. For each different outcome the folder {state} is filled and CHECK is run, with
{state} in its arguments replaced; status 0 means that all is well. CHECK finds in its environment

    CRASH_STATE  the folder          CRASH_SENT   a file with what had left the process by then (sockets and pipes), in order
    CRASH_POINT  the last event, 0 for none       CRASH_WHAT   the event in words

The exit status is 0 when every state was safe, 1 when one was not, 2 when nothing could be said.
"""

import argparse
import fnmatch
import hashlib
import itertools
import os
import pathlib
import random
import shutil
import subprocess
import sys

import shim_log
from file_model import Disk, Inode, Unmodelled
from scratch import scratch_folder


class State:
    """One outcome: names and contents, and the moment."""

    def __init__(self, files, folders, point, what, sent):
        self.files, self.folders, self.point, self.what, self.sent = files, folders, point, what, sent

    def digest(self):
        image = hashlib.sha256(str((self.folders, len(self.sent))).encode("utf-8", "surrogateescape"))
        for name, content in sorted(self.files.items()):
            image.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
        return image.digest()

    def write(self, folder):
        """Fills an empty folder."""
        for name in self.folders:
            os.makedirs(os.path.join(folder, name), mode=0o700, exist_ok=True)
        for name, content in self.files.items():
            path = pathlib.Path(folder, name)
            path.touch(mode=0o600)
            path.write_bytes(content)


def contents_of(inodes, limit, chance):
    """Choices of a content for each file: all of them if they are not too many, else each file's variants while the others are as
    old or as new as can be, and some at random."""
    variants = [inode.variants() for inode in inodes]
    count = 1
    for some in variants:
        count *= len(some)
    if count <= limit:
        yield from itertools.product(*variants)
        return
    oldest, newest = [v[0] for v in variants], [v[1] if len(v) > 1 else v[0] for v in variants]
    for others in (oldest, newest):
        for i, some in enumerate(variants):
            for content in some:
                yield tuple(others[:i] + [content] + others[i + 1 :])
    for _ in range(limit):
        yield tuple(chance.choice(some) for some in variants)


def states_at(disk, point, what, sent, options, chance):
    for names in disk.name_states():
        kept = {n: i for n, i in names.items() if not any(fnmatch.fnmatch(n, glob) for glob in options.volatile)}
        # A file in a folder that is not there is not there either.
        kept = {n: i for n, i in kept.items() if all(parent in kept for parent in parents_of(n))}
        folders = sorted(name for name, inode in kept.items() if inode is None and name)
        inodes = list({id(inode): inode for inode in kept.values() if isinstance(inode, Inode)}.values())
        for contents in contents_of(inodes, options.limit, chance):
            content = {id(inode): some for inode, some in zip(inodes, contents)}
            files = {name: content[id(inode)] for name, inode in kept.items() if isinstance(inode, Inode)}
            yield State(files, folders, point, what, sent)


def parents_of(name):
    while name:
        name = os.path.dirname(name)
        yield name


def all_states(events, root, before, options):
    """Each different state once, with the first moment at which it can come about."""
    disk, sent, seen, chance = Disk(root), b"", set(), random.Random(options.seed)
    disk.load(before)
    for event in [None] + events:
        what = "before anything" if event is None else f"after {event}"
        if event is not None:
            disk.happen(event)
            sent += event.data if event.call == "send" else b""
        for state in states_at(disk, event.number if event else 0, what, sent, options, chance):
            digest = state.digest()
            if digest not in seen:
                seen.add(digest)
                yield state


def judge(state, command, folder, scratch):
    """Runs the check on one state; its completed process."""
    sent = os.path.join(scratch, "sent")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder, 0o700)
    state.write(folder)
    pathlib.Path(sent).write_bytes(state.sent)
    environment = dict(os.environ, CRASH_STATE=folder, CRASH_SENT=sent, CRASH_POINT=str(state.point), CRASH_WHAT=state.what)
    arguments = [argument.replace("{state}", folder) for argument in command]
    return subprocess.run(arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def keep(state, scratch, number):
    """Writes an unsafe state out again: the check may have changed it."""
    folder = os.path.join(scratch, f"unsafe-{number}")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder, 0o700)
    state.write(folder)
    return folder


def report(state, done, folder):
    print(f"unsafe {state.what}: status {done.returncode}; the state is in {folder}")
    for text in (done.stdout, done.stderr):
        if text.strip():
            print("    " + text.decode("utf-8", "replace").strip().replace("\n", "\n    "))


def run(options):
    events = shim_log.read(options.log)
    if not events:
        raise Unmodelled(f"{options.log} is empty: was the library loaded?")
    scratch = options.into or scratch_folder("crash-states.")
    place = os.path.realpath(options.at or os.path.join(scratch, "state"))
    count = unsafe = 0
    for state in all_states(events, options.root, options.before, options):
        count += 1
        done = judge(state, options.check, place, scratch)
        if done.returncode != 0:
            unsafe += 1
            if unsafe <= options.show:
                report(state, done, keep(state, scratch, unsafe))
    print(f"{count} states at {len(events) + 1} moments, {unsafe} unsafe")
    if options.into is None and unsafe == 0:
        shutil.rmtree(scratch, ignore_errors=True)
    return 1 if unsafe else 0


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--before", required=True)
    parser.add_argument("--at", help="the folder that becomes each state in turn, everything in it being replaced: ROOT itself for a program "
                        "that wrote down where it was; else one of our own")
    parser.add_argument("--into", help="where unsafe states are kept; else a temporary folder")
    parser.add_argument("--volatile", action="append", default=["*-shm"],
                        help="names that no power cut leaves behind in a meaning; SQLite's shared memory always is one")
    parser.add_argument("--limit", type=int, default=200, help="how many choices of contents for one choice of names")
    parser.add_argument("--seed", type=int, default=1, help="for the choices that are made at random")
    parser.add_argument("--show", type=int, default=5, help="how many unsafe states are shown and kept")
    parser.add_argument("check", nargs=argparse.REMAINDER, metavar="-- CHECK")
    options = parser.parse_args(arguments)
    options.check = options.check[1:] if options.check[:1] == ["--"] else options.check
    if not options.check:
        parser.error("no check is given")
    return options


def main(arguments):
    try:
        return run(parse(arguments))
    except (Unmodelled, OSError, KeyError) as error:
        print(f"crash_states.py: {error!r}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
