"""Folders for thousands of small worlds."""

import os
import tempfile


def scratch_folder(prefix):
    """In memory where there is such a place: these tools play power cuts themselves, and need no disk to wait for."""
    memory = "/dev/shm"
    chosen = None if "TMPDIR" in os.environ or not os.access(memory, os.W_OK) else memory
    return tempfile.mkdtemp(prefix=prefix, dir=chosen)
