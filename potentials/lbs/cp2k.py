# SPDX-License-Identifier: GPL-2.0-only
"""CP2K single points: the input of a frame, and what a finished output says, read strictly.

Settings: PBE, Goedecker-Teter-Hutter pseudopotentials, DZVP-MOLOPT-SR basis, Gamma point only.
Their numbers stand in settings.json under "cp2k".
"""
import re

import numpy as np

HARTREE = 27.211386245988      # eV, CODATA 2018
BOHR = 0.529177210903          # Angstrom, CODATA 2018
GPA_A3 = 1.0 / 160.21766208    # eV in GPa Angstrom^3

# Valence electrons of the pseudopotential; the basis of Li carries the number in its name.
VALENCE = {"Li": 3, "B": 3, "O": 6, "Si": 4, "Na": 9}
BASIS_WITH_VALENCE = {"Li", "Na"}


class Unusable(Exception):
    """The output gives no label; the text says why."""


# How the SCF cycle goes. A step costs the same in both, but Broyden mixing takes far fewer of them
# (Li2Si2O5: 14 to a change of 1e-5, where orbital transformation is at 4e-5 after 26); it may slosh
# where the gap is small.
SCF = {
    "broyden": ["   MAX_SCF 60",
                "   &DIAGONALIZATION", "    ALGORITHM STANDARD", "   &END DIAGONALIZATION",
                "   &MIXING", "    METHOD BROYDEN_MIXING", "    ALPHA 0.4", "    NBROYDEN 8",
                "   &END MIXING"],
    "ot": ["   MAX_SCF 30",
           "   &OT", "    PRECONDITIONER FULL_ALL", "    MINIMIZER DIIS", "   &END OT",
           "   &OUTER_SCF", "    EPS_SCF {eps_scf}", "    MAX_SCF 5", "   &END OUTER_SCF"]}


def write_input(symbols, positions, cell, settings, scf):
    """Input file of one energy, its forces and its stress.

    symbols: element of each atom; positions (n, 3) and cell (3, 3, rows are the vectors) in A;
    settings: "cutoff" and "rel_cutoff" in Ry, "eps_scf", "eps_default"; scf: a key of SCF.
    Raises KeyError for an element without a pseudopotential here.
    """
    lines = ["&GLOBAL", " PROJECT sp", " RUN_TYPE ENERGY_FORCE", " PRINT_LEVEL LOW", "&END GLOBAL",
             "&FORCE_EVAL", " METHOD QS", " STRESS_TENSOR ANALYTICAL",
             " &DFT", "  BASIS_SET_FILE_NAME BASIS_MOLOPT",
             "  POTENTIAL_FILE_NAME GTH_POTENTIALS",
             "  &MGRID", f"   CUTOFF {settings['cutoff']}",
             f"   REL_CUTOFF {settings['rel_cutoff']}", "  &END MGRID",
             "  &QS", f"   EPS_DEFAULT {settings['eps_default']}", "  &END QS",
             "  &SCF", "   SCF_GUESS ATOMIC", f"   EPS_SCF {settings['eps_scf']}",
             *[line.format(**settings) for line in SCF[scf]],
             "   &PRINT", "    &RESTART OFF", "    &END RESTART", "   &END PRINT",
             "  &END SCF",
             "  &XC", "   &XC_FUNCTIONAL PBE", "   &END XC_FUNCTIONAL", "  &END XC", " &END DFT",
             " &SUBSYS", "  &CELL"]
    for name, vector in zip("ABC", cell):
        lines.append("   " + name + "".join(f" {x:.12f}" for x in vector))
    lines += ["  &END CELL", "  &COORD"]
    for symbol, r in zip(symbols, positions):
        lines.append(f"   {symbol}" + "".join(f" {x:.12f}" for x in r))
    lines.append("  &END COORD")
    for symbol in sorted(set(symbols)):
        q = VALENCE[symbol]
        basis = "DZVP-MOLOPT-SR-GTH" + (f"-q{q}" if symbol in BASIS_WITH_VALENCE else "")
        lines += [f"  &KIND {symbol}", f"   BASIS_SET {basis}", f"   POTENTIAL GTH-PBE-q{q}",
                  "  &END KIND"]
    lines += [" &END SUBSYS", " &PRINT", "  &FORCES ON", "  &END FORCES",
              "  &STRESS_TENSOR ON", "  &END STRESS_TENSOR", " &END PRINT", "&END FORCE_EVAL", ""]
    return "\n".join(lines)


def _one(pattern, text, what):
    found = re.findall(pattern, text, flags=re.MULTILINE)
    if len(found) != 1:
        raise Unusable(f"{what} stands {len(found)} times in the output, not once")
    return found[0]


def _number(word):
    """Floating point number of a column; stars are what Fortran prints if it does not fit."""
    try:
        return float(word)
    except ValueError:
        raise Unusable(f"'{word}' stands where a number should be") from None


def read_output(text, symbols):
    """Energy (eV), forces (n, 3; eV/A) and stress (3, 3; GPa, as CP2K prints it) of one output.

    Raises Unusable if the run did not end, the SCF cycle did not converge, or anything is
    missing, doubled, not finite, or of other atoms than `symbols`.
    """
    if "SCF run NOT converged" in text or "outer SCF loop FAILED" in text:
        raise Unusable("the SCF cycle did not converge")
    if "[ABORT]" in text:
        raise Unusable("CP2K stopped with an error")
    if "PROGRAM ENDED AT" not in text:
        raise Unusable("the output ends early")
    if not re.search(r"SCF run converged in +\d+ (steps|iterations)", text):
        raise Unusable("no line says that the SCF cycle converged")
    energy = HARTREE * _number(_one(
        r"^ ENERGY\| Total FORCE_EVAL \( QS \) energy \[(?:a\.u\.|hartree)\]: +(\S+)$", text,
        "the energy"))
    block = _one(r"^ ATOMIC FORCES in \[a\.u\.\]\n((?:.*\n)*?) SUM OF ATOMIC FORCES", text,
                 "the table of forces")
    rows = re.findall(r"^ +(\d+) +\d+ +([A-Z][a-z]?) +(\S+) +(\S+) +(\S+)$", block,
                      flags=re.MULTILINE)
    if [r[1] for r in rows] != list(symbols) or \
            [int(r[0]) for r in rows] != list(range(1, len(symbols) + 1)):
        raise Unusable("the table of forces is of other atoms")
    forces = HARTREE / BOHR * np.array([[_number(x) for x in r[2:]] for r in rows])
    stress = []
    for axis in "xyz":
        row = _one(rf"^ STRESS\| +{axis} +(-?\d\S*) +(-?\d\S*) +(-?\d\S*)$", text,
                   f"row {axis} of the stress tensor")
        stress.append([_number(x) for x in row])
    stress = np.array(stress)
    _one(r"^ STRESS\| Analytical stress tensor \[(GPa)\]$", text, "the unit of the stress")
    if not (np.isfinite(energy) and np.isfinite(forces).all() and np.isfinite(stress).all()):
        raise Unusable("a number is not finite")
    if not forces.any() or not stress.any():
        raise Unusable("all forces or stresses are zero")
    return energy, forces, stress


def scf_steps(text):
    """Number of SCF steps of the whole run."""
    return len(re.findall(r"^ +\d+ (?:OT |Broy\.|NoMix)", text, flags=re.MULTILINE))


def virial(stress, volume):
    """Virial in eV, minus dE/dstrain, from CP2K's stress (GPa) and the volume (A^3).

    CP2K prints the stress positive under compression, so the sign stays.
    """
    return stress * volume * GPA_A3
