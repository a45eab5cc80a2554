"""The same random kills for other fetchers, each with the settings that suit it best: into a maildir, mail stays on the server.

A peer may add headers, so messages are told by their Message-ID. Killed is the fetcher with what it has started.
"""

import collections
import multiprocessing
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from harness import Tally
from line_cuts import CuttingServer, Mailbox
from mail_shapes import in_maildir, letter

MDA = """#!/bin/sh
name=$(mktemp "{maildir}/tmp/XXXXXXXXXX") && cat >"$name" && sync "$name" && mv "$name" "{maildir}/new/" && sync "{maildir}/new"
"""


def popfetch_command(world, program):
    world.write("popfetch.toml", f'[account.demo]\nhost = "127.0.0.1"\nport = {world.server.port}\ntls = "none"\nuser = "demo"\n'
                f'allow_plaintext_password = true\npassword = "demo"\ndeliver = "maildir:{world.maildir}"\n')
    return [program, "--config", world.path("popfetch.toml"), "--state-dir", world.path("state"), "fetch"]


def mpop_command(world, program):
    world.write("mpoprc", f"account default\nhost 127.0.0.1\nport {world.server.port}\nuser demo\npassword demo\nauth user\ntls off\n"
                f"keep on\nuidls_file {world.path('uidls')}\ndelivery maildir {world.maildir}\n")
    return [program, "--quiet", "--file=" + world.path("mpoprc")]


def fetchmail_command(world, program):
    world.write("mda", MDA.format(maildir=world.maildir), 0o700)
    world.write("fetchmailrc", f"poll 127.0.0.1 protocol pop3 port {world.server.port} auth password uidl\n"
                f"  user demo password demo sslproto '' keep mda \"{world.path('mda')}\"\n")
    return [program, "--silent", "--nodetach", "--invisible", "--fetchmailrc", world.path("fetchmailrc"), "--idfile", world.path("ids"),
            "--pidfile", world.path("pid")]


def getmail_command(world, program):
    user = ""
    if os.geteuid() == 0:                        # as root it delivers for somebody else
        user = "user = nobody\n"
        os.chmod(world.folder, 0o711)
        for part in ("", "tmp", "new", "cur"):
            shutil.chown(os.path.join(world.maildir, part), "nobody")
    world.write("getmailrc", f"[retriever]\ntype = SimplePOP3Retriever\nserver = 127.0.0.1\nport = {world.server.port}\nusername = demo\n"
                f"password = demo\n[destination]\ntype = Maildir\npath = {world.maildir}/\n{user}[options]\nread_all = false\ndelete = false\n"
                "verbose = 0\ndelivered_to = false\nreceived = false\nto_oldmail_on_each_mail = true\n")
    return [program, "--getmaildir", world.folder, "--rcfile", "getmailrc"]


def fdm_command(world, program):
    cache = world.path("cache")                  # as root it fetches as a user of its own
    os.mkdir(cache)
    os.chmod(cache, 0o777)
    os.chmod(world.folder, 0o711)
    world.write("fdm.conf", f"""set default-user "root"
set maximum-size 128M
account "demo" pop3 server "127.0.0.1" port {world.server.port} user "demo" pass "demo" new-only cache "{cache}/uids" no-apop keep
action "in" maildir "{world.maildir}"
match all action "in"
""")
    return [program, "-q", "-m", "-f", world.path("fdm.conf"), "fetch"]      # -m: a killed one has left its lock


PEERS = {"popfetch": popfetch_command, "mpop": mpop_command, "fetchmail": fetchmail_command, "getmail": getmail_command,
         "fdm": fdm_command}
PACKAGES = {"mpop": "mpop", "fetchmail": "fetchmail", "getmail": "getmail6", "fdm": "fdm"}
DONE = (0, 1)             # fetchmail says 1 when there is no mail
MAILBOX = 200             # so many that a random moment often lies between the first that is delivered and the last


