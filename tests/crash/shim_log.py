"""What the preloaded library wrote down (tests/crash/shim): one Event for each line."""

import dataclasses
import pathlib
import urllib.parse


@dataclasses.dataclass
class Event:
    number: int          # counted from 1; 0 for what left the process through a socket or pipe
    call: str
    result: int
    error: int           # errno; 0 for none
    fields: dict
    data: bytes = b""

    def path(self, key="path"):
        return urllib.parse.unquote_to_bytes(self.fields[key]).decode("utf-8", "surrogateescape")

    def integer(self, key, base=10):
        return int(self.fields[key], base)

    def __str__(self):
        names = " ".join(f"{key}={self.fields[key]}" for key in ("path", "to", "offset", "size") if key in self.fields)
        length = f" {len(self.data)} octets" if self.data else ""
        failed = f" failed with errno {self.error}" if self.error else ""
        return f"{self.number} {self.call} {names}{length}{failed}"


def read(log):
    """The events of a log, in order, with their data."""
    data_file = pathlib.Path(f"{log}.data")
    data = data_file.read_bytes() if data_file.exists() else b""
    events = []
    for line in pathlib.Path(log).read_text(encoding="ascii").splitlines():
        number, call, result, error, *rest = line.split("\t")
        event = Event(int(number), call, int(result), int(error), dict(field.split("=", 1) for field in rest))
        if "data" in event.fields:
            start = event.integer("data")
            event.data = data[start : start + event.integer("length")]
        events.append(event)
    return events


def counted(events):
    return sum(event.number > 0 for event in events)
