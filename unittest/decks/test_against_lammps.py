# SPDX-License-Identifier: GPL-2.0-only
"""fmp/lbs beside LAMMPS' own styles and beside the formulas of the papers."""
import numpy as np
import pytest

import formulas as ref
from deck import (DENG_DU, SHIK, agree, compare, data_text, dump, frame, observe, read_frame,
                  system)

SAME_FORM = 1.0e-12    # relative: the same arithmetic in another order
# LAMMPS' spline tables of 20000 rows in r^2: the fourth power of the row width, 64 A^2/20000, over
# r^2 = 1 A^2, times 15*16*17*18 from the eighth derivative of a wall r^-24, over 384.
TABLE = 2.0e-8
TABLE_ROWS = 20000
# The force of a core has a kink in its slope at the splice, where a spline is off by the square of
# the row width over 16 times the kink, about 1e4 eV/A^3 for B-O, beside forces of 1e3 eV/A.
TABLE_SPLICE = 2.0e-6
CUT = 8.0


def buck_lines(style, amplitude):
    """pair_coeff lines of Deng-Du for a buck style; cations see each other through charges only."""
    lines = [f"pair_coeff * * {style} 0.0 1.0 0.0"]
    for (a, b), (height, rho, c) in ref.DENG_DU.items():
        i, j = sorted((ref.TYPE[a], ref.TYPE[b]))
        lines.append(f"pair_coeff {i} {j} {style} {height or amplitude!r} {rho} {c}")
    return "\n".join(lines) + "\n"


def amplitude_of(name):
    return float(ref.amplitude_of(read_frame(frame(name))[1]))


def long_range(name, solver, table, style, coeffs):
    """Deck with k-space; `table` bits as of pair_modify."""
    return (system(name) + f"kspace_style {solver} 1.0e-6\npair_style {style} {CUT} "
            + ("coul long 9.0" if style == "fmp/lbs" else "9.0")
            + f"\npair_modify table {table}\n{coeffs}\n" + observe() + "run 0\n")


@pytest.mark.parametrize("name", ["glass", "glass_triclinic"])
@pytest.mark.parametrize("table", [0, 12])
@pytest.mark.parametrize("solver", ["ewald", "pppm"])
def test_equals_buck_coul_long(lmp, name, solver, table):
    ours = lmp(long_range(name, solver, table, "fmp/lbs", DENG_DU))
    theirs = lmp(long_range(name, solver, table, "buck/coul/long",
                            buck_lines("", amplitude_of(name))))
    compare(ours, theirs, SAME_FORM)


def damped(name, factor=1.0, extra=""):
    """LAMMPS' own combination for 'coul dsf'; `factor` spoils the B-O amplitude."""
    return (system(name) + f"pair_style hybrid/overlay buck {CUT} coul/dsf 0.25 8.0\n"
            + buck_lines("buck", amplitude_of(name) * factor)
            + f"pair_coeff * * coul/dsf\n{extra}\n" + observe() + "run 0\n")


def ours_damped(name, extra=""):
    return (system(name) + f"pair_style fmp/lbs {CUT} coul dsf 0.25 8.0\n{DENG_DU}\n{extra}\n"
            + observe() + "run 0\n")


@pytest.mark.parametrize("extra", ["", "newton off", "pair_modify shift yes",
                                   "pair_modify tail yes", "neigh_modify exclude type 3 3"])
@pytest.mark.parametrize("name", ["glass", "glass_triclinic", "tiny"])
def test_equals_buck_with_coul_dsf(lmp, name, extra):
    if extra.startswith("newton"):
        texts = [f"{extra}\n{t}" for t in (ours_damped(name), damped(name))]
    else:
        texts = [ours_damped(name, extra), damped(name, extra=extra)]
    ours, theirs = map(lmp, texts)
    compare(ours, theirs, SAME_FORM)


