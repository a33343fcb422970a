# SPDX-License-Identifier: GPL-2.0-only
"""What the figures have in common: numbers out of LAMMPS' files, each with its uncertainty.

Uncertainties are standard errors (one sigma). numpy and scipy are needed.
"""
import dataclasses
import itertools
import pathlib

import numpy as np
import scipy.optimize
from scipy import special

import lammps_files
from lammps_files import open_text, run    # noqa: F401  (run is for the scripts)

BOLTZMANN = 8.617333262e-5    # eV/K

# Bound coherent scattering lengths of natural elements, fm (V. F. Sears, Neutron News 3, 26, 1992).
NEUTRON_LENGTHS = {"Li": -1.90, "B": 5.30, "O": 5.803, "Si": 4.1491, "Na": 3.63,
                   "7Li": -2.22, "11B": 6.65}
# X-ray form factors of neutral atoms: sum of a exp(-b (q/4 pi)^2) + c, with five a, five b, c
# (D. Waasmaier, A. Kirfel, Acta Cryst. A 51, 416, 1995).
XRAY_FORM_FACTORS = {
    "Li": ((0.974637, 0.158472, 0.811855, 0.262416, 0.790108),
           (4.334946, 0.342451, 97.102966, 201.363831, 1.409234), 0.002542),
    "B": ((2.085185, 1.06458, 1.062788, 0.140515, 0.641784),
          (23.494068, 1.137894, 61.238976, 0.114886, 0.399036), 0.003823),
    "O": ((2.960427, 2.508818, 0.637853, 0.722838, 1.142756),
          (14.182259, 5.936858, 0.112726, 34.958481, 0.39024), 0.027014),
    "Si": ((5.275329, 3.191038, 1.511514, 1.356849, 2.519114),
           (2.631338, 33.730728, 0.081119, 86.288643, 1.170087), 0.145073),
    "Na": ((4.910127, 3.081783, 1.262067, 1.098938, 0.560991),
           (3.281434, 9.119178, 0.102763, 132.013947, 0.405878), 0.079712)}


def write_table(path, widths, rows):
    """Writes a table of the manual, a list-table of reStructuredText; the first row is its head."""
    lines = [".. list-table::", "   :header-rows: 1",
             f"   :widths: {' '.join(map(str, widths))}", ""]
    for row in rows:
        lines += [f"   {'  -' if k else '* -'} {cell}".rstrip() for k, cell in enumerate(row)]
    pathlib.Path(path).write_text("\n".join(lines) + "\n")


# ---- files ---------------------------------------------------------------------------------------


@dataclasses.dataclass
class Frame:
    """One time of a dump: cell vectors in rows (A), columns by name, sorted by any ID."""
    path: str
    step: int
    cell: np.ndarray
    columns: dict

    def column(self, name):
        """Numbers of all atoms."""
        if name not in self.columns:
            raise ValueError(f"{self.path} has no column {name}; dump it with the others, which "
                             f"are {' '.join(self.columns)}")
        return self.columns[name]

    def positions(self, names=("xu", "yu", "zu")):
        """Positions as (atoms, 3)."""
        return np.column_stack([self.column(name) for name in names])


def read_dump(path):
    """Frames of a text dump with numbers only, one after the other; see lammps_files.frames()."""
    for frame in lammps_files.frames(path):
        try:
            rows = np.array(frame.rows, float).reshape(-1, len(frame.names))
        except ValueError:
            raise ValueError(f"{path}: step {frame.step} has a column that is no number; dump type "
                             "instead of element") from None
        if "id" in frame.names:
            rows = rows[np.argsort(rows[:, frame.names.index("id")])]
        cell, _ = lammps_files.lattice(frame.bounds)
        yield Frame(path, frame.step, np.array(cell), dict(zip(frame.names, rows.T)))


def frames_in_order(path):
    """List of a dump's frames by their steps; one that a killed run left twice counts once."""
    frames = {frame.step: frame for frame in read_dump(path)}
    return [frames[step] for step in sorted(frames)]


def _rows(file):
    """Words of each line but comments and one that was cut off, whose last number may be half."""
    return (line.split() for line in file if not line.startswith("#") and line.endswith("\n"))


def read_table(path):
    """Rows of numbers of fix ave/time or fix print; lines that are not whole are left out."""
    rows = []
    with open_text(path) as file:
        for words in _rows(file):
            try:
                rows.append([float(word) for word in words])
            except ValueError:
                continue
    width = max((len(row) for row in rows), default=0)
    rows = [row for row in rows if len(row) == width]
    if not rows:
        raise ValueError(f"{path}: there is no row of numbers yet; has the run begun?")
    return np.array(rows)


