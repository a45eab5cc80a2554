"""A program on a pseudo-terminal, and a person in front of it who waits for what appears and never for the clock."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from screen import Screen

PATIENCE = 60        # seconds until a test is given up; nothing is measured with it


class Terminal:
    def __init__(self, argv, environment, folder, columns=80, rows=24, stdout=None, stdin=None):
        self.screen = Screen(columns, rows)
        self.raw = ""
        self.child, self.master = pty.fork()
        if self.child == 0:
            try:
                os.chdir(folder)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                if stdout is not None:
                    os.dup2(os.open(stdout, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
                if stdin is not None:
                    os.dup2(os.open(stdin, os.O_RDONLY), 0)
                os.execvpe(argv[0], [str(word) for word in argv], environment)
            finally:
                os._exit(127)
        self.status = None
        self.decoder = __import__("codecs").getincrementaldecoder("utf-8")("strict")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
        os.close(self.master)

    def read(self, deadline):
        """Some more of the output; False at its end."""
        ready, _, _ = select.select([self.master], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            raise AssertionError("this is all that has appeared:\n" + self.screen.text())
        try:
            data = os.read(self.master, 65536)
        except OSError:                # the last one on the other side has closed it
            data = b""
        text = self.decoder.decode(data)
        self.raw += text
        self.screen.feed(text)
        return bool(data)

    def expect(self, pattern):
        """Waits until the screen shows it; returns the match."""
        deadline = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.screen.text(), re.MULTILINE)):
            if not self.read(deadline):
                raise AssertionError(f"{pattern!r} never appeared:\n" + self.screen.text())
        return match

    def type(self, text):
        os.write(self.master, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def await_silence(self):
        """Until what is typed is read letter by letter: an editor shows its prompt a moment before it takes the terminal."""
        deadline = time.monotonic() + PATIENCE
        while self.echoes():
            if time.monotonic() > deadline:
                raise AssertionError("the terminal still echoes:\n" + self.screen.text())
            os.sched_yield()

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def finish(self):
        """Reads to the end; returns the exit status."""
        deadline = time.monotonic() + PATIENCE
        while self.read(deadline):
            pass
        _, status = os.waitpid(self.child, 0)
        self.status = os.waitstatus_to_exitcode(status)
        return self.status
