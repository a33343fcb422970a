#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""pair_style deepsea/kk and fmp/lbs/kk on one GPU: right first, then how fast, then a table.

    run.py [STEP...] [--device gpu|host|separate] [--work FOLDER] [--model MODEL] [--skip STEP...]
           [--results FOLDER] [--seconds N]

Run it in the kit that build.sh packs, with nothing but Python. Each step has a time limit, and one
that fails does not end the rest; what was found is kept in results.json of the folder of --results
(by default that of --work) as it comes, so that steps may be run by several calls, and a call that
is killed loses little. --seconds is the time of a call: a step for which none is left is put off,
but for the table. The model is that of ../deepsea.py; those that ship are timed, too.
With `--device host` the kernels run on this processor at small sizes, with `--device separate` in a
memory of their own (of cmake/test_separate_memory.sh): rehearsals, whose times mean nothing. They
take lmp and the plugin from the shell's environment, and a folder --work with the frames and the
model of ../deepsea.py.
"""
import argparse
import hashlib
import itertools
import json
import math
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent

# Frames and how often they are copied; steps to run on a GPU.
SIZES = {"300": ("300", "1 1 1", 2000), "1k": ("1k", "1 1 1", 2000), "10k": ("1k", "2 5 1", 500),
         "100k": ("1k", "5 5 4", 100), "1M": ("1k", "10 10 10", 20)}
LARGE = {"10M": "22 22 21", "30M": "31 31 31", "50M": "37 37 36", "70M": "41 41 41"}
PRECISIONS = ("double", "mixed")
SHIPPED = ("lbs-fast.deepsea.pt", "lbs.deepsea.pt")
# Forces against those of the plain style: relative to the largest; eV/A.
SAME = 1.0e-11
MIXED = 1.0e-5
TESTS = ("multiply", "chunk", "neighbor_rows", "ghost_homes", "sum_moments", "descriptors",
         "net_layers", "nets_themselves", "scatter_forces", "add_core", "device_evaluator")
# Kernels by stage of an evaluation.
STAGES = {"rows": ("ListCenters", "CountNeighbors", "SumCounts", "FillRows", "KeepTypes",
                   "EnterTags", "FindHomes"),
          "moments": ("PackAtoms", "SumMoments", "AddNets"),
          "products": ("Product", "TileProduct", "EmptyProduct"),
          "descriptors": ("MakeDescriptors",),
          "activations": ("FinishLayer", "LastLayer", "BackThroughLayer"),
          "back": ("BackThroughDescriptors",),
          "scatter": ("ScatterForces", "ScatterNets", "AddCore", "SumCenters", "AddForces")}
DSF = "coul dsf 0.25 10.0"
CHARGED = {"fmp/lbs": (f"fmp/lbs 10.0 {DSF}", "* * deng-du-teter.fmp Li B O Si", "no"),
           "coul/dsf": ("coul/dsf 0.25 10.0", "* *", "no"),
           "buck/coul/long": ("buck/coul/long 10.0", "* * 1388.773 0.3623 175.0", "yes")}


class Failed(Exception):
    """What a step says when it cannot go on."""


class Bench:
    """Runs programs on the device, and keeps what they give."""

    def __init__(self, args):
        self.device, self.work = args.device, args.work.resolve()
        self.model = (args.model or args.work / "model.pt").resolve()
        self.rehearsal = args.device != "gpu"
        # What build.sh packs, or the build tree of the shell.
        self.tree, self.tests = HERE, HERE / "bin"
        if self.rehearsal:
            self.tree = pathlib.Path(os.environ["LAMMPS_PLUGIN_PATH"]).resolve().parent
            self.tests = self.tree / ("kernels" if self.device == "separate" else "unittest")
        self.deadline = math.inf
        self.results = {}
        self.found = (args.results or args.work).resolve()
        for folder in (self.work, self.found):
            folder.mkdir(parents=True, exist_ok=True)
        self.kept = self.found / "results.json"
        self.env, self.words = self.environment()
        of = {"device": self.device, "card": self.card(),
              "model": hashlib.sha256(self.model.read_bytes()).hexdigest()}
        if self.kept.exists():
            self.results = json.loads(self.kept.read_text())
            if self.results.get("of") != of:
                sys.exit(f"{self.kept} is of another device, card or model: name another folder "
                         "by --results")
        self.results["of"] = of

    def environment(self):
        """Environment of programs, and LAMMPS' words for the device."""
        env = dict(os.environ, OMP_PROC_BIND="false")
        if self.device == "host":
            return dict(env, LBS_KOKKOS_KERNELS="1"), "-k on t 1 -sf kk -pk kokkos"
        if self.device == "separate":
            sys.path.insert(0, str(HERE.parents[2] / "unittest" / "separate_memory"))
            from device import ENVIRONMENT, ON_DEVICE    # pylint: disable=import-outside-toplevel
            return {**env, **ENVIRONMENT}, ON_DEVICE
        libraries = [HERE / "lib", *cuda_folders()]
        path = ":".join(map(str, libraries)) + ":" + env.get("LD_LIBRARY_PATH", "")
        return dict(env, LD_LIBRARY_PATH=path, PATH=f"{HERE / 'bin'}:{env['PATH']}",
                    LAMMPS_PLUGIN_PATH=str(HERE / "lib"), LAMMPS_POTENTIALS=str(HERE),
                    ), "-k on g 1 -sf kk -pk kokkos"

    def card(self):
        """Name, memory and driver of the GPU; nothing of a rehearsal."""
        if self.rehearsal:
            return ""
        return self.call(["nvidia-smi", "--query-gpu=name,memory.total,driver_version",
                          "--format=csv,noheader"]).strip()

    def keep(self, name, value):
        self.results[name] = value
        part = self.kept.with_suffix(".part")    # whole at any time
        part.write_text(json.dumps(self.results, indent=1))
        os.replace(part, self.kept)

    def call(self, command, env=None, limit=None):
        """Output of a program, which is killed with all it started at the step's limit."""
        left = min(self.deadline - time.monotonic(), limit or math.inf)
        if left < 1.0:
            raise Failed("no time is left")
        with subprocess.Popen(command, env=env or self.env, cwd=self.work, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              start_new_session=True) as child:
            try:
                said, _ = child.communicate(timeout=None if left == math.inf else left)
            except subprocess.TimeoutExpired as exc:
                os.killpg(child.pid, signal.SIGKILL)
                raise Failed(f"{command[0]} took over {left:.0f} s") from exc
        if child.returncode != 0:
            raise Failed(f"{' '.join(map(str, command))}: status {child.returncode}\n"
                         f"{said[-1500:]}")
        return said

    def lmp(self, device=True, lists="", env=None, limit=None, **variables):
        """Output of a run of in.gpu, on the device or by the plain styles of this processor."""
        command = ["lmp", "-in", str(HERE / "in.gpu"), "-log", "none"]
        if device:
            command += (self.words + lists).split()
        for name, value in variables.items():
            command += ["-var", name, str(value)]
        plain = {k: v for k, v in self.env.items() if k != "LBS_KOKKOS_KERNELS"}
        return self.call(command, {**(self.env if device else plain), **(env or {})}, limit)

    def frame(self, size):
        name, copies, steps = SIZES[size]
        return {"data": self.work / f"frame-{name}.data", "copies": copies,
                "steps": 2 if self.rehearsal else steps}

    def sizes(self, names):
        """Those of a rehearsal are small."""
        return [n for n in names if n in ("300", "1k")] or ["300"] if self.rehearsal else names

    def deepsea(self, precision, more="", model=None):
        mixed = " precision mixed" if precision == "mixed" else ""
        return f"deepsea {model or self.model}{mixed}{more}"


