# SPDX-License-Identifier: GPL-2.0-only
"""What users expect of a mature pair style, feature by feature."""
import math
import re

import numpy as np
import pytest

import formulas as ref
from deck import (DENG_DU, DSF, GIVEN, ROOT, SHIK, agree, compare, data_text, dump, frame, observe,
                  read_frame, system, thermo)

SAME = 1.0e-12         # relative: the same sums in another order
REAL = 23.060549       # kcal/mol in an eV, LAMMPS' conversion factor
COULOMB_REAL = 332.06371    # kcal/mol A/e^2, LAMMPS' units real
CUT = 8.0
# Velocity Verlet with 1 fs, measured here: the energy swings by 1.1e-4 eV an atom, and by a quarter
# of that with half the step, as an error of order dt^2 has to; it drifts by 1e-6 eV/ps an atom.
SWING = 3.0e-4    # eV an atom
DRIFT = 5.0e-6    # eV/ps an atom
STRAIN = 1.0e-5        # relative; the approximation of erfc and its exact slope differ by 1e-6
ERFC_SLOPE = 3.0e-6    # eV/A: the same for one pair, 14.4 q q'/r times 3e-7
TAIL = observe() + "run 0\n"
LONG = ("kspace_style pppm 1.0e-5\npair_style fmp/lbs 8.0 coul long 9.0\npair_modify table 0\n"
        + DENG_DU)


def counts_of(name="glass"):
    """Atoms per type, index 0 unused, and the volume."""
    cell, types, *_ = read_frame(frame(name))
    return [np.count_nonzero(types == t) for t in range(5)], np.linalg.det(cell)


def test_hybrid_with_other_types(lmp):
    """Types named NULL belong to another style and to no composition."""
    argon = ("mass 5 39.95\ncreate_atoms 5 random 6 911 NULL overlap 1.5 maxtry 1000\n")
    parts = ("compute ours all pair fmp/lbs\ncompute lj all pair lj/cut\n"
             + thermo("step pe c_ours c_lj") + dump("id type fx fy fz") + "run 0\n")
    hybrid = lmp(system(extra="extra/atom/types 1") + argon
                 + "pair_style hybrid fmp/lbs 8.0 coul dsf 0.25 8.0 lj/cut 6.0\n"
                 "pair_coeff * * fmp/lbs deng-du-teter.fmp Li B O Si NULL\n"
                 "pair_coeff 5 5 lj/cut 0.01 3.4\npair_coeff *4 5 lj/cut 0.0 1.0\n" + parts)
    plain = lmp(system() + DSF + "\n" + TAIL)
    agree(hybrid.last()["c_ours"], plain.last()["PotEng"], SAME, 100.0)
    assert abs(hybrid.last()["c_lj"]) > 1.0e-6
    atoms = hybrid.atoms()
    glass = atoms["type"] < 5
    for name in ("fx", "fy", "fz"):
        agree(atoms[name][glass], plain.atoms()[name], SAME, 1.0)


def test_overlay_with_coul_long(lmp):
    one = lmp(system() + LONG + "\n" + TAIL)
    two = lmp(system() + "kspace_style pppm 1.0e-5\n"
              "pair_style hybrid/overlay fmp/lbs 8.0 coul none coul/long 9.0\n"
              "pair_modify table 0\n"
              "pair_coeff * * fmp/lbs deng-du-teter.fmp Li B O Si\n"
              "pair_coeff * * coul/long\n" + TAIL)
    compare(two, one, SAME)


HYBRID_COEFFS = "pair_coeff * * fmp/lbs deng-du-teter.fmp Li B O Si\npair_coeff * * zero\n"


def test_overlay_in_a_restart(lmp):
    """Hybrid styles keep the words of pair_style and ask for pair_coeff again."""
    text = (system() + "pair_style hybrid/overlay fmp/lbs 8.0 coul dsf 0.25 8.0 zero 5.0\n"
            + HYBRID_COEFFS + TAIL)
    first = lmp(text + "write_restart half.restart\n")
    again = lmp(f"read_restart {first.folder}/half.restart\n" + HYBRID_COEFFS + TAIL)
    compare(again, first, SAME)


def pairs_within(cut, name="glass"):
    """Number of pairs of each two elements within `cut`, images included."""
    cell, types, x, _ = read_frame(frame(name))
    i, j, _ = ref.distances(cell, x, cut)
    both = np.zeros((5, 5))
    np.add.at(both, (types[i], types[j]), 1)
    return {(a, b): both[ref.TYPE[a], ref.TYPE[b]] / (2 if a == b else 1)
            for a, b in ref.all_pairs()}


