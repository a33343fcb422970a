#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Elastic constants and moduli from the stresses of in.elastic.

    plot.py PREFIX [PREFIX ...]

Reads PREFIX.stress; several are glasses of one kind, whose scatter gives the errors. Prints the
matrix of elastic constants (GPa, averaged over both orders of the indices), how far it is from that
of an isotropic body, and bulk, shear and Young's modulus and Poisson's ratio, averaged after Hill.
"""
import argparse
import pathlib
import sys

import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import glass_analysis as ga    # noqa: E402


# Part of a change of pressure that may be the same for both signs of a strain.
CROOKED = 0.2


def constants(path):
    """The matrix in GPa: minus the change of pressures over that of the strain."""
    rows = {(int(row[0]), int(row[1])): row[2:] for row in ga.read_table(path)}
    with ga.open_text(path) as file:
        strain = float(file.readline().split()[-1])
    if len(rows) < 13:
        raise ValueError(f"{path} has {len(rows) - 1} of 12 strains; let the run go on")
    for way in range(1, 7):
        bent = np.abs(rows[way, 1] + rows[way, -1] - 2.0 * rows[0, 0]).max()
        if bent > CROOKED * np.abs(rows[way, 1] - rows[way, -1]).max():
            print(f"warning: {path}: pressures do not follow strain {way}; the glass may have "
                  "yielded, take a smaller strain")
    c = np.array([-(rows[way, 1] - rows[way, -1]) / (2.0 * strain) for way in range(1, 7)])
    return 0.5 * (c + c.T)


def moduli(c):
    """Bulk, shear and Young's modulus (GPa) and Poisson's ratio, averaged after Hill."""
    s = np.linalg.inv(c)
    normal = slice(0, 3)
    bulk = 0.5 * (c[normal, normal].sum() / 9.0 + 1.0 / s[normal, normal].sum())
    diagonal, rest = np.trace(c[normal, normal]), c[0, 1] + c[1, 2] + c[0, 2]
    voigt = (diagonal - rest + 3.0 * np.trace(c[3:, 3:])) / 15.0
    diagonal, rest = np.trace(s[normal, normal]), s[0, 1] + s[1, 2] + s[0, 2]
    reuss = 15.0 / (4.0 * (diagonal - rest) + 3.0 * np.trace(s[3:, 3:]))
    shear = 0.5 * (voigt + reuss)
    return np.array([bulk, shear, 9.0 * bulk * shear / (3.0 * bulk + shear),
                     (3.0 * bulk - 2.0 * shear) / (6.0 * bulk + 2.0 * shear)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prefixes", nargs="+")
    options = parser.parse_args()
    matrices = [constants(f"{prefix}.stress") for prefix in ga.different(options.prefixes)]
    mean = np.mean(matrices, axis=0)
    for row in mean:
        print(" ".join(f"{value:8.2f}" for value in row))
    found = np.array([moduli(c) for c in matrices])
    bulk, shear = moduli(mean)[:2]
    isotropic = np.zeros((6, 6))
    isotropic[:3, :3] = bulk - 2.0 * shear / 3.0
    isotropic[range(6), range(6)] += [2.0 * shear] * 3 + [shear] * 3
    far = np.sqrt(np.mean((mean - isotropic) ** 2))
    print(f"rms difference from an isotropic body: {far:.2f} GPa")
    for name, values, unit in zip(("bulk modulus", "shear modulus", "Young's modulus",
                                   "Poisson's ratio"), found.T, (" GPa", " GPa", " GPa", "")):
        value, error = ga.mean_and_error(values)
        print(f"{name}: {value:.3g}{unit}"
              + (f" +- {error:.2g}{unit}" if len(values) > 1 else ""))


if __name__ == "__main__":
    ga.run(main)
