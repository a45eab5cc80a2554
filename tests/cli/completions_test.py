#!/usr/bin/env python3
"""The completions in the real shells: completions_test.py POPFETCH bash|zsh|fish. Status 77: the shell is missing.

Each case is a command line up to the cursor and what must, and what must not, be offered for its last word. Accounts come
from a configuration, UIDs from a ledger that a fetch has filled; then the server is gone, so nothing can come from it.
"""

import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from pop3_server import Mailbox, Pop3Server  # noqa: E402

CASES = [
    # the line, offered, not offered
    ("popfetch li", {"list"}, {"fetch"}),
    ("popfetch ", {"fetch", "accounts", "work", "home"}, {"uid:"}),
    ("popfetch list ", {"work", "home"}, {"fetch", "last"}),
    ("popfetch list w", {"work"}, {"home"}),
    ("popfetch fetch work ", {"work", "home"}, {"last"}),
    ("popfetch --dry-run w", {"work"}, {"home"}),
    ("popfetch show work ", {"last", "all", "uid:"}, {"work"}),
    ("popfetch show work uid:00", {"uid:0001-ann", "uid:0002-bob"}, {"uid:zoe"}),
    ("popfetch save --where 'size>1' work uid:", {"uid:0001-ann", "uid:zoe"}, {"last"}),
    ("popfetch show --json work uid:00", {"uid:0001-ann", "uid:0002-bob"}, {"uid:zoe"}),
    ("popfetch --color never delete -n work uid:z", {"uid:zoe"}, {"last"}),
    ("popfetch fetch work --w", {"--where", "--wait"}, {"--dry-run"}),
    ("popfetch fetch --where st", {"state=new"}, {"from~"}),
    ("popfetch show home uid:", set(), {"uid:0001-ann"}),
    ("popfetch info work ", set(), {"work", "last"}),
    ("popfetch stat work ", {"home"}, {"last"}),
    ("popfetch accounts ", set(), {"work"}),
    ("popfetch list --sort s", {"size", "state", "subject"}, {"number"}),
    ("popfetch list work --h", {"--headers", "--help"}, {"--dry-run"}),
    ("popfetch delete work --", {"--yes", "--dry-run", "--where", "--config"}, {"--raw", "--sort"}),
    ("popfetch --color a", {"auto", "always"}, {"never"}),
    ("popfetch --tls s", {"starttls"}, {"none"}),
    ("popfetch fetch --delete f", {"fetched"}, {"never"}),
    ("popfetch fetch --to m", {"maildir:", "mbox:"}, {"stdout:"}),
    ("popfetch fetch --to maildir:Ma", {"maildir:Mail"}, {"maildir:letter.eml"}),
    ("popfetch save work 1 -o let", {"letter.eml"}, {"last"}),
    ("popfetch --config other.toml list ", {"elsewhere"}, {"work"}),
    ("popfetch --config=other.toml list ", {"elsewhere"}, {"work"}),
    ("popfetch --config missing.toml list ", set(), {"work"}),
]


class World:
    """A home with two accounts, of which one has a ledger; popfetch in the PATH."""

    def __init__(self, folder, popfetch):
        self.home = folder
        (folder / "bin").mkdir()
        (folder / "bin" / "popfetch").symlink_to(pathlib.Path(popfetch).resolve())
        (folder / "Mail").mkdir()
        (folder / "letter.eml").write_text("Subject: x\n\n")
        self.environment = {"HOME": str(folder), "PATH": f"{folder}/bin:{os.environ['PATH']}", "TERM": "dumb",
                            "LANG": "C.UTF-8"}
        mail = b"From: Ann <ann@example.org>\nSubject: hello\n\nhello\n"
        with Pop3Server(Mailbox({"0001-ann": mail, "0002-bob": mail + b"2\n", "zoe": mail + b"3\n"})) as server:
            self.configure(server.port)
            subprocess.run(["popfetch", "fetch", "work"], env=self.environment, check=True, timeout=60)

    def configure(self, port):
        account = f'host = "127.0.0.1"\nport = {port}\ntls = "none"\nuser = "demo"\npassword = "demo"\n'
        self.write(".config/popfetch/popfetch.toml", '[defaults]\ndeliver = "files:~/Mail"\n'
                   f"[account.work]\n{account}[account.home]\n{account}")
        self.write("other.toml", f"[account.elsewhere]\n{account}")

    def write(self, name, text):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)

    def run(self, *argv):
        done = subprocess.run(argv, env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=60)
        if done.stderr:
            raise AssertionError(f"said on standard error: {done.stderr}")
        return done.stdout.splitlines()


