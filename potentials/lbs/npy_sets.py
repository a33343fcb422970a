# SPDX-License-Identifier: GPL-2.0-only
"""Labels of single frames, and sets of them as DeePMD-kit reads them (deepmd/npy).

A label is NAME.npz with symbols, positions (n, 3; A), cell (3, 3, rows are the vectors; A),
energy (eV), forces (n, 3; eV/A), virial (3, 3; eV; minus the derivative of the energy by the
strain, so positive under pressure) and info (JSON: where the frame comes from).

A set is a folder with one folder for each system (equal atoms in equal order):
  type_map.raw  elements, the same in all systems     type.raw  index into it of each atom
  frames.txt    name and origin of each frame, one JSON object a line, in the order of the arrays
  set.000/      coord (f, 3n), box (f, 9), energy (f,), force (f, 3n), virial (f, 9), all float64;
                no energy or virial where the first label has None for it; atom_pref (f, n), the
                weights of the forces in training, where labels have "weights"; temperature (f,),
                in K, where all frames have "T"
"""
import glob
import json
import os
import shutil
import sys

import numpy as np

# Largest mean force (eV/A an atom) of a frame. The forces of CP2K add up to zero only within the
# error of its grid.
NET_FORCE = 0.01


def open_text(path):
    """A text file to read, without the byte order mark that editors of Windows put in front."""
    return open(path, encoding="utf-8-sig", errors="replace")


def read_frames(paths):
    """Frames of extended XYZ files; ends the program with one line if one is not there."""
    import ase.io    # pylint: disable=import-outside-toplevel
    frames = []
    for path in paths:
        try:
            frames += ase.io.read(path, ":", format="extxyz")
        except OSError as reason:
            sys.exit(str(reason))
    return frames


def packed_frames(group):
    """Frames of one system of a file of to_hdf5.py: pairs of ASE's atoms, with the words of the
    frame, and a dictionary of energy, forces and virial, None where the system has none.
    """
    import ase    # pylint: disable=import-outside-toplevel
    elements = [word.decode() for word in group["type_map.raw"][()]]
    symbols = [elements[k] for k in group["type.raw"][()]]
    arrays = {name[:-4]: rows[()] for name, rows in group["set.000"].items()}
    for k, line in enumerate(group["frames"][()].decode().splitlines()):
        atoms = ase.Atoms(symbols, positions=arrays["coord"][k].reshape(-1, 3),
                          cell=arrays["box"][k].reshape(3, 3), pbc=True, info=json.loads(line))
        label = {"energy": None, "virial": None, "forces": arrays["force"][k].reshape(-1, 3)}
        if "energy" in arrays:
            label["energy"] = arrays["energy"][k]
        if "virial" in arrays:
            label["virial"] = arrays["virial"][k].reshape(3, 3)
        yield atoms, label


def demand_packed(path):
    """Ends the program with one line if this is no file of to_hdf5.py."""
    import h5py    # pylint: disable=import-outside-toplevel
    if not h5py.is_hdf5(path):
        sys.exit(f"{path}: is no HDF5 file of to_hdf5.py")


def read_packed(path):
    """All frames of a file of to_hdf5.py, as packed_frames() gives them; ends the program with one
    line if it is none.
    """
    import h5py    # pylint: disable=import-outside-toplevel
    demand_packed(path)
    with h5py.File(path) as file:
        return [frame for system in sorted(file) for frame in packed_frames(file[system])]


def read_set(path):
    """All frames of a set, a folder of to_npy.py or a file of to_hdf5.py, as packed_frames() gives
    them; ends the program with one line if it is neither.
    """
    import ase    # pylint: disable=import-outside-toplevel
    if not os.path.exists(path):
        sys.exit(f"{path}: is not there; a set is a folder of to_npy.py or a file of to_hdf5.py")
    if not os.path.isdir(path):
        return read_packed(path)
    return [(ase.Atoms(label["symbols"], positions=label["positions"], cell=label["cell"],
                       pbc=True, info=label["info"]),
             {key: label[key] for key in ("energy", "virial", "forces")})
            for folder in systems(path) for label in read_system(folder).values()]


