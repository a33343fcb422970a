# SPDX-License-Identifier: GPL-2.0-only
"""Stresses of atoms and heat flux of pair_style deepsea against energies of atoms alone.

Energies come from libtorch running the code in the model file, their derivatives from differences
of them, so nothing here has been near our formulas for virials. Clusters, because there a pair has
one vector; a cell smaller than the cutoff is cut out of its crystal as one.
"""
import numpy as np
import pytest

from deck import MASS, agree, dump, thermo
from deepsea_models import FRAMES, evaluate, frame_deck, reference

BAR = 1602176.5       # eV/A^3 in bar, by the constant of LAMMPS' units metal
MVV2E = 1.0364269e-4  # eV in g/mol (A/ps)^2, likewise
SAME = 1.0e-7         # relative: what differences are good for
STENCIL = {-2: 1 / 12, -1: -2 / 3, 1: 2 / 3, 2: -1 / 12}    # of a first derivative, fourth order
STEP = 5.0e-4         # A
CASES = [("tanh_two", "cluster"), ("gelu_one", "cluster"), ("two_types", "cluster_bo")]
CELLS = [("two_types", "small_bo", 4.5), ("gelu_one", "small", 4.0)]    # with the cutoff, A
VOIGT = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]


def moved(frame, shift):
    """The frame with other positions."""
    return {**frame, "positions": (np.array(frame["positions"]) + shift).tolist()}


def slopes(model, frame, directions):
    """Derivatives of all atoms' energies along displacements of all atoms: [direction, atom]."""
    frames = [moved(frame, k * STEP * d) for d in directions for k in STENCIL]
    energies = np.array([f["atomic_energies"] for f in evaluate(model, frames)])
    energies = energies.reshape(len(directions), len(STENCIL), -1)
    return np.einsum("dki,k->di", energies, list(STENCIL.values())) / STEP


def deck(models, model, frame, folder, observe):
    elements = reference(model)["type_map"]
    return (frame_deck(frame, elements, folder)
            + f"pair_style deepsea {models(model)} tabulate off\n"
            f"pair_coeff * * {' '.join(elements)}\nvelocity all create 2000.0 4711 loop geom\n"
            + observe + "run 0\n")


@pytest.mark.parametrize("model, frame", CASES)
def test_stress_of_atoms(lmp, models, tmp_path, model, frame):
    """stress/atom gives half of a term to the center, half to the neighbor; centroid/stress/atom
    gives all of it to the neighbor."""
    positions = np.array(FRAMES[frame]["positions"])
    count = len(positions)
    single = np.eye(3 * count).reshape(-1, count, 3)
    gradient = slopes(models(model), FRAMES[frame], single).reshape(count, 3, count)
    apart = positions[:, None] - positions    # [neighbor, center]
    # position of the neighbor times force on it; the center's own term has no length
    term = -np.einsum("jia,jbi->jiab", apart, gradient)
    at_neighbor, at_center = term.sum(1), term.sum(0)
    halves = 0.5 * (at_neighbor + at_center)
    result = lmp(deck(models, model, frame, tmp_path,
                      "compute sa all stress/atom NULL pair\n"
                      "compute ca all centroid/stress/atom NULL pair\n"
                      + dump("id type c_sa[*] c_ca[*]")))
    atoms = result.atoms()
    got = -np.array([atoms[f"c_sa[{k}]"] for k in range(1, 7)]).T / BAR
    agree(got, [[0.5 * (w[a, b] + w[b, a]) for a, b in VOIGT] for w in halves], SAME, 0.1)
    whole = -np.array([atoms[f"c_ca[{k}]"] for k in range(1, 10)]).T / BAR
    nine = VOIGT + [(1, 0), (2, 0), (2, 1)]
    agree(whole, [[w[a, b] for a, b in nine] for w in at_neighbor], SAME, 0.1)
    # negative control: the two ways to share are not the same
    with pytest.raises(AssertionError, match="relative difference"):
        agree(got, whole[:, :6], 1.0e-2, 0.1)