def bash(world, lines):
    """COMP_WORDS as readline makes it: cut at blanks, and at : = > around which it leaves the signs as words."""
    for line in lines:
        words = re.findall(r"'[^']*'|[^\s:=>]+|[:=>]+", line)
        if line.endswith(" "):
            words.append("")
        script = (f"source {ROOT}/completions/popfetch.bash; COMP_LINE=$1 COMP_POINT=${{#1}} COMP_WORDBREAKS=$' \\t\\n:=>';"
                  "shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _popfetch popfetch; printf '%s\\n' \"${COMPREPLY[@]}\"")
        last = re.split(r"\s", line)[-1]
        kept = last[: max(last.rfind(":"), last.rfind("=")) + 1]
        yield {kept + word for word in world.run("bash", "--norc", "-c", script, "bash", line, *words) if word}


def fish(world, lines):
    for line in lines:
        script = f"source {ROOT}/completions/popfetch.fish; complete -C $argv[1]"
        offered = {word.split("\t")[0] for word in world.run("fish", "--no-config", "-c", script, line)}
        yield {word.rstrip("/") for word in offered}


# A widget that completes as the Tab key does and tells what was added; what compadd is asked to do besides adding
# (-O, -A, -D) passes.
ZSH = r"""
fpath=(@ROOT@/completions $fpath)
autoload -Uz compinit && compinit -u -D
PS1= PROMPT_EOL_MARK=
exec 9>$ANSWERS
compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
    local -a hits
    builtin compadd -A hits "$@"
    (( $#hits )) && print -rlu9 -- $IPREFIX${^hits}
    builtin compadd "$@"
}
told() { _main_complete; print -u9 .; compstate[insert]= compstate[list]= }
zle -C told complete-word told
bindkey '^X' told
bindkey '^U' kill-whole-line
setopt no_beep
print -u9 ready
"""


def zsh(world, lines):
    """Typed into an interactive zsh on a pseudo-terminal; answers come through a pipe of their own."""
    (world.home / ".zshrc").write_text(ZSH.replace("@ROOT@", str(ROOT)))
    answers = world.home / "answers"
    os.mkfifo(answers)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(world.home)
        os.execvpe("zsh", ["zsh", "-i"], world.environment | {"ANSWERS": str(answers), "ZDOTDIR": str(world.home)})
    threading.Thread(target=drain, args=(terminal,), daemon=True).start()
    try:
        with open(answers, encoding="utf-8") as told:
            assert told.readline() == "ready\n"
            for line in lines:
                os.write(terminal, b"\x15" + line.encode() + b"\x18")
                yield {word.rstrip("\n/") for word in iter(told.readline, ".\n")}
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def drain(terminal):
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass


def main():
    popfetch, shell = sys.argv[1:]
    if shutil.which(shell) is None:
        print(f"{shell} is not installed")
        return 77
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="popfetch-completions-") as folder:
        world = World(pathlib.Path(folder), popfetch)
        offers = {"bash": bash, "zsh": zsh, "fish": fish}[shell](world, [case[0] for case in CASES])
        for (line, wanted, unwanted), offered in zip(CASES, offers):
            if wanted <= offered and not unwanted & offered:
                continue
            wrong += 1
            print(f"{line}| should offer {sorted(wanted)} and not {sorted(unwanted)}; offers {sorted(offered)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
