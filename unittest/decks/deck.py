# SPDX-License-Identifier: GPL-2.0-only
"""Small helpers of the deck tests: run a deck, read its numbers back, build data files."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import numpy as np
import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
POTENTIALS = ROOT / "potentials"
ELEMENTS = ("Li", "B", "O", "Si")    # of types 1 to 4 in every data file here
MASS = {"Li": 6.941, "B": 10.811, "O": 15.999, "Si": 28.0855}
LONE_PROCESS = {"ess_singleton_isolated": "1", "pml": "ob1", "btl": "self"}
TIMEOUT = 120    # seconds a deck may take; far above what any needs


def has_package(name):
    """Whether the LAMMPS on the path has this package; conftest.py tells if there is none."""
    if shutil.which("lmp") is None:
        return False
    said = subprocess.run(["lmp", "-h"], capture_output=True, text=True, check=False).stdout
    packages = said.partition("Installed packages:")[2].partition("List of individual")[0]
    return name in packages.split()


needs_kokkos = pytest.mark.skipif(not has_package("KOKKOS"),
                                  reason="this LAMMPS has no KOKKOS package")
# whether the plugin was built with the styles for KOKKOS
KOKKOS_STYLES = has_package("KOKKOS") and "LBS_NO_KOKKOS" not in os.environ
needs_kokkos_styles = pytest.mark.skipif(not KOKKOS_STYLES,
                                         reason="the plugin has no styles for KOKKOS")
DEEPSEA = "LBS_NO_DEEPSEA" not in os.environ    # whether the plugin was built with it
needs_deepsea = pytest.mark.skipif(not DEEPSEA, reason="the plugin was built without deepsea")
MORE_ARGS = os.environ.get("LBS_LAMMPS_ARGS", "").split()    # of every deck, such as -k on -sf kk
not_with_kokkos = pytest.mark.skipif("-k" in MORE_ARGS,
                                     reason="LAMMPS does not have this with KOKKOS")

DENG_DU = "pair_coeff * * deng-du-teter.fmp Li B O Si"
# what the 300 atoms of the stored glass are made of, given by hand
GIVEN = f" composition Li2O {35 / 88!r} B2O3 {18 / 88!r} SiO2 {35 / 88!r}"
DSF = f"pair_style fmp/lbs 8.0 coul dsf 0.25 8.0\n{DENG_DU}"
SHIK = "pair_style fmp/lbs 8.0 coul dsf 0.0 10.0\npair_coeff * * shik.fmp Li B O Si charges set"


def coulomb_choices(accuracy):
    """Lines for each way of fmp/lbs to sum Coulomb terms; with the accuracy of ewald."""
    long = f"kspace_style ewald {accuracy}\npair_style fmp/lbs 8.0 coul long 9.0\n{DENG_DU}"
    return {"dsf": DSF, "dsf shift": DSF + "\npair_modify shift yes",
            "wolf": f"pair_style fmp/lbs 8.0 coul wolf 0.25 8.0\n{DENG_DU}", "shik": SHIK,
            "none": f"pair_style fmp/lbs 8.0 coul none\n{DENG_DU}",
            "long": long, "table": long + "\npair_modify table 12"}


# Everything an agreement test compares, at full precision. The 'pair' arguments leave out what is
# no part of a pair style; the pressure contains k-space.
OBSERVE = """
compute pea all pe/atom pair
compute sa all stress/atom NULL pair
compute s all pressure NULL virial
"""
THERMO = "step pe evdwl ecoul c_s[*]"
ATOM_COLUMNS = "id type fx fy fz c_pea c_sa[1] c_sa[2] c_sa[3] c_sa[4] c_sa[5] c_sa[6]"


def frame(name):
    """Path of a stored frame."""
    return HERE / "data" / f"{name}.data"


def system(name="glass", extra=""):
    """First lines of a deck that reads a stored frame."""
    return f"units metal\natom_style charge\nread_data {frame(name)} {extra}\n"


def thermo(words):
    """Lines that print these thermo columns at full precision, on one line each."""
    return f"thermo_style custom {words}\nthermo_modify format float %.17g line one\n"


def observe(columns=ATOM_COLUMNS, every=1, words=THERMO):
    """Lines that print and dump what agreement tests compare."""
    return OBSERVE + thermo(words) + dump(columns, every)


def dump(columns, every=1, file="atoms.dump"):
    """Lines that dump sorted atoms at full precision."""
    return (f"dump all all custom {every} {file} {columns}\n"
            "dump_modify all sort id format float %.17g\n")


def catches_interrupts():
    """For programs that are sent SIGINT, which those started in the background do not see."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until(happened, program):
    """Until something has happened; fails if a running program ends before, or takes for ever."""
    deadline = time.monotonic() + TIMEOUT
    while not happened():
        if program.poll() is not None or time.monotonic() > deadline:
            program.kill()
            pytest.fail(f"it has not happened, and the program's status is {program.poll()}")
        time.sleep(0.001)


