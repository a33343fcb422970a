# SPDX-License-Identifier: GPL-2.0-only
"""The numbers of examples/paper against planted ones: diffusion, folds, structure factors."""
import json

import numpy as np
import pytest

from deck import ROOT, as_by_windows, dump, frame, read_frame, system
from paper_decks import ga
from test_boron_coord import around

ELEMENT = np.array(["", "Li", "B", "O", "Si"])


# ---- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["glass", "glass_triclinic"])
def test_dumps_are_read_as_lammps_wrote_them(lmp, name):
    result = lmp(system(name) + "pair_style zero 5.0\npair_coeff * *\n"
                 + dump("type id zu xu yu") + "run 0\n")
    cell, types, x, _ = read_frame(frame(name))
    (got,) = ga.read_dump(result.folder / "atoms.dump")
    assert np.allclose(got.cell, cell, atol=1e-9) and got.step == 0
    assert np.array_equal(got.columns["type"], types)
    shift = (got.positions() - x) @ np.linalg.inv(cell)
    assert np.allclose(shift, np.rint(shift), atol=1e-9) and np.ptp(x) > 10


def test_a_dump_that_was_cut_off(lmp, tmp_path):
    result = lmp(system() + "pair_style zero 5.0\npair_coeff * *\n" + dump("id xu yu zu", every=1)
                 + "fix 1 all nve\nrun 3\n")
    text = (result.folder / "atoms.dump").read_text()
    path = tmp_path / "cut.dump"
    last = text.rindex("ITEM: TIMESTEP")
    # The last number; a row; the box; the number of atoms; the step; behind the title.
    for end in (len(text.rstrip()) - 1, len(text) - 30, text.rindex("ITEM: ATOMS") - 40,
                text.index("ITEM: BOX", last) - 2, last + 16, last + 15):
        path.write_text(text[:end])
        assert [f.step for f in ga.read_dump(path)] == [0, 1, 2]
        # The run goes on behind it, or behind its last whole line.
        for begin in (text[:end], text[:text.rindex("\n", 0, end) + 1]):
            path.write_text(begin + text[last:])
            with pytest.raises(ValueError, match="cut.dump: a frame in the middle is broken"):
                list(ga.read_dump(path))
    for end in (1, 6, 10, 14):    # within the title of the next frame
        path.write_text(text + text[:end])
        assert [f.step for f in ga.read_dump(path)] == [0, 1, 2, 3]
        path.write_text(text[:last + end] + text[last:])
        assert [f.step for f in ga.read_dump(path)] == [0, 1, 2, 3]
    first = text[:text.index("ITEM: TIMESTEP", 1)]
    for extra in ("ITEM: UNITS\nmetal\n", "ITEM: TIME\n0.5\n"):    # of dump_modify
        path.write_text(extra + first + extra + text[last:])
        assert [f.step for f in ga.read_dump(path)] == [0, 3]
    path.write_text(text[last:] + first + text[last:].replace("\n3\n", "\n2\n") + first)
    assert [f.step for f in ga.frames_in_order(path)] == [0, 2, 3]
    path.write_text(text.replace("ITEM: ATOMS id xu yu zu\n", "ITEM: ATOMS id xu yu zu\n1 x\n", 1))
    with pytest.raises(ValueError, match="cut.dump: a frame in the middle is broken"):
        list(ga.read_dump(path))
    path.write_text("LAMMPS\n")
    with pytest.raises(ValueError, match="cut.dump: is no dump of LAMMPS"):
        list(ga.read_dump(path))
    path.write_text(first.replace(" xu ", " x "))
    with pytest.raises(ValueError, match="cut.dump has no column xu; dump it with the others"):
        next(ga.read_dump(path)).positions()
    path.write_text(FILES["dump"].replace("1 2 3 4", "1 O 3 4"))
    with pytest.raises(ValueError, match="cut.dump: step 7 has a column that is no number"):
        list(ga.read_dump(path))


def test_tables_are_read_without_their_last_broken_row(tmp_path):
    """Half a number looks like one; only the end of its line tells."""
    path = tmp_path / "t"
    path.write_text("# head\n1 2.5\n2 3.5\n3 4.5\n")
    assert ga.read_table(path).tolist() == [[1, 2.5], [2, 3.5], [3, 4.5]]
    for last in ("3", "3 4", "3 4.5"):
        path.write_text(f"# head\n1 2.5\n2 3.5\n{last}")
        assert ga.read_table(path).tolist() == [[1, 2.5], [2, 3.5]]
    path.write_text("# head\n")
    with pytest.raises(ValueError, match="has the run begun"):
        ga.read_table(path)


