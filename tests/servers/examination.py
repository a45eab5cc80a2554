"""One server, one way to connect, one way to log in: is everything fetched, kept, fetched only once, and deleted when it should be?"""

import collections
import contextlib
import json
import os
import pathlib
import poplib
import re
import subprocess
import tempfile
import time

from debian_servers import CERTIFICATE, PASSWORD, USERS

poplib._MAXLINE = 1 << 20      # pylint: disable=protected-access
TRANSPORTS = {"clear": "none", "STLS": "starttls", "TLS": "implicit"}


class Failure(Exception):
    """What went wrong, in a word for the table and in full."""


def certificate(chroot):
    """Made in the chroot; returns the file that a client has to trust."""
    chroot.write(CERTIFICATE, "", 0o600)
    file = chroot.root / CERTIFICATE.lstrip("/")
    trusted = chroot.memory / "ca.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", file, "-out", trusted],
                   check=True, capture_output=True)
    with open(file, "ab") as both:
        both.write(trusted.read_bytes())
    return trusted


class Session:
    """Another client, Python's: what the server has."""

    def __init__(self, user):
        self.server = poplib.POP3("127.0.0.1", 110, timeout=30)
        with contextlib.suppress(poplib.error_proto):      # a server without CAPA
            if "UTF8" in self.server.capa():
                self.server.utf8()      # messages as they are, RFC 6856
        self.server.user(user)
        self.server.pass_(PASSWORD)

    def __enter__(self):
        return self

    def count(self):
        return self.server.stat()[0]

    def messages(self):
        self.server.uidl()
        return [b"".join(line + b"\n" for line in self.server.retr(number)[1]) for number in range(1, self.count() + 1)]

    def empty(self):
        for number in range(1, self.count() + 1):
            self.server.dele(number)

    def __exit__(self, *_):
        self.server.quit()


def wait_until_ready(chroot):
    """Until each port greets: a server that takes long is waited for, one that ended is not."""
    for _ in range(300):
        try:
            Session(USERS[1]).__exit__()
            return
        except (OSError, EOFError, poplib.error_proto) as error:
            said = error
            if chroot.process.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"the server does not serve: {said}\n" + chroot.said())


class Examination:
    def __init__(self, popfetch, server, trusted, transport, auth):
        self.popfetch, self.server, self.trusted, self.transport, self.auth = popfetch, server, trusted, transport, auth
        self.mechanism = self.protection = ""
        self.told = set()

    def run(self, messages):
        """The columns of the table: found out one after the other, the first failure ends it."""
        expected = self.fill(messages)
        with tempfile.TemporaryDirectory(prefix="popfetch-servers-") as home:
            self.home = pathlib.Path(home)
            self.fetch("fetched", "never", len(expected))
            self.same("fetched", expected)
            self.left("kept", len(expected))
            self.fetch("nothing new", "never", 0)
            self.fetch("emptied", "fetched", 0)
            self.same("emptied", expected)
            self.left("emptied", 0)
        return len(expected)

    def fill(self, messages):
        """Both users get the same, so that what popfetch meets was read by nobody before."""
        for user in USERS:
            with Session(user) as session:
                session.empty()
        for message in messages:
            self.server.deliver(message)
        with Session(USERS[1]) as session:
            return session.messages()

    def configure(self, delete):
        port = {"clear": 110, "STLS": self.server.stls_port, "TLS": 995}[self.transport]
        keys = {"host": "localhost", "ip_version": "4", "port": port, "tls": TRANSPORTS[self.transport], "user": USERS[0],
                "password_file": "password", "deliver": "maildir:Mail", "delete": delete, "auth": self.auth}
        if self.transport != "clear":
            keys["tls_ca_file"] = str(self.trusted)
        (self.home / "password").touch(0o600)
        (self.home / "password").write_text(PASSWORD + "\n")
        (self.home / "popfetch.toml").write_text("[account.test]\n" + "".join(f"{key} = {json.dumps(keys[key])}\n" for key in keys))

    def fetch(self, step, delete, wanted):
        self.configure(delete)
        result = subprocess.run([self.popfetch, "--config", "popfetch.toml", "--state-dir", "state", "fetch", "--json"], cwd=self.home,
                                env={**os.environ, "HOME": str(self.home), "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=300, check=False)
        events = [json.loads(line) for line in result.stdout.splitlines()]
        for event in events:
            if event["event"] == "connected":
                self.mechanism, self.protection = event["mechanism"], event["confidentiality"]
        self.told |= {event["text"] for event in events if event["event"] == "warning"}
        if result.returncode or result.stderr or any(event["event"] == "error" for event in events):
            words = [event["text"] for event in events if event["event"] == "error"]
            raise Failure(step, f"status {result.returncode}: {'; '.join(words) or result.stderr}")
        if events[-1]["fetched"] != wanted:
            raise Failure(step, f"{events[-1]['fetched']} fetched instead of {wanted}")

    def same(self, step, expected):
        def comparable(messages):
            return collections.Counter(re.sub(self.server.differs, b"", message) for message in messages)
        stored = [path.read_bytes() for sub in ("new", "cur") for path in (self.home / "Mail" / sub).iterdir()]
        missing = comparable(expected) - comparable(stored)
        surplus = comparable(stored) - comparable(expected)
        if missing or surplus:
            first = [next(iter(some), b"")[:200] for some in (missing, surplus)]
            raise Failure(step, f"{missing.total()} are missing, {surplus.total()} too many: {first}")

    def left(self, step, wanted):
        with Session(USERS[0]) as session:
            if session.count() != wanted:
                raise Failure(step, f"{session.count()} on the server instead of {wanted}")