def test_shift(lmp):
    """Every pair loses its energy at the cutoff; forces stay."""
    plain = lmp(system() + DSF + "\n" + TAIL)
    shifted = lmp(system() + DSF + "\npair_modify shift yes\n" + TAIL)
    number = pairs_within(CUT)
    lost = sum(ref.lookup(number, *pair) * ref.deng_du_short(
        np.array([CUT]), c[0] or ref.amplitude_of(read_frame(frame("glass"))[1]), *c[1:])[0][0]
        for pair, c in ref.DENG_DU.items())
    agree(plain.last()["E_vdwl"] - shifted.last()["E_vdwl"], lost, 1.0e-9, 0.1)
    agree(shifted.atoms()["fx"], plain.atoms()["fx"], SAME, 1.0)


def integral(f, low, high, panels=4000):
    """Simpson's rule in 1/r, which suits tails that end in r^-6."""
    u = np.linspace(1.0 / high, 1.0 / low, panels + 1)
    weights = np.ones(panels + 1)
    weights[1:-1:2], weights[2:-1:2] = 4.0, 2.0
    return (weights * f(1.0 / u) / u ** 2).sum() * (u[1] - u[0]) / 3.0


def test_tail(lmp):
    """Energy and pressure beyond the cutoff of a uniform system, by quadrature to 1e5 A."""
    n, volume = counts_of()
    amplitude = ref.amplitude_of(read_frame(frame("glass"))[1])
    energy = pressure = 0.0
    for (a, b), (height, *rest) in ref.DENG_DU.items():
        def both(r, c=(height or amplitude, *rest)):
            return c[0] * np.exp(-r / c[1]) - c[2] / r ** 6, \
                c[0] / c[1] * np.exp(-r / c[1]) - 6.0 * c[2] / r ** 7
        pairs = n[ref.TYPE[a]] * n[ref.TYPE[b]] * (1 if a == b else 2)
        energy += 2.0 * math.pi * pairs / volume * integral(lambda r: both(r)[0] * r ** 2, CUT, 1e5)
        pressure += 2.0 * math.pi * pairs / (3.0 * volume ** 2) * integral(
            lambda r: both(r)[1] * r ** 3, CUT, 1e5)
    text = (system() + DSF + "\n{}compute p all pressure NULL virial\n"
            + thermo("step pe evdwl etail c_p") + "run 0\n")
    with_tail = lmp(text.format("pair_modify tail yes\n")).last()
    plain = lmp(text.format("")).last()
    agree(with_tail["E_tail"], energy, 1.0e-9, 0.1)
    agree(with_tail["PotEng"] - plain["PotEng"], energy, 1.0e-9, 0.1)
    agree(with_tail["c_p"] - plain["c_p"], pressure * 1.6021765e6, 1.0e-8, 10.0)


def test_tail_is_refused_for_shik(lmp):
    lmp.fails(system() + SHIK + "\npair_modify tail yes\nrun 0\n",
              "pair_modify tail makes no sense")


def test_units_real(lmp):
    """Short-range energies scale by LAMMPS' factor, Coulomb by the ratio of its constants."""
    metal = lmp(system() + DSF + "\n" + TAIL).last()
    real = lmp(system().replace("units metal", "units real") + DSF + "\n" + TAIL).last()
    agree(real["E_vdwl"], REAL * metal["E_vdwl"], 1.0e-7, 1.0)
    agree(real["E_coul"], COULOMB_REAL / ref.COULOMB * metal["E_coul"], SAME, 1.0)
    agree(real["PotEng"], REAL * metal["PotEng"], 1.0e-6, 1.0)


def test_a_composition_that_the_atoms_do_not_have(lmp):
    """Is told for each oxide whose amount is another, with both; the run has that of the deck."""
    told = "WARNING: pair fmp/lbs: the composition given has {} {:.4f}, the atoms have {:.4f}"
    wrong = lmp(system() + DSF + " composition Li2O 40 B2O3 40 SiO2 20\nrun 0\n").log
    assert told.format("B2O3", 0.4, 18 / 88) in wrong
    assert told.format("SiO2", 0.2, 35 / 88) in wrong
    assert wrong.count("the composition given has") == 2
    for right in (GIVEN, " composition Li2O 40 B2O3 20 SiO2 40"):
        assert "the composition given has" not in lmp(system() + DSF + right + "\nrun 0\n").log


