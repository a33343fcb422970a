// SPDX-License-Identifier: GPL-2.0-only
#include "batch_neighbors.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lbs::deepsea {

BatchNeighbors::BatchNeighbors(const ModelForm &form)
    : model_(form.source), closest_(form.closest), next_(form.types + 1)
{
  for (int i = 0; i < form.types; ++i) {
    for (int j = 0; j < form.types; ++j) {
      double const least = form.least_distance(i, j);
      least2_.push_back(least * least);
    }
    least2_.push_back(0.0);
  }
}

void BatchNeighbors::clear()
{
  runs_.clear();
  used_ = 0;
}

bool BatchNeighbors::add(const Atoms &atoms, int type, int center, BatchSums &sums)
{
  std::size_t const first_run = runs_.size();
  std::size_t const first_place = used_;
  int const near = find_near(atoms, center);
  make_runs(atoms, near);
  bool const close = fill_runs(atoms, type, center, near);
  if (close && !serves(type, first_run)) {
    runs_.resize(first_run);
    used_ = first_place;
    sums.left_over.push_back(center);
    return false;
  }
  for (int t = 0; t < model_.types(); ++t) {
    const Run &run = runs_[first_run + t];
    for (std::size_t n = run.start + run.count; n % LANES<double> != 0; ++n) {
      x_[n] = model_.cutoff;
      y_[n] = z_[n] = 0.0;
    }
    if (close) check_distances(type, t, center, run, sums);
  }
  return true;
}

// Puts the neighbors inside the cutoff into near_; returns their number.
int BatchNeighbors::find_near(const Atoms &atoms, int center)
{
  const FullNeighborList &list = atoms.list;
  int const listed = list.numneigh[center];
  const int *const neighbors = list.firstneigh[center];
  double const cutoff2 = model_.cutoff * model_.cutoff;
  double const x = atoms.x[center][0];
  double const y = atoms.x[center][1];
  double const z = atoms.x[center][2];
  grow(near_, listed);
  // Without branches, because about every third neighbor of the list is too far.
  int near = 0;
  for (int n = 0; n < listed; ++n) {
    int const j = neighbors[n] & list.index_mask;
    double const dx = atoms.x[j][0] - x;
    double const dy = atoms.x[j][1] - y;
    double const dz = atoms.x[j][2] - z;
    near_[near] = j;
    // A distance that is no number counts as near, so that it is found out.
    near += !(dx * dx + dy * dy + dz * dz >= cutoff2);
  }
  return near;
}

// Where the neighbors of each type go. What is not of this model goes behind the rest, where the
// next center overwrites it.
void BatchNeighbors::make_runs(const Atoms &atoms, int near)
{
  int const types = model_.types();
  std::fill(next_.begin(), next_.end(), 0);
  for (int n = 0; n < near; ++n) {
    int const t = atoms.type[near_[n]];
    ++next_[t < 0 ? types : t];
  }
  for (int t = 0; t < types; ++t) {
    auto const count = static_cast<int>(next_[t]);
    runs_.push_back({used_, count});
    next_[t] = used_;
    used_ += padded<double>(count);
  }
  std::size_t const needed = used_ + std::exchange(next_[types], used_);
  if (x_.size() < needed) {
    std::size_t const grown = needed + needed / 2;
    atom_.resize(grown);
    x_.resize(grown);
    y_.resize(grown);
    z_.resize(grown);
  }
}

// Whether a neighbor is so close that it has to be checked.
bool BatchNeighbors::fill_runs(const Atoms &atoms, int type, int center, int near)
{
  int const types = model_.types();
  const double *const least2 = least2_.data() + static_cast<std::size_t>(type) * (types + 1);
  double const x = atoms.x[center][0];
  double const y = atoms.x[center][1];
  double const z = atoms.x[center][2];
  bool close = false;
  for (int n = 0; n < near; ++n) {
    int const j = near_[n];
    int const t = atoms.type[j] < 0 ? types : atoms.type[j];
    double const dx = atoms.x[j][0] - x;
    double const dy = atoms.x[j][1] - y;
    double const dz = atoms.x[j][2] - z;
    std::size_t const place = next_[t]++;
    atom_[place] = j;
    x_[place] = dx;
    y_[place] = dy;
    z_[place] = dz;
    close |= !(dx * dx + dy * dy + dz * dz >= least2[t]);
  }
  return close;
}

double BatchNeighbors::distance(std::size_t place) const
{
  return std::sqrt(x_[place] * x_[place] + y_[place] * y_[place] + z_[place] * z_[place]);
}

// Whether the form of the model is right for a center with the neighbors of these runs.
bool BatchNeighbors::serves(int type, std::size_t first_run) const
{
  for (int t = 0; t < model_.types(); ++t) {
    double const closest = closest_[model_.pair(type, t)];
    if (closest == 0.0) continue;
    const Run &run = runs_[first_run + t];
    for (std::size_t n = run.start; n < run.start + run.count; ++n)
      if (!(distance(n) >= closest)) return false;
  }
  return true;
}

// Neighbors of a run that are closer than the training set ever saw, or on top of the center.
void BatchNeighbors::check_distances(int type, int neighbor_type, int center, const Run &run,
                                     BatchSums &sums) const
{
  double const bound = model_.shortest[model_.pair(type, neighbor_type)];
  for (std::size_t n = run.start; n < run.start + run.count; ++n) {
    double const r = distance(n);
    if (r < OVERLAP && sums.bad_center < 0) sums.bad_center = center;
    if (!(r < bound)) continue;
    ShortPair &shortest = sums.shortest;
    ++shortest.count;
    if (shortest.center >= 0 && r * shortest.bound >= shortest.distance * bound) continue;
    shortest.center = center;
    shortest.neighbor = atom_[n];
    shortest.distance = r;
    shortest.bound = bound;
  }
}

NeighborRun BatchNeighbors::run(int center, int neighbor_type) const
{
  const Run &run = runs_[static_cast<std::size_t>(center) * model_.types() + neighbor_type];
  return {run.count, atom_.data() + run.start, x_.data() + run.start, y_.data() + run.start,
          z_.data() + run.start};
}

std::size_t BatchNeighbors::memory_usage() const
{
  return runs_.capacity() * sizeof(Run) + (atom_.capacity() + near_.capacity()) * sizeof(int) +
         (x_.capacity() + y_.capacity() + z_.capacity()) * sizeof(double);
}

}    // namespace lbs::deepsea
