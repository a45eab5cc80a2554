#!/usr/bin/env python3
"""popfetch against a real Dovecot: every TLS mode, maildir and mbox, byte for byte. usage: dovecot_test.py POPFETCH [unittest arguments]"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from dovecot import Dovecot, free_port
from kerberos import Realm

POPFETCH = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "popfetch").resolve()
DATA = pathlib.Path(__file__).parent.parent / "data"
REAL = [p.read_bytes() for p in sorted((DATA / "spamassassin").glob("*.eml"))]
AWKWARD = [p.read_bytes() for p in sorted((DATA / "awkward").glob("*.eml"))]


def served(message):
    """What a client can store of a file that Dovecot serves: a final newline is always there."""
    return message if message.endswith(b"\n") else message + b"\n"


GSSAPI = pathlib.Path("/usr/lib/dovecot/modules/auth/libmech_gssapi.so")
ALL = REAL + AWKWARD
EXPECTED = sorted(map(served, ALL))


def as_stored(message):
    """Line ends are one octet here: a file with CRLF inside is served and stored as if it had LF."""
    return served(message).replace(b"\r\n", b"\n")


def in_maildir(folder):
    return sorted(p.read_bytes() for sub in ("new", "cur") for p in (folder / sub).iterdir())


def in_mbox(path):
    """The messages of an mboxrd, quoting undone."""
    text = path.read_bytes()
    parts = re.split(rb"(?m)^From [^\n]*\n", text)[1:]
    return sorted(re.sub(rb"(?m)^>(>*From )", rb"\1", part[:-1]) for part in parts)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Client:
    """One user's home: configuration, state, mail."""

    def __init__(self, folder, server):
        self.folder, self.server = pathlib.Path(folder), server
        self.config = self.folder / "popfetch.toml"
        secret = self.folder / "password"
        secret.touch(0o600)
        secret.write_text(server.password + "\n")

    def configure(self, user="alice", tls="implicit", deliver="maildir:Mail", host="localhost", **keys):
        port = self.server.tls_port if tls == "implicit" else self.server.port
        lines = ["[account.test]", f'host = "{host}"', f"port = {port}", f'tls = "{tls}"', f'user = "{user}"',
                 'password_file = "password"', f'deliver = "{deliver}"']
        if tls != "none":
            lines.append(f'tls_ca_file = "{self.server.ca}"')
        lines += [f"{key} = {{ command = {json.dumps(value['command'])} }}" if isinstance(value, dict) else f"{key} = {json.dumps(value)}"
                  for key, value in keys.items()]
        self.config.touch(0o600)
        self.config.write_text("\n".join(lines) + "\n")
        return self

    def run(self, *arguments, status=0):
        result = subprocess.run([POPFETCH, "--config", self.config, "--state-dir", self.folder / "state", *arguments],
                                env={**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}, cwd=self.folder,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100)
        assert self.server.password not in result.stdout + result.stderr, "the password was shown"
        assert result.returncode == status, f"status {result.returncode}, expected {status}:\n{result.stdout}{result.stderr}"
        return result


class FetchTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def serve(self, messages=None, **options):
        server = Dovecot({"alice": ALL if messages is None else messages}, **options)
        self.enterContext(server)
        return server, Client(self.folder, server)


class EveryLine(FetchTest):
    def fetch_all(self, tls, deliver, read):
        server, client = self.serve()
        client.configure(tls=tls, deliver=deliver)
        result = client.run()
        self.assertEqual(result.stdout + result.stderr, "", "silence is success")
        self.assertEqual(read(), EXPECTED)
        events = [json.loads(line) for line in client.run("--json").stdout.splitlines()]
        self.assertEqual(events[-1]["fetched"], 0, "a second run fetches nothing")
        self.assertEqual(read(), EXPECTED)
        self.assertEqual(len(server.left("alice")), len(ALL), "delete = never keeps everything on the server")
        client.configure(tls=tls, deliver=deliver, delete="fetched").run()
        self.assertEqual(server.left("alice"), [])
        self.assertEqual(read(), EXPECTED)

    def test_clear_to_maildir(self):
        self.fetch_all("none", "maildir:Mail", lambda: in_maildir(self.folder / "Mail"))

    def test_starttls_to_maildir(self):
        self.fetch_all("starttls", "maildir:Mail", lambda: in_maildir(self.folder / "Mail"))

    def test_implicit_tls_to_maildir(self):
        self.fetch_all("implicit", "maildir:Mail", lambda: in_maildir(self.folder / "Mail"))

    def test_clear_to_mbox(self):
        self.fetch_all("none", "mbox:mbox", lambda: in_mbox(self.folder / "mbox"))

    def test_starttls_to_mbox(self):
        self.fetch_all("starttls", "mbox:mbox", lambda: in_mbox(self.folder / "mbox"))

    def test_implicit_tls_to_mbox(self):
        self.fetch_all("implicit", "mbox:mbox", lambda: in_mbox(self.folder / "mbox"))