def test_shik_in_units_real(lmp):
    """In a cell so small that the walls D/r^24 count: energies, forces, stresses of atoms."""
    squeezed = system() + "change_box all x scale 0.7 y scale 0.7 z scale 0.7 remap\n"
    metal, real = (lmp(squeezed.replace("units metal", f"units {units}") + SHIK + "\n" + TAIL)
                   for units in ("metal", "real"))
    agree(real.last()["E_vdwl"], REAL * metal.last()["E_vdwl"], 1.0e-7, 1.0e4)
    one, two = metal.atoms(), real.atoms()
    factor = COULOMB_REAL / ref.COULOMB    # differs by 2e-6 from the other
    agree([two[k] for k in ("fx", "fy", "fz")],
          [factor * one[k] for k in ("fx", "fy", "fz")], 1.0e-5, 100.0)
    agree([two[f"c_sa[{k}]"] for k in range(1, 7)],
          [one[f"c_sa[{k}]"] / 1.01325 for k in range(1, 7)], 1.0e-5, 1.0e6)


@pytest.mark.parametrize("units", ["metal", "real"])
@pytest.mark.parametrize("name, style", [("deng-du-teter", DSF), ("shik", SHIK)])
def test_files_in_real_units(lmp, tmp_path, units, name, style):
    """A file with UNITS: real is the one of metal with its energies in kcal/mol. Models for A_BO
    are in eV only, so a number stands for that."""
    text = (ROOT / "potentials" / f"{name}.fmp").read_text()
    text = re.sub("^model.*\n", "", text, flags=re.M).replace("A_BO ", "12000 ")
    energies = re.compile(r"(?<= [ACD] )( *[0-9.]+)")
    files = {"metal": text, "real": "".join(
        energies.sub(lambda found: repr(float(found[1]) * REAL), line)
        if line.startswith("pair") else line.replace("UNITS: metal", "UNITS: real")
        for line in text.splitlines(True))}
    results = []
    for kind, lines in files.items():
        (tmp_path / f"{kind}.fmp").write_text(lines)
        results.append(lmp(system().replace("units metal", f"units {units}")
                           + style.replace(f"{name}.fmp", f"{tmp_path}/{kind}.fmp") + "\n" + TAIL))
    compare(*results, 1.0e-7)
    assert files["metal"].count("\n") == files["real"].count("\n") and "2029" not in files["real"]


def pair_sums(result, natoms):
    """Energy and forces summed from a dump of all pairs."""
    rows = result.frames("pairs.dump")[-1][2]
    forces = np.zeros((natoms + 1, 3))
    vector = np.column_stack([rows[f"c_pairs[{k}]"] for k in (2, 3, 4)])
    np.add.at(forces, rows["c_ids[1]"].astype(int), vector)
    np.add.at(forces, rows["c_ids[2]"].astype(int), -vector)
    return rows["c_pairs[1]"].sum(), forces[1:]


LOCAL = """
compute ids all property/local patom1 patom2
compute pairs all pair/local eng fx fy fz
dump pairs all local 1 pairs.dump index c_ids[1] c_ids[2] c_pairs[*]
dump_modify pairs format float %.17g
"""


@pytest.mark.parametrize("model", [DSF, DSF.replace("dsf", "wolf"), SHIK,
                                   DSF.replace("dsf 0.25 8.0", "none"),
                                   DSF + "\npair_modify shift yes"])
def test_single_equals_the_loop(lmp, model):
    """compute pair/local asks single() for each pair; self terms belong to no pair."""
    result = lmp(system() + model + "\n" + LOCAL + observe("id type q fx fy fz") + "run 0\n")
    atoms = result.atoms()
    energy, forces = pair_sums(result, len(atoms["id"]))
    agree(forces.T, [atoms[k] for k in ("fx", "fy", "fz")], 1.0e-11, 1.0)
    alpha, cut = {"d": (0.25, 8.0), "w": (0.25, 8.0), "n": (0.0, 0.0)}[model.split("coul ")[1][0]]
    if model is SHIK:
        own = ref.shik_self(atoms["q"]).sum()
    elif cut == 0.0:
        own = 0.0
    else:
        shift = math.erfc(alpha * cut) / cut
        if "dsf" in model:
            shift += math.erfc(alpha * cut) / cut + 2.0 * alpha / math.sqrt(math.pi) * math.exp(
                -(alpha * cut) ** 2)
        own = -ref.COULOMB * (atoms["q"] ** 2).sum() * (shift / 2.0 + alpha / math.sqrt(math.pi))
    agree(energy, result.last()["PotEng"] - own, 1.0e-11, 1.0)


