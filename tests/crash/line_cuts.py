"""The test server with a line that breaks after so many octets, and with an end that one can wait for."""

import dataclasses
import pathlib
import socket
import struct
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from pop3_server import Mailbox, Pop3Server  # noqa: E402  pylint: disable=wrong-import-position

__all__ = ["Cut", "CuttingServer", "Mailbox"]


@dataclasses.dataclass
class Cut:
    """Once in its life the line breaks: after `after` octets that the server sent (out) or received (in)."""
    direction: str       # "out", "in"
    after: int
    how: str             # "FIN", "RST"
    passed: int = 0
    done: bool = False

    def room(self, direction):
        return None if self.done or direction != self.direction else self.after - self.passed


class CuttingServer(Pop3Server):
    """`cut` is one Cut or None; `octets` counts both directions since it was last set to zero."""

    def __init__(self, mailbox, **more):
        self.cut, self.octets = None, {"out": 0, "in": 0}
        self.sessions, self.changed = 0, threading.Condition()
        super().__init__(mailbox, **more)

    def serve(self, connection, implicit_tls):
        with self.changed:
            self.sessions += 1
        try:
            super().serve(connection, implicit_tls)
        finally:
            with self.changed:
                self.sessions -= 1
                self.changed.notify_all()

    def wait_until_idle(self):
        """Whatever the client had sent before it died has had its effect."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.sessions == 0, timeout=90):
                raise RuntimeError("a session of the test server does not end")

    def send(self, connection, data):
        room = self.cut.room("out") if self.cut else None
        some = data if room is None else data[:room]
        connection.sendall(some)
        self.count("out", len(some))
        if room is not None and len(data) >= room:
            self.hang_up(connection)

    def receive(self, connection):
        room = self.cut.room("in") if self.cut else None
        if room is not None and room <= 0:
            self.hang_up(connection)
        data = connection.recv(65536 if room is None else min(room, 65536))
        self.count("in", len(data))
        return data

    def count(self, direction, octets):
        self.octets[direction] += octets
        if self.cut and self.cut.direction == direction:
            self.cut.passed += octets

    def hang_up(self, connection):
        self.cut.done = True
        if self.cut.how == "RST":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(2)     # what is left unread at a close would make a reset of it
            while connection.recv(65536):
                pass
        raise ConnectionError("cut")
