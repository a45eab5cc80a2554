#!/usr/bin/env python3
"""Plays one folder of tests/sessions against the popfetch binary. README.md beside this file explains the folder.

usage: run_session.py POPFETCH FOLDER
"""

import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

TIMEOUT = 30
sys.dont_write_bytecode = True


def unescape(text):
    """\\r \\n \\t \\0 \\xNN \\\\ as bytes; everything else as UTF-8."""
    pattern = re.compile(r"\\(x[0-9a-fA-F]{2}|[rnt0\\])")
    plain = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}
    out, at = b"", 0
    for match in pattern.finditer(text):
        out += text[at:match.start()].encode() + (plain.get(match[1]) or bytes([int(match[1][1:], 16)]))
        at = match.end()
    return out + text[at:].encode()


def connections(transcript):
    """The transcript cut at its `---` lines: one list of steps for each connection."""
    steps = [[]]
    for line in transcript.read_text().splitlines():
        if line == "---":
            steps.append([])
        elif line and not line.startswith("#"):
            steps[-1].append(line)
    return steps


class Script(threading.Thread):
    """Accepts one connection after another and plays their steps. What went wrong is in `complaint`."""

    def __init__(self, transcript):
        super().__init__(daemon=True)
        self.todo = connections(transcript)
        self.complaint = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while self.todo:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(TIMEOUT)
            steps = self.todo.pop(0)
            with connection:
                try:
                    self.play(connection, steps)
                except (ConnectionResetError, BrokenPipeError) as error:
                    # A client that has nothing to lose need not wait for the reply to QUIT.
                    if not self.quitting:
                        self.complaint = self.complaint or f"{type(error).__name__}: {error}"
                except (OSError, AssertionError) as error:
                    self.complaint = self.complaint or f"{type(error).__name__}: {error}"
        # Anybody who comes after the last connection of the script comes too often.
        try:
            self.listener.accept()[0].close()
            self.complaint = self.complaint or "the client connected once more than the transcript says"
        except OSError:
            pass

    def play(self, connection, steps):
        reader = connection.makefile("rb")
        self.quitting = False
        for step in steps:
            kind, _, rest = step.partition(" ")
            if kind == "S:":
                connection.sendall(unescape(rest) + b"\r\n")
            elif kind == "S<":
                connection.sendall(unescape(rest))
            elif kind == "C:":
                got = reader.readline().decode("utf-8", "replace").rstrip("\r\n")
                self.quitting = got == "QUIT"
                assert rest == "*" or got == rest, f"expected {rest!r} from the client, got {got!r}"
            elif kind == "closed":
                assert reader.read(1) == b"", "the client should have closed the line"
            elif kind == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            elif kind == "cut":
                return
            elif kind == "delay":
                time.sleep(float(rest))
            else:
                raise AssertionError(f"the transcript has an unknown step: {step!r}")


def filled(text, values):
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def delivered(folder):
    return sorted(p.read_bytes() for sub in ("new", "cur") for p in (folder / sub).glob("*"))


def differences(case, home, runs):
    """Everything that is not as the folder says, as lines."""
    found = []
    statuses = (case / "exit").read_text().split() if (case / "exit").exists() else ["0"] * len(runs)
    for number, (run, status) in enumerate(zip(runs, statuses, strict=True), 1):
        if run.returncode != int(status):
            found.append(f"run {number}: exit status {run.returncode}, expected {status}")
    for name in ("stdout", "stderr"):
        text = "".join(getattr(run, name).decode("utf-8", "replace") for run in runs).replace(str(home), "{dir}")
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:{port}", text)
        text = re.sub(r"no login before [^;:()\n]*:\d\d", "no login before {time}", text)
        expected = (case / name).read_text() if (case / name).exists() else ""
        if text != expected:
            found.append(f"{name} is\n{text}expected\n{expected}")
    if (case / "delivered").exists():
        wanted = sorted(p.read_bytes() for p in (case / "delivered").iterdir() if p.name != "none")
        if (got := delivered(home / "Mail")) != wanted:
            found.append(f"delivered {got}, expected {wanted}")
    if (case / "mbox").exists():
        text = (home / "mbox").read_bytes()
        text = re.sub(rb"(?m)^(From \S+) [A-Z].*$", rb"\1 DATE", text)
        if text != (case / "mbox").read_bytes():
            found.append(f"the mbox is {text!r}")
    if stray := [p for p in (home / "Mail" / "tmp").glob("*")]:
        found.append(f"left in tmp: {stray}")
    return found


def schema_complaints(run):
    """What a run printed with --json or --ndjson, held against schemas/; nothing where jsonschema is missing."""
    if not {"--json", "--ndjson"} & set(run.args):
        return []
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "schemas"))
    try:
        from documents import complaints, documents, schema_of
    except ImportError:
        return []
    commands = ("list", "show", "stat", "check", "info", "history", "accounts")
    command = next((word for word in run.args if word in commands), "event")
    found = documents(run.stdout.decode())
    return [text for document in found for text in complaints(document, schema_of(document, command))]


def main():
    popfetch, case = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    script = Script(case / "transcript")
    script.start()
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder).resolve()
        values = {"port": script.port, "dir": home}
        if (case / "config.toml").exists():
            (home / "config.toml").touch(0o600)
            (home / "config.toml").write_text(filled((case / "config.toml").read_text(), values))
        (home / "password").touch(0o600)
        (home / "password").write_text("secret\n")
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        environment |= {k: v for k, v in os.environ.items() if k.startswith(("ASAN_", "UBSAN_", "TSAN_", "GCOV_"))}
        runs = []
        for arguments in (case / "argv").read_text().split("\n---\n"):
            argv = [filled(line, values) for line in arguments.splitlines() if line]
            runs.append(subprocess.run([popfetch, "--state-dir", str(home / "state"), *argv], env=environment, cwd=home,
                                       stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT + 30))
        script.join(timeout=2) if script.todo else None
        script.listener.close()
        found = differences(case, home, runs) + [text for run in runs for text in schema_complaints(run)]
        if script.complaint:
            found.append(f"the server saw: {script.complaint}")
        if script.todo:
            found.append(f"{len(script.todo)} connections of the transcript were never made")
        if b"secret" in b"".join(run.stdout + run.stderr for run in runs):
            found.append("the password was shown")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
