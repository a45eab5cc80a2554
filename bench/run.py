#!/usr/bin/env python3
"""Measures popfetch beside its peers. Started by scripts/bench; bench/README.md explains it."""

import argparse
import contextlib
import json
import os
import pathlib
import poplib
import signal
import subprocess
import sys

import corpus
import peers
import report
from scenarios import SCENARIOS, chosen
from track import SERVERS, Dovecot, Job, Proxy, TinyServer, Track

ROOT = pathlib.Path(__file__).parent.parent


def say(text):
    print(text, file=sys.stderr, flush=True)


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=pathlib.Path, required=True, help="the popfetch to measure")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--fast", action="store_true", help="leave out fdm, fetchmail and getmail6")
    parser.add_argument("--clients", default="", help="only these, separated by commas: popfetch,floor")
    parser.add_argument("--scale", type=float, default=1.0, help="mailboxes of this part of their size, to try things out")
    parser.add_argument("--timeout", type=int, default=180, help="seconds after which one run of one client is ended")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build/bench")
    parser.add_argument("scenario", nargs="*", help="B1, B3-40ms, growth ...; none: all")
    return parser.parse_intermixed_args()


class Bench:
    def __init__(self, wanted):
        self.wanted, self.scenarios = wanted, chosen(wanted.scenario)
        self.track = Track(wanted.output, wanted.timeout)
        every = [peers.Popfetch(wanted.binary.resolve()),
                 peers.Popfetch(wanted.binary.resolve(), "--jobs", "20", name="popfetch-20"),
                 peers.Floor(self.track.tools["floor"]),
                 peers.Floor(self.track.tools["floor"], name="floor-protocol"), peers.Mpop(), peers.Curl(), peers.Fdm(), peers.Fetchmail(), peers.Getmail()]
        missing = [client.name for client in every if not client.available()]
        if missing:
            say("not installed, left out: " + ", ".join(missing))
        only = wanted.clients.split(",") if wanted.clients else [client.name for client in every]
        self.clients = {c.name: c for c in every if c.name in only and c.name not in missing and not (wanted.fast and c.slow)}
        self.results = []
        self.version = subprocess.run([wanted.binary.resolve(), "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def scaled(self, number):
        return max(2, round(number * self.wanted.scale))

    # --- mailboxes ---------------------------------------------------------------------------------------------------
    def mailboxes(self):
        kinds = {s.mailbox for s in self.scenarios}
        mail = corpus.messages(ROOT, self.wanted.output / "corpus", say) if kinds - {"tiny", "big"} else []
        accounts = max((s.size for s in self.scenarios if s.mailbox == "accounts"), default=0)
        boxes = {}
        if "real" in kinds:
            boxes["real"] = mail[:self.scaled(len(mail))]
        if "mid" in kinds:
            boxes["mid"] = mail[1000:1000 + self.scaled(500)]
        if "big" in kinds:
            boxes["big"] = [corpus.dotted(round(200_000_000 * self.wanted.scale))]
        for n in range(accounts):
            first = n * 50 % (len(mail) - 50)
            boxes[f"acc{n + 1:03d}"] = mail[first:first + self.scaled(50)]
        return boxes

    def users(self, scenario):
        return [f"acc{n + 1:03d}" for n in range(scenario.size)] if scenario.mailbox == "accounts" else [scenario.mailbox]

    def start(self, stack):
        boxes = self.mailboxes()
        self.expected = {user: (len(box), sum(map(len, box))) for user, box in boxes.items()}
        self.dovecots = {}
        for login in sorted({s.login for s in self.scenarios if s.mailbox != "tiny"}):
            say(f"starting Dovecot ({login}) with {sum(map(len, boxes.values())):,} messages")
            dovecot = stack.enter_context(Dovecot(boxes, extra=SERVERS[login]))
            self.dovecots[login] = dovecot
            dovecot.mailboxes = {}
            for user in self.expected:
                self.warm(dovecot, user)

    def warm(self, dovecot, user):
        """The server's first look at a mailbox makes its indexes; that is nobody's time."""
        box = poplib.POP3("127.0.0.1", dovecot.port, timeout=120)
        box.user(user)
        box.pass_(dovecot.password)
        box.list()
        box.uidl()
        box.quit()

    # --- running -----------------------------------------------------------------------------------------------------
    def measure(self, scenario):
        with contextlib.ExitStack() as stack:
            if scenario.mailbox == "tiny":
                size = self.scaled(scenario.size)
                server = stack.enter_context(TinyServer(self.track.tools["tiny_server"], size))
                expected, port = {"tiny": (size, 0)}, server.port
            else:
                server, expected = self.dovecots[scenario.login], self.expected
                port = server.tls_port if scenario.tls else server.port
            proxy = stack.enter_context(Proxy(scenario.round_trip, port)) if scenario.round_trip else None
            self.repeat(scenario, server, proxy.port if proxy else port, proxy, expected)

    def repeat(self, scenario, server, port, proxy, expected):
        names = [name for name in scenario.clients.split() if name in self.clients]
        users = self.users(scenario)
        job = dict(port=port, users=users, password=server.password, messages=expected[users[0]][0], login=scenario.login,
                   tls=scenario.tls, ca=server.ca,
                   target=scenario.target, unknown_server=scenario.unknown_server, known_server=scenario.known_server)
        jobs = {}
        for repetition in range(1 if scenario.once else self.wanted.repetitions):
            turn = repetition % max(1, len(names))
            for name in names[turn:] + names[:turn]:
                client = self.clients[name]
                if client.slow and repetition:
                    continue
                if not scenario.nothing_new or name not in jobs:
                    jobs[name] = Job(folder=self.track.fresh(f"{scenario.name}-{name}"), **job)
                self.one(scenario, client, jobs[name], proxy, repetition, expected, fill=scenario.nothing_new)

    def one(self, scenario, client, job, proxy, repetition, expected, fill):
        preload = self.track.tools["shim"] if scenario.slow_disk else None
        if fill and not repetition:
            self.track.run(client, job, proxy, preload)
        result = self.track.run(client, job, proxy, preload)
        result.update(scenario=scenario.name, client=client.name, repetition=repetition)
        result["why"] = self.wrong(result, client, job, expected)
        result["complete"] = not result["why"]
        self.results.append(result)
        turns = f", {result['turns']} turns" if "turns" in result else ""
        say(f"  {scenario.name} {client.name} #{repetition + 1}: {result['wall']:.3f} s, CPU {result['cpu']:.3f} s, "
            f"{result['peak_kib'] / 1024:.1f} MB{turns}, {result['arrived']:,} arrived {result['why']}")

    def wrong(self, result, client, job, expected):
        """Why this run counts for nothing, or an empty text."""
        count = sum(expected[user][0] for user in job.users)
        octets = sum(expected[user][1] for user in job.users)
        if result["late"]:
            return f"ended after {self.wanted.timeout} s, {result['arrived']:,} of {count:,} arrived"
        if result["exit"] != 0:
            return f"exit {result['exit']} signal {result['signal']}: {result['said'].splitlines()[-1:] or ''}"
        if result["arrived"] != count:
            return f"{result['arrived']:,} of {count:,} arrived"
        if job.target != "headers" and result["octets"] < 0.98 * octets:
            return f"{result['octets']:,} of {octets:,} octets arrived"
        return ""

    def run(self):
        with contextlib.ExitStack() as stack:
            stack.callback(self.track.close)
            self.start(stack)
            for scenario in self.scenarios:
                self.measure(scenario)
                print(report.plain(self.results, scenario, self.clients), flush=True)
                self.save()
        self.memory()

    # --- what is left behind -----------------------------------------------------------------------------------------
    def memory(self):
        """B8 is no run of its own: the most that popfetch took in any of B1 to B6, and with 100,000 UIDs."""
        peaks = [r for r in self.results if r["client"] == report.OURS and r["complete"] and r["scenario"][:2] != "gr"]
        for text, names in (("B1-B6", "B1-,B2,B3,B4,B5,B6"), ("100,000 UIDs", "B9")):
            some = [(r["peak_kib"] / 1024, r["scenario"]) for r in peaks if r["scenario"].startswith(tuple(names.split(",")))]
            if some:
                print("\nB8: most memory in {}: {:.1f} MB ({})".format(text, *max(some)))

    def save(self):
        done = [s for s in SCENARIOS if any(r["scenario"] == s.name for r in self.results)]
        about = (f"{self.version}; {os.cpu_count()} cores, {self.wanted.repetitions} repetitions (slow peers: one), mailboxes at {self.wanted.scale:g} of "
                 "their size. Medians; ratios are taken within one repetition. Only figures of one run can be compared.")
        self.wanted.output.mkdir(parents=True, exist_ok=True)
        (self.wanted.output / "results.json").write_text(json.dumps({"about": about, "results": self.results}, indent=1) + "\n")
        (self.wanted.output / "results.md").write_text(report.markdown(self.results, done, self.clients, about))
        (self.wanted.output / "chart.svg").write_text(report.chart(self.results, done, self.clients))


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanted = options()
    Bench(wanted).run()
    print(f"\nWritten: {wanted.output}/results.json, results.md, chart.svg")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
