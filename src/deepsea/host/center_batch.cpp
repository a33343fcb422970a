// SPDX-License-Identifier: GPL-2.0-only
#include "center_batch.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

namespace {

// Rows of the list come from far away, and those of a batch are not in order there.
void fetch_neighbors(const FullNeighborList &list, int center)
{
  constexpr int LINE = PACK_BYTES / sizeof(int);
  for (int n = 0; n < list.numneigh[center]; n += LINE)
    __builtin_prefetch(list.firstneigh[center] + n);
}

double scale_of(int type, const BatchSums &sums)
{
  return sums.results.scale ? sums.results.scale[type] : 1.0;
}

}    // namespace

template <class Real>
CenterBatch<Real>::CenterBatch(const PreparedModel<Real> &model) : model_(model), neighbors_(model)
{
  moments_.fit(model.most_coefficients);
  blocks_.fit(model.most_coefficients);
  q_.assign(4 * static_cast<std::size_t>(model.most_coefficients + LANES<Real>), 0.0);
  gtr_.assign(4 * std::size_t(LANES<Real>) * model.widest(), Real(0));
  p_.assign(gtr_.size(), Real(0));
}

// A step for a batch: all that happens, in this order.
template <class Real>
void CenterBatch<Real>::evaluate(const Atoms &atoms, int type, const int *centers, int count,
                                 BatchSums &sums)
{
  channels_ = model_.channels[type];
  stride_ = model_.stride[type];
  int const packs = sum_environments(atoms, type, centers, count, sums);
  if (packs == 0) return;

  const ScalarNet<Real> &net = model_.fitting[type];
  const std::vector<int> &rows = model_.fitting_rows[type];
  const Real *const gtr = gtr_batch_.data();
  net.start(packs, net_);
  for (const RowBlock<Real> &block : net_.blocks) {
    make_descriptor(rows, packs, channels_, gtr, block);
    net.multiply(packs, block, net_);
  }
  net.forward(packs, energy_.data(), net_);
  net.backward(packs, net_);
  for (const RowBlock<Real> &block : net_.blocks) {
    net.multiply_back(packs, block, net_);
    add_descriptor_gradient(rows, packs, channels_, gtr, read_only(block), gradient_batch_.data());
  }

  add_energies(type, sums);
  add_forces(type, sums);
}

// Neighbors of the centers and what they sum to, G^T R / N, of those that are served; returns the
// number of packs.
template <class Real>
int CenterBatch<Real>::sum_environments(const Atoms &atoms, int type, const int *centers, int count,
                                        BatchSums &sums)
{
  constexpr int LANE = LANES<Real>;
  gtr_batch_.resize(padded<Real>(count) / LANE * pack_size());
  neighbors_.clear();
  served_.clear();
  for (int c = 0; c < count; ++c) {
    if (c + 1 < count) fetch_neighbors(atoms.list, centers[c + 1]);
    if (!neighbors_.add(atoms, type, centers[c], sums)) continue;
    auto const place = static_cast<int>(served_.size());
    served_.push_back(centers[c]);
    int const lane = place % LANE;
    sum_environment(type, place, gtr_.data() + lane * center_size());
    if (lane == LANE - 1) enter_lanes(place / LANE);
  }
  auto const served = static_cast<int>(served_.size());
  if (int const lanes = served % LANE; lanes > 0) {
    std::fill(gtr_.begin() + lanes * center_size(), gtr_.end(), Real(0));
    enter_lanes(served / LANE);
  }
  int const packs = padded<Real>(served) / LANE;
  energy_.resize(packs * LANE);
  gradient_batch_.assign(packs * pack_size(), Real(0));
  return packs;
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
    NeighborRun const run = neighbors_.run(center, t);
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
    if (model_.tables_used) expand(model_.tables[pair], stride_, moments_, used_, gtr);
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

template <class Real> void CenterBatch<Real>::add_energies(int type, BatchSums &sums) const
{
  double const scale = scale_of(type, sums);
  for (std::size_t c = 0; c < served_.size(); ++c) {
    double const energy = scale * (energy_[c] + model_.source.energy_bias[type]);
    sums.results.energy += energy;
    if (sums.results.atom_energy) sums.results.atom_energy[served_[c]] += energy;
    if (!std::isfinite(energy) && sums.bad_center < 0) sums.bad_center = served_[c];
  }
}

template <class Real> void CenterBatch<Real>::add_forces(int type, BatchSums &sums)
{
  double const scale = scale_of(type, sums);
  auto const served = static_cast<int>(served_.size());
  for (int c = 0; c < served; ++c) {
    int const lane = c % LANES<Real>;
    if (lane == 0) leave_lanes(c / LANES<Real>);
    add_forces_of(type, c, scale, p_.data() + lane * center_size(), sums);
  }
}

// From the gradients by G^T R of one center to forces and virials.
template <class Real>
void CenterBatch<Real>::add_forces_of(int type, int center, double scale, const Real *p,
                                      BatchSums &sums)
{
  int const atom = served_[center];
  double total[3] = {};
  double product[9] = {};
  for (int t = 0; t < model_.types; ++t) {
    NeighborRun const run = neighbors_.run(center, t);
    std::size_t const pair = model_.source.pair(type, t);
    if (run.count == 0 || model_.source.excluded[pair]) continue;
    const PairConstants &c = model_.constants[pair];
    environment_rows(run, c, rows_);
    outside_.clear();
    if (model_.tables_used) {
      for (int n = 0; n < run.count; ++n) {
        if (rows_.t[n] <= 1.0) blocks_.add(rows_.interval[n]);
        else outside_.push_back(n);
      }
      contract(model_.tables[pair], channels_, stride_, blocks_, p, q_);
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
  std::size_t const total = bytes(served_, rows_.numbers, moments_.sum, q_, gradient_, gtr_, p_,
                                  gtr_batch_, gradient_batch_, energy_);
  return total + neighbors_.memory_usage() + net_.memory_usage();
}

template class CenterBatch<double>;
template class CenterBatch<float>;

}    // namespace lbs::deepsea
