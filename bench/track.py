"""Where clients run: the servers, the delayed line, the folders, and the measuring of one run."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

from peers import Job

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests/servers"))
from dovecot import Dovecot  # noqa: E402 (lies with the tests)

# Two kinds of servers, by what popfetch then takes by itself: most providers offer PLAIN only; a Dovecot that is set up well offers
# SCRAM, which costs up to two more round trips in a login.
SERVERS = {kind: f"""
auth_mechanisms = {mechanisms}
service pop3-login {{
  process_min_avail = 4
  process_limit = 300
}}
""" for kind, mechanisms in (("plain", "plain login"), ("scram", "plain login scram-sha-256"))}


def build_tools(into):
    """The small programs in C: {name: path}."""
    into.mkdir(parents=True, exist_ok=True)
    compiler = [os.environ.get("CC", "cc"), "-O2", "-D_GNU_SOURCE"]
    for name, more in {"measure": [], "tiny_server": [], "floor": ["-lssl", "-lcrypto"]}.items():
        subprocess.run([*compiler, "-o", into / name, HERE / f"{name}.c", *more], check=True)
    shim = into / "slow_sync_shim.so"
    subprocess.run([*compiler, "-shared", "-fPIC", "-o", shim, HERE / "slow_sync_shim.c", "-ldl", "-lpthread"], check=True)
    return {"measure": into / "measure", "tiny_server": into / "tiny_server", "floor": into / "floor", "shim": shim}


class Proxy:
    """delay_proxy.py in a process of its own, in front of one server port."""

    def __init__(self, round_trip_ms, server_port):
        self.process = subprocess.Popen([sys.executable, HERE / "delay_proxy.py", str(round_trip_ms), str(server_port)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def report(self):
        self.process.stdin.write("report\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class TinyServer:
    ca = None

    def __init__(self, program, messages):
        self.process = subprocess.Popen([program, str(messages)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.password = "test"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Track:
    def __init__(self, folder, timeout):
        self.folder, self.timeout, self.folders = folder, timeout, 0
        self.tools = build_tools(folder / "bin")
        self.work = folder / "work"
        shutil.rmtree(self.work, ignore_errors=True)

    def fresh(self, name):
        """A folder that was never used. Used ones stay until the end: where thousands of files were deleted a moment ago, ext4
        looks at each of their inodes for every new file (it avoids recently deleted ones), and the next client would pay for that."""
        self.folders += 1
        folder = self.work / f"{self.folders:04d}-{name}"
        folder.mkdir(parents=True)
        return folder

    def run(self, client, job, proxy=None, preload=None):
        """One run of one client: what it cost, and what came."""
        command = client.command(job)
        environment = {**os.environ, **client.environment, "HOME": str(job.folder), "LC_ALL": "C.UTF-8"}
        if preload:
            environment["MEASURE_PRELOAD"] = str(preload)
        client.prepare(job)
        os.sync()                          # what earlier runs left to write is not this one's
        if proxy:
            proxy.report()
        result = self.measured(command, environment, job)
        if proxy:
            result.update(proxy.report())
        count, octets = client.arrived(job)
        result.update(arrived=count, octets=octets)
        return result

    def measured(self, command, environment, job):
        outcome = job.folder / "outcome"
        with open(outcome, "wb") as three, open(job.folder / "stdout", "wb") as out, open(job.folder / "stderr", "wb") as err:
            script = 'exec 3>"$0"; exec "$@"'
            process = subprocess.Popen(["/bin/sh", "-c", script, outcome, self.tools["measure"], str(self.timeout), *command],
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd=job.folder)
            three.close()
            try:
                process.wait()
            except BaseException:
                process.terminate()
                process.wait()
                raise
        result = json.loads(outcome.read_text())
        said = (job.folder / "stderr").read_text("utf-8", "replace").replace(str(job.folder), "…")
        result["said"] = said[-300:].strip()
        return result

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)


__all__ = ["Dovecot", "Job", "Proxy", "SERVERS", "TinyServer", "Track"]
