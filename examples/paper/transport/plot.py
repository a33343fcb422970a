#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Diffusion of lithium, its activation energy and conductivity from the dumps of in.transport.

    plot.py [--frame 0.1] [--window 50 150] [--picture transport.png] T=DUMP [T=DUMP ...]

T is the temperature in K, DUMP what in.transport wrote; several dumps of one temperature (seeds)
are averaged. --frame is the time between frames in ps, that of the deck; --window the lags in ps
between which a line is fitted to the mean square displacement. Prints a table: D of single ions, D
of the charge (all ions together), their ratio (the Haven ratio) and the conductivity that the
second gives by Nernst and Einstein, the first two with standard errors; and the activation energy
if there are three temperatures whose D has an error of less than half of it.
"""
import argparse
import collections
import pathlib
import re
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import glass_analysis as ga    # noqa: E402

CHARGE_SQ = 1.602176634e-19 ** 2
BOLTZMANN_SI = 1.380649e-23


def check_frame(path, frame):
    """ValueError if in.transport wrote another time between frames beside this dump."""
    setup = pathlib.Path(path).with_suffix(".setup")
    if setup.exists():
        with ga.open_text(setup) as file:
            written = re.search(r", frame (\S+)$", file.readline())
        if written and not np.isclose(float(written[1]), frame):
            raise ValueError(f"{path} has a frame every {written[1]} ps, as {setup} says; give "
                             f"--frame {written[1]}")


def trajectory(path):
    """Positions (frames, ions, 3) and the volume in A^3."""
    frames = ga.frames_in_order(path)
    if len(frames) < 10:
        raise ValueError(f"{path} has {len(frames)} frames; let the run go on")
    return (np.array([frame.positions() for frame in frames]),
            abs(np.linalg.det(frames[-1].cell)))


def coefficients(paths, options, collective):
    """D in A^2/ps and its error over all dumps of a temperature."""
    found = [ga.diffusion(trajectory(path)[0], options.frame, options.window, collective,
                          options.blocks) for path in paths]
    values, errors = np.transpose(found)
    return values.mean(), np.sqrt((errors ** 2).sum()) / len(values)


def conductivity(d, temperature, ions, volume):
    """S/cm from D of the charge in A^2/ps."""
    density = ions / volume * 1e30
    return density * CHARGE_SQ * d * 1e-8 / (BOLTZMANN_SI * temperature) / 100.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dumps", nargs="+", metavar="T=DUMP")
    parser.add_argument("--frame", type=float, default=0.1)
    parser.add_argument("--window", type=float, nargs=2, default=(50.0, 150.0))
    parser.add_argument("--blocks", type=int, default=2, help="parts of a run that give the error")
    parser.add_argument("--picture", default="transport.png")
    options = parser.parse_args()
    runs = collections.defaultdict(list)
    for word in options.dumps:
        temperature, _, path = word.partition("=")
        if not path:
            raise ValueError(f"{word}: is not of the form T=DUMP")
        check_frame(path, options.frame)
        runs[float(temperature)].append(path)
    print("  T (K)   D (cm2/s)             D charge (cm2/s)      Haven  conductivity (S/cm)")
    rows = []
    for temperature in sorted(runs):
        d, error = coefficients(runs[temperature], options, False)
        charge, charge_error = coefficients(runs[temperature], options, True)
        positions, volume = trajectory(runs[temperature][0])
        sigma = conductivity(charge, temperature, positions.shape[1], volume)
        rows.append((temperature, d, error))
        print(f"{temperature:7.0f}   {d * 1e-4:.2e} +- {error * 1e-4:.0e}   "
              f"{charge * 1e-4:.2e} +- {charge_error * 1e-4:.0e}   {d / charge:5.2f}  {sigma:.2e}")
    temperatures, values, errors = np.transpose(rows)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    for temperature in sorted(runs):
        msd = ga.mean_square_displacement(trajectory(runs[temperature][0])[0], every=5)
        time = options.frame * np.arange(len(msd))
        axes[0].loglog(time[1:], msd[1:], label=f"{temperature:g} K")
    axes[0].axvspan(*options.window, color="0.9")
    axes[0].set(xlabel="t (ps)", ylabel="mean square displacement (A$^2$)")
    axes[0].legend()
    axes[1].errorbar(1000.0 / temperatures, values * 1e-4, errors * 1e-4, fmt="o")
    axes[1].set(xlabel="1000 K / T", ylabel="D (cm$^2$/s)", yscale="log")
    known = (errors > 0.0) & (errors < 0.5 * values)    # others have no logarithm to speak of
    for temperature in temperatures[~known]:
        print(f"activation energy: D at {temperature:g} K is not known well enough and is left out")
    if known.sum() >= 3:
        energy, error, first = ga.activation_energy(temperatures[known], values[known],
                                                    errors[known])
        print(f"activation energy {energy:.3f} +- {error:.3f} eV")
        t = np.linspace(temperatures.min(), temperatures.max())
        axes[1].plot(1000.0 / t, first * 1e-4 * np.exp(-energy / (ga.BOLTZMANN * t)),
                     label=f"{energy:.2f} $\\pm$ {error:.2f} eV")
        axes[1].legend()
    figure.savefig(options.picture, dpi=150)
    print(f"wrote {options.picture}")


if __name__ == "__main__":
    ga.run(main)
