# SPDX-License-Identifier: GPL-2.0-only
"""One answer on any number of ranks, in any cell, with newton on and off."""
import numpy as np
import pytest

import formulas as ref
from deck import DSF, SHIK, THERMO, agree, compare, data_text, frame, observe, read_frame, system

SAME = 1.0e-11       # relative, between ranks: sums in another order
LATER = 1.0e-9       # relative, after some steps, in which rounding has grown
REPLICA = 1.0e-10    # relative, between a cell and its replica
ERFC = 2.0e-6        # relative, what the approximation of erfc leaves of a lattice sum

PPPM = "kspace_style pppm 1.0e-5\npair_style fmp/lbs 8.0 coul long 8.0\n" \
       "pair_coeff * * deng-du-teter.fmp Li B O Si\n"
MODELS = {"dsf": DSF, "shik": SHIK, "pppm": PPPM}
COORD = "compute coord all boron/coord types Li B O Si\n"
COLUMNS = ("id type fx fy fz c_pea c_sa[1] c_sa[2] c_sa[3] c_sa[4] c_sa[5] c_sa[6] c_coord")


def deck(model, name, newton="on", before="", steps=0):
    return (f"newton {newton}\n{before}\n" + system(name) + MODELS[model] + "\n" + COORD
            + observe(COLUMNS, max(1, steps), f"{THERMO} c_coord[*]")
            + f"velocity all create 300.0 4711 loop geom\nfix nve all nve\nrun {steps}\n")


@pytest.fixture(scope="module")
def serial(shared):
    """Results on one rank with newton on, by model and frame."""
    done = {}

    def get(model, name):
        if (model, name) not in done:
            done[model, name] = shared(deck(model, name))
        return done[model, name]
    return get


def same_coordination(one, two):
    a, b = one.atoms()["c_coord"], two.atoms()["c_coord"]
    assert np.array_equal(a, b) and a.sum() > 0
    for k in range(1, 16):
        assert one.last()[f"c_coord[{k}]"] == two.last()[f"c_coord[{k}]"]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["glass", "glass_triclinic"])
@pytest.mark.parametrize("ranks, newton", [(1, "off"), (2, "on"), (4, "off"), (8, "on")])
def test_ranks_agree(lmp, serial, model, name, ranks, newton):
    one = serial(model, name)
    many = lmp(deck(model, name, newton), ranks)
    compare(many, one, SAME)
    same_coordination(many, one)


@pytest.mark.parametrize("grid", ["2 1 1", "1 2 2", "8 1 1"])
def test_thin_domains(lmp, serial, grid):
    """Slices of 1.8 A are far thinner than the cutoff."""
    ranks = int(np.prod([int(n) for n in grid.split()]))
    many = lmp(deck("dsf", "glass", before=f"processors {grid}"), ranks)
    compare(many, serial("dsf", "glass"), SAME)
    same_coordination(many, serial("dsf", "glass"))


@pytest.mark.parametrize("model", ["dsf", "shik"])
def test_steps_agree(lmp, model):
    one = lmp(deck(model, "glass", steps=10))
    four = lmp(deck(model, "glass", steps=10), 4)
    compare(four, one, LATER)


def test_tiny_cell_on_two_ranks(lmp):
    """A cell of 5.6 A, where every atom meets several images of itself."""
    compare(lmp(deck("dsf", "tiny"), 2), lmp(deck("dsf", "tiny")), SAME)


def cluster(path):
    """Twelve atoms of B2O3 and SiO2 in one corner of a large box."""
    rng = np.random.default_rng(8)
    types = np.array([2, 2, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3])
    grid = np.stack(np.meshgrid(*[np.arange(3)] * 3), -1).reshape(-1, 3)[:len(types)] * 1.9
    x = 2.0 + grid + rng.normal(0.0, 0.05, grid.shape)
    path.write_text(data_text(60.0 * np.eye(3), types, x, 0.0 * types))


@pytest.mark.parametrize("boundary", ["p p p", "f f f"])
def test_empty_ranks(lmp, tmp_path, boundary):
    """Seven of eight ranks own no atom; some see no ghost either."""
    cluster(tmp_path / "cluster.data")
    text = (f"units metal\natom_style charge\nboundary {boundary}\nprocessors 4 2 1\n"
            f"read_data {tmp_path}/cluster.data\n"
            "pair_style fmp/lbs 8.0 coul dsf 0.25 8.0\n"
            "pair_coeff * * deng-du-teter.fmp Li B O Si charges set\n" + COORD
            + observe(COLUMNS, words=f"{THERMO} c_coord[*]") + "run 0\n")
    one = lmp(text.replace("processors 4 2 1", ""))
    many = lmp(text, 8)
    for name in ("PotEng", "E_vdwl", "E_coul"):
        agree(many.last()[name], one.last()[name], SAME, 0.1)
    for name in ("fx", "fy", "fz", "c_pea"):
        agree(many.atoms()[name], one.atoms()[name], SAME, 0.1)
    same_coordination(many, one)


def li2o(model, replicas=1):
    replicate = f"replicate {replicas} {replicas} {replicas}\n" if replicas > 1 else ""
    return (system("li2o") + replicate
            + model + observe() + "run 0\n")


LI2O_EWALD = ("kspace_style ewald 1.0e-9\nkspace_modify gewald 0.45\n"
              "pair_style fmp/lbs 8.0 coul long 8.0\n"
              "pair_modify table 0\npair_coeff * * deng-du-teter.fmp Li B O Si\n")


@pytest.mark.parametrize("model", ["dsf", "shik"])
def test_unit_cell_equals_its_replica(lmp, model):
    """The cutoff spans 1.7 to 2.2 unit cells of Li2O; energy per formula unit is the same."""
    cell, big = (lmp(li2o(MODELS[model], n)) for n in (1, 4))
    for name in ("PotEng", "E_vdwl", "E_coul"):
        agree(64.0 * cell.last()[name], big.last()[name], REPLICA, 1.0)
    for k in (1, 2, 3):
        agree(cell.last()[f"c_s[{k}]"], big.last()[f"c_s[{k}]"], REPLICA, 100.0)


def test_crystal_energy(lmp):
    """Li2O by lattice sum: Madelung's constant of fluorite and Buckingham pairs within 8 A.

    E = -M k q^2/d, with M = 5.0387848974 for charges 2:1, d the Li-O distance, q = 0.6.
    """
    edge, q = 4.619, ref.DENG_DU_CHARGE["Li"]
    coulomb = -5.0387848974 * ref.COULOMB * q * q / (edge * 3 ** 0.5 / 4.0)
    cell, types, x, _ = read_frame(frame("li2o"))
    i, j, vec = ref.distances(cell, x, 8.0)
    r = np.linalg.norm(vec, axis=1)
    short = 0.0
    for pair in (("O", "O"), ("Li", "O")):
        one, two = (ref.TYPE[e] for e in pair)
        mask = (types[i] == one) & (types[j] == two)
        pairs = ref.deng_du_short(r[mask], *ref.DENG_DU[pair])[0].sum()
        short += pairs * (0.5 if one == two else 1.0)
    result = lmp(li2o(LI2O_EWALD)).last()
    formula_units = 4
    agree(result["E_vdwl"] / formula_units, short / formula_units, 1.0e-12, 0.1)
    agree(result["PotEng"] / formula_units, coulomb + short / formula_units, ERFC, 1.0)
