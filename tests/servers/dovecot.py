"""A real Dovecot for tests: its own configuration, certificate, users and folder, loopback only, gone afterwards.

    with Dovecot({"alice": [message, ...]}) as server:
        server.port (clear and STLS), server.tls_port, server.ca, server.login("alice") -> (user, password)

Works as root (mail belongs to the user `mail`) and as an ordinary user. `Dovecot.missing()` says why it cannot run here.
"""

import contextlib
import getpass
import os
import pathlib
import poplib
import pwd
import grp
import shutil
import socket
import subprocess
import tempfile
import time

PASSWORD = "correct horse battery"

CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 apop scram-sha-1 scram-sha-256
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 0
mail_max_userip_connections = 500
mail_location = maildir:{home}/mail/%u
pop3_uidl_format = %g
{pop3_logout}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {home}/passwd
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/home/%u
}}
service anvil {{
  chroot =
}}
service pop3-login {{
  chroot =
  process_min_avail = 1
  inet_listener pop3 {{
    port = {port}
  }}
  inet_listener pop3s {{
    port = {tls_port}
    ssl = yes
  }}
}}
service pop3 {{
  process_limit = 1000
}}
{extra}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Dovecot:
    def __init__(self, mailboxes, extra="", password=PASSWORD):
        self.mailboxes, self.extra, self.password = mailboxes, extra, password
        self.process = None

    @staticmethod
    def program():
        return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

    @staticmethod
    def missing():
        """Why Dovecot cannot be started here, or None."""
        if not Dovecot.program():
            return "dovecot is not installed"
        if not shutil.which("openssl"):
            return "openssl is not installed"
        version = subprocess.run([Dovecot.program(), "--version"], capture_output=True, text=True).stdout
        if not version.startswith("2.3"):
            return f"this Dovecot ({version.strip()}) wants another configuration than 2.3"
        try:
            pathlib.Path("/usr/lib/dovecot/pop3").stat()
        except OSError:
            return "dovecot-pop3d is not installed"
        return None

    def __enter__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="pfdc", dir="/tmp"))      # short: UNIX sockets lie in it
        self.home.chmod(0o755)
        try:
            self.make_certificate()
            self.fill()
            for _ in range(5):
                if self.start():
                    return self
            raise RuntimeError("Dovecot did not start:\n" + self.log())
        except BaseException:
            self.__exit__()
            raise

    def make_certificate(self):
        self.ca = self.home / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", self.home / "key.pem", "-out", self.ca], check=True, capture_output=True)

    def fill(self):
        lines = []
        for user, messages in self.mailboxes.items():
            lines.append(f"{user}:{{PLAIN}}{self.password}::::::")
            for sub in ("tmp", "new", "cur"):
                (self.home / "mail" / user / sub).mkdir(parents=True)
            for number, message in enumerate(messages, 1):
                (self.home / "mail" / user / "cur" / f"{1700000000 + number}.M{number}.test:2,S").write_bytes(message)
            (self.home / "home" / user).mkdir(parents=True)
        (self.home / "passwd").write_text("\n".join(lines) + "\n")

    def start(self):
        root = os.getuid() == 0
        owner = pwd.getpwnam("mail") if root else pwd.getpwuid(os.getuid())
        group = grp.getgrgid(os.getgid()).gr_name
        self.port, self.tls_port = free_port(), free_port()
        (self.home / "dovecot.conf").write_text(CONFIGURATION.format(
            home=self.home, port=self.port, tls_port=self.tls_port, uid=owner.pw_uid, gid=owner.pw_gid, extra=self.extra, pop3_logout="",
            internal="dovecot" if root else getpass.getuser(), internal_group="dovecot" if root else group,
            login="dovenull" if root else getpass.getuser()))
        if root:
            for folder in ("mail", "home"):
                subprocess.run(["chown", "-R", f"{owner.pw_uid}:{owner.pw_gid}", self.home / folder], check=True)
        self.process = subprocess.Popen([self.program(), "-F", "-c", self.home / "dovecot.conf"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(200):
            if self.process.poll() is not None:
                return False
            with contextlib.suppress(OSError, poplib.error_proto):
                greeting = poplib.POP3("127.0.0.1", self.port, timeout=5)
                greeting.quit()
                return True
            time.sleep(0.05)
        return False

    def log(self):
        stderr = self.process.stderr.read().decode() if self.process and self.process.poll() is not None else ""
        log = self.home / "log"
        return stderr + (log.read_text() if log.exists() else "")

    def left(self, user):
        """What is in the mailbox now, by message: the oracle after a run."""
        return sorted(p.read_bytes() for sub in ("new", "cur") for p in (self.home / "mail" / user / sub).iterdir())

    def add(self, user, message, name):
        path = self.home / "mail" / user / "new" / name
        path.write_bytes(message)
        if os.getuid() == 0:
            shutil.chown(path, "mail", "mail")

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stderr.close()
        shutil.rmtree(self.home, ignore_errors=True)