def wait_for(path, program):
    """Until a running program has written something to a file."""
    wait_until(lambda: path.exists() and path.stat().st_size > 0, program)


def by_threads(threads):
    """Arguments of all decks for so many threads; without KOKKOS the environment says how many."""
    return [word for arg in MORE_ARGS
            for word in ([arg, "t", str(threads)] if arg == "on" else [arg])]


class Result:
    """A finished deck: exit status, log, and readers for what it wrote."""

    def __init__(self, folder, status, screen):
        self.folder = folder
        self.status = status
        log = folder / "log.lammps"
        self.log = (log.read_text() if log.exists() else "") + screen

    def thermo(self):
        """One dict of arrays for each run of the deck."""
        runs = []
        for block in re.findall(r"^( *Step .*\n(?:(?!Loop time).*\n)*)", self.log, re.M):
            head, *lines = block.splitlines()
            names = head.split()
            rows = [line.split() for line in lines]
            rows = [r for r in rows if len(r) == len(names) and r[0].isdigit()]
            values = np.array(rows, dtype=float).reshape(-1, len(names)).T
            runs.append(dict(zip(names, values)))
        return runs

    def last(self):
        """Last line of thermo output as a dict of numbers."""
        return {name: column[-1] for name, column in self.thermo()[-1].items()}

    def frames(self, file="atoms.dump"):
        """Every frame of a dump: (step, cell vectors as rows, dict of columns)."""
        out = []
        for text in (self.folder / file).read_text().split("ITEM: TIMESTEP\n")[1:]:
            lines = text.splitlines()
            start = next(k for k, line in enumerate(lines)
                         if re.match("ITEM: (ATOMS|ENTRIES)", line))
            names = lines[start].split()[2:]
            rows = np.array([line.split() for line in lines[start + 1:]], dtype=float)
            columns = dict(zip(names, rows.reshape(-1, len(names)).T))
            out.append((int(lines[0]), dump_cell(lines), columns))
        return out

    def atoms(self, file="atoms.dump"):
        """Columns of the last frame of a dump."""
        return self.frames(file)[-1][2]

    def averages(self, file):
        """Rows of a file of fix ave/time in mode scalar."""
        return np.loadtxt(self.folder / file, ndmin=2)


def dump_cell(lines):
    """Cell vectors from the box lines of a dump, which bound a tilted box from outside."""
    start = next(k for k, line in enumerate(lines) if line.startswith("ITEM: BOX"))
    rows = np.array([[float(w) for w in line.split()] for line in lines[start + 1:start + 4]])
    if rows.shape[1] == 2:
        return np.diag(rows[:, 1] - rows[:, 0])
    xy, xz, yz = rows[:, 2]
    width = rows[:, 1] - rows[:, 0]
    width[0] -= max(0.0, xy, xz, xy + xz) - min(0.0, xy, xz, xy + xz)
    width[1] -= max(0.0, yz) - min(0.0, yz)
    return np.array([[width[0], 0.0, 0.0], [xy, width[1], 0.0], [xz, yz, width[2]]])


