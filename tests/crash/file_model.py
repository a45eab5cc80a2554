"""Files and folders as a disk may hold them when the power goes.

Nothing is durable until it is synced. What a sync has not covered may be there, may be missing, or may be there in part:

  data     of a file that was changed since its last fsync or fdatasync: any of Inode.variants()
  names    made, removed or renamed in a folder since its last fsync: in each folder the operations since then are missing from
           some point on. A rename is one operation, even between folders. An operation is not there without those that it needs.

An fsync of a file makes its data durable and says nothing of its name (fsync(2)). Many file systems promise more; what is safe
here is safe on them.
"""

import itertools
import os


class Unmodelled(Exception):
    """The log holds something whose fate in a power cut this model does not know."""


class Inode:
    """One file: what is durable, and what was done to it since, in order."""

    def __init__(self, content=b""):
        self.durable = content
        self.pending = []          # ("write", offset, data) or ("size", length)

    def sync(self):
        self.durable, self.pending = self.full(), []

    def full(self):
        return apply(self.durable, self.pending)

    def variants(self):
        """Every content the disk may hold, as far as it differs in kind: each prefix, a last write torn in the middle, one change
        alone, one change missing, and the new length with zeros in it."""
        pending = self.pending
        found = [self.durable, self.full()]
        for i, change in enumerate(pending):
            before = pending[:i]
            found.append(apply(self.durable, before))
            found.append(apply(self.durable, before + [torn(change)]))
            found.append(apply(self.durable, [change]))
            found.append(apply(self.durable, before + pending[i + 1 :]))
        length = len(found[1])
        found.append(self.durable[:length].ljust(length, b"\0"))
        return list(dict.fromkeys(found))


def apply(content, changes):
    content = bytearray(content)
    for kind, at, *data in changes:
        if kind == "size":
            content = content[:at].ljust(at, b"\0")
        else:
            content = content.ljust(at, b"\0")
            content[at : at + len(data[0])] = data[0]
    return bytes(content)


