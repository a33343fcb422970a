#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make the reference numbers for the tests of `deepsea train`.

usage: make_training.py OUTDIR

Needs deepmd-kit with both back ends; `dp` must lie beside the Python that runs this.
OUTDIR receives
  data/SYSTEM/       two systems of random frames with random labels (deepmd/npy)
  CASE/input.json    the input of `dp train`; the data are named as they lie in OUTDIR
  CASE/start.dp      the model it begins with: random weights, deepmd-kit's own statistics
  CASE/gradient.npy  of the first batch's loss by all weights, by the PyTorch back end, as long as
                     gradient_max_norm lets it
  CASE/step1.npy, step10.npy     the weights after so many steps of its trainer
  keys.json          all keys of an input for se_e2_a that deepmd-kit knows, as paths
  schedules.json     learning rates of several sections "learning_rate" at all steps of a run
  CASE/numbers.json  what the trainer's loss saw at each step: learning rate, loss, and errors
"tensorflow" is by TensorFlow's trainer, all others by PyTorch's; it has no gradient and no numbers.
Weights are in the order of the package's ParameterLayout: embedding nets by center and neighbor
(one-sided: by neighbor), then fitting nets; of each layer weight, bias, timestep. A batch holds all
frames of a system, so that their order does not matter.

The PyTorch back end rounds 1/N of the energy and virial terms and all prefactors to single
precision (6e-8 of the loss), which is undone here; and its version 3.2.0 cannot use atom_pref, for
the weights come once an atom and not once a component.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

for key in ("OMP_NUM_THREADS", "DP_INTRA_OP_PARALLELISM_THREADS",
            "DP_INTER_OP_PARALLELISM_THREADS"):
    os.environ.setdefault(key, "1")

import numpy as np
import torch
from deepmd.dpmodel.utils.serialization import load_dp_model, save_dp_model
from deepmd.pt.entrypoints.main import get_trainer
from deepmd.dpmodel.utils.learning_rate import make_learning_rate_schedule
from deepmd.utils import argcheck
from deepmd.utils.argcheck import normalize

torch.set_default_dtype(torch.float64)    # of 1/N

TYPES = ["B", "O"]
STEPS = 10


def settings(systems, descriptor, fitting, rate, loss, **optimizer):
    return {
        "model": {
            "type_map": TYPES,
            "descriptor": {"type": "se_e2_a", "sel": [20, 30], "rcut": 4.0, "rcut_smth": 2.0,
                           "neuron": [4, 8], "axis_neuron": 3, "seed": 7, **descriptor},
            "fitting_net": {"neuron": [10, 10], "seed": 8, **fitting}},
        "learning_rate": rate,
        "loss": {"type": "ener", **loss},
        "optimizer": optimizer,
        "training": {"training_data": {"systems": systems, "batch_size": 3}, "numb_steps": STEPS,
                     "disp_freq": 1, "save_freq": STEPS, "seed": 9}}


CASES = {
    "virial_two": settings(
        ["../data/large"], {"type_one_side": False}, {"resnet_dt": True},
        {"type": "exp", "start_lr": 0.002, "stop_lr": 1e-5, "decay_steps": 3},
        {"start_pref_e": 0.2, "limit_pref_e": 1, "start_pref_f": 100, "limit_pref_f": 1,
         "start_pref_v": 0.02, "limit_pref_v": 1}, type="Adam"),
    "weighted_one": settings(
        ["../data/small"], {"type_one_side": True, "resnet_dt": True, "exclude_types": [[0, 0]],
                            "activation_function": "gelu", "set_davg_zero": True},
        {"resnet_dt": False, "activation_function": "silu"},
        {"type": "cosine", "start_lr": 0.003, "stop_lr": 1e-4, "warmup_steps": 4,
         "warmup_start_factor": 0.25},
        {"start_pref_e": 1, "limit_pref_e": 2, "start_pref_f": 10, "limit_pref_f": 1,
         "start_pref_pf": 5, "limit_pref_pf": 1},
        type="Adam", weight_decay=0.02, adam_beta1=0.8, adam_beta2=0.99),
    "decay": settings(
        ["../data/large"], {"type_one_side": False}, {"resnet_dt": True},
        {"type": "exp", "start_lr": 0.002, "stop_lr": 5e-4, "decay_steps": 2, "decay_rate": 0.6},
        {"start_pref_e": 0.2, "limit_pref_e": 1, "start_pref_f": 100, "limit_pref_f": 1},
        type="AdamW", weight_decay=0.05)}
CASES["decay"]["training"]["gradient_max_norm"] = 2.0
CASES["tensorflow"] = json.loads(json.dumps(CASES["virial_two"]))
CASES["tensorflow"]["loss"].update(start_pref_pf=5, limit_pref_pf=1)
CASES["tensorflow"]["training"]["training_data"]["systems"] = ["../data/small"]
# For its statistics alone: a batch is of one system, and it is not known which comes first.
CASES["two_systems"] = json.loads(json.dumps(CASES["virial_two"]))
CASES["two_systems"]["training"]["training_data"]["systems"].append("../data/small")