def cuda_folders():
    """Where libcublas may be: of the toolkit, or of Python packages."""
    places = [*pathlib.Path("/usr/local").glob("cuda*/lib64")]
    for path in sys.path:
        places += pathlib.Path(path).glob("nvidia/*/lib")
    return [p for p in places if any(p.glob("libcublas.so*"))]


def loop(output):
    """(microseconds per atom and step, seconds a step, atoms) of the last run."""
    seconds, steps, atoms = re.findall(
        r"Loop time of (\S+) on .* for (\d+) steps with (\d+) atoms", output)[-1]
    step = float(seconds) / int(steps)
    return 1.0e6 * step / int(atoms), step, int(atoms)


def forces(path):
    """All numbers of a dump of forces, by step."""
    parts = path.read_text().split("ITEM: ATOMS id fx fy fz\n")[1:]
    return [[float(x) for line in part.split("ITEM:")[0].splitlines() for x in line.split()[1:]]
            for part in parts]


def thermo(output):
    """Rows of the last thermo output."""
    part = output[output.rindex("Step"):].splitlines()[1:]
    rows = [line.split() for line in part]
    return [[float(x) for x in row] for row in rows if len(row) == 5 and row[0].isdigit()]


# ---- right --------------------------------------------------------------------------------------

def machine(bench):
    """What it is, and whether programs start."""
    said = {}
    if bench.device == "gpu":
        for name in ("bin/lmp", "lib/liblbsstyles.so"):
            missing = [line for line in bench.call(["ldd", str(HERE / name)]).splitlines()
                       if "not found" in line]
            if missing:
                raise Failed(f"{name}: " + "; ".join(missing))
    said["lmp"] = bench.call(["lmp", "-h"]).splitlines()[1].strip()
    bench.keep("machine", said)
    print(bench.results["of"]["card"], said)


