"""The clients that are measured: how each is configured for a job, run, and asked what it delivered.

A client is a class with `command(job)`, which writes what it needs below job.folder and returns the arguments, and `arrived(job)`, which
counts what it delivered there: (messages, octets). All keep the mail on the server. The passwords are those of the test server.
"""

import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess

ADDRESS = "127.0.0.1"


@dataclasses.dataclass
class Job:
    folder: pathlib.Path         # this client's own; whatever it writes goes there
    port: int
    users: list
    password: str
    messages: int                # of each user, as many as the server has
    login: str = "plain"         # what the server offers beside LOGIN: plain, or scram too
    tls: bool = False
    ca: pathlib.Path = None
    target: str = "maildir"      # or mbox, or headers for list --headers
    unknown_server: bool = False # forget what is known about the server before each run
    known_server: bool = False   # let one run, in which every message is too large, learn about it

    def place(self, user):
        return self.folder / "out" / user


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def make_maildirs(job):
    for user in job.users:
        for sub in ("tmp", "new", "cur"):
            (job.place(user) / sub).mkdir(parents=True, exist_ok=True)


def files_of(job):
    sizes = [entry.stat().st_size for user in job.users for sub in ("new", "cur")
             if (job.place(user) / sub).is_dir() for entry in os.scandir(job.place(user) / sub)]
    return len(sizes), sum(sizes)


def mboxes_of(job):
    count = octets = 0
    for user in job.users:
        content = job.place(user).read_bytes() if job.place(user).is_file() else b""
        count += len(re.findall(rb"(?:\A|\n\n)From ", content))
        octets += len(content)
    return count, octets


class Peer:
    name = program = ""
    slow = False                 # one message at a time, or a process for each: measured once in each scenario
    environment = {}

    def available(self):
        return shutil.which(self.program)

    def arrived(self, job):
        return mboxes_of(job) if job.target == "mbox" else files_of(job)

    def prepare(self, job):
        """Before each measured run; nothing of it is measured."""


class Popfetch(Peer):
    name = "popfetch"

    def __init__(self, binary, *options, name="popfetch"):
        self.program, self.options, self.name = str(binary), options, name

    def command(self, job):
        security = f'tls = "implicit"\ntls_ca_file = "{job.ca}"' if job.tls else 'tls = "none"'
        kind = "maildir" if job.target == "headers" else job.target
        (job.folder / "out").mkdir(parents=True, exist_ok=True)
        config = write(job.folder / "popfetch.toml", "\n".join(
            f'[account.{user}]\nhost = "{ADDRESS}"\nport = {job.port}\n{security}\nuser = "{user}"\n'
            f'password = "{job.password}"\ndeliver = "{kind}:{job.place(user)}"\n' for user in job.users))
        common = [self.program, "--config", str(config), "--state-dir", str(job.folder / "state")]
        if job.target == "headers":
            return [*common, "--ndjson", "list", "--headers", job.users[0]]
        return [*common, "fetch", *self.options]

    def arrived(self, job):
        if job.target == "headers":
            lines = (job.folder / "stdout").read_bytes().splitlines()
            return sum(b'"subject"' in line.lower() for line in lines), 0
        return super().arrived(job)

    def prepare(self, job):
        if job.known_server:
            subprocess.run([self.program, "--config", job.folder / "popfetch.toml", "--state-dir", job.folder / "state", "--quiet",
                            "fetch", "--max-size", "1"], check=True, stdin=subprocess.DEVNULL, timeout=120)
        ledger = job.folder / "state" / f"{job.users[0]}.ledger"
        if job.unknown_server and ledger.exists():
            with contextlib.closing(sqlite3.connect(ledger)) as database:
                database.execute("DELETE FROM fact WHERE name = 'server.capabilities'")
                database.commit()
            # A ledger from which something went is damaged, rightly: repair seals what is left.
            subprocess.run([self.program, "--config", job.folder / "popfetch.toml", "--state-dir", job.folder / "state", "--quiet",
                            "repair", job.users[0]], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=120)


class Floor(Peer):
    """The same mailbox drained in one burst after USER and PASS, nothing written: what server and line alone take. The one named
    floor-protocol logs in as popfetch does and lists before it asks: the best that a client may reach that cannot guess."""

    def __init__(self, binary, name="floor"):
        self.program, self.name = str(binary), name

    def command(self, job):
        guesses = self.name == "floor"
        return [self.program, ADDRESS, str(job.port), "tls" if job.tls else "clear", "top" if job.target == "headers" else "retr",
                "user" if guesses else job.login, "guess" if guesses else "list", str(job.messages), job.users[0], job.password]

    def arrived(self, job):
        words = (job.folder / "stdout").read_text().split()
        return (int(words[0]), int(words[1])) if len(words) == 2 else (0, 0)


