"""What is measured: one entry for each line of work, with what is to be reached in it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Target:
    """`measure` of popfetch (wall, cpu, turns, peak) is at most `limit`, or `limit` times that of another client."""
    measure: str
    limit: float
    of: str = ""


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    mailbox: str                 # real, mid, big, accounts or tiny
    clients: str
    size: int = 0                # accounts: how many; tiny: how many messages
    tls: bool = False
    round_trip: int = 0          # milliseconds; 0: no proxy
    target: str = "maildir"
    nothing_new: bool = False    # a first run, not measured, fetches everything
    unknown_server: bool = False
    known_server: bool = False
    slow_disk: bool = False
    once: bool = False           # one repetition is enough
    targets: tuple = ()


def wall(limit, of=""):
    return Target("wall", limit, of)


SMALL = Target("peak", 16)
ALL = "popfetch floor mpop curl fdm fetchmail getmail6"

SCENARIOS = [
    Scenario("B1-clear", "6,046 messages to a maildir, clear line", "real", ALL,
             targets=(wall(0.5, "mpop"), Target("cpu", 1, "mpop"), SMALL)),
    Scenario("B1-tls", "6,046 messages to a maildir, TLS", "real", ALL, tls=True,
             targets=(wall(0.5, "mpop"), Target("cpu", 1, "mpop"), SMALL)),
    Scenario("B2", "6,046 messages to an mbox, clear line", "real", "popfetch floor mpop fetchmail", target="mbox",
             targets=(wall(0.5, "mpop"), SMALL)),
    Scenario("B3-40ms", "500 messages to a maildir, TLS, 40 ms round trip", "mid", ALL, tls=True, round_trip=40,
             targets=(wall(1.5, "floor"), wall(0.55, "mpop"), SMALL)),
    Scenario("B3-200ms", "500 messages to a maildir, TLS, 200 ms round trip", "mid", "popfetch floor mpop", tls=True, round_trip=200,
             targets=(wall(1.5, "floor"), SMALL)),
    Scenario("B3-200ms-known", "the same where the server is known from an earlier run", "mid", "popfetch floor",
             tls=True, round_trip=200, known_server=True, targets=(wall(1.5, "floor"), SMALL)),
    Scenario("B4-unknown", "nothing new among 6,046, TLS, 40 ms, server not known yet", "real", "popfetch mpop", tls=True, round_trip=40,
             target="mbox", nothing_new=True, unknown_server=True, targets=(Target("turns", 5), SMALL)),
    Scenario("B4-known", "nothing new among 6,046, TLS, 40 ms, server known from an earlier run", "real", "popfetch mpop", tls=True,
             round_trip=40, target="mbox", nothing_new=True, targets=(Target("turns", 4), SMALL)),
    Scenario("B5", "20 accounts of 50 messages, TLS, 40 ms", "accounts", "popfetch popfetch-20 mpop fdm", size=20, tls=True, round_trip=40,
             targets=(wall(0.12, "mpop"), wall(0.25, "fdm"), SMALL)),
    Scenario("B6-clear", "one message of 200 MB, every line dotted, clear line", "big", "popfetch floor mpop curl",
             targets=(wall(0.9, "mpop"), SMALL)),
    Scenario("B6-tls", "one message of 200 MB, every line dotted, TLS", "big", "popfetch floor mpop curl", tls=True,
             targets=(wall(0.9, "mpop"), SMALL)),
    Scenario("B7", "list --headers of 500 messages, TLS, 40 ms", "mid", "popfetch floor", tls=True, round_trip=40, target="headers",
             targets=(wall(0.6 + 4 * 0.04),)),
    Scenario("B9", "nothing new among 100,000, clear line", "tiny", "popfetch mpop", size=100000, target="mbox", nothing_new=True,
             targets=(Target("cpu", 0.3), Target("peak", 64))),
    Scenario("B10", "6,046 messages to a maildir on a slow disk (a sync of something new takes 5 ms)", "real", "popfetch mpop",
             slow_disk=True, targets=(wall(0.1, "mpop"),)),
    *(Scenario(f"growth-{size}-messages", f"{size:,} small messages to a maildir, clear line", "tiny", "popfetch floor mpop", size=size, once=True)
      for size in (1000, 10000, 100000)),
    *(Scenario(f"growth-{size}-accounts", f"{size} account{'s' * (size > 1)} of 50 messages, TLS, 40 ms", "accounts", "popfetch mpop", size=size, tls=True,
               round_trip=40, once=True) for size in (1, 10, 100)),
]


def chosen(words):
    """Those whose names begin with one of the words; B1 means B1-clear and B1-tls, and not B10. None: all."""
    def meant(name, word):
        return name == word or name.startswith(word + "-")
    unknown = [word for word in words if not any(meant(s.name, word) for s in SCENARIOS)]
    if unknown:
        raise SystemExit(f"no such scenario: {', '.join(unknown)}; there are: {' '.join(s.name for s in SCENARIOS)}")
    return [s for s in SCENARIOS if not words or any(meant(s.name, word) for word in words)]
