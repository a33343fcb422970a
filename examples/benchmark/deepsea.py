#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""pair_style deepsea against DeePMD-kit's compressed model, same model, frames and core, in turn.

    deepsea.py --deepmd VENV --work FOLDER [--rounds 5] [--steps 20] [--callgrind]

VENV is a Python environment with deepmd-kit[torch,lmp] and TensorFlow; FOLDER keeps the model and
the frames (made at the first call, two minutes). Another model for Li B O Si can be put there
before, as model.dp and compressed.pb; deepmd_model.py trains one. Checks that the forces of both
agree, then runs them in turn on one core, and the potentials that ship beside them, and prints
tables in reStructuredText: LAMMPS' own loop times per atom and step as CPU time, for which it
matters little what else the machine does, ratios round by round, memory per atom, two ranks and two
threads against one, and ns a day for 300 atoms.
With --callgrind it prints instead the instructions of our style, counted by valgrind (which knows
no AVX-512, so those of the AVX2 code); ten minutes or more.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
UNITS = {"300": 90, "1k": 300, "4k": 1200}    # formula units of a frame: 306, 1020, 4080 atoms
AGREEMENT = 1.0e-4    # of forces, eV/A: what DeePMD-kit's table is good for
MIXED = 1.0e-5        # of forces, eV/A: what we promise of precision mixed
COUNTED = 10          # steps that callgrind counts: one turn of the neighbor list
SHIPPED = {"fast": "lbs-fast.deepsea.pt", "accurate": "lbs.deepsea.pt"}
ONE_CORE = ["taskset", "-c", "0"]
PRODUCTS = re.compile(r"forward_in|transposed_in")    # functions of the fitting net's products


def deepmd_environment(venv):
    """Environment in which DeePMD-kit's own LAMMPS runs on one thread."""
    site = next(pathlib.Path(venv).glob("lib/python3*/site-packages"))
    folders = [site / "deepmd" / "lib", site / "torch" / "lib", *site.glob("nvidia/*/lib")]
    env = dict(os.environ, LD_LIBRARY_PATH=":".join(map(str, folders)),
               LAMMPS_PLUGIN_PATH=str(folders[0]), OMP_NUM_THREADS="1")
    for kind in ("INTRA", "INTER"):
        env[f"DP_{kind}_OP_PARALLELISM_THREADS"] = "1"
    return env


class Bench:
    """Runs in.deepsea with either program."""

    def __init__(self, venv, work):
        self.venv, self.work = pathlib.Path(venv).resolve(), pathlib.Path(work).resolve()
        self.programs = {"deepsea": ("lmp", None),
                         "deepmd": (str(self.venv / "bin" / "lmp"), deepmd_environment(self.venv))}
        self.styles = {"compressed": ("deepmd", f"deepmd {self.work}/compressed.pb"),
                       "double": ("deepsea", f"deepsea {self.work}/model.pt"),
                       "mixed": ("deepsea", f"deepsea {self.work}/model.pt precision mixed"),
                       "none": ("deepsea", "zero 6.0")}
        for name, file in SHIPPED.items():
            self.styles[f"{name}, double"] = "deepsea", f"deepsea {file}"
            self.styles[f"{name}, mixed"] = "deepsea", f"deepsea {file} precision mixed"

    def prepare(self):
        """Frames and models, where they are missing."""
        self.work.mkdir(parents=True, exist_ok=True)
        for name, units in UNITS.items():
            if not self.frame(name).exists():
                call(["lmp", "-in", str(HERE / "in.frame"), "-log", "none", "-var", "units",
                      str(units), "-var", "out", str(self.frame(name))], cwd=self.work)
        if not (self.work / "compressed.pb").exists():
            call([str(self.venv / "bin" / "python"), str(HERE / "deepmd_model.py"),
                  str(self.work), str(self.frame("1k"))])
        if not (self.work / "model.pt").exists():
            call(["deepsea", "convert", str(self.work / "model.dp"), str(self.work / "model.pt")])

    def frame(self, name):
        return self.work / f"frame-{name}.data"

    def command(self, style, frame, steps, dump="/dev/null"):
        """The run's command line and environment."""
        program, words = self.styles[style]
        binary, env = self.programs[program]
        variables = {"style": words, "data": self.frame(frame), "steps": steps, "dump": dump}
        if style == "none":
            variables["elements"] = ""
        command = [binary, "-in", str(HERE / "in.deepsea"), "-log", "none"]
        for name, value in variables.items():
            command += ["-var", name, str(value)]
        return command, env

    def run(self, style, frame, steps, ranks=1, threads=1, cpu_time=False, dump="/dev/null"):
        """(microseconds of the loop per atom and step, atoms); on one core, CPU time if wanted."""
        command, env = self.command(style, frame, steps, dump)
        # DeePMD-kit's LAMMPS comes with an MPI of its own
        mpirun = str(self.venv / "bin" / "mpirun") if env else "mpirun"
        place = [mpirun, "-np", str(ranks)] if ranks > 1 else [] if threads > 1 else ONE_CORE
        env = dict(env or os.environ, OMP_NUM_THREADS=str(threads))
        output = call(place + command, env=env)
        loop = re.search(r"Loop time of (\S+) on .* for (\d+) steps with (\d+) atoms", output)
        used = re.search(r"(\S+)% CPU use", output)
        share = float(used[1]) / 100.0 if cpu_time else 1.0
        atoms = int(loop[3])
        return float(loop[1]) * share * 1.0e6 / int(loop[2]) / atoms, atoms

    def check(self):
        """Both programs compute the same forces, or the benchmark stops."""
        forces = {}
        for style in ("compressed", "double", "mixed"):
            dump = self.work / f"{style}.dump"
            self.run(style, "1k", 1, dump=dump)
            text = dump.read_text().split("ITEM: ATOMS id fx fy fz\n")[1]
            forces[style] = np.array([line.split() for line in text.splitlines()], dtype=float)
        size = np.abs(forces["double"][:, 1:]).max()
        for style, force in forces.items():
            worst = np.abs(force - forces["double"]).max()
            print(f"largest force {size:.3f} eV/A; {style} differs by {worst:.1e}",
                  file=sys.stderr)
            if size < 0.1 or worst > (MIXED if style == "mixed" else AGREEMENT):
                sys.exit("the programs do not agree")

    def instructions(self, style, steps):
        """(all instructions of a run, those in the products, atoms)."""
        command, env = self.command(style, "300", steps)
        counts = self.work / "callgrind.out"
        output = call(["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}", *command],
                      env=env)
        atoms = int(re.search(r"steps with (\d+) atoms", output)[1])
        table = call(["callgrind_annotate", "--threshold=100", str(counts)])
        rows = [(int(count.replace(",", "")), name) for count, name in
                re.findall(r"^ *([\d,]+) \([ \d.]+%\) +(.*)$", table, re.MULTILINE)]
        total = next(count for count, name in rows if name.startswith("PROGRAM TOTALS"))
        return total, sum(count for count, name in rows if PRODUCTS.search(name)), atoms

    def peak_memory(self, style, frame):
        """Peak memory of one run, kB; a process of its own, because the peak is kept for all."""
        command, env = self.command(style, frame, 2)
        code = ("import resource, subprocess, sys\n"
                "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n")
        return float(call([sys.executable, "-c", code, *command], env=env))


