#!/usr/bin/env python3
"""Status 0 when FOLDER/file is whole: the new text, or the old one as long as the new one was not announced."""

import os
import pathlib
import sys

old, new = b"o" * 9000, b"n" * 9000
content = pathlib.Path(sys.argv[1], "file").read_bytes()
announced = b"done" in pathlib.Path(os.environ["CRASH_SENT"]).read_bytes()
sys.exit(0 if content == new or (content == old and not announced) else 1)
