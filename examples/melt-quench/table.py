#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Four-coordinated boron in all eleven glasses with each potential, beside experiment.

    table.py run OUTDIR [--preset middle] [--jobs 2]   run what is missing, then print the table
    table.py show OUTDIR [--preset middle]             print the table of finished runs

Every run is in.melt-quench on one core; its log and history, named by the preset, stay in OUTDIR,
and a run that has a finished log is not repeated. Numbers are averages over the last part of a run,
`average` of the preset. Ctrl-C ends the runs in work and begins no others.
"""
import argparse
import concurrent.futures
import pathlib
import re
import signal
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "paper"))
import glass_analysis as ga    # noqa: E402

STOPPED = threading.Event()
POTENTIALS = {"deng_du": "Deng-Du, N4 by DBX", "deng_du_nmr": "Deng-Du, N4 by NMR", "shik": "SHIK"}


def glasses():
    """Name -> density (g/cm3) and percentage of 4B by NMR, in the order of glasses.lmp."""
    text = (HERE / "glasses.lmp").read_text()
    found = re.findall(
        r"== g_(LBS_\w+)\".*?density equal (\S+)\".*?variable nmr equal (\S+)\"", text, re.S)
    return {name: (float(density), float(nmr)) for name, density, nmr in found}


def average_of(preset):
    """Time in ps at the end of a run over which this preset averages."""
    text = (HERE / "presets.lmp").read_text()
    found = dict(re.findall(r"== (\w+)\".*?variable average index (\S+)\"", text, re.S))
    if preset not in found:
        sys.exit(f"unknown preset {preset}; presets.lmp lists {', '.join(found)}")
    return float(found[preset])


def result(outdir, glass, potential, preset):
    """4B in % at the end of a finished run, else None."""
    base = outdir / f"{glass}.{potential}.{preset}"
    log, history = pathlib.Path(f"{base}.log"), pathlib.Path(f"{base}.history")
    if not log.exists() or "Total wall time" not in log.read_text():
        return None
    rows = ga.read_table(history)
    return 100 * rows[rows[:, 1] > rows[-1, 1] - average_of(preset), 5].mean()


def run_one(outdir, glass, potential, preset):
    """One melt-quench on one core; returns its exit status."""
    if STOPPED.is_set():
        return 1
    base = outdir / f"{glass}.{potential}.{preset}"
    variables = dict(glass=glass, potential=potential, preset=preset, out=base, every=10000)
    command = ["lmp", "-in", "in.melt-quench", "-log", f"{base}.log", "-screen", "none"]
    for name, value in variables.items():
        command += ["-var", name, str(value)]
    status = subprocess.run(command, cwd=HERE, check=False).returncode
    if status == -signal.SIGINT:    # Ctrl-C is for all of them
        STOPPED.set()
    verdict = "done" if status == 0 else f"failed, see {base}.log"
    print(f"{glass} {potential}: {verdict}", flush=True)
    return status


def show(outdir, preset):
    """Print the table in reStructuredText; mean absolute and mean signed error below."""
    print(".. csv-table::\n   :header: glass, NMR, " + ", ".join(
        f'"{name}"' for name in POTENTIALS.values()) + "\n")
    errors = {p: [] for p in POTENTIALS}
    for glass, (_, nmr) in glasses().items():
        values = {p: result(outdir, glass, p, preset) for p in POTENTIALS}
        cells = ["--" if v is None else f"{v:.1f}" for v in values.values()]
        for potential, value in values.items():
            if value is not None:
                errors[potential].append(value - nmr)
        print(f"   {glass.replace('LBS_', '').replace('_', '-')}, {nmr}, {', '.join(cells)}")

    if not any(errors.values()):
        sys.exit(f"{outdir} has no finished run of preset {preset}")

    def row(name, combine):
        cells = [f"{combine(e):.1f}" if e else "--" for e in errors.values()]
        print(f"   {name}, , {', '.join(cells)}")

    row("mean absolute error", lambda e: sum(map(abs, e)) / len(e))
    row("mean error", lambda e: sum(e) / len(e))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("action", choices=["run", "show"])
    parser.add_argument("outdir", type=pathlib.Path)
    parser.add_argument("--preset", default="middle")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    outdir = args.outdir.resolve()
    average_of(args.preset)    # an unknown one ends here
    failed = 0
    if args.action == "run":
        outdir.mkdir(parents=True, exist_ok=True)
        todo = [(g, p) for p in POTENTIALS for g in glasses()
                if result(outdir, g, p, args.preset) is None]
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            runs = [pool.submit(run_one, outdir, g, p, args.preset) for g, p in todo]
            try:
                failed = sum(r.result() != 0 for r in runs)
            except KeyboardInterrupt:
                STOPPED.set()
                raise
    show(outdir, args.preset)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    ga.run(main)