def test_the_last_block_of_a_vector(lmp, tmp_path):
    """As fix ave/time writes it, of several columns and of one; a block that was cut off counts
    not, and other files are refused.
    """
    deck = (system() + "pair_style zero 8.0\npair_coeff * *\nfix 1 all nve\n"
            "compute gr all rdf 5 2 3\nfix gr all ave/time 1 1 1 c_gr[*] mode vector file gr\n"
            "fix r all ave/time 1 1 1 c_gr[1] mode vector ave running overwrite file r\nrun 2\n")
    folder = lmp(deck).folder
    rows = ga.last_block(folder / "gr")
    assert rows.shape == (5, 4) and rows[:, 0].tolist() == [1, 2, 3, 4, 5] and rows[-1, 3] > 1
    assert np.array_equal(ga.last_block(folder / "r"), rows[:, :2])
    text = (folder / "gr").read_text()
    path = tmp_path / "cut"
    for end in (text.rindex("\n5 "), text.rindex(" "), len(text) - 2):
        path.write_text(text[:end].replace("\n1 5\n1 ", "\n1 5\n7 "))
        assert ga.last_block(path)[0, 0] == 7
    path.write_text(text[:text.index("\n5 ")])
    with pytest.raises(ValueError, match="cut: there is no whole block yet; did the run end?"):
        ga.last_block(path)
    for other in ("1 2 3\n", "1 -2\n", "1 x\n", "1 1\n1 x\n"):
        path.write_text(other)
        with pytest.raises(ValueError, match="cut: is no file of fix ave/time in mode vector"):
            ga.last_block(path)


READERS = {"dump": lambda path: [list(f.columns.values()) for f in ga.read_dump(path)],
           "table": ga.read_table, "block": ga.last_block}
FILES = {"dump": "ITEM: TIMESTEP\n7\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n"
                 + 3 * "0 9\n" + "ITEM: ATOMS id x y z\n1 2 3 4\n",
         "table": "# head\n1 2.5\n2 3.5\n", "block": "# head\n0 2\n1 2.5\n2 3.5\n"}


@pytest.mark.parametrize("kind", READERS)
def test_files_of_other_systems(tmp_path, kind):
    """What an editor of Windows has saved reads the same; folders and other bytes are told."""
    path = tmp_path / "file"
    path.write_text(FILES[kind])
    rows = np.array(READERS[kind](path))
    as_by_windows(path)
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf" and b"\r\n" in path.read_bytes()
    assert rows.size >= 4 and np.array_equal(READERS[kind](path), rows)
    path.write_bytes(FILES[kind].encode("utf-16"))
    with pytest.raises(ValueError, match="/file: "):
        READERS[kind](path)
    with pytest.raises(IsADirectoryError, match=str(tmp_path)):
        READERS[kind](tmp_path)


# ---- averages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [0.0, 0.9])
def test_errors_of_means_know_correlation(memory):
    """x' = memory x + noise: the variance of the mean is that of x times (1+m)/(1-m)/N."""
    rng = np.random.default_rng(3)
    length, truth = 4096, np.sqrt((1 + memory) / (1 - memory) / (1 - memory ** 2) / 4096)
    errors = []
    for _ in range(40):
        x = np.zeros(length)
        for k, noise in enumerate(rng.normal(size=length)):
            x[k] = memory * x[k - 1] + noise
        errors.append(ga.block_average(x)[1])
    # The largest error of all sizes of blocks is an upper estimate.
    assert 0.9 * truth < np.median(errors) < 1.6 * truth
    with pytest.raises(ValueError, match="4 values are too few"):
        ga.block_average(range(4))


def test_errors_of_few_values_cover_the_truth():
    """In 68 % of all samples of a normal distribution; the standard error alone does less often."""
    rng = np.random.default_rng(8)
    for count, plain in ((2, 0.52), (3, 0.6)):
        found = [ga.mean_of_few(values) for values in rng.normal(0.0, 1.0, (4000, count))]
        mean, error = np.abs(np.transpose(found))
        assert 0.66 < np.mean(mean < error) < 0.71
        assert np.mean(mean < error / ga.student(count - 1)) < plain
    assert ga.mean_of_few([1.0, 3.0])[1] == pytest.approx(1.837, abs=1e-3)
    assert np.isnan(ga.mean_of_few([1.0])[1])


