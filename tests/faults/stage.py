"""A home for popfetch and servers that misbehave as they are told: what the tests of this folder share.

    class LoginRows(Stage):
        def test_A05_…(self):
            server = self.scripted(lambda peer: (peer.greet(), peer.log_in(), peer.expect("STAT"), peer.say("-ERR [SYS/PERM] no")))
            self.configure(server)
            self.fetch(status=76)

A password that is the same in all tests is looked for in everything that popfetch ever prints.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))
from pop3_server import Mailbox, Pop3Server, Session, on_the_wire, stuffed  # noqa: E402,F401  pylint: disable=wrong-import-position,unused-import

POPFETCH = None
PASSWORD = "kanarienvogel"
PATIENCE = 60      # nothing in these tests takes so long; it ends a test that hangs


def main():
    """usage: X_test.py POPFETCH [unittest arguments]"""
    global POPFETCH  # pylint: disable=global-statement
    POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(module="__main__")


def is_instrumented():
    """A sanitizer, and the counting of lines, want memory and files of their own, so that limits on them say nothing."""
    content = POPFETCH.read_bytes()
    return any(name in content for name in (b"__asan_init", b"__tsan_init", b"__gcov_init"))


class Gone(Exception):
    """The client has closed the line."""


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection, server):
        self.connection, self.server, self.buffer = connection, server, b""
        self.capabilities = ("USER", "UIDL", "TOP")
        connection.settimeout(PATIENCE)

    def send(self, data):
        self.connection.sendall(data)

    def say(self, *lines):
        self.send(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\r\n" for line in lines))

    def hear(self):
        """The next line of the client, without its end; Gone when there is none."""
        while b"\n" not in self.buffer:
            try:
                data = self.connection.recv(65536)
            except (ConnectionResetError, ssl.SSLEOFError):
                data = b""
            if not data:
                raise Gone
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        self.server.heard.append(line.rstrip(b"\r").decode("latin-1"))
        return self.server.heard[-1]

    def expect(self, command):
        """The next command; CAPA is answered wherever the client asks."""
        line = self.hear()
        while line == "CAPA" and command != "CAPA":
            self.capa()
            line = self.hear()
        if line.split(" ")[0] != command.split(" ")[0] or not line.startswith(command):
            raise AssertionError(f"expected {command!r} from the client, got {line!r}")
        return line

    def greet(self, *capabilities, text="+OK ready"):
        self.capabilities = capabilities or self.capabilities
        self.say(text)

    def capa(self):
        self.say("+OK", *self.capabilities, ".")

    def log_in(self):
        self.expect("USER")
        self.say("+OK")
        self.expect("PASS")
        self.say("+OK")

    def scan(self, *messages):
        """STAT, LIST, UIDL for messages of LF line ends, or (size, uid) pairs."""
        rows = [m if isinstance(m, tuple) else (len(on_the_wire(m)), f"uid{n}") for n, m in enumerate(messages, 1)]
        self.expect("STAT")
        self.say(f"+OK {len(rows)} {sum(size for size, _ in rows)}")
        self.expect("LIST")
        self.say("+OK", *(f"{n} {size}" for n, (size, _) in enumerate(rows, 1)), ".")
        self.expect("UIDL")
        self.say("+OK", *(f"{n} {uid}" for n, (_, uid) in enumerate(rows, 1)), ".")

    def retr(self, number, message):
        self.expect(f"RETR {number}")
        self.say("+OK")
        self.send(stuffed(on_the_wire(message)) + b".\r\n")

    def quit(self):
        self.expect("QUIT")
        self.say("+OK")

    def session(self, *messages):
        """All of an ordinary session after the greeting."""
        self.log_in()
        self.scan(*messages)
        for number, message in enumerate(messages, 1):
            self.retr(number, message)
        self.quit()

    def start_tls(self, context):
        self.connection = context.wrap_socket(self.connection, server_side=True, suppress_ragged_eofs=True)
        self.buffer = b""

    def wait_for_the_end(self):
        """Until the client closes or says QUIT; what it asks for until then is noted and refused."""
        try:
            while (line := self.hear()) != "QUIT":
                if line == "CAPA":
                    self.capa()
                else:
                    self.say("-ERR no")
            self.say("+OK")
        except Gone:
            pass

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Scripted:
    """Gives each connection to the next of its talks, a function of the Peer; the last one is for all that follow."""

    def __init__(self, *talks, context=None):
        self.talks, self.context = list(talks), context
        self.heard, self.complaints, self.connections, self.sessions = [], [], 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            talk = self.talks[min(self.connections, len(self.talks) - 1)]
            self.connections += 1
            self.sessions.append(threading.Thread(target=self.serve, args=(connection, talk), daemon=True))
            self.sessions[-1].start()

    def serve(self, connection, talk):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            peer = Peer(connection, self)
            talk(peer)
            connection = peer.connection
        except AssertionError as error:
            self.complaints.append(str(error))
        except (OSError, Gone):
            pass                     # the client went away, which is what many tests are about
        finally:
            connection.close()

    def finish(self):
        """What was not as the talks want it. Every session is over then."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)     # wakes accept()
        except OSError:
            pass
        self.listener.close()
        for session in self.sessions:
            session.join(PATIENCE)
        return self.complaints