class Policies(FetchTest):
    def test_fetch_and_delete_in_one_run(self):
        server, client = self.serve(REAL[:20])
        client.configure(delete="fetched").run()
        self.assertEqual(server.left("alice"), [])
        self.assertEqual(in_maildir(self.folder / "Mail"), sorted(REAL[:20]))

    def test_new_mail_is_fetched_and_old_mail_is_not(self):
        server, client = self.serve(REAL[:5])
        client.configure().run()
        server.add("alice", REAL[5], "1800000000.M1.new")
        client.run()
        self.assertEqual(in_maildir(self.folder / "Mail"), sorted(REAL[:6]))

    def test_dry_run_changes_nothing(self):
        server, client = self.serve(REAL[:3])
        text = client.configure(delete="fetched").run("--dry-run").stdout
        self.assertIn("would fetch 3", text)
        self.assertIn("delete 3", text)
        self.assertEqual(len(server.left("alice")), 3)
        self.assertFalse((self.folder / "Mail").exists())
        self.assertFalse((self.folder / "state").exists())

    def test_large_messages_are_left_alone(self):
        _, client = self.serve([REAL[0], b"Subject: big\n\n" + b"x" * 70 + b"\n" * 200000])
        client.configure(max_size="100K").run()
        self.assertEqual(in_maildir(self.folder / "Mail"), [REAL[0]])


