# SPDX-License-Identifier: GPL-2.0-only
"""Text dumps of LAMMPS, and how scripts read and write files, with nothing but Python."""
import contextlib
import dataclasses
import os
import re
import sys


def run(main):
    """Calls it; what is wrong with its input ends the program with one line."""
    try:
        main()
    except (ValueError, OSError) as problem:
        sys.exit(str(problem))


def open_text(path):
    """A text file to read, without the byte order mark that editors of Windows put in front. Bytes
    that are no text do not stop it: whoever reads says what the file is not.
    """
    return open(path, encoding="utf-8-sig", errors="replace")


@contextlib.contextmanager
def whole(path, *inputs):
    """A file to write to, which takes the place of `path` if nothing goes wrong meanwhile. Raises
    ValueError if `path` is one of the files that are read.
    """
    for read in inputs:
        if os.path.exists(path) and os.path.exists(read) and os.path.samefile(path, read):
            raise ValueError(f"{path} is to be read; name another file to write to")
    part = f"{path}.part"
    try:
        with open(part, "w", encoding="ascii") as file:
            yield file
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)


# ---- dumps ---------------------------------------------------------------------------------------


BEGIN = "ITEM: TIMESTEP"


@dataclasses.dataclass
class Frame:
    """One time of a dump: bounds of the box, names of columns, words of each row."""
    step: int
    bounds: list
    names: list
    rows: list


def _frame(lines):
    """Of its lines; ValueError or IndexError if one is missing, cut off or glued to another."""
    count = int(lines[3])
    names = lines[8].split()[2:]
    rows = [line.split() for line in lines[9:]]
    if (len(rows) != count or any(len(row) != len(names) for row in rows)
            or not lines[-1].endswith("\n")):    # the last number may be half of one
        raise ValueError
    bounds = [[float(word) for word in line.split()] for line in lines[5:8]]
    return Frame(int(lines[1]), bounds, names, rows)


def _parts(file):
    """Lines of a dump from one beginning to the next, and whether there is a next."""
    lines = []
    for line in file:
        # Anywhere in a line: a run that goes on writes behind the half row of one that was killed.
        if lines and re.search(r"ITEM: (TIMESTEP|TIME|UNITS)$", line):
            yield lines, True
            lines = []
        lines.append(line)
    if lines and BEGIN.startswith(lines[-1]):    # of the next frame, cut off within its title
        lines.pop()
    if lines:
        yield lines, False


def frames(path):
    """Frames of a text dump, one after the other. A last frame that a stopped run left cut off is
    passed over. Raises ValueError with the name of the file if it is none.
    """
    with open_text(path) as file:
        for lines, more in _parts(file):
            if "ITEM: " not in lines[0]:
                raise ValueError(f"{path}: is no dump of LAMMPS: {lines[0].strip()[:40]!r}")
            if lines[0] in ("ITEM: TIME\n", "ITEM: UNITS\n"):    # of dump_modify
                continue
            try:
                frame = _frame(lines)
            except (ValueError, IndexError):
                if more:
                    raise ValueError(f"{path}: a frame in the middle is broken; take it out"
                                     ) from None
                return
            yield frame


def frames_in_order(path):
    """Frames of a dump; of those that a killed run left twice the last. The file is read twice, so
    that one frame is held at a time.
    """
    last = {frame.step: k for k, frame in enumerate(frames(path))}
    return (frame for k, frame in enumerate(frames(path)) if last[frame.step] == k)


def lattice(bounds):
    """Cell vectors and origin; a tilted cell is bounded from outside."""
    low, high = [row[0] for row in bounds], [row[1] for row in bounds]
    xy, xz, yz = (row[2] for row in bounds) if len(bounds[0]) == 3 else (0.0, 0.0, 0.0)
    low[0] -= min(0.0, xy, xz, xy + xz)
    high[0] -= max(0.0, xy, xz, xy + xz)
    low[1] -= min(0.0, yz)
    high[1] -= max(0.0, yz)
    a, b, c = (h - l for h, l in zip(high, low))
    return ((a, 0.0, 0.0), (xy, b, 0.0), (xz, yz, c)), low


def xyz_head(frame, properties):
    """The two lines that a frame of extended XYZ begins with."""
    cell, origin = lattice(frame.bounds)
    edges, corner = (" ".join(f"{v:.10g}" for v in values) for values in (sum(cell, ()), origin))
    return (f'{len(frame.rows)}\nLattice="{edges}" Origin="{corner}" pbc="T T T" '
            f"Timestep={frame.step} Properties={properties}\n")
