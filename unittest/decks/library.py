# SPDX-License-Identifier: GPL-2.0-only
"""LAMMPS through its C library: several instances in one process, and what is loaded in it."""
import ctypes
import os
import pathlib

# styles and types of lammps_extract_compute()
GLOBAL, ATOM, LOCAL, VECTOR, ARRAY = 0, 1, 2, 1, 2


def library_path():
    """liblammps beside the directories of the loader's path."""
    for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":"):
        for name in ("liblammps.so", "liblammps.so.0"):
            if folder and (pathlib.Path(folder) / name).exists():
                return str(pathlib.Path(folder) / name)
    return "liblammps.so"


class Instance:
    """One LAMMPS; errors become exceptions."""

    # global symbols, for the plugin finds LAMMPS and MPI among them
    lib = None

    def __init__(self, *args):
        if Instance.lib is None:
            lib = Instance.lib = ctypes.CDLL(library_path(), ctypes.RTLD_GLOBAL)
            lib.lammps_open_no_mpi.restype = ctypes.c_void_p
            lib.lammps_get_thermo.restype = ctypes.c_double
            lib.lammps_extract_compute.restype = ctypes.POINTER(ctypes.c_double)
            lib.lammps_extract_atom.restype = ctypes.POINTER(ctypes.POINTER(ctypes.c_double))
        words = [b"lammps", b"-log", b"none", b"-screen", b"none", *(a.encode() for a in args)]
        argv = (ctypes.c_char_p * (len(words) + 1))(*words, None)
        self.handle = ctypes.c_void_p(self.lib.lammps_open_no_mpi(len(words), argv, None))

    def __call__(self, text):
        """Run the lines of a deck."""
        for line in text.strip().splitlines():
            self.lib.lammps_command(self.handle, line.encode())
            if self.lib.lammps_has_error(self.handle):
                buffer = ctypes.create_string_buffer(500)
                self.lib.lammps_get_last_error_message(self.handle, buffer, 500)
                raise RuntimeError(buffer.value.decode())

    def has(self, kind, name):
        """Whether this instance knows a style."""
        return bool(self.lib.lammps_has_style(self.handle, kind.encode(), name.encode()))

    def energy(self):
        """Potential energy of the last run."""
        return self.lib.lammps_get_thermo(self.handle, b"pe")

    def compute(self, name, style):
        """Pointer to the vector of a compute."""
        return self.lib.lammps_extract_compute(self.handle, name.encode(), style, VECTOR)

    def local(self, name):
        """Rows of the local array of a compute."""
        extract = self.lib.lammps_extract_compute
        extract.restype = ctypes.POINTER(ctypes.POINTER(ctypes.c_double))
        rows = extract(self.handle, name.encode(), LOCAL, ARRAY)
        extract.restype = ctypes.POINTER(ctypes.c_double)
        return rows

    def positions(self):
        """x[i][k] of the owned atoms."""
        return self.lib.lammps_extract_atom(self.handle, b"x")

    def close(self):
        """End this instance."""
        self.lib.lammps_close(self.handle)


def plugin_is_loaded():
    """Whether a shared object of the plugin is part of this process."""
    maps = pathlib.Path("/proc/self/maps").read_text()
    return "lbsplugin.so" in maps or "lbsstyles.so" in maps
