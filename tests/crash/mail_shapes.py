"""Messages of the shapes that break mail programs, and what lies at a destination, message by message."""

import os
import pathlib
import re


def letter(number, body, head=b""):
    return b"From: a@example.org\nSubject: %d\nMessage-ID: <%d@example.org>\n" % (number, number) + head + b"\n" + body


def letters(count, large=True):
    """So many messages by UID; no two are alike but for one pair, which two different UIDs name."""
    size = 60_000 if large else 200
    bodies = [b"hello\n", b".\n..\n.x\n", b"From here\n>From there\nFrom \n", b"", b"no newline at the end", b"\xff\x00\x80 octets\n",
              b"x" * (size // 3) + b"\n", b"a line\n" * (size // 7), b"trailing  \t\n\n\n", b"bare \r in a line\n",
              b"\n\n\nFrom x Thu Jan  1 00:00:00 1970\n\n"]
    made = {}
    for i in range(count):
        made[f"u{i:04d}"] = letter(i, bodies[i % len(bodies)])
    if count >= 12:
        made["u0011"] = made["u0000"]
    if count >= 14:
        made["u0013"] = b"Subject: only a header 13\n"
    return made


def as_stored(message):
    """What a client that changes nothing writes: a server sends every last line with its end (RFC 1939 section 3)."""
    return message if message.endswith(b"\n") or not message else message + b"\n"


def in_folders(*folders):
    return [p.read_bytes() for folder in folders if os.path.isdir(folder)
            for p in sorted(pathlib.Path(folder).iterdir()) if p.is_file() and not p.name.startswith(".")]


def in_maildir(folder):
    return in_folders(os.path.join(folder, "new"), os.path.join(folder, "cur"))


SEPARATOR = re.compile(rb"^From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n", re.MULTILINE)


def in_mbox(path):
    """mboxrd: a separator line, the message with one more > before From, an empty line."""
    return in_mbox_text(pathlib.Path(path).read_bytes()) if os.path.exists(path) else []


def in_torn_mbox(path):
    """The same before anybody has cleaned up: a power cut may have made the file longer and put nothing there."""
    return in_mbox_text(pathlib.Path(path).read_bytes().rstrip(b"\0")) if os.path.exists(path) else []


def in_mbox_text(text):
    found = SEPARATOR.split(text)
    bodies = [text[:-1] if text.endswith(b"\n") else text for text in found[1:]]
    return found[:1] * bool(found[0]) + [re.sub(rb"^>(>*From )", rb"\1", body, flags=re.MULTILINE) for body in bodies]


READERS = {"maildir": in_maildir, "mbox": in_mbox, "files": in_folders}
