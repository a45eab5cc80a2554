#!/usr/bin/env python3
"""What every command prints with --json and with --ndjson, held against schemas/: commands_test.py POPFETCH. Exit status 77
without jsonschema. In the end every schema, and every event that a scripted server can bring about, must have been met."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema  # noqa: F401
except ImportError:
    print("python3-jsonschema is missing: nothing was tested")
    sys.exit(77)

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from documents import FOLDER, complaints, documents, schema_of  # noqa: E402
from pop3_server import Mailbox, Pop3Server, Session  # noqa: E402

CORPUS = [path.read_bytes() for folder in ("mail", "awkward") for path in sorted((ROOT / "tests/data" / folder).glob("*.eml"))]
UNPROVOKED = {"recovered", "note"}       # need a crash, or a server that turned: tests/crash and the golden files have them


class Refusing(Session):
    """A server that keeps one message to itself."""

    def do_retr(self, argument):
        if argument == "3":
            return self.err("[SYS/TEMP] not now")
        return super().do_retr(argument)

    def do_dele(self, argument):
        if argument == "2":
            return self.err("no")
        return super().do_dele(argument)


class RefusingServer(Pop3Server):
    session_type = Refusing


class Commands(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="popfetch-schemas-")
        self.addCleanup(scratch.cleanup)
        self.home = pathlib.Path(scratch.name)
        self.mailbox = Mailbox({})
        self.fill()
        self.met = set()

    def fill(self):
        self.mailbox.messages = {f"uid\x1b-{number}": message for number, message in enumerate(CORPUS)}

    def serve(self, kind=Pop3Server, **options):
        server = kind(self.mailbox, **options)
        self.addCleanup(server.close)
        path = self.home / "popfetch.toml"
        path.touch(0o600)
        path.write_text(f'[account.work]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nuser = "demo"\n'
                        f'password = "demo"\ndeliver = "maildir:{self.home}/Mail"\n')

    def run_it(self, *words, status=0, forms=("--json", "--ndjson")):
        """What it prints in each form, checked."""
        for form in forms:
            done = subprocess.run([POPFETCH, "--config", self.home / "popfetch.toml", "--state-dir", self.home / "state", *words, form],
                                  env=os.environ | {"HOME": str(self.home)}, stdin=subprocess.DEVNULL, capture_output=True, timeout=100)
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
            self.assertEqual(done.stderr, b"", words)
            text = done.stdout.decode("utf-8")
            self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
            for document in documents(text):
                self.check(document, words[0])

    def check(self, document, command):
        schema = schema_of(document, command)
        with self.subTest(command=command, schema=schema):
            self.assertEqual(complaints(document, schema), [])
        self.met |= {schema, document.get("event")}

    def test_every_command_and_every_event(self):
        self.serve()
        self.run_it("list", "work")
        self.run_it("list", "work", "--headers")
        self.run_it("list", "wor*", "--headers")
        self.run_it("show", "work", "all")
        self.run_it("show", "work", "all", "--headers")
        self.run_it("show", "work", "all", "--raw")
        self.run_it("stat", "work")
        self.run_it("info", "work")
        self.run_it("check")
        self.run_it("accounts")
        self.run_it("fetch", "--dry-run")
        self.run_it("fetch", "--max-size", "1K", "--max-messages", "5")
        self.run_it("history")
        self.run_it("list", "work")
        self.run_it("delete", "work", "1", "--dry-run")
        self.run_it("delete", "work", "1", "--yes")
        self.run_it("repair", "work")
        self.run_it("fetch", "--all", "--delete", "fetched", "--max-messages", "2")
        self.run_it("list", "nobody", status=78)
        self.run_it("show", "work", "999", status=69)
        (self.home / "saved").mkdir()
        self.run_it("save", "work", "all", "-o", str(self.home / "saved"))
        self.run_it("save", "work", "all", "--attachments", str(self.home / "saved"))
        self.run_it("save", "work", "1", "-o", str(self.home / "no" / "folder"), status=73)
        self.run_it("fetch", "--jobs", "0", status=64)
        self.run_it("check", "--messages", "many", status=3)
        self.run_it("check", "--messages", "1e300", status=3)
        self.run_it("check", "--messages", "20,10", status=3)
        self.run_it("check", "--certificate", "7,14", status=3)
        self.serve(RefusingServer)
        self.fill()
        self.run_it("fetch", "--all", "--delete", "fetched", status=75, forms=["--json"])
        self.run_it("list", "work")
        self.run_it("history")
        self.mailbox.password = "another"
        self.run_it("info", "work", status=77)
        self.run_it("check", status=2)
        self.run_it("fetch", "--force", status=77)

        schemas = {path.stem for path in FOLDER.glob("*.json")}
        self.assertEqual(schemas - self.met, set())
        events = {definition["properties"]["event"]["const"] for definition in
                  json.loads((FOLDER / "event.json").read_text())["$defs"].values()
                  if "event" in definition.get("properties", {})}
        self.assertEqual(events - self.met, UNPROVOKED)


if __name__ == "__main__":
    POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
