#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make na-small.dp again: a small model for sodium borosilicate glass, in DeePMD-kit's format.

    make_sodium_model.py WORK [--steps 6000]      needs lmp with the plugin and `deepsea`; minutes

in.sodium with the two-body potential makes melts that cool, `deepsea train` learns their energies,
forces and virials, and `deepsea export` writes a .dp, as one gets it from DeePMD-kit by `dp
convert-backend`. One melt is kept for validation. The model shows the way and is not for science.
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "deepsea-first-run"))
import make_models    # noqa: E402

ELEMENTS = ["Na", "B", "O", "Si"]
MELTS = {"a": (12, 1.0), "b": (12, 0.97), "c": (12, 1.03), "d": (14, 1.0), "validation": (12, 1.0)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=6000)
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    make_models.ELEMENTS = ELEMENTS
    for seed, (name, (units, strain)) in enumerate(MELTS.items(), 1):
        variables = dict(n_Si=units, edge_factor=strain, seed=seed, out=work / name)
        words = [w for key, value in variables.items() for w in ("-var", key, str(value))]
        subprocess.run(["lmp", "-in", "in.sodium", "-log", "none", "-screen", "none", *words],
                       cwd=HERE, check=True)
        make_models.write_frames(work, name)
    # As for lithium, but with another element.
    text = (HERE.parent / "make-potential" / "input.json").read_text()
    settings = json.loads(text.replace('"Li"', '"Na"'))
    training = settings["training"]
    training["training_data"]["systems"] = [str(work / "data" / name) for name in list(MELTS)[:-1]]
    training["validation_data"]["systems"] = str(work / "data" / "validation")
    training.update(numb_steps=options.steps, disp_freq=500, save_ckpt="na")
    (work / "input.json").write_text(json.dumps(settings, indent=1))
    subprocess.run(["deepsea", "train", "input.json"], cwd=work, check=True)
    subprocess.run(["deepsea", "export", work / "na.pt", HERE / "na-small.dp", "--force"],
                   check=True)


if __name__ == "__main__":
    main()
