// SPDX-License-Identifier: GPL-2.0-only
#include "embedding_pass.hpp"

#include "descriptor_loops.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lbs::deepsea {

namespace {

constexpr std::size_t PLACES = 64;    // neighbors whose nets stay in the cache together
constexpr std::size_t POINTS = 64;    // the same for points of a grid

}    // namespace

template <class Real>
EmbeddingPass<Real>::EmbeddingPass(const Model &model, double tolerance, int threads)
    : channels_(model.channels()), width_(padded<Real>(channels_)), threads_(threads),
      factor_(static_cast<Real>(1.0 / model.selected_neighbors())), tolerance_(tolerance),
      nets_(model.embedding.size())
{
  ParameterLayout const layout(model);
  for (std::size_t n = 0; n < nets_.size(); ++n) {
    nets_[n].net = DualNet<Real>(model.embedding[n]);
    nets_[n].place = layout.embedding[n];
  }
  int const types = model.types();
  std::size_t const pairs = static_cast<std::size_t>(types) * types;
  windows_.resize(pairs);
  for (int a = 0; a < types; ++a)
    for (int b = 0; b < types; ++b) {
      std::size_t const net = model.one_side ? static_cast<std::size_t>(b) : model.pair(a, b);
      net_of_.push_back(net);
      nets_[net].pairs.push_back(model.pair(a, b));
    }
  work_.resize(static_cast<std::size_t>(threads));
}

template <class Real> void EmbeddingPass<Real>::set(const double *parameters)
{
  for (Net &net : nets_) net.net.set(parameters + net.place);
}

// Rows of channels with zeros up to the width, and back.
template <class Real>
void EmbeddingPass<Real>::widen(const Real *from, std::size_t rows, Real *to) const
{
  for (std::size_t r = 0; r < rows; ++r, from += channels_, to += width_) {
    std::copy_n(from, channels_, to);
    std::fill_n(to + channels_, width_ - channels_, Real(0));
  }
}

template <class Real>
void EmbeddingPass<Real>::narrow(const Real *from, std::size_t rows, Real *to) const
{
  for (std::size_t r = 0; r < rows; ++r, from += width_, to += channels_)
    std::copy_n(from, channels_, to);
}

template <class Real> void EmbeddingPass<Real>::prepare(BatchPlaces<Real> &places)
{
  by_net_.clear();
  for (std::size_t n = 0; n < nets_.size(); ++n) {
    double neighbors = 0.0;
    for (std::size_t const p : nets_[n].pairs) neighbors += double(places.pair(p).count());
    by_net_.add(neighbors, n);
  }
  by_net_.deal(threads_);
  by_net_.run([&](std::size_t n, int) { lay_out(nets_[n], places); });
  points_ = 0;
  by_points_.clear();
  by_places_.clear();
  by_gradient_.clear();
  for (std::size_t n = 0; n < nets_.size(); ++n) {
    Net &net = nets_[n];
    by_gradient_.add(net.interpolated ? double(net.grid.points()) : 1.0, n);
    if (net.interpolated) {
      net.first = points_;
      points_ += net.grid.points();
      cut(n, net.grid.points(), POINTS, 1, by_points_);
    } else {
      for (std::size_t const p : net.pairs) cut(p, places.pair(p).count(), PLACES, 1, by_places_);
    }
  }
  by_points_.deal(threads_);
  by_places_.deal(threads_);
  by_gradient_.deal(threads_);
  by_points_.run([&](const Part &part, int) {
    Net &net = nets_[part.index];
    net.net.forward(net.rows, part.begin, part.end);
    widen(net.rows.state[net.net.depth()].data() + part.begin * channels_, part.end - part.begin,
          net.values.data() + part.begin * width_);
  });
  by_places_.run([&](const Part &part, int thread) {
    Net &net = nets_[net_of_[part.index]];
    PairPlaces<Real> &pair = places.pair(part.index);
    auto &rows = work_[thread].rows;
    evaluate(net, pair, part.begin, part.end, rows);
    widen(net.net.value(rows, net.net.depth()), part.end - part.begin,
          pair.g.data() + part.begin * width_);
    widen(net.net.dot(rows, net.net.depth()), part.end - part.begin,
          pair.slope.data() + part.begin * width_);
  });
}

