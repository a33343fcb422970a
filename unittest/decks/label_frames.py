# SPDX-License-Identifier: GPL-2.0-only
"""Reads the frames of potentials/lbs/frames, without ASE."""
import os
import re

import numpy as np

LBS = os.path.join(os.path.dirname(__file__), "..", "..", "potentials", "lbs")


def xyz(name):
    """Frames of frames/NAME.xyz: a dictionary from name to elements, positions, cell and words."""
    with open(f"{LBS}/frames/{name}.xyz") as file:
        lines = file.read().splitlines()
    frames = {}
    while lines:
        n, line = int(lines[0]), lines[1]
        rows = [row.split() for row in lines[2:2 + n]]
        words = dict(re.findall(r"(\w+)=([^\s\"]+)", line))
        cell = re.search(r'Lattice="([^"]*)"', line).group(1)
        frames[words["name"]] = ([r[0] for r in rows], np.array([r[1:4] for r in rows], float),
                                 np.array(cell.split(), float).reshape(3, 3), words)
        lines = lines[2 + n:]
    return frames


def distances(positions, cell):
    """Distance of each pair in its closest image, infinite for an atom and itself."""
    f = (positions[None] - positions[:, None]) @ np.linalg.inv(cell)
    shifts = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    images = (f - np.rint(f))[..., None, :] + shifts
    d = np.linalg.norm(images @ cell, axis=-1).min(axis=-1)
    np.fill_diagonal(d, np.inf)
    return d