class PeerWorld:
    """A maildir, a place for the peer's own files, a server."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="peer.", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.server = CuttingServer(Mailbox())
        self.maildir = self.path("mail")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o600):
        path = pathlib.Path(self.path(name))
        path.touch(mode=mode)
        path.write_text(text, encoding="ascii")

    def begin(self, messages):
        shutil.rmtree(self.folder, ignore_errors=True)
        for part in ("tmp", "new", "cur"):
            os.makedirs(os.path.join(self.maildir, part), mode=0o700)
        self.server.mailbox = Mailbox(messages)

    def run(self, command, delay=None):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=dict(os.environ, HOME=self.folder), start_new_session=True)
        with process:
            if delay is not None:
                time.sleep(delay)
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            status = process.wait(timeout=300)
        self.server.wait_until_idle()
        return status

    def close(self):
        self.server.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def mail(first, count):
    return {f"u{n:05d}": letter(n, b"hello\n" * (n % 50)) for n in range(first, first + count)}


def found(world):
    texts = in_maildir(world.maildir)
    return collections.Counter(int(m.group(1)) for text in texts if (m := re.search(rb"^Message-ID: <(\d+)@", text, re.MULTILINE | re.I)))


def calm_run(world, make, program):
    """How long a run takes that nobody disturbs."""
    world.begin(mail(0, MAILBOX))
    start = time.monotonic()
    status = world.run(make(world, program))
    took = time.monotonic() - start
    if status not in DONE or len(found(world)) != MAILBOX:
        raise RuntimeError(f"{program}: status {status}, {len(found(world))} of {MAILBOX} messages")
    return took


def kill_peer(name, program, wanted, seed):
    """Random kills, as in disturbances.random_kills."""
    make, chance, tally, world = PEERS[name], random.Random(f"{seed} {name}"), Tally(), PeerWorld()
    try:
        took = calm_run(world, make, program)
        while tally["kills"] < wanted:
            world.begin(mail(0, MAILBOX))
            posted, command = MAILBOX, make(world, program)
            for _ in range(chance.randrange(1, 8)):
                tally["kills"] += world.run(command, chance.random() * took) == -signal.SIGKILL
                more = chance.randrange(4)
                world.server.mailbox.messages.update(mail(posted, more))
                posted += more
            tally["unhappy runs"] += world.run(command) not in DONE
            there = found(world)
            tally["lost"] += sum(there[n] == 0 for n in range(posted))
            tally["doubled"] += sum(max(0, n - 1) for n in there.values())
            tally["lives"] += 1
    finally:
        world.close()
    return tally


def install():
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if missing and subprocess.run(["apt-get", "install", "-y", "-q", *missing], stdout=subprocess.DEVNULL, check=False).returncode != 0:
        print("cannot install", *missing, file=sys.stderr)


def version(program):
    """As it says itself; fdm says so only when it checks a configuration."""
    for arguments in (["--version"], ["-vn"]):
        said = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=20)
        if found := re.search(rb"\d+\.\d[\w.]*", said.stdout + said.stderr):
            return found[0].decode()
    return ""


def played(task):
    """One line of the table, in a process of its own."""
    name, popfetch, wanted, seed = task
    program = popfetch if name == "popfetch" else shutil.which(name)
    try:
        tally = kill_peer(name, program, wanted, seed) if program else None
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        tally = None
    return (f"| {name} {version(program)} | {tally['kills']:,} | {tally['lost']} | {tally['doubled']} | {tally['unhappy runs']} |" if tally
            else f"| {name} | not played | | | |")


def compare(popfetch, wanted, seed, workers):
    """Prints a Markdown table, a line for each fetcher that is here."""
    install()
    print("| fetcher | kills | lost | doubled | last run unhappy |\n|---|---:|---:|---:|---:|", flush=True)
    with multiprocessing.Pool(workers) as pool:
        for line in pool.imap(played, [(name, popfetch, wanted, seed) for name in PEERS]):
            print(line, flush=True)
