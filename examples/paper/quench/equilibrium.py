#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Four-coordinated boron (4B) of glasses that cooled slowly, from the melt on its way down.

    equilibrium.py [--above 1200] [--to 750] [--picture FILE.png] GLASS=PREFIX[,PREFIX...] ...

A quench of a simulation leaves equilibrium hundreds of K above where glass in a laboratory does. So
the rows of PREFIX.history at temperatures `above` are taken for those of a liquid in equilibrium,
and the odds of a boron to be 4B for a reaction with a heat: ln(share / (1 - share)) is a constant
of each glass, less the heat over k_B T. One heat is fitted to all glasses, by maximum likelihood,
and the line goes on to the temperature `to`. Errors are jackknifed, leaving out 200 K of a run at a
time. Prints the heat (eV) and, beside NMR, 4B at 300 K as it was quenched, at 1000 K and at `to`.
"""
import argparse
import pathlib
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt    # noqa: E402  (the backend has to be chosen first)

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent), str(HERE.parents[1] / "melt-quench")]
import glass_analysis as ga    # noqa: E402
import plot as quench    # noqa: E402
import table as melt_quench    # noqa: E402

BLOCK = 200.0    # K; shorter ones are not independent at 10 K/ps


class Samples:
    """Shares of 4B of several glasses: of each row the glass, k_B T, the share, the number of
    boron, and the block it is left out with. `best` is the fit of all, `parts` those that leave a
    block out: the constants of the glasses, and the heat."""

    def __init__(self, histories, above):
        rows = []
        for glass, runs in enumerate(histories.values()):
            for number, run in enumerate(runs):
                kelvin = ga.quench_temperatures(len(run["T"]))
                rows += [(glass, ga.BOLTZMANN * T, share, boron, number, T // BLOCK)
                         for T, share, boron in zip(kelvin, run["4B"], run["3B"] + run["4B number"])
                         if T > above]
        if not rows:
            raise ValueError(f"there is no row above {above:g} K")
        columns = np.transpose(rows)
        self.glass = columns[0].astype(int)
        self.energy, self.share, self.boron = columns[1:4]
        self.block = np.unique(columns[[0, 4, 5]], axis=1, return_inverse=True)[1].ravel()
        self.count = len(histories)
        for glass, name in enumerate(histories):
            mine = self.share[self.glass == glass]
            if len(mine) == 0 or mine.max() == 0.0 or mine.min() == 1.0:
                raise ValueError(f"{name} has no share of 4B above {above:g} K to be fitted")
        self.best = self.fit(self.boron >= 0)
        self.parts = [self.fit(self.block != block) for block in np.unique(self.block)]

    def fit(self, keep):
        """From the rows `keep`, after Newton."""
        matrix = np.zeros((len(self.glass), self.count + 1))
        matrix[np.arange(len(self.glass)), self.glass] = 1.0
        matrix[:, -1] = 1.0 / self.energy
        matrix, share, boron = matrix[keep], self.share[keep], self.boron[keep]
        mean = (share * boron) @ matrix[:, :-1] / (boron @ matrix[:, :-1])
        found = np.append(np.log(mean / (1.0 - mean)), 0.0)
        for _ in range(50):
            odds = 1.0 / (1.0 + np.exp(-matrix @ found))
            slope = matrix.T @ (boron * (share - odds))
            step = np.linalg.solve((matrix * (boron * odds * (1.0 - odds))[:, None]).T @ matrix,
                                   slope)
            found += step
            if np.abs(step).max() < 1e-10:
                return found
        raise ValueError("the fit does not converge; leave glasses with next to no 4B out")

    def with_error(self, quantity):
        """What `quantity` makes of the fit, and its error."""
        parts = np.array([quantity(part) for part in self.parts])
        off = parts - parts.mean(axis=0)
        error = np.sqrt((len(parts) - 1) / len(parts) * (off ** 2).sum(axis=0))
        return quantity(self.best), error


def percent(found, kelvin):
    """4B of each glass in equilibrium."""
    return 100.0 / (1.0 + np.exp(-found[:-1] - found[-1] / (ga.BOLTZMANN * kelvin)))


def draw(histories, best, nmr, table, options):
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), constrained_layout=True)
    length = min(len(run["4B"]) for runs in histories.values() for run in runs)
    share = np.mean([np.mean([run["4B"][-length:] for run in runs], axis=0)
                     for runs in histories.values()], axis=0)
    kelvin = ga.quench_temperatures(length)
    axes[0].plot(kelvin, 100.0 * share, lw=1, label="quenched")
    every = np.linspace(options.to, kelvin[0], 100)
    axes[0].plot(every, [percent(best, T).mean() for T in every], "--", color="black", lw=1,
                 label=f"equilibrium, fitted above {options.above:g} K")
    axes[0].plot(options.to, nmr.mean(), "o", color="tab:red", label="NMR")
    axes[0].set(xlabel="T (K)", ylabel="4B, mean of the glasses (%)", ylim=(0, None))
    axes[0].legend(fontsize=8)
    cold, slow, error = table
    axes[1].plot(nmr, cold, "o", mfc="none", label="quenched")
    axes[1].errorbar(nmr, slow, error, fmt="o", label=f"equilibrium at {options.to:g} K")
    axes[1].plot([0, 70], [0, 70], color="black", lw=0.8)
    axes[1].set(xlabel="4B by NMR (%)", ylabel="4B (%)")
    axes[1].legend(fontsize=8)
    figure.savefig(options.picture, dpi=150)
    print(f"wrote {options.picture}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="GLASS=PREFIX,...")
    parser.add_argument("--above", type=float, default=1200.0, help="K, from there on equilibrium")
    parser.add_argument("--to", type=float, default=750.0, help="K, where a glass would freeze")
    parser.add_argument("--picture", default="equilibrium.png")
    options = parser.parse_args()
    if not options.to > 0.0:
        raise ValueError(f"--to {options.to:g}: is no temperature above 0 K")
    experiment = melt_quench.glasses()
    glasses = {}
    for word in options.runs:
        glass, prefixes = quench.glass_and_runs(word, experiment)
        glasses.setdefault(glass, []).extend(prefixes)
    histories = {glass: [quench.columns(f"{prefix}.history") for prefix in prefixes]
                 for glass, prefixes in glasses.items()}
    samples = Samples(histories, options.above)
    heat, error = samples.with_error(lambda found: found[-1])
    print(f"heat of 4B: {-heat:.3f} +- {error:.3f} eV")
    nmr = np.array([experiment[glass][1] for glass in glasses])
    cold = np.array([np.mean([100.0 * quench.columns(f"{prefix}.final")["4B"].mean()
                              for prefix in prefixes]) for prefixes in glasses.values()])
    hot, hot_error = samples.with_error(lambda found: percent(found, 1000.0))
    slow, slow_error = samples.with_error(lambda found: percent(found, options.to))
    last = f"{options.to:g} K"
    print(f"{'4B in %':14s} {'NMR':>6s} {'quenched':>9s} {'1000 K':>15s} {last:>15s}")
    for row in zip(glasses, nmr, cold, hot, hot_error, slow, slow_error):
        print("{:14s} {:6.1f} {:9.1f} {:7.1f} +- {:4.1f} {:7.1f} +- {:4.1f}".format(*row))
    mean = samples.with_error(lambda found: percent(found, options.to).mean())
    print(f"mean: quenched {cold.mean():.1f} %, at {last} {mean[0]:.1f} +- {mean[1]:.1f} %, NMR "
          f"{nmr.mean():.1f} %; within 5 points of NMR {(np.abs(cold - nmr) < 5).sum()} and "
          f"{(np.abs(slow - nmr) < 5).sum()} of {len(nmr)}")
    draw(histories, samples.best, nmr, (cold, slow, slow_error), options)


if __name__ == "__main__":
    ga.run(main)
