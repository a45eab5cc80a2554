#!/usr/bin/env python3
"""A line with a delay: holds every byte for half the round trip in each direction, keeps the order, limits no rate.

    delay_proxy.py ROUND_TRIP_MS SERVER_PORT...

Prints one port for each server port, then serves until standard input ends. A line `report` on standard input is answered by one
JSON object about the connections since the last report:

  turns        how often a client had to wait: bytes that reach it after at least 3/4 of a round trip of silence, in which it spoke
  changes      how often the direction changed, client to server and then server to client; a window that is refilled while
               messages still come counts here and not above
  connections  how many there were
  longest      the most turns of one connection: what one account waits, when many run side by side

A turn is known by its silence, not by the order of bytes alone: a pipelining client speaks while it is being answered. On a machine so
busy that a server needs half a round trip to answer, a turn too many may be counted: take the least of several repetitions.
"""

import asyncio
import collections
import contextlib
import json
import sys


class Direction(asyncio.Protocol):
    """Bytes from one socket to the other, `delay` seconds later."""

    def __init__(self, line, delay):
        self.line, self.delay = line, delay
        self.loop, self.queue, self.timer = asyncio.get_running_loop(), collections.deque(), None
        self.transport = self.peer = None                  # peer: the Direction on the other side

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=1 << 40)    # never pause: the delay is all that is modelled
        self.line.opened(self)

    def data_received(self, data):
        self.line.heard(self)
        self.hold(data)

    def eof_received(self):
        self.hold(None)
        return True                                        # keep the other half open

    def connection_lost(self, _):
        self.hold(None)

    def hold(self, data):
        self.queue.append((self.loop.time() + self.delay, data))
        if self.timer is None and self.peer is not None:
            self.timer = self.loop.call_at(self.queue[0][0], self.release)

    def release(self):
        self.timer = None
        now, ready, ended = self.loop.time() + 0.0005, [], False
        while self.queue and self.queue[0][0] <= now:
            data = self.queue.popleft()[1]
            if data is None:
                ended = True
            else:
                ready.append(data)
        out = self.peer.transport
        if ready and not out.is_closing():
            self.line.said(self, self.loop.time())
            out.write(b"".join(ready))
        if ended and not out.is_closing():
            self.end(out)
        if self.queue:
            self.timer = self.loop.call_at(self.queue[0][0], self.release)

    def end(self, out):
        if self.transport.is_closing():
            return out.close()
        with contextlib.suppress(OSError):                 # it may have gone in the meantime
            out.write_eof()


class Line:
    """One connection: the client's side and the server's, and what is counted about it."""

    def __init__(self, proxy, server_port):
        self.proxy, self.server_port = proxy, server_port
        self.client = Direction(self, proxy.delay)
        self.server = Direction(self, proxy.delay)
        self.turns = self.changes = 0
        self.client_spoke = False
        self.last_said = None

    def opened(self, direction):
        if direction is self.client:
            self.proxy.lines.append(self)
            self.last_said = self.client.loop.time()
            self.connecting = asyncio.ensure_future(self.connect())
        else:
            self.client.peer, self.server.peer = self.server, self.client
            for each in (self.client, self.server):
                if each.queue and each.timer is None:
                    each.timer = each.loop.call_at(each.queue[0][0], each.release)

    async def connect(self):
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.server, "127.0.0.1", self.server_port)
        except OSError:
            self.client.transport.abort()

    def heard(self, direction):
        if direction is self.client:
            self.client_spoke = True

    def said(self, direction, now):
        if direction is not self.server:
            return
        if self.client_spoke:
            self.changes += 1
            self.turns += now - self.last_said >= 1.5 * self.proxy.delay
        self.client_spoke, self.last_said = False, now


class Proxy:
    def __init__(self, round_trip):
        self.delay, self.lines = round_trip / 2, []

    def report(self):
        lines, self.lines = self.lines, []
        return {"turns": sum(line.turns for line in lines), "changes": sum(line.changes for line in lines),
                "connections": len(lines), "longest": max((line.turns for line in lines), default=0)}


async def main(round_trip_ms, ports):
    loop = asyncio.get_running_loop()
    proxy = Proxy(float(round_trip_ms) / 1000)
    listeners = [await loop.create_server(lambda port=port: Line(proxy, int(port)).client, "127.0.0.1", 0, backlog=300)
                 for port in ports]
    print(*(listener.sockets[0].getsockname()[1] for listener in listeners), flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        print(json.dumps(proxy.report()), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