def positions(random, atoms, cell):
    """Places in the cell, none closer to another or its images than 1 A."""
    shifts = np.array([[i, j, k] for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)])
    chosen = []
    while len(chosen) < atoms:
        place = random.random(3) @ cell
        images = [other + shift @ cell for other in chosen for shift in shifts]
        if all(np.linalg.norm(place - image) > 1.2 for image in images):
            chosen.append(place)
    return np.array(chosen)


def write_system(folder, types, frames, random, weights):
    cell = np.array([[5.0, 0.2, 0.0], [0.0, 5.5, 0.3], [-0.4, 0.0, 5.2]])
    atoms = len(types)
    (folder / "set.000").mkdir(parents=True, exist_ok=True)
    np.savetxt(folder / "type.raw", types, fmt="%d")
    (folder / "type_map.raw").write_text("\n".join(TYPES) + "\n")
    arrays = {
        "coord": np.array([positions(random, atoms, cell).ravel() for _ in range(frames)]),
        "box": np.tile(cell.ravel(), (frames, 1)),
        "energy": random.normal(-5.0 * atoms, 0.3 * atoms, frames),
        "force": random.normal(0.0, 1.0, (frames, 3 * atoms)),
        "virial": random.normal(0.0, 0.3 * atoms, (frames, 9))}
    if weights:
        arrays["atom_pref"] = random.choice([0.0, 0.5, 2.0], (frames, atoms))
    for name, array in arrays.items():
        np.save(folder / "set.000" / name, array)


def row(model):
    """All weights of a serialized model in the order of ParameterLayout."""
    descriptor, fitting = model["descriptor"], model["fitting"]
    nets = descriptor["embeddings"]["networks"]
    if not descriptor["type_one_side"]:    # there the type of the center runs fastest
        nets = [nets[a + len(TYPES) * b] for a in range(len(TYPES)) for b in range(len(TYPES))]
    parts = []
    for net in nets + fitting["nets"]["networks"]:
        for layer in net["layers"]:
            for name in ("w", "b", "idt"):
                if layer["@variables"].get(name) is not None:
                    parts.append(np.asarray(layer["@variables"][name]).ravel())
    return np.concatenate(parts)


def by_pytorch(case, settings):
    config = normalize(json.loads(json.dumps(settings)))
    trainer = get_trainer(config)
    model = trainer.wrapper.model["Default"]
    start = model.serialize()
    save_dp_model("start.dp", {"model": start, "model_def_script": config["model"]})
    if case == "two_systems":
        return
    found = []
    loss = trainer.wrapper.loss["Default"]
    forward = loss.forward

    def watched(input_dict, model, label, natoms, learning_rate, mae=False):
        label = {k: float(v) if k.startswith("find_") else v for k, v in label.items()}
        if "atom_pref" in label:
            label["atom_pref"] = label["atom_pref"].repeat_interleave(3, -1)
        out = forward(input_dict, model, label, natoms, learning_rate, mae)
        if torch.is_grad_enabled():
            found.append({"rate": learning_rate, "loss": out[1].item(),
                          **{k: v.item() for k, v in out[2].items()}})
        return out

    loss.forward = watched
    optimizer_step = trainer.optimizer.step
    count = [0]

    def step(*words, **more):
        if count[0] == 0:
            # Gradients in the place of weights, to have them in the same order.
            kept = {k: v.detach().clone() for k, v in model.named_parameters()}
            for name, parameter in model.named_parameters():
                parameter.data = torch.zeros_like(parameter) if parameter.grad is None \
                    else parameter.grad.detach().clone()
            np.save("gradient.npy", row(model.serialize()))
            for name, parameter in model.named_parameters():
                parameter.data = kept[name]
        out = optimizer_step(*words, **more)
        count[0] += 1
        if count[0] in (1, STEPS):
            np.save(f"step{count[0]}.npy", row(model.serialize()))
        return out

    trainer.optimizer.step = step
    trainer.run()
    pathlib.Path("numbers.json").write_text(json.dumps(found, indent=1) + "\n")