class Recipes(FetchTest):
    """What the README and examples/jq do with JSON, with the whole corpus."""

    ROOT = pathlib.Path(__file__).resolve().parents[2]

    def setUp(self):
        super().setUp()
        if not shutil.which("jq"):
            self.skipTest("jq is missing")
        _, self.client = self.serve()
        self.client.configure()
        (self.folder / "bin").mkdir()
        (self.folder / "bin/popfetch").write_text(
            f'#!/bin/sh\nexec "{POPFETCH}" --config "{self.client.config}" --state-dir "{self.folder}/state" "$@"\n')
        (self.folder / "bin/popfetch").chmod(0o755)

    def shell(self, line):
        return subprocess.run(["sh", "-c", line], env={**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}, timeout=100,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout

    def test_those_of_the_readme(self):
        recipes = re.findall(r"^popfetch .*\| jq .*$", (self.ROOT / "README.md").read_text(), re.MULTILINE)
        self.assertTrue(recipes)
        for recipe in recipes:
            with self.subTest(recipe):
                self.assertGreaterEqual(len(self.shell(recipe.replace(" work ", " test ")).splitlines()), len(ALL))

    def test_those_of_the_examples(self):
        def run(name, *words):
            return self.shell(" ".join([str(self.ROOT / "examples/jq" / name), *words])).splitlines()
        self.assertEqual(len(run("new-subjects.sh", "test")), len(ALL))
        self.assertEqual(len(run("largest.sh", "test", "5")), 5)
        self.assertEqual(sum(int(line.split("\t")[1]) for line in run("by-sender.sh", "test")), len(ALL))
        self.assertEqual(len(run("arrived.sh", "test")), len(ALL))
        self.assertEqual(run("trouble.sh", "test"), [])


class Guards(FetchTest):
    def test_S03_a_lost_ledger_stops_the_run_and_adopt_goes_on_without_fetching_twice(self):
        server, client = self.serve(REAL[:30])
        client.configure(state_id="test").run()
        for path in (self.folder / "state").iterdir():
            path.unlink()
        self.assertIn("--adopt", client.run(status=78).stderr)
        result = client.run("--adopt")
        self.assertIn("recognised 30 messages", result.stderr)
        self.assertEqual(in_maildir(self.folder / "Mail"), sorted(REAL[:30]))
        client.run()
        self.assertEqual(in_maildir(self.folder / "Mail"), sorted(REAL[:30]))

    def test_S07_renumbered_messages_stop_the_run_and_are_adopted(self):
        server, client = self.serve(REAL[:30])
        client.configure().run()
        cur = server.home / "mail" / "alice" / "cur"
        for number, path in enumerate(sorted(cur.iterdir()), 1):
            path.rename(cur / f"{1900000000 + number}.M{number}.moved:2,S")
        self.assertIn("renumbered", client.run(status=75).stderr)
        client.run("--adopt")
        self.assertEqual(in_maildir(self.folder / "Mail"), sorted(REAL[:30]))
        client.configure(deliver="mbox:mbox").run("--accept-new-uids")
        self.assertFalse((self.folder / "mbox").exists() and in_mbox(self.folder / "mbox"))

    def test_F15_a_second_run_of_the_account_ends_at_once(self):
        import fcntl
        _, client = self.serve(REAL[:3])
        client.configure().run()
        (lock,) = (self.folder / "state").glob("*.lock")
        with lock.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.assertIn("another", client.run(status=75).stderr)


def connection(events):
    """The event of the login."""
    return next(event for event in map(json.loads, events.splitlines()) if event["event"] == "connected")


class Mechanisms(FetchTest):
    def log_in(self, mechanism, tls="implicit", **keys):
        _, client = self.serve(REAL[:2])
        connected = connection(client.configure(tls=tls, auth=mechanism, **keys).run("--json").stdout)
        self.assertEqual(connected["mechanism"], mechanism)

    def test_user(self):
        self.log_in("USER")

    def test_apop(self):
        self.log_in("APOP")

    def test_plain(self):
        self.log_in("PLAIN")

    def test_login(self):
        self.log_in("LOGIN")

    def test_cram_md5(self):
        self.log_in("CRAM-MD5")

    def test_scram_sha_1(self):
        self.log_in("SCRAM-SHA-1")

    def test_scram_sha_256(self):
        self.log_in("SCRAM-SHA-256")

    def test_external(self):
        """The name is in the certificate; Dovecot wants one of its own authority."""
        def openssl(name, *arguments):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                            "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem", "-subj", f"/CN={name}",
                            *arguments], check=True, capture_output=True)
        openssl("ca", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign,cRLSign")
        for name in ("alice", "mallory"):
            openssl(name, "-CA", self.folder / "ca.pem", "-CAkey", self.folder / "ca.key", "-addext", "extendedKeyUsage=clientAuth")
        server = Dovecot({"alice": REAL[:2]}, extra=f"""
            auth_mechanisms = external plain
            ssl_ca = <{self.folder}/ca.pem
            ssl_verify_client_cert = yes
            ssl_require_crl = no
            auth_ssl_require_client_cert = yes
            auth_ssl_username_from_cert = yes
            ssl_cert_username_field = commonName
            passdb {{
              driver = passwd-file
              args = scheme=PLAIN username_format=%u {self.folder}/names
              override_fields = nopassword=y
            }}""")
        (self.folder / "names").write_text("alice:::::::\n")
        self.folder.chmod(0o755)
        (self.folder / "names").chmod(0o644)
        self.enterContext(server)
        client = Client(self.folder, server)

        def as_whom(name, status):
            client.configure(auth="EXTERNAL", tls_client_cert=str(self.folder / f"{name}.pem"),
                             tls_client_key=str(self.folder / f"{name}.key"), state_id=name)
            text = client.config.read_text()
            client.config.write_text(re.sub(r"password_file.*\n", "", text))
            return client.run("--json", status=status).stdout
        connected = connection(as_whom("alice", 0))
        self.assertEqual(connected["mechanism"], "EXTERNAL", server.log())
        self.assertEqual(in_maildir(self.folder / "Mail"), sorted(REAL[:2]))
        as_whom("mallory", 77)

    def test_gssapi(self):
        """A ticket for the server's service is all it takes."""
        if reason := Realm.missing() or (not GSSAPI.exists() and "dovecot-gssapi is not installed"):
            self.skipTest(reason)
        self.folder.chmod(0o755)
        realm = self.enterContext(Realm(self.folder / "realm", {"alice": "ticket"}, ["pop/localhost"]))
        realm.keytab.chmod(0o644)
        server = self.enterContext(Dovecot({"alice": REAL[:2]}, extra=f"""
            auth_mechanisms = gssapi plain
            auth_gssapi_hostname = localhost
            auth_krb5_keytab = {realm.keytab}
            import_environment = KRB5_CONFIG={realm.environment["KRB5_CONFIG"]} KRB5RCACHETYPE=none"""))
        client = Client(self.folder, server).configure(auth="GSSAPI")
        client.config.write_text(re.sub(r"password_file.*\n", "", client.config.read_text()))
        with unittest.mock.patch.dict(os.environ, realm.environment):
            without = client.run("--force", status=77).stderr
            self.assertIn("GSSAPI", without)
            realm.log_in("alice")
            connected = connection(client.run("--json", "--force").stdout)
        self.assertEqual(connected["mechanism"], "GSSAPI")
        self.assertEqual(in_maildir(self.folder / "Mail"), sorted(REAL[:2]))

    def test_A01_wrong_password_is_77_and_says_so_once(self):
        _, client = self.serve(REAL[:2])
        (self.folder / "password").write_text("wrong\n")
        result = client.configure().run(status=77)
        self.assertEqual(len(result.stderr.splitlines()), 1)
        self.assertIn("refused", result.stderr)


class Ways(FetchTest):
    """To Dovecot by every way there is: the proxies are the distribution's. They look names up themselves and try one address, so the
    server, which listens on one, is named by it."""
    def fetch_through(self, *program, tls="implicit", port=None, **keys):
        if program and not shutil.which(program[0], path=os.environ["PATH"] + ":/usr/sbin"):
            self.skipTest(f"{program[0]} is not installed")
        server, client = self.serve(REAL[:3])
        if program:
            process = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(lambda: (process.terminate(), process.wait()))
            while not answers(port):
                self.assertIsNone(process.poll(), "the proxy has ended")
                time.sleep(0.02)
        keys = {key: value(server) if callable(value) else value for key, value in keys.items()}
        shown = client.configure(tls=tls, host="127.0.0.1", **keys).run("--trace", "-v")
        self.assertNotIn("sesame", shown.stdout + shown.stderr)
        self.assertEqual(in_maildir(self.folder / "Mail"), sorted(REAL[:3]))

    def test_through_microsocks_with_a_login(self):
        port = free_port()
        self.fetch_through("microsocks", "-i", "127.0.0.1", "-p", str(port), "-u", "alice", "-P", "sesame", port=port,
                           proxy=f"socks5://alice:sesame@127.0.0.1:{port}")

    def test_through_tinyproxy_with_a_login(self):
        port = free_port()
        (self.folder / "tinyproxy.conf").write_text(f"Listen 127.0.0.1\nPort {port}\nTimeout 60\nMaxClients 10\nBasicAuth alice sesame\n"
                                                    f'LogFile "{self.folder}/tinyproxy.log"\n')
        self.fetch_through("tinyproxy", "-d", "-c", str(self.folder / "tinyproxy.conf"), port=port, tls="starttls",
                           proxy=f"http://alice:sesame@127.0.0.1:{port}")

    def test_through_a_tunnel_by_openssl(self):
        """The command is the TLS; the line to it needs none."""
        self.fetch_through(tls="none", proxy=lambda server: {"command": ["openssl", "s_client", "-quiet", "-verify_return_error", "-CAfile",
                                                                         str(server.ca), "-connect", f"127.0.0.1:{server.tls_port}"]})


class Trust(FetchTest):
    def test_T07_unknown_authority_is_76_and_sends_no_password(self):
        server, client = self.serve(REAL[:1])
        client.configure()
        client.config.write_text(re.sub(r"tls_ca_file.*\n", "", client.config.read_text()))
        result = client.run("--trace", status=76)
        self.assertIn("certificate", result.stderr)
        self.assertNotIn("C: USER", result.stderr)
        self.assertNotIn("C: AUTH", result.stderr)

    def test_T07_wrong_name_is_76(self):
        _, client = self.serve(REAL[:1])
        client.configure(tls_server_name="pop.example.org")
        self.assertIn("pop.example.org", client.run(status=76).stderr)


if __name__ == "__main__":
    if reason := Dovecot.missing():
        print("skipped:", reason)
        sys.exit(77)
    unittest.main(verbosity=2)