def read_settings(path):
    """What stands in a JSON file; ends the program with one line if it is none."""
    try:
        with open_text(path) as file:
            return json.load(file)
    except ValueError as reason:
        sys.exit(f"{path}: is no JSON file: {reason}")
    except OSError as reason:
        sys.exit(str(reason))


def write_label(path, atoms, energy, forces, virial, **more):
    """Write NAME.npz in one go: a reader sees the whole file or none. The virial may be None."""
    part = path + ".part.npz"
    if virial is not None:
        more["virial"] = virial
    np.savez(part, symbols=np.array(atoms.get_chemical_symbols()), positions=atoms.positions,
             cell=np.asarray(atoms.cell), energy=energy, forces=forces,
             info=json.dumps(atoms.info, default=lambda number: number.item()), **more)
    os.replace(part, path)


def settled_names(folder):
    """Names of the frames that have a label, or the reason why not, in DIR/labels."""
    parts = map(os.path.splitext, os.listdir(folder))
    return {name for name, ending in parts if ending in (".npz", ".failed")}


def demand_unique_names(frames):
    """Ends the program if two frames have one name, for labels are filed by names."""
    sets = {}
    for atoms in frames:
        name, own = atoms.info["name"], atoms.info.get("set")
        if name in sets:
            sys.exit(f"{name} is a frame of {sets[name]} and another of {own}; rename one, or "
                     "label the sets in different folders")
        sets[name] = own


def systems(folder):
    """Folders of the systems of a set, without what a stop has left half written (NAME.part)."""
    found = [os.path.dirname(path) for path in glob.glob(f"{folder}/*/type.raw")]
    return sorted(path for path in found if not path.endswith(".part"))


def labelled_names(folder):
    """Names of all frames in the systems of a set; DATA/* has those of all sets of DATA."""
    names = set()
    for system in systems(folder):
        with open_text(f"{system}/frames.txt") as lines:
            names.update(json.loads(line)["name"] for line in lines)
    return names


def read_system(folder):
    """All frames of one system as labels: a dictionary from name to the arrays of a label, with
    None for an energy, a virial or weights that the system has not; ends the program if it has
    fewer or more rows than frames.
    """
    with open_text(f"{folder}/type_map.raw") as file:
        elements = file.read().split()
    with open_text(f"{folder}/type.raw") as file:
        types = np.loadtxt(file, dtype=int, ndmin=1)
    with open_text(f"{folder}/frames.txt") as file:
        infos = [json.loads(line) for line in file]
    optional = ("energy", "virial", "atom_pref")
    a = {key: np.load(f"{folder}/set.000/{key}.npy") for key in ("coord", "box", "force", *optional)
         if key not in optional or os.path.exists(f"{folder}/set.000/{key}.npy")}
    for key, rows in a.items():
        if len(rows) != len(infos):
            sys.exit(f"{folder}: set.000/{key}.npy has {len(rows)} rows, frames.txt {len(infos)}; "
                     "remove this system, and gather its labels anew")
    return {info["name"]: dict(
        symbols=np.array(elements)[types], positions=a["coord"][i].reshape(-1, 3),
        cell=a["box"][i].reshape(3, 3), energy=a["energy"][i] if "energy" in a else None,
        forces=a["force"][i].reshape(-1, 3), info=info,
        virial=a["virial"][i].reshape(3, 3) if "virial" in a else None,
        weights=a["atom_pref"][i] if "atom_pref" in a else None)
        for i, info in enumerate(infos)}


def system_name(label):
    """Name of the folder: the glass and the atoms, as LBS-20-60-20.Li4B12O22Si2."""
    symbols = list(label["symbols"])
    formula = "".join(f"{e}{symbols.count(e)}" for e in dict.fromkeys(symbols))
    return f"{label['info']['system']}.{formula}"


