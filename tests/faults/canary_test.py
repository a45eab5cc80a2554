#!/usr/bin/env python3
"""A canary is given to popfetch as the password or token, from each source, through each mechanism, and looked for in all that it
leaves: output, trace, JSON, ledger, mail, arguments and environments of itself and of its children, and a core. It is looked for as
it is, in base64 at each alignment, in hex and in UTF-16; and with it what a mechanism has made of it. usage: canary_test.py POPFETCH"""

import base64
import os
import pathlib
import pty
import resource
import select
import signal
import ssl
import subprocess
import sys
import termios
import threading
import urllib.parse

import sasl_server
import stage
from stage import Stage

CANARY = "kanarienvogel+im/Kohlenschacht=17"
BY_PASSWORD = ("USER", "APOP", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS")
BY_TOKEN = ("OAUTHBEARER", "XOAUTH2")
LETTER = b"Subject: hello\n\nhello\n"

TUNNEL = f"""#!{sys.executable}
import os, pathlib, shutil, socket, sys, threading
pathlib.Path("child").write_bytes(pathlib.Path("/proc/self/environ").read_bytes() + pathlib.Path("/proc/self/cmdline").read_bytes())
line = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def up():
    while data := os.read(0, 65536):
        line.sendall(data)
threading.Thread(target=up, daemon=True).start()
while data := line.recv(65536):
    os.write(1, data)
"""


def disguises(secret):
    """What would give the secret away: as it is, in hex, in UTF-16, and the middle of its base64 at each alignment."""
    raw = secret if isinstance(secret, bytes) else secret.encode()
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield raw.decode("latin-1").encode("utf-16-le")
    for shift in range(3):
        text = base64.b64encode(b"x" * shift + raw)
        yield text[4 if shift else 0:-4]


class Canary(Stage):
    def setUp(self):
        super().setUp()
        self.processes = []          # what /proc showed of them while they were logged in

    # --- the artefacts -----------------------------------------------------------------------------------------------
    def watch(self):
        """Arguments and environments of every process that the test has started."""
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if str(self.home).encode() in (entry / "environ").read_bytes():
                    for name in ("cmdline", *(() if self.in_environment else ("environ",))):
                        self.processes.append((f"{entry}/{name}", (entry / name).read_bytes()))
            except OSError:
                pass

    def artefacts(self, *outputs):
        for name, output in zip(("stdout", "stderr"), outputs):
            yield name, output
        for path in self.home.rglob("*"):
            if path.is_file() and path.name not in self.given:
                yield str(path.relative_to(self.home)), path.read_bytes()
        yield from self.processes

    def assert_hidden(self, secrets, *outputs):
        looked_at = 0
        for name, content in self.artefacts(*outputs):
            looked_at += 1
            for secret in secrets:
                for disguise in disguises(secret):
                    self.assertNotIn(disguise, content, f"in {name}")
        self.assertGreater(looked_at, 5)

    # --- the runs ----------------------------------------------------------------------------------------------------
    def serve(self, mechanism, known):
        def talk(peer):
            good = sasl_server.log_in(peer, mechanism, {"demo": known})
            self.watch()
            if good:
                peer.scan(LETTER)
                peer.retr(1, LETTER)
            peer.wait_for_the_end()
        context = None
        if mechanism.endswith("-PLUS"):                        # Python knows the binding of TLS 1.2 only
            context = self.certificates.context()
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        return self.scripted(talk, context=context)

    def run_all(self, mechanisms, source):
        """Each mechanism with a password that is right and one that is wrong, with everything shown that can be shown."""
        self.given = {"popfetch.toml", "secret", "netrc", "token"}
        self.in_environment = source == "env"
        self.certificates = self.authority()
        number = 0
        for mechanism in mechanisms:
            for known, status in ((CANARY, 0), ("another", 77)):
                for flags in (("--trace", "-v"), ("--trace=log", "--json")):
                    number += 1
                    with self.subTest(source=source, mechanism=mechanism, status=status, flags=flags):
                        server = self.serve(mechanism, known)
                        outputs = self.log_in(server, source, mechanism, flags, status, number)
                        server.finish()
                        shown = [line.rsplit(" ", 1)[-1] for line in server.heard if self.is_response(line)]
                        self.assert_hidden([CANARY, *shown], *outputs)

    @staticmethod
    def is_response(line):
        """A line of the client that carries what a mechanism made; the name alone is no secret."""
        word = line.split(" ")[0]
        if word in ("APOP", "AUTH"):
            return len(line.split(" ")) == 3
        commands = ("CAPA", "USER", "PASS", "STAT", "LIST", "UIDL", "RETR", "QUIT", "*", "", sasl_server.b64("demo"), "AQ==")
        return word not in commands

    def log_in(self, server, source, mechanism, flags, status, number):
        keys = {"auth": mechanism, "state_id": f"s{number}", "deliver": f"maildir:Mail{number}"}
        if server.context:
            keys |= {"tls": "implicit", "tls_ca_file": self.certificates.ca}
        elif number % 4 == 1:                                  # a child that lives while the secret does
            keys["proxy"] = None
        password = {"text": f'password = "{CANARY}"', "file": 'password_file = "secret"', "netrc": 'netrc = "netrc"',
                    "command": 'password_command = ["cat", "secret"]', "env": 'password_env = "THE_PASSWORD"',
                    "credential": 'password_credential = "secret"', "prompt": "", "descriptor": "",
                    "token_command": 'token_command = ["cat", "secret"]'}[source]
        if keys.pop("proxy", 1) is None:
            self.write("tunnel", TUNNEL, 0o700)
            password += f'\nproxy = {{ command = ["./tunnel", "{server.port}"] }}'
        self.configure(server, password=password, **keys)
        self.write("secret", CANARY + "\n")
        self.write("netrc", f"machine 127.0.0.1 login demo password {CANARY}\n")
        environment = self.environment | {"THE_PASSWORD": CANARY} if source == "env" else self.environment
        if source == "credential":
            environment = environment | {"CREDENTIALS_DIRECTORY": str(self.home)}
        if source == "prompt":
            return self.answer_the_prompt(flags, status)
        if source == "descriptor":
            return self.give_a_descriptor(server, mechanism, flags, status, number)
        done = self.run_popfetch("fetch", *flags, status=status, env=environment)
        return done.stdout, done.stderr

    def give_a_descriptor(self, server, mechanism, flags, status, number):
        reading, writing = os.pipe()
        os.write(writing, CANARY.encode() + b"\n")
        os.close(writing)
        tls = () if server.context else ("--tls", "none")
        scheme = "pops" if server.context else "pop"
        mechanism = "+APOP" if mechanism == "APOP" else mechanism              # RFC 2384 section 3
        with os.fdopen(reading):
            done = self.run_popfetch("fetch", f"{scheme}://demo;auth={mechanism}@127.0.0.1:{server.port}", *tls, "--to", f"maildir:Mail{number}",
                                     "--password-fd", reading, *flags, status=status, pass_fds=(reading,),
                                     env=self.environment | {"SSL_CERT_FILE": str(self.certificates.ca)})
        return done.stdout, done.stderr

    def answer_the_prompt(self, flags, status):
        """popfetch with a terminal of its own; what the terminal showed is all its output."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.home)
            os.execve(stage.POPFETCH, [str(word) for word in self.command("fetch", *flags)], self.environment)
        shown, answered = b"", False
        while select.select([terminal], [], [], stage.PATIENCE)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:                                    # EIO: the other side is closed
                break
            shown += data
            if not answered and b"assword" in shown and not termios.tcgetattr(terminal)[3] & termios.ECHO:
                os.write(terminal, CANARY.encode() + b"\n")
                answered = True
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), status, shown.decode())
        return shown, b""

    # --- each source through each mechanism --------------------------------------------------------------------------
    def test_C03_C11_the_canary_from_the_configuration_itself_is_found_nowhere(self):
        self.run_all(BY_PASSWORD, "text")

    def test_C03_the_canary_from_a_file_is_found_nowhere(self):
        self.run_all(BY_PASSWORD, "file")

    def test_C03_C05_the_canary_from_a_command_is_found_nowhere(self):
        self.run_all(BY_PASSWORD, "command")

    def test_C03_C10_the_canary_from_the_environment_is_found_nowhere_else(self):
        self.run_all(BY_PASSWORD, "env")

    def test_C03_the_canary_from_a_systemd_credential_is_found_nowhere(self):
        self.run_all(BY_PASSWORD, "credential")

    def test_C03_the_canary_from_netrc_is_found_nowhere(self):
        self.run_all(BY_PASSWORD, "netrc")

    def test_C02_C03_the_canary_from_a_descriptor_is_found_nowhere(self):
        self.run_all(BY_PASSWORD, "descriptor")

    def test_C03_the_canary_typed_at_the_prompt_is_found_nowhere(self):
        self.run_all(BY_PASSWORD, "prompt")

    def test_C03_the_canary_as_a_token_is_found_nowhere(self):
        self.run_all(BY_TOKEN, "token_command")

    # --- the other commands and the programs that popfetch runs ------------------------------------------------------
    def test_C03_C11_no_command_shows_the_canary(self):
        self.given, self.in_environment = {"popfetch.toml"}, False
        commands = (("list", "a"), ("list", "a", "--headers"), ("stat", "a"), ("show", "a", "1"), ("save", "a", "1", "-o", "-"), ("info", "a"),
                    ("fetch", "--dry-run"), ("fetch",), ("check",), ("history",), ("accounts",), ("delete", "a", "1", "--yes"))
        box = stage.Mailbox({"uid1": LETTER}, password=CANARY)
        server = stage.Pop3Server(box)
        self.addCleanup(server.close)
        self.configure(server, password=f'password = "{CANARY}"')
        for command in commands:
            for flags in (("--trace", "-v"), ("--trace=log", "--json")):
                with self.subTest(command=command, flags=flags):
                    box.messages = {"uid1": LETTER}
                    arguments = self.command(*command, *flags)
                    done = subprocess.run(arguments, cwd=self.home, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                                          timeout=stage.PATIENCE, check=False)
                    self.assertIn(done.returncode, (0, 64), done.stderr)       # 64: not every command has --json
                    for name, content in self.artefacts(done.stdout, done.stderr):
                        for disguise in disguises(CANARY):
                            self.assertNotIn(disguise, content, name)

    def test_C10_C03_the_program_that_mail_is_given_to_sees_nothing_of_the_canary(self):
        place = self.home / "place"
        place.mkdir(mode=0o777)
        place.chmod(0o777)
        self.home.chmod(0o755)
        program = self.write("mda", f"#!/bin/sh\nenv >{place}/child\ntr '\\0' ' ' </proc/$$/cmdline >>{place}/child\n"
                             f"ls -l /proc/$$/fd >>{place}/child\ncat >>{place}/child\n", 0o755)
        self.given, self.in_environment = {"popfetch.toml"}, True
        server = self.serve("PLAIN", CANARY)
        run_as = ', run_as = "nobody"' if os.getuid() == 0 else ""
        self.configure(server, auth="PLAIN", deliver=None, password='password_env = "THE_PASSWORD"\n'
                       f'deliver = {{ type = "pipe", command = ["{program}"]{run_as} }}')
        # A program that runs as somebody else gets nothing of ours; one of our own gets all but the secret.
        others = {"ANOTHER": CANARY} if run_as else {}
        done = self.run_popfetch("fetch", env=self.environment | {"THE_PASSWORD": CANARY} | others)
        self.assertIn(LETTER, (place / "child").read_bytes())
        self.assert_hidden([CANARY], done.stdout, done.stderr)

    # --- and when it breaks ------------------------------------------------------------------------------------------
    def test_C04_a_crash_while_the_canary_is_in_memory_leaves_no_core(self):
        started = threading.Event()

        def talk(peer):
            peer.greet()
            peer.expect("USER")
            peer.say("+OK")
            peer.expect("PASS")
            started.wait(stage.PATIENCE)
            self.limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
            process.send_signal(signal.SIGABRT)
            process.wait(stage.PATIENCE)
        server = self.scripted(talk)
        self.write("secret", CANARY + "\n")
        self.configure(server, password='password_file = "secret"')
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        process = subprocess.Popen(self.command("fetch"), cwd=self.home, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)))
        started.set()
        outputs = process.communicate(timeout=stage.PATIENCE)
        server.finish()
        self.assertEqual(process.returncode, -signal.SIGABRT)
        self.assertRegex(self.limits, r"Max core file size +0 +0")
        self.assertEqual([path.name for path in self.home.rglob("core*")], [])
        self.given, self.in_environment = {"popfetch.toml", "secret"}, False
        for name, content in self.artefacts(*outputs):
            self.assertNotIn(CANARY.encode(), content, name)

    def test_C02_no_option_takes_a_password(self):
        server = self.scripted(lambda peer: peer.say("-ERR"))
        self.configure(server)
        for words in (("--password", CANARY), (f"--password={CANARY}",), ("--pass", CANARY), ("-p", CANARY)):
            done = self.run_popfetch("fetch", "a", *words, status=64)
            self.assertNotIn(CANARY.encode(), done.stdout + done.stderr)
        for written in (CANARY, urllib.parse.quote(CANARY, safe="")):
            done = self.run_popfetch("fetch", f"pop://demo:{written}@127.0.0.1:{server.port}", "--tls", "none", "--to", "maildir:Mail",
                                     status=78)
            self.assertNotIn(CANARY.encode(), done.stdout + done.stderr)
            self.assertNotIn(written.encode(), done.stdout + done.stderr)
        self.assertNotIn(CANARY, self.run_popfetch("accounts", "--json").stdout.decode())
        self.assertEqual(server.connections, 0)


if __name__ == "__main__":
    stage.main()