# ---- diffusion -----------------------------------------------------------------------------------


def langevin(lmp, ranks=1):
    """Trajectory of particles that feel nothing but fix langevin: D = k T damp / m."""
    temperature, mass, damp = 300.0, 6.941, 0.02
    text = ("units metal\natom_style atomic\nregion r block 0 20 0 20 0 20\ncreate_box 1 r\n"
            "create_atoms 1 random 200 5 NULL\n"
            f"mass 1 {mass}\npair_style zero 2.0\npair_coeff * *\ncomm_modify cutoff 3.0\n"
            f"velocity all create {temperature} 7 dist gaussian\nfix 1 all nve\n"
            f"fix 2 all langevin {temperature} {temperature} {damp} 11\ntimestep 0.002\n"
            "neigh_modify every 1 delay 0 check yes\n"
            + dump("id xu yu zu", every=100) + "run 40000\n")
    # 1 eV/(g/mol) is 9648.533 A^2/ps^2.
    expected = ga.BOLTZMANN * temperature * damp / mass * 9648.533
    result = lmp(text, ranks)
    positions = np.array([f.positions() for f in ga.read_dump(result.folder / "atoms.dump")])
    return positions, expected


def test_planted_diffusion(lmp):
    """Of single particles and, as they know nothing of each other, of all together."""
    positions, expected = langevin(lmp)
    d, error, freedom = ga.diffusion(positions, 0.2, (1.0, 4.0))
    assert freedom == 4
    assert abs(d - expected) < 2.0 * error + 0.005 * expected
    assert 0.001 * expected < error < 0.1 * expected
    together, wide, _ = ga.diffusion(positions, 0.2, (1.0, 4.0), collective=True)
    assert abs(together - expected) < 2.0 * wide and wide > 2.0 * error
    # Particles that move as one: the collective coefficient is their number times the other.
    one = np.repeat(positions[:, :1], 5, axis=1)
    single = ga.mean_square_displacement(one)
    assert np.allclose(ga.mean_square_displacement(one, collective=True), 5.0 * single)
    for window, blocks, message in (
            ((1.0, 100.0), 5, "5 blocks of 16 ps are shorter than the window"),
            ((1.0, 100.0), None, "2 blocks of 40 ps are shorter than the window"),
            ((4.0, 1.0), None, "the window from 4 to 1 ps is none"),
            ((3.9, 4.1), None, "the window from 3.9 to 4.1 ps has fewer than two frames"),
            ((1.0, 4.0), 0, "0 blocks give no error"), ((1.0, 4.0), 1, "1 blocks give no error")):
        with pytest.raises(ValueError, match=message):
            ga.diffusion(positions, 0.2, window, blocks=blocks)


@pytest.mark.parametrize("blocks, frames, plain", [(2, 90, 0.55), (None, 45, 0.65)])
def test_errors_of_diffusion_cover_the_truth(blocks, frames, plain):
    """In 68 % of many random walks of D = 1; the standard error of so few blocks does less often,
    and the error does not hang on how two blocks happen to agree.
    """
    rng = np.random.default_rng(7)
    found = []
    for _ in range(500):
        steps = rng.normal(0.0, np.sqrt(2.0), (frames, 5, 3))
        found.append(ga.diffusion(np.cumsum(steps, axis=0), 1.0, (5.0, 15.0), True, blocks))
    d, error, freedom = np.transpose(found)
    assert abs(d.mean() - 1.0) < 0.1 and set(freedom) == {(blocks or 3) - 1}
    off = np.abs(d - 1.0)
    assert 0.62 < np.mean(off < error) < 0.76
    assert np.mean(off < error / ga.student(freedom)) < plain


def test_origins_by_hand():
    """One atom at 0, 1, 3 A."""
    positions = np.array([[[0.0, 0, 0]], [[1.0, 0, 0]], [[3.0, 0, 0]]])
    assert ga.mean_square_displacement(positions).tolist() == [0.0, (1 + 4) / 2, 9.0]
    assert ga.mean_square_displacement(positions, every=2).tolist() == [0.0, 1.0, 9.0]