def write_system(folder, labels, elements):
    """Write `labels` (all of the same atoms in the same order) as one system, in place of one of
    earlier labels. It is made beside that, FOLDER.part, so that a stop leaves one or the other.
    """
    first = labels[0]
    for label in labels:
        if list(label["symbols"]) != list(first["symbols"]):
            raise ValueError(f"{label['info']['name']} has other atoms than {folder}")
        for key in ("energy", "virial", "weights"):
            if (label.get(key) is None) != (first.get(key) is None):
                raise ValueError(f"{label['info']['name']} and {first['info']['name']} of "
                                 f"{folder}: one has {key}, the other has none; label them "
                                 "alike, or write them to different folders")
    flat = dict(coord="positions", box="cell", force="forces", virial="virial", energy="energy",
                atom_pref="weights")
    arrays = {}
    kelvin = [label["info"].get("T") for label in labels]
    if None not in kelvin:
        arrays["temperature"] = np.array(kelvin, dtype=float)
    for key, name in flat.items():
        if first.get(name) is not None:
            rows = np.array([np.asarray(label[name], dtype=float).ravel() for label in labels])
            arrays[key] = rows[:, 0] if key == "energy" else rows
    part, old = f"{folder}.part", f"{folder}.old"
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(f"{part}/set.000")
    for key, rows in arrays.items():
        np.save(f"{part}/set.000/{key}.npy", rows)
    lines = {"frames.txt": [json.dumps(label["info"]) for label in labels],
             "type_map.raw": elements,
             "type.raw": [elements.index(s) for s in first["symbols"]]}    # last: makes it a system
    for name, rows in lines.items():
        with open(f"{part}/{name}", "w") as out:
            out.writelines(f"{row}\n" for row in rows)
    if os.path.exists(folder):
        os.rename(folder, old)
        os.rename(part, folder)
        os.rename(old, part)    # a name that no reader takes while it is being removed
        shutil.rmtree(part)
    else:
        os.rename(part, folder)


def error_after_constants(shares, differences):
    """Mean absolute difference after one constant for each element, fitted to all frames.

    shares: of the elements in each frame (frames, elements); differences: energies per atom.
    Raises ValueError for fewer than two frames a constant, which would tell nothing of the errors.
    """
    constants, _, rank, _ = np.linalg.lstsq(shares, differences, rcond=None)
    if len(differences) < 2 * rank:
        raise ValueError(f"{len(differences)} frames are too few to fit {rank} constants")
    return np.abs(differences - shares @ constants).mean()


def _demand(label):
    """A function that raises ValueError, with the name of the frame, unless something holds."""
    def demand(true, words):
        if not true:
            raise ValueError(f"{label['info']['name']}: {words}")
    return demand


def check_arrays(label, elements):
    """Raise ValueError, with the name of the frame and the reason, if a label is not whole."""
    n, demand = len(label["symbols"]), _demand(label)
    unknown = sorted(set(label["symbols"]) - set(elements))
    demand(not unknown, f"has elements that the type map lacks: {' '.join(unknown)}")
    for key, shape in (("positions", (n, 3)), ("cell", (3, 3)), ("forces", (n, 3)),
                       ("virial", (3, 3)), ("energy", ())):
        if key == "virial" and label[key] is None:
            continue
        demand(np.shape(label[key]) == shape, f"{key} has the shape {np.shape(label[key])}, "
               f"not {shape}")
        demand(np.isfinite(label[key]).all(), f"{key} is not finite")
    demand(abs(np.linalg.det(label["cell"])) > 1e-3 * n, "the cell has no volume")
    if label["virial"] is not None:
        w = np.asarray(label["virial"])
        demand(np.abs(w - w.T).max() < 0.01 * n, "the virial is not symmetric")


def check_label(label, elements):
    """As check_arrays(), and also if the numbers cannot be those of a glass by DFT."""
    check_arrays(label, elements)
    n, demand = len(label["symbols"]), _demand(label)
    volume = np.linalg.det(label["cell"])
    demand(4 < volume / n < 30, f"{volume / n:.1f} A^3 an atom")
    f = np.asarray(label["forces"])
    demand(np.abs(f.mean(axis=0)).max() < NET_FORCE,
           f"the forces add up to {np.abs(f.mean(axis=0)).max():.4f} eV/A an atom")
    demand(np.sqrt((f ** 2).mean()) > 0.05, "the forces are all but zero")
    if label["virial"] is not None:
        w = np.abs(label["virial"]).max() / n
        demand(1e-3 < w < 10, f"virial of {w:.3g} eV an atom")
