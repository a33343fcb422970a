#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Pack sets of to_npy.py into one file each: OUT/SET.hdf5 with a group a system (deepmd/hdf5).

    to_hdf5.py DATA OUT [--force]

Each group has the arrays of its folder, and the words of its frames (frames.txt) as "frames". A
file that is there is replaced only if no frame of it goes away, or by --force: its frames may be
nowhere else. Needs h5py.
"""
import argparse
import os
import sys

import h5py
import numpy as np

import npy_sets


def demand_all_frames(folder, path):
    """Ends the program if the file `path` has frames that the systems below `folder` lack."""
    kept = {atoms.info["name"] for atoms, _ in npy_sets.read_packed(path)}
    lost = sorted(kept - npy_sets.labelled_names(folder))
    if lost:
        sys.exit(f"{path}: has {len(lost)} frames that {folder} lacks, the first is {lost[0]}; add "
                 "them, name another folder, or give --force to lose them")


def pack(folder, path, force=False):
    """All systems below `folder` into the file `path`; gives the number of frames."""
    if os.path.exists(path) and not force:
        demand_all_frames(folder, path)
    count = 0
    with h5py.File(path + ".part", "w") as out:
        for source in npy_sets.systems(folder):
            group = out.create_group(os.path.basename(source))
            for name in ("type.raw", "type_map.raw"):
                with npy_sets.open_text(f"{source}/{name}") as file:
                    words = file.read().split()
                group[name] = np.array(words, int) if name == "type.raw" else np.array(words, "S")
            with npy_sets.open_text(f"{source}/frames.txt") as file:
                group["frames"] = file.read()
            for name in sorted(os.listdir(f"{source}/set.000")):
                array = np.load(f"{source}/set.000/{name}")
                group.create_dataset(f"set.000/{name}", data=array, compression="gzip",
                                     shuffle=True)
            count += len(group["set.000/coord.npy"])
    os.replace(path + ".part", path)
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--force", action="store_true", help="also where frames get lost")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    for name in sorted(os.listdir(options.data)):
        if os.path.isdir(f"{options.data}/{name}"):
            count = pack(f"{options.data}/{name}", f"{options.out}/{name}.hdf5",
                         options.force)
            print(f"{options.out}/{name}.hdf5: {count} frames")


if __name__ == "__main__":
    main()
