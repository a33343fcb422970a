#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make the reference models, frames and numbers for the tests of `pair_style deepsea`.

usage: make_reference.py OUTDIR [--glass LAMMPS.data]

Needs deepmd-kit (PyTorch back end; the tiny .pb also needs its TensorFlow back end).
Nothing is trained: small se_e2_a models get random weights from fixed seeds, davg and dstd come
from the frames by deepmd-kit's own statistics, and the last layer is scaled to an rms force of 1.
OUTDIR receives
  frames.json     the frames; kept if it exists, else made (--glass: a LAMMPS data file with
                  atom_style charge and types Li B O Si, from which the frame "glass" is cut)
  NAME.dp         each model in deepmd-kit's native format; NAME.pth for those in PTH
  NAME.json       energy, forces, virial, atomic energies and virials on every frame whose
                  elements the model knows (eV, Angstrom; shortest text that reads back exactly)
  refuse_*        models which a converter must refuse by name
  atom_ener.dp, atom_ener_compressed.pth    one model, as it is and with tables
Energies and forces are in double precision from the PyTorch back end (frozen model, DeepPot);
the energies of the NumPy back end must agree to 1e-12.  A float32 model is evaluated with its own
weights in double ("frames") and as deepmd-kit evaluates it ("frames_native").
Virial: v[3*a+b] = sum of F_a x_b.  Atomic virial: the whole pair term sits on the neighbor.
"""
import argparse
import itertools
import json
import os
import tempfile
import zipfile

for key in ("OMP_NUM_THREADS", "DP_INTRA_OP_PARALLELISM_THREADS",
            "DP_INTER_OP_PARALLELISM_THREADS"):
    os.environ.setdefault(key, "1")

import numpy as np
import torch
import deepmd
from deepmd.dpmodel.descriptor.se_e2_a import DescrptSeA
from deepmd.dpmodel.fitting.ener_fitting import EnergyFittingNet
from deepmd.dpmodel.model.ener_model import EnergyModel
from deepmd.dpmodel.model.model import get_model
from deepmd.dpmodel.utils.serialization import load_dp_model, save_dp_model
from deepmd.infer import DeepPot
from deepmd.pt.entrypoints.compress import enable_compression
from deepmd.pt.model.model.model import BaseModel
from deepmd.pt.utils.serialization import deserialize_to_file, serialize_from_file

LBOS = ["Li", "B", "O", "Si"]
BIAS = {"Li": -0.31, "B": 0.47, "O": -0.83, "Si": 0.62}     # fitting: bias_atom_e
SHIFT = {"Li": 0.11, "B": -0.23, "O": 0.17, "Si": -0.05}    # atomic model: out_bias
PTH = ("tanh_two", "gelu_one", "two_types", "model_exclusions")

# name: what the model is.  emb and fit are (widths, activation, resnet_dt).
# sel "exact" takes the largest neighbor count over the frames; bare_nets keeps the weights of
# excluded two-sided nets, as deepmd-kit's PyTorch back end does (its NumPy one zeroes them).
# gain < 1 keeps softplus below 20, where PyTorch replaces softplus(x) by x (2e-9 off).
MODELS = {
    "tanh_two": dict(
        types=LBOS, rc=(5.8, 6.0), sel=[34, 42, 60, 22], one_side=False, axis=4,
        emb=([4, 8, 16], "tanh", False), fit=([12, 12, 12], "tanh", True)),
    "gelu_one": dict(
        types=LBOS, rc=(0.5, 4.0), sel=[14, 15, 24, 10], one_side=True, axis=3, davg_zero=True,
        emb=([2, 4, 4, 8], "gelu", True), fit=([16, 16, 16], "silu", True)),
    "exclude_two": dict(
        types=LBOS, rc=(2.0, 4.5), sel=[18, 20, 30, 12], one_side=False, axis=3, bare_nets=True,
        emb=([4, 8, 12], "sigmoid", False), fit=([12, 12], "tanh", False),
        exclude=[[0, 3], [1, 1]]),
    "exclude_one": dict(
        types=LBOS, rc=(2.0, 4.5), sel=[18, 20, 30, 12], one_side=True, axis=4,
        emb=([6, 12, 24], "relu", False), fit=([16, 10, 20], "softplus", True),
        exclude=[[0, 0], [2, 3]]),
    "float32": dict(
        types=LBOS, rc=(3.0, 5.0), sel=[24, 26, 38, 16], one_side=True, axis=4,
        precision="float32", emb=([6, 12, 24], "tanh", False), fit=([16, 16, 16], "tanh", True)),
    "two_types": dict(
        types=["O", "B"], rc=(1.0, 4.5), sel="exact", one_side=False, axis=3,
        emb=([5, 10, 15], "silu", True), fit=([12, 24, 24, 10], "sigmoid", True)),
    "linear_softplus": dict(
        types=LBOS, rc=(1.5, 4.2), sel=[16, 16, 26, 10], one_side=True, axis=3, davg_zero=True,
        emb=([1, 2, 4], "linear", False), fit=([12, 24, 7], "softplus", True), gain=0.3),
    "pair_exclusions": dict(
        types=LBOS, rc=(2.5, 4.5), sel=[18, 20, 30, 12], one_side=False, axis=2, davg_zero=True,
        emb=([3, 6, 6], "gelu_tf", True), fit=([12, 6], "none", False), protection=0.1,
        pair_exclude=[[0, 1], [3, 3]]),
    "atom_ener_relu6": dict(
        types=LBOS, rc=(1.0, 4.2), sel=[16, 16, 26, 10], one_side=True, axis=3,
        emb=([3, 3, 6], "relu6", False), fit=([9, 9], "gelu_tf", True), protection=0.02,
        atom_ener=[1.5, None, -0.4, None]),
    "model_exclusions": dict(
        types=LBOS, rc=(2.5, 4.5), sel=[18, 20, 30, 12], one_side=False, axis=2,
        emb=([1, 1, 3], "relu6", True), fit=([9, 9], "gelu_tf", True),
        pair_exclude=[[0, 1], [3, 3]], atom_exclude=[3]),
    "silut_one": dict(
        types=LBOS, rc=(2.5, 4.5), sel=[18, 20, 30, 12], one_side=True, axis=2,
        emb=([3, 6, 7], "silut:1.5", False), fit=([12, 6], "none", False), gain=1.5),
    "wide_two": dict(    # more channels than such smooth nets need
        types=LBOS, rc=(2.0, 4.5), sel=[18, 20, 30, 12], one_side=False, axis=4,
        emb=([8, 72], "tanh", False), fit=([12, 12], "tanh", True), gain=0.3),
}


def images(cell, reach):
    """All lattice shifts that can bring an image within reach of the cell's atoms."""
    if cell is None:
        return np.zeros((1, 3))
    height = abs(np.linalg.det(cell)) / np.linalg.norm(
        np.cross(np.roll(cell, -1, 0), np.roll(cell, -2, 0)), axis=1)
    span = [range(-m, m + 1) for m in (np.ceil(reach / height) + 1).astype(int)]
    return np.array(list(itertools.product(*span))) @ cell