def test_planted_activation_energy():
    rng = np.random.default_rng(1)
    t = np.array([500.0, 600.0, 700.0, 900.0])
    truth = 3.0 * np.exp(-0.4 / (ga.BOLTZMANN * t))
    found = [ga.activation_energy(t, truth * rng.normal(1, 0.05, 4), 0.05 * truth)
             for _ in range(200)]
    energy, error, _ = np.transpose(found)
    assert abs(energy.mean() - 0.4) < 0.002
    assert energy.std() == pytest.approx(error.mean(), rel=0.15) and error.mean() > 0.001
    assert ga.activation_energy(t, truth, 0.05 * truth)[2] == pytest.approx(3.0)
    # Errors of two blocks, which are small where both agree by chance.
    blocks = truth * rng.normal(1, 0.1, (400, 2, 4))
    for freedom, low, high in ((1, 0.63, 0.75), (np.inf, 0.8, 1.0)):
        found = [ga.activation_energy(t, *np.transpose([ga.mean_of_few(d) for d in pair.T]),
                                      freedom) for pair in blocks]
        energy, error, _ = np.transpose(found)
        assert low < np.mean(np.abs(energy - 0.4) < error) < high
    with pytest.raises(ValueError, match="2 temperatures are too few"):
        ga.activation_energy(t[:2], truth[:2], truth[:2])


# ---- glass transition ----------------------------------------------------------------------------


def test_planted_fold():
    """Energies with a kink at 1122 K and noise; the error says how far fits scatter."""
    rng = np.random.default_rng(2)
    t = np.linspace(300.0, 2000.0, 171)
    truth = np.where(t < 1122.0, 2.6e-4, 3.9e-4) * (t - 1122.0) - 7.0
    folds = [ga.glass_transition(t, truth + rng.normal(0, 0.004, len(t)), trials=30)
             for _ in range(20)]
    places, errors = [f.temperature for f in folds], [f.error for f in folds]
    assert abs(np.mean(places) - 1122.0) < 3.0 * np.std(places) / np.sqrt(20)
    assert 0.5 < np.std(places) / np.mean(errors) < 2.0
    assert folds[0].below == pytest.approx(2.6e-4, rel=0.05)
    assert folds[0].above == pytest.approx(3.9e-4, rel=0.05)
    for kink in (320.0, 1990.0):    # so near the ends that nothing is known of one line
        with pytest.raises(ValueError, match="no fold lies within the temperatures"):
            ga.glass_transition(t, np.abs(t - kink), trials=2)


def einstein_crystal(lmp, low, high, steps):
    """Temperatures and total energies an atom of a crystal whose atoms feel a spring each, heated
    by fix langevin.
    """
    text = ("units metal\natom_style atomic\nlattice sc 3.0\nregion r block 0 6 0 6 0 6\n"
            "create_box 1 r\ncreate_atoms 1 box\nmass 1 10.0\npair_style zero 2.0\n"
            "pair_coeff * *\ncomm_modify cutoff 3.0\ntimestep 0.001\n"
            f"velocity all create {2 * low} 7 dist gaussian\nfix 1 all nve\n"
            f"fix 2 all langevin {low} {high} 0.05 11 zero yes\nfix 3 all spring/self 2.0\n"
            "fix_modify 3 energy yes\nvariable T equal temp\nvariable E equal etotal/atoms\n"
            "run 1000 start 0 stop 1000000000\nreset_timestep 0\n"
            f"fix 4 all ave/time 10 20 200 v_T v_E file rows\nrun {steps}\n")
    return np.loadtxt(lmp(text).folder / "rows")[:, 1:].T


def test_heat_capacity_of_a_harmonic_crystal(lmp):
    """3 k an atom by the slope while it is heated, and by the fluctuations at one temperature."""
    temperature, energy = einstein_crystal(lmp, 300.0, 1500.0, 60000)
    capacity, error = ga.heat_capacity(temperature, energy)
    assert abs(capacity - 3.0) < 2.0 * error + 0.01 and 0.001 < error < 0.15
    assert np.ptp(temperature) > 1000 and np.ptp(energy) > 0.2
    # The half that is the springs': not 3 k.
    half, _ = ga.heat_capacity(temperature, energy - 1.5 * ga.BOLTZMANN * temperature)
    assert half == pytest.approx(1.5, abs=0.1)
    with pytest.raises(ValueError, match="12 points are too few for a heat capacity"):
        ga.heat_capacity(temperature[:12], energy[:12])


