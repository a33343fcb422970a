# SPDX-License-Identifier: GPL-2.0-only
"""Crystals with known rings: cell vectors as rows, types (1 to 4: Li, B, O, Si), positions in A."""
import itertools

import numpy as np

LI, B, O, SI = 1, 2, 3, 4
CENTER_F = ((0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0))
CENTER_C = ((0, 0, 0), (.5, .5, 0))
THIRD = 1.0 / 3.0

# General positions as functions of (x, y, z); P3_121 is no. 152, P3_221 no. 154, Ccc2 no. 37.
P3121 = (lambda x, y, z: (x, y, z), lambda x, y, z: (-y, x - y, z + THIRD),
         lambda x, y, z: (y - x, -x, z + 2 * THIRD), lambda x, y, z: (y, x, -z),
         lambda x, y, z: (x - y, -y, -z + 2 * THIRD), lambda x, y, z: (-x, y - x, -z + THIRD))
P3221 = (lambda x, y, z: (x, y, z), lambda x, y, z: (-y, x - y, z + 2 * THIRD),
         lambda x, y, z: (y - x, -x, z + THIRD), lambda x, y, z: (y, x, -z),
         lambda x, y, z: (x - y, -y, -z + THIRD), lambda x, y, z: (-x, y - x, -z + 2 * THIRD))
CCC2 = (lambda x, y, z: (x, y, z), lambda x, y, z: (-x, -y, z),
        lambda x, y, z: (x, -y, z + .5), lambda x, y, z: (-x, y, z + .5))


def hexagonal(a, c):
    """Cell vectors of LAMMPS' triclinic form, with 120 degrees between the first two."""
    return np.array([[a, 0, 0], [-a / 2, a * 3 ** 0.5 / 2, 0], [0, 0, c]])


def expand(cell, sites, operations, centering=((0, 0, 0),)):
    """All atoms of the cell from one of each kind; positions that coincide are one atom."""
    types, fractions = [], []
    for kind, site in sites:
        for op, shift in itertools.product(operations, centering):
            f = (np.array(op(*site)) + shift) % 1.0
            f[f > 1.0 - 1e-6] = 0.0
            gaps = [(f - g + .5) % 1.0 - .5 for t, g in zip(types, fractions) if t == kind]
            if all(np.abs(gap).max() > 1e-3 for gap in gaps):
                types.append(kind)
                fractions.append(f)
    return cell, np.array(types), np.array(fractions) @ cell


def cristobalite():
    """Ideal beta-cristobalite, Si on a diamond lattice and O in the middle: 8 Si in the cell."""
    a = 7.16
    sites = [(SI, (0, 0, 0)), (SI, (.25, .25, .25))]
    sites += [(O, o) for o in ((.125, .125, .125), (.125, .875, .875), (.875, .125, .875),
                               (.875, .875, .125))]
    return expand(a * np.eye(3), sites, (lambda x, y, z: (x, y, z),), CENTER_F)


def diamond():
    """Silicon, without oxygen: each atom is 2.352 A from four others and 3.84 A from the next."""
    return expand(5.431 * np.eye(3), [(SI, (0, 0, 0)), (SI, (.25, .25, .25))],
                  (lambda x, y, z: (x, y, z),), CENTER_F)


def quartz():
    """alpha-quartz; L. Levien, C. T. Prewitt, D. J. Weidner, Am. Mineral. 65, 920 (1980)."""
    return expand(hexagonal(4.916, 5.4054), [(SI, (.4697, 0, 2 * THIRD)),
                                             (O, (.4135, .2669, .1191 + 2 * THIRD))], P3221)


def b2o3():
    """B2O3-I: ribbons of triangles, no three-membered ring; relaxed coordinates of PhononDB mp-306,
    O on 3b solved from equal B-O lengths."""
    sites = [(B, (.39775009, .23399892, .72539988)), (O, (.44879864, .85102225, .03997836)),
             (O, (.152, 0, 5 / 6))]
    return expand(hexagonal(4.336, 8.340), sites, P3121)


def disilicate():
    """Li2Si2O5, sheets of Si2O5; AFLOW A2B5C2_oC36_37_d_c2d_d-001."""
    cell = np.diag([5.8071602545, 14.5824, 4.7731])
    sites = [(O, (.25, .25, 0)), (LI, (.654, .0584, .0469)), (O, (.6705, .0718, .471)),
             (O, (.0932, .1377, .4004)), (SI, (.1552, .14836, .0571))]
    return expand(cell, sites, CCC2, CENTER_C)


def boroxol():
    """A planar B3O6 molecule, which is one boroxol ring, in a cell of its own."""
    angles = np.arange(3) * 2 * np.pi / 3
    out = np.array([np.cos(angles), np.sin(angles), 0 * angles]).T
    between = np.array([np.cos(angles + np.pi / 3), np.sin(angles + np.pi / 3), 0 * angles]).T
    r = 1.37    # A; a regular hexagon of B and O has that radius
    x = np.vstack([r * out, r * between, (r + 1.32) * out])
    return 12.0 * np.eye(3), np.array([B] * 3 + [O] * 6), x + 6.0


CRYSTALS = {"cristobalite": cristobalite, "quartz": quartz, "b2o3": b2o3,
            "disilicate": disilicate, "boroxol": boroxol}


def replicate(crystal, n):
    """n[0] x n[1] x n[2] cells."""
    cell, types, x = crystal
    shifts = np.array(list(itertools.product(*map(range, n)))) @ cell
    return (np.array(n)[:, None] * cell, np.tile(types, len(shifts)),
            (shifts[:, None] + x[None]).reshape(-1, 3))