@pytest.mark.parametrize("table", [0, 12])
def test_single_equals_the_loop_with_kspace(lmp, table):
    result = lmp(system() + LONG + f"\npair_modify table {table}\n" + LOCAL + observe() + "run 0\n")
    energy, _ = pair_sums(result, 300)
    agree(energy, result.last()["E_vdwl"] + result.last()["E_coul"], 1.0e-11, 1.0)


def test_group_group(lmp):
    """Silicon pulls at all the rest as all the rest pulls at it."""
    result = lmp(system() + DSF + "\ngroup si type 4\ngroup rest type 1 2 3\n"
                 "compute there si group/group rest\ncompute back rest group/group si\n"
                 "compute own si group/group si\ncompute other rest group/group rest\n"
                 + thermo("step pe c_there c_there[*] c_back[*] c_own c_other") + "run 0\n").last()
    agree([result[f"c_there[{k}]"] for k in (1, 2, 3)],
          [-result[f"c_back[{k}]"] for k in (1, 2, 3)], 1.0e-10, 0.01)
    q = read_frame(frame("glass"))[3]
    alpha, cut = 0.25, 8.0
    shift = 2.0 * math.erfc(alpha * cut) / cut + 2.0 * alpha / math.sqrt(math.pi) * math.exp(
        -(alpha * cut) ** 2)
    own = -ref.COULOMB * (q ** 2).sum() * (shift / 2.0 + alpha / math.sqrt(math.pi))
    agree(result["c_there"] + result["c_own"] + result["c_other"], result["PotEng"] - own,
          1.0e-11, 100.0)


@pytest.mark.parametrize("what, pair, place, value", [
    ("a", (2, 3), 0, 12000.0), ("rho", (3, 4), 1, 0.2), ("c", (3, 3), 2, 150.0)])
def test_fix_adapt(lmp, what, pair, place, value):
    """A coefficient set by a variable: equal to LAMMPS' buck with that number."""
    from test_against_lammps import amplitude_of, buck_lines
    words = "{} {}".format(*pair)
    lines = buck_lines("buck", amplitude_of("glass"))
    before = re.search(rf"^pair_coeff {words} buck (\S+) (\S+) (\S+)$", lines, re.M)
    after = list(before.groups())
    after[place] = repr(value)
    adapted = lmp(system() + DSF + f"\nvariable v equal {value}\n"
                  f"fix adapt all adapt 1 pair fmp/lbs {what} {words} v_v\n" + TAIL)
    theirs = lmp(system() + f"pair_style hybrid/overlay buck {CUT} coul/dsf 0.25 8.0\n"
                 + lines.replace(before[0], f"pair_coeff {words} buck " + " ".join(after))
                 + "pair_coeff * * coul/dsf\n" + TAIL)
    compare(adapted, theirs, SAME)


def test_fix_adapt_resets(lmp):
    plain = lmp(system() + DSF + "\n" + TAIL)
    back = lmp(system() + DSF + "\nvariable a equal 1.02\n"
               "fix adapt all adapt 1 pair fmp/lbs a 2 3 v_a pair fmp/lbs rho 3 4 v_a"
               " scale yes reset yes\nrun 0\nunfix adapt\n" + TAIL)
    compare(back, plain, SAME)


@pytest.mark.parametrize("what, value, message", [
    ("rho 3 4", "-0.2", "pair O Si: A = "),
    ("a 2 3", "-1.0", "all must be finite, none negative and rho positive"),
    ("a 1 1", "10.0", "has no short-range term for pair Li Li, which 'fix adapt' could change")])
def test_fix_adapt_is_checked(lmp, what, value, message):
    deck = (system() + DSF + f"\nvariable v equal {value}\n"
            f"fix adapt all adapt 1 pair fmp/lbs {what} v_v\n" + TAIL)
    lmp.fails(deck, message)


def test_charges_are_set_by_one(lmp):
    deck = (system() + DSF + " charges set\nvariable v equal 0.1\n"
            "fix adapt all adapt 1 atom charge v_v\n" + TAIL)
    lmp.fails(deck, "fix adapt changes charges, which 'charges set' sets back")


