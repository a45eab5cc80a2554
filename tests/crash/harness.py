"""popfetch against a mailbox in this process, disturbed in some way, run again in peace, and judged.

    world = World(Programs(popfetch, shim), seed)
    world.begin(Setting("maildir", "fetched"), letters(12))
    status = world.fetch(FAULT_SHIM_KILL="during:57")
    problems = world.audit() + world.recover()

The oracle is the mailbox object: whatever happens, each message is on the server or exactly once and octet for octet at the
destination, and after one more run in peace everything is at the destination exactly once, and nothing lies about.
"""

import collections
import dataclasses
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import time

from line_cuts import CuttingServer, Mailbox
from mail_shapes import READERS, as_stored, in_torn_mbox
from scratch import scratch_folder

KILLED = -signal.SIGKILL
STUCK = -1000            # not over after World.patience; it was ended
# How a run may end whose files or line fail: man page, EXIT STATUS. 65 belongs to a ledger that cannot be read.
STATUSES = {0, 65, 69, 73, 74, 75, 76}


@dataclasses.dataclass(frozen=True)
class Programs:
    popfetch: str
    shim: str


@dataclasses.dataclass(frozen=True)
class Setting:
    """A kind of destination, and what happens on the server: kept, deleted when fetched, or deleted by an EXPIRE 0 of the server's."""
    target: str
    rule: str            # "keep", "fetched", "expire"

    def __str__(self):
        return f"{self.target}/{self.rule}"


SETTINGS = [Setting(target, rule) for target in READERS for rule in ("keep", "fetched", "expire")]


class Tally(collections.Counter):
    """Figures by name, and what was wrong, in words that name the case."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.words = []

    def __reduce__(self):
        return restored, (dict(self), self.words)      # a Counter forgets what else there is when it is sent to another process

    def blame(self, case, problems):
        for kind, number in problems.items():
            self[kind] += number
            self.words.append(f"{case}: {number} {kind}")

    def add(self, other):
        self.update(other)
        self.words += other.words

    def red(self):
        return bool(self.words)


def restored(figures, words):
    tally = Tally(figures)
    tally.words = words
    return tally


class World:
    """One place, one server, one mailbox at a time."""

    patience = 120           # seconds, far above what any of these runs needs, and below the time that a lock is waited for

    def __init__(self, programs, in_folder=None):
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))   # batches of sixteen
        self.programs = programs
        self.scratch = in_folder or scratch_folder("crash.")
        self.root = os.path.join(self.scratch, "world")
        self.log = os.path.join(self.scratch, "log")
        self.config = os.path.join(self.scratch, "popfetch.toml")
        self.server = CuttingServer(Mailbox())
        self.setting, self.posted, self.output = None, {}, b""

    @property
    def mail(self):
        """The destination: a folder, or the mbox."""
        return os.path.join(self.root, "mail")

    @property
    def state(self):
        return os.path.join(self.root, "state")

    def close(self):
        self.server.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- setting the scene ------------------------------------------------------------------------------------------------

    def write_private(self, path, text):
        path = pathlib.Path(path)
        path.touch(mode=0o600)
        path.write_text(text, encoding="ascii")

    def configure(self):
        self.write_private(os.path.join(os.path.dirname(self.config), "password"), "demo\n")
        self.write_private(self.config, f"""[account.demo]