def tests(bench):
    """The kernels against the functions of the processor, one by one."""
    failed = []
    limit = None if bench.rehearsal else 120
    for name in TESTS:
        try:
            said = bench.call([str(bench.tests / f"test_{name}"), "--gtest_brief=1"], limit=limit)
            print(f"{name}: {said.strip().splitlines()[-1]}")
        except Failed as exc:
            failed.append(name)
            print(f"{name}: {exc}")
    bench.keep("tests", {"failed": failed, "run": len(TESTS)})
    if failed:
        raise Failed("tests failed: " + " ".join(failed))


def agree(bench):
    """Forces and thermo output of /kk against the plain styles, at each step."""
    worst = {}
    lists = {"": "", ", newton on": " neigh half newton on"}
    cases = [(f"deepsea, {p}, {size}{name}", size, bench.deepsea(p), "* * Li B O Si", "none", more)
             for p in PRECISIONS for size in bench.sizes(["300", "1k"])
             for name, more in lists.items()]
    cases += [("deepsea beside coul/dsf", "300",
               f"hybrid/overlay {bench.deepsea('double')} coul/dsf 0.2 8.0",
               "* * deepsea Li B O Si", "* * coul/dsf", ""),
              ("two models", "300", f"deepsea {bench.model} {bench.model} out_file dev.out "
               "out_freq 1", "* * Li B O Si", "none", "")]
    cases += [(f"fmp/lbs{name}", "1k", CHARGED["fmp/lbs"][0], CHARGED["fmp/lbs"][1], "none", more)
              for name, more in lists.items()]
    for name, size, style, coeff, second, more in cases:
        words = dict(bench.frame(size), style=style, coeff=coeff, steps=2, thermo=1)
        if second != "none":
            words.update(hybrid="yes", more=second)
        mine, theirs = bench.work / "mine", bench.work / "theirs"
        a = thermo(bench.lmp(lists=more, dump=mine.name, **words))
        b = thermo(bench.lmp(device=False, dump=theirs.name, **words))
        one, two = forces(mine), forces(theirs)
        size_of = max(map(abs, two[0]))
        if len(one) != 2 or len(two) != 2 or size_of < 0.1 or len(a) != 3:
            raise Failed(f"{name}: {len(one)} and {len(two)} dumps, largest force {size_of}")
        off = max(abs(p - q) for x, y in zip(one, two) for p, q in zip(x, y))
        energies = max(abs(p[2] / q[2] - 1.0) for p, q in zip(a, b))
        mixed = "mixed" in name
        worst[name] = [off, energies, size_of]
        bad = not off <= (MIXED if mixed else SAME * size_of) or not energies <= (
            1.0e-7 if mixed else 1.0e-11)
        print(f"{name}: forces to {size_of:.2f} eV/A differ by {off:.1e}, energies by "
              f"{energies:.1e}{' - TOO MUCH' if bad else ''}")
        bench.keep("agree", worst)
        if bad:
            worst[name].append("too much")
    bench.keep("agree", worst)
    if any(len(value) > 3 for value in worst.values()):
        raise Failed("the device computes something else")


def sanitize(bench):
    """compute-sanitizer on tests of kernels, where there is one."""
    program = shutil.which("compute-sanitizer") or next(
        (str(p) for p in pathlib.Path("/usr/local").glob("cuda*/bin/compute-sanitizer")), None)
    if program is None or bench.device != "gpu":
        raise Failed("there is no compute-sanitizer")
    found = {}
    for tool in ("memcheck", "racecheck", "initcheck", "synccheck"):
        for name in ("sum_moments", "descriptors", "scatter_forces", "net_layers"):
            try:
                said = bench.call([program, "--tool", tool, "--error-exitcode", "9",
                                   str(bench.tests / f"test_{name}"),
                                   "--gtest_filter=*/0.*:*/1.*"], limit=60)
                found[f"{tool} {name}"] = said.strip().splitlines()[-1]
            except Failed as exc:
                found[f"{tool} {name}"] = str(exc)[-300:]
            print(f"{tool} {name}: {found[f'{tool} {name}']}")
            bench.keep("sanitize", found)