// The points at which a net will be evaluated; or, where they would be no fewer than neighbors,
// nothing.
template <class Real> void EmbeddingPass<Real>::lay_out(Net &net, BatchPlaces<Real> &places)
{
  net.interpolated = false;
  std::size_t count = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (std::size_t const index : net.pairs) {
    const PairPlaces<Real> &pair = places.pair(index);
    count += pair.count();
    for (std::size_t p = 0; p < pair.count(); ++p) {
      low = std::min(low, static_cast<double>(pair.s[p]));
      high = std::max(high, static_cast<double>(pair.s[p]));
    }
  }
  if (count == 0 || tolerance_ == 0.0) return;
  net.grid.begin(low, high);
  for (std::size_t const index : net.pairs)
    for (std::size_t p = 0; p < places.pair(index).count(); ++p)
      net.grid.mark(places.pair(index).s[p]);
  net.grid.number();
  if (net.grid.points() >= count) return;
  net.interpolated = true;
  for (std::size_t const index : net.pairs) {
    const PairPlaces<Real> &pair = places.pair(index);
    Windows &windows = windows_[index];
    grow(windows.point, pair.count());
    grow(windows.weights, 2 * EmbeddingGrid::WINDOW * pair.count());
  }
  net.net.fit(net.rows, net.grid.points(), false);
  grow(net.values, net.grid.points() * width_);
  for (std::size_t p = 0; p < net.grid.points(); ++p)
    net.net.value(net.rows, 0)[p] = static_cast<Real>(net.grid.position(p));
}

// The net of neighbors and its derivative by s, with what leads to them.
template <class Real>
void EmbeddingPass<Real>::evaluate(Net &net, const PairPlaces<Real> &pair, std::size_t begin,
                                   std::size_t end, typename DualNet<Real>::Rows &rows) const
{
  net.net.fit(rows, end - begin);
  std::copy_n(pair.s.data() + begin, end - begin, net.net.value(rows, 0));
  std::fill_n(net.net.dot(rows, 0), end - begin, Real(1));
  net.net.forward_both(rows);
}

template <class Real>
void EmbeddingPass<Real>::values(std::size_t index, PairPlaces<Real> &pair, std::size_t center)
{
  const Net &net = nets_[net_of_[index]];
  if (!net.interpolated) return;
  Windows &windows = windows_[index];
  std::size_t const first = pair.first[center];
  for (std::size_t p = first; p < pair.first[center + 1]; ++p)
    windows.point[p] =
        net.grid.window(pair.s[p], windows.weights.data() + 2 * EmbeddingGrid::WINDOW * p);
  from_points(static_cast<int>(pair.first[center + 1] - first), width_,
              windows.point.data() + first,
              windows.weights.data() + 2 * EmbeddingGrid::WINDOW * first, net.values.data(),
              pair.g.data() + first * width_, pair.slope.data() + first * width_);
}

template <class Real> void EmbeddingPass<Real>::begin_gradient(int thread)
{
  Work &work = work_[thread];
  grow(work.by_points, points_ * width_);
  std::fill_n(work.by_points.begin(), points_ * width_, Real(0));
  if (by_places_.empty()) return;
  work.gradient.assign(nets_.back().place + nets_.back().net.parameters(), Real(0));
}

template <class Real>
void EmbeddingPass<Real>::add_gradient(std::size_t index, PairPlaces<Real> &pair,
                                       std::size_t center, const Real *by_a, const Real *by_a_dot,
                                       int thread)
{
  const Net &net = nets_[net_of_[index]];
  const Windows &windows = windows_[index];
  for (std::size_t p = pair.first[center]; p < pair.first[center + 1]; ++p) {
    const Real *const row = pair.row.data() + 4 * p;
    const Real *const row_dot = pair.row_dot.data() + 4 * p;
    if (net.interpolated)
      add_to_points(width_, factor_, by_a, by_a_dot, row, row_dot, pair.s_dot[p],
                    windows.weights.data() + 2 * EmbeddingGrid::WINDOW * p,
                    work_[thread].by_points.data() + (net.first + windows.point[p]) * width_);
    else
      neighbor_adjoints(width_, factor_, by_a, by_a_dot, row, row_dot, pair.s_dot[p],
                        pair.g.data() + p * width_, pair.slope.data() + p * width_);
  }
}

template <class Real>
void EmbeddingPass<Real>::gradient(BatchPlaces<Real> &places, const Take &take)
{
  by_places_.run(
      [&](const Part &part, int thread) { exact_gradient(part, places, work_[thread]); });
  by_points_.run([&](const Part &part, int) { sum_points(part); });
  by_gradient_.run([&](std::size_t n, int thread) {
    const Net &net = nets_[n];
    auto &whole = work_[thread].whole;
    grow(whole, net.net.parameters());
    net_gradient(net, whole.data());
    take(net.place, net.place + net.net.parameters(), whole.data());
  });
}

