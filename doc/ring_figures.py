#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws the figures of rings.rst into _static: formers are dark discs, oxygens small red ones."""
import pathlib

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams["svg.hashsalt"] = "rings"    # the same file every time
import matplotlib.pyplot as plt    # noqa: E402
import numpy as np    # noqa: E402

OUT = pathlib.Path(__file__).resolve().parent / "_static"
GRAY, DARK, RED, BLUE = "0.75", "0.25", "tab:red", "tab:blue"


def network(ax, formers, edges, rings=(), bent=None):
    """Draws formers joined by bridging oxygens; `rings` are lists of formers to be marked."""
    marked = {frozenset(p) for ring in rings for p in zip(ring, ring[1:] + ring[:1])}
    points = {k: np.array(p, dtype=float) for k, p in formers.items()}
    for a, b in edges:
        middle = (points[a] + points[b]) / 2 + np.array((bent or {}).get((a, b), (0, 0)))
        color, width = (BLUE, 5) if frozenset((a, b)) in marked else (GRAY, 2)
        for end in (points[a], points[b]):
            ax.plot(*zip(end, middle), color=color, lw=width, zorder=1, solid_capstyle="round")
        ax.plot(*middle, "o", color=RED, ms=6, zorder=2)
    for k, p in points.items():
        ax.plot(*p, "o", color=DARK, ms=17, zorder=3)
        ax.annotate(str(k), p, color="white", ha="center", va="center", zorder=4, fontsize=9)
    ax.set_aspect("equal")
    ax.axis("off")
    ax.margins(0.12)


def save(fig, name):
    fig.savefig(OUT / f"{name}.svg", metadata={"Date": None}, bbox_inches="tight")
    plt.close(fig)


def cube():
    """Primitive: six squares, and hexagons around a space diagonal."""
    outer, inner = 1.0, 0.42
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    formers = {k + 1: (outer * x, outer * y) for k, (x, y) in enumerate(corners)}
    formers.update({k + 5: (inner * x, inner * y) for k, (x, y) in enumerate(corners)})
    edges = [(k + 1, (k + 1) % 4 + 1) for k in range(4)]
    edges += [(k + 5, (k + 1) % 4 + 5) for k in range(4)] + [(k + 1, k + 5) for k in range(4)]
    fig, axes = plt.subplots(1, 2, figsize=(6.4, 3.2))
    network(axes[0], formers, edges, [[1, 2, 6, 5]])
    network(axes[1], formers, edges, [[1, 2, 3, 7, 8, 5]])
    axes[0].set_title("a square of the cube", fontsize=10)
    axes[1].set_title("a hexagon of the cube", fontsize=10)
    save(fig, "rings_primitive")


HOUSE = {1: (0, 0), 2: (1.2, 0), 3: (0.6, 1.0), 4: (0, -1.2), 5: (1.2, -1.2)}
HOUSE_EDGES = [(1, 2), (2, 3), (3, 1), (1, 4), (4, 5), (5, 2)]


def guttman():
    """The shortest rings through one bond and through another."""
    fig, axes = plt.subplots(1, 2, figsize=(6.4, 3.6))
    network(axes[0], HOUSE, HOUSE_EDGES, [[1, 2, 3]])
    network(axes[1], HOUSE, HOUSE_EDGES, [[1, 4, 5, 2]])
    for ax, (a, b), text in ((axes[0], (1, 2), "from 1 towards 2"),
                             (axes[1], (1, 4), "from 1 towards 4")):
        start, end = np.array(HOUSE[a], dtype=float), np.array(HOUSE[b], dtype=float)
        side = 0.18 * np.array([-(end - start)[1], (end - start)[0]])
        ax.annotate("", start + 0.45 * (end - start) + side, start + 0.08 * (end - start) + side,
                    arrowprops={"arrowstyle": "->", "lw": 2})
        ax.set_title(text, fontsize=10)
    save(fig, "rings_guttman")


