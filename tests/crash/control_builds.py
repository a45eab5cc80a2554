"""popfetch made wrong on purpose, so that one can see whether kills and power cuts find it out.

controls/NAME.patch changes the source; its first lines say what is wrong, and `must show: lost` or `must show: doubled`.
"""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess

from harness import Programs

PATCHES = pathlib.Path(__file__).resolve().parent / "controls"


@dataclasses.dataclass(frozen=True)
class Wrong:
    name: str
    must_show: str           # "lost", "doubled"
    programs: Programs
    environment: dict = dataclasses.field(default_factory=dict)


def patches():
    return sorted(PATCHES.glob("*.patch"))


def must_show(patch):
    return re.search(r"^must show: (lost|doubled)$", patch.read_text(encoding="utf-8"), re.MULTILINE)[1]


def changed_by(patch):
    """The files it changes, relative to the top."""
    return re.findall(r"^\+\+\+ b/(\S+)", patch.read_text(encoding="utf-8"), re.MULTILINE)


def apply(patch, source):
    """Throws CalledProcessError where it does not fit."""
    subprocess.run(["patch", "-p1", "-s", "-N", "-d", source, "-i", patch], check=True)


def copy_source(top, source):
    """The source as it is, into a folder that may hold an earlier build of it."""
    source.mkdir(parents=True, exist_ok=True)
    for old in source.iterdir():
        if old.is_dir() and old.name != "build":
            shutil.rmtree(old)
    shutil.copytree(top, source, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build", ".git", "demo", "__pycache__"))


def build(patch, top, place):
    """The binary of a copy of the source that the patch has made wrong. The copies share their build: only what differs is compiled."""
    source = place / "source"
    copy_source(top, source)
    apply(patch, source)
    for file in {file for other in patches() for file in changed_by(other)}:
        os.utime(source / file)          # what an earlier patch changed is compiled anew, too
    run = {"cwd": source, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(["cmake", "--preset", "dev", "-DBUILD_TESTING=OFF"], **run)
    subprocess.run(["cmake", "--build", "--preset", "dev", "--target", "popfetch"], **run)
    return str(shutil.copy2(source / "build" / "dev" / "popfetch", place / patch.stem))


def wrong_ones(top, place, programs):
    yield Wrong("folders are not synced", "lost", programs, {"FAULT_SHIM_NO_FOLDER_SYNC": "1"})
    for patch in patches():
        yield Wrong(patch.stem.replace("_", " "), must_show(patch), Programs(build(patch, top, place), programs.shim))