template <class Real>
void EmbeddingPass<Real>::exact_gradient(const Part &part, BatchPlaces<Real> &places, Work &work)
{
  Net &net = nets_[net_of_[part.index]];
  PairPlaces<Real> &pair = places.pair(part.index);
  evaluate(net, pair, part.begin, part.end, work.rows);
  std::size_t const count = part.end - part.begin;
  std::size_t const depth = net.net.depth();
  narrow(pair.g.data() + part.begin * width_, count, net.net.by_value(work.rows, depth));
  narrow(pair.slope.data() + part.begin * width_, count, net.net.by_dot(work.rows, depth));
  net.net.backward_both(work.rows);
  net.net.gradient(work.rows, true, work.gradient.data() + net.place);
}

// From what all threads found for some points to the numbers of the net's layers.
template <class Real> void EmbeddingPass<Real>::sum_points(const Part &part)
{
  Net &net = nets_[part.index];
  std::size_t const begin = (net.first + part.begin) * width_;
  std::size_t const end = (net.first + part.end) * width_;
  Real *const sum = work_[0].by_points.data();
  for (std::size_t t = 1; t < work_.size(); ++t)
    for (std::size_t k = begin; k < end; ++k) sum[k] += work_[t].by_points[k];
  narrow(sum + begin, part.end - part.begin,
         net.net.by_value(net.rows, net.net.depth()) + part.begin * channels_);
  net.net.plain_adjoint(net.rows, part.begin, part.end);
}

template <class Real> void EmbeddingPass<Real>::net_gradient(const Net &net, Real *gradient) const
{
  if (net.interpolated) {
    net.net.gradient(net.rows, false, gradient);
    return;
  }
  std::fill_n(gradient, net.net.parameters(), Real(0));
  if (by_places_.empty()) return;
  for (const Work &work : work_)
    for (std::size_t k = 0; k < net.net.parameters(); ++k)
      gradient[k] += work.gradient[net.place + k];
}

template <class Real> double EmbeddingPass<Real>::adapt_grids(BatchPlaces<Real> &places)
{
  double largest = 0.0;
  for (Net &net : nets_) {
    if (!net.interpolated) continue;
    double const error = interpolation_error(net, places);
    largest = std::max(largest, error);
    net.grid.adapt(error, tolerance_);
  }
  return largest;
}

// The largest error of values and derivatives at some of the batch's neighbors, over the largest
// value and derivative there.
template <class Real>
double EmbeddingPass<Real>::interpolation_error(Net &net, BatchPlaces<Real> &places)
{
  PairPlaces<Real> chosen;
  auto &rows = work_[0].rows;
  double error[2] = {};
  double scale[2] = {};
  for (std::size_t const index : net.pairs) {
    const PairPlaces<Real> &pair = places.pair(index);
    std::size_t const count = std::min(PLACES, pair.count());
    if (count == 0) continue;
    const auto place = [&](std::size_t k) { return k * pair.count() / count; };
    chosen.s.resize(count);
    for (std::size_t k = 0; k < count; ++k) chosen.s[k] = pair.s[place(k)];
    evaluate(net, chosen, 0, count, rows);
    std::vector<Real> got[2];
    for (auto &numbers : got) numbers.resize(width_);
    for (std::size_t k = 0; k < count; ++k) {
      from_points(1, width_, windows_[index].point.data() + place(k),
                  windows_[index].weights.data() + 2 * EmbeddingGrid::WINDOW * place(k),
                  net.values.data(), got[0].data(), got[1].data());
      const Real *const exact[2] = {net.net.value(rows, net.net.depth()) + k * channels_,
                                    net.net.dot(rows, net.net.depth()) + k * channels_};
      for (int i = 0; i < 2; ++i)
        for (int m = 0; m < channels_; ++m) {
          error[i] = std::max(error[i], double(std::fabs(got[i][m] - exact[i][m])));
          scale[i] = std::max(scale[i], double(std::fabs(exact[i][m])));
        }
    }
  }
  constexpr double TINY = 1.0e-30;
  return std::max(error[0] / std::max(scale[0], TINY), error[1] / std::max(scale[1], TINY));
}

template <class Real> std::vector<double> EmbeddingPass<Real>::grid_spacings() const
{
  std::vector<double> spacings;
  for (const Net &net : nets_) spacings.push_back(net.grid.spacing);
  return spacings;
}

template <class Real>
void EmbeddingPass<Real>::set_grid_spacings(const std::vector<double> &spacings)
{
  for (std::size_t n = 0; n < nets_.size(); ++n) nets_[n].grid.spacing = spacings.at(n);
}

template class EmbeddingPass<double>;
template class EmbeddingPass<float>;

}    // namespace lbs::deepsea
