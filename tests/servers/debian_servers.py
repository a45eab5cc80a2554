"""The POP3 servers of Debian 12, set up as an administrator would: what to install, what to write, what to start, where mail lies.

Each listens on the ports of the RFCs, 110 and 995, in its chroot's own network (debian_chroot.py), with the certificate in CERTIFICATE,
and knows the users alice and bob. A server without TLS has stunnel in front, which does STLS too.
"""

import smtplib

CERTIFICATE = "/etc/ssl/private/test.pem"      # key and certificate: stunnel and Courier want both in one file
PASSWORD = "correct horse battery"
USERS = ("alice", "bob")


class Server:
    name = ""
    packages = ()               # the first gives the version
    tls = "own"                 # or what stands in front
    stls_port = 110
    differs = rb"(?!)"          # what it writes into each copy of a message anew
    refuses = ()                # messages that it does not take
    mechanisms = ()             # values of `auth` to try besides "auto"
    start = ""                  # a shell script in the chroot that does not end

    def __init__(self, chroot):
        self.chroot = chroot
        for user in USERS:
            chroot.add_user(user, PASSWORD)
        self.configure()

    def ways(self):
        """(transport, auth): the default login everywhere, the named ones over TLS."""
        return [(transport, "auto") for transport in ("clear", "STLS", "TLS")] + [("TLS", name) for name in self.mechanisms]

    def configure(self):
        """Writes what has to be set."""

    def deliver(self, message):
        """Puts a message into everybody's mailbox: by default at the end of an mbox in /var/mail."""
        lines = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in message.splitlines(keepends=True)]
        for user in USERS:
            mbox = self.chroot.root / "var/mail" / user
            with open(mbox, "ab") as file:
                file.write(b"From someone@example.org Thu Nov 26 12:00:00 2026\n" + b"".join(lines))
                file.write(b"\n" if message.endswith(b"\n") else b"\n\n")
            self.give(user, mbox, 0o600)

    def give(self, user, path, mode):
        self.chroot.run("chown", f"{user}:mail", "/" + str(path.relative_to(self.chroot.root)))
        path.chmod(mode)


def stunnel():
    return f"""
pid = /run/stunnel.pid
[pop3s]
accept = 127.0.0.1:995
connect = 127.0.0.1:110
cert = {CERTIFICATE}
[stls]
accept = 127.0.0.1:1110
connect = 127.0.0.1:110
cert = {CERTIFICATE}
protocol = pop3
"""


class Dovecot(Server):
    name, packages = "Dovecot", ("dovecot-pop3d",)
    start = "exec dovecot -F"

    def configure(self):
        self.chroot.write("/etc/dovecot/local.conf", f"""
ssl = yes
ssl_cert = <{CERTIFICATE}
ssl_key = <{CERTIFICATE}
mail_privileged_group = mail
""")


class DovecotMechanisms(Dovecot):
    """With passwords that the server can read, so that it can offer every mechanism."""
    name = "Dovecot with passwd-file"
    mechanisms = ("scram-sha-256", "scram-sha-1", "cram-md5", "apop", "plain", "login", "user")

    def configure(self):
        super().configure()
        self.chroot.write("/etc/dovecot/passwd", "".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in USERS))
        self.chroot.write("/etc/dovecot/conf.d/auth-system.conf.ext", """
passdb {
  driver = passwd-file
  args = /etc/dovecot/passwd
}
userdb {
  driver = passwd
}
""")
        with open(self.chroot.root / "etc/dovecot/local.conf", "a", encoding="utf-8") as file:
            file.write("auth_mechanisms = plain login cram-md5 apop scram-sha-1 scram-sha-256\n")


class Cyrus(Server):
    name, packages = "Cyrus", ("cyrus-pop3d", "cyrus-admin", "sasl2-bin", "libsasl2-modules")
    mechanisms = ("scram-sha-256", "scram-sha-1", "cram-md5", "plain", "login", "user")
    refuses = ("nul.eml",)
    start = "mkdir -p /run/cyrus; chown cyrus:mail /run/cyrus; exec /usr/sbin/cyrmaster"

    def configure(self):
        # popminpoll would refuse the second login within a minute, and mail that came before would be left out.
        settings = self.chroot.root / "etc/imapd.conf"
        settings.write_text(settings.read_text().replace("popminpoll: 1", "popminpoll: 0"))
        with open(settings, "a", encoding="utf-8") as file:
            file.write(f"servername: localhost\ntls_server_cert: {CERTIFICATE}\ntls_server_key: {CERTIFICATE}\n"
                       "autocreate_post: 1\nduplicatesuppression: no\nsasl_auxprop_plugin: sasldb\n")
        self.chroot.write("/etc/cyrus.conf", """
START {
  recover cmd="/usr/sbin/cyrus ctl_cyrusdb -r"
}
SERVICES {
  pop3 cmd="pop3d -U 30" listen="127.0.0.1:110" prefork=0 maxchild=50
  pop3s cmd="pop3d -s -U 30" listen="127.0.0.1:995" prefork=0 maxchild=50
  lmtp cmd="lmtpd -a" listen="127.0.0.1:24" prefork=0 maxchild=20
}
""")
        for user in USERS:
            self.chroot.run("saslpasswd2", "-c", "-p", "-u", "localhost", user, input=PASSWORD)
        self.chroot.run("chown", "cyrus:sasl", "/etc/sasldb2")
        self.chroot.run("chown", "cyrus:mail", CERTIFICATE)

    def deliver(self, message):
        with smtplib.LMTP("127.0.0.1", 24) as lmtp:
            lmtp.sendmail("someone@example.org", USERS, message.replace(b"\n", b"\r\n"))
            for _ in USERS[1:]:
                lmtp.getreply()      # LMTP answers for each recipient, smtplib reads one answer


