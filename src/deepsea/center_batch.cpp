#include "center_batch.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

template <class Real>
CenterBatch<Real>::CenterBatch(const PreparedModel<Real> &model) : model_(model)
{
  moments_.fit(model.most_coefficients);
  q_.assign(4 * static_cast<std::size_t>(padded<double>(model.most_coefficients)), 0.0);
  gtr_.assign(4 * static_cast<std::size_t>(model.stride), Real(0));
  p_.assign(gtr_.size(), 0.0);
  found_count_.assign(model.types + 1, 0);
}

// Everything inside the cutoff goes to the bucket of its type; what is not of this model to the
// last one. Written without branches, because about every third neighbor of the list is too far.
template <class Real>
void CenterBatch<Real>::find_neighbors(const Atoms &atoms, int type, int center, BatchSums &sums)
{
  const FullNeighborList &list = atoms.list;
  int const listed = list.numneigh[center];
  const int *const neighbors = list.firstneigh[center];
  int const types = model_.types;
  auto const room = static_cast<std::size_t>(listed) + 1;
  if (found_atom_.size() < (types + 1) * room) {
    found_atom_.resize((types + 1) * room);
    found_vector_.resize(3 * (types + 1) * room);
  }
  std::fill(found_count_.begin(), found_count_.end(), 0);

  double const cutoff = model_.source.cutoff;
  double const cutoff2 = cutoff * cutoff;
  double const x = atoms.x[center][0];
  double const y = atoms.x[center][1];
  double const z = atoms.x[center][2];
  for (int n = 0; n < listed; ++n) {
    int const j = neighbors[n] & list.index_mask;
    int const bucket = atoms.type[j] < 0 ? types : atoms.type[j];
    double const dx = atoms.x[j][0] - x;
    double const dy = atoms.x[j][1] - y;
    double const dz = atoms.x[j][2] - z;
    std::size_t const place = bucket * room + found_count_[bucket];
    found_atom_[place] = j;
    found_vector_[3 * place] = dx;
    found_vector_[3 * place + 1] = dy;
    found_vector_[3 * place + 2] = dz;
    // A distance that is no number counts as near, so that it is found out.
    found_count_[bucket] += !(dx * dx + dy * dy + dz * dz >= cutoff2);
  }

  for (int t = 0; t < types; ++t) {
    int const count = found_count_[t];
    std::size_t const start = used_;
    runs_.push_back({start, count});
    used_ += padded<double>(count);
    if (x_.size() < used_) {
      std::size_t const grown = used_ + used_ / 2;
      atom_.resize(grown);
      x_.resize(grown);
      y_.resize(grown);
      z_.resize(grown);
    }
    for (std::size_t n = start + count; n < used_; ++n) {
      x_[n] = cutoff;
      y_[n] = z_[n] = 0.0;
    }
    double const bound = model_.source.shortest[model_.source.pair(type, t)];
    for (int n = 0; n < count; ++n) {
      std::size_t const from = t * room + n;
      const double *const d = found_vector_.data() + 3 * from;
      atom_[start + n] = found_atom_[from];
      x_[start + n] = d[0];
      y_[start + n] = d[1];
      z_[start + n] = d[2];
      double const r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
      if (r2 < OVERLAP * OVERLAP && sums.bad_center < 0) sums.bad_center = center;
      if (r2 >= bound * bound) continue;
      ShortPair &shortest = sums.shortest;
      ++shortest.count;
      double const r = std::sqrt(r2);
      if (shortest.center >= 0 && r * shortest.bound >= shortest.distance * bound) continue;
      shortest.center = center;
      shortest.neighbor = found_atom_[from];
      shortest.distance = r;
      shortest.bound = bound;
    }
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
template <class Real> void CenterBatch<Real>::add_padding(std::size_t pair, int places)
{
  if (!model_.padded_out[pair] || places == 0) return;
  const double *const row = model_.padding_row.data() + 4 * pair;
  if (model_.tables_used) {
    add_moment(0.0, 0, row, places, moments_);
    return;
  }
  const std::vector<double> &g = model_.padding_net[pair].value;
  for (int k = 0; k < 4; ++k)
    for (int m = 0; m < model_.channels; ++m)
      gtr_[k * model_.stride + m] += static_cast<Real>(places * row[k] * g[m]);
}

// The networks themselves for the neighbors of a run that no table covers.
template <class Real> void CenterBatch<Real>::evaluate_outside(int type, int neighbor_type)
{
  places_.clear();
  for (int const n : outside_) places_.push_back(rows_.row[0][n]);
  evaluate_embedding(model_.source.embedding_of(type, neighbor_type), places_, exact_);
}

template <class Real> void CenterBatch<Real>::add_outside()
{
  auto const channels = static_cast<std::size_t>(model_.channels);
  for (std::size_t i = 0; i < outside_.size(); ++i)
    for (int k = 0; k < 4; ++k)
      for (std::size_t m = 0; m < channels; ++m)
        gtr_[k * model_.stride + m] +=
            static_cast<Real>(exact_.value[i * channels + m] * rows_.row[k][outside_[i]]);
}

template <class Real> void CenterBatch<Real>::collect_outside(std::size_t pair)
{
  auto const channels = static_cast<std::size_t>(model_.channels);
  const PairConstants &c = model_.constants[pair];
  for (std::size_t i = 0; i < outside_.size(); ++i) {
    int const n = outside_[i];
    double by_row[4] = {};
    double by_s = 0.0;
    for (int k = 0; k < 4; ++k)
      for (std::size_t m = 0; m < channels; ++m) {
        double const p = p_[k * model_.stride + m];
        by_row[k] += exact_.value[i * channels + m] * p;
        by_s += exact_.slope[i * channels + m] * p * rows_.row[k][n];
      }
    for (int k = 0; k < 4; ++k) rows_.e[k][n] = by_row[k] * c.inverse_deviation[k];
    rows_.e[0][n] += by_s * c.inverse_deviation[0];
  }
}

template <class Real> void CenterBatch<Real>::sum_environment(int type, int center)
{
  std::fill(gtr_.begin(), gtr_.end(), Real(0));
  for (int t = 0; t < model_.types; ++t) {
    NeighborRun const run = run_of(center, t);
    std::size_t const pair = model_.source.pair(type, t);
    add_padding(pair, model_.source.selection[t] - run.count);
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
        add_outside();
      }
    }
    if (model_.tables_used) {
      moments_.make_list();
      expand(model_.tables[model_.table_of[pair]], model_.stride, moments_, compact_, gtr_.data());
    }
  }
}