class Runner:
    """Runs decks below one folder, each in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def run(self, text, ranks=1, args=(), cwd=None, timeout=TIMEOUT, env=(), more=MORE_ARGS):
        """Run a deck in a new folder or in `cwd`; return its Result, whatever its exit status.

        `env` has variables beside those of all decks, `more` the arguments that all decks have.
        """
        self.count += 1
        folder = self.folder / f"run{self.count}"
        folder.mkdir(parents=True)
        (folder / "in.deck").write_text(text)
        command = ["lmp", "-in", str(folder / "in.deck"), "-log", str(folder / "log.lammps"),
                   "-screen", "none", *more, *args]
        if ranks > 1:
            if "LBS_NO_MPI" in os.environ:
                pytest.skip("this LAMMPS has no MPI")
            if shutil.which("mpirun") is None:
                pytest.fail("no mpirun on the path; LBS_NO_MPI=1 leaves out decks on several ranks")
            command = ["mpirun", "-np", str(ranks), *command]
        done = subprocess.run(command, cwd=cwd or folder, capture_output=True, text=True,
                              timeout=timeout, check=False,
                              env={**environment(ranks), **dict(env)})
        return Result(folder, done.returncode, done.stdout + done.stderr)

    def __call__(self, text, ranks=1, args=(), **options):
        """Run a deck that has to succeed."""
        result = self.run(text, ranks, args, **options)
        assert result.status == 0, result.log[-3000:]
        return result

    def fails(self, text, message, ranks=1, args=(), env=()):
        """Run a deck that has to stop with `message`; wrapping of long messages does not count."""
        result = self.run(text, ranks, args, env=env)
        assert result.status != 0, f"the deck ran to its end, without '{message}'"
        said = " ".join(re.findall(r"ERROR[^\n]*", result.log))
        assert message in said, said or result.log[-3000:]
        return result


# Lone processes that begin at the same time would disturb each other in one session folder.
SESSIONS = tempfile.TemporaryDirectory(prefix="lbs-")


def environment(ranks):
    """Environment of a deck. Open MPI looks for networks and starts a daemon for lone processes,
    which takes longer than most decks here; all of that is left out where one rank runs.
    """
    env = dict(os.environ)
    env.setdefault("OMP_NUM_THREADS", "1")
    env.setdefault("OMP_PROC_BIND", "false")    # else Kokkos warns, and ranks share one core
    if ranks == 1:
        for name, value in {**LONE_PROCESS, "orte_tmpdir_base": SESSIONS.name}.items():
            env.setdefault(f"OMPI_MCA_{name}", value)
    return env


def data_text(cell, types, positions, charges, ntypes=4):
    """Text of a data file of atom_style charge; types from 1, cell vectors as rows."""
    lines = ["made by a test", "", f"{len(types)} atoms", f"{ntypes} atom types", ""]
    lines += [f"0 {cell[k][k]:.17g} {n}lo {n}hi" for k, n in enumerate("xyz")]
    tilt = (cell[1][0], cell[2][0], cell[2][1])
    if any(tilt):
        lines.append("{:.17g} {:.17g} {:.17g} xy xz yz".format(*tilt))
    masses = [*(MASS[e] for e in ELEMENTS), *[1.0] * ntypes][:ntypes]
    lines += ["", "Masses", "", *(f"{k} {m}" for k, m in enumerate(masses, 1)), "", "Atoms", ""]
    for k, (t, q, x) in enumerate(zip(types, charges, positions), 1):
        lines.append(f"{k} {t} {q:.17g} {x[0]:.17g} {x[1]:.17g} {x[2]:.17g}")
    return "\n".join(lines) + "\n"


def read_frame(path):
    """(cell vectors as rows, types, positions, charges) of a data file of atom_style charge."""
    header, atoms = re.split(r"\nAtoms[^\n]*\n+", pathlib.Path(path).read_text())
    atoms = atoms.split("\nVelocities")[0]
    cell = np.zeros((3, 3))
    for k, name in enumerate("xyz"):
        low, high = re.search(rf"(\S+)\s+(\S+)\s+{name}lo", header).groups()
        cell[k, k] = float(high) - float(low)
    tilt = re.search(r"(\S+)\s+(\S+)\s+(\S+)\s+xy xz yz", header)
    if tilt:
        cell[1, 0], cell[2, 0], cell[2, 1] = map(float, tilt.groups())
    rows = np.array([line.split()[:6] for line in atoms.split("\n") if line.strip()], dtype=float)
    rows = rows[rows[:, 0].argsort()]
    return cell, rows[:, 1].astype(int), rows[:, 3:6], rows[:, 2]


def as_by_windows(path):
    """Leaves a text file as editors of Windows do: with a byte order mark, lines that end in CRLF.
    """
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))


def density_of(cell, types):
    """Density in g/cm3 of a cell (A) of atoms whose types are 1 to 4: Li, B, O, Si."""
    mass = sum(m * np.count_nonzero(types == k) for k, m in enumerate(MASS.values(), 1))
    return mass / 0.602214076 / np.linalg.det(cell)


def agree(got, expected, tolerance, floor):
    """Assert equality to `tolerance` of the largest value, which must exceed `floor`.

    The floor is what keeps two arrays of zeros from agreeing.
    """
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape
    scale = np.abs(expected).max()
    assert scale > floor, f"no signal: largest value {scale}"
    worst = np.abs(got - expected).max() / scale
    assert worst <= tolerance, f"relative difference {worst:.3g}, allowed {tolerance:.3g}"


def compare(one, two, tolerance, energies=("PotEng", "E_vdwl", "E_coul"), skip=()):
    """Assert that two decks with observe() agree in energies, pressure, forces and atom sums."""
    a, b = one.last(), two.last()
    for name in energies:
        agree([a[name]], [b[name]], tolerance, 1.0)
    tensor = [f"c_s[{k}]" for k in range(1, 7)]
    agree([a[k] for k in tensor], [b[k] for k in tensor], tolerance, 100.0)
    x, y = one.atoms(), two.atoms()
    groups = {"forces": ("fx", "fy", "fz"), "energies": ("c_pea",),
              "stresses": tuple(f"c_sa[{k}]" for k in range(1, 7))}
    for name, columns in groups.items():
        if name not in skip:
            agree([x[k] for k in columns], [y[k] for k in columns], tolerance, 0.1)