def test_sees_a_small_change_of_one_amplitude(lmp):
    """Negative control: one part in 1e9 of one parameter is enough to fail."""
    ours = lmp(ours_damped("glass"))
    theirs = lmp(damped("glass", factor=1.0 + 1.0e-9))
    with pytest.raises(AssertionError, match="relative difference"):
        compare(ours, theirs, SAME_FORM)


def test_wolf_energy(lmp):
    """coul/wolf has the exact erfc, ours an approximation; its forces are none of its energy."""
    base = system() + "{}\n" + observe() + "run 0\n"
    ours = lmp(base.format(f"pair_style fmp/lbs {CUT} coul wolf 0.25 8.0\n{DENG_DU}"))
    theirs = lmp(base.format(f"pair_style hybrid/overlay buck {CUT} coul/wolf 0.25 8.0\n"
                             + buck_lines("buck", amplitude_of("glass"))
                             + "pair_coeff * * coul/wolf"))
    agree(ours.last()["E_coul"], theirs.last()["E_coul"], 1.0e-5, 100.0)
    agree(ours.last()["E_vdwl"], theirs.last()["E_vdwl"], SAME_FORM, 10.0)


def shik_sums(name):
    """Energy, forces and virial of a frame by the formulas of the papers."""
    cell, types, x, _ = read_frame(frame(name))
    n = [np.count_nonzero(types == t) for t in range(5)]
    charges = ref.shik_charges(n[1] / 2, n[2] / 2, n[4])
    symbols = ["", "Li", "B", "O", "Si"]
    q = np.array([charges[symbols[t]] for t in types])
    i, j, vec = ref.distances(cell, x, ref.SHIK_CUT_COULOMB)
    r = np.linalg.norm(vec, axis=1)
    e_coul, force = ref.shik_coulomb(r, q[i] * q[j])
    e_short = np.zeros_like(r)
    for a, b in ref.all_pairs():
        mask = ((types[i] == ref.TYPE[a]) & (types[j] == ref.TYPE[b])
                | (types[i] == ref.TYPE[b]) & (types[j] == ref.TYPE[a]))
        e_short[mask], f = ref.shik_short(r[mask], a, b)
        force[mask] += f
    pair_forces = force[:, None] * vec / r[:, None]
    forces = np.zeros_like(x)
    np.add.at(forces, i, pair_forces)
    virial = 0.5 * np.einsum("ka,kb->ab", vec, pair_forces)
    return (0.5 * e_short.sum(), 0.5 * e_coul.sum() + ref.shik_self(q).sum(), forces,
            virial / np.linalg.det(cell) * 1.6021765e6)    # eV/A^3 to bar, LAMMPS' constant