def distances(x, cell, reach):
    """Distances [i][j][image]; an atom's distance to itself is infinite."""
    shift = images(cell, reach)
    r = np.linalg.norm(x[None, :, None] + shift[None, None] - x[:, None, None], axis=-1)
    r[r < 1e-9] = np.inf
    return r


def push_apart(x, cell, dmin, steps=400):
    """Move atoms closer than dmin apart, a little per step."""
    shift = images(cell, dmin)
    for _ in range(steps):
        d = x[None, :, None] + shift[None, None] - x[:, None, None]
        r = np.linalg.norm(d, axis=-1)
        r[r < 1e-9] = np.inf
        gap = np.clip(dmin - r, 0, None)
        x = x - 0.25 * (d * (gap / r)[..., None]).sum((1, 2))
    return x if cell is None else (x @ np.linalg.inv(cell) % 1.0) @ cell


def read_glass(path, natoms):
    """A cube with about natoms atoms from the corner of a glass, closed periodically."""
    with open(path) as file:
        lines = file.read().split("\n")
    side = next(float(s.split()[1]) for s in lines if s.endswith("xlo xhi"))
    total = next(int(s.split()[0]) for s in lines if s.endswith(" atoms"))
    first = next(k for k, s in enumerate(lines) if s.startswith("Atoms")) + 2
    rows = np.array([s.split()[:6] for s in lines[first:first + total]], float)
    rows = rows[np.argsort(rows[:, 0])]
    rows = rows[np.random.default_rng(3).permutation(total)]    # mix the types
    x = rows[:, 3:6] % side
    cut = side * (natoms / total) ** (1 / 3)
    keep = (x < cut).all(1)
    cell = np.eye(3) * round(cut, 3)
    return push_apart(x[keep], cell, 1.5), [LBOS[int(t) - 1] for t in rows[keep, 1]], cell