def call(command, cwd=None, env=None):
    """Output of a program; stops the benchmark if it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def speed_table(bench, rounds, steps):
    """Ratios are those to the times of DeePMD-kit's model, also for the potentials that ship."""
    models = {**{name: (f"{name}, double", f"{name}, mixed") for name in SHIPPED},
              "converted": ("double", "mixed")}
    print(".. csv-table::\n   :header: model, atoms, double, ratio, mixed, ratio\n")
    for frame in UNITS:
        times = {style: [] for style in ("compressed", *sum(models.values(), ()))}
        atoms = 0
        for _ in range(rounds):
            for style, collected in times.items():
                time, atoms = bench.run(style, frame, steps if style == "compressed" else 5 * steps,
                                        cpu_time=True)
                collected.append(time)
        for name, styles in models.items():
            cells = []
            for style in styles:
                ratio = statistics.median(a / b for a, b in zip(times["compressed"], times[style]))
                cells += [f"{statistics.median(times[style]):.1f}", f"{ratio:.1f}"]
            print(f"   {name}, {atoms}, {', '.join(cells)}", flush=True)
        print(f"   \"DeePMD-kit, compressed\", {atoms}, "
              f"{statistics.median(times['compressed']):.0f}, 1", flush=True)
    print()


def other_figures(bench, rounds, steps):
    print(".. csv-table::\n   :header: figure, value\n")
    for words, two in (("ranks", {"ranks": 2}), ("threads", {"threads": 2})):
        for style in ("compressed", "double", "mixed"):
            if words == "threads" and style == "compressed":
                continue    # TensorFlow has threads of its own
            gain = statistics.median(bench.run(style, "4k", steps)[0] /
                                     bench.run(style, "4k", steps, **two)[0] for _ in range(rounds))
            print(f"   \"two {words} against one, 4080 atoms, {style}\", {gain:.2f}", flush=True)
    atoms = (UNITS["4k"] - UNITS["1k"]) * 3.4
    slopes = {style: (bench.peak_memory(style, "4k") - bench.peak_memory(style, "1k")) / atoms
              for style in ("compressed", "double", "mixed", "none")}
    for style in ("compressed", "double", "mixed"):
        print(f"   \"memory beyond LAMMPS' own, {style}, kB/atom\", "
              f"{slopes[style] - slopes['none']:.1f}")
    for style in ("compressed", "double", "mixed"):
        time, atoms = bench.run(style, "300", 10 * steps)
        print(f"   \"{atoms} atoms at 1 fs, {style}, ns/day\", {86400.0 / (time * atoms):.2f}")


def count_instructions(bench):
    """What COUNTED steps more take, so that the start of the program does not count."""
    print(".. csv-table::\n   :header: precision, instructions per atom and step, "
          "in the products\n")
    for style in ("double", "mixed"):
        few, few_products, atoms = bench.instructions(style, 1)
        many, many_products, _ = bench.instructions(style, 1 + COUNTED)
        share = (many_products - few_products) / (many - few)
        print(f"   {style}, {(many - few) / (COUNTED * atoms):.0f}, {share:.0%}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--deepmd", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--callgrind", action="store_true")
    args = parser.parse_args()
    bench = Bench(args.deepmd, args.work)
    bench.prepare()
    if args.callgrind:
        count_instructions(bench)
        return
    bench.check()
    speed_table(bench, args.rounds, args.steps)
    other_figures(bench, args.rounds, args.steps)
    print("\nCPU times in microseconds per atom and step on one core.")


if __name__ == "__main__":
    main()
