"""Power cuts: a run is written down call by call, and played on from every state that its disk may have had (file_model.py)."""

import argparse
import os
import re
import shutil
import time

import crash_states
import shim_log
from harness import Tally
from line_cuts import Mailbox
from mail_shapes import letters

EARLIER, LATER = 2, 5        # messages that had been fetched, and that the run fetches: states multiply


class Recording:
    """One run into a place where earlier mail lies, and the power-cut states in it."""

    def __init__(self, world, setting, **environment):
        self.world = world
        self.before = os.path.join(world.scratch, "before")
        mail = letters(EARLIER + LATER, large=False)
        world.begin(setting, dict(list(mail.items())[:EARLIER]))
        require(world, world.fetch())
        world.post(mail)
        if setting.rule != "keep":
            for uid in list(mail)[:EARLIER]:
                del world.server.mailbox.messages[uid]
        shutil.rmtree(self.before, ignore_errors=True)
        shutil.copytree(world.root, self.before)
        for file in (world.log, world.log + ".data"):
            if os.path.exists(file):
                os.unlink(file)
        self.messages = dict(world.server.mailbox.messages)
        require(world, world.fetch(FAULT_SHIM_LOG=world.log, **environment))
        self.events = shim_log.read(world.log)

    def states(self, limit, seed):
        options = argparse.Namespace(limit=limit, seed=seed, volatile=["*-shm"])
        return crash_states.all_states(self.events, self.world.root, self.before, options)

    def mailboxes(self, sent):
        """What the server may hold when this much has been sent: everything; after QUIT also what an UPDATE leaves."""
        yield self.messages
        if b"QUIT" in sent:
            word = b"RETR" if self.world.setting.rule == "expire" else b"DELE"
            gone = {int(number) for number in re.findall(word + rb" (\d+)\r\n", sent)}
            left = {uid: text for n, (uid, text) in enumerate(self.messages.items(), 1) if n not in gone}
            if left != self.messages:
                yield left

    def play(self, state, messages):
        """The problems after the power is back, and after one run in peace."""
        world = self.world
        put_back(state, world.root)
        age(world.root)
        world.server.mailbox = Mailbox(messages)
        world.server.mailbox.deletes_retrieved = world.setting.rule == "expire"
        return world.audit(), world.recover()


def put_back(state, root):
    """Makes the folder what the state says. A file that stays is written anew and not replaced: an mbox is known by its inode."""
    for where, folders, names in os.walk(root, topdown=False):
        inside = os.path.relpath(where, root)
        for name in names:
            if os.path.normpath(os.path.join(inside, name)) not in state.files:
                os.unlink(os.path.join(where, name))
        for name in folders:
            if os.path.normpath(os.path.join(inside, name)) not in state.folders:
                os.rmdir(os.path.join(where, name))
    state.write(root)


def age(folder, seconds=3600):
    """The power was away for some time: a lock that has lost its content is known by its age to be stale."""
    then = time.time() - seconds
    for where, _, names in os.walk(folder):
        for name in names:
            os.utime(os.path.join(where, name), (then, then))


def require(world, status):
    if status != 0:
        raise RuntimeError(f"{world.setting}: the run to be recorded ends with {status}: {world.output.decode()}")


def sample(states, most, chance):
    """So many of them, each with the same chance; all when there are no more."""
    kept = []
    for i, state in enumerate(states):
        if len(kept) < most:
            kept.append(state)
        elif (at := chance.randrange(i + 1)) < most:
            kept[at] = state
    return kept


def power(world, chance, setting, most, limit=60, **environment):
    """Power cuts in a run, at most so many of the states."""
    tally = Tally()
    recording = Recording(world, setting, **environment)
    for state in sample(recording.states(limit, chance.randrange(1 << 30)), most, chance):
        for messages in recording.mailboxes(state.sent):
            case = f"{setting}: power cut {state.what}, {len(messages)} of {len(recording.messages)} on the server"
            tally["power-cut states"] += 1
            at_once, after_all = recording.play(state, messages)
            tally.blame(case, at_once)
            tally.blame(case, after_all)
    return tally


__all__ = ["Recording", "power"]
