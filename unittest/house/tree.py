# SPDX-License-Identifier: GPL-2.0-only
"""The files of the project as git knows them, or as they lie in an unpacked archive."""
import functools
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEFT_OUT = ("build", ".git", "__pycache__")


@functools.cache
def files():
    """Paths of all files below ROOT, relative to it; new ones that are not ignored count, too."""
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                             cwd=ROOT, capture_output=True, text=True, check=False)
    paths = [pathlib.Path(line) for line in listing.stdout.splitlines()]
    if not paths:
        paths = [p.relative_to(ROOT) for p in ROOT.rglob("*") if p.is_file()]
        paths = [p for p in paths if not any(part.startswith(LEFT_OUT) for part in p.parts)]
    return sorted(p for p in paths if (ROOT / p).exists())


def read(path):
    """Text of a file."""
    return (ROOT / path).read_text(encoding="utf-8")


def cxx_files(*folders):
    """Sources and headers of C++ below some folders."""
    return [p for p in files() if p.parts[0] in folders
            and p.suffix in (".cpp", ".hpp", ".h", ".cu")]
