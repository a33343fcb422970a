#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Train the models that settings.json names, and put their errors beside their speed.

    models.py train NAME... [--work work-models] [--data DIR...] [--valid DIR...] [--threads N]
    models.py table NAME... [--work work-models] --test TITLE=DIR... [--glass DATA] [--lmp lmp]
                            [--picture FILE.png]

`train` writes WORK/NAME/input.json from "models" in settings.json and runs `deepsea train` there;
after a stop it goes on from the checkpoint, with the settings and data it began with. A model that
says "like" another takes from it what it does not say itself. `table` prints a row a model: mean
absolute errors against each set of frames (by `deepsea test`; energies after one constant for each
element) and the time of an atom and a step of molecular dynamics (us, one thread, mixed and double)
in the glass of a LAMMPS data file; --picture draws the errors over the times of mixed precision
(Matplotlib).
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

import lammps_run
import npy_sets

HERE = os.path.dirname(os.path.abspath(__file__))


def model_of(settings, name):
    """The entry of "models" with what it inherits by "like"."""
    models = settings["models"]
    if name not in models:
        sys.exit(f"no model {name}; the settings have {' '.join(sorted(models))}")
    entry = dict(models[name])
    if "like" in entry:
        entry = {**model_of(settings, entry.pop("like")), **entry}
    return entry


def training_input(settings, name, data, valid):
    """Contents of input.json for `deepsea train`, with paths to the frames made absolute."""
    entry = model_of(settings, name)
    loss = settings["loss"]
    seed = entry["seed"]
    precision = {"precision": entry.get("precision", "float32")}
    descriptor = {"type": "se_e2_a", "sel": "auto", "seed": seed, **precision}
    for key in ("rcut", "rcut_smth", "neuron", "axis_neuron", "type_one_side"):
        descriptor[key] = entry[key]
    text = {
        "model": {
            "type_map": settings["elements"],
            "descriptor": descriptor,
            "fitting_net": {"neuron": entry["fitting"], "resnet_dt": True, **precision},
        },
        "learning_rate": {"type": "cosine", "start_lr": entry["start_lr"], "stop_lr": 1e-6},
        "loss": {**loss, **entry.get("loss", {})},
        "training": {
            "training_data": {"systems": [os.path.abspath(d) for d in data],
                              "batch_size": entry.get("batch_size", 1)},
            "validation_data": {"systems": [os.path.abspath(d) for d in valid]},
            "numb_steps": entry["steps"], "disp_freq": 1000, "save_freq": 1000, "seed": seed,
        },
    }
    if "optimizer" in entry:
        text["optimizer"] = entry["optimizer"]
    return text


def is_trained(folder):
    """Whether a training has come to its last step: one that was stopped leaves a model, too."""
    if not os.path.exists(f"{folder}/model.pt"):
        return False
    steps = json.load(open(f"{folder}/input.json"))["training"]["numb_steps"]
    return int(open(f"{folder}/lcurve.out").read().splitlines()[-1].split()[0]) >= steps


def train(settings, options):
    for name in options.names:
        folder = f"{options.work}/{name}"
        os.makedirs(folder, exist_ok=True)
        if is_trained(folder):
            print(f"{name} is trained; remove {folder} to train it again")
            continue
        words = ["deepsea", "train", "input.json"]
        text = training_input(settings, name, options.data, options.valid)
        if os.path.exists(f"{folder}/model.ckpt"):
            if json.load(open(f"{folder}/input.json")) != text:
                sys.exit(f"{folder} was begun with other settings or data, see its input.json; "
                         "go on with those, or remove it to train anew")
            words.append("--restart")
        else:
            with open(f"{folder}/input.json", "w") as out:
                json.dump(text, out, indent=1)
        start = model_of(settings, name).get("start")
        if start and "--restart" not in words:
            words += ["--start", os.path.abspath(f"{options.work}/{start}/model.pt"),
                      "--shift-energies"]
        environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
        done = subprocess.run(words, cwd=folder, env=environment)
        if done.returncode != 0:
            sys.exit(f"deepsea train ended with {done.returncode} in {folder}")