# ---- fast ---------------------------------------------------------------------------------------

def ceilings(bench):
    said = bench.call([str(bench.tree / "bin" / "ceilings"), "0.002" if bench.rehearsal else "1"])
    lines = [line.split("\t") for line in said.splitlines() if "\t" in line]
    bench.keep("ceilings", dict(lines))
    print("\n".join(f"{name}: {value}" for name, value in lines))


def speed(bench):
    """Of the models that ship, and of the benchmark's."""
    found = {}
    sizes = bench.sizes(list(SIZES))
    for size, model, precision in itertools.product(sizes, (*SHIPPED, bench.model), PRECISIONS):
        words = dict(bench.frame(size), warm=0 if bench.rehearsal else 10)
        time_of, step, atoms = loop(bench.lmp(style=bench.deepsea(precision, model=model), **words))
        name = pathlib.Path(model).name
        found.setdefault(name, {})[f"{size} {precision}"] = [time_of, 1.0 / step, atoms]
        print(f"{name}, {atoms} atoms, {precision}: {time_of:.4g} us/atom/step, "
              f"{1 / step:.5g} steps/s")
        bench.keep("speed", found)


def counts(bench, steps, words):
    """What the tool counts in a run: {(what, label): (times, seconds or bytes)}."""
    path = bench.work / "kernel_times.txt"
    tool = bench.tree / "lib" / "libkernel_times.so"
    bench.lmp(env={"KOKKOS_TOOLS_LIBS": str(tool), "LBS_KERNEL_TIMES": str(path)},
              **{**words, "steps": steps})
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return {(what, label): (int(times), float(value)) for what, label, times, value in rows}


def stage_of(label):
    if not label.startswith("deepsea::"):
        return "LAMMPS"
    name = label.partition("::")[2]
    return next((stage for stage, names in STAGES.items() if name in names), "others")


def stages(bench):
    """Times of kernels by stage, and launches, copies and waits, of a step between many."""
    found = {}
    few, many = (1, 11) if bench.rehearsal else (10, 30)
    for size in bench.sizes(["300", "100k"]):
        for precision in PRECISIONS:
            words = dict(bench.frame(size), style=bench.deepsea(precision))
            first, second = (counts(bench, n, words) for n in (few, many))
            per_step = {key: [(b - a) / (many - few) for a, b in zip(first.get(key, (0, 0)), value)]
                        for key, value in second.items() if not key[0].startswith("memory")}
            time_of = dict.fromkeys([*STAGES, "others", "LAMMPS"], 0.0)
            number = {"launches": 0.0, "products": 0.0, "copies": 0.0, "waits": 0.0}
            for (what, label), (times, seconds) in per_step.items():
                if what in ("kernel", "region"):
                    time_of[stage_of(label)] += seconds
                    number["products" if stage_of(label) == "products" else "launches"] += times
                elif what == "copy":
                    number["copies"] += times
                elif "Profile Tool Fence" not in label and "Tool-invoked" not in label:
                    number["waits"] += times
            atoms = loop_atoms(words)
            micro = {stage: 1.0e6 * t / atoms for stage, t in time_of.items()}
            found[f"{size} {precision}"] = {"us/atom": micro, "a step": number}
            print(f"{size} {precision}: " + ", ".join(f"{k} {v:.4g}" for k, v in micro.items())
                  + " us/atom; " + ", ".join(f"{v:.1f} {k}" for k, v in number.items()))
            bench.keep("stages", found)


def loop_atoms(words):
    """Atoms of a run, without running it."""
    atoms = int(re.search(r"(\d+) atoms", pathlib.Path(words["data"]).read_text())[1])
    return atoms * math.prod(map(int, words["copies"].split()))


def chunks(bench):
    """The step's time by the memory of a chunk."""
    found = {}
    size, = bench.sizes(["100k"])
    for megabytes in (1, 8) if bench.rehearsal else (250, 500, 1000, 2000, 4000, 8000):
        for precision in PRECISIONS:
            style = bench.deepsea(precision, f" chunk_memory {megabytes}")
            time_of, _, _ = loop(bench.lmp(style=style, **bench.frame(size)))
            found[f"{megabytes} {precision}"] = time_of
            print(f"chunk_memory {megabytes}, {precision}: {time_of:.4g} us/atom/step")
            bench.keep("chunks", found)