def king():
    """Two triangles back to back: the square around them is a King ring with a shortcut."""
    formers = {1: (0, 0), 2: (1, 0.9), 3: (2, 0), 4: (1, -0.9)}
    edges = [(1, 2), (2, 3), (3, 4), (4, 1), (2, 4)]
    fig, axes = plt.subplots(1, 2, figsize=(6.4, 3.2))
    network(axes[0], formers, edges, [[1, 2, 4]])
    network(axes[1], formers, edges, [[1, 2, 3, 4]])
    axes[0].set_title("joins the two bonds of 1", fontsize=10)
    axes[1].set_title("joins the outer bonds of 2", fontsize=10)
    save(fig, "rings_king")


def oxygens():
    """What a network of formers alone would get wrong."""
    fig, axes = plt.subplots(1, 2, figsize=(6.4, 2.8))
    ax = axes[0]
    angles = np.pi / 2 + np.arange(3) * 2 * np.pi / 3
    for k, angle in enumerate(angles, 1):
        p = np.array([np.cos(angle), np.sin(angle)])
        ax.plot([0, p[0]], [0, p[1]], color=GRAY, lw=2, zorder=1)
        ax.plot(*p, "o", color=DARK, ms=17, zorder=3)
        ax.annotate(str(k), p, color="white", ha="center", va="center", zorder=4, fontsize=9)
    ax.plot(0, 0, "o", color=RED, ms=6, zorder=2)
    ax.set_aspect("equal")
    ax.axis("off")
    ax.margins(0.2)
    ax.set_title("three-coordinated oxygen: no ring", fontsize=10)
    ax = axes[1]
    x = np.array([[0, 0], [0.8, 0.55], [1.6, 0], [0.8, -0.55]])
    closed = np.vstack([x, x[:1]])
    ax.plot(*closed.T, color=BLUE, lw=5, zorder=1)
    for k, p in enumerate(x):
        ax.plot(*p, "o", color=RED if k % 2 else DARK, ms=6 if k % 2 else 17, zorder=3)
        if k % 2 == 0:
            ax.annotate(str(k // 2 + 1), p, color="white", ha="center", va="center", zorder=4,
                        fontsize=9)
    ax.set_aspect("equal")
    ax.axis("off")
    ax.margins(0.2)
    ax.set_title("two common oxygens: a ring of two", fontsize=10)
    save(fig, "rings_oxygen")


def wrapped():
    """A chain through the cell comes back to an image of its first atom."""
    fig, ax = plt.subplots(figsize=(6.4, 2.4))
    for cell in range(-1, 2):
        ax.add_patch(plt.Rectangle((3 * cell, -0.8), 3, 1.6, fill=False, ls="--",
                                   ec="0.3" if cell == 0 else "0.8"))
    xs = np.arange(-3, 6.01, 0.5)
    ys = 0.3 * np.where(np.round(xs * 2) % 4 == 1, 1, np.where(np.round(xs * 2) % 4 == 3, -1, 0))
    xs = xs + 0.25
    ax.plot(xs[:-1], ys[:-1], color=GRAY, lw=2, zorder=1)
    inside = (xs >= 0.2) & (xs <= 3.3)
    ax.plot(xs[inside], ys[inside], color=BLUE, lw=5, zorder=1)
    for k, (x, y) in enumerate(zip(xs[:-1], ys[:-1])):
        former = k % 2 == 0
        alpha = 1.0 if 0 <= x < 3 else 0.35
        ax.plot(x, y, "o", color=DARK if former else RED, ms=17 if former else 6, zorder=3,
                alpha=alpha)
        if former:
            ax.annotate(str(k // 2 % 3 + 1), (x, y), color="white", ha="center", va="center",
                        zorder=4, fontsize=9)
    ax.set_aspect("equal")
    ax.axis("off")
    save(fig, "rings_wrapped")


if __name__ == "__main__":
    cube()
    guttman()
    king()
    oxygens()
    wrapped()
