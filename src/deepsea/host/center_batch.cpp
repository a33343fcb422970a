// SPDX-License-Identifier: GPL-2.0-only
#include "center_batch.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lbs::deepsea {

namespace {

// Rows of the list come from far away, and those of a batch are not in order there.
void fetch_neighbors(const FullNeighborList &list, int center)
{
  constexpr int LINE = PACK_BYTES / sizeof(int);
  for (int n = 0; n < list.numneigh[center]; n += LINE)
    __builtin_prefetch(list.firstneigh[center] + n);
}

}    // namespace

template <class Real>
CenterBatch<Real>::CenterBatch(const PreparedModel<Real> &model) : model_(model)
{
  moments_.fit(model.most_coefficients);
  q_.assign(4 * static_cast<std::size_t>(model.most_coefficients + LANES<Real>), 0.0);
  gtr_.assign(4 * std::size_t(LANES<Real>) * model.widest(), Real(0));
  p_.assign(gtr_.size(), Real(0));
  next_.resize(model.types + 1);
  for (int i = 0; i < model.types; ++i) {
    for (int j = 0; j < model.types; ++j) {
      std::size_t const pair = model.source.pair(i, j);
      double const least = std::max({OVERLAP, model.source.shortest[pair], model.closest[pair]});
      least2_.push_back(least * least);
    }
    least2_.push_back(0.0);
  }
}

// Neighbors inside the cutoff, sorted by type; those that are not of this model go behind the rest.
// False: the center is left over.
template <class Real>
bool CenterBatch<Real>::find_neighbors(const Atoms &atoms, int type, int center, BatchSums &sums)
{
  const FullNeighborList &list = atoms.list;
  int const listed = list.numneigh[center];
  const int *const neighbors = list.firstneigh[center];
  double const cutoff2 = model_.source.cutoff * model_.source.cutoff;
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

  int const types = model_.types;
  const auto bucket_of = [&](int j) { return atoms.type[j] < 0 ? types : atoms.type[j]; };
  std::fill(next_.begin(), next_.end(), 0);
  for (int n = 0; n < near; ++n) ++next_[bucket_of(near_[n])];
  std::size_t const first_run = runs_.size();
  std::size_t const first_place = used_;
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

  const double *const least2 = least2_.data() + static_cast<std::size_t>(type) * (types + 1);
  bool close = false;
  for (int n = 0; n < near; ++n) {
    int const j = near_[n];
    int const bucket = bucket_of(j);
    double const dx = atoms.x[j][0] - x;
    double const dy = atoms.x[j][1] - y;
    double const dz = atoms.x[j][2] - z;
    std::size_t const place = next_[bucket]++;
    atom_[place] = j;
    x_[place] = dx;
    y_[place] = dy;
    z_[place] = dz;
    close |= !(dx * dx + dy * dy + dz * dz >= least2[bucket]);
  }
  if (close && !serves(type, first_run)) {
    runs_.resize(first_run);
    used_ = first_place;
    sums.left_over.push_back(center);
    return false;
  }
  for (int t = 0; t < types; ++t) {
    const Run &run = runs_[first_run + t];
    for (std::size_t n = run.start + run.count; n % LANES<double> != 0; ++n) {
      x_[n] = model_.source.cutoff;
      y_[n] = z_[n] = 0.0;
    }
    if (close) check_distances(type, t, center, run, sums);
  }
  return true;
}

template <class Real> double CenterBatch<Real>::distance(std::size_t place) const
{
  return std::sqrt(x_[place] * x_[place] + y_[place] * y_[place] + z_[place] * z_[place]);
}

// Whether this form of the model is right for a center with these neighbors.
template <class Real> bool CenterBatch<Real>::serves(int type, std::size_t first_run) const
{
  for (int t = 0; t < model_.types; ++t) {
    double const closest = model_.closest[model_.source.pair(type, t)];
    if (closest == 0.0) continue;
    const Run &run = runs_[first_run + t];
    for (std::size_t n = run.start; n < run.start + run.count; ++n)
      if (!(distance(n) >= closest)) return false;
  }
  return true;
}