@pytest.mark.parametrize("memory", [0.0, 0.6])
def test_error_of_a_planted_heat_capacity(memory):
    """Slopes of 3.2 k with noise: fits scatter as the error says."""
    rng = np.random.default_rng(4)
    t = np.linspace(300.0, 1100.0, 160)
    found = []
    for _ in range(100):
        noise = rng.normal(0.0, 0.01, len(t))
        for k in range(1, len(t)):
            noise[k] += memory * noise[k - 1]
        found.append(ga.heat_capacity(t, 3.2 * ga.BOLTZMANN * t - 7.0 + noise, trials=50))
    values, errors = np.transpose(found)
    assert abs(values.mean() - 3.2) < 3.0 * values.std() / 10.0
    assert 0.7 < errors.mean() / values.std() < 1.3


# ---- bonds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", [8.0 * np.eye(3), [[8, 0, 0], [3, 8, 0], [-2, 3, 8]]])
def test_angles_of_known_units(cell):
    """A Si2O7 and a BO3 whose B lies 0.2 A above its oxygens, across the cell's corner."""
    cell = np.array(cell, float)
    corners = around(4, 1.62)
    bent = np.radians(140.0)
    # The second Si at 140 degrees from the first, seen from the shared oxygen.
    first = -corners[0] / 1.62
    side = np.cross(first, [0, 0, 1.0])
    second = np.cos(bent) * first + np.sin(bent) * side / np.linalg.norm(side)
    silicate = np.vstack([[0, 0, 0], corners, corners[0] + 1.62 * second])
    borate = np.vstack([[0, 0, 0.2], around(3, 1.37)]) + [4.0, 4.0, 4.0]
    elements = ["Si"] + ["O"] * 4 + ["Si", "B"] + ["O"] * 3
    for shift in ([0, 0, 0], [7.9, 7.8, 0.1]):
        x = np.vstack([silicate, borate]) + shift
        x = (x @ np.linalg.inv(cell) % 1.0) @ cell
        bonds = ga.Bonds(cell, x, elements, {"Si": 1.8, "B": 1.6})
        assert np.allclose(bonds.angles("O", "Si", "O"), np.degrees(np.arccos(-1 / 3)))
        assert np.allclose(bonds.angles("Si", "O", "Si"), 140.0)
        assert len(bonds.angles("Si", "O", "B")) == 0
        inner = np.degrees(np.arccos(1 - 1.5 * 1.37 ** 2 / (1.37 ** 2 + 0.04)))
        assert np.allclose(bonds.angles("O", "B", "O"), inner) and inner < 119.5
        assert np.allclose(bonds.planarity("B", 3), 0.2)
        assert len(bonds.angles("O", "Si", "O")) == 6 and len(bonds.planarity("Si", 3)) == 0


# ---- structure factors ---------------------------------------------------------------------------


def test_structure_factors_by_pairs():
    """Of the stored glass: sums over all pairs of atoms, for the same vectors."""
    cell, types, x, _ = read_frame(frame("glass_triclinic"))
    edges = np.array([1.0, 1.1, 1.2])
    kinds, q, partials = ga.partial_structure_factors([(cell, x)], ELEMENT[types], edges, most=5)
    vectors = ga.reciprocal_vectors(cell, edges, 5, np.random.default_rng(1))
    assert kinds == ["B", "Li", "O", "Si"] and [len(v) for v in vectors] == [5, 5]
    for k, mine in enumerate(vectors):
        # They are vectors of the reciprocal lattice, and within their shell.
        assert np.allclose(mine @ cell.T / (2 * np.pi), np.rint(mine @ cell.T / (2 * np.pi)))
        lengths = np.linalg.norm(mine, axis=1)
        assert (lengths >= edges[k]).all() and (lengths < edges[k + 1]).all()
        assert q[k] == pytest.approx(lengths.mean())
        waves = np.cos((x[:, None] - x[None]) @ mine.T).mean(axis=-1)
        for a, one in enumerate(kinds):
            for b, other in enumerate(kinds):
                i, j = ELEMENT[types] == one, ELEMENT[types] == other
                expected = waves[np.ix_(i, j)].sum() / np.sqrt(i.sum() * j.sum())
                assert partials[k, a, b] == pytest.approx(expected, abs=1e-9)
    assert np.abs(partials).max() > 0.5