def make_frames(glass):
    """The frames: glass, triclinic, two cells smaller than the cutoffs, two clusters."""
    rng = np.random.default_rng(7)
    frames = {}

    def add(name, x, elements, cell):
        frames[name] = dict(elements=elements, positions=np.round(x, 6).tolist(),
                            cell=None if cell is None else np.round(cell, 6).tolist())

    add("glass", *read_glass(glass, 100))
    cell = np.array([[8.2, 0, 0], [2.3, 7.6, 0], [-1.9, 2.7, 7.9]])
    x = push_apart(rng.uniform(0, 1, (42, 3)) @ cell, cell, 1.7)
    add("triclinic", x, (["O", "B", "O"] * 14)[:42], cell)
    cell = np.diag([3.6, 3.3, 4.1])
    add("small", push_apart(rng.uniform(0, 1, (5, 3)) @ cell, cell, 1.75),
        ["Li", "B", "O", "O", "Si"], cell)
    cell = np.array([[3.9, 0, 0], [0.8, 3.3, 0], [-0.6, 0.5, 3.7]])
    add("small_bo", push_apart(rng.uniform(0, 1, (5, 3)) @ cell, cell, 1.75),
        ["B", "O", "B", "O", "O"], cell)
    x = push_apart(rng.uniform(0, 5.5, (12, 3)), None, 1.6)
    x = np.vstack([x, [17.3, 2.1, 3.4]])    # the only Si has no neighbor at all
    add("cluster", x, ["O", "Li", "O", "B", "O", "Li", "B", "O", "O", "B", "Li", "O", "Si"], None)
    x = push_apart(rng.uniform(0, 4.5, (8, 3)), None, 1.6)
    add("cluster_bo", np.vstack([x, [-9.2, 1.0, 14.0]]), ["O", "B"] * 4 + ["O"], None)
    return frames


def arrays(frame, types):
    """Positions, cell (or None) and type indices of a frame; None where an element is unknown."""
    if not set(frame["elements"]) <= set(types):
        return None
    cell = None if frame["cell"] is None else np.array(frame["cell"])
    return np.array(frame["positions"]), cell, np.array([types.index(e) for e in frame["elements"]])


def fill(network, rng, dtype, gain):
    """Random weights of order gain/sqrt(fan-in), biases of order 0.1, time steps around 0.6."""
    for layer in network.layers:
        fan_in, width = layer.w.shape
        layer.w = (gain * rng.normal(size=(fan_in, width)) / np.sqrt(fan_in)).astype(dtype)
        layer.b = (0.1 * rng.normal(size=width)).astype(dtype)
        if layer.idt is not None:
            layer.idt = rng.uniform(0.3, 0.9, width).astype(dtype)


def as_double(data):
    """The same model with every array and every precision in double."""
    if isinstance(data, dict):
        return {k: as_double(v) for k, v in data.items()}
    if isinstance(data, list):
        return [as_double(v) for v in data]
    if isinstance(data, np.ndarray) and data.dtype == np.float32:
        return data.astype(np.float64)
    return "float64" if isinstance(data, str) and data == "float32" else data


def neighbor_counts(frames, types, rcut):
    """Largest number of neighbors of each type; no pair may sit on the cutoff itself."""
    most = np.zeros(len(types), int)
    for name, frame in frames.items():
        data = arrays(frame, types)
        if data is None:
            continue
        r = distances(data[0], data[1], rcut)
        assert abs(r - rcut).min() > 1e-5, (name, "a pair at the cutoff")
        near = (r < rcut).sum(-1)
        most = np.maximum(most, [near[:, data[2] == t].sum(1).max(initial=0)
                                 for t in range(len(types))])
    return most


