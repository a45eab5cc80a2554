"""A Debian 12 in a folder, for servers that cannot be installed beside one another.

    Base(folder).prepare(packages)              once: debootstrap from this machine's apt sources, and the packages' files
    with Chroot(base, packages) as chroot:      a fresh layer over the base, in memory, with these packages installed
        chroot.write("/etc/x", text)
        chroot.start("exec daemon -F")          a shell in the chroot; it and all that it starts end with the chroot

A Chroot lives in the namespaces that `go_inside` makes: mounts, processes and a network of this program alone. The kernel
takes them away with the program, however it ends.
"""

import contextlib
import fcntl
import os
import pathlib
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

NAMESPACES = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
PROCESSES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
INSTALL = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
SUITE = "bookworm"


def apt_sources():
    """The lines of a sources.list with Debian 12's suites, as this machine is configured."""
    fields = "$(ORIGIN) $(REPO_URI) $(RELEASE) $(CODENAME) $(COMPONENT)"
    found = subprocess.run(["apt-get", "indextargets", "--format", fields, "Created-By: Packages"], capture_output=True, text=True)
    lines = []
    for origin, uri, release, codename, component in (line.split() for line in found.stdout.splitlines() if line.count(" ") == 4):
        if origin == "Debian" and codename.split("-")[0] == SUITE and component == "main":
            lines.append(f"deb {uri} {release if release.startswith(SUITE) else codename} main")
    return sorted(set(lines), key=len)      # the suite itself first, then its updates


def unsuited():
    """Why this machine is not the right one, or None."""
    if platform.system() != "Linux" or not shutil.which("apt-get"):
        return "this is not Debian"
    if not apt_sources():
        return f"the apt sources of this machine have no Debian 12 ({SUITE})"
    return None if os.geteuid() == 0 else "a chroot needs root"


def incapable():
    """What is missing here, or None."""
    for program in ("debootstrap", "unshare", "setpriv", "ip", "openssl"):
        if not shutil.which(program):
            return f"{program} is not installed"
    tried = subprocess.run([*NAMESPACES, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True)
    return f"no namespaces: {tried.stderr.strip()}" if tried.returncode else None


def is_inside():
    """Whether this program runs in namespaces of its own already."""
    return os.environ.get("POPFETCH_SERVERS_INSIDE") == "1" and os.getpid() == 1


def go_inside(base, arguments):
    """Runs this program with these arguments in namespaces of its own, where base.scratch is a folder in memory; returns its status."""
    first = 'mount -t tmpfs -o mode=755 none "$1" && ip link set lo up && shift && exec "$@"'
    again = ["sh", "-c", first, "sh", base.scratch, sys.executable, *arguments]
    inside = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *NAMESPACES, *again],
                              env={**os.environ, "POPFETCH_SERVERS_INSIDE": "1"})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return inside.wait()
    finally:
        inside.kill()
        inside.wait()