def errors(model, frames, elements):
    """Mean absolute errors: of force components (eV/A), of those of each element, and of the energy
    an atom (eV) after one constant for each element; ends the program if these are too few to tell.
    """
    with tempfile.TemporaryDirectory() as folder:
        said = lammps_run.deepsea("test", model, frames, "--parity", f"{folder}/parity")
        rows = [line.split() for line in open(f"{folder}/parity") if line[0].isdigit()]
    total = said["total"]["errors"][0]
    energy = {(row[1], row[2]): float(row[7]) - float(row[6]) for row in rows
              if row[5] == "energy"}
    atoms = {frame: np.zeros(len(elements)) for frame in energy}
    for row in rows:
        if row[5] == "fx" and (row[1], row[2]) in energy:
            atoms[row[1], row[2]][elements.index(row[4])] += 1
    shares = np.array(list(atoms.values()))
    shares /= shares.sum(axis=1, keepdims=True)
    by_element = {e: found["mae"] for e, found in total["force_of"].items()}
    try:
        error = npy_sets.error_after_constants(shares, np.array(list(energy.values())))
    except ValueError as reason:
        sys.exit(f"{frames}: {reason}; test on more frames")
    return total["force"]["mae"], by_element, error


def microseconds(model, glass, precision, elements, lmp):
    """Time of an atom and a step by one thread, in microseconds."""
    with tempfile.TemporaryDirectory() as folder:
        words = {"model": os.path.abspath(model), "data": os.path.abspath(glass),
                 "precision": precision, "elements": " ".join(elements)}
        log = lammps_run.run("in.speed", folder, lmp, words, threads=1).splitlines()
        words = [line for line in log if line.startswith("Loop time")][-1].split()
        return 1e6 * float(words[3]) / (int(words[8]) * int(words[11]))


def table(settings, options):
    elements = settings["elements"]
    tests = [text.split("=", 1) for text in options.test]
    title = f"{'model':14s}"
    for name, _ in tests:
        title += f" | {name}: force (eV/A) {' '.join(f'{e:>6s}' for e in elements)}  meV/atom"
    print(title + (" | us mixed, double" if options.glass else ""))
    points = []
    for name in options.names:
        model = f"{options.work}/{name}/model.pt"
        forces = []
        row = f"{name:14s}"
        for _, frames in tests:
            force, by_element, energy = errors(model, frames, elements)
            forces.append(force)
            words = " ".join(f"{by_element.get(e, np.nan):6.3f}" for e in elements)
            row += f" | {force:.4f} {words} {1e3 * energy:6.2f}"
        if options.glass:
            times = [microseconds(model, options.glass, p, elements, options.lmp)
                     for p in ("mixed", "double")]
            row += f" | {times[0]:.2f} {times[1]:.2f}"
            points.append((name, times[0], forces))
        print(row, flush=True)
    if options.picture:
        draw(points, [title for title, _ in tests], options.picture)


def draw(points, titles, path):
    """Force errors over times: `points` are (model, us, errors against each of `titles`)."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(7.6, 4.0))
    for n, (name, x, forces) in enumerate(points):
        for k, title in enumerate(titles):
            label = name if len(titles) == 1 else f"{name}, {title}"
            axes.plot(x, forces[k], "os^v"[k % 4], color=f"C{n % 10}", label=label,
                      markerfacecolor="none" if n >= 10 else None)
    axes.set(xlabel="time of an atom and a step (us, one core, mixed precision)",
             ylabel="mean error of a force component (eV/A)", xscale="log")
    if len(titles) == 1:
        axes.set_title(titles[0], fontsize=9)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("train", "table"))
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--settings", default=f"{HERE}/settings.json")
    parser.add_argument("--work", default="work-models")
    parser.add_argument("--data", nargs="+", default=[], help="frames to train on")
    parser.add_argument("--valid", nargs="+", default=[], help="frames to validate on")
    parser.add_argument("--test", nargs="+", default=[], metavar="TITLE=DIR")
    parser.add_argument("--glass", help="LAMMPS data file, to take times in")
    parser.add_argument("--picture", help="file for the picture; needs --glass and --test")
    parser.add_argument("--lmp", default="lmp")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if options.picture and not (options.glass and options.test):
        parser.error("--picture needs --glass and --test")
    for test in options.test:
        if "=" not in test:
            parser.error(f"--test {test}: has no title; write TITLE={test}")
    settings = npy_sets.read_settings(options.settings)
    {"train": train, "table": table}[options.action](settings, options)


if __name__ == "__main__":
    main()