def build(name, spec, frames):
    """Serialized model (the tree that save_dp_model writes) and its largest neighbor counts."""
    rng = np.random.default_rng([2026, list(MODELS).index(name)])
    types, precision, (smooth, rcut) = spec["types"], spec.get("precision", "float64"), spec["rc"]
    most = neighbor_counts(frames, types, rcut)
    sel = most.tolist() if spec["sel"] == "exact" else spec["sel"]
    assert (np.array(sel) >= most).all(), (name, "sel", sel, "is less than", most)
    widths, activation, timestep = spec["emb"]
    exclude = spec.get("exclude", [])
    options = dict(
        rcut=rcut, rcut_smth=smooth, sel=sel, neuron=widths, axis_neuron=spec["axis"],
        resnet_dt=timestep, type_one_side=spec["one_side"], exclude_types=exclude,
        set_davg_zero=spec.get("davg_zero", False), activation_function=activation,
        precision=precision, env_protection=spec.get("protection", 0.0))
    fit_options = dict(neuron=spec["fit"][0], activation_function=spec["fit"][1],
                       resnet_dt=spec["fit"][2], precision=precision,
                       atom_ener=spec.get("atom_ener", []))
    descriptor = DescrptSeA(**options, type_map=types)
    fitting = EnergyFittingNet(len(types), widths[-1] * spec["axis"], type_map=types, **fit_options)
    for net in descriptor.embeddings._networks + fitting.nets._networks:
        fill(net, rng, precision, spec.get("gain", 1.0))
    known = [d for d in (arrays(f, types) for f in frames.values()) if d is not None]
    descriptor.compute_input_stats([
        dict(coord=x[None], atype=atype[None], box=cell.reshape(1, 9))
        for x, cell, atype in known if cell is not None])
    fitting.bias_atom_e[:, 0] = [BIAS[t] for t in types]
    excluded = dict(pair_exclude_types=spec.get("pair_exclude", []),
                    atom_exclude_types=spec.get("atom_exclude", []))
    model = EnergyModel(descriptor, fitting, type_map=types, **excluded)
    model.atomic_model.out_bias[0, :, 0] = [SHIFT[t] for t in types]
    model.atomic_model.out_std[0, :, 0] = 0.7       # not part of an energy: must be ignored
    if spec.get("bare_nets"):
        descriptor.reinit_exclude([])
    tree = model.serialize()
    tree["descriptor"]["exclude_types"] = exclude
    data = {
        "backend": "dpmodel", "model": tree, "@variables": {},
        "model_def_script": dict(type_map=types, descriptor=dict(type="se_e2_a", **options),
                                 fitting_net=dict(type="ener", **fit_options), **excluded)}
    if name != "silut_one":     # one model without the distance, as older files are
        data["@variables"]["min_nbor_dist"] = np.array(
            min(distances(x, cell, 4.0).min() for x, cell, _ in known))
    return data, most


def scale_last_layer(data, frames, types):
    """Scale the last layer of every fitting net to an rms force near 1 eV/Angstrom."""
    model = BaseModel.deserialize(as_double(data["model"])).eval()
    x, cell, atype = next(d for d in (arrays(f, types) for f in frames.values()) if d is not None)
    out = model(torch.tensor(x[None]), torch.tensor(atype[None]),
                box=torch.tensor(cell.reshape(1, 9)))
    factor = round(1.0 / float(out["force"].square().mean().sqrt()), 3)
    for net in data["model"]["fitting"]["nets"]["networks"]:
        last = net["layers"][-1]["@variables"]
        last["w"] = (last["w"] * factor).astype(last["w"].dtype)


def evaluate(path, frames, types):
    """DeepPot on every frame: {frame: numbers}."""
    potential, result = DeepPot(path), {}
    for name, frame in frames.items():
        data = arrays(frame, types)
        if data is None:
            continue
        x, cell, atype = data
        box = None if cell is None else cell.reshape(1, 9)
        e, f, v, ae, av = potential.eval(x.reshape(1, -1), box, atype, atomic=True)
        result[name] = dict(energy=e.item(), virial=v.ravel(), forces=f[0],
                            atomic_energy=ae.ravel(), atomic_virial=av.reshape(-1, 9))
    return result


