# SPDX-License-Identifier: GPL-2.0-only
"""How LAMMPS runs on the separate memory, and plugins with a fault."""
import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLANG = "clang++-16"


def device_library():
    """Folder of the library that plays the device, which is looked for on the loader's path."""
    said = subprocess.run([CLANG, "-print-resource-dir"], capture_output=True, text=True,
                          check=True).stdout
    folder = pathlib.Path(os.path.normpath(said.strip())).parents[1]
    assert (folder / "libomptarget.rtl.x86_64.so").exists(), f"{CLANG} has no library in {folder}"
    return str(folder)


# Teams of threads have 32, which is the least that they may ask for.
ENVIRONMENT = {"OMP_NUM_TEAMS": "1", "OMP_NUM_THREADS": "32", "OMP_TEAMS_THREAD_LIMIT": "64",
               "OMP_THREAD_LIMIT": "4096", "KMP_DEVICE_THREAD_LIMIT": "4096",
               "KMP_TEAMS_THREAD_LIMIT": "4096", "OMP_WAIT_POLICY": "passive",
               "KMP_BLOCKTIME": "0",
               "LD_LIBRARY_PATH": f"{device_library()}:{os.environ['LD_LIBRARY_PATH']}"}
# LAMMPS would take teams of lanes for few atoms, which this backend does not have.
ON_DEVICE = "-k on g 1 -sf kk -pk kokkos neigh/thread off"
LISTS = {"full lists, newton off": "", "half lists, newton on": " neigh half newton on",
         "half lists, newton off": " neigh half newton off",
         "lists and ghosts by the host": " comm host"}


@contextlib.contextmanager
def without_left_files():
    """The runtime library leaves an image of the device code in /tmp for each run."""
    before = set(pathlib.Path(tempfile.gettempdir()).glob("tmpfile_*"))
    yield
    for path in set(pathlib.Path(tempfile.gettempdir()).glob("tmpfile_*")) - before:
        path.unlink(missing_ok=True)


def on_device(lmp, deck, more="", env=()):
    """The result of a deck on the device, whatever its exit status."""
    with without_left_files():
        return lmp.run(deck, args=(ON_DEVICE + more).split(), env={**ENVIRONMENT, **dict(env)})


def faulty_plugin(folder, source, change, to):
    """Environment with a plugin in which one place of a source reads `to` instead of `change`."""
    tree = ROOT / os.environ["LBS_SEPARATE_MEMORY"]
    commands = json.loads((tree / "compile_commands.json").read_text())
    entry = next(c for c in commands if c["file"].endswith(source))
    text = pathlib.Path(entry["file"]).read_text()
    assert text.count(change) == 1, f"{change} is not in {source} once"
    copied = folder / "faulty" / pathlib.Path(source).name
    copied.parent.mkdir()
    copied.write_text(text.replace(change, to))
    built = re.search(r" -o (\S+)", entry["command"])[1]
    made = str(copied.with_suffix(".o"))
    compiler = shlex.split(entry["command"].replace(built, made))
    compiler[compiler.index(entry["file"])] = str(copied)
    compiler += ["-I", str(pathlib.Path(entry["file"]).parent)]
    subprocess.run(compiler, cwd=entry["directory"], check=True)
    link = subprocess.run(["ninja", "-C", str(tree), "-t", "commands", "lib/liblbsstyles.so"],
                          capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    link = link.replace(built, made).replace("-o lib/liblbsstyles.so",
                                             f"-o {copied.parent}/liblbsstyles.so")
    subprocess.run(["bash", "-c", link], cwd=tree, check=True)
    shutil.copy(tree / "lib" / "lbsplugin.so", copied.parent)
    return {"LAMMPS_PLUGIN_PATH": str(copied.parent)}