// Neighbors of a run that are closer than the training set ever saw, or on top of the center.
template <class Real>
void CenterBatch<Real>::check_distances(int type, int neighbor_type, int center, const Run &run,
                                        BatchSums &sums) const
{
  double const bound = model_.source.shortest[model_.source.pair(type, neighbor_type)];
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

template <class Real> NeighborRun CenterBatch<Real>::run_of(int center, int neighbor_type) const
{
  const Run &run = runs_[static_cast<std::size_t>(center) * model_.types + neighbor_type];
  return {run.count, atom_.data() + run.start, x_.data() + run.start, y_.data() + run.start,
          z_.data() + run.start};
}

// DeePMD-kit keeps a fixed number of places for neighbors of each type; an empty one counts like a
// neighbor at the cutoff. More neighbors than places make their number negative, so that nothing
// jumps when a neighbor leaves.
template <class Real> void CenterBatch<Real>::add_padding(std::size_t pair, int places, Real *gtr)
{
  if (!model_.padded_out[pair] || places == 0) return;
  const double *const row = model_.padding_row.data() + 4 * pair;
  if (model_.tables_used) {
    add_moment(0.0, 0, row, places, moments_);
    return;
  }
  const std::vector<double> &g = model_.padding_net[pair].value;
  for (int k = 0; k < 4; ++k)
    for (int m = 0; m < channels_; ++m)
      gtr[k * stride_ + m] += static_cast<Real>(places * row[k] * g[m]);
}

// The networks themselves for the neighbors of a run that no table covers.
template <class Real> void CenterBatch<Real>::evaluate_outside(int type, int neighbor_type)
{
  places_.clear();
  for (int const n : outside_) places_.push_back(rows_.row[0][n]);
  evaluate_embedding(model_.source.embedding_of(type, neighbor_type), places_, exact_);
}

template <class Real> void CenterBatch<Real>::add_outside(Real *gtr)
{
  auto const channels = static_cast<std::size_t>(channels_);
  for (std::size_t i = 0; i < outside_.size(); ++i)
    for (int k = 0; k < 4; ++k)
      for (std::size_t m = 0; m < channels; ++m)
        gtr[k * stride_ + m] +=
            static_cast<Real>(exact_.value[i * channels + m] * rows_.row[k][outside_[i]]);
}

template <class Real> void CenterBatch<Real>::collect_outside(std::size_t pair, const Real *p)
{
  auto const channels = static_cast<std::size_t>(channels_);
  const PairConstants &c = model_.constants[pair];
  for (std::size_t i = 0; i < outside_.size(); ++i) {
    int const n = outside_[i];
    double by_row[4] = {};
    double by_s = 0.0;
    for (int k = 0; k < 4; ++k)
      for (std::size_t m = 0; m < channels; ++m) {
        double const number = p[k * stride_ + m];
        by_row[k] += exact_.value[i * channels + m] * number;
        by_s += exact_.slope[i * channels + m] * number * rows_.row[k][n];
      }
    EnvironmentRow const e = chain_to_row({by_row[0], by_row[1], by_row[2], by_row[3]}, by_s, c);
    rows_.e[0][n] = e.s;
    rows_.e[1][n] = e.x;
    rows_.e[2][n] = e.y;
    rows_.e[3][n] = e.z;
  }
}

template <class Real> void CenterBatch<Real>::sum_environment(int type, int center, Real *gtr)
{
  std::fill_n(gtr, center_size(), Real(0));
  for (int t = 0; t < model_.types; ++t) {
    NeighborRun const run = run_of(center, t);
    std::size_t const pair = model_.source.pair(type, t);
    add_padding(pair, model_.source.selection[t] - run.count, gtr);
    if (run.count > 0 && !model_.source.excluded[pair]) {
      rows_.fit(run.count);
      environment_rows(run, model_.constants[pair], rows_);
      if (model_.tables_used) {
        project(run, rows_, moments_, outside_);
      } else {
        outside_.clear();
        for (int n = 0; n < run.count; ++n) outside_.push_back(n);
      }
      if (!outside_.empty()) {
        evaluate_outside(type, t);
        add_outside(gtr);
      }
    }
    if (model_.tables_used) expand(model_.tables[pair], stride_, moments_, compact_, gtr);
  }
}

// G^T R of a pack of centers goes to their lanes of the batch,
template <class Real> void CenterBatch<Real>::enter_lanes(int pack)
{
  Real *const to = gtr_batch_.data() + pack * pack_size();
  auto const factor = static_cast<Real>(1.0 / model_.neighbors);
  over_lanes([&](std::size_t place, std::size_t place_in_pack) {
    to[place_in_pack] = factor * gtr_[place];
  });
}

// and the gradients by them come from there.
template <class Real> void CenterBatch<Real>::leave_lanes(int pack)
{
  const Real *const from = gradient_batch_.data() + pack * pack_size();
  auto const factor = static_cast<Real>(1.0 / model_.neighbors);
  over_lanes([&](std::size_t place, std::size_t place_in_pack) {
    p_[place] = factor * from[place_in_pack];
  });
}

// Calls visit(place in [lane][4][stride], place in [channel][4][lane]) for all numbers of a pack:
// in tiles of a few cache lines.
template <class Real> template <class Visit> void CenterBatch<Real>::over_lanes(Visit visit) const
{
  constexpr int LANE = LANES<Real>;
  for (int k = 0; k < 4; ++k)
    for (int first = 0; first < channels_; first += LANE)
      for (int lane = 0; lane < LANE; ++lane)
        for (int m = first; m < std::min(first + LANE, channels_); ++m)
          visit(lane * center_size() + k * stride_ + m, (4 * m + k) * LANE + lane);
}

template <class Real>
void CenterBatch<Real>::evaluate(const Atoms &atoms, int type, const int *centers, int count,
                                 BatchSums &sums)
{
  channels_ = model_.channels[type];
  stride_ = model_.stride[type];
  gtr_batch_.resize(padded<Real>(count) / LANES<Real> * pack_size());
  runs_.clear();
  used_ = 0;
  served_.clear();

  for (int c = 0; c < count; ++c) {
    if (c + 1 < count) fetch_neighbors(atoms.list, centers[c + 1]);
    if (!find_neighbors(atoms, type, centers[c], sums)) continue;
    auto const place = static_cast<int>(served_.size());
    served_.push_back(centers[c]);
    int const lane = place % LANES<Real>;
    sum_environment(type, place, gtr_.data() + lane * center_size());
    if (lane == LANES<Real> - 1) enter_lanes(place / LANES<Real>);
  }
  count = static_cast<int>(served_.size());
  if (int const lanes = count % LANES<Real>; lanes > 0) {
    std::fill(gtr_.begin() + lanes * center_size(), gtr_.end(), Real(0));
    enter_lanes(count / LANES<Real>);
  }
  int const packs = padded<Real>(count) / LANES<Real>;
  if (packs == 0) return;
  energy_.resize(padded<Real>(count));
  gradient_batch_.assign(packs * pack_size(), Real(0));

  const std::vector<int> &rows = model_.fitting_rows[type];
  model_.fitting[type].evaluate(
      packs,
      [&](const RowBlock<Real> &block) {
        make_descriptor(rows, packs, channels_, gtr_batch_.data(), block);
      },
      [&](const RowBlock<const Real> &block) {
        add_descriptor_gradient(rows, packs, channels_, gtr_batch_.data(), block,
                                gradient_batch_.data());
      },
      energy_.data(), net_);

  double const scale = sums.results.scale ? sums.results.scale[type] : 1.0;
  for (int c = 0; c < count; ++c) {
    double const energy = scale * (energy_[c] + model_.source.energy_bias[type]);
    sums.results.energy += energy;
    if (sums.results.atom_energy) sums.results.atom_energy[served_[c]] += energy;
    if (!std::isfinite(energy) && sums.bad_center < 0) sums.bad_center = served_[c];
    int const lane = c % LANES<Real>;
    if (lane == 0) leave_lanes(c / LANES<Real>);
    add_forces(type, c, served_[c], scale, p_.data() + lane * center_size(), sums);
  }
}

template <class Real>
void CenterBatch<Real>::add_forces(int type, int center, int atom, double scale, const Real *p,
                                   BatchSums &sums)
{
  double total[3] = {};
  double product[9] = {};
  for (int t = 0; t < model_.types; ++t) {
    NeighborRun const run = run_of(center, t);
    std::size_t const pair = model_.source.pair(type, t);
    if (run.count == 0 || model_.source.excluded[pair]) continue;
    const PairConstants &c = model_.constants[pair];
    environment_rows(run, c, rows_);
    outside_.clear();
    if (model_.tables_used) {
      SplineRange range;
      for (int n = 0; n < run.count; ++n) {
        if (rows_.t[n] <= 1.0) range.add(rows_.interval[n]);
        else outside_.push_back(n);
      }
      if (range.end > 0) contract(model_.tables[pair], channels_, stride_, range, p, q_);
      collect(run, c, q_, rows_);
    } else {
      for (int n = 0; n < run.count; ++n) outside_.push_back(n);
    }
    if (!outside_.empty()) {
      evaluate_outside(type, t);
      collect_outside(pair, p);
    }
    auto const room = static_cast<std::size_t>(padded<double>(run.count));
    grow(gradient_, 3 * room);
    pair_gradients(run, rows_, gradient_.data(), gradient_.data() + room,
                   gradient_.data() + 2 * room, total, product);
    scatter(run, atom, scale, sums);
  }
  Results &results = sums.results;
  if (results.force)
    for (int a = 0; a < 3; ++a) results.force[atom][a] += scale * total[a];
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) results.virial[3 * a + b] -= scale * product[3 * b + a];
  if (!std::isfinite(total[0] + total[1] + total[2]) && sums.bad_center < 0) sums.bad_center = atom;
}