def evaluate_eager(tree, frames, types):
    """The same by the PyTorch back end without TorchScript, whose interpreter (deepmd-kit 3.2.0)
    refuses an in-place subtraction in models with atom_ener."""
    model, result = BaseModel.deserialize(tree).eval(), {}
    for name, frame in frames.items():
        data = arrays(frame, types)
        if data is None:
            continue
        x, cell, atype = data
        out = model(torch.tensor(x[None]), torch.tensor(atype[None]),
                    box=None if cell is None else torch.tensor(cell.reshape(1, 9)),
                    do_atomic_virial=True)
        out = {key: value.detach().numpy() for key, value in out.items()}
        result[name] = dict(
            energy=out["energy"].item(), virial=out["virial"].ravel(), forces=out["force"][0],
            atomic_energy=out["atom_energy"].ravel(),
            atomic_virial=out["atom_virial"].reshape(-1, 9))
    return result


def check(name, frames, double, numpy_energy, types):
    """Back ends agree, sums agree, and there is a signal."""
    worst = 0.0
    for frame, n in double.items():
        ae, where = n["atomic_energy"], (name, frame)
        worst = max(worst, abs(ae - numpy_energy[frame]["atomic_energy"]).max())
        assert abs(ae.sum() - n["energy"]) < 1e-12 * (1 + abs(ae).sum()), where
        assert np.allclose(n["atomic_virial"].sum(0), n["virial"], 1e-10, 1e-10), where
        assert abs(n["forces"].sum(0)).max() < 1e-10, where
        assert abs(n["forces"]).max() > 0.05 and abs(n["virial"]).max() > 0.1, where
        kind = arrays(frames[frame], types)[2]
        assert max(np.ptp(ae[kind == t]) for t in set(kind)) > 0.01, where
    assert worst < 1e-12, (name, worst)
    return worst


def pretty(value, pad=""):
    """JSON text: one line per dictionary entry and per row of an array."""
    if isinstance(value, dict):
        body = [f'{pad} "{k}": {pretty(v, pad + " ")}' for k, v in value.items()]
        return "{\n" + ",\n".join(body) + f"\n{pad}}}" if body else "{}"
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "[\n" + ",\n".join(f"{pad} {json.dumps(v)}" for v in value) + f"\n{pad}]"
    return json.dumps(value)


def dump(path, tree):
    with open(path, "w") as file:
        file.write(pretty(tree) + "\n")


def make_model(name, frames, out):
    """One model: files, numbers, checks."""
    spec = MODELS[name]
    types = spec["types"]
    data, most = build(name, spec, frames)
    scale_last_layer(data, frames, types)
    save_dp_model(f"{out}/{name}.dp", data)
    data = load_dp_model(f"{out}/{name}.dp")
    with tempfile.TemporaryDirectory() as tmp:
        save_dp_model(f"{tmp}/d.dp", as_double(data))
        numpy_energy = evaluate(f"{tmp}/d.dp", frames, types)
        deserialize_to_file(f"{tmp}/d.pth", as_double(data))
        double = (evaluate_eager(as_double(data)["model"], frames, types) if "atom_ener" in spec
                  else evaluate(f"{tmp}/d.pth", frames, types))
        worst = check(name, frames, double, numpy_energy, types)
        native = None
        if "precision" in spec:
            deserialize_to_file(f"{tmp}/n.pth", data)
            native = evaluate(f"{tmp}/n.pth", frames, types)
        # what deepmd-kit rebuilds from the frozen model must be the same model
        save_dp_model(f"{tmp}/back.dp", serialize_from_file(f"{tmp}/d.pth"))
        back = evaluate(f"{tmp}/back.dp", frames, types)
        assert all(abs(back[k]["energy"] - double[k]["energy"]) < 1e-10 for k in back)
    if name in PTH:
        deserialize_to_file(f"{out}/{name}.pth", data)
    tree = dict(
        made_by=f"deepmd-kit {deepmd.__version__}", model=name, type_map=types,
        definition=data["model_def_script"], max_neighbors=most.tolist(),
        min_nbor_dist=float(data["@variables"].get("min_nbor_dist", -1.0)),
        bias_atom_e=[BIAS[t] for t in types], out_bias=[SHIFT[t] for t in types],
        frames={k: {q: np.asarray(w).tolist() for q, w in v.items()} for k, v in double.items()})
    if native is not None:
        tree["frames_native"] = {
            k: {q: np.asarray(v[q]).tolist() for q in ("energy", "virial", "forces")}
            for k, v in native.items()}
    dump(f"{out}/{name}.json", tree)
    force = max(abs(n["forces"]).max() for n in double.values())
    print(f"{name:17s} neighbors {most} energies agree to {worst:.1e}  max|F| {force:.2f}",
          flush=True)


