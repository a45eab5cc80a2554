#!/usr/bin/env python3
"""Every example, run: examples_test.py POPFETCH. What an example says of the system it is for (/etc, a sendmail) is put
into a folder of the test; everything else is as it stands there."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
sys.path.insert(0, str(ROOT / "tests" / "support"))
from pop3_server import Mailbox, Pop3Server  # noqa: E402

SENDMAIL = """#!/bin/sh
{ echo "$@"; cat; } >"$HOME/sent/$$"
[ ! -e "$HOME/sendmail-fails" ]
"""


def mail(sender="ann@example.net", to="alice@example.org", extra="", subject="hello"):
    return (f"Return-Path: <{sender}>\nFrom: Somebody <{sender}>\nTo: {to}\nSubject: {subject}\n"
            f"Date: Sat, 14 Nov 2026 09:12:00 +0000\nMessage-ID: <1@example.net>\n{extra}\nhello\n").encode()


class Example(unittest.TestCase):
    messages = {"u1": mail(), "u2": mail("bob@example.net", subject="a larger one", extra="X-Filler: " + "x" * 500 + "\n")}

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="popfetch-examples-")
        self.home = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)
        (self.home / "bin").mkdir()
        (self.home / "sent").mkdir()
        (self.home / "bin/popfetch").symlink_to(POPFETCH)
        (self.home / "bin/sendmail").write_text(SENDMAIL)
        (self.home / "bin/sendmail").chmod(0o755)
        self.mailbox = Mailbox(dict(self.messages))
        self.server = Pop3Server(self.mailbox)
        self.addCleanup(self.server.close)
        self.configure(".config/popfetch/popfetch.toml", 'password = "demo"')
        self.environment = {"HOME": str(self.home), "PATH": f"{self.home}/bin:{os.environ['PATH']}", "LANG": "C.UTF-8"}

    def configure(self, name, password):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'[account.work]\nhost = "127.0.0.1"\nport = {self.server.port}\ntls = "none"\nuser = "demo"\n'
                        f'deliver = "maildir:{self.home}/Mail"\n{password}\n')
        path.chmod(0o600)

    def shell(self, command, status=0, **environment):
        done = subprocess.run(["sh", "-c", command], env=self.environment | environment, cwd=self.home, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout

    def delivered(self):
        return sorted((self.home / "Mail/new").glob("*"))

    def sent(self):
        return sorted(path.read_text() for path in (self.home / "sent").iterdir())


class Cron(Example):
    def commands(self):
        lines = (EXAMPLES / "crontab").read_text().splitlines()
        return [line.split(None, 5)[5] for line in lines if re.match(r"[*0-9]", line)]

    def test_the_first_line_fetches_and_says_nothing(self):
        self.assertEqual(self.shell(self.commands()[0]), "")
        self.assertEqual(len(self.delivered()), 2)

    def test_cron_finds_popfetch_where_it_is_installed_by_default(self):
        for text in (EXAMPLES / "crontab", EXAMPLES.parent / "README.md"):
            path = re.search(r"(?m)^PATH=(.*)\n(?:.*\n)*?\*/5 \* \* \* \* +popfetch$", text.read_text())[1]
            self.assertIn("/usr/local/bin", path.split(":"))

    @unittest.skipUnless(shutil.which("jq"), "jq is missing")
    def test_the_second_line_tells_of_failures_only(self):
        self.shell("popfetch")
        self.assertEqual(self.shell(self.commands()[1]), "")
        record = {"state": "failed", "account": "work", "reason": "no", "next_try": "2026-11-21T10:00:00Z"}
        (self.home / "bin/popfetch").unlink()
        (self.home / "bin/popfetch").write_text(f"#!/bin/sh\necho '{json.dumps(record)}'\n")
        (self.home / "bin/popfetch").chmod(0o755)
        self.assertEqual(self.shell(self.commands()[1]), "work: no, next try 2026-11-21T10:00:00Z\n")

    def test_no_command_has_a_percent_sign_that_cron_would_eat(self):
        self.assertFalse([command for command in self.commands() if "%" in command])


class Jq(Example):
    def setUp(self):
        if not shutil.which("jq"):
            self.skipTest("jq is missing")
        super().setUp()

    def recipe(self, name, *words):
        return self.shell(" ".join([str(EXAMPLES / "jq" / name), *words]))

    def test_new_subjects(self):
        self.assertEqual(self.recipe("new-subjects.sh", "work"),
                         "1\tann@example.net\thello\n2\tbob@example.net\ta larger one\n")
        self.shell("popfetch")
        self.assertEqual(self.recipe("new-subjects.sh", "work"), "")

    def test_largest(self):
        self.assertRegex(self.recipe("largest.sh", "work", "1"), r"^\d+\tuid:u2\n$")

    def test_by_sender(self):
        self.assertRegex(self.recipe("by-sender.sh", "work"), r"^\d+\t1\tbob@example.net\n\d+\t1\tann@example.net\n$")

    def test_arrived(self):
        self.assertEqual(sorted(self.recipe("arrived.sh", "work").split()), [str(path) for path in self.delivered()])
        self.assertEqual(len(self.delivered()), 2)

    def test_trouble(self):
        self.assertEqual(self.recipe("trouble.sh", "work"), "")
        self.mailbox.password = "another"
        self.assertRegex(self.recipe("trouble.sh", "work"), r"^work\tauth.refused\t.*\n$")

    def test_every_recipe_is_tested(self):
        tested = {name.removeprefix("test_").replace("_", "-") + ".sh" for name in dir(self)}
        self.assertLessEqual({path.name for path in (EXAMPLES / "jq").iterdir()}, tested)


class Systemd(Example):
    def exec_start(self, unit):
        return re.search(r"^ExecStart=(.*)$", (EXAMPLES / unit).read_text(), re.MULTILINE)[1]

    def test_the_users_service_fetches(self):
        self.shell(self.exec_start("systemd/popfetch.service"))
        self.assertEqual(len(self.delivered()), 2)

    def test_the_systems_service_fetches_with_a_credential(self):
        self.configure("etc/popfetch/alice.toml", 'password_credential = "password"')
        (self.home / "credentials").mkdir()
        (self.home / "credentials/password").write_text("demo\n")
        command = self.exec_start("systemd/popfetch@.service")
        for original, here in (("/etc", f"{self.home}/etc"), ("%i", "alice"), ("%S", f"{self.home}/state")):
            command = command.replace(original, here)
        self.shell(command, CREDENTIALS_DIRECTORY=f"{self.home}/credentials")
        self.assertEqual(len(self.delivered()), 2)
        self.assertTrue((self.home / "state/popfetch/alice/work.ledger").exists())

    def test_the_metrics_are_written(self):
        self.shell(self.exec_start("monitoring/popfetch-metrics.service")
                   .replace("--config /etc/popfetch/monitoring.toml ", "").replace("/var/lib/prometheus/node-exporter", "."))
        self.assertIn('popfetch_up{account="work"} 1\n', (self.home / "popfetch.prom").read_text())

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is missing")
    def test_the_units_are_well_formed(self):
        units = self.home / "units"
        units.mkdir()
        for unit in [*EXAMPLES.glob("systemd/*"), *EXAMPLES.glob("monitoring/popfetch-metrics.*")]:
            text = unit.read_text().replace("ExecStart=popfetch", f"ExecStart={self.home}/bin/popfetch")
            (units / unit.name.replace("@.", "@alice.")).write_text(text.replace("man:popfetch", "man:sh"))
        names = " ".join(f"units/{path.name}" for path in sorted(units.iterdir()))
        self.assertEqual(self.shell(f"systemd-analyze verify --man=no {names} 2>&1"), "")

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is missing")
    def test_the_exposure_is_what_the_comment_says(self):
        version = self.shell("systemd-analyze --version").split()[1]
        for unit in EXAMPLES.glob("systemd/*.service"):
            said = re.search(r"of systemd (\d+): (\d+\.\d)", unit.read_text())
            if said[1] != version:
                self.skipTest(f"measured with systemd {said[1]}, this is {version}")
            measured = self.shell(f"systemd-analyze security --offline=yes --no-pager '{unit}'")
            self.assertIn(f": {said[2]} ", measured.splitlines()[-1])


class Monitoring(Example):
    def test_the_command_of_nagios_is_a_plugin(self):
        text = (EXAMPLES / "monitoring/nagios.cfg").read_text()
        command = re.search(r"command_line\s+(.*)", text)[1].replace("/etc/popfetch/monitoring.toml", "m.toml")
        arguments = re.search(r"check_command\s+(.*)", text)[1].split("!")[1:]
        for number, argument in enumerate(arguments, 1):
            command = command.replace(f"$ARG{number}$", argument)
        self.configure("m.toml", 'password = "demo"')
        # The mail is older than six hours: that is what --oldest-new asks about.
        self.assertRegex(self.shell(command, status=2), r"^POPFETCH CRITICAL: .*'work.messages'=2;1000;5000;0")
        self.shell("popfetch --config m.toml")
        self.assertTrue(self.shell(command).startswith("POPFETCH OK"))

    def test_the_options_of_icinga_exist(self):
        options = re.findall(r'"(--[a-z-]+)" =', (EXAMPLES / "monitoring/icinga2.conf").read_text())
        self.assertTrue(options)
        known = self.shell("popfetch --help; popfetch check --help")
        self.assertEqual([option for option in options if f"{option} " not in known], [])


class Backup(Example):
    def backup(self, status=0):
        return self.shell(f"'{EXAMPLES}/backup' work '{self.home}/copy'", status)

    def copies(self):
        return sorted(path.read_bytes() for path in (self.home / "copy/mail").glob("*.eml"))

    def test_it_copies_what_is_new_and_keeps_what_is_gone(self):
        self.assertEqual(self.backup(), "")
        self.assertEqual(self.copies(), sorted(self.messages.values()))
        del self.mailbox.messages["u1"]
        self.mailbox.messages["u3"] = mail("eve@example.net")
        self.backup()
        self.assertEqual(self.copies(), sorted([*self.messages.values(), self.mailbox.messages["u3"]]))
        index = [json.loads(line) for line in (self.home / "copy/index.ndjson").read_text().splitlines()]
        self.assertEqual({entry["uid"] for entry in index}, {"u1", "u2", "u3"})
        self.assertEqual(self.mailbox.deleted, [])

    def test_the_accounts_own_fetches_do_not_notice(self):
        self.backup()
        self.shell("popfetch")
        self.assertEqual(len(self.delivered()), 2)

    def test_it_says_what_could_not_be_fetched(self):
        self.mailbox.password = "another"
        self.backup(status=77)


class Autoresponder(Example):
    def answer(self, status=0):
        (self.home / "away.txt").write_text("I am away.\n")
        responder = f"'{EXAMPLES}/autoresponder' --address alice@example.org --text away.txt --sendmail bin/sendmail"
        self.shell(f"popfetch fetch --json | {responder}", status)

    def serve(self, *messages):
        self.mailbox.messages = {f"u{number}": message for number, message in enumerate(messages, 1)}

    def test_each_sender_is_answered_once(self):
        self.serve(mail(), mail(), mail("Bob@example.net"))
        self.answer()
        self.assertEqual(sorted(text.splitlines()[0] for text in self.sent()),
                         ["-i -f  -- ann@example.net", "-i -f  -- bob@example.net"])
        self.mailbox.messages["later"] = mail()
        self.answer()
        self.assertEqual(len(self.sent()), 2)

    def test_the_answer_says_that_it_is_one(self):
        self.serve(mail(subject="=?utf-8?q?gr=C3=BC=C3=9Fe?="))
        self.answer()
        for line in ("To: ann@example.net", "From: alice@example.org", "Auto-Submitted: auto-replied",
                     "In-Reply-To: <1@example.net>", "I am away."):
            self.assertIn(line + "\n", self.sent()[0])
        self.assertRegex(self.sent()[0], r"Subject: =\?utf-8\?q\?Auto=3A_gr=C3=BC=C3=9Fe\?=|Subject: Auto: =\?utf-8\?")

    def test_machines_lists_and_bounces_get_none(self):
        self.serve(mail(""), mail(extra="Auto-Submitted: auto-generated\n"), mail(extra="Precedence: bulk\n"),
                   mail(extra="List-Id: <talk.example.net>\n"), mail("no-reply@example.net"),
                   mail("talk-request@example.net"), mail("MAILER-DAEMON@example.net"), mail("alice@example.org"),
                   mail(to="undisclosed-recipients:;"), mail("-oQ/tmp@example.net"),
                   mail().replace(b"Return-Path: <ann@example.net>\n", b""))
        self.answer()
        self.assertEqual(self.sent(), [])

    def test_a_failing_sendmail_is_tried_again(self):
        (self.home / "sendmail-fails").touch()
        self.serve(mail())
        self.answer(status=75)
        (self.home / "sendmail-fails").unlink()
        self.mailbox.messages["later"] = mail()
        self.answer()
        self.assertEqual(len(self.sent()), 2)

    def test_a_refused_login_is_passed_on(self):
        self.mailbox.password = "another"
        self.answer(status=77)


class Documents(Example):
    """Every command line that the README, the manual and --help show, run as it stands there; what names a server or a
    program of somebody else is put into the test's folder."""

    messages = {f"{number:04x}a1b2": path.read_bytes()
                for number, path in enumerate(sorted((ROOT / "tests/data/mail").glob("*.eml")))}

    def setUp(self):
        for program in ("jq", "bash"):
            if not shutil.which(program):
                self.skipTest(f"{program} is missing")
        super().setUp()
        (self.home / "bin/pass").write_text("#!/bin/sh\necho demo\n")
        (self.home / "bin/pass").chmod(0o755)
        (self.home / "password").write_text("demo\n")
        self.account = (self.home / ".config/popfetch/popfetch.toml").read_text()

    def lines_of_manual(self):
        for page in (ROOT / "man").glob("*.[15]"):
            for line in re.findall(r"^\.Dl (.*\bpopfetch\b.*)$", page.read_text(), re.MULTILINE):
                if not line.startswith("*/5"):           # the cron line: class Cron
                    yield line.replace(r"\(dq", '"').replace(r"\(ti", "~")

    def lines_of_readme(self):
        for block in re.findall(r"^```\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL):
            for line in re.findall(r"^(?:\$ )?(popfetch\b.*)$", block, re.MULTILINE):
                yield line

    def lines_of_help(self):
        pages = self.shell("popfetch --help")
        for command in re.findall(r"^  ([a-z]+)  +[A-Z]", pages.split("Options")[0], re.MULTILINE):
            pages += self.shell(f"popfetch {command} --help")
        for examples in re.findall(r"^Examples\n((?:  .*\n)+)", pages, re.MULTILINE):
            yield from (line.strip() for line in examples.splitlines())

    def here(self, line):
        line = re.sub(r"\s+# .*", "", line)
        if re.search("pops?://", line) and "--password-fd" not in line:
            line += " --password-fd 3 3<password"
        line, urls = re.subn(r"pops?://(alice@)?pop\.example\.org",
                             lambda match: f"pop://{'demo@' if match[1] else ''}127.0.0.1:{self.server.port}", line)
        if urls:
            line = line.replace("popfetch ", "popfetch --tls none ", 1)
        if "delete" in line and "--dry-run" not in line and "--yes" not in line:
            line += " --yes"                             # there is nobody to ask
        return line

    def run_line(self, line):
        for name in (".local", "Mail", "folder", "message.eml", "letter.eml", "invoice.eml", "Downloads"):
            path = self.home / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for name in ("folder", "Downloads"):
            (self.home / name).mkdir()
        self.mailbox.messages = dict(self.messages)
        self.mailbox.lock.acquire(timeout=60)            # a session that ended without QUIT is over now
        self.mailbox.lock.release()
        if "repair" in line:
            self.shell("popfetch")                       # there must be a ledger
        done = subprocess.run(["bash", "-o", "pipefail", "-c", self.here(line)], env=self.environment, cwd=self.home, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        alarm = {1, 2} if " check" in line else set()    # the letters are old, which is what check tells
        self.assertIn(done.returncode, {0} | alarm, f"{line}\n{done.stdout}{done.stderr}")
        if "| jq" in line and "failed" not in line and "delivered" not in line:
            self.assertGreater(len(done.stdout.splitlines()), 3, line)

    def run_all(self, lines, least):
        toml = self.home / ".config/popfetch/popfetch.toml"
        toml.write_text(self.account + self.account.replace("[account.work]", "[account.demo]"))
        lines = list(dict.fromkeys(lines))
        self.assertGreaterEqual(len(lines), least)
        for line in lines:
            with self.subTest(line):
                self.run_line(line)

    def test_the_manual(self):
        self.run_all(self.lines_of_manual(), 10)

    def test_the_readme(self):
        self.run_all(self.lines_of_readme(), 8)

    def test_the_help(self):
        self.run_all(self.lines_of_help(), 20)


if __name__ == "__main__":
    POPFETCH = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
