#!/usr/bin/env python3
"""popfetch killed, let down, cut off and without power: a part of what scripts/crash plays, for every day.

    crash_test.py kills|faults|cuts|power POPFETCH FAULT_SHIM

The seed is in the output; SEED=N plays the same cases again. Status 77: this machine cannot play them.
"""

import os
import random
import sys

import disturbances
from harness import SETTINGS, Programs, Setting, Tally, World

# Of so many cases one is played: some ten seconds of each kind on a small machine.
EVERY = {"kills": 41, "faults": 131, "cuts": 251}
STATES = 16
MAILBOX_OF_40 = 6


def power(world, chance):
    """Every setting is safe; without the syncs of folders the same states show what is lost, or this test sees nothing."""
    tally = Tally()
    for setting in SETTINGS:
        tally.add(disturbances.power(world, chance, setting, STATES))
    blind = disturbances.power(world, chance, Setting("maildir", "fetched"), 4 * STATES, FAULT_SHIM_NO_FOLDER_SYNC="1")
    print(f"without syncs of folders: {blind['lost']} lost, {blind['doubled']} doubled")
    if not blind["lost"]:
        tally.blame("control: folders are not synced", {"losses that nobody saw": 1})
    return tally


def play(part, world, chance):
    if part == "power":
        return power(world, chance)
    tally = Tally()
    for setting in SETTINGS:
        tally.add(getattr(disturbances, part)(world, chance, setting, every=EVERY[part]))
        if part == "kills":
            tally.add(disturbances.random_kills(world, chance, setting, MAILBOX_OF_40))
        if part == "faults":
            tally.add(disturbances.short_writes(world, chance, setting))
    return tally


def main(part, popfetch, shim):
    if not os.path.isdir("/proc/self/fd"):
        print("skipped: no /proc")
        return 77
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    with World(Programs(popfetch, shim)) as world:
        tally = play(part, world, random.Random(seed))
    print(f"SEED={seed}", ", ".join(f"{number} {kind}" for kind, number in tally.items()), *tally.words, sep="\n")
    return 1 if tally.red() else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