def profile(bench):
    """Nsight Compute on the kernels of one step."""
    program = shutil.which("ncu")
    if program is None or bench.device != "gpu":
        raise Failed("there is no ncu")
    words = dict(bench.frame("100k"), style=bench.deepsea("double"), steps=1)
    command = [program, "--clock-control", "none", "--set", "basic", "--kernel-name",
               "regex:SumMoments|ScatterForces|MakeDescriptors|BackThrough|FinishLayer|gemm",
               "--launch-count", "30", "lmp", "-in", str(HERE / "in.gpu"), "-log", "none",
               *bench.words.split()]
    for name, value in words.items():
        command += ["-var", name, str(value)]
    said = bench.call(command)
    (bench.found / "ncu.txt").write_text(said)
    print(said[-3000:])


def large(bench):
    """Ever larger systems until one does not fit, and the memory that they take."""
    found = bench.results.get("large", {})
    sizes = {"300": "1 1 1", "1k": "2 1 1"} if bench.rehearsal else LARGE
    for name, copies in sizes.items():
        words = dict(bench.frame("1k"), style=bench.deepsea("mixed"), copies=copies)
        try:
            memory = counts(bench, 1 if bench.rehearsal else 3, words)
        except Failed as exc:
            found[name] = str(exc)[-500:]
            bench.keep("large", found)
            print(f"{name}: {exc}")
            return
        atoms = loop_atoms(words)
        spaces = {label: most for (what, label), (_, most) in memory.items() if what == "memory"}
        space = "Cuda" if "Cuda" in spaces else "Host"
        labels = sorted(((most / atoms, label) for (what, label), (_, most) in memory.items()
                         if what == f"memory of {space}"), reverse=True)
        found[name] = {"atoms": atoms, "bytes per atom": spaces[space] / atoms,
                       "labels": labels[:15]}
        bench.keep("large", found)
        print(f"{atoms} atoms: {spaces[space] / atoms:.0f} bytes/atom of {space}; "
              + ", ".join(f"{label} {b:.0f}" for b, label in labels[:8]))