def torn(change):
    return change if change[0] == "size" else (change[0], change[1], change[2][: len(change[2]) // 2])


class NameChange:
    """One operation on names: what it removes and what it puts there, and which earlier ones it needs."""

    def __init__(self, removes, puts, earlier):
        self.removes = list(removes)
        self.puts = dict(puts)
        self.names = set(self.removes) | set(self.puts)
        self.folders = {os.path.dirname(name) for name in self.names}
        parents = self.names | self.folders
        self.needs = [other for other in earlier if other.names & parents or other.folders & self.names]

    def apply(self, names):
        for name in self.removes:
            names.pop(name, None)
        names.update(self.puts)


class Disk:
    """All files below one folder. Names are paths relative to it; "" is the folder itself. A folder's inode is None."""

    def __init__(self, root):
        self.root = os.path.realpath(root)
        self.now = {"": None}          # what the running process sees
        self.durable = {"": None}      # names that are certain
        self.pending = []              # NameChanges that are not
        self.inodes = {}               # the kernel's number: Inode

    def load(self, folder):
        """Everything that lies in `folder` is here and durable: the state before the run."""
        for where, folders, files in os.walk(folder):
            inside = os.path.relpath(where, folder)
            for name in folders:
                self.now[os.path.normpath(os.path.join(inside, name))] = None
            for name in files:
                with open(os.path.join(where, name), "rb") as file:
                    self.now[os.path.normpath(os.path.join(inside, name))] = Inode(file.read())
        self.durable = dict(self.now)

    # -- what the log says ----------------------------------------------------------------------------------------------

    def name_of(self, path):
        if path != self.root and not path.startswith(self.root + "/"):
            raise Unmodelled(f"{path} is not below {self.root}")
        return path[len(self.root) + 1 :]

    def happen(self, event):
        """Takes one event of the log into account."""
        if event.result < 0 or event.call in ("send", "close"):
            return
        if "unmodelled" in event.fields:
            raise Unmodelled(str(event))
        action = getattr(self, "on_" + event.call, None)
        if action is None:
            raise Unmodelled(str(event))
        action(event)

    def change_names(self, removes, puts):
        change = NameChange(removes, puts, self.pending)
        change.apply(self.now)
        self.pending.append(change)

    def inode(self, event):
        """The file behind a descriptor. The kernel's number is known since the file was opened."""
        number = event.fields["ino"]
        if number not in self.inodes:
            self.inodes[number] = self.now[self.name_of(event.path())]
        return self.inodes[number]

    def on_open(self, event):
        name = self.name_of(event.path())
        if event.integer("created"):
            self.inodes[event.fields["ino"]] = Inode()
            self.change_names([], {name: self.inodes[event.fields["ino"]]})
            return
        self.inodes[event.fields["ino"]] = self.now[name]
        if event.integer("truncated"):
            self.now[name].pending.append(("size", 0))

    def on_write(self, event):
        self.inode(event).pending.append(("write", event.integer("offset"), event.data))

    on_pwrite = on_writev = on_pwritev = on_write

    def on_ftruncate(self, event):
        self.inode(event).pending.append(("size", event.integer("size")))

    def on_truncate(self, event):
        self.now[self.name_of(event.path())].pending.append(("size", event.integer("size")))

    def on_fallocate(self, event):
        keep_size = 1
        if event.integer("mode") & ~keep_size:
            raise Unmodelled(str(event))
        inode, end = self.inode(event), event.integer("offset") + event.integer("length")
        if not event.integer("mode") and end > len(inode.full()):
            inode.pending.append(("size", end))

    def on_fsync(self, event):
        if event.fields["kind"] == "file":
            self.inode(event).sync()
        else:
            self.sync_folder(self.name_of(event.path()))

    on_fdatasync = on_fsync

    def sync_folder(self, folder):
        certain = {change for change in self.pending if folder in change.folders}
        for change in reversed(self.pending):
            if change in certain:
                certain.update(change.needs)
        for change in self.pending:
            if change in certain:
                change.apply(self.durable)
        self.pending = [change for change in self.pending if change not in certain]
        for change in self.pending:
            change.needs = [other for other in change.needs if other not in certain]

    def on_mkdir(self, event):
        self.change_names([], {self.name_of(event.path()): None})

    def on_unlink(self, event):
        self.change_names([self.name_of(event.path())], {})

    on_rmdir = on_remove = on_unlink

    def on_link(self, event):
        self.change_names([], {self.name_of(event.path("to")): self.now[self.name_of(event.path())]})

    def on_rename(self, event):
        old, new = self.name_of(event.path()), self.name_of(event.path("to"))
        if self.now[old] is None:
            raise Unmodelled(str(event))       # a folder takes its contents along
        exchange = 2
        if int(event.fields.get("flags", 0)) & exchange:
            self.change_names([], {old: self.now[new], new: self.now[old]})
        else:
            self.change_names([old], {new: self.now[old]})

    # -- what the disk may hold -----------------------------------------------------------------------------------------

    def name_states(self):
        """Every set of names that the disk may hold: {name: Inode or None for a folder}."""
        folders = sorted({folder for change in self.pending for folder in change.folders})
        places = {folder: [c for c in self.pending if folder in c.folders] for folder in folders}
        seen = set()
        for cut in itertools.product(*(range(len(places[folder]) + 1) for folder in folders)):
            kept = [set(map(id, places[folder][:end])) for folder, end in zip(folders, cut)]
            there, have = [], set()
            for change in self.pending:
                in_all = all(id(change) in some for folder, some in zip(folders, kept) if folder in change.folders)
                needed = all(id(other) in have for other in change.needs)
                if in_all and needed:
                    there.append(change)
                    have.add(id(change))
            key = tuple(map(id, there))
            if key in seen:
                continue
            seen.add(key)
            names = dict(self.durable)
            for change in there:
                change.apply(names)
            yield names
