#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Fine-tune a MatterSim model, so that it labels as density functional theory does.

    tune_teacher.py SET... --start mattersim-v1.0.0-1M.pth --out DIR [--valid SET]
                    [--epochs 20] [--rate 0.0001] [--batch 4]

The sets are files of to_hdf5.py or folders of to_npy.py; frames without an energy or a virial are
passed over. Their energies are shifted by one constant for each element, so that they are those of
the model to begin with. MatterSim's own training does the rest, with energies (eV an atom), forces
(eV/A) and stresses (GPa), of which it prints the mean absolute errors. The rate halves six times on
the way. DIR/teacher.pth has the average of the parameters over the last steps; nothing is chosen by
the errors of --valid. After a stop the same command goes on behind the last whole epoch; other sets
or words are refused (DIR/setup.json has what it was begun with). Needs mattersim and h5py.
"""
import argparse
import os
import sys

import numpy as np
import torch
from ase.calculators.singlepoint import SinglePointCalculator
from ase.units import GPa
from mattersim.datasets.utils.build import build_dataloader
from mattersim.forcefield import MatterSimCalculator, Potential

import npy_sets
import provenance

CUTOFFS = {"cutoff": 5.0, "threebody_cutoff": 4.0}    # of MatterSim's models, A
HALVINGS = 6          # of the rate while it trains
STRESS_RATIO = 0.1    # weight of stresses in the loss, MatterSim's own


def labelled_frames(paths):
    """Frames with an energy and a virial, as ASE's atoms with a calculator that holds the label."""
    frames = []
    for path in paths:
        for atoms, label in npy_sets.read_set(path):
            if label["energy"] is not None and label["virial"] is not None:
                atoms.calc = SinglePointCalculator(atoms, energy=label["energy"],
                                                   forces=label["forces"],
                                                   stress=-label["virial"] / atoms.get_volume())
                frames.append(atoms)
    if not frames:
        sys.exit(f"{' '.join(paths)}: no frame has an energy and a virial")
    return frames


def element_constants(frames, start):
    """One constant (eV) for each element, which makes the energies those of the model."""
    elements = sorted({e for atoms in frames for e in atoms.get_chemical_symbols()})
    counts = np.array([[atoms.get_chemical_symbols().count(e) for e in elements]
                       for atoms in frames])
    sizes = counts.sum(axis=1)
    model = MatterSimCalculator(load_path=start, device="cpu")
    differences = []
    for atoms in frames:
        bare = atoms.copy()
        bare.calc = model
        differences.append(bare.get_potential_energy() - atoms.get_potential_energy())
    differences = np.array(differences) / sizes
    shares = counts / sizes[:, None]
    constants = np.linalg.lstsq(shares, differences, rcond=None)[0]
    return dict(zip(elements, constants))


def loader(frames, constants, batch, shuffle):
    """MatterSim's graphs of the frames, with labels."""
    energies = [atoms.get_potential_energy()
                + sum(constants[e] for e in atoms.get_chemical_symbols()) for atoms in frames]
    return build_dataloader(frames, energies, [atoms.get_forces() for atoms in frames],
                            [atoms.get_stress(voigt=False) / GPa for atoms in frames],
                            batch_size=batch, shuffle=shuffle, **CUTOFFS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", metavar="SET")
    parser.add_argument("--valid", metavar="SET", help="frames whose errors are printed, too")
    parser.add_argument("--start", required=True, help="a checkpoint of MatterSim")
    parser.add_argument("--out", required=True)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch", type=int, default=4)
    options = parser.parse_args()
    last, teacher = f"{options.out}/last_model.pth", f"{options.out}/teacher.pth"
    stopped = os.path.exists(last)
    os.makedirs(options.out, exist_ok=True)
    provenance.keep(f"{options.out}/setup.json", {
        "sets": [provenance.checksum(path) for path in options.sets],
        "start": provenance.checksum(options.start), "epochs": options.epochs,
        "rate": options.rate, "batch": options.batch}, stopped)
    if os.path.exists(teacher):
        print(f"{teacher} is trained; remove {options.out} to train it again")
        return
    torch.manual_seed(1)
    train = labelled_frames(options.sets)
    valid = labelled_frames([options.valid]) if options.valid else []
    print(f"{len(train)} frames to train on, {len(valid)} beside them", flush=True)
    constants = element_constants(train, options.start)
    beside = loader(valid, constants, 8, False) if valid else None
    potential = Potential.from_checkpoint(
        load_path=last if stopped else options.start, load_training_state=stopped, device="cpu",
        lr=options.rate, step_size=max(1, options.epochs // HALVINGS), gamma=0.5, **CUTOFFS)
    potential.train_model(
        loader(train, constants, options.batch, True), beside,
        loss=torch.nn.HuberLoss(delta=0.01), include_forces=True, include_stresses=True,
        stress_loss_ratio=STRESS_RATIO, epochs=options.epochs,
        early_stop_patience=options.epochs, save_checkpoint=True, save_path=options.out,
        ckpt_interval=options.epochs)
    trained = torch.load(last, weights_only=False)
    torch.save({key: trained[key] for key in ("model_name", "model_args", "model")},
               teacher)    # without the optimizer, of four times the size


if __name__ == "__main__":
    main()