template <class Real>
void CenterBatch<Real>::scatter(const NeighborRun &run, int atom, double scale,
                                BatchSums &sums) const
{
  auto const room = static_cast<std::size_t>(padded<double>(run.count));
  const double *const gx = gradient_.data();
  const double *const gy = gx + room;
  const double *const gz = gy + room;
  const Results &results = sums.results;
  if (results.force)
    for (int n = 0; n < run.count; ++n) {
      double *const f = results.force[run.atom[n]];
      f[0] -= scale * gx[n];
      f[1] -= scale * gy[n];
      f[2] -= scale * gz[n];
    }
  if (!results.atom_virial && !results.shared_virial) return;
  for (int n = 0; n < run.count; ++n) {
    double const d[3] = {run.x[n], run.y[n], run.z[n]};
    double const f[3] = {-scale * gx[n], -scale * gy[n], -scale * gz[n]};
    if (results.atom_virial)
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) results.atom_virial[run.atom[n]][3 * a + b] += d[a] * f[b];
    if (results.shared_virial) {
      double const v[6] = {d[0] * f[0],
                           d[1] * f[1],
                           d[2] * f[2],
                           0.5 * (d[0] * f[1] + d[1] * f[0]),
                           0.5 * (d[0] * f[2] + d[2] * f[0]),
                           0.5 * (d[1] * f[2] + d[2] * f[1])};
      for (int k = 0; k < 6; ++k) {
        results.shared_virial[atom][k] += 0.5 * v[k];
        results.shared_virial[run.atom[n]][k] += 0.5 * v[k];
      }
    }
  }
}

template <class Real> std::size_t CenterBatch<Real>::memory_usage() const
{
  auto const bytes = [](const auto &...buffer) {
    return ((buffer.capacity() * sizeof(buffer[0])) + ...);
  };
  std::size_t const total =
      bytes(runs_, atom_, x_, y_, z_, near_, served_, rows_.numbers, moments_.sum, q_, gradient_,
            gtr_, p_, gtr_batch_, gradient_batch_, energy_);
  return total + net_.memory_usage();
}

template class CenterBatch<double>;
template class CenterBatch<float>;

}    // namespace lbs::deepsea