class Base:
    def __init__(self, folder=None):
        self.folder = pathlib.Path(folder or pathlib.Path(tempfile.gettempdir()) / "popfetch-servers")
        self.root, self.scratch = self.folder / SUITE, self.folder / "scratch"
        self.sources = self.root / "etc/apt/sources.list"

    def prepare(self, packages, anew=False):
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.folder.is_symlink() or self.folder.stat().st_uid != os.geteuid() or self.folder.stat().st_mode & 0o022:
            raise RuntimeError(f"{self.folder} is not root's alone")
        self.scratch.mkdir(exist_ok=True)
        with open(self.folder / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if anew:
                shutil.rmtree(self.root, ignore_errors=True)
            if not self.root.exists():
                self.bootstrap()
            self.download(packages)

    def bootstrap(self):
        print(f"making {self.root}", file=sys.stderr, flush=True)
        part = self.folder / "part"
        shutil.rmtree(part, ignore_errors=True)
        run([*PROCESSES, "debootstrap", "--variant=minbase", SUITE, part, apt_sources()[0].split()[1]])
        (part / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")      # nothing that is installed starts by itself
        (part / "usr/sbin/policy-rc.d").chmod(0o755)
        (part / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\n")
        part.rename(self.root)

    def download(self, packages):
        """What the packages need, kept in the base, so that a Chroot needs no network."""
        there, wanted = self.root / "var/cache/apt/downloaded", sorted({" ".join(group) for group in packages})
        if there.exists() and set(wanted) <= set(there.read_text().splitlines()):
            return
        print("downloading", *wanted, sep="\n    ", file=sys.stderr, flush=True)
        self.sources.write_text("\n".join(apt_sources()) + "\n")
        configured = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True).stdout
        (self.root / "etc/apt/apt.conf.d/90here").write_text(configured)         # a proxy, say
        for file in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
            if pathlib.Path("/", file).exists():
                (self.root / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(pathlib.Path("/", file), self.root / file)
        inside = [*PROCESSES, "chroot", self.root]
        run([*inside, "apt-get", "update", "-qq"])
        for group in wanted:
            run([*inside, *INSTALL, "--download-only", *group.split()])
        there.write_text("\n".join(wanted) + "\n")


class Chroot:
    def __init__(self, base, packages):
        self.base, self.packages, self.process, self.log = base, packages, None, []

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            self.memory = pathlib.Path(undo.enter_context(tempfile.TemporaryDirectory(dir=self.base.scratch)))
            self.root = self.memory / "root"
            for name in ("upper", "work", "root"):
                (self.memory / name).mkdir(mode=0o755)
            layers = f"lowerdir={self.base.root},upperdir={self.memory}/upper,workdir={self.memory}/work"
            run(["mount", "-t", "overlay", "-o", layers, "none", self.root])
            undo.callback(run, ["umount", "--lazy", self.root])
            (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n")
            run([*PROCESSES, "chroot", self.root, *INSTALL, *self.packages])
            self.undo = undo.pop_all()
            undo.callback(self.stop)
        return self

    def version(self, package):
        text = run(["chroot", self.root, "dpkg-query", "-W", "-f", "${Version}", package])
        return text.split(":")[-1]

    def run(self, *command, **more):
        return run(["chroot", self.root, *command], **more)

    def write(self, path, text, mode=0o644):
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def add_user(self, name, password):
        self.run("useradd", "--create-home", name)
        self.run("chpasswd", input=f"{name}:{password}\n")

    def start(self, script):
        """Runs a shell script that stays; what it starts is gone with it."""
        self.listen_to_syslog()
        self.output = open(self.memory / "output", "w+", encoding="utf-8")
        mounted = f"mount -t proc proc {self.root}/proc && exec chroot {self.root} sh -euc \"$1\""
        self.process = subprocess.Popen([*PROCESSES, "sh", "-c", mounted, "sh", script], stdin=subprocess.DEVNULL,
                                        stdout=self.output, stderr=subprocess.STDOUT)

    def listen_to_syslog(self):
        syslog = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        syslog.bind(str(self.root / "dev/log"))
        (self.root / "dev/log").chmod(0o666)

        def listen():
            while text := syslog.recv(65536):
                self.log.append(text.decode(errors="replace").split(">", 1)[-1].rstrip())
        threading.Thread(target=listen, daemon=True).start()

    def said(self):
        """The servers' last words, for a failure."""
        self.output.seek(0)
        return "\n".join([self.output.read()[-2000:], *self.log[-15:]])

    def stop(self):
        """Kills the first of the process namespace; the kernel ends all others in it before unshare hears of that one's end."""
        if self.process and self.process.poll() is None:
            for first in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
                os.kill(int(first), signal.SIGKILL)
            self.process.wait()
            self.output.close()

    def __exit__(self, *_):
        self.stop()
        self.undo.close()


def run(command, **more):
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "HOME": "/root"}
    environment |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                            **({"stdin": subprocess.DEVNULL} | more if "input" not in more else more))
    if result.returncode:
        raise RuntimeError(" ".join(map(str, command)) + f" ended with {result.returncode}:\n{result.stdout[-2000:]}")
    return result.stdout
