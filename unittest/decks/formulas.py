# SPDX-License-Identifier: GPL-2.0-only
"""The potentials written a second time, from the papers, as references for the tests.

Nothing here is taken from the plugin: numbers come from its sources (see the headers of
potentials/), cores are fitted by bisection on their defining equations.
"""
import itertools
import math

import numpy as np

COULOMB = 14.399645    # eV A/e^2, LAMMPS' units metal
TYPE = {"Li": 1, "B": 2, "O": 3, "Si": 4}

DENG_DU_CHARGE = {"Li": 0.6, "B": 1.8, "O": -1.2, "Si": 2.4}
# pair -> (A eV, rho A, C eV A^6); A of B-O is deng_du_amplitude()
DENG_DU = {("O", "O"): (2029.2204, 0.343640, 192.580), ("Si", "O"): (13702.905, 0.193817, 54.681),
           ("B", "O"): (None, 0.171271, 28.500), ("Li", "O"): (41051.938, 0.151160, 0.0)}

SHIK_CHARGE = {"Li": 0.5727, "B": 1.6126, "Si": 1.7755}
SHIK_CUT, SHIK_CUT_COULOMB, SHIK_WIDTH = 8.0, 10.0, 0.2
# pair -> (A eV, 1/rho 1/A, C eV A^6, D eV A^24)
SHIK = {("O", "O"): (1120.5, 2.8927, 26.132, 16800.0),
        ("Si", "O"): (23108.0, 5.0979, 139.70, 66.0),
        ("B", "O"): (16182.0, 5.6069, 59.203, 32.0),
        ("Li", "O"): (6745.2, 4.9120, 41.221, 70.0),
        ("Si", "Si"): (2798.0, 4.4073, 0.0, 3423204.0),
        ("B", "B"): (1805.5, 3.8228, 69.174, 6000.0),
        ("B", "Si"): (4798.0, 3.6703, 207.0, 16800.0),
        ("Li", "Si"): (17284.0, 4.3848, 0.0, 16800.0),
        ("Li", "Li"): (2323.8, 3.9129, 0.0, 3240.0),
        ("Li", "B"): (4148.6, 3.5726, 102.36, 16800.0)}


def all_pairs():
    """The ten pairs of elements, lower type first."""
    return list(itertools.combinations_with_replacement(("Li", "B", "O", "Si"), 2))


def lookup(table, a, b):
    """Entry of a pair in either order, None if there is none."""
    return table.get((a, b), table.get((b, a)))


def dell_bray_xiao(k, r):
    """Fraction of four-coordinated boron for K = SiO2/B2O3 > 0 and R = Li2O/B2O3 < 2 + K."""
    r_max, r_one = 0.5 + k / 16.0, 0.5 + k / 4.0
    if r < r_one:
        return min(r, r_max)
    share = (2.0 - k / 4.0) / (k + k / 4.0)
    diborate = share / (1.0 + share) * (r - r_one)
    rest = r - r_one - diborate
    return 0.5 - k / 16.0 - diborate / 3.0 + k / 8.0 - 2.0 * rest / 15.0


def deng_du_amplitude(k, r, n4):
    """A of B-O in eV beyond R_max, where every frame of these tests lies."""
    r_max = 0.5 + k / 16.0
    assert r > r_max
    slope = (11900.0 + 85.0 * k * k - 12525.0) / r_max + 4350.0
    return 12525.0 + slope * n4 * r_max / r


def amplitude_of(types):
    """A of B-O for the atoms of a frame, by the Dell-Bray-Xiao N4."""
    n = [np.count_nonzero(types == t) for t in range(5)]
    k, r = n[4] / (n[2] / 2), n[1] / n[2]
    return deng_du_amplitude(k, r, dell_bray_xiao(k, r))


def root(f, low, high):
    """Zero of f between two bounds of opposite sign, to the last bit."""
    sign = f(low) > 0
    while low < (middle := 0.5 * (low + high)) < high:
        if (f(middle) > 0) == sign:
            low = middle
        else:
            high = middle
    return middle