// A center's G^T R goes to its lane of the batch,
template <class Real> void CenterBatch<Real>::enter_lane(int center)
{
  constexpr int LANE = LANES<Real>;
  Real *to = gtr_batch_.data() + lane_of(center);
  auto const factor = static_cast<Real>(1.0 / model_.neighbors);
  for (int m = 0; m < model_.channels; ++m)
    for (int k = 0; k < 4; ++k, to += LANE) *to = factor * gtr_[k * model_.stride + m];
}

// and the gradient by it comes from there.
template <class Real> void CenterBatch<Real>::leave_lane(int center)
{
  constexpr int LANE = LANES<Real>;
  const Real *from = gradient_batch_.data() + lane_of(center);
  double const factor = 1.0 / model_.neighbors;
  for (int m = 0; m < model_.channels; ++m)
    for (int k = 0; k < 4; ++k, from += LANE) p_[k * model_.stride + m] = factor * *from;
}

template <class Real> std::size_t CenterBatch<Real>::lane_of(int center) const
{
  auto const pack = static_cast<std::size_t>(center / LANES<Real>);
  return pack * model_.channels * 4 * LANES<Real> + center % LANES<Real>;
}

template <class Real>
void CenterBatch<Real>::evaluate(const Atoms &atoms, int type, const int *centers, int count,
                                 BatchSums &sums)
{
  int const packs = padded<Real>(count) / LANES<Real>;
  energy_.resize(padded<Real>(count));
  gtr_batch_.resize(lane_of(padded<Real>(count)));
  gradient_batch_.assign(gtr_batch_.size(), Real(0));
  std::fill(gtr_batch_.begin() + lane_of((packs - 1) * LANES<Real>), gtr_batch_.end(), Real(0));
  runs_.clear();
  used_ = 0;

  for (int c = 0; c < count; ++c) {
    find_neighbors(atoms, type, centers[c], sums);
    sum_environment(type, c);
    enter_lane(c);
  }

  const std::vector<int> &rows = model_.fitting_rows[type];
  model_.fitting[type].evaluate(
      packs,
      [&](const RowBlock<Real> &block) {
        make_descriptor(rows, packs, model_.channels, gtr_batch_.data(), block);
      },
      [&](const RowBlock<const Real> &block) {
        add_descriptor_gradient(rows, packs, model_.channels, gtr_batch_.data(), block,
                                gradient_batch_.data());
      },
      energy_.data(), net_);

  double const scale = sums.results.scale ? sums.results.scale[type] : 1.0;
  for (int c = 0; c < count; ++c) {
    double const energy = scale * (energy_[c] + model_.source.energy_bias[type]);
    sums.results.energy += energy;
    if (sums.results.atom_energy) sums.results.atom_energy[centers[c]] += energy;
    if (!std::isfinite(energy) && sums.bad_center < 0) sums.bad_center = centers[c];
    leave_lane(c);
    add_forces(type, c, centers[c], scale, sums);
  }
}

template <class Real>
void CenterBatch<Real>::add_forces(int type, int center, int atom, double scale, BatchSums &sums)
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
      for (int n = 0; n < run.count; ++n) {
        if (rows_.t[n] <= 1.0) moments_.touch(rows_.interval[n]);
        else outside_.push_back(n);
      }
      moments_.make_list();
      contract(model_.tables[model_.table_of[pair]].by_coefficient, model_.channels, model_.stride,
               moments_, p_.data(), q_);
      collect(run, c, q_, rows_);
    } else {
      for (int n = 0; n < run.count; ++n) outside_.push_back(n);
    }
    if (!outside_.empty()) {
      evaluate_outside(type, t);
      collect_outside(pair);
    }
    auto const room = static_cast<std::size_t>(padded<double>(run.count));
    if (gradient_.size() < 3 * room) gradient_.resize(3 * room);
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
      bytes(runs_, atom_, x_, y_, z_, found_atom_, found_vector_, rows_.numbers, moments_.sum, q_,
            gradient_, gtr_batch_, gradient_batch_, energy_);
  return total + net_.memory_usage();
}

template class CenterBatch<double>;
template class CenterBatch<float>;

}    // namespace lbs::deepsea
