#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Diffusion of lithium, its activation energy and conductivity from the dumps of in.transport.

    plot.py [--window 50 150] [--frame PS] [--picture transport.png] T=DUMP ...

T is the temperature in K, DUMP what in.transport wrote; several dumps of one temperature (seeds)
are averaged, and their scatter is the error; that of one dump is from its blocks. Errors cover the
truth as often as one sigma does, however few blocks or dumps there are. --window has the lags in ps
between which a line is fitted to the mean square displacement. Without the .setup of the run
beside a dump --frame has to give the time between its frames. Prints a table: D of single ions, D
of the charge (all ions together), their ratio (the Haven ratio) and the conductivity that the
second gives by Nernst and Einstein, or a dash if its error is half of it or more; and the
activation energy if there are three temperatures whose D has an error of less than half of it.
"""
import argparse
import collections
import dataclasses
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


@dataclasses.dataclass
class Run:
    """Lithium of one dump: positions (frames, ions, 3), time between frames, ions per A^3."""
    positions: np.ndarray
    frame: float
    density: float

    def diffusion(self, options, collective):
        """D in A^2/ps, its error, and from how many deviations that is known."""
        return ga.diffusion(self.positions, self.frame, options.window, collective, options.blocks)


def frame_time(path, interval, given, temperature):
    """ps between frames that are `interval` steps apart, by what in.transport wrote beside the dump
    or as given. ValueError if that tells another temperature (K).
    """
    setup = pathlib.Path(path).with_suffix(".setup")
    found = None
    if setup.exists():
        with ga.open_text(setup) as file:
            words = file.readline()
        found = re.search(r"[;,] dt ([^\s,]+)", words)
        kelvin = re.search(r", from (\S+) K,", words)
        if kelvin and float(kelvin[1]) != temperature:
            raise ValueError(f"{path} is of {kelvin[1]} K by {setup}, not of {temperature:g} K")
    if found is None:
        if given is None or given <= 0.0:
            raise ValueError(f"{path} has no {setup} with the time step; give --frame, in ps")
        return given
    dt = float(found[1])
    if given is not None and round(given / dt) != interval:
        raise ValueError(f"{path} has a frame every {interval * dt:g} ps by {setup}; leave --frame "
                         "out")
    return interval * dt


def run_of(path, frame, temperature):
    """What a dump has; `frame` is the time between frames in ps, if it is given."""
    frames = ga.frames_in_order(path)
    if len(frames) < 10:
        raise ValueError(f"{path} has {len(frames)} frames; let the run go on")
    intervals = np.diff([f.step for f in frames])
    other = np.flatnonzero(intervals != intervals[0])
    if len(other):
        one, next_one = frames[other[0]].step, frames[other[0] + 1].step
        raise ValueError(f"{path}: step {next_one} follows {one}, but others come every "
                         f"{intervals[0]} steps; keep the frames on one side of it")
    positions = np.array([f.positions() for f in frames])
    return Run(positions, frame_time(path, intervals[0], frame, temperature),
               positions.shape[1] / abs(np.linalg.det(frames[-1].cell)))


def over_dumps(found):
    """Value of a temperature, its error, and from how many deviations that is known: of several
    dumps their scatter.
    """
    if len(found) == 1:
        return found[0]
    return *ga.mean_of_few([value for value, *_ in found]), len(found) - 1


def conductivity(temperature, density):
    """S/cm of a D of the charge of 1 A^2/ps."""
    return density * 1e30 * CHARGE_SQ * 1e-8 / (BOLTZMANN_SI * temperature) / 100.0


def is_known(value, error):
    """Whether there is a value to speak of, which has a logarithm and an inverse."""
    return (error > 0.0) & (error < 0.5 * value)


def row_of(temperature, runs, options):
    """What over_dumps() says of single ions, and the line of the table."""
    single = d, error, _ = over_dumps([run.diffusion(options, False) for run in runs])
    found = [run.diffusion(options, True) for run in runs]
    charge, charge_error, _ = over_dumps(found)
    line = (f"{temperature:7.0f}   {d * 1e-4:.2e} +- {error * 1e-4:.0e}   "
            f"{charge * 1e-4:9.2e} +- {charge_error * 1e-4:.0e}   ")
    if not is_known(charge, charge_error):
        return single, line + f"{'-':13s} -"
    units = [conductivity(temperature, run.density) for run in runs]
    sigma, sigma_error, _ = over_dumps([(unit * value, unit * off, freedom)
                                        for unit, (value, off, freedom) in zip(units, found)])
    haven = d / charge
    haven_error = haven * np.hypot(error / d, charge_error / charge)
    return single, (line + f"{haven:4.2f} +- {haven_error:4.2f}  {sigma:.2e} +- "
                    f"{sigma_error:.0e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dumps", nargs="+", metavar="T=DUMP")
    parser.add_argument("--frame", type=float, help="ps, of a dump that has no .setup beside it")
    parser.add_argument("--window", type=float, nargs=2, default=(50.0, 150.0))
    parser.add_argument("--blocks", type=int, help="parts of a run that give the error; as many as "
                        "are longer than the window, five at most")
    parser.add_argument("--picture", default="transport.png")
    options = parser.parse_args()
    runs = collections.defaultdict(list)
    for word in options.dumps:
        temperature, _, path = word.partition("=")
        if not path:
            raise ValueError(f"{word}: is not of the form T=DUMP")
        kelvin = float(temperature)
        if kelvin <= 0.0:
            raise ValueError(f"{word}: T must be above 0")
        runs[kelvin].append(run_of(path, options.frame, kelvin))
    print("  T (K)   D (cm2/s)           D charge (cm2/s)     Haven ratio   conductivity (S/cm)")
    rows = []
    for temperature in sorted(runs):
        single, line = row_of(temperature, runs[temperature], options)
        rows.append((temperature, *single))
        print(line)
    temperatures, values, errors, freedom = np.transpose(rows)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    for temperature in sorted(runs):
        run = runs[temperature][0]
        msd = ga.mean_square_displacement(run.positions, every=5)
        time = run.frame * np.arange(len(msd))
        axes[0].loglog(time[1:], msd[1:], label=f"{temperature:g} K")
    axes[0].axvspan(*options.window, color="0.9")
    axes[0].set(xlabel="t (ps)", ylabel="mean square displacement (A$^2$)")
    axes[0].legend()
    axes[1].errorbar(1000.0 / temperatures, values * 1e-4, errors * 1e-4, fmt="o")
    axes[1].set(xlabel="1000 K / T", ylabel="D (cm$^2$/s)", yscale="log")
    known = is_known(values, errors)
    for temperature in temperatures[~known]:
        print(f"activation energy: D at {temperature:g} K is not known well enough and is left out")
    if known.sum() >= 3:
        energy, error, first = ga.activation_energy(temperatures[known], values[known],
                                                    errors[known], freedom[known])
        print(f"activation energy {energy:.3f} +- {error:.3f} eV")
        t = np.linspace(temperatures.min(), temperatures.max())
        axes[1].plot(1000.0 / t, first * 1e-4 * np.exp(-energy / (ga.BOLTZMANN * t)),
                     label=f"{energy:.2f} $\\pm$ {error:.2f} eV")
        axes[1].legend()
    figure.savefig(options.picture, dpi=150)
    print(f"wrote {options.picture}")


if __name__ == "__main__":
    ga.run(main)
