#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Pair distribution functions, structure factors, angles and units of what in.structure wrote.

    plot.py [--qmax 20] [--elements Li B O Si] [--picture structure.png] PREFIX

Reads PREFIX.gr, PREFIX.dump and PREFIX.units. Prints the first maxima of g(r) beside distances from
neutron diffraction, mean angles, how planar three-coordinated boron is, and coordination and Q^n
with their errors over time. The structure factors are sums over the cell's own vectors, weighted
for neutrons (natural elements; --boron11 for glass made of 11B) and X-rays.
"""
import argparse
import pathlib
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import glass_analysis as ga    # noqa: E402

PAIRS = ("B-O", "Si-O", "{}-O", "O-O", "B-B", "Si-Si")    # as compute rdf has them
# A: B-O of vitreous B2O3 (A. C. Hannon et al., J. Non-Cryst. Solids 177, 299, 1994), Si-O of
# vitreous SiO2 (D. I. Grimley et al., J. Non-Cryst. Solids 119, 49, 1990).
MEASURED = {"B-O": ("1.366 in B2O3", 1.366), "Si-O": ("1.608 in SiO2", 1.608)}
CUTOFFS = {"B": 1.95, "Si": 2.15}    # those of compute boron/coord
UNITS = ("fraction of 4B", "3B", "4B", "5-fold Si", "non-bridging O", "bridging O", "Q0", "Q1",
         "Q2", "Q3", "Q4")


def pair_functions(path, modifier):
    """Distances (A) and g(r) of each pair."""
    rows = ga.last_block(path)
    return rows[:, 1], dict(zip([pair.format(modifier) for pair in PAIRS], rows[:, 2::2].T))


def peak(r, g):
    """Place of the first maximum, from a parabola through its three highest points."""
    k = int(np.argmax(g))
    if not 0 < k < len(g) - 1:
        return r[k]
    below, top, above = g[k - 1:k + 2]
    return r[k] + 0.5 * (r[1] - r[0]) * (below - above) / (below - 2.0 * top + above)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prefix")
    parser.add_argument("--qmax", type=float, default=20.0, help="1/A")
    parser.add_argument("--elements", nargs=4, default=("Li", "B", "O", "Si"),
                        help="of the atom types: the modifier, B, O, Si")
    parser.add_argument("--boron11", action="store_true")
    parser.add_argument("--picture", default="structure.png")
    options = parser.parse_args()
    for element in options.elements:
        if element not in ga.XRAY_FORM_FACTORS:
            raise ValueError(f"--elements: nothing is known of how {element} scatters; add it to "
                             "NEUTRON_LENGTHS and XRAY_FORM_FACTORS of glass_analysis.py")
    r, g = pair_functions(f"{options.prefix}.gr", options.elements[0])
    g = {pair: values for pair, values in g.items() if values.any()}    # of what there is
    for pair in [pair for pair in g if pair.endswith("-O")]:
        measured = f", measured {MEASURED[pair][0]}" if pair in MEASURED else ""
        print(f"{pair}: {peak(r, g[pair]):.3f} A{measured}")

    frames = ga.frames_in_order(f"{options.prefix}.dump")
    if not frames:
        raise ValueError(f"{options.prefix}.dump has no frame; let the run go on")
    elements = np.array(["", *options.elements])[frames[0].column("type").astype(int)]
    angles = {name: [] for name in ("O-Si-O", "O-B-O", "Si-O-Si", "B-O-B", "B-O-Si")}
    planes = []
    for frame in frames:
        bonds = ga.Bonds(frame.cell, frame.positions(), elements, CUTOFFS)
        for name, values in angles.items():
            values.append(bonds.angles(*name.split("-")))
        planes.append(bonds.planarity("B", 3))
    for name, values in angles.items():
        values = np.concatenate(values)
        if len(values):
            print(f"{name}: {values.mean():.1f} degrees, spread {values.std():.1f}")
    planes = np.concatenate(planes)
    if len(planes):
        print(f"three-coordinated B: {np.mean(planes):.3f} A above the plane of its oxygens")
    units = ga.columns_in_order(f"{options.prefix}.units")
    for name, values in zip(UNITS, units):
        mean, error = ga.block_average(values)
        print(f"{name}: {mean:.3f} +- {error:.3f}")

    few = frames[::max(1, len(frames) // 20)]
    edges = np.arange(0.4, options.qmax, 0.1)
    kinds, q, partials = ga.partial_structure_factors(
        [(frame.cell, frame.positions()) for frame in few], elements, edges)
    seen = np.isfinite(q)
    q, partials = q[seen], partials[seen]
    numbers = [np.count_nonzero(elements == kind) for kind in kinds]
    lengths = dict(ga.NEUTRON_LENGTHS)
    if options.boron11:
        lengths["B"] = lengths["11B"]
    weights = {"neutrons": lengths,
               "X-rays": {kind: (lambda q, kind=kind: ga.form_factor(kind, q)) for kind in kinds}}

    figure, axes = plt.subplots(2, 2, figsize=(10, 7), constrained_layout=True)
    for pair in g:
        axes[0, 0].plot(r, g[pair], lw=1, label=pair)
    for name, (_, length) in MEASURED.items():
        axes[0, 0].axvline(length, color="black", ls=":", lw=0.8)
    axes[0, 0].set(xlabel="r (A)", ylabel="g(r)", xlim=(1, 8), ylim=(0, 12))
    for name, shift in (("neutrons", 0.0), ("X-rays", 1.0)):
        total = ga.total_structure_factor(kinds, numbers, q, partials, weights[name])
        axes[0, 1].plot(q, total + shift, lw=1, label=name)
    axes[0, 1].set(xlabel="q (1/A)", ylabel="S(q), X-rays shifted by 1")
    for name, values in angles.items():
        values = np.concatenate(values)
        if len(values):
            axes[1, 0].hist(values, bins=90, range=(60, 180), histtype="step", density=True,
                            label=name)
    axes[1, 0].set(xlabel="angle (degrees)", ylabel="share")
    table = units[6:11].mean(axis=1)
    axes[1, 1].bar(range(5), table / max(table.sum(), 1))
    axes[1, 1].set(xlabel="bridging oxygens of Si", ylabel="share of four-coordinated Si")
    for axis in axes.flat[:3]:
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize=8)
    figure.savefig(options.picture, dpi=150)
    print(f"wrote {options.picture}")


if __name__ == "__main__":
    ga.run(main)