@pytest.mark.parametrize("name", ["glass", "glass_triclinic"])
def test_structure_by_other_programs(lmp, name):
    """Structure factors of dynasor, and what freud says of g(r) as in.structure asks LAMMPS for."""
    known = json.loads((ROOT / "unittest" / "reference" / "structure" / "reference.json")
                       .read_text())["frames"][name]
    cell, types, x, _ = read_frame(frame(name))
    edges = np.array(known["edges"])
    kinds, _, partials = ga.partial_structure_factors([(cell, x)], ELEMENT[types], edges, 10 ** 6)
    vectors = ga.reciprocal_vectors(cell, edges, 10 ** 6, np.random.default_rng(1))
    assert [len(v) for v in vectors] == known["vectors"] and min(known["vectors"]) > 0
    for a, one in enumerate(kinds):
        for b, other in enumerate(kinds[:a + 1]):
            found = known["partials"]["-".join(sorted((one, other)))]
            assert np.allclose(partials[:, a, b], found, atol=1e-8) and np.ptp(found) > 0.1
    bins = len(known["r"]) - 1
    # Bins of LAMMPS begin at 0; those of the reference at 1 A.
    deck = (system(name) + "pair_style zero 5.0\npair_coeff * *\n"
            f"compute gr all rdf {bins * 5 // 4} 2 3 4 3 1 3 3 3 2 2 4 4\n"
            "fix gr all ave/time 1 1 1 c_gr[*] mode vector file gr\nrun 0\n")
    rows = ga.read_table(lmp(deck).folder / "gr")[bins // 4:]
    assert np.allclose(rows[:, 1] - 0.05, known["r"][:-1])
    for k, pair in enumerate(("B-O", "O-Si", "Li-O", "O-O", "B-B", "Si-Si")):
        assert np.allclose(rows[:, 2 + 2 * k], known["g"][pair], rtol=2e-3, atol=1e-3)
        assert max(known["g"][pair]) > 1.5


def test_structure_factors_of_a_crystal():
    """CsCl: peaks as high as there are atoms, of either sign between the two kinds."""
    a, n = 3.0, 4
    corner = a * np.stack(np.meshgrid(*[np.arange(n)] * 3), axis=-1).reshape(-1, 3)
    x = np.concatenate([corner, corner + 0.5 * a])
    elements = np.array(["Li"] * n ** 3 + ["O"] * n ** 3)
    first = 2.0 * np.pi / a
    edges = np.array([0.5, 0.99, 1.01, np.sqrt(2) - 0.01, np.sqrt(2) + 0.01]) * first
    _, q, partials = ga.partial_structure_factors([(n * a * np.eye(3), x)], elements, edges, 1000)
    assert q[1] == pytest.approx(first) and q[3] == pytest.approx(np.sqrt(2) * first)
    assert np.allclose(partials[0], 0.0, atol=1e-9)
    assert np.allclose(partials[1], n ** 3 * np.array([[1, -1], [-1, 1]]))
    assert np.allclose(partials[3], n ** 3 * np.ones((2, 2)))


def test_structure_factor_of_an_ideal_gas_is_one():
    rng = np.random.default_rng(5)
    frames = [(20.0 * np.eye(3), rng.uniform(0, 20, (300, 3))) for _ in range(30)]
    elements = np.array(["Li"] * 60 + ["O"] * 200 + ["Si"] * 40)
    kinds, q, partials = ga.partial_structure_factors(frames, elements, np.linspace(2, 8, 7), 60)
    assert np.abs(partials - np.eye(3)).max() < 0.15
    for weights in (ga.NEUTRON_LENGTHS, {e: (lambda q, e=e: ga.form_factor(e, q)) for e in kinds}):
        total = ga.total_structure_factor(kinds, [60, 200, 40], q, partials, weights)
        assert np.abs(total - 1.0).max() < 0.1


def test_totals_by_hand():
    """Two kinds, one shell: 1/2 and 1/2 of atoms, lengths 1 and 3."""
    partials = np.array([[[1.2, 0.3], [0.3, 0.8]]])
    # sum c_a c_b b_a b_b (A_ab - 1) with A - 1 = deviation / (1/2)
    expected = 1.0 + 0.25 * (0.4 * 1 + 2 * 0.6 * 3 - 0.4 * 9) / 4.0
    total = ga.total_structure_factor(["A", "B"], [7, 7], np.array([2.0]), partials,
                                      {"A": 1.0, "B": lambda q: 3.0 + 0 * q})
    assert total == pytest.approx(expected) and abs(expected - 1.0) > 0.01


@pytest.mark.parametrize("element, electrons", [("Li", 3), ("B", 5), ("O", 8), ("Si", 14),
                                                ("Na", 11)])
def test_form_factors_begin_with_the_electrons(element, electrons):
    assert ga.form_factor(element, 0.0) == pytest.approx(electrons, abs=0.01)
    assert ga.form_factor(element, 5.0) < 0.75 * electrons