def test_net_charge_is_told(lmp, tmp_path):
    """Oxygen of -1.21 e, as a slip would write it, in the file of Deng-Du/Teter."""
    text = (ROOT / "potentials" / "deng-du-teter.fmp").read_text()
    (tmp_path / "slip.fmp").write_text(text.replace("element O  charge -1.2\n",
                                                    "element O  charge -1.21\n"))
    deck = system() + DSF + " charges set\n" + TAIL
    slip = lmp(deck.replace("deng-du-teter.fmp", str(tmp_path / "slip.fmp")))
    found = re.findall(r"the cell has a net charge of (\S+) e", slip.log)
    oxygens = counts_of()[0][3]
    agree([float(charge) for charge in found], [-0.01 * oxygens], 1.0e-3, 0.1)
    assert "net charge" not in lmp(deck).log


@pytest.mark.parametrize("when", ["before", "after"])
def test_charges_set_reaches_kspace(lmp, when):
    """Atoms without charge, before pair_coeff or only just before the run.

    In the second case k-space starts with no charge at all and wants its 'gewald' from the deck.
    """
    zero = "set group all charge 0.0\n"
    model = LONG.replace("\n", "\nkspace_modify gewald 0.3\n", 1)
    model, charged = model + " charges set\n", model + "\n"
    got = lmp(system() + (zero + model if when == "before" else model + zero) + TAIL)
    compare(got, lmp(system() + charged + TAIL), SAME)


def test_citation(lmp):
    """In the log of a run that uses the style, and in no other."""
    used = lmp(system() + DSF + "\nrun 0\n")
    assert "J. Am. Ceram. Soc. 102, 2482" in used.log
    other = lmp(system() + "pair_style zero 8.0\npair_coeff * *\nrun 0\n")
    assert "J. Am. Ceram. Soc. 102, 2482" not in other.log


def test_clear_and_again(lmp):
    """The style is there after 'clear', and knows nothing of the run before."""
    once = system() + SHIK + "\n" + TAIL
    result = lmp(once + "clear\n" + system("tiny") + DSF + "\nrun 0\nclear\n" + once)
    runs = result.thermo()
    assert runs[0]["PotEng"][0] == runs[2]["PotEng"][0] != 0.0


def test_memory_is_reported(lmp):
    result = lmp(system() + DSF + "\nrun 0\n")
    assert "Per MPI rank memory allocation" in result.log


STRAINS = {1: "x", 2: "y", 3: "z", 4: "xy", 5: "xz", 6: "yz"}


@pytest.mark.parametrize("model", [DSF + "\npair_modify shift yes", SHIK])
@pytest.mark.parametrize("name", ["glass_triclinic", "tiny"])
def test_virial_is_the_slope_under_strain(lmp, tmp_path, model, name):
    """-dE/d(strain)/V for six strains by fourth-order differences, with cell and atoms deformed."""
    cell, types, x, q = read_frame(frame(name))
    h = 1.0e-5    # few pairs cross 8 A, where the forces of Deng-Du jump
    deck = []
    states = [(0, 0)] + [(k, s) for k in STRAINS for s in (-2, -1, 1, 2)]
    for k, s in states:
        strain = np.eye(3)
        if k:
            a, b = [(0, 0), (1, 1), (2, 2), (1, 0), (2, 0), (2, 1)][k - 1]
            strain[a, b] += s * h    # row vectors: x' = x + s h y for xy
        path = tmp_path / f"{k}_{s}.data"
        path.write_text(data_text(cell @ strain, types, x @ strain, q))
        deck.append(f"clear\nunits metal\natom_style charge\nread_data {path}\n{model}\n"
                    "compute s all pressure NULL virial\n" + thermo("step pe c_s[*]") + "run 0\n")
    runs = lmp("\n".join(deck)).thermo()
    energy = {state: run["PotEng"][0] for state, run in zip(states, runs)}
    slope = [(energy[k, -2] - 8 * energy[k, -1] + 8 * energy[k, 1] - energy[k, 2]) / (12 * h)
             for k in STRAINS]
    expected = [runs[0][f"c_s[{k}]"][0] for k in STRAINS]
    agree(np.array(slope) / -np.linalg.det(cell) * 1.6021765e6, expected, STRAIN, 1000.0)


