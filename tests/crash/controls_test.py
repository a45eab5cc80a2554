#!/usr/bin/env python3
"""Each control of tests/crash/controls still fits the source, and compiles.

    controls_test.py TOP CXX [OPTION…]

scripts/crash --controls builds them whole and plays them, which takes minutes. Status 77: there is no patch(1) here.
"""

import pathlib
import shutil
import subprocess
import sys

import control_builds
from scratch import scratch_folder


def complaints(patch, top, compiler):
    """What is wrong with one of them."""
    control_builds.must_show(patch)
    place = pathlib.Path(scratch_folder("controls."))
    try:
        shutil.copytree(top / "src", place / "src")
        control_builds.apply(patch, place)
        for file in control_builds.changed_by(patch):
            subprocess.run([*compiler, "-fsyntax-only", f"-I{top / 'include'}", f"-I{place / 'src'}", place / file], check=True)
    except subprocess.CalledProcessError as error:
        yield f"{patch.name}: {error}"
    finally:
        shutil.rmtree(place, ignore_errors=True)


def main(top, *compiler):
    if not shutil.which("patch"):
        print("skipped: no patch(1)")
        return 77
    found = [text for patch in control_builds.patches() for text in complaints(patch, pathlib.Path(top), compiler)]
    print(*found, f"{len(control_builds.patches())} controls", sep="\n")
    return 1 if found or len(control_builds.patches()) < 2 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
