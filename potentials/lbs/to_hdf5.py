#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Pack sets of to_npy.py into one file each: OUT/SET.hdf5 with a group a system (deepmd/hdf5).

    to_hdf5.py DATA OUT

Each group has the arrays of its folder, and the words of its frames (frames.txt) as "frames".
Needs h5py.
"""
import argparse
import os

import h5py
import numpy as np

import npy_sets


def pack(folder, path):
    """All systems below `folder` into the file `path`; gives the number of frames."""
    count = 0
    with h5py.File(path + ".part", "w") as out:
        for system in sorted(os.listdir(folder)):
            source = f"{folder}/{system}"
            group = out.create_group(system)
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
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    for name in sorted(os.listdir(options.data)):
        if os.path.isdir(f"{options.data}/{name}"):
            count = pack(f"{options.data}/{name}", f"{options.out}/{name}.hdf5")
            print(f"{options.out}/{name}.hdf5: {count} frames")


if __name__ == "__main__":
    main()
