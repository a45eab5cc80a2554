"""A POP3 server that misbehaves on purpose, and a popfetch that is run against it and weighed.

    with Hostile({"RETR": endless_body}, messages=[b"..."]) as server:
        run = fetch(popfetch, server.port, folder)
        run.status, run.stderr, run.peak        # peak: the most memory it had, in octets
"""

import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading


class Hostile:
    """Serves `messages`, one mailbox for everybody; `tricks` are functions of (connection, line) by verb, "" for the
    greeting, that stand in for the proper answer."""

    def __init__(self, tricks, messages=(), capabilities=("USER", "UIDL", "TOP", "PIPELINING"), address="127.0.0.1"):
        self.tricks, self.messages, self.capabilities = tricks, list(messages), capabilities
        self.listener = socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection):
        with connection:
            try:
                self.answer(connection, "")
                for line in connection.makefile("rb"):
                    line = line.decode("latin-1").rstrip("\r\n")
                    self.answer(connection, line)
                    if line == "QUIT":
                        return
            except OSError:
                pass  # the client has had enough

    def answer(self, connection, line):
        verb, *words = line.split(" ") if line else [""]
        if verb in self.tricks:
            return self.tricks[verb](connection, line)
        connection.sendall(self.proper(verb, words))

    def proper(self, verb, words):
        rows = lambda cells: b"+OK\r\n" + b"".join(b"%d %s\r\n" % (i, cell) for i, cell in enumerate(cells, 1)) + b".\r\n"
        if verb == "CAPA":
            return b"+OK\r\n" + b"".join(c.encode() + b"\r\n" for c in self.capabilities) + b".\r\n"
        if verb == "STAT":
            return b"+OK %d %d\r\n" % (len(self.messages), sum(map(len, self.messages)))
        if verb == "LIST" and words:
            return b"+OK %s %d\r\n" % (words[0].encode(), len(self.messages[int(words[0]) - 1]))
        if verb == "LIST":
            return rows(b"%d" % len(m) for m in self.messages)
        if verb == "UIDL":
            return rows(b"uid-%d" % i for i, _ in enumerate(self.messages, 1))
        if verb == "RETR":
            return b"+OK\r\n" + self.messages[int(words[0]) - 1].replace(b"\r\n.", b"\r\n..") + b".\r\n"
        if verb == "TOP":
            return b"+OK\r\n" + self.messages[int(words[0]) - 1].split(b"\r\n\r\n")[0] + b"\r\n\r\n.\r\n"
        return b"+OK\r\n"


class Run:
    def __init__(self, status, peak, stdout, stderr):
        self.status, self.peak, self.stdout, self.stderr = status, peak, stdout, stderr


def environment(home, **more):
    passed = ("ASAN_", "UBSAN_", "TSAN_", "LSAN_", "GCOV_")
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC",
            **{k: v for k, v in os.environ.items() if k.startswith(passed)}, **more}


def write_configuration(home, port, keys):
    home = pathlib.Path(home)
    secret = home / "password"
    secret.touch(0o600)
    secret.write_text("secret\n")
    lines = ["[account.a]", 'host = "127.0.0.1"', f"port = {port}", 'tls = "none"', 'user = "alice"', *keys]
    if not any(key.startswith(("password", "netrc")) for key in keys):
        lines.append('password_file = "password"')
    if not any(key.startswith("deliver") for key in keys):
        lines.append('deliver = "maildir:Mail"')
    (home / "popfetch.toml").write_text("\n".join(lines) + "\n")
    (home / "popfetch.toml").chmod(0o600)


def run(popfetch, home, *arguments, **more):
    """Runs it to its end; its own memory, not that of children that ended before."""
    home = pathlib.Path(home)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen([popfetch, "--config", home / "popfetch.toml", "--state-dir", home / "state", *arguments],
                                 env=environment(home, **more), cwd=home, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:{port}", file.read().decode("utf-8", "replace")))
    return Run(child.returncode, usage.ru_maxrss * 1024, *texts)


def delivered(home):
    folder = pathlib.Path(home) / "Mail"
    return sorted(p.read_bytes() for sub in ("new", "cur") for p in (folder / sub).glob("*"))