class CyrusTls12(Cyrus):
    """It binds SCRAM to tls-unique, which TLS 1.3 does not have."""
    name = "Cyrus with TLS 1.2"
    mechanisms = ("scram-sha-256-plus", "scram-sha-1-plus")

    def configure(self):
        super().configure()
        with open(self.chroot.root / "etc/imapd.conf", "a", encoding="utf-8") as file:
            file.write("tls_versions: tls1_2\n")


class Courier(Server):
    name, packages = "Courier", ("courier-pop", "courier-authdaemon")
    start = "/usr/sbin/authdaemond start; /usr/sbin/pop3d start; /usr/sbin/pop3d-ssl start; exec sleep infinity"

    def configure(self):
        settings = self.chroot.root / "etc/courier/pop3d-ssl"
        settings.write_text(settings.read_text().replace("/etc/courier/pop3d.pem", CERTIFICATE))
        self.chroot.run("chown", "courier:courier", CERTIFICATE)
        self.chroot.run("mkdir", "-p", "/run/courier/authdaemon")
        self.chroot.run("chown", "-R", "courier:courier", "/run/courier")
        self.number = 0
        for user in USERS:
            self.chroot.run("su", user, "-c", "mkdir -p ~/Maildir/tmp ~/Maildir/new ~/Maildir/cur")

    def deliver(self, message):
        self.number += 1
        for user in USERS:
            file = self.chroot.root / "home" / user / f"Maildir/new/{1700000000 + self.number}.M{self.number}.test"
            file.write_bytes(message)
            self.give(user, file, 0o600)


class Popa3d(Server):
    name, packages = "popa3d", ("popa3d", "stunnel4")
    tls, stls_port = "stunnel", 1110
    start = "popa3d -D; stunnel4 /etc/stunnel/pop3.conf; exec sleep infinity"

    def configure(self):
        self.chroot.write("/etc/stunnel/pop3.conf", stunnel())


class Perdition(Server):
    """A proxy: its capabilities before the login are its own, after the login the server's."""
    name, packages = "Perdition before popa3d", ("perdition", "popa3d", "openbsd-inetd")
    start = f"""
inetd
proxy() {{
    perdition.pop3 --bind_address 127.0.0.1 --outgoing_server 127.0.0.1 --outgoing_port 1100 --ssl_cert_file {CERTIFICATE} \\
        --ssl_key_file {CERTIFICATE} "$@"
}}
proxy --listen_port 110 --ssl_mode tls_listen
proxy --listen_port 995 --ssl_mode ssl_listen --pid_file /run/perdition.pop3s.pid
exec sleep infinity
"""

    def configure(self):
        self.chroot.write("/etc/inetd.conf", "127.0.0.1:1100 stream tcp nowait.1000 root /usr/sbin/popa3d popa3d\n")


class SolidPop3d(Server):
    name, packages = "solid-pop3d", ("solid-pop3d", "openbsd-inetd", "stunnel4")
    tls, stls_port = "stunnel", 1110
    start = "inetd; stunnel4 /etc/stunnel/pop3.conf; exec sleep infinity"

    def configure(self):
        self.chroot.write("/etc/stunnel/pop3.conf", stunnel())
        self.chroot.write("/etc/inetd.conf", "127.0.0.1:110 stream tcp nowait.1000 root /usr/sbin/solid-pop3d solid-pop3d\n")


class Mailutils(Server):
    name, packages = "GNU Mailutils", ("mailutils-pop3d",)
    differs = rb"X-UIDL: .*\n"
    start = "pop3d --daemon; exec sleep infinity"

    def configure(self):
        tls = f"tls {{ ssl-certificate-file {CERTIFICATE}; ssl-key-file {CERTIFICATE}; }};"
        self.chroot.write("/etc/mailutils.conf", f"""
program pop3d {{
  server 127.0.0.1:110 {{ tls-mode ondemand; {tls} }};
  server 127.0.0.1:995 {{ tls-mode connection; {tls} }};
}};
""")


SERVERS = (Dovecot, DovecotMechanisms, Cyrus, CyrusTls12, Courier, Popa3d, Perdition, SolidPop3d, Mailutils)
