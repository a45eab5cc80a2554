"""Power cuts on real file systems: popfetch works in an image, the image is copied at random moments, each copy is mounted and judged.

The image lies on XFS, where `cp --reflink` copies it in an instant, whatever is being written into it. A copy holds what the file
system has handed to its disk, and nothing of what it still holds in memory; mounting it replays the journal, as a reboot does.
A disk that reorders within its own cache is not played here; crash_states.py plays that.

Wants root, loop devices and mkfs.xfs: why_not() tells what is missing.
"""

import os
import pathlib
import shutil
import subprocess
import time

from harness import Setting, Tally
from line_cuts import Mailbox
from mail_shapes import letters
from power import age

KINDS = ("ext4", "xfs", "btrfs")
SETTINGS = [Setting(target, rule) for target in ("maildir", "mbox") for rule in ("keep", "fetched")]
SIZE = "320M"            # XFS wants 300
FROM_ONE_LIFE = 8


def call(*command):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{command[0]}: {done.stderr.decode('utf-8', 'replace').strip()}")


def why_not():
    """What this machine lacks; None where it lacks nothing."""
    if os.geteuid() != 0:
        return "mounting wants root"
    missing = [tool for tool in ("mkfs.xfs", "mount", "losetup") if not shutil.which(tool)]
    if missing:
        return "no " + ", ".join(missing)
    return None if os.path.exists("/dev/loop-control") else "no loop devices"


class Disks:
    """A place for images, and one at a time mounted at `inner`."""

    def __init__(self, scratch):
        self.outer, self.inner = pathlib.Path(scratch, "outer"), pathlib.Path(scratch, "inner")
        self.is_inner_mounted = self.is_outer_mounted = False
        for folder in (self.outer, self.inner):
            folder.mkdir()
        image = pathlib.Path(scratch, "outer.img")
        call("truncate", "-s", "4G", image)
        call("mkfs.xfs", "-q", "-m", "reflink=1", image)
        call("mount", "-o", "loop", image, self.outer)
        self.is_outer_mounted = True

    def make(self, kind):
        """The empty file system that each life begins with."""
        self.unmount()
        empty = self.outer / "empty.img"
        empty.unlink(missing_ok=True)
        call("truncate", "-s", SIZE, empty)
        call("mkfs." + kind, "-q", empty)

    def begin(self):
        self.boot("empty.img")

    def cut(self, name):
        """What would be left if the power went now."""
        call("cp", "--reflink=always", self.outer / "now.img", self.outer / name)

    def boot(self, name):
        self.unmount()
        call("cp", "--reflink=always", self.outer / name, self.outer / "now.img")
        call("mount", "-o", "loop", self.outer / "now.img", self.inner)
        self.is_inner_mounted = True

    def unmount(self):
        if self.is_inner_mounted:
            call("umount", self.inner)
        self.is_inner_mounted = False

    def close(self):
        self.unmount()
        if self.is_outer_mounted:
            call("umount", self.outer)
        self.is_outer_mounted = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def live(world, disks, chance, setting, **environment):
    """Runs with new mail before each, and power cuts: (name of the copy, posted by then, on the server at that moment at least)."""
    mail = list(letters(180, large=False).items())
    disks.begin()
    world.begin(setting, dict(mail[:60]))
    taken = []
    for run in range(1, 4):
        process = world.start(**environment)
        while process.poll() is None and len(taken) < run * FROM_ONE_LIFE / 3:
            time.sleep(chance.random() * 0.03)
            on_server = dict(world.server.mailbox.messages)      # before the cut: what goes from there afterwards is safe already
            disks.cut(f"cut{len(taken)}.img")
            taken.append((f"cut{len(taken)}.img", dict(world.posted), on_server))
        world.finish(process)
        world.post(dict(mail[60 * run:60 * run + 20]))
    return taken


def play(world, disks, chance, setting, wanted, **environment):
    """So many power cuts in runs of this setting."""
    tally = Tally()
    world.root = str(disks.inner / "world")
    while tally["power-cut states"] < wanted:
        for name, posted, on_server in live(world, disks, chance, setting, **environment):
            disks.boot(name)
            os.makedirs(world.root, mode=0o700, exist_ok=True)
            age(world.root)
            world.posted = posted
            world.server.mailbox = Mailbox(on_server)
            case = f"{setting}: cut {tally['power-cut states']}"
            tally["power-cut states"] += 1
            tally.blame(case, world.audit())
            tally.blame(case, world.recover())
    return tally
