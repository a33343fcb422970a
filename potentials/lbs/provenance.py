# SPDX-License-Identifier: GPL-2.0-only
"""What files were made with, kept beside them, so that no later call goes on with something else.
"""
import hashlib
import json
import os
import sys

import npy_sets


def digest(value):
    """SHA-256 of what can stand in a JSON file."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def checksum(path):
    """SHA-256 of a file, or of all files below a folder; ends the program if it cannot be read."""
    if os.path.isdir(path):
        return digest([(name, checksum(f"{path}/{name}")) for name in sorted(os.listdir(path))])
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError as reason:
        sys.exit(str(reason))


def with_checksums(value):
    """`value` with a checksum in place of each name of a file, which may have other content later.
    """
    if isinstance(value, dict):
        return {key: with_checksums(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_checksums(inner) for inner in value]
    return checksum(value) if isinstance(value, str) and os.path.isfile(value) else value


def calculator(entry):
    """What an entry of "teacher" in the settings stands for."""
    return {**entry, "arguments": with_checksums(entry["arguments"])}


def keep(path, setup, begun):
    """Keeps the dictionary `setup` in the JSON file `path`; ends the program if that has another.

    begun: whether there are results already; of these nobody knows more if the file is missing.
    """
    if begun and os.path.exists(path):
        kept, setup = npy_sets.read_settings(path), json.loads(json.dumps(setup))
        other = sorted(key for key in {**kept, **setup} if kept.get(key) != setup.get(key))
        if other:
            sys.exit(f"{path}: this was begun with other {', '.join(other)}; go on with the same, "
                     "or name another folder")
        return
    if begun:
        print(f"{path}: is not there, so nobody knows how this was begun; taken to be the same",
              file=sys.stderr)
    with open(path + ".part", "w") as out:
        json.dump(setup, out, indent=1)
    os.replace(path + ".part", path)