def fit_core(a, rho, c):
    """(r0, B, n, D): B/r^n + D r^2 meets Buckingham with two derivatives where V''' = 0."""
    def third(r):
        return 336.0 * c / r ** 9 - a / rho ** 3 * math.exp(-r / rho)

    r0 = root(third, 0.2, 9.0 * rho)
    value = a * math.exp(-r0 / rho) - c / r0 ** 6
    slope = -a / rho * math.exp(-r0 / rho) + 6.0 * c / r0 ** 7
    bend = a / rho ** 2 * math.exp(-r0 / rho) - 42.0 * c / r0 ** 8

    def coefficients(n):
        # value = w + d r0^2 and slope r0 = -n w + 2 d r0^2, with w = B/r0^n
        w = (2.0 * value - slope * r0) / (n + 2.0)
        return w, (value - w) / r0 ** 2

    def misfit(n):
        w, d = coefficients(n)
        return n * (n + 1.0) * w / r0 ** 2 + 2.0 * d - bend

    n = root(misfit, 0.5, 60.0)
    w, d = coefficients(n)
    return r0, w * r0 ** n, n, d


def deng_du_short(r, a, rho, c):
    """(energy, force) with the core; r an array."""
    v = a * np.exp(-r / rho) - c / r ** 6
    f = a / rho * np.exp(-r / rho) - 6.0 * c / r ** 7
    if c == 0.0:
        return v, f
    r0, b, n, d = fit_core(a, rho, c)
    inside = r <= r0
    v = np.where(inside, b / r ** n + d * r ** 2, v)
    return v, np.where(inside, n * b / r ** (n + 1) - 2.0 * d * r, f)


def switched(v, f, r, cut, width):
    """Product with exp(-width^2/(r-cut)^2), zero from the cutoff on."""
    inside = r < cut
    gap = np.where(inside, cut - r, 1.0)
    s = np.exp(-width ** 2 / gap ** 2)
    slope = -2.0 * width ** 2 / gap ** 3 * s
    return np.where(inside, v * s, 0.0), np.where(inside, f * s - v * slope, 0.0)


def shik_short(r, a, b):
    """(energy, force) of the short-range term of two elements."""
    height, inverse, c, d = lookup(SHIK, a, b)

    def bare(x):
        return height * np.exp(-inverse * x) - c / x ** 6 + d / x ** 24

    f = height * inverse * np.exp(-inverse * r) - 6.0 * c / r ** 7 + 24.0 * d / r ** 25
    return switched(bare(r) - bare(SHIK_CUT), f, r, SHIK_CUT, SHIK_WIDTH)


def shik_coulomb(r, qq):
    """(energy, force) of the smoothed Wolf sum."""
    cut = SHIK_CUT_COULOMB
    v = COULOMB * qq * (1.0 / r - 1.0 / cut + (r - cut) / cut ** 2)
    f = COULOMB * qq * (1.0 / r ** 2 - 1.0 / cut ** 2)
    return switched(v, f, r, cut, SHIK_WIDTH)


def shik_self(charge):
    """Self term of the Wolf sum: minus half of q^2 times its constant 2/cut."""
    return -COULOMB * charge ** 2 / SHIK_CUT_COULOMB


def shik_charges(li2o, b2o3, sio2):
    """Charges by element; oxygen's makes the oxides neutral."""
    positive = (2 * li2o * SHIK_CHARGE["Li"] + 2 * b2o3 * SHIK_CHARGE["B"]
                + sio2 * SHIK_CHARGE["Si"])
    return dict(SHIK_CHARGE, O=-positive / (li2o + 3 * b2o3 + 2 * sio2))


def images(cell, cut):
    """Translations of a cell (vectors as rows) that can bring wrapped atoms within `cut`."""
    heights = 1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    reach = [range(-m, m + 1) for m in np.ceil(cut / heights).astype(int)]
    return [np.array(shift) @ cell for shift in itertools.product(*reach)]


def distances(cell, positions, cut):
    """Every pair within `cut`, images included, twice: arrays i, j, vector from j to i."""
    out = []
    for image in images(cell, cut):
        vec = positions[:, None] - positions[None] - image
        rsq = (vec ** 2).sum(-1)
        if not image.any():
            np.fill_diagonal(rsq, np.inf)
        i, j = np.nonzero(rsq < cut * cut)
        out.append((i, j, vec[i, j]))
    return tuple(np.concatenate(part) for part in zip(*out))