def by_tensorflow(settings):
    """The same by TensorFlow's trainer, from its own random weights."""
    dp = str(pathlib.Path(sys.executable).parent / "dp")
    here = pathlib.Path.cwd()

    def train(folder, name, steps, factor, *begin):
        mine = json.loads(json.dumps(settings))
        rate = mine["learning_rate"]    # the same rates in a shorter run
        rate["decay_rate"] = float(np.exp(np.log(rate["stop_lr"] / rate["start_lr"])
                                          / (STEPS / rate["decay_steps"])))
        rate["start_lr"] *= factor
        rate["stop_lr"] *= factor
        mine["training"]["numb_steps"] = steps
        mine["training"]["save_freq"] = steps
        mine["training"]["training_data"]["systems"] = [
            str((here / system).resolve())
            for system in mine["training"]["training_data"]["systems"]]
        pathlib.Path(folder, "input.json").write_text(json.dumps(mine))
        for words in (["--tf", "train", "input.json", *begin],
                      ["--tf", "freeze", "-o", f"{name}.pb"],
                      ["convert-backend", f"{name}.pb", f"{name}.dp"]):
            done = subprocess.run([dp, *words], cwd=folder, text=True, capture_output=True,
                                  check=False)
            if done.returncode != 0:
                sys.exit(done.stdout + done.stderr)
        return load_dp_model(str(pathlib.Path(folder, f"{name}.dp")))

    with tempfile.TemporaryDirectory() as folder:
        # A step at no rate, for only what was trained can be frozen.
        save_dp_model("start.dp", train(folder, "start", 1, 1e-30))
        for steps in (1, STEPS):
            end = train(folder, f"end{steps}", steps, 1.0, "--init-frz-model", "start.pb")
            np.save(f"step{steps}.npy", row(end["model"]))


def known_keys():
    """Paths of the keys, other names included, of the variants that this package has."""
    chosen = {"model/type": "standard", "model/descriptor/type": "se_e2_a",
              "model/fitting_net/type": "ener", "loss/type": "ener"}
    several = {"learning_rate/type": ("exp", "cosine", "wsd"), "optimizer/type": ("Adam", "AdamW")}
    found = set()

    def add(arguments, path):
        for argument in arguments:
            for name in (argument.name, *(argument.alias or ())):
                found.add(path + name)
            # What is in a section that is refused or ignored as a whole does not matter.
            if path + argument.name not in (
                    "nvnmd", "validating", "training/mixed_precision", "model/spin",
                    "model/compress", "model/type_embedding", "model/modifier"):
                follow(argument, path + argument.name + "/")

    def follow(argument, path):
        add(argument.sub_fields.values(), path)
        for variant in argument.sub_variants.values():
            flag = path + variant.flag_name
            if flag in chosen or flag in several:
                found.add(flag)
                for name in several.get(flag, (chosen.get(flag),)):
                    add(variant.choice_dict[name].sub_fields.values(), path)
                    follow(variant.choice_dict[name], path)

    top = argcheck.gen_args()
    add(top, "")
    return sorted(found)


def schedules():
    """Sections "learning_rate" with the rates that deepmd-kit makes of them."""
    base = {"start_lr": 0.002, "stop_lr": 1e-5}
    given = [
        (30, {"type": "exp", **base, "decay_steps": 7}),
        (30, {"type": "exp", **base, "decay_steps": 7, "decay_rate": 0.4, "warmup_steps": 5}),
        (30, {"type": "exp", **base, "decay_steps": 7, "smooth": True}),
        (30, {"type": "exp", **base, "decay_steps": 5000}),
        (320, {"type": "exp", **base, "decay_steps": 5000}),
        (1200, {"type": "exp", **base, "decay_steps": 5000}),
        (30, {"type": "cosine", **base, "warmup_ratio": 0.21, "warmup_start_factor": 0.1}),
        (30, {"type": "cosine", "start_lr": 0.002, "stop_lr_ratio": 0.3}),
        (30, {"type": "wsd", **base, "warmup_steps": 3}),
        (30, {"type": "wsd", **base, "decay_phase_ratio": 0.5, "decay_type": "cosine"}),
        (30, {"type": "wsd", **base, "decay_phase_ratio": 0.55, "decay_type": "linear"})]
    made = []
    for steps, section in given:
        schedule = make_learning_rate_schedule(section, steps)
        every = max(1, steps // 30)
        made.append({"steps": steps, "learning_rate": section, "every": every,
                     "rates": [float(schedule.value(step)) for step in range(0, steps, every)]})
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("outdir", type=pathlib.Path)
    out = parser.parse_args().outdir.resolve()
    random = np.random.default_rng(3)
    write_system(out / "data/small", [0, 0, 1, 1, 1, 1, 0], 3, random, True)
    write_system(out / "data/large", [0, 1, 1, 1, 0, 1, 1, 1, 1], 3, random, False)
    for name, made in (("keys", known_keys()), ("schedules", schedules())):
        (out / f"{name}.json").write_text(json.dumps(made, indent=1) + "\n")
    for case, given in CASES.items():
        (out / case).mkdir(exist_ok=True)
        os.chdir(out / case)
        text = json.dumps(given, indent=1)
        pathlib.Path("input.json").write_text(text + "\n")
        if case == "tensorflow":
            by_tensorflow(given)
        else:
            by_pytorch(case, given)
        for name in ("lcurve.out", "checkpoint", "out.json", "input_v2_compat.json"):
            pathlib.Path(name).unlink(missing_ok=True)
        for path in pathlib.Path(".").glob("model.ckpt*"):
            path.unlink()


if __name__ == "__main__":
    main()