class Mpop(Peer):
    name = program = "mpop"

    def command(self, job):
        (job.folder / "uidls").mkdir(parents=True, exist_ok=True)
        if job.target == "maildir":
            make_maildirs(job)
        else:
            (job.folder / "out").mkdir(exist_ok=True)
        security = f"tls on\ntls_starttls off\ntls_trust_file {job.ca}" if job.tls else "tls off\nauth plain"
        config = write(job.folder / "mpoprc", "\n".join(
            f'account {user}\nhost {ADDRESS}\nport {job.port}\n{security}\nuser {user}\npassword "{job.password}"\nkeep on\n'
            f"received_header off\nuidls_file {job.folder}/uidls/{user}\ndelivery {job.target} {job.place(user)}\n"
            for user in job.users))
        return [self.program, "-C", str(config), "-q", "-a"]


class Curl(Peer):
    name = program = "curl"

    def command(self, job):
        new = job.place(job.users[0]) / "new"
        new.mkdir(parents=True, exist_ok=True)
        scheme = "pop3s" if job.tls else "pop3"
        config = write(job.folder / "curlrc", f'user = "{job.users[0]}:{job.password}"\n' + "".join(
            f'url = "{scheme}://{ADDRESS}:{job.port}/{n}"\noutput = "{new}/{n}"\n' for n in range(1, job.messages + 1)))
        return [self.program, "-q", "--silent", "--show-error", *(["--cacert", str(job.ca)] if job.tls else []), "-K", str(config)]


class Fdm(Peer):
    name = program = "fdm"
    slow = True

    def command(self, job):
        make_maildirs(job)
        protocol, flags = ("pop3s", "no-apop no-verify") if job.tls else ("pop3", "no-apop insecure")
        lines = ["set maximum-size 400M", f'set lock-file "{job.folder}/lock"', 'set default-user "%s"' % os.environ.get("USER", "root")]
        for user in job.users:
            lines += [f'account "{user}" {protocol} server "{ADDRESS}" port {job.port} user "{user}" pass "{job.password}" {flags} keep',
                      f'action "to-{user}" maildir "{job.place(user)}"', f'match account "{user}" action "to-{user}"']
        config = write(job.folder / "fdm.conf", "\n".join(lines) + "\n")
        return [self.program, "-f", str(config), "-q", "fetch"]


class Fetchmail(Peer):
    """Has no delivery of its own: one cat for each message. By name, because it does not compare addresses with a certificate."""
    name = program = "fetchmail"
    slow = True

    def command(self, job):
        (job.folder / "out").mkdir(parents=True, exist_ok=True)
        security = f"ssl sslcertck sslcertfile {job.ca}" if job.tls else "sslproto ''"
        config = write(job.folder / "fetchmailrc", "\n".join(
            f'poll localhost service {job.port} protocol pop3 auth password timeout 60\n  user "{user}" password "{job.password}" '
            f'{security} fetchall keep mda "cat >> {job.place(user)}"\n' for user in job.users))
        self.environment = {"FETCHMAILHOME": str(job.folder)}
        return [self.program, "-f", str(config), "-s", "--pidfile", str(job.folder / "pid"), "-i", str(job.folder / "ids")]

    def arrived(self, job):
        contents = [job.place(user).read_bytes() for user in job.users if job.place(user).is_file()]
        return sum(len(re.findall(rb"\n\tby [^\n]*\(fetchmail-6\.", c)) for c in contents), sum(map(len, contents))


class Getmail(Peer):
    """Verifies no certificate here, as is its default. Does not deliver as root: root's getmail6 delivers as the user mail."""
    name, program = "getmail6", "getmail"
    slow = True

    def command(self, job):
        make_maildirs(job)
        (job.folder / "getmail").mkdir(exist_ok=True)
        arguments, owner = [self.program, f"--getmaildir={job.folder}/getmail"], ""
        if os.getuid() == 0:
            owner = "user = mail\n"
            for path in [job.folder / "out", *(job.folder / "out").rglob("*")]:
                shutil.chown(path, "mail", "mail")
        for user in job.users:
            kind = "SimplePOP3SSLRetriever" if job.tls else "SimplePOP3Retriever"
            write(job.folder / "getmail" / user, f"[retriever]\ntype = {kind}\nserver = {ADDRESS}\nport = {job.port}\n"
                  f"username = {user}\npassword = {job.password}\n[destination]\ntype = Maildir\npath = {job.place(user)}/\n{owner}"
                  "[options]\nread_all = true\ndelete = false\nverbose = 0\ndelivered_to = false\nreceived = false\n")
            arguments.append(f"--rcfile={user}")
        return arguments