class Authority:
    """A small certification authority; `openssl` makes its certificates."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.ca = self.issue("ca", "-subj", "/CN=Test CA", "-addext", "basicConstraints=critical,CA:TRUE")[0]

    def issue(self, name, *arguments):
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        signer = [] if name == "ca" else ["-CA", self.ca, "-CAkey", self.folder / "ca.key"]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-keyout", key, "-out", certificate, *signer, *arguments], check=True, capture_output=True)
        return certificate, key

    def server(self, name="localhost"):
        return self.issue(name, "-subj", "/CN=server", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1")

    def client(self, name):
        return self.issue(name, "-subj", f"/CN={name}", "-addext", "extendedKeyUsage=clientAuth")

    def context(self, name="localhost"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.server(name))
        return context


class Stage(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="popfetch-faults-")
        self.addCleanup(scratch.cleanup)
        self.home = pathlib.Path(scratch.name).resolve()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        self.environment |= {k: v for k, v in os.environ.items() if k.startswith(("ASAN_", "UBSAN_", "LSAN_", "TSAN_", "GCOV_"))}
        self.config = self.home / "popfetch.toml"
        self.write("password", PASSWORD + "\n")

    # --- servers and configuration ---------------------------------------------------------------------------------
    def scripted(self, *talks, context=None):
        server = Scripted(*talks, context=context)

        def finish():
            self.assertEqual(server.finish(), [])
        self.addCleanup(finish)
        return server

    def mailbox(self, messages, **options):
        """An ordinary server of these messages, to be disturbed in one way."""
        box = Mailbox({f"uid{n}": m for n, m in enumerate(messages, 1)} if isinstance(messages, list) else messages, password=PASSWORD)
        server = Pop3Server(box, **options)
        self.addCleanup(server.close)
        return server

    def authority(self):
        if not shutil.which("openssl"):
            self.skipTest("openssl is not installed")
        return Authority(self.home / "certificates")

    def write(self, name, text, mode=0o600):
        path = self.home / name
        path.touch(mode)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def configure(self, server, account="a", password='password_file = "password"', append=False, **keys):
        keys = {"host": "127.0.0.1", "port": server if isinstance(server, int) else server.port, "tls": "none", "user": "demo",
                "deliver": "maildir:Mail"} | keys
        lines = [f"[account.{account}]", *(f"{key} = {json.dumps(str(value) if isinstance(value, pathlib.Path) else value)}"
                                           for key, value in keys.items() if value is not None), password, ""]
        old = self.config.read_text() if append and self.config.exists() else ""
        self.write("popfetch.toml", old + "\n".join(lines))

    # --- popfetch --------------------------------------------------------------------------------------------------
    def command(self, *arguments):
        return [POPFETCH, "--config", self.config, "--state-dir", self.home / "state", *map(str, arguments)]

    def run_popfetch(self, *arguments, status=0, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": self.environment} | options
        done = subprocess.run(self.command(*arguments), cwd=self.home, timeout=PATIENCE, check=False, **options)
        done.stdout, done.stderr = done.stdout or b"", done.stderr or b""
        self.assertNotIn(PASSWORD.encode(), done.stdout + done.stderr)
        if status is not None:
            self.assertEqual(done.returncode, status, (done.stdout + done.stderr).decode("utf-8", "replace"))
        done.text = done.stderr.decode()
        return done

    def fetch(self, *arguments, status=0, **options):
        return self.run_popfetch("fetch", *arguments, status=status, **options)

    def start(self, *arguments):
        process = subprocess.Popen(self.command(*arguments), cwd=self.home, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def end():
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()
        self.addCleanup(end)
        return process

    def peak(self, process):
        """KiB of memory that a running process has held at most."""
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])

    def error(self, *arguments, status):
        """The error record of a run with --json."""
        lines = self.fetch("--json", *arguments, status=status).stdout.decode().splitlines()
        records = [json.loads(line) for line in lines]
        return next(record for record in records if record["event"] in ("error", "failed"))

    def delivered(self, folder="Mail"):
        return sorted(p.read_bytes() for sub in ("new", "cur") for p in (self.home / folder / sub).glob("*"))