FORCE_CASES = {
    "dsf": ("fmp/lbs 8.0 coul dsf 0.25 8.0", "deng-du-teter.fmp", (0.4, 7.998)),
    "wolf": ("fmp/lbs 8.0 coul wolf 0.25 10.0", "deng-du-teter.fmp", (0.4, 7.998)),
    "short": ("fmp/lbs 8.0 coul none", "deng-du-teter.fmp", (0.4, 7.998)),
    "shik": ("fmp/lbs 8.0 coul dsf 0.0 10.0", "shik.fmp", (0.5, 10.1)),
}


def scan(low, high, pair, amplitude):
    """Distances of a dimer: even steps, and closely around the splice and the cutoffs."""
    r = [np.linspace(low, high, 60)]
    constants = ref.lookup(ref.DENG_DU, *pair)
    if constants and constants[2] > 0.0:
        r0 = ref.fit_core(constants[0] or amplitude, *constants[1:])[0]
        r.append(r0 + np.array([-0.01, -1e-3, -1e-4, 0.0, 1e-4, 1e-3, 0.01]))
    return np.unique(np.clip(np.concatenate([*r, CUT + np.array([-0.3, -0.1, -0.05, -0.01])]), low,
                             high))


@pytest.mark.parametrize("case", FORCE_CASES)
def test_force_is_minus_the_slope_of_the_energy(lmp, tmp_path, case):
    """Dimers through core, splice and cutoff, as one chain of pairs that do not see each other."""
    style, file, (low, high) = FORCE_CASES[case]
    h = 1.0e-4
    amplitude = ref.deng_du_amplitude(2.0, 2.0, ref.dell_bray_xiao(2.0, 2.0))
    stencil = h * np.array([-2, -1, 0, 1, 2])
    lengths, types, x = [], [], []
    for pair in ref.all_pairs():
        for r in scan(low, high, pair, amplitude):
            lengths.append(r)
            for d in r + stencil:
                types += [ref.TYPE[e] for e in pair]
                x += [(0.5 * len(x) * 12.5 + 5.0, y, 10.0 + z) for y, z in ((10, 0), (10, d))]
    x = np.array(x)
    x[1::2, 0] = x[0::2, 0]
    cell = np.diag([len(x) * 6.25 + 10.0, 30.0, 40.0])
    (tmp_path / "dimers.data").write_text(data_text(cell, types, x, [0.0] * len(x)))
    result = lmp(f"units metal\natom_style charge\nread_data {tmp_path}/dimers.data\n"
                 f"pair_style {style}\npair_coeff * * {file} Li B O Si"
                 " composition Li2O 0.4 B2O3 0.2 SiO2 0.4 charges set\n"
                 "compute pea all pe/atom pair\n" + dump("id fz c_pea") + "run 0\n").atoms()
    energy = (result["c_pea"][0::2] + result["c_pea"][1::2]).reshape(-1, 5)
    force = result["fz"][1::2].reshape(-1, 5)[:, 2]
    slope = (energy[:, 0] - 8 * energy[:, 1] + 8 * energy[:, 3] - energy[:, 4]) / (12 * h)
    # rounding of an energy over h, and at a splice the jump of the third derivative times h^2
    allowed = 1.0e-5 * np.abs(force) + 4.0e-15 / h * np.abs(energy).max(1)
    allowed += ERFC_SLOPE if case in ("dsf", "wolf") else 1.0e-7    # the others have no erfc
    worst = np.abs(force + slope) / allowed
    k = int(worst.argmax())
    assert np.abs(force).max() > 10.0
    assert worst[k] < 1.0, f"r = {lengths[k]}: force {force[k]}, slope {-slope[k]}"


def test_energy_is_conserved(lmp):
    """Two picoseconds from a minimum and 300 K, half of which goes into potential energy.

    With the shift no energy jumps at 8 A, and forces jump by less than 1e-3 eV/A, so the
    integrator alone is left.
    """
    text = (system() + DSF + "\npair_modify shift yes\nminimize 0.0 1.0e-3 300 3000\n"
            "reset_timestep 0\nvelocity all create 300.0 99 loop geom\nfix nve all nve\n"
            "timestep 0.001\nthermo 10\n" + thermo("step temp etotal") + "run 2000\n")
    run = lmp(text).thermo()[-1]
    energy = run["TotEng"] / 300.0
    slope = np.polyfit(run["Step"] * 0.001, energy, 1)[0]
    assert 100.0 < run["Temp"][50:].mean() < 250.0
    assert np.ptp(run["Temp"]) > 20.0
    assert abs(slope) < DRIFT, f"{slope} eV/ps an atom"
    assert np.ptp(energy) < SWING, f"{np.ptp(energy)} eV an atom"