@pytest.mark.parametrize("name", ["glass", "glass_triclinic", "tiny"])
def test_shik_equals_its_formulas(lmp, name):
    ours = lmp(system(name) + SHIK + observe() + "run 0\n")
    e_short, e_coul, forces, pressure = shik_sums(name)
    got, atoms = ours.last(), ours.atoms()
    agree(got["E_vdwl"], e_short, SAME_FORM, 1.0)
    agree(got["E_coul"], e_coul, SAME_FORM, 1.0)
    agree([atoms["fx"], atoms["fy"], atoms["fz"]], forces.T, SAME_FORM, 1.0)
    tensor = pressure[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
    agree([got[f"c_s[{k}]"] for k in range(1, 7)], tensor, SAME_FORM, 100.0)


def write_table(path, sections, cut, low):
    """Table file for pair_style table: name -> (energy, force) at rows even in r^2."""
    rsq = np.linspace(low * low, cut * cut, TABLE_ROWS)
    r = np.sqrt(rsq)
    with open(path, "w", encoding="ascii") as out:
        for name, function in sections.items():
            energy, force = (np.where(np.abs(v) < 1e-300, 0.0, v) for v in function(r))
            out.write(f"{name}\nN {TABLE_ROWS} RSQ {low} {cut}\n\n")
            rows = np.column_stack([np.arange(1, TABLE_ROWS + 1), r, energy, force])
            np.savetxt(out, rows, fmt=("%d", "%.16g", "%.16g", "%.16g"))
            out.write("\n")


def table_lines(path, sections, cut):
    lines = [f"pair_style table spline {TABLE_ROWS}"]
    for name in sections:
        a, b = name.split("-")
        i, j = sorted((ref.TYPE[a], ref.TYPE[b]))
        lines.append(f"pair_coeff {i} {j} {path} {name} {cut}")
    return "\n".join(lines) + "\n"


def test_shik_equals_tables(lmp, tmp_path):
    """Short-range and Coulomb terms in one table for each pair; the tables know no self energy."""
    _, types, *_ = read_frame(frame("glass"))
    n = [np.count_nonzero(types == t) for t in range(5)]
    q = ref.shik_charges(n[1] / 2, n[2] / 2, n[4])
    cut = ref.SHIK_CUT_COULOMB

    def total(a, b):
        def both(r):
            inside = np.minimum(r, cut * (1.0 - 1e-15))
            return np.add(ref.shik_short(inside, a, b), ref.shik_coulomb(inside, q[a] * q[b]))
        return both

    sections = {f"{a}-{b}": total(a, b) for a, b in ref.all_pairs()}
    write_table(tmp_path / "shik.table", sections, cut, 1.2)
    ours = lmp(system() + SHIK + observe() + "run 0\n")
    theirs = lmp(system() + table_lines(tmp_path / "shik.table", sections, cut) + observe()
                 + "run 0\n")
    self_energy = sum(n[ref.TYPE[e]] * ref.shik_self(q[e]) for e in q)
    a, b = ours.last(), theirs.last()
    agree(a["PotEng"] - self_energy, b["PotEng"], TABLE, 100.0)
    for k in range(1, 7):
        agree(a[f"c_s[{k}]"], b[f"c_s[{k}]"], TABLE, 100.0)
    agree(*([r.atoms()[k] for k in ("fx", "fy", "fz")] for r in (ours, theirs)), TABLE, 1.0)


def random_start(types, edge, closest, seed):
    """Positions at random in a cube, no two atoms closer than `closest` (A)."""
    rng = np.random.default_rng(seed)
    x = np.empty((0, 3))
    while len(x) < len(types):
        new = rng.random((1, 3)) * edge
        gap = (x - new) / edge
        if len(x) == 0 or np.linalg.norm(gap - np.round(gap), axis=1).min() * edge > closest:
            x = np.vstack([x, new])
    return x


def test_deng_du_core_equals_tables(lmp, tmp_path):
    """A random start, where many pairs lie in their cores."""
    types = np.repeat([1, 2, 3, 4], [14, 14, 56, 14])
    edge, closest = 9.0, 0.8
    x = random_start(types, edge, closest, seed=5)
    i, j, vec = ref.distances(edge * np.eye(3), x, 1.9)
    in_core = (types[i] == 3) & (types[j] == 3) | (np.linalg.norm(vec, axis=1) < 1.08) \
        & (types[i] == 3) & (types[j] > 1)
    assert np.count_nonzero(in_core) > 50, "too few pairs lie in a core"

    (tmp_path / "start.data").write_text(data_text(edge * np.eye(3), types, x, 0.0 * types))
    sections = {f"{a}-{b}": lambda r: (0.0 * r, 0.0 * r) for a, b in ref.all_pairs()
                if ref.lookup(ref.DENG_DU, a, b) is None}
    for (a, b), (height, *rest) in ref.DENG_DU.items():
        constants = (height or ref.amplitude_of(types), *rest)
        sections[f"{a}-{b}"] = lambda r, c=constants: ref.deng_du_short(r, *c)
    write_table(tmp_path / "core.table", sections, CUT, closest - 0.1)
    base = (f"units metal\natom_style charge\nread_data {tmp_path}/start.data\n" + "{}\n"
            + observe() + "run 0\n")
    ours = lmp(base.format(f"pair_style fmp/lbs {CUT} coul none\n{DENG_DU} charges set"))
    theirs = lmp(base.format(table_lines(tmp_path / "core.table", sections, CUT)))
    agree(ours.last()["PotEng"], theirs.last()["PotEng"], TABLE_SPLICE, 100.0)
    agree(*([r.atoms()[k] for k in ("fx", "fy", "fz")] for r in (ours, theirs)), TABLE_SPLICE,
          100.0)


def dimer_chain(path, pairs, lengths, charges, spacing=25.0):
    """Data file of dimers far from each other along x; returns the box length."""
    types, x = [], []
    for a, b in pairs:
        for r in lengths:
            origin = len(types) / 2 * spacing + 5.0
            types += [ref.TYPE[a], ref.TYPE[b]]
            x += [(origin, 15.0, 15.0), (origin, 15.0 + 0.6 * r, 15.0 + 0.8 * r)]
    symbols = ["", "Li", "B", "O", "Si"]
    q = [charges[symbols[t]] for t in types]
    cell = np.diag([len(types) / 2 * spacing, 40.0, 40.0])
    path.write_text(data_text(cell, types, x, q))


@pytest.mark.parametrize("given", [(0.4, 0.2, 0.4), (0.2, 0.6, 0.2), (0.0, 0.0, 1.0)])
def test_shik_dimers(lmp, tmp_path, given):
    """Every pair from inside the wall to the cutoff; oxygen's charge follows the composition."""
    oxides = dict(zip(("Li2O", "B2O3", "SiO2"), given))
    q = ref.shik_charges(*given)
    present = [e for e in ("Li", "B", "O", "Si")
               if e == "O" or oxides[{"Li": "Li2O", "B": "B2O3", "Si": "SiO2"}[e]] > 0]
    pairs = [p for p in ref.all_pairs() if set(p) <= set(present)]
    lengths = np.concatenate([np.linspace(0.9, 7.99, 40), [8.0001, 9.0, 9.97, 10.001]])
    dimer_chain(tmp_path / "dimers.data", pairs, lengths, dict.fromkeys(q, 0.0))
    words = " ".join(f"{k} {v}" for k, v in oxides.items())
    result = lmp(f"units metal\natom_style charge\nread_data {tmp_path}/dimers.data\n"
                 "pair_style fmp/lbs 8.0 coul dsf 0.0 10.0\n"
                 f"pair_coeff * * shik.fmp Li B O Si composition {words} charges set\n"
                 "compute pea all pe/atom pair\n" + dump("id q x y z fx fy fz c_pea") + "run 0\n")
    atoms = result.atoms()
    k = 0
    for a, b in pairs:
        energy = np.add.reduce([atoms["c_pea"][k:k + 2 * len(lengths)][s::2] for s in (0, 1)])
        pull = atoms["fz"][k + 1:k + 2 * len(lengths):2] / 0.8
        moved = atoms["z"][k + 1:k + 2 * len(lengths):2] - atoms["z"][k:k + 2 * len(lengths):2]
        r = moved / 0.8
        e_short, f_short = ref.shik_short(r, a, b)
        e_coul, f_coul = ref.shik_coulomb(r, q[a] * q[b])
        expected = e_short + e_coul + ref.shik_self(q[a]) + ref.shik_self(q[b])
        size = np.abs(e_short) + np.abs(e_coul) + abs(ref.shik_self(q[a]) + ref.shik_self(q[b]))
        agree(energy / size, expected / size, SAME_FORM, 0.1)
        agree(pull / (np.abs(f_short) + np.abs(f_coul) + 1.0),
              (f_short + f_coul) / (np.abs(f_short) + np.abs(f_coul) + 1.0), SAME_FORM, 0.1)
        k += 2 * len(lengths)


def test_published_amplitude(lmp, tmp_path):
    """A of B-O at 30 B2O3 - 70 SiO2 as printed by Deng and Du, read back from the log."""
    dimer_chain(tmp_path / "dimers.data", [("B", "O")], [1.5], dict.fromkeys(ref.TYPE, 0.0))
    result = lmp(f"units metal\natom_style charge\nread_data {tmp_path}/dimers.data\n"
                 "pair_style fmp/lbs 8.0 coul none\npair_coeff * * deng-du-teter.fmp Li B O Si"
                 " composition B2O3 0.3 SiO2 0.7 charges set\nrun 0\n")
    line = next(line for line in result.log.splitlines() if "fmp/lbs: B-O" in line)
    assert abs(float(line.split()[2]) - 12362.78) < 0.01


KNOT_ROWS = 4001


def knot_table(path, sections, low, cut):
    """A table that pair_style table linear takes as it is: same rows, and interpolates nothing at
    its knots. Returns distances of some knots."""
    r = np.sqrt(low * low + np.arange(KNOT_ROWS) * (cut * cut - low * low) / (KNOT_ROWS - 1))
    with open(path, "w", encoding="ascii") as out:
        for name, function in sections.items():
            # LAMMPS reads no denormal numbers.
            energy, force = (np.where(np.abs(v) < 1e-300, 0.0, v) for v in function(r))
            out.write(f"{name}\nN {KNOT_ROWS} RSQ {low} {cut}\n\n")
            for k, row in enumerate(zip(r, energy, force), 1):
                out.write("{} {:.17g} {:.17g} {:.17g}\n".format(k, *row))
            out.write("\n")
    return r[np.linspace(3, KNOT_ROWS - 40, 60).astype(int)]


@pytest.mark.parametrize("potential", ["shik", "deng-du"])
def test_equals_tables_at_their_knots(lmp, tmp_path, potential):
    """Dimers whose lengths are knots of LAMMPS' tables: nothing is interpolated there."""
    given = dict(Li2O=0.4, B2O3=0.2, SiO2=0.4)
    composition = " ".join(f"{k} {v}" for k, v in given.items())
    q = ref.shik_charges(*given.values())
    n4, k, r = ref.dell_bray_xiao(2.0, 2.0), 2.0, 2.0
    height_of_b_o = ref.deng_du_amplitude(k, r, n4)

    def function(a, b):
        def shik(x):
            return np.add(ref.shik_short(x, a, b), ref.shik_coulomb(x, q[a] * q[b]))

        def deng_du(x):
            constants = ref.lookup(ref.DENG_DU, a, b)
            if constants is None:
                return 0.0 * x, 0.0 * x
            return ref.deng_du_short(x, constants[0] or height_of_b_o, *constants[1:])
        return shik if potential == "shik" else deng_du

    cut, words, file = (10.0, "coul dsf 0.0 10.0", "shik") if potential == "shik" \
        else (8.0, "coul none", "deng-du-teter")
    sections = {f"{a}-{b}": function(a, b) for a, b in ref.all_pairs()}
    lengths = knot_table(tmp_path / "knots.table", sections, 1.1, cut)
    dimer_chain(tmp_path / "dimers.data", ref.all_pairs(), lengths, dict.fromkeys(q, 0.0))
    base = (f"units metal\natom_style charge\nread_data {tmp_path}/dimers.data\n" + "{}\n"
            "compute pea all pe/atom pair\n" + dump("id type fy fz c_pea") + "run 0\n")
    ours = lmp(base.format(f"pair_style fmp/lbs 8.0 {words}\npair_coeff * * {file}.fmp Li B O Si "
                           f"composition {composition} charges set")).atoms()
    lines = table_lines(tmp_path / "knots.table", sections, cut)
    theirs = lmp(base.format(lines.replace(f"spline {TABLE_ROWS}", f"linear {KNOT_ROWS}"))).atoms()
    own = [0.0, *(ref.shik_self(q[e]) if potential == "shik" else 0.0
                  for e in ("Li", "B", "O", "Si"))]
    energy = ours["c_pea"] - np.take(own, ours["type"].astype(int))
    for got, expected in ((energy, theirs["c_pea"]), (ours["fy"], theirs["fy"]),
                          (ours["fz"], theirs["fz"])):
        size = np.abs(expected) + 1.0
        agree(got / size, expected / size, SAME_FORM, 0.1)
