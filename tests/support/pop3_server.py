#!/usr/bin/env python3
"""A small POP3 server on loopback for the demo and the tests: mailboxes in memory, TLS, pipelining, faults on request.

As a library:    with Pop3Server(Mailbox({"uid1": b"From: a\n\nhello\n"})) as server: connect to server.port
As a program:    pop3_server.py --messages DIR [--port N] [--tls-port N --cert F --key F] [--lifetime SECONDS]
                 prints "ready PORT TLS_PORT" once it listens, and ends after its lifetime by itself.

Messages are kept as they lie on disk (LF line ends) and served with CRLF, so what a client stores can be compared byte for byte.
"""

import argparse
import pathlib
import socket
import ssl
import sys
import threading
import time


class Mailbox:
    """Messages by UID, in order. One session at a time, as RFC 1939 section 8 wants; deletions take effect at QUIT."""

    def __init__(self, messages=None, user="demo", password="demo"):
        self.messages = dict(messages or {})
        self.user, self.password = user, password
        self.lock = threading.Lock()
        self.deletes_retrieved = False   # EXPIRE 0: QUIT deletes what the session has retrieved (RFC 2449 section 6.7)
        self.retrieved = []          # UIDs of every RETR ever answered, for the oracle of the crash harness
        self.deleted = []            # UIDs that an UPDATE removed

    @staticmethod
    def from_folder(folder, **login):
        files = sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file() and p.name != "README")
        return Mailbox({f"{i:05d}-{p.name}"[:70]: p.read_bytes() for i, p in enumerate(files, 1)}, **login)


def on_the_wire(message):
    """CRLF line ends. A message without a final newline gets one, as every POP3 server must."""
    lines = message.split(b"\n")
    if lines and lines[-1] == b"":
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def stuffed(wire):
    body = wire.replace(b"\r\n.", b"\r\n..")
    return b"." + body if body.startswith(b".") else body


class Session:
    def __init__(self, server, connection):
        self.server, self.box, self.connection = server, server.mailbox, connection
        self.buffer, self.user, self.listing, self.marked = b"", None, None, set()
        self.fetched = set()
        self.out = []

    # --- bytes -----------------------------------------------------------------------------------------------------
    def flush(self):
        data, self.out = b"".join(self.out), []
        if data:
            self.server.send(self.connection, data)

    def line(self):
        while b"\n" not in self.buffer:
            self.flush()             # answer everything of a pipelined burst at once
            data = self.server.receive(self.connection)
            if not data:
                return None
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("latin-1")

    def ok(self, text=""):
        self.out.append(("+OK " + text).rstrip().encode("latin-1") + b"\r\n")

    def err(self, text):
        self.out.append(("-ERR " + text).encode("latin-1") + b"\r\n")

    def multi(self, lines):
        self.out.append(b"".join(line.encode("latin-1") + b"\r\n" for line in lines) + b".\r\n")

    # --- commands --------------------------------------------------------------------------------------------------
    def run(self):
        self.ok("popfetch test server ready")
        while (line := self.line()) is not None:
            word, _, argument = line.partition(" ")
            handler = getattr(self, "do_" + word.lower(), None)
            if handler is None:
                self.err("unknown command")
            elif handler(argument) == "end":
                break
        self.flush()

    def authorized(self):
        if self.listing is None:
            self.err("log in first")
        return self.listing is not None

    def message(self, argument):
        number = int(argument) if argument.isdigit() else 0
        if not self.authorized():
            return None
        if not 1 <= number <= len(self.listing) or number in self.marked:
            self.err("no such message")
            return None
        return number

    def remaining(self):
        return [(n, uid, wire) for n, (uid, wire) in enumerate(self.listing, 1) if n not in self.marked]

    def do_capa(self, _):
        words = ["TOP", "UIDL", "USER", "RESP-CODES", "AUTH-RESP-CODE", "IMPLEMENTATION popfetch test server"]
        if self.server.pipelining:
            words.append("PIPELINING")
        if self.server.context and not isinstance(self.connection, ssl.SSLSocket):
            words.append("STLS")
        words += self.server.extra_capabilities
        self.ok("capabilities follow")
        self.multi(words)

    def do_stls(self, _):
        if not self.server.context or isinstance(self.connection, ssl.SSLSocket):
            return self.err("no TLS here")
        self.ok("begin TLS")
        self.flush()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.buffer = b""

    def do_user(self, argument):
        self.user = argument
        self.ok("send the password")

    def do_pass(self, argument):
        if self.user != self.box.user or argument != self.box.password:
            return self.err("[AUTH] invalid user or password")
        if not self.box.lock.acquire(timeout=5):
            return self.err("[IN-USE] another session has the mailbox")
        self.listing = [(uid, on_the_wire(m)) for uid, m in self.box.messages.items()]
        self.ok(f"{len(self.listing)} messages")

    def do_stat(self, _):
        if self.authorized():
            rest = self.remaining()
            self.ok(f"{len(rest)} {sum(len(w) for _, _, w in rest)}")

    def do_list(self, argument):
        if argument:
            if number := self.message(argument):
                self.ok(f"{number} {len(self.listing[number - 1][1])}")
        elif self.authorized():
            self.ok()
            self.multi([f"{n} {len(w)}" for n, _, w in self.remaining()])

    def do_uidl(self, argument):
        if argument:
            if number := self.message(argument):
                self.ok(f"{number} {self.listing[number - 1][0]}")
        elif self.authorized():
            self.ok()
            self.multi([f"{n} {uid}" for n, uid, _ in self.remaining()])

    def do_retr(self, argument):
        if number := self.message(argument):
            uid, wire = self.listing[number - 1]
            self.ok(f"{len(wire)} octets")
            self.out.append(stuffed(wire) + b".\r\n")
            self.box.retrieved.append(uid)
            self.fetched.add(number)
            if sum(map(len, self.out)) > 1 << 18:
                self.flush()

    def do_top(self, argument):
        first, _, lines = argument.partition(" ")
        if number := self.message(first):
            head, blank, body = self.listing[number - 1][1].partition(b"\r\n\r\n")
            kept = b"".join(line + b"\r\n" for line in body.split(b"\r\n")[: int(lines or 0)])
            self.ok()
            self.out.append(stuffed(head + (blank or b"\r\n") + kept) + b".\r\n")

    def do_dele(self, argument):
        if number := self.message(argument):
            self.marked.add(number)
            self.ok("marked")

    def do_rset(self, _):
        if self.authorized():
            self.marked.clear()
            self.ok()

    def do_noop(self, _):
        self.ok()

    def do_quit(self, _):
        if self.listing is not None:
            for number in self.marked | (self.fetched if self.box.deletes_retrieved else set()):
                uid = self.listing[number - 1][0]
                self.box.messages.pop(uid, None)
                self.box.deleted.append(uid)
        self.ok("bye")
        return "end"