host = "127.0.0.1"
port = {self.server.port}
tls = "none"
allow_plaintext_password = true
user = "demo"
password_file = "password"
deliver = "{self.setting.target}:{self.mail}"
delete = "{'fetched' if self.setting.rule == 'fetched' else 'never'}"
""")

    def clear(self):
        """An empty world."""
        shutil.rmtree(self.root, ignore_errors=True)
        os.mkdir(self.root, 0o700)

    def begin(self, setting, messages):
        """An empty world and a mailbox with these messages."""
        self.setting, self.posted = setting, dict(messages)
        self.clear()
        self.server.cut = None
        self.server.mailbox = Mailbox(messages)
        self.server.mailbox.deletes_retrieved = setting.rule == "expire"
        self.server.extra_capabilities = ["EXPIRE 0"] if setting.rule == "expire" else []
        self.configure()

    def post(self, messages):
        """More mail arrives."""
        self.posted.update(messages)
        self.server.mailbox.messages.update(messages)

    # -- running ----------------------------------------------------------------------------------------------------------

    def start(self, *more, **environment):
        shim = {"LD_PRELOAD": self.programs.shim, "FAULT_SHIM_UNDER": self.root} if environment else {}
        return subprocess.Popen([self.programs.popfetch, "--config", self.config, "--state-dir", self.state, "fetch", *more],
                                env=dict(os.environ, **shim, **environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)

    def finish(self, process):
        """The exit status; the server has heard everything when this returns."""
        with process:
            try:
                self.output = process.communicate(timeout=self.patience)[1]
                status = process.returncode
            except subprocess.TimeoutExpired:
                process.kill()
                self.output = process.communicate()[1]
                status = STUCK
        self.server.wait_until_idle()
        return status

    def fetch(self, *more, **environment):
        return self.finish(self.start(*more, **environment))

    def fetch_and_kill(self, delay):
        process = self.start()
        time.sleep(delay)
        process.kill()
        return self.finish(process)

    # -- judging ----------------------------------------------------------------------------------------------------------

    def there(self):
        return collections.Counter(READERS[self.setting.target](self.mail))

    def audit(self):
        """What is wrong at this moment: nothing may be neither here nor there, nothing here twice."""
        expected = collections.Counter(map(as_stored, self.posted.values()))
        on_server = collections.Counter(map(as_stored, self.server.mailbox.messages.values()))
        there = collections.Counter(in_torn_mbox(self.mail)) if self.setting.target == "mbox" else self.there()
        return positive({"lost": sum(max(0, n - there[text] - on_server[text]) for text, n in expected.items()),
                         "doubled": sum(max(0, there[text] - n) for text, n in expected.items())})

    def missing(self):
        return sum((collections.Counter(map(as_stored, self.posted.values())) - self.there()).values())

    def recover(self):
        """One run in peace, after which everything is in its place and nothing lies about."""
        self.server.cut = None
        others = living_processes()
        status = self.fetch()
        if self.setting.target == "mbox" and all(name.startswith(self.state + "/demo.spool/") for name in self.left_over()):
            status = status or self.fetch()      # what tells that a batch is done goes when its promises are surely settled
        problems = collections.Counter(self.audit())
        expected = collections.Counter(map(as_stored, self.posted.values()))
        there = self.there()
        if status == STUCK:
            problems["stuck"] = 1
        elif status != 0:
            last = self.output.decode(errors="replace").strip().splitlines()[-1:]
            problems[f"wrong status after all, {status}: {' '.join(last)}"] = 1
        problems["missing after all"] = self.missing()
        problems["damaged"] = sum(n for text, n in there.items() if text not in expected)
        others |= living_processes()
        problems["left lying about"] = sum(writer_of(name) not in others for name in self.left_over())
        problems["wrong on the server"] = self.is_wrong_on_server()
        return positive(problems)

    def is_wrong_on_server(self):
        kept = len(self.server.mailbox.messages)
        return kept > 0 if self.setting.rule == "fetched" else kept != len(self.posted) if self.setting.rule == "keep" else False

    def left_over(self):
        """Files that are neither mail nor the ledger."""
        ledger = {os.path.join(self.state, name) for name in ("demo.ledger", "demo.ledger.lock")}
        return [path for path in self.files() if not self.is_mail(path) and path not in ledger]

    def files(self):
        return [os.path.join(where, name) for where, _, names in os.walk(self.root) for name in names]

    def is_mail(self, path):
        folders = {"maildir": ("/new/", "/cur/"), "mbox": (), "files": ("/",)}[self.setting.target]
        return path == self.mail if not folders else path.startswith(tuple(self.mail + folder for folder in folders)) and "/." not in path[len(self.mail):]


def living_processes():
    return {name for name in os.listdir("/proc") if name.isdigit()}


def writer_of(name):
    """The process in a staged file's name. Where its number belongs to another by now popfetch leaves the file for a later run."""
    found = re.search(r"P(\d+)Q\d+R[0-9a-f]{32}", name)
    return found[1] if found else ""


def positive(problems):
    return {kind: int(number) for kind, number in problems.items() if number}
