# SPDX-License-Identifier: GPL-2.0-only
"""Molecules, each with rings that can be counted by hand, and a box with all classes of them."""
import itertools

import numpy as np

from crystals import B, LI, O, SI

EDGE = 1.5           # A; from a former to an oxygen of its ring
TERMINAL = 1.4       # A; from a former to an oxygen that bonds to nothing else
SLOT = 10.0          # A; each molecule has a cube of the box
SLOTS = (4, 3, 3)
# What a former is called in the list of a ring: its type, and the oxygens it has outside the ring.
FORMERS = {"B": (B, 1), "B4": (B, 2), "Si": (SI, 2)}
OUT, UP = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])


def terminals(x, out, up, count):
    """Positions of oxygens at a former at x, away from its ring."""
    tilt = {0: (), 1: (0.0,), 2: (-0.8, 0.8)}[count]
    return [x + TERMINAL * (np.sqrt(1 - t * t) * out + t * up) for t in tilt]


def ring(names):
    """(types, positions) of one ring: formers, then the bridges behind each, then the rest. Formers
    and bridges are the corners of a regular polygon, whose plane has one axis out.
    """
    names = names.split()
    n = len(names)
    angle = np.arange(2 * n) * np.pi / n
    out = np.array([np.cos(angle), np.sin(angle), 0 * angle]).T
    x = EDGE / (2 * np.sin(np.pi / (2 * n))) * out
    rest = [t for k, name in enumerate(names)
            for t in terminals(x[2 * k], out[2 * k], UP, FORMERS[name][1])]
    types = [FORMERS[name][0] for name in names] + [O] * (n + len(rest))
    return types, np.vstack([x[0::2], x[1::2], *rest])


def spiro():
    """Two rings of three B in planes at right angles, with a four-coordinated B in common, the
    first atom: 5 B and 6 bridges, and 4 more oxygens.
    """
    types, x = ring("B4 B B")
    keep = [k for k in range(len(types)) if k not in (6, 7)]    # without oxygens of the B4
    types, x = np.array(types)[keep], x[keep] - x[0]
    other = -x[:, [0, 2, 1]]    # the plane of x and z, on the other side
    return [*types, *types[1:]], np.vstack([x, other[1:]])


def fold(second):
    """A ring of three B, and at right angles one of `second` (3 or 4) B; the first two B and the
    oxygen between them, the third atom, are in both. These two are in no other bond.
    """
    b = np.cos(np.pi / 6) * EDGE
    x = [(-b, 0, 0), (b, 0, 0), (0, -EDGE / 2, 0),
         (0, 1.5 * EDGE, 0), (-b, EDGE, 0), (b, EDGE, 0), (0, 1.5 * EDGE + TERMINAL, 0)]
    types = [B, B, O, B, O, O, O]
    if second == 3:
        x += [(0, 0, 1.5 * EDGE), (-b, 0, EDGE), (b, 0, EDGE), (0, 0, 1.5 * EDGE + TERMINAL)]
        types += [B, O, O, O]
    else:
        for side in (-1, 1):
            x += [(side * b, 0, 2.75), (side * 1.9, 0, 1.37),
                  (side * (b + 0.6 * TERMINAL), 0, 2.75 + 0.8 * TERMINAL)]
            types += [B, O, O]
        x.append((0, 0, 3.4))
        types.append(O)
    return types, np.array(x)


def triangle():
    """A lone BO3."""
    return [B, O, O, O], np.vstack([np.zeros(3), *(TERMINAL * np.array(
        [(1, 0, 0), (-0.5, 0.75 ** 0.5, 0), (-0.5, -0.75 ** 0.5, 0)]))])


def atom(kind):
    """An atom that is bonded to nothing."""
    return [kind], np.zeros((1, 3))


# What is in the box, in this order.
MOLECULES = (
    ("boroxol", 2, lambda: ring("B B B")), ("one", 1, lambda: ring("B4 B B")),
    ("spiro", 1, spiro), ("two", 2, lambda: ring("B4 B B4")),
    ("three", 4, lambda: ring("B4 B4 B4")), ("BBSi", 5, lambda: ring("B B Si")),
    ("B4BSi", 1, lambda: ring("Si B B4")), ("BSiSi", 1, lambda: ring("Si B Si")),
    ("Si3", 7, lambda: ring("Si Si Si")), ("kite", 1, lambda: fold(3)),
    ("fold", 1, lambda: fold(4)), ("four", 1, lambda: ring("B B B B")),
    ("mixed four", 1, lambda: ring("Si B4 Si B")), ("five", 1, lambda: ring("Si Si Si B Si")),
    ("pair", 1, lambda: ring("Si Si")), ("BO3", 1, triangle), ("Si", 1, lambda: atom(SI)),
    ("O", 1, lambda: atom(O)), ("Li", 1, lambda: atom(LI)))


def turn(random):
    """A random rotation."""
    q, r = np.linalg.qr(random.normal(size=(3, 3)))
    q *= np.sign(np.diag(r))
    return q * np.sign(np.linalg.det(q))


def box():
    """(cell, types, positions) of all molecules, turned at random, and the first atom (from 0) of
    each copy of each. The last slots of the box are empty.
    """
    random = np.random.default_rng(1879)
    slots = itertools.product(*map(range, SLOTS))
    types, x, first = [], [], {}
    for name, copies, make in MOLECULES:
        for _ in range(copies):
            kinds, positions = make()
            first.setdefault(name, []).append(len(types))
            types += kinds
            x.append(positions @ turn(random) + (np.array(next(slots)) + 0.5) * SLOT)
    return SLOT * np.diag(SLOTS).astype(float), np.array(types), np.vstack(x), first