def last_block(path):
    """Rows of the last whole block of a file of fix ave/time in mode vector."""
    last = None
    with open_text(path) as file:
        rows = _rows(file)
        try:
            for _, count in rows:
                block = list(itertools.islice(rows, int(count)))
                if len(block) == int(count) and len({len(row) for row in block}) == 1:
                    last = np.array(block, float)
        except ValueError:
            raise ValueError(f"{path}: is no file of fix ave/time in mode vector") from None
    if last is None:
        raise ValueError(f"{path}: there is no whole block yet; did the run end?")
    return last


def columns_in_order(path):
    """Columns of a table behind its first, the step; a row that a killed run left twice counts
    once.
    """
    rows = {row[0]: row[1:] for row in read_table(path)}
    return np.array([rows[step] for step in sorted(rows)]).T


# ---- averages ------------------------------------------------------------------------------------


QUENCH_END, QUENCH_STEP = 300.0, 10.0    # K, of quench/in.quench


def quench_has_ended(name):
    """Raises ValueError if a run of quench/in.quench has not: its last rows are not those of 300 K.
    """
    if not pathlib.Path(f"{name}.data").exists():
        raise ValueError(f"{name}: there is no {name}.data yet; let the quench go on to its end")


def different(prefixes):
    """They, if no run is there twice: its scatter with itself would be none."""
    again = sorted({prefix for prefix in prefixes if prefixes.count(prefix) > 1})
    if again:
        raise ValueError(f"{again[0]} is there twice; name different runs")
    return prefixes


def named_runs(word, form):
    """Name and prefixes of an argument NAME=PREFIX,...; `form` is what it should be like."""
    name, equals, prefixes = word.rpartition("=")
    if not equals:
        raise ValueError(f"{word}: is not of the form {form}")
    return name, different(prefixes.split(","))


def quench_temperatures(count):
    """Temperatures (K) of the thermostat at the last `count` rows or frames of quench/in.quench on
    the way down.
    """
    return QUENCH_END + QUENCH_STEP * np.arange(count - 1, -1, -1.0)


def block_average(values, blocks=None):
    """Mean and its standard error from averages of blocks that follow each other.

    Without `blocks` their number falls by halves, and the largest error counts (H. Flyvbjerg, H. G.
    Petersen, J. Chem. Phys. 91, 461, 1989); at least five blocks are needed for one.
    """
    values = np.asarray(values, float)
    if blocks is None:
        counts, n = [], len(values)
        while n >= 5:
            counts.append(n)
            n //= 2
    else:
        counts = [blocks]
    if not counts or len(values) < counts[0]:
        raise ValueError(f"{len(values)} values are too few for an error")
    errors = []
    for n in counts:
        size = len(values) // n
        means = values[:n * size].reshape(n, size).mean(axis=1)
        errors.append(means.std(ddof=1) / np.sqrt(n))
    return values.mean(), max(errors)


def student(freedom):
    """Factor by which a standard error from `freedom` independent deviations covers the truth as
    often as one sigma does, in 68 % (Student's t): 1.84 for one, the deviation of two values.
    """
    return special.stdtrit(freedom, special.ndtr(1.0))


def mean_and_error(values):
    """Mean of independent values and its standard error."""
    values = np.asarray(values, float)
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return values.mean(), error


def mean_of_few(values):
    """The same of as few as two values, such as those of seeds, whose standard error alone is too
    small too often.
    """
    mean, error = mean_and_error(values)
    return mean, error * student(len(values) - 1)


def share_of(shares, atoms):
    """Percentage of a share of so many atoms, and its error by counting."""
    share = np.mean(shares)
    return 100.0 * share, 100.0 * np.sqrt(share * (1.0 - share) / max(np.mean(atoms), 1.0))


def number_of(count):
    """Mean number of things, and its error by counting."""
    return np.mean(count), np.sqrt(np.mean(count))


def with_error(runs, quantity):
    """Mean and error of a quantity over runs, or of the one that there is.

    The error of several is that of their scatter, or the one that their own errors make if that is
    larger: two seeds are alike by chance more often than they know their mean to a tenth.
    """
    values, own = np.transpose([quantity(run) for run in runs])
    if len(runs) == 1:
        return values[0], own[0]
    mean, error = mean_of_few(values)
    return mean, max(error, np.sqrt(np.sum(own ** 2)) / len(runs))


# ---- diffusion -----------------------------------------------------------------------------------


