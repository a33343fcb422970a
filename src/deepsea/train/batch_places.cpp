// SPDX-License-Identifier: GPL-2.0-only
#include "batch_places.hpp"

#include <cmath>

namespace lbs::deepsea {

template <class Real>
BatchPlaces<Real>::BatchPlaces(const Model &model, int threads)
    : types_(model.types()), threads_(threads),
      width_(static_cast<std::size_t>(padded<Real>(model.channels()))), centers_(types_),
      pairs_(static_cast<std::size_t>(types_) * types_)
{
  for (int a = 0; a < types_; ++a)
    for (int b = 0; b < types_; ++b) {
      std::size_t const p = model.pair(a, b);
      PairPlaces<Real> &pair = pairs_[p];
      pair.constants = pair_constants(model, p);
      pair.excluded = model.excluded[p];
      pair.selection = model.selection[b];
      for (int k = 0; k < 4; ++k) {
        pair.padding_row[k] = -pair.constants.average[k] * pair.constants.inverse_deviation[k];
        if (pair.constants.average[k] != 0.0) pair.padded = true;
      }
    }
}

template <class Real>
void BatchPlaces<Real>::gather(const std::vector<const TrainingFrame *> &batch)
{
  for (auto &centers : centers_) centers.clear();
  for (PairPlaces<Real> &pair : pairs_) pair.first.assign(1, 0);
  for (std::size_t f = 0; f < batch.size(); ++f) {
    const TrainingFrame &frame = *batch[f];
    for (int i = 0; i < frame.atoms; ++i) {
      centers_[frame.type[i]].push_back({static_cast<int>(f), i});
      for (int b = 0; b < types_; ++b) {
        PairPlaces<Real> &pair = pairs_[static_cast<std::size_t>(frame.type[i]) * types_ + b];
        std::size_t const at = static_cast<std::size_t>(i) * types_ + b;
        std::size_t const neighbors = frame.first[at + 1] - frame.first[at];
        bool const empty = pair.padded && static_cast<int>(neighbors) != pair.selection;
        pair.first.push_back(pair.count() + (pair.excluded ? 0 : neighbors) + (empty ? 1 : 0));
      }
    }
  }
  for (PairPlaces<Real> &pair : pairs_) {
    std::size_t const places = pair.count();
    grow(pair.place, places);
    for (auto *buffer : {&pair.s, &pair.s_dot}) grow(*buffer, places);
    for (auto *buffer : {&pair.row, &pair.row_dot}) grow(*buffer, 4 * places);
    for (auto *buffer : {&pair.g, &pair.slope}) grow(*buffer, places * width_);
    grow(pair.by, 5 * places);
  }
  tasks_.clear();
  for (std::size_t a = 0; a < centers_.size(); ++a) cut(a, centers_[a].size(), 8, 1, tasks_);
  tasks_.deal(threads_);
  tasks_.run([&](const Part &part, int) {
    for (std::size_t c = part.begin; c < part.end; ++c)
      for (int b = 0; b < types_; ++b)
        fill(*batch[centers_[part.index][c].frame], centers_[part.index][c].atom,
             pairs_[part.index * types_ + b], b, c);
  });
}

template <class Real>
void BatchPlaces<Real>::fill(const TrainingFrame &frame, int atom, PairPlaces<Real> &pair,
                             int neighbor_type, std::size_t center) const
{
  std::size_t const at = static_cast<std::size_t>(atom) * types_ + neighbor_type;
  std::size_t const begin = frame.first[at];
  std::size_t const neighbors = frame.first[at + 1] - begin;
  for (std::size_t p = pair.first[center]; p < pair.first[center + 1]; ++p) {
    std::size_t const n = p - pair.first[center];
    Place &place = pair.place[p];
    if (pair.excluded || n == neighbors) {
      place.neighbor = -1;
      pair.s[p] = static_cast<Real>(pair.padding_row[0]);
      double const empty = pair.selection - static_cast<double>(neighbors);
      for (int k = 0; k < 4; ++k)
        pair.row[4 * p + k] = static_cast<Real>(empty * pair.padding_row[k]);
      continue;
    }
    const double *const d = frame.vector[begin + n].data();
    double const r = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    const PairConstants &c = pair.constants;
    place = {frame.neighbor[begin + n], d, 1.0 / r,
             radial_part(r, c.from, c.inverse_width, c.protection)};
    EnvironmentRow const row = normalized_row(place.part, c, d[0], d[1], d[2]);
    pair.s[p] = pair.row[4 * p] = static_cast<Real>(row.s);
    pair.row[4 * p + 1] = static_cast<Real>(row.x);
    pair.row[4 * p + 2] = static_cast<Real>(row.y);
    pair.row[4 * p + 3] = static_cast<Real>(row.z);
  }
}

template <class Real>
void BatchPlaces<Real>::move(PairPlaces<Real> &pair, std::size_t p, const double step[3]) const
{
  const Place &place = pair.place[p];
  const double *const d = place.vector;
  const PairConstants &c = pair.constants;
  double const along = (step[0] * d[0] + step[1] * d[1] + step[2] * d[2]) * place.inverse_r;
  Real *const to = pair.row_dot.data() + 4 * p;
  pair.s_dot[p] = to[0] = static_cast<Real>(along * place.part.ds * c.inverse_deviation[0]);
  for (int k = 0; k < 3; ++k)
    to[k + 1] = static_cast<Real>((step[k] * place.part.v + d[k] * along * place.part.dv) *
                                  c.inverse_deviation[k + 1]);
}

template <class Real>
void BatchPlaces<Real>::gradient(const PairPlaces<Real> &pair, std::size_t p,
                                 double gradient[3]) const
{
  const Place &place = pair.place[p];
  const Real *const by = pair.by.data() + 5 * p;
  EnvironmentRow const e = chain_to_row(
      {double(by[0]), double(by[1]), double(by[2]), double(by[3])}, double(by[4]), pair.constants);
  chain_to_vector(place.part, e, place.vector[0], place.vector[1], place.vector[2], place.inverse_r,
                  gradient);
}

template class BatchPlaces<double>;
template class BatchPlaces<float>;

}    // namespace lbs::deepsea