def strip(path):
    """Take the line numbers of the code out of a .pth, which are half of a small one."""
    with zipfile.ZipFile(path) as archive:
        parts = [(p.filename, archive.read(p)) for p in archive.infolist()
                 if not p.filename.endswith(".debug_pkl")]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts:
            method = zipfile.ZIP_DEFLATED if "/code/" in name else zipfile.ZIP_STORED
            archive.writestr(name, content, method)


def compress(data, path):
    """The model as a .pth with tables, as `dp --pt compress` writes it."""
    with tempfile.TemporaryDirectory() as tmp:
        deserialize_to_file(f"{tmp}/whole.pth", data)
        enable_compression(f"{tmp}/whole.pth", path, stride=0.1, extrapolate=2)
    strip(path)
    assert torch.jit.load(path).atomic_model.descriptor.sea.compress


def make_refused(out):
    """Models outside se_e2_a + energy, to be refused with the reason in the file's name."""
    base = dict(type_map=["O", "B"], fitting_net=dict(neuron=[3, 3], seed=1))
    cut = dict(rcut=4.0, rcut_smth=0.5, seed=1)
    pair = dict(type="se_e2_a", sel=[6, 6], neuron=[2, 4], axis_neuron=2, **cut)
    cases = {
        "fparam": dict(base, descriptor=pair,
                       fitting_net=dict(neuron=[3, 3], numb_fparam=1, seed=1)),
        "se_r": dict(base, descriptor=dict(type="se_e2_r", sel=[6, 6], neuron=[2, 4], **cut)),
        "se_t": dict(base, descriptor=dict(type="se_e3", sel=[3, 3], neuron=[2, 4], **cut)),
        "dpa1": dict(base, descriptor=dict(type="se_atten", sel=8, neuron=[2, 4], axis_neuron=2,
                                           attn=4, attn_layer=1, tebd_dim=2, ntypes=2, **cut)),
        "spin": dict(base, descriptor=pair, spin=dict(use_spin=[True, False],
                                                      virtual_scale=[0.3, 0.0])),
        "atom_ener": dict(base, descriptor=pair,
                          fitting_net=dict(neuron=[3, 3], atom_ener=[1.5, None], seed=1)),
        "tensorflow": dict(base, descriptor=pair),
    }
    for name, config in cases.items():
        config, keep = (json.loads(json.dumps(config)) for _ in range(2))
        tree = get_model(config).serialize()
        data = {"backend": "dpmodel", "model": tree, "model_def_script": keep, "@variables": {}}
        if name == "tensorflow":
            from deepmd.tf.utils.serialization import deserialize_to_file as write_pb
            write_pb(f"{out}/refuse_tensorflow.pb", data)
            continue
        # energies relative to those without neighbors are read, not refused
        prefix = "" if name == "atom_ener" else "refuse_"
        save_dp_model(f"{out}/{prefix}{name}.dp", data)
        if name == "fparam":
            deserialize_to_file(f"{out}/refuse_fparam.pth", data)
        if name in ("spin", "se_t"):
            deserialize_to_file(f"{out}/refuse_{name}.pth", data)
            strip(f"{out}/refuse_{name}.pth")
        if name == "atom_ener":
            data["@variables"]["min_nbor_dist"] = np.array(0.9)    # compression asks for it
            compress(data, f"{out}/atom_ener_compressed.pth")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("outdir")
    parser.add_argument("--glass", help="LAMMPS data file of a glass with types Li B O Si")
    parser.add_argument("--only", help="make this model only (refuse: those to be refused)")
    args = parser.parse_args()
    os.makedirs(args.outdir, exist_ok=True)
    path = f"{args.outdir}/frames.json"
    if args.glass:
        dump(path, make_frames(args.glass))
    with open(path) as file:
        frames = json.load(file)
    for name in MODELS:
        if args.only in (None, name):
            make_model(name, frames, args.outdir)
    if args.only in (None, "refuse"):
        make_refused(args.outdir)


if __name__ == "__main__":
    main()
