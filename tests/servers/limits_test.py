#!/usr/bin/env python3
"""Servers without end: random bytes, an endless line, an endless listing, an endless message, one byte now and then. Each
session ends by itself, within a bounded memory, with the documented status and a line that says why.

usage: limits_test.py POPFETCH [unittest arguments]
"""

import itertools
import os
import pathlib
import random
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from hostile import Hostile, delivered, run, write_configuration

POPFETCH = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "popfetch").resolve()
LETTER = b"From: a@example.org\r\nSubject: hello\r\n\r\nHello.\r\n"
PROTOCOL, TEMPORARY = 76, 75

# What a run may have at most, whatever the server sends (FAULTS, R0). Sanitizers and the counting of lines keep books of their own.
INSTRUMENTED = any(name in POPFETCH.read_bytes() for name in (b"__asan_init", b"__tsan_init", b"__gcov_init"))
MOST_MEMORY = 64 << 20


def flood(first, pieces):
    """Sends `first`, then `pieces` until the client leaves."""
    def trick(connection, _line):
        connection.sendall(first)
        for piece in pieces():
            connection.sendall(piece)
    return trick


def noise():
    source = random.Random(20261121)
    while True:
        yield source.randbytes(1 << 16)


def letters(text):
    return lambda: itertools.repeat(text * (65536 // len(text)))


def rows(form):
    """Numbered lines, a thousand at a time."""
    def pieces():
        for first in itertools.count(1, 1000):
            yield b"".join(form % number for number in range(first, first + 1000))
    return pieces


def drip(first, byte):
    """One byte now and then: often enough that something always comes, never enough to be done."""
    def trick(connection, _line):
        connection.sendall(first)
        while True:
            connection.sendall(byte)
            time.sleep(0.05)
    return trick


class Limits(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def session(self, tricks, *keys, messages=(LETTER,), **server):
        home = pathlib.Path(self.folder.name)
        with Hostile(tricks, messages, **server) as peer:
            write_configuration(home, peer.port, keys)
            result = run(POPFETCH, home, "fetch")
        if not INSTRUMENTED:
            self.assertLess(result.peak, MOST_MEMORY, f"{result.peak >> 20} MiB; {result.stderr}")
        self.assertNotIn("secret", result.stdout + result.stderr)
        self.assertTrue(result.stderr.isprintable() or result.stderr.replace("\n", "").isprintable())
        return result

    def assert_ends(self, result, status, words):
        self.assertEqual((result.status, words in result.stderr), (status, True), result.stderr)
        self.assertEqual(delivered(self.folder.name), [])

    # Random bytes, wherever a server may speak.

    def test_P02_random_bytes_as_the_greeting(self):
        self.assertEqual(self.session({"": flood(b"", noise)}).status, PROTOCOL)

    def test_P04_random_bytes_in_answer_to_any_command(self):
        for verb in ("CAPA", "USER", "PASS", "STAT", "LIST", "UIDL", "RETR"):
            with self.subTest(verb):
                result = self.session({verb: flood(b"", noise)})
                self.assertIn(result.status, (PROTOCOL, TEMPORARY, 77) if verb in ("USER", "PASS") else (PROTOCOL, TEMPORARY),
                              result.stderr)
                self.assertEqual(delivered(self.folder.name), [])

    def test_P27_random_bytes_as_rows_of_a_listing(self):
        for verb in ("CAPA", "LIST", "UIDL"):
            with self.subTest(verb):
                self.assertEqual(self.session({verb: flood(b"+OK\r\n", noise)}).status, PROTOCOL)

    def test_P36_random_bytes_as_a_message(self):
        self.assert_ends(self.session({"RETR": flood(b"+OK\r\n", noise)}), PROTOCOL, "more than 64M octets and no end")

    # A line without end.

    def test_P03_an_endless_status_line(self):
        too_long = "the server sent a line of more than 8192 octets"
        for verb in ("", "STAT", "RETR"):
            with self.subTest(verb or "greeting"):
                self.assert_ends(self.session({verb: flood(b"+OK ", letters(b"x"))}), PROTOCOL, too_long)

    def test_A06_an_endless_challenge(self):
        result = self.session({"AUTH": flood(b"+ ", letters(b"QUFB"))}, 'auth = "LOGIN"', 'allow_plaintext_password = true',
                              capabilities=("SASL LOGIN", "UIDL"))
        self.assert_ends(result, PROTOCOL, "the server sent a line of more than 65536 octets")

    def test_P27_an_endless_row_of_a_listing(self):
        for verb in ("LIST", "UIDL"):
            with self.subTest(verb):
                self.assert_ends(self.session({verb: flood(b"+OK\r\n1 ", letters(b"1"))}), PROTOCOL, "more than")

    def test_P15_an_endless_line_of_a_message(self):
        result = self.session({"RETR": flood(b"+OK\r\n", letters(b"x"))})
        self.assert_ends(result, PROTOCOL, "more than 64M octets and no end")

    # A listing without end.

    def test_P27_an_endless_listing(self):
        for verb, form in (("LIST", b"%d 120\r\n"), ("UIDL", b"%d u\r\n"), ("CAPA", b"X-%d\r\n")):
            with self.subTest(verb):
                self.assert_ends(self.session({verb: flood(b"+OK\r\n", rows(form))}), PROTOCOL, "the answer does not end")

    # A message without end: nothing of it stays, and the next run passes it by.

    def test_P36_an_endless_message_of_short_lines(self):
        self.assert_ends(self.session({"RETR": flood(b"+OK\r\n", letters(b"endless\r\n"))}), PROTOCOL,
                         "more than 64M octets and no end")

    def test_P36_a_message_beyond_a_limit_of_ones_own(self):
        result = self.session({"RETR": flood(b"+OK\r\n", letters(b"endless\r\n"))}, 'max_size = "1M"')
        self.assert_ends(result, PROTOCOL, "more than 1.0M octets and no end")

    # One byte now and then.

    def test_N03_a_greeting_that_drips(self):
        self.assert_ends(self.session({"": drip(b"+OK ", b"x")}, 'greeting_timeout = "1s"'), TEMPORARY, "no whole line for 1 s")

    def test_N03_a_reply_that_drips(self):
        self.assert_ends(self.session({"STAT": drip(b"+OK ", b"1")}, 'timeout = "1s"'), TEMPORARY, "no whole line for 1 s")

    def test_N05_a_message_that_drips(self):
        result = self.session({"RETR": drip(b"+OK\r\n", b"x")}, 'total_timeout = "2s"')
        self.assert_ends(result, TEMPORARY, "the session has lasted for 2 s")

    def test_N06_a_message_that_comes_slower_than_the_minimum_rate(self):
        result = self.session({"RETR": drip(b"+OK\r\n", b"x")}, "min_rate = 1000", 'min_rate_time = "1s"')
        self.assert_ends(result, TEMPORARY, "too slow: ")

    def test_what_keeps_to_every_limit_is_fetched(self):
        capabilities = ("USER", "UIDL", *(f"X-{number}" for number in range(900)))
        text = b"+OK " + b"x" * 8188 + b"\r\n"
        result = self.session({"USER": flood(text, list), "": flood(text, list)}, capabilities=capabilities)
        self.assertEqual((result.status, result.stderr), (0, ""))
        self.assertEqual(delivered(self.folder.name), [LETTER.replace(b"\r\n", b"\n")])


if __name__ == "__main__":
    unittest.main()
