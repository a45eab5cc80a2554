#!/usr/bin/env python3
"""What whoever sets popfetch up runs into first. usage: operator_test.py POPFETCH"""

import stage
from stage import PASSWORD, Stage

LETTER = b"Message-ID: <1@example.org>\nSubject: one\n\nhello\n"


class Paths(Stage):
    """L15: ~ and %{account} are replaced in every path; nothing called ~ is ever made."""

    def tearDown(self):
        odd = [p for p in self.home.rglob("*") if p.name == "~" or "%{" in p.name or p.name.startswith("$")]
        self.assertEqual(odd, [])

    def test_L15_a_tilde_in_to_is_the_home_folder(self):
        self.configure(self.mailbox([LETTER]), deliver=None)
        self.fetch("--to", "maildir:~/Letters")
        self.assertEqual(self.delivered("Letters"), [LETTER])

    def test_L15_a_tilde_of_nobody_is_refused_before_the_server_is_asked(self):
        server = self.scripted(lambda peer: peer.greet())
        self.configure(server)
        self.assertIn("there is no user", self.fetch("--to", "maildir:~nobody-of-that-name/Mail", status=64).text)
        self.assertIn("has a ~ inside", self.fetch("--to", "maildir://~/Mail", status=64).text)
        self.assertIn("write ~ for", self.fetch("--to", "maildir:$HOME/Mail", status=64).text)
        self.assertIn("%{uid}", self.fetch("--to", "maildir:Mail/%{uid}", status=64).text)
        self.assertEqual(server.connections, 0)

    def test_L15_the_account_stands_in_for_its_placeholder_everywhere(self):
        for name in ("one", "two"):
            self.write(f"{name}.password", PASSWORD + "\n")
            self.configure(self.mailbox([LETTER]), account=name, append=True, deliver=None, password="")
        defaults = '[defaults]\ndeliver = "maildir:~/Mail/%{account}"\npassword_file = "%{account}.password"\n'
        self.write("popfetch.toml", defaults + self.config.read_text())
        self.fetch()
        self.assertEqual(self.delivered("Mail/one") + self.delivered("Mail/two"), [LETTER] * 2)
        self.fetch("--all", "--to", "mbox:~/%{account}.mbox")
        for name in ("one", "two"):
            self.assertIn(b"hello", (self.home / f"{name}.mbox").read_bytes())

    def test_L15_a_tilde_behind_an_equals_sign_is_the_home_folder(self):
        self.configure(self.mailbox([LETTER]))
        self.fetch("--state-dir=~/ledgers", "--trace=~/trace")
        self.assertTrue((self.home / "ledgers" / "a.ledger").exists())
        self.assertIn("RETR", (self.home / "trace").read_text())
        self.run_popfetch("save", "a", "1", "--config=~/popfetch.toml", "--output=~/saved.eml")
        self.assertEqual((self.home / "saved.eml").read_bytes(), LETTER)
        self.run_popfetch("check", "--prometheus=~/metrics.prom")
        self.assertIn("popfetch_up", (self.home / "metrics.prom").read_text())

    def command(self, *arguments):
        """Whatever a test gives itself is given once."""
        given = [str(a) for a in arguments]
        usual = ["--config", self.config, "--state-dir", self.home / "state"]
        keep = [w for o, v in zip(usual[::2], usual[1::2]) for w in (o, v) if not any(g.startswith(o) for g in given)]
        return [stage.POPFETCH, *keep, *given]


if __name__ == "__main__":
    stage.main()