def drift(bench):
    """Total energy of a run of 20 ps at constant energy."""
    found = {}
    for precision in PRECISIONS:
        words = dict(bench.frame("300"), steps=20 if bench.rehearsal else 40000, timestep=0.0005,
                     style=bench.deepsea(precision))
        rows = thermo(bench.lmp(thermo=words["steps"] // 20, **words))
        picoseconds = (rows[-1][0] - rows[0][0]) * 0.0005
        atoms = loop_atoms(words)
        change = 1000.0 * (rows[-1][3] - rows[0][3]) / atoms / picoseconds
        spread = 1000.0 * statistics.pstdev(row[3] for row in rows) / atoms
        found[precision] = [change, spread, picoseconds]
        print(f"{precision}: total energy {change:.2g} meV/atom/ps in {picoseconds} ps, spread "
              f"{spread:.2g} meV/atom")
        bench.keep("drift", found)


def fmp(bench):
    """fmp/lbs/kk against LAMMPS' own styles with the same cutoff, in turn."""
    found = {}
    sizes = bench.sizes(["10k", "1M"])
    for size in ["1k"] if bench.rehearsal else sizes:
        times = {name: [] for name in CHARGED}
        for _ in range(1 if bench.rehearsal else 3):
            for name, (style, coeff, kspace) in CHARGED.items():
                words = dict(bench.frame(size), style=style, coeff=coeff, kspace=kspace,
                             warm=0 if bench.rehearsal else 10)
                times[name].append(loop(bench.lmp(**words))[0])
        found[size] = {name: statistics.median(t) for name, t in times.items()}
        print(f"{size}: " + ", ".join(f"{n} {t:.4g}" for n, t in found[size].items())
              + " us/atom/step")
        bench.keep("fmp", found)


# ---- table --------------------------------------------------------------------------------------

# Limits of the study and goals of the benchmark's model: double, mixed; small systems.
SPEEDS = (("0.11", "0.20"), ("0.04-0.06", "0.10"), ("5000; 4300", "4000; 3500"))


def cell(results, *path):
    """A number of the results, or that it is not there."""
    for name in path:
        try:
            results = results[name]
        except (KeyError, IndexError, TypeError):
            return "unmeasured"
    return f"{results:.3g}" if isinstance(results, float) else str(results)


def table(bench):
    r = bench.results
    card = cell(r, "of", "card") if bench.device == "gpu" else f"{bench.device}, a rehearsal"
    rows = []
    for name in (*SHIPPED, bench.model.name):
        large, mixed, small = SPEEDS if name == bench.model.name else 3 * [("", "")]
        rows += [(f"{name}, double, us/atom/step, 100 k and 1 M atoms", *large,
                  [cell(r, "speed", name, f"{s} double", 0) for s in ("100k", "1M")]),
                 ("mixed, the same", *mixed,
                  [cell(r, "speed", name, f"{s} mixed", 0) for s in ("100k", "1M")]),
                 ("300 and 1000 atoms, double, steps/s", *small,
                  [cell(r, "speed", name, f"{s} double", 1) for s in ("300", "1k")])]
    fit = [v for v in r.get("large", {}).values() if isinstance(v, dict)]
    most = max(fit, key=lambda v: v["atoms"], default={})
    rows.append(("largest system, atoms; bytes per atom", "1700 bytes", "50 M",
                 [cell(most, "atoms"), cell(most, "bytes per atom")]))
    for size in ("10k", "1M", "1k"):
        if size in r.get("fmp", {}) or size != "1k":
            rows.append((f"fmp/lbs dsf; coul/dsf; buck/coul/long, {size}, us/atom/step", "",
                         "equal", [cell(r, "fmp", size, name) for name in
                          ("fmp/lbs", "coul/dsf", "buck/coul/long")]))
    print(f"\n{card}\n\n.. csv-table::\n   :header: figure, limit of the study, goal, found\n")
    for name, limit, goal, found in rows:
        print(f"   \"{name}\", \"{limit}\", \"{goal}\", \"{'; '.join(found)}\"")
    names = [*STAGES, "others", "LAMMPS"]
    print(f"\n.. csv-table::\n   :header: us/atom, {', '.join(names)}, launches, products, copies, "
          "waits\n")
    for case, found in r.get("stages", {}).items():
        cells = [f"{found['us/atom'][n]:.3g}" for n in names]
        cells += [f"{n:.1f}" for n in found["a step"].values()]
        print(f"   \"{case}\", {', '.join(cells)}")


# In this order, each with its limit in seconds: correctness first, the table last.
STEPS = {"machine": (machine, 60), "tests": (tests, 240), "agree": (agree, 240),
         "ceilings": (ceilings, 60), "speed": (speed, 600), "stages": (stages, 180),
         "sanitize": (sanitize, 300), "chunks": (chunks, 120), "profile": (profile, 180),
         "large": (large, 400), "drift": (drift, 120), "fmp": (fmp, 180), "table": (table, 10)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("steps", nargs="*", metavar="STEP",
                        help=f"all of them by default: {' '.join(STEPS)}")
    parser.add_argument("--skip", nargs="+", default=[], choices=list(STEPS), metavar="STEP")
    parser.add_argument("--device", default="gpu", choices=["gpu", "host", "separate"])
    parser.add_argument("--work", type=pathlib.Path, default=HERE)
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--results", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=math.inf)
    args = parser.parse_args()
    if args.device != "gpu" and "LAMMPS_PLUGIN_PATH" not in os.environ:
        parser.error("a rehearsal wants the shell of a build: '. build/env.sh' first")
    for name in args.steps:
        if name not in STEPS:
            parser.error(f"there is no step {name}; there are {' '.join(STEPS)}")
    sys.stdout.reconfigure(line_buffering=True)    # for who sees only what was written in time
    end = time.monotonic() + args.seconds
    try:
        bench = Bench(args)
    except (Failed, OSError) as exc:
        sys.exit(f"the card or the model is missing: {exc}")
    failed = []
    for name in [n for n in STEPS if n in (args.steps or STEPS) and n not in args.skip]:
        work, limit = STEPS[name]
        start = time.monotonic()
        if start > end and name != "table":    # which takes none
            failed.append(name)
            print(f"---- {name} is put off: no time is left")
            continue
        print(f"---- {name}")
        bench.deadline = min(end, start + (10 * limit if bench.rehearsal else limit))
        try:
            work(bench)
        except Failed as exc:
            failed.append(name)
            print(f"{name} failed: {exc}")
        except Exception:    # pylint: disable=broad-exception-caught
            failed.append(name)    # the rest may still be worth its time
            traceback.print_exc(file=sys.stdout)
        print(f"---- {name}: {time.monotonic() - start:.1f} s")
    if failed:
        sys.exit("failed: " + " ".join(failed))


if __name__ == "__main__":
    main()