class Pop3Server:
    """Serves one mailbox on free loopback ports until closed. `send` and `receive` may be replaced by a test to cut,
    delay or garble, and so may `session_type`, to answer otherwise."""

    session_type = Session

    def __init__(self, mailbox, port=0, tls_port=None, context=None, pipelining=True, extra_capabilities=()):
        self.mailbox, self.context = mailbox, context
        self.pipelining, self.extra_capabilities = pipelining, list(extra_capabilities)
        self.closing = False
        self.listeners = [self.listen(port, False)]
        if tls_port is not None:
            self.listeners.append(self.listen(tls_port, True))
        self.port = self.listeners[0].getsockname()[1]
        self.tls_port = self.listeners[-1].getsockname()[1] if tls_port is not None else None

    def listen(self, port, implicit_tls):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        threading.Thread(target=self.accept, args=(listener, implicit_tls), daemon=True).start()
        return listener

    def accept(self, listener, implicit_tls):
        while not self.closing:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection, implicit_tls), daemon=True).start()

    def serve(self, connection, implicit_tls):
        session = None
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(60)
            if implicit_tls:
                connection = self.context.wrap_socket(connection, server_side=True)
            session = self.session_type(self, connection)
            session.run()
        except (OSError, ValueError):
            pass                     # the client went away, which is what many tests are about
        finally:
            if session is not None and session.listing is not None:
                session.box.lock.release()
            try:
                (session.connection if session else connection).close()
            except OSError:
                pass

    def send(self, connection, data):
        connection.sendall(data)

    def receive(self, connection):
        return connection.recv(65536)

    def close(self):
        self.closing = True
        for listener in self.listeners:
            listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", required=True, help="folder of messages, one a file")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls-port", type=int)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--user", default="demo")
    parser.add_argument("--password", default="demo")
    parser.add_argument("--lifetime", type=float, default=600, help="seconds until it ends by itself")
    arguments = parser.parse_args()
    context = None
    if arguments.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.cert, arguments.key)
    box = Mailbox.from_folder(arguments.messages, user=arguments.user, password=arguments.password)
    with Pop3Server(box, arguments.port, arguments.tls_port, context) as server:
        print(f"ready {server.port} {server.tls_port or ''}".rstrip(), flush=True)
        time.sleep(arguments.lifetime)
    return 0


if __name__ == "__main__":
    sys.exit(main())
