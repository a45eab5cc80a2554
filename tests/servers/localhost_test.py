#!/usr/bin/env python3
"""`localhost` whatever the system says of it (RFC 6761 section 6.3): with /etc/hosts in either order, with none, with one
that lies, on a machine without IPv6; the server listens on one of the two addresses. Each world is a namespace of its own.

usage: localhost_test.py POPFETCH [unittest arguments]
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from hostile import Hostile, delivered, run, write_configuration

LETTER = b"From: a@example.org\r\nSubject: hello\r\n\r\nHello.\r\n"
NO_HOST, TEMPORARY = 68, 75
NAMES = ("localhost", "LOCALHOST", "localhost.", "mail.localhost")


def put_over(path, text, folder):
    """Within this namespace `path` reads so. What does not exist cannot be covered, and need not be."""
    if os.path.exists(path):
        cover = folder / pathlib.Path(path).name
        cover.write_text(text)
        subprocess.run(["mount", "--bind", cover, os.path.realpath(path)], check=True)


def switch_loopback_on():
    up, interface = 0x1, struct.Struct("16sh22x")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, interface.pack(b"lo", up))  # SIOCSIFFLAGS


def switch_ipv6_off():
    setting = pathlib.Path("/proc/sys/net/ipv6/conf/lo/disable_ipv6")
    if setting.exists():
        setting.write_text("1\n")


def has_ipv6():
    with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


class Worlds(unittest.TestCase):
    """Each test runs itself again in a namespace, and there it does its work."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def in_a_world(self, *options):
        """Whether this is the namespace; otherwise runs the same test there."""
        if os.environ.get("POPFETCH_TEST_WORLD"):
            return True
        command = ["unshare", "--mount", *options] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount", *options]
        probe = subprocess.run([*command, "mount", "--bind", self.folder, self.folder], capture_output=True, text=True) \
            if shutil.which("unshare") else None
        if probe is None or probe.returncode != 0:
            self.skipTest("no namespace of its own can be made here: " + (probe.stderr.strip() if probe else "no unshare"))
        inside = subprocess.run([*command, sys.executable, __file__, POPFETCH, self.id().removeprefix("__main__.")],
                                env={**os.environ, "POPFETCH_TEST_WORLD": "1"}, capture_output=True, text=True)
        self.assertEqual(inside.returncode, 0, inside.stdout + inside.stderr)
        return False

    def hosts(self, text):
        put_over("/etc/nsswitch.conf", "hosts: files\n", self.folder)
        put_over("/etc/hosts", text, self.folder)

    def configure(self, port, host, *keys):
        home = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        write_configuration(home, port, keys)
        config = home / "popfetch.toml"
        config.write_text(config.read_text().replace('host = "127.0.0.1"', f'host = "{host}"'))
        return home

    def fetches(self, address, *keys):
        with Hostile({}, [LETTER], address=address) as server:
            for host in NAMES:
                with self.subTest(host=host, address=address):
                    home = self.configure(server.port, host, *keys)
                    result = run(POPFETCH, home, "fetch")
                    self.assertEqual((result.status, result.stdout, result.stderr), (0, "", ""))
                    self.assertEqual(delivered(home), [LETTER.replace(b"\r\n", b"\n")])

    def fetches_from_either(self):
        self.fetches("127.0.0.1")
        self.fetches("127.0.0.1", 'ip_version = "4"')
        if has_ipv6():
            self.fetches("::1")
            self.fetches("::1", 'ip_version = "6"')

    def test_without_etc_hosts(self):
        if self.in_a_world():
            self.hosts("")
            with self.assertRaises(socket.gaierror):
                socket.getaddrinfo("localhost", 110)
            self.fetches_from_either()

    def test_where_etc_hosts_has_IPv6_first(self):
        if self.in_a_world():
            self.hosts("::1 localhost\n127.0.0.1 localhost\n")
            self.fetches_from_either()

    def test_where_etc_hosts_has_IPv4_alone(self):
        if self.in_a_world():
            self.hosts("127.0.0.1 localhost\n")
            self.fetches_from_either()

    def test_where_etc_hosts_lies(self):
        if self.in_a_world():
            self.hosts("192.0.2.1 localhost mail.localhost\n")
            self.assertEqual(socket.getaddrinfo("localhost", 110)[0][4][0], "192.0.2.1")
            self.fetches_from_either()

    def test_where_there_is_no_IPv6(self):
        if self.in_a_world("--net"):
            switch_loopback_on()
            switch_ipv6_off()
            self.assertFalse(has_ipv6())
            self.hosts("")
            self.fetches("127.0.0.1")
            with socket.create_server(("127.0.0.1", 0)) as gone:
                port = gone.getsockname()[1]
            result = run(POPFETCH, self.configure(port, "localhost"), "fetch", "--json")
            self.assertEqual(result.status, TEMPORARY)
            self.assertIn("net.refused", result.stdout)  # ::1, which this machine cannot try, has no say in it

    def test_the_other_family_is_not_tried_where_one_is_asked_for(self):
        with Hostile({}, [LETTER]) as server:
            result = run(POPFETCH, self.configure(server.port, "localhost", 'ip_version = "6"'), "fetch")
        self.assertEqual(result.status, TEMPORARY, result.stderr)
        self.assertNotIn("127.0.0.1", result.stderr)

    def test_a_name_that_only_looks_like_it_is_looked_up(self):
        if self.in_a_world():
            self.hosts("")
            with Hostile({}, [LETTER]) as server:
                result = run(POPFETCH, self.configure(server.port, "localhost.example.org"), "fetch")
            self.assertEqual(result.status, NO_HOST, result.stderr)


def skipped_only(result):
    return result.result.skipped and len(result.result.skipped) == result.result.testsRun


if __name__ == "__main__":
    POPFETCH = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "popfetch").resolve()
    outcome = unittest.main(exit=False)
    if outcome.result.wasSuccessful() and skipped_only(outcome):
        sys.exit(77)
    sys.exit(not outcome.result.wasSuccessful())
