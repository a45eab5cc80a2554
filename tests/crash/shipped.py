"""popfetch killed at random moments as it is shipped: confined, nothing preloaded, its files where they lie by default.

The other parts want one folder with everything in it, a library preloaded, and are mostly played by root. A user has another picture: a
ledger below ~/.local/state, mail somewhere else, perhaps in a folder that belongs to the system or on another file system, and a
sandbox that is made to fit just that. Root plays it as a user with no name; whoever else, as himself, without the layouts that want root.
"""

import ctypes
import dataclasses
import grp
import os
import pwd
import shutil
import subprocess
import tempfile

from disturbances import random_kills
from harness import World
from mail_shapes import letters

ELSEWHERE = ("/dev/shm", "/tmp", "/var/tmp")     # one of them is on another file system than the home folder


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where the mail lies. {home}, {system}: as in /home/demo and /var; {elsewhere}: on another file system than the ledger."""
    name: str
    target: str
    mail: str
    mode: int = 0            # of the folder, where it belongs to root and the group mail
    is_member: bool = False  # of that group
    is_there: bool = False   # the mbox, since the user could not make it

    def wants_root(self):
        return self.mode == 0o2775


LAYOUTS = [
    Layout("mbox in a folder of its own", "mbox", "{home}/Mail/inbox"),
    Layout("mbox in $HOME", "mbox", "{home}/mbox"),
    Layout("mbox in /var/mail, anybody's, sticky (1777)", "mbox", "{system}/mail/demo", 0o1777),
    Layout("mbox in /var/mail of the group mail, a member (2775)", "mbox", "{system}/mail/demo", 0o2775, is_member=True),
    Layout("mbox in /var/mail of the group mail, no member (2775)", "mbox", "{system}/mail/demo", 0o2775, is_there=True),
    Layout("mbox on another file system than the ledger", "mbox", "{elsewhere}/inbox"),
    Layout("maildir in $HOME", "maildir", "{home}/Maildir"),
    Layout("maildir on another file system than the ledger", "maildir", "{elsewhere}/Maildir"),
    Layout("files in $HOME itself", "files", "{home}"),
    Layout("files on another file system than the ledger", "files", "{elsewhere}/letters"),
]
RULES = ("keep", "fetched", "expire")


@dataclasses.dataclass(frozen=True)
class Shipped:
    """What harness.Setting is to the other parts."""
    layout: Layout
    rule: str

    @property
    def target(self):
        return self.layout.target

    def __str__(self):
        return f"{self.layout.name}/{self.rule}"


def layouts():
    """Those that can be played here."""
    return [layout for layout in LAYOUTS if os.geteuid() == 0 or not layout.wants_root()]


def settings():
    return [Shipped(layout, rule) for layout in layouts() for rule in RULES]


def has_landlock():
    """One that can confine popfetch (landlock_create_ruleset(2), which answers with its version)."""
    return ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint(1)) >= 2


@dataclasses.dataclass(frozen=True)
class User:
    uid: int
    gid: int

    def __str__(self):
        return f"user {self.uid}"


def ordinary_user():
    """For root one without a name, whom no file of this machine belongs to."""
    if os.geteuid() != 0:
        return User(os.geteuid(), os.getegid())
    uid = next(number for number in range(61184, 65000) if not is_known(number))
    return User(uid, uid)


def is_known(number):
    try:
        pwd.getpwuid(number)
        return True
    except KeyError:
        return False


def group_mail():
    try:
        return grp.getgrnam("mail").gr_gid
    except KeyError:
        return 8                     # where it is everywhere


class ShippedWorld(World):
    """A home folder and what belongs around it. `confinement` is popfetch's own word on its sandbox."""

    patience = 45            # a dot-lock is waited for 300 seconds

    def __init__(self, programs):
        super().__init__(programs, tempfile.mkdtemp(prefix="crash.", dir=os.environ.get("TMPDIR", "/var/tmp")))     # a disk, as homes are
        os.chmod(self.scratch, 0o711)
        self.user = ordinary_user()
        self.home = os.path.join(self.root, "home")
        self.config = os.path.join(self.home, ".config", "popfetch", "popfetch.toml")
        self.program = shutil.copy2(programs.popfetch, self.scratch)     # where it was built others may not go
        self.elsewhere = self.on_another_file_system()
        self.confinement = ""

    def on_another_file_system(self):
        here = os.stat(self.scratch).st_dev
        place = next((place for place in ELSEWHERE if os.path.isdir(place) and os.stat(place).st_dev != here), None)
        if not place:
            raise RuntimeError("all of " + ", ".join(ELSEWHERE) + " are on one file system: mount a tmpfs on one, or set TMPDIR")
        folder = tempfile.mkdtemp(prefix="crash.", dir=place)
        self.give(folder)
        return folder

    def close(self):
        shutil.rmtree(self.elsewhere, ignore_errors=True)
        super().close()

    @property
    def mail(self):
        return self.setting.layout.mail.format(home=self.home, system=os.path.join(self.root, "var"), elsewhere=self.elsewhere)

    @property
    def state(self):
        return os.path.join(self.home, ".local", "state", "popfetch")

    # -- setting the scene ------------------------------------------------------------------------------------------------

    def give(self, path):
        os.chown(path, self.user.uid, self.user.gid)

    def write_private(self, path, text):
        super().write_private(path, text)
        self.give(path)

    def clear(self):
        shutil.rmtree(self.root, ignore_errors=True)
        for name in os.listdir(self.elsewhere):
            path = os.path.join(self.elsewhere, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        os.mkdir(self.root, 0o755)
        for folder in (self.home, os.path.join(self.home, ".config"), os.path.dirname(self.config)):
            os.mkdir(folder, 0o755)
            self.give(folder)
        if self.setting.layout.mode:
            self.make_system_folder(self.setting.layout)

    def make_system_folder(self, layout):
        folder = os.path.dirname(self.mail)
        os.makedirs(folder)
        if os.geteuid() == 0:
            os.chown(folder, 0, group_mail())
        os.chmod(folder, layout.mode)
        if layout.is_there:
            with open(self.mail, "xb"):
                pass
            os.chown(self.mail, self.user.uid, group_mail())
            os.chmod(self.mail, 0o660)

    # -- running ----------------------------------------------------------------------------------------------------------

    def start(self, *more, **environment):
        return subprocess.Popen([self.program, "fetch", *more], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, env={"HOME": self.home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment},
                                **self.identity())

    def identity(self):
        if os.geteuid() != 0:
            return {}
        more = [group_mail()] if self.setting.layout.is_member else []
        return {"user": self.user.uid, "group": self.user.gid, "extra_groups": more}

    def look_at_sandbox(self):
        """A run that nobody kills, which says whether it was confined."""
        status = self.fetch("-v")
        words = self.output.decode(errors="replace").splitlines()
        if status != 0:
            raise RuntimeError(f"{self.setting}: the run that nobody kills ends with {status}: {' '.join(words[-1:])}")
        self.confinement = next((line.split("sandbox: ", 1)[1] for line in words if "popfetch: sandbox: " in line), "")

    def leave_lock(self, program):
        """A lock whose writer is dead: what popfetch leaves when it is killed while it holds it, with the attribute that says the same to
        whoever may not read it, or what others do."""
        with subprocess.Popen(["true"]) as dead:
            dead.wait()
        words = [str(dead.pid), *([os.uname().nodename, program] if program else [])]
        content, lock = " ".join(words) + "\n", self.mail + ".lock"
        self.write_private(lock, content)
        os.chmod(lock, 0o644)
        if program == "popfetch":
            os.setxattr(lock, "user.popfetch.lock", content.encode())

    # -- judging ----------------------------------------------------------------------------------------------------------

    def files(self):
        elsewhere = [os.path.join(where, name) for where, _, names in os.walk(self.elsewhere) for name in names]
        return [path for path in super().files() + elsewhere if not path.startswith(os.path.dirname(self.config) + "/")]


def play(world, chance, setting, wanted):
    """So many kills; the figures, and where they were made."""
    world.begin(setting, letters(4, large=False))
    world.look_at_sandbox()
    return random_kills(world, chance, setting, wanted)