def crystal(frame, reach):
    """(frame without a cell of all atoms up to `reach` from those of the cell, the cell's first;
    for each its number in the cell)."""
    cell, inside = np.array(frame["cell"]), np.array(frame["positions"])
    images = np.array(sorted(np.ndindex(17, 17, 17), key=lambda n: n != (8, 8, 8))) - 8
    places = (images[:, None] @ cell + inside).reshape(-1, 3)
    near = np.linalg.norm(places[:, None] - inside, axis=2).min(1) < reach
    # one image more in each direction would have been too far
    assert np.abs(np.repeat(images, len(inside), 0)[near]).max() < 8
    number = np.tile(np.arange(len(inside)), len(images))[near]
    elements = [frame["elements"][k] for k in number]
    return {"elements": elements, "cell": None, "positions": places[near].tolist()}, number


@pytest.mark.parametrize("model, frame, cutoff", CELLS)
def test_stress_of_atoms_in_a_small_cell(lmp, models, tmp_path, model, frame, cutoff):
    """An atom of the cell moves, and energies of centers in all cells answer."""
    count = len(FRAMES[frame]["elements"])
    # centers feel the atom within the cutoff, and need their own neighbors
    cluster, number = crystal(FRAMES[frame], 2 * cutoff)
    positions = np.array(cluster["positions"])
    single = np.eye(3 * count, 3 * len(number)).reshape(3 * count, -1, 3)
    gradient = slopes(models(model), cluster, single).reshape(count, 3, -1)
    apart = positions[:count, None] - positions    # [neighbor, center]
    felt = np.linalg.norm(apart, axis=2) < cutoff
    gradient = np.where(felt[:, None], gradient, 0.0)    # beyond, centers are not whole
    assert felt.sum(1).min() > 20 and np.abs(gradient).max() > 0.01
    term = -np.einsum("jia,jbi->jiab", apart, gradient)
    at_neighbor = term.sum(1)
    at_center = np.array([term[:, number == k].sum((0, 1)) for k in range(count)])
    halves = 0.5 * (at_neighbor + at_center)
    atoms = lmp(deck(models, model, frame, tmp_path, "compute sa all stress/atom NULL pair\n"
                     + dump("id type c_sa[*]"))).atoms()
    got = -np.array([atoms[f"c_sa[{k}]"] for k in range(1, 7)]).T / BAR
    agree(got, [[0.5 * (w[a, b] + w[b, a]) for a, b in VOIGT] for w in halves], SAME, 0.1)
    # negative control: the cell without its images
    lonely = 0.5 * (term[:, :count].sum(1) + term[:, :count].sum(0))
    with pytest.raises(AssertionError, match="relative difference"):
        agree(got, [[w[a, b] for a, b in VOIGT] for w in lonely], 1.0e-2, 0.0)


@pytest.mark.parametrize("model, frame", CASES)
def test_heat_flux(lmp, models, tmp_path, model, frame):
    """The flux is the rate at which the sum of positions times energies of atoms changes."""
    flux = ("compute ke all ke/atom\ncompute pea all pe/atom\n"
            "compute ca all centroid/stress/atom NULL pair\ncompute sa all stress/atom NULL pair\n"
            "compute right all heat/flux ke pea ca\ncompute wrong all heat/flux ke pea sa\n"
            + thermo("step c_right[*] c_wrong[*]") + dump("id vx vy vz"))
    result = lmp(deck(models, model, frame, tmp_path, flux))
    last, atoms = result.last(), result.atoms()
    x = np.array(FRAMES[frame]["positions"])
    v = np.transpose([atoms[k] for k in ("vx", "vy", "vz")])
    now = evaluate(models(model), [FRAMES[frame]])[0]
    mass = np.array([MASS[e] for e in FRAMES[frame]["elements"]])
    energy = now["atomic_energies"] + 0.5 * MVV2E * mass * (v ** 2).sum(1)
    # along the way of all atoms, per A of the fastest one
    speed = np.linalg.norm(v, axis=1).max()
    potential = slopes(models(model), FRAMES[frame], [v / speed])[0] * speed
    kinetic = (np.array(now["forces"]) * v).sum(1)
    carried, worked = energy @ v, (potential + kinetic) @ x
    got = np.array([last[f"c_right[{k}]"] for k in range(1, 7)])
    agree(got[:3], carried + worked, SAME, 0.1)
    agree(got[3:], carried, SAME, 0.1)
    agree(got[:3] - got[3:], worked, SAME, 0.1)
    # negative control: equal shares give another flux for a many-body potential
    with pytest.raises(AssertionError, match="relative difference"):
        agree([last[f"c_wrong[{k}]"] for k in (1, 2, 3)], carried + worked, 1.0e-3, 0.1)
