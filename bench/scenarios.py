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
    login: str = "plain"         # what the server offers, and so what popfetch takes: plain, or scram
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

LOGINS = ("plain", "scram")


def waits(plain, scram, login):
    return Target("turns", scram if login == "scram" else plain)


def far(login):
    """What a distant server makes slow: each wait counts. Once with each login."""
    return [
        Scenario(f"B3-40ms-{login}", "500 messages to a maildir, TLS, 40 ms round trip", "mid", ALL, login=login, tls=True, round_trip=40,
                 targets=(wall(1.5, "floor"), wall(0.55, "mpop"), SMALL)),
        Scenario(f"B3-40ms-known-{login}", "the same where the server is known from an earlier run", "mid",
                 "popfetch floor floor-protocol mpop", login=login, tls=True, round_trip=40, known_server=True,
                 targets=(waits(4, 6, login), wall(1.2, "floor-protocol"), SMALL)),
        Scenario(f"B3-200ms-{login}", "500 messages to a maildir, TLS, 200 ms round trip", "mid", "popfetch floor mpop", login=login,
                 tls=True, round_trip=200, targets=(wall(1.5, "floor"), SMALL)),
        Scenario(f"B3-200ms-known-{login}", "the same where the server is known from an earlier run", "mid",
                 "popfetch floor floor-protocol", login=login, tls=True, round_trip=200, known_server=True,
                 targets=(wall(1.5, "floor"), wall(1.2, "floor-protocol"), SMALL)),
        Scenario(f"B4-unknown-{login}", "nothing new among 6,046, TLS, 40 ms, server not known yet", "real", "popfetch mpop", login=login,
                 tls=True, round_trip=40, target="mbox", nothing_new=True, unknown_server=True, targets=(waits(5, 7, login), SMALL)),
        Scenario(f"B4-known-{login}", "nothing new among 6,046, TLS, 40 ms, server known from an earlier run", "real", "popfetch mpop",
                 login=login, tls=True, round_trip=40, target="mbox", nothing_new=True,
                 targets=(waits(3, 4, login), wall(0.6, "mpop"), SMALL)),
        Scenario(f"B5-{login}", "20 accounts of 50 messages, TLS, 40 ms", "accounts", "popfetch popfetch-20 mpop fdm", login=login, size=20,
                 tls=True, round_trip=40, targets=(wall(0.12, "mpop"), wall(0.25, "fdm"), SMALL)),
    ]


SCENARIOS = [
    Scenario("B1-clear-plain", "6,046 messages to a maildir, clear line", "real", ALL,
             targets=(wall(0.35, "mpop"), Target("cpu", 1, "mpop"), SMALL)),
    Scenario("B1-tls-plain", "6,046 messages to a maildir, TLS", "real", ALL, tls=True,
             targets=(wall(0.35, "mpop"), Target("cpu", 1, "mpop"), SMALL)),
    Scenario("B2-plain", "6,046 messages to an mbox, clear line", "real", "popfetch floor mpop fetchmail", target="mbox",
             targets=(wall(0.35, "mpop"), SMALL)),
    *(scenario for login in LOGINS for scenario in far(login)),
    Scenario("B6-clear-plain", "one message of 200 MB, every line dotted, clear line", "big", "popfetch floor mpop curl",
             targets=(wall(0.8, "mpop"), SMALL)),
    Scenario("B6-tls-plain", "one message of 200 MB, every line dotted, TLS", "big", "popfetch floor mpop curl", tls=True,
             targets=(wall(0.8, "mpop"), SMALL)),
    Scenario("B7-plain", "list --headers of 500 messages, TLS, 40 ms", "mid", "popfetch floor", tls=True, round_trip=40, target="headers",
             targets=(wall(0.6 + 4 * 0.04),)),
    Scenario("B9-plain", "nothing new among 100,000, clear line", "tiny", "popfetch mpop", size=100000, target="mbox", nothing_new=True,
             targets=(Target("cpu", 0.3), Target("peak", 64))),
    Scenario("B10-plain", "6,046 messages to a maildir on a slow disk (a sync of something new takes 5 ms)", "real", "popfetch mpop",
             slow_disk=True, targets=(wall(0.1, "mpop"),)),
    *(Scenario(f"growth-{size}-messages-plain", f"{size:,} small messages to a maildir, clear line", "tiny", "popfetch floor mpop", size=size, once=True)
      for size in (1000, 10000, 100000)),
    *(Scenario(f"growth-{size}-accounts-plain", f"{size} account{'s' * (size > 1)} of 50 messages, TLS, 40 ms", "accounts", "popfetch mpop", size=size, tls=True,
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
