"""The ways in which a run is disturbed. Each makes cases out of a run that was not, plays some of them, and returns a Tally.

`every` takes only every so manieth case, starting at a random one; 1 takes all. Cases that are interrupted are interrupted again
while they recover, in one case of three.
"""

import itertools
import os

import shim_log
from harness import KILLED, STATUSES, Tally
from line_cuts import Cut
from mail_shapes import letters
from power import power

TEMPORARY = 75
ERRORS = ("ENOSPC", "EIO", "EDQUOT", "EROFS")


def reference(world, setting, count, **more):
    """A run without a disturbance: how many calls, how many octets."""
    world.begin(setting, letters(count, large=False))
    world.server.octets = {"out": 0, "in": 0}
    for file in (world.log, world.log + ".data"):
        if os.path.exists(file):
            os.unlink(file)
    status = world.fetch(FAULT_SHIM_LOG=world.log, **more)
    octets = dict(world.server.octets)
    problems = world.recover()
    if status != 0 or problems:
        raise RuntimeError(f"{setting}: the run that nobody disturbs ends with {status} {problems}: {world.output.decode()}")
    return shim_log.counted(shim_log.read(world.log)), octets


def some_of(cases, every, chance):
    return itertools.islice(cases, chance.randrange(every), None, every)


def interrupt_recovery(world, tally, case, chance, calls):
    """The next run, too, is killed or has a call that fails."""
    at = chance.randrange(1, calls + 1)
    if chance.random() < 0.5:
        status = world.fetch(FAULT_SHIM_KILL=f"{chance.choice(('before', 'during', 'after'))}:{at}")
        tally["kills"] += status == KILLED
    else:
        status = world.fetch(FAULT_SHIM_FAIL=f"{at}:{chance.choice(ERRORS)}{chance.choice(('', ':forever'))}")
        tally["faults"] += 1
    tally["recoveries interrupted"] += 1
    if status != KILLED and status not in STATUSES:
        tally.blame(f"{case}, then call {at}", {f"wrong status {status}": 1})
    tally.blame(f"{case}, then call {at}", world.audit())


def kills(world, chance, setting, every=1):
    """SIGKILL before, in the middle of and after each call that changes a file."""
    tally = Tally()
    calls, _ = reference(world, setting, 14)
    cases = [(when, n) for n in range(1, calls + 1) for when in ("before", "during", "after")]
    for when, n in some_of(cases, every, chance):
        case = f"{setting}: kill {when} call {n}"
        world.begin(setting, letters(14, large=False))
        status = world.fetch(FAULT_SHIM_KILL=f"{when}:{n}")
        tally["kills"] += status == KILLED
        if status not in (KILLED, 0):
            tally.blame(case, {f"wrong status {status}": 1})
        tally.blame(case, world.audit())
        if chance.random() < 1 / 3:
            interrupt_recovery(world, tally, case, chance, calls)
        tally.blame(case, world.recover())
    return tally


def random_kills(world, chance, setting, wanted):
    """SIGKILL at random moments, run after run, while new mail arrives. About every tenth life is led to its end."""
    tally, span, life = Tally(), 0.08, 0
    while tally["kills"] < wanted:
        life += 1
        mail = letters(400, large=life % 4 == 0)
        first, rest = dict(list(mail.items())[:40]), list(mail.items())[40:]
        world.begin(setting, first)
        for run in range(chance.randrange(1, 20)):
            delay = chance.random() * span
            status = world.fetch_and_kill(delay)
            tally["kills"] += status == KILLED
            tally["runs too quick to be killed"] += status == 0
            span = min(max(span * (1.01 if status == KILLED else 0.98), 0.02), 1.0)
            case = f"{setting}: life {life}, run {run}, kill after {delay:.4f} s"
            if status not in (KILLED, 0):
                tally.blame(case, {f"wrong status {status}": 1})
            tally.blame(case, world.audit())
            more = chance.randrange(6)
            world.post(dict(rest[:more]))
            rest = rest[more:]
        tally.blame(f"{setting}: life {life}", world.recover())
        tally["lives"] += 1
    return tally


def faults(world, chance, setting, every=1):
    """Each call that changes a file fails, once or from then on."""
    tally = Tally()
    calls, _ = reference(world, setting, 14)
    cases = [(n, error, how) for n in range(1, calls + 1) for error in ERRORS for how in ("", ":forever")]
    for n, error, how in some_of(cases, every, chance):
        case = f"{setting}: call {n} fails with {error}{how}"
        world.begin(setting, letters(14, large=False))
        status = world.fetch(FAULT_SHIM_FAIL=f"{n}:{error}{how}")
        tally["faults"] += 1
        if status not in STATUSES:
            tally.blame(case, {f"wrong status {status}": 1})
        tally.blame(case, world.audit())
        if chance.random() < 1 / 3:
            interrupt_recovery(world, tally, case, chance, calls)
        tally.blame(case, world.recover())
    return tally


def cuts(world, chance, setting, every=1):
    """The line breaks after each octet of the server's and of the client's, with FIN and with RST."""
    tally = Tally()
    calls, octets = reference(world, setting, 12)
    cases = [(way, n, how) for way in ("out", "in") for n in range(octets[way] + 1) for how in ("FIN", "RST")]
    for way, n, how in some_of(cases, every, chance):
        case = f"{setting}: {how} after {n} octets {way}"
        world.begin(setting, letters(12, large=False))
        world.server.cut = Cut(way, n, how)
        status = world.fetch()
        tally["cuts"] += world.server.cut.done
        if status not in STATUSES:
            tally.blame(case, {f"wrong status {status}": 1})
        tally.blame(case, world.audit())
        if chance.random() < 1 / 10:
            world.server.cut = None
            interrupt_recovery(world, tally, case, chance, calls)
        tally.blame(case, fetch_what_waits(world))
        tally.blame(case, world.recover())
    return tally


def fetch_what_waits(world):
    """The message whose RETR or DELE was cut is passed by for a while, and no other (FAULTS N04, P39); --force does not wait for it."""
    world.server.cut = None
    status = world.fetch()
    if status != TEMPORARY and not world.is_wrong_on_server():
        return {}
    fetched = world.setting.rule == "fetched"
    others = max(world.missing(), len(world.server.mailbox.messages) if fetched else 0) - 1
    world.fetch("--force")
    return {"others were passed by": others} if others > 0 else {}


def short_writes(world, _, setting):
    """No write takes more than half of what it is given."""
    tally = Tally()
    world.begin(setting, letters(14))
    status = world.fetch(FAULT_SHIM_SHORT="1")
    tally["faults"] += 1
    if status != 0:
        tally.blame(f"{setting}: short writes", {f"wrong status {status}": 1})
    tally.blame(f"{setting}: short writes", world.recover())
    return tally


__all__ = ["cuts", "faults", "kills", "power", "random_kills", "short_writes"]