def mean_square_displacement(positions, collective=False, every=1, lags=None):
    """<|r(t0+t) - r(t0)|^2> in A^2 for each lag, or as many `lags`, over all atoms and origins t0,
    `every` frames apart. `positions` (frames, atoms, 3) do not jump at the cell's borders. With
    `collective` the displacements of all atoms are summed before they are squared, and the result
    is divided by their number: its slope is that of the charge, if all atoms have the same.
    """
    if collective:
        positions = positions.sum(axis=1, keepdims=True) / np.sqrt(positions.shape[1])
    lags = lags or len(positions)
    sums, counts = np.zeros(lags), np.zeros(lags)
    for origin in range(0, len(positions), every):
        moved = positions[origin:origin + lags] - positions[origin]
        square = (moved ** 2).sum(axis=-1).mean(axis=-1)
        sums[:len(square)] += square
        counts[:len(square)] += 1
    return sums / counts


def diffusion(positions, frame_time, window, collective=False, blocks=None):
    """Diffusion coefficient in A^2/ps, its error, and from how many deviations that is known.

    A line is fitted to the mean square displacement at lags within `window` (ps, beginning and
    end). The coefficient is that of the whole run; those of its parts give the error. They are as
    long as the window's end at least, and there are `blocks`, or as many as fit, but not over five.
    """
    if not 0.0 <= window[0] < window[1]:
        raise ValueError(f"the window from {window[0]:g} to {window[1]:g} ps is none: let it begin "
                         "at 0 or later and end after that")
    least = int(np.ceil(window[1] / frame_time - 1e-6))
    if blocks is None:
        blocks = max(2, min(5, len(positions) // least))
    if blocks < 2:
        raise ValueError(f"{blocks} blocks give no error; take 2 or more")
    size = len(positions) // blocks
    if size < least:
        raise ValueError(f"{blocks} blocks of {size * frame_time:g} ps are shorter than the "
                         f"window, which ends at {window[1]:g} ps: run for longer, or take a "
                         "shorter window")
    time = frame_time * np.arange(size)
    time = time[time <= window[1]]
    inside = time >= window[0]
    if np.count_nonzero(inside) < 2:
        raise ValueError(f"the window from {window[0]:g} to {window[1]:g} ps has fewer than two "
                         "frames: let it end later")

    def slope(part):
        msd = mean_square_displacement(part, collective, lags=len(time))
        return np.polyfit(time[inside], msd[inside], 1)[0] / 6.0

    parts = [slope(positions[k * size:(k + 1) * size]) for k in range(blocks)]
    return slope(positions), mean_of_few(parts)[1], blocks - 1


@dataclasses.dataclass
class Line:
    """A fitted line with the errors of its numbers."""
    slope: float
    slope_error: float
    value: float
    value_error: float


def weighted_line(x, y, errors):
    """y = value + slope x by least squares with known errors of y."""
    x, y, w = np.asarray(x, float), np.asarray(y, float), 1.0 / np.asarray(errors, float)
    matrix = np.column_stack([w, w * x])
    covariance = np.linalg.inv(matrix.T @ matrix)
    value, slope = covariance @ matrix.T @ (w * y)
    return Line(slope, np.sqrt(covariance[1, 1]), value, np.sqrt(covariance[0, 0]))


def activation_energy(temperatures, values, errors, freedom=np.inf):
    """Activation energy (eV) and its error, and the value at infinite temperature, from
    coefficients at three temperatures (K) or more. Each error is that of mean_of_few(), from
    `freedom` deviations. They count together, as one relative error of all: those of two blocks
    agree by chance, and as weights they would let such a point rule.
    """
    if len(temperatures) < 3:
        raise ValueError(f"{len(temperatures)} temperatures are too few for an activation energy")
    freedom = np.broadcast_to(freedom, len(temperatures))
    values, errors = np.asarray(values, float), np.asarray(errors, float) / student(freedom)
    relative = student(freedom.sum()) * np.sqrt(np.mean((errors / values) ** 2))
    line = weighted_line(1.0 / (BOLTZMANN * np.asarray(temperatures, float)), np.log(values),
                         np.full(len(values), relative))
    return -line.slope, line.slope_error, np.exp(line.value)


# ---- glass transition ----------------------------------------------------------------------------


EDGE = 20


@dataclasses.dataclass
class Fold:
    """Where two lines meet."""
    temperature: float
    error: float
    value: float    # there
    below: float    # slopes
    above: float

    def line(self, temperature):
        """The fitted values."""
        slope = np.where(temperature < self.temperature, self.below, self.above)
        return self.value + slope * (temperature - self.temperature)


def _lines_that_meet(temperature, values, place):
    """Value at a place, slopes below and above it, by least squares, and what they leave."""
    away = temperature - place
    matrix = np.column_stack([np.ones_like(away), np.minimum(away, 0.0), np.maximum(away, 0.0)])
    found = np.linalg.solve(matrix.T @ matrix, matrix.T @ values)
    return found, values - matrix @ found


def _fold(temperature, values):
    """Place, value there, slopes below and above, and the deviations. Each line has at least one
    part in EDGE of the points.
    """
    def excess(place):
        return (_lines_that_meet(temperature, values, place)[1] ** 2).sum()

    places = np.quantile(temperature, np.linspace(1.0 / EDGE, 1.0 - 1.0 / EDGE, 37))
    best = int(np.argmin([excess(place) for place in places]))
    low, high = places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]
    place = scipy.optimize.minimize_scalar(excess, bounds=(low, high), method="bounded").x
    found, left = _lines_that_meet(temperature, values, place)
    return (place, *found), left


def _resampled(left, block, rng):
    """Deviations put together anew from blocks of neighboring points."""
    starts = rng.integers(0, len(left) - block + 1, size=len(left) // block + 1)
    return np.concatenate([left[s:s + block] for s in starts])[:len(left)]


def heat_capacity(temperature, energies, block=10, trials=200, seed=1):
    """Heat capacity in k an atom and its error from total energies in eV an atom at some
    temperatures (K) in order: the slope of a line through them. 3 is what Dulong and Petit say.

    Its error comes from fits to resampled deviations, as that of glass_transition().
    """
    temperature, energies = np.asarray(temperature, float), np.asarray(energies, float)
    if len(temperature) < 2 * block:
        raise ValueError(f"{len(temperature)} points are too few for a heat capacity")
    line = np.polyfit(temperature, energies, 1)
    left = energies - np.polyval(line, temperature)
    rng = np.random.default_rng(seed)
    slopes = [np.polyfit(temperature, _resampled(left, block, rng), 1)[0] for _ in range(trials)]
    return line[0] / BOLTZMANN, float(np.std(slopes)) / BOLTZMANN


def glass_transition(temperature, values, block=10, trials=200, seed=1):
    """The fold of an energy or volume against temperature: a bent line fitted by least squares.

    Its error comes from fits to resampled deviations, in blocks of `block` neighboring points that
    keep what correlation they have.
    """
    order = np.argsort(temperature)
    temperature, values = np.asarray(temperature)[order], np.asarray(values)[order]
    found, left = _fold(temperature, values)
    rng = np.random.default_rng(seed)
    places = []
    for _ in range(trials):
        noise = _resampled(left, block, rng)
        places.append(_fold(temperature, values - left + noise)[0][0])
    low, high = np.quantile(temperature, (1.1 / EDGE, 1.0 - 1.1 / EDGE))
    if not low < found[0] < high:
        raise ValueError("no fold lies within the temperatures")
    return Fold(found[0], float(np.std(places)), *found[1:])


# ---- bonds ---------------------------------------------------------------------------------------


class Bonds:
    """Bonds between formers and oxygen of one frame, with the vectors along them."""

    def __init__(self, cell, positions, elements, cutoffs):
        """`cutoffs`: length in A of each former's bonds to O; `elements` that of each atom."""
        self.elements = np.asarray(elements)
        oxygen = np.flatnonzero(self.elements == "O")
        one, other, vectors = [], [], []
        for former, cutoff in cutoffs.items():
            mine = np.flatnonzero(self.elements == former)
            d = positions[oxygen][None] - positions[mine][:, None]
            f = d @ np.linalg.inv(cell)
            # The closest image of a cell that may be sheared is among the neighbors of this one.
            for shift in np.ndindex(3, 3, 3):
                image = (f - np.rint(f) + np.array(shift) - 1) @ cell
                i, j = np.nonzero((image ** 2).sum(axis=-1) < cutoff ** 2)
                one.append(mine[i])
                other.append(oxygen[j])
                vectors.append(image[i, j])
        self.former, self.oxygen = np.concatenate(one), np.concatenate(other)
        self.vector = np.concatenate(vectors).reshape(-1, 3)

    def _around(self, middle):
        """Bonds of each atom of an element: partners and vectors from it."""
        if middle == "O":
            centers, partners, vectors = self.oxygen, self.former, -self.vector
        else:
            centers, partners, vectors = self.former, self.oxygen, self.vector
        for atom in np.flatnonzero(self.elements == middle):
            mine = centers == atom
            yield partners[mine], vectors[mine]

    def angles(self, one, middle, other):
        """All angles one-middle-other in degrees."""
        found = []
        for partners, vectors in self._around(middle):
            unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            kinds = self.elements[partners]
            for a in range(len(partners)):
                for b in range(a):
                    if {kinds[a], kinds[b]} == {one, other}:
                        found.append(unit[a] @ unit[b])
        return np.degrees(np.arccos(np.clip(found, -1.0, 1.0)))

    def planarity(self, former, count):
        """Distance in A of each former with `count` (3) bonds from the plane of its oxygens."""
        found = []
        for _, vectors in self._around(former):
            if len(vectors) == count:
                normal = np.cross(vectors[1] - vectors[0], vectors[2] - vectors[0])
                found.append(abs(vectors[0] @ normal) / np.linalg.norm(normal))
        return np.array(found)


# ---- structure factors ---------------------------------------------------------------------------


def reciprocal_vectors(cell, edges, most, rng):
    """For each shell between two edges (1/A), vectors q that the cell allows: `most` of them at
    random if there are more. Only one of q and -q is taken.
    """
    basis = 2.0 * np.pi * np.linalg.inv(cell).T
    # No index of a vector within the last edge is larger than this.
    reach = np.ceil(edges[-1] * np.linalg.norm(cell, axis=1) / (2.0 * np.pi)).astype(int)
    index = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij"), axis=-1)
    index = index.reshape(-1, 3)
    index = index[len(index) // 2 + 1:]
    q = index @ basis
    shell = np.searchsorted(edges, np.linalg.norm(q, axis=1), side="right") - 1
    chosen = []
    for k in range(len(edges) - 1):
        mine = np.flatnonzero(shell == k)
        if len(mine) > most:
            mine = rng.choice(mine, most, replace=False)
        chosen.append(q[mine])
    return chosen


def partial_structure_factors(frames, elements, edges, most=60, seed=1):
    """Partial structure factors of Ashcroft and Langreth, S_ab(q) = <rho_a(q) rho_b(-q)> /
    sqrt(N_a N_b), by sums over the cell's reciprocal vectors.

    `frames` are pairs (cell, positions), `elements` that of each atom. Returns the elements in
    order, the mean |q| of each shell and an array (shells, elements, elements); NaN where a shell
    has no vector. Same numbers as dynasor 2.5, whose sums are divided by all atoms.
    """
    kinds = sorted(set(elements))
    members = [np.flatnonzero(np.asarray(elements) == kind) for kind in kinds]
    rng = np.random.default_rng(seed)
    shells = len(edges) - 1
    sums, lengths = np.zeros((shells, len(kinds), len(kinds))), np.zeros(shells)
    counts = np.zeros(shells)
    for cell, positions in frames:
        for k, q in enumerate(reciprocal_vectors(np.asarray(cell), edges, most, rng)):
            if len(q) == 0:
                continue
            waves = np.exp(1j * (q @ positions.T))
            rho = np.array([waves[:, m].sum(axis=1) / np.sqrt(len(m)) for m in members])
            sums[k] += np.einsum("aq,bq->ab", rho, rho.conj()).real
            lengths[k] += np.linalg.norm(q, axis=1).sum()
            counts[k] += len(q)
    with np.errstate(invalid="ignore"):
        return kinds, lengths / counts, sums / counts[:, None, None]


def form_factor(element, q):
    """Of X-rays: electrons, at q in 1/A."""
    a, b, c = XRAY_FORM_FACTORS[element]
    s2 = (np.asarray(q, float) / (4.0 * np.pi)) ** 2
    return c + sum(x * np.exp(-y * s2) for x, y in zip(a, b))


def total_structure_factor(kinds, numbers, q, partials, weights):
    """Of Faber and Ziman, normalized so that it goes to 1: sum_ab c_a c_b w_a w_b (A_ab - 1) /
    <w>^2 + 1. `numbers` of atoms of each kind; `weights` has a length of each kind, or a function
    of q. Use NEUTRON_LENGTHS, or functions that call form_factor().
    """
    c = np.asarray(numbers, float) / np.sum(numbers)
    w = np.array([np.broadcast_to(weights[kind](q) if callable(weights[kind]) else weights[kind],
                                  np.shape(q)) for kind in kinds])
    root = np.sqrt(c)
    # From Ashcroft-Langreth: S_ab = delta_ab + sqrt(c_a c_b) (A_ab - 1).
    deviation = partials - np.eye(len(kinds))
    top = np.einsum("a,b,aq,bq,qab->q", root, root, w, w, deviation)
    return 1.0 + top / np.einsum("a,aq->q", c, w) ** 2
