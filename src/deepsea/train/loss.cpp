// SPDX-License-Identifier: GPL-2.0-only
#include "loss.hpp"

#include "descriptor_loops.hpp"
#include "dual_net.hpp"
#include "embedding_grid.hpp"
#include "parameters.hpp"

#include "deepsea/model/pair_constants.hpp"
#include "linalg/blas.hpp"
#include "linalg/simd.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace lbs::deepsea {

class LossGradient::Implementation {
 public:
  virtual ~Implementation() = default;
  virtual void set(const std::vector<double> &parameters) = 0;
  virtual LossSums evaluate(const std::vector<const TrainingFrame *> &batch,
                            const LossFactors &factors, std::vector<double> *gradient) = 0;
  virtual double adapt_grids() = 0;
  [[nodiscard]] virtual std::vector<double> grid_spacings() const = 0;
  virtual void set_grid_spacings(const std::vector<double> &spacings) = 0;
  [[nodiscard]] virtual std::size_t memory_usage() const = 0;

  std::vector<Prediction> predictions;
};

namespace {

constexpr std::size_t PLACES = 64;    // neighbors whose nets stay in the cache together
constexpr std::size_t POINTS = 64;    // of a task of a grid
constexpr int PACKING = 4;            // shares of putting a net's weights in order
constexpr int CENTERS = 48;           // centers of a task

// A center of the batch.
struct Center {
  int frame;
  int atom;
};

}    // namespace

template <class Real> class LossGradientIn final : public LossGradient::Implementation {
 public:
  LossGradientIn(const Model &model, int threads, double tolerance)
      : model_(model), layout_(model), types_(model.types()), channels_(model.channels()),
        axis_(model.axis_neurons), threads_(std::max(1, threads)),
        factor_(static_cast<Real>(1.0 / model.selected_neighbors())), bias_(model.energy_bias),
        tolerance_(tolerance), grids_(layout_.embedding.size()), of_type_(types_),
        pairs_(static_cast<std::size_t>(types_) * types_), work_(threads_)
  {
    blas::one_thread();
    for (const DenseNet &net : model.embedding) embedding_.emplace_back(net);
    for (const DenseNet &net : model.fitting) fitting_.emplace_back(net, true);
    for (std::size_t net = 0; net < embedding_.size(); ++net) nets_.push_back(net);
    for (int a = 0; a < types_; ++a)
      for (int b = 0; b < types_; ++b) set_constants(a, b);
    std::size_t widest = 0;
    for (std::size_t n = 0; n < layout_.embedding.size(); ++n) widest += embedding_[n].parameters();
    for (Work &work : work_) work.gradient.resize(widest);
    start_ = parameters_of(model);
    set(start_);
    model_.fitting.clear();
    model_.embedding.clear();
  }

  void set(const std::vector<double> &parameters) final
  {
    if (&parameters != &start_) start_ = {};
    for (std::size_t n = 0; n < embedding_.size(); ++n)
      embedding_[n].set(parameters.data() + layout_.embedding[n]);
    for (std::size_t n = 0; n < fitting_.size(); ++n)
      fitting_[n].set(parameters.data() + layout_.fitting[n]);
    std::copy_n(parameters.data() + layout_.bias, bias_.size(), bias_.begin());
    auto const parts = static_cast<int>(fitting_.size()) * PACKING;
#pragma omp parallel for num_threads(threads_) if (threads_ > 1)
    for (int k = 0; k < parts; ++k) fitting_[k / PACKING].pack(k % PACKING, PACKING);
  }

  LossSums evaluate(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors,
                    std::vector<double> *gradient) override
  {
    batch_ = batch;
    gather();
    over(place_tasks_, [&](const Task &t, Work &) { environment(t); });
    over(nets_, [&](std::size_t net, Work &) { lay_out(net); });
    cut_grids();
    over(grid_tasks_, [&](const GridTask &t, Work &) {
      embedding_[t.net].forward(grids_[t.net].rows, t.begin, t.end);
    });
    over(place_tasks_, [&](const Task &t, Work &work) { embed(t, work); });
    over(center_tasks_, [&](const Task &t, Work &) { energies(t); });
    LossSums const sums = compare(factors);
    if (!gradient) return sums;
    gradient->resize(layout_.count);
    Real *const out = target(*gradient);
    over(center_tasks_, [&](const Task &t, Work &) { adjoint(t); });
    for (Work &work : work_) {
      std::fill(work.gradient.begin(), work.gradient.end(), Real(0));
      work.by_points.assign(grid_points_ * channels_, Real(0));
    }
    over(place_tasks_, [&](const Task &t, Work &work) { embedding_gradient(t, work); });
    over(weight_tasks_, [&](const Task &t, Work &) { fitting_gradient(t, out); });
    over(grid_tasks_, [&](const GridTask &t, Work &) { grid_adjoint(t); });
    over(nets_, [&](std::size_t net, Work &) { net_gradient(net, out); });
    collect(*gradient);
    return sums;
  }

  double adapt_grids() override
  {
    double largest = 0.0;
    for (std::size_t const net : nets_) {
      if (!grids_[net].used) continue;
      double const error = interpolation_error(net);
      largest = std::max(largest, error);
      grids_[net].grid.adapt(error, tolerance_);
    }
    return largest;
  }

  [[nodiscard]] std::vector<double> grid_spacings() const override
  {
    std::vector<double> spacings;
    for (const Grid &grid : grids_) spacings.push_back(grid.grid.spacing);
    return spacings;
  }

  void set_grid_spacings(const std::vector<double> &spacings) override
  {
    for (std::size_t const net : nets_) grids_[net].grid.spacing = spacings.at(net);
  }

  [[nodiscard]] std::size_t memory_usage() const override
  {
    std::size_t bytes = single_.capacity() * sizeof(Real);
    for (const Work &work : work_)
      bytes += work.rows.memory_usage() +
               (work.gradient.capacity() + work.by_points.capacity()) * sizeof(Real);
    for (const OfType &type : of_type_)
      bytes += type.rows.memory_usage() + (type.a.capacity() + type.a_dot.capacity() +
                                           type.by_a.capacity() + type.by_a_dot.capacity()) *
                                              sizeof(Real);
    for (const PairPlaces &pair : pairs_)
      bytes += (pair.s.capacity() + pair.row.capacity() + pair.s_dot.capacity() +
                pair.row_dot.capacity() + pair.g.capacity() + pair.slope.capacity() +
                pair.by.capacity() + pair.weights.capacity()) *
                   sizeof(Real) +
               pair.gradient.capacity() * sizeof(double) + pair.place.capacity() * sizeof(Place) +
               (pair.first.capacity() + pair.point.capacity()) * sizeof(std::size_t);
    for (const Grid &grid : grids_) bytes += grid.rows.memory_usage();
    return bytes;
  }

 private:
  // Work of one thread: rows [begin, end) of the centers of a type or of a pair's neighbors; of the
  // weights of a layer it is the inputs.
  struct Task {
    int center_type;
    int neighbor_type;    // of places; the layer for weights
    std::size_t begin, end;
  };

  // Points [begin, end) of the grid of an embedding net.
  struct GridTask {
    std::size_t net;
    std::size_t begin, end;
  };

  struct Work {
    typename DualNet<Real>::Rows rows;    // of an embedding net
    AlignedVector<Real> gradient;         // by all embedding nets
    AlignedVector<Real> by_points;        // by the grids of all embedding nets
  };

  // The points at which a net is evaluated, if its neighbors are interpolated.
  struct Grid {
    bool used = false;
    EmbeddingGrid grid;
    typename DualNet<Real>::Rows rows;
    std::size_t first = 0;    // of its points among those of all grids
  };

  // The centers of a type.
  struct OfType {
    std::vector<Center> centers;
    typename DualNet<Real>::Rows rows;     // of the fitting net
    AlignedVector<Real> a, a_dot;          // [center][4][channels]
    AlignedVector<Real> by_a_dot, by_a;    // dE/dA, and the loss's part by A
  };

  // A neighbor, or (neighbor < 0) what empty places for neighbors add.
  struct Place {
    int center;      // among those of the type
    int neighbor;    // atom of the frame
    const double *vector;
  };

  // The neighbors of one type of all centers of a type.
  struct PairPlaces {
    PairConstants constants;
    double padding_row[4];
    bool padded = false;
    std::vector<std::size_t> first;    // [centers + 1]
    std::vector<Place> place;
    AlignedVector<Real> s, s_dot;        // of the embedding net, normalized
    AlignedVector<Real> row, row_dot;    // [place][4]
    std::vector<std::size_t> point;      // the first one of its window in the grid
    AlignedVector<Real> weights;         // [place][2][window]
    AlignedVector<Real> g, slope;        // [place][channels]: net and dg/ds
    AlignedVector<Real> by;              // [place][5]
    AlignedVector<double> gradient;      // [place][3]: dE/dvector
  };

  Model model_;    // its contract
  ParameterLayout layout_;
  int types_;
  int channels_;
  int axis_;
  int threads_;
  Real factor_;    // 1/N
  std::vector<DualNet<Real>> embedding_;
  std::vector<DualNet<Real>> fitting_;
  std::vector<double> bias_;
  std::vector<double> start_;        // the model's numbers, until others are given
  double tolerance_;                 // of interpolation, as in loss.hpp
  std::vector<Grid> grids_;          // of the embedding nets
  std::vector<std::size_t> nets_;    // 0, 1, ...

  std::vector<const TrainingFrame *> batch_;
  std::vector<OfType> of_type_;
  std::vector<PairPlaces> pairs_;
  std::vector<Task> place_tasks_, center_tasks_, weight_tasks_;
  std::vector<GridTask> grid_tasks_;
  std::size_t grid_points_ = 0;
  std::vector<Work> work_;
  std::vector<LossAdjoint> adjoints_;
  std::vector<Real> single_;    // the gradient, where it is not in double

  [[nodiscard]] std::size_t size_of_a() const
  {
    return 4 * static_cast<std::size_t>(channels_);
  }
  [[nodiscard]] std::size_t net_of(int center_type, int neighbor_type) const
  {
    return model_.one_side ? static_cast<std::size_t>(neighbor_type)
                           : model_.pair(center_type, neighbor_type);
  }

  void set_constants(int a, int b)
  {
    std::size_t const pair = model_.pair(a, b);
    PairPlaces &places = pairs_[pair];
    places.constants = pair_constants(model_, pair);
    for (int k = 0; k < 4; ++k) {
      places.padding_row[k] = -places.constants.average[k] * places.constants.inverse_deviation[k];
      if (places.constants.average[k] != 0.0) places.padded = true;
    }
  }

  template <class SomeTask, class Do> void over(const std::vector<SomeTask> &tasks, Do work)
  {
    auto const count = static_cast<int>(tasks.size());
#pragma omp parallel num_threads(threads_) if (threads_ > 1)
    {
      Work &mine = work_[omp_get_thread_num()];
#pragma omp for schedule(dynamic, 1)
      for (int t = 0; t < count; ++t) work(tasks[t], mine);
    }
  }

  // Sorts centers and neighbors of the batch by type, and cuts the work into tasks.
  void gather()
  {
    for (OfType &type : of_type_) type.centers.clear();
    for (PairPlaces &pair : pairs_) {
      pair.first.assign(1, 0);
      pair.place.clear();
    }
    for (std::size_t f = 0; f < batch_.size(); ++f)
      for (int i = 0; i < batch_[f]->atoms; ++i) add_center(static_cast<int>(f), i);
    place_tasks_.clear();
    center_tasks_.clear();
    weight_tasks_.clear();
    for (int a = 0; a < types_; ++a) {
      OfType &type = of_type_[a];
      std::size_t const centers = type.centers.size();
      for (auto *buffer : {&type.a, &type.a_dot, &type.by_a, &type.by_a_dot})
        grow(*buffer, centers * size_of_a());
      fitting_[a].fit(type.rows, centers);
      cut(centers, CENTERS, a, 0, center_tasks_);
      for (std::size_t l = 0; l < fitting_[a].depth(); ++l)
        cut(fitting_[a].inputs_of(l), 256, a, static_cast<int>(l), weight_tasks_);
      for (int b = 0; b < types_; ++b) {
        PairPlaces &pair = pairs_[model_.pair(a, b)];
        std::size_t const places = pair.place.size();
        for (auto *buffer : {&pair.s, &pair.s_dot}) grow(*buffer, places);
        for (auto *buffer : {&pair.row, &pair.row_dot}) grow(*buffer, 4 * places);
        for (auto *buffer : {&pair.g, &pair.slope}) grow(*buffer, places * channels_);
        grow(pair.by, 5 * places);
        grow(pair.point, places);
        grow(pair.weights, 2 * EmbeddingGrid::WINDOW * places);
        grow(pair.gradient, 3 * places);
        cut(places, PLACES, a, b, place_tasks_);
      }
    }
  }

  // Pieces of nearly equal size, at most `most` each.
  static void cut(std::size_t count, std::size_t most, int a, int b, std::vector<Task> &tasks)
  {
    std::size_t const pieces = (count + most - 1) / most;
    for (std::size_t p = 0; p < pieces; ++p)
      tasks.push_back({a, b, count * p / pieces, count * (p + 1) / pieces});
  }

  void add_center(int f, int i)
  {
    const TrainingFrame &frame = *batch_[f];
    int const a = frame.type[i];
    auto const center = static_cast<int>(of_type_[a].centers.size());
    of_type_[a].centers.push_back({f, i});
    for (int b = 0; b < types_; ++b) {
      std::size_t const p = model_.pair(a, b);
      PairPlaces &pair = pairs_[p];
      std::size_t const begin = frame.first[static_cast<std::size_t>(i) * types_ + b];
      std::size_t const end = frame.first[static_cast<std::size_t>(i) * types_ + b + 1];
      for (std::size_t n = begin; n < end && !model_.excluded[p]; ++n)
        pair.place.push_back({center, frame.neighbor[n], frame.vector[n].data()});
      // DeePMD-kit's empty places; see the page on the model format.
      if (pair.padded && static_cast<int>(end - begin) != model_.selection[b])
        pair.place.push_back({center, -1 - static_cast<int>(end - begin), nullptr});
      pair.first.push_back(pair.place.size());
    }
  }

  static RadialPart radial(const PairPlaces &pair, const double *d, double &inverse_r)
  {
    double const r = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    inverse_r = 1.0 / r;
    const PairConstants &c = pair.constants;
    return radial_part(r, c.from, c.inverse_width, c.protection);
  }

  // Rows of the environment matrix.
  void environment(const Task &t)
  {
    PairPlaces &pair = pairs_[model_.pair(t.center_type, t.neighbor_type)];
    for (std::size_t p = t.begin; p < t.end; ++p) {
      const Place &place = pair.place[p];
      double row[4];
      if (place.neighbor < 0) {
        int const empty = model_.selection[t.neighbor_type] + 1 + place.neighbor;
        pair.s[p] = static_cast<Real>(pair.padding_row[0]);
        for (int k = 0; k < 4; ++k) row[k] = empty * pair.padding_row[k];
      } else {
        double inverse_r = 0.0;
        RadialPart const part = radial(pair, place.vector, inverse_r);
        EnvironmentRow const e =
            normalized_row(part, pair.constants, place.vector[0], place.vector[1], place.vector[2]);
        row[0] = e.s;
        row[1] = e.x;
        row[2] = e.y;
        row[3] = e.z;
        pair.s[p] = static_cast<Real>(e.s);
      }
      for (int k = 0; k < 4; ++k) pair.row[4 * p + k] = static_cast<Real>(row[k]);
    }
  }

  // Calls visit(pair) for the pairs that share an embedding net.
  template <class Visit> void over_pairs(std::size_t net, Visit visit)
  {
    if (!model_.one_side) return visit(pairs_[net]);
    for (int a = 0; a < types_; ++a) visit(pairs_[model_.pair(a, static_cast<int>(net))]);
  }

  // The points at which a net will be evaluated, and each neighbor's window among them; or, where
  // points would be no fewer than neighbors, nothing.
  void lay_out(std::size_t net)
  {
    Grid &grid = grids_[net];
    grid.used = false;
    std::size_t places = 0;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    over_pairs(net, [&](const PairPlaces &pair) {
      places += pair.place.size();
      for (std::size_t p = 0; p < pair.place.size(); ++p) {
        low = std::min(low, static_cast<double>(pair.s[p]));
        high = std::max(high, static_cast<double>(pair.s[p]));
      }
    });
    if (places == 0 || tolerance_ == 0.0) return;
    grid.grid.begin(low, high);
    over_pairs(net, [&](const PairPlaces &pair) {
      for (std::size_t p = 0; p < pair.place.size(); ++p) grid.grid.mark(pair.s[p]);
    });
    grid.grid.number();
    if (grid.grid.points() >= places) return;
    grid.used = true;
    over_pairs(net, [&](PairPlaces &pair) {
      for (std::size_t p = 0; p < pair.place.size(); ++p)
        pair.point[p] =
            grid.grid.window(pair.s[p], pair.weights.data() + 2 * EmbeddingGrid::WINDOW * p);
    });
    const DualNet<Real> &dual = embedding_[net];
    dual.fit(grid.rows, grid.grid.points(), false);
    for (std::size_t p = 0; p < grid.grid.points(); ++p)
      dual.value(grid.rows, 0)[p] = static_cast<Real>(grid.grid.position(p));
  }

  // The largest error of values and derivatives at some of the batch's neighbors, over the largest
  // value and derivative there.
  double interpolation_error(std::size_t n)
  {
    const DualNet<Real> &net = embedding_[n];
    typename DualNet<Real>::Rows &rows = work_[0].rows;
    double error[2] = {};
    double scale[2] = {};
    over_pairs(n, [&](const PairPlaces &pair) {
      std::size_t const places = std::min(PLACES, pair.place.size());
      if (places == 0) return;
      const auto chosen = [&](std::size_t k) { return k * pair.place.size() / places; };
      net.fit(rows, places);
      for (std::size_t k = 0; k < places; ++k) net.value(rows, 0)[k] = pair.s[chosen(k)];
      std::fill_n(net.dot(rows, 0), places, Real(1));
      net.forward_both(rows);
      for (std::size_t k = 0; k < places; ++k)
        for (int m = 0; m < channels_; ++m) {
          std::size_t const here = k * channels_ + m;
          std::size_t const there = chosen(k) * channels_ + m;
          double const exact[2] = {net.value(rows, net.depth())[here],
                                   net.dot(rows, net.depth())[here]};
          double const got[2] = {pair.g[there], pair.slope[there]};
          for (int i = 0; i < 2; ++i) {
            error[i] = std::max(error[i], std::fabs(got[i] - exact[i]));
            scale[i] = std::max(scale[i], std::fabs(exact[i]));
          }
        }
    });
    return std::max(error[0] / std::max(scale[0], 1.0e-30), error[1] / std::max(scale[1], 1.0e-30));
  }

  void cut_grids()
  {
    grid_points_ = 0;
    grid_tasks_.clear();
    for (std::size_t net : nets_) {
      Grid &grid = grids_[net];
      if (!grid.used) continue;
      std::size_t const points = grid.grid.points();
      grid.first = grid_points_;
      grid_points_ += points;
      std::size_t const pieces = (points + POINTS - 1) / POINTS;
      for (std::size_t p = 0; p < pieces; ++p)
        grid_tasks_.push_back({net, points * p / pieces, points * (p + 1) / pieces});
    }
  }

  // Values and derivatives of the embedding net for some neighbors.
  void embed(const Task &t, Work &work)
  {
    PairPlaces &pair = pairs_[model_.pair(t.center_type, t.neighbor_type)];
    std::size_t const net = net_of(t.center_type, t.neighbor_type);
    auto const count = static_cast<int>(t.end - t.begin);
    Real *const g = pair.g.data() + t.begin * channels_;
    Real *const slope = pair.slope.data() + t.begin * channels_;
    if (grids_[net].used) {
      Grid &grid = grids_[net];
      from_points(count, channels_, pair.point.data() + t.begin,
                  pair.weights.data() + 2 * EmbeddingGrid::WINDOW * t.begin,
                  embedding_[net].value(grid.rows, embedding_[net].depth()), g, slope);
      return;
    }
    const DualNet<Real> &dual = run_embedding(t, pair, work);
    std::copy_n(dual.value(work.rows, dual.depth()), count * channels_, g);
    std::copy_n(dual.dot(work.rows, dual.depth()), count * channels_, slope);
  }

  // The net of some places and its derivative by s, with what leads to them.
  const DualNet<Real> &run_embedding(const Task &t, const PairPlaces &pair, Work &work)
  {
    const DualNet<Real> &net = embedding_[net_of(t.center_type, t.neighbor_type)];
    std::size_t const count = t.end - t.begin;
    net.fit(work.rows, count);
    std::copy_n(pair.s.data() + t.begin, count, net.value(work.rows, 0));
    std::fill_n(net.dot(work.rows, 0), count, Real(1));
    net.forward_both(work.rows);
    return net;
  }

  // Energies of some centers and dE/dvector of their neighbors.
  void energies(const Task &t)
  {
    OfType &type = of_type_[t.center_type];
    const DualNet<Real> &net = fitting_[t.center_type];
    std::size_t const size = static_cast<std::size_t>(channels_) * axis_;
    std::fill_n(type.a.data() + t.begin * size_of_a(), (t.end - t.begin) * size_of_a(), Real(0));
    std::fill_n(net.value(type.rows, 0) + t.begin * size, (t.end - t.begin) * size, Real(0));
    for (std::size_t c = t.begin; c < t.end; ++c) {
      Real *const a = type.a.data() + c * size_of_a();
      over_runs(t.center_type, c, [&](PairPlaces &pair, std::size_t p, int count) {
        add_neighbors(count, channels_, factor_, pair.row.data() + 4 * p,
                      pair.g.data() + p * channels_, a);
      });
      add_descriptor(channels_, axis_, a, a, net.value(type.rows, 0) + c * size);
    }
    net.forward(type.rows, t.begin, t.end);
    std::fill_n(net.by_dot(type.rows, net.depth()) + t.begin, t.end - t.begin, Real(1));
    net.backward(type.rows, t.begin, t.end);
    std::fill_n(type.by_a_dot.data() + t.begin * size_of_a(), (t.end - t.begin) * size_of_a(),
                Real(0));
    for (std::size_t c = t.begin; c < t.end; ++c) {
      Real *const p_of_a = type.by_a_dot.data() + c * size_of_a();
      add_descriptor_adjoint(channels_, axis_, net.by_dot(type.rows, 0) + c * size,
                             type.a.data() + c * size_of_a(), p_of_a);
      over_runs(t.center_type, c, [&](PairPlaces &pair, std::size_t p, int count) {
        neighbor_derivatives(count, channels_, factor_, p_of_a, pair.row.data() + 4 * p,
                             pair.g.data() + p * channels_, pair.slope.data() + p * channels_,
                             pair.by.data() + 5 * p);
        for (std::size_t n = p; n < p + count; ++n) pair_gradient(pair, n);
      });
    }
  }

  // Calls visit(pair, first place, count) for the neighbors of a center by their types.
  template <class Visit> void over_runs(int center_type, std::size_t center, Visit visit)
  {
    for (int b = 0; b < types_; ++b) {
      PairPlaces &pair = pairs_[model_.pair(center_type, b)];
      std::size_t const first = pair.first[center];
      visit(pair, first, static_cast<int>(pair.first[center + 1] - first));
    }
  }

  void pair_gradient(PairPlaces &pair, std::size_t p)
  {
    const Place &place = pair.place[p];
    double *const gradient = pair.gradient.data() + 3 * p;
    std::fill_n(gradient, 3, 0.0);
    if (place.neighbor < 0) return;
    const Real *const by = pair.by.data() + 5 * p;
    EnvironmentRow const e =
        chain_to_row({double(by[0]), double(by[1]), double(by[2]), double(by[3])}, double(by[4]),
                     pair.constants);
    double inverse_r = 0.0;
    RadialPart const part = radial(pair, place.vector, inverse_r);
    chain_to_vector(part, e, place.vector[0], place.vector[1], place.vector[2], inverse_r,
                    gradient);
  }

  // Predictions, errors, and the derivatives of the loss by the predictions.
  LossSums compare(const LossFactors &factors)
  {
    predictions.assign(batch_.size(), {});
    for (std::size_t f = 0; f < batch_.size(); ++f) predictions[f].force.resize(batch_[f]->atoms);
    for (int a = 0; a < types_; ++a) {
      const OfType &type = of_type_[a];
      std::size_t const depth = fitting_[a].depth();
      for (std::size_t c = 0; c < type.centers.size(); ++c)
        predictions[type.centers[c].frame].energy +=
            static_cast<double>(type.rows.state[depth][c]) + bias_[a];
      for (int b = 0; b < types_; ++b) add_forces(type, pairs_[model_.pair(a, b)]);
    }
    LossSums sums;
    adjoints_.resize(batch_.size());
    double const share = 1.0 / static_cast<double>(batch_.size());
    for (std::size_t f = 0; f < batch_.size(); ++f)
      adjoints_[f] = add_errors(*batch_[f], predictions[f], factors, share, sums);
    return sums;
  }

  void add_forces(const OfType &type, const PairPlaces &pair)
  {
    for (std::size_t p = 0; p < pair.place.size(); ++p) {
      const Place &place = pair.place[p];
      if (place.neighbor < 0) continue;
      Center const center = type.centers[place.center];
      Prediction &to = predictions[center.frame];
      const double *const g = pair.gradient.data() + 3 * p;
      for (std::size_t k = 0; k < 3; ++k) {
        to.force[center.atom][k] += g[k];
        to.force[place.neighbor][k] -= g[k];
        for (std::size_t l = 0; l < 3; ++l) to.virial[3 * k + l] -= place.vector[k] * g[l];
      }
    }
  }

  // How a neighbor's row and s move along the direction that loss.hpp describes.
  void row_tangent(PairPlaces &pair, const Center &center, std::size_t p)
  {
    const Place &place = pair.place[p];
    Real *const to = pair.row_dot.data() + 4 * p;
    pair.s_dot[p] = Real(0);
    std::fill_n(to, 4, Real(0));
    if (place.neighbor < 0) return;
    const LossAdjoint &adjoint = adjoints_[center.frame];
    const double *const d = place.vector;
    double step[3];
    double along = 0.0;
    for (std::size_t k = 0; k < 3; ++k) {
      step[k] = adjoint.by_force[center.atom][k] - adjoint.by_force[place.neighbor][k];
      for (std::size_t l = 0; l < 3; ++l) step[k] -= adjoint.by_virial[3 * l + k] * d[l];
      along += step[k] * d[k];
    }
    double inverse_r = 0.0;
    RadialPart const part = radial(pair, d, inverse_r);
    along *= inverse_r;    // of the distance
    const PairConstants &c = pair.constants;
    pair.s_dot[p] = to[0] = static_cast<Real>(along * part.ds * c.inverse_deviation[0]);
    for (int k = 0; k < 3; ++k)
      to[k + 1] = static_cast<Real>((step[k] * part.v + d[k] * along * part.dv) *
                                    c.inverse_deviation[k + 1]);
  }

  // The fitting net along that direction and back.
  void adjoint(const Task &t)
  {
    OfType &type = of_type_[t.center_type];
    const DualNet<Real> &net = fitting_[t.center_type];
    std::size_t const size = static_cast<std::size_t>(channels_) * axis_;
    std::size_t const count = t.end - t.begin;
    std::fill_n(type.a_dot.data() + t.begin * size_of_a(), count * size_of_a(), Real(0));
    std::fill_n(net.dot(type.rows, 0) + t.begin * size, count * size, Real(0));
    for (std::size_t c = t.begin; c < t.end; ++c) {
      const Real *const a = type.a.data() + c * size_of_a();
      Real *const a_dot = type.a_dot.data() + c * size_of_a();
      over_runs(t.center_type, c, [&](PairPlaces &pair, std::size_t p, int neighbors) {
        for (std::size_t n = p; n < p + neighbors; ++n) row_tangent(pair, type.centers[c], n);
        add_neighbor_tangents(neighbors, channels_, factor_, pair.row.data() + 4 * p,
                              pair.row_dot.data() + 4 * p, pair.s_dot.data() + p,
                              pair.g.data() + p * channels_, pair.slope.data() + p * channels_,
                              a_dot);
      });
      Real *const d_dot = net.dot(type.rows, 0) + c * size;
      add_descriptor(channels_, axis_, a, a_dot, d_dot);
      add_descriptor(channels_, axis_, a_dot, a, d_dot);
    }
    net.tangent(type.rows, t.begin, t.end);
    for (std::size_t c = t.begin; c < t.end; ++c)
      net.by_value(type.rows, net.depth())[c] =
          static_cast<Real>(adjoints_[type.centers[c].frame].by_energy);
    net.adjoint(type.rows, t.begin, t.end);
    std::fill_n(type.by_a.data() + t.begin * size_of_a(), count * size_of_a(), Real(0));
    for (std::size_t c = t.begin; c < t.end; ++c) {
      Real *const by_a = type.by_a.data() + c * size_of_a();
      add_descriptor_adjoint(channels_, axis_, net.by_value(type.rows, 0) + c * size,
                             type.a.data() + c * size_of_a(), by_a);
      add_descriptor_adjoint(channels_, axis_, net.by_dot(type.rows, 0) + c * size,
                             type.a_dot.data() + c * size_of_a(), by_a);
    }
  }

  void embedding_gradient(const Task &t, Work &work)
  {
    std::size_t const n = net_of(t.center_type, t.neighbor_type);
    const OfType &type = of_type_[t.center_type];
    PairPlaces &pair = pairs_[model_.pair(t.center_type, t.neighbor_type)];
    const auto of_a = [&](std::size_t p) { return pair.place[p].center * size_of_a(); };
    if (grids_[n].used) {
      for (std::size_t p = t.begin; p < t.end; ++p)
        add_to_points(channels_, factor_, type.by_a.data() + of_a(p),
                      type.by_a_dot.data() + of_a(p), pair.row.data() + 4 * p,
                      pair.row_dot.data() + 4 * p, pair.s_dot[p],
                      pair.weights.data() + 2 * EmbeddingGrid::WINDOW * p,
                      work.by_points.data() + (grids_[n].first + pair.point[p]) * channels_);
      return;
    }
    const DualNet<Real> &net = run_embedding(t, pair, work);
    for (std::size_t p = t.begin; p < t.end; ++p) {
      std::size_t const to = (p - t.begin) * channels_;
      neighbor_adjoints(
          channels_, factor_, type.by_a.data() + of_a(p), type.by_a_dot.data() + of_a(p),
          pair.row.data() + 4 * p, pair.row_dot.data() + 4 * p, pair.s_dot[p],
          net.by_value(work.rows, net.depth()) + to, net.by_dot(work.rows, net.depth()) + to);
    }
    net.backward_both(work.rows);
    Real *const gradient = work.gradient.data() + layout_.embedding[n];
    for (std::size_t l = 0; l < net.depth(); ++l)
      net.gradient(work.rows, l, 0, net.inputs_of(l), true, gradient);
  }

  // From what all threads found for some points to the numbers of the net's layers.
  void grid_adjoint(const GridTask &t)
  {
    const DualNet<Real> &net = embedding_[t.net];
    Grid &grid = grids_[t.net];
    std::size_t const count = (t.end - t.begin) * channels_;
    Real *const to = net.by_value(grid.rows, net.depth()) + t.begin * channels_;
    std::fill_n(to, count, Real(0));
    for (const Work &work : work_) {
      const Real *const from = work.by_points.data() + (grid.first + t.begin) * channels_;
      for (std::size_t k = 0; k < count; ++k) to[k] += from[k];
    }
    net.plain_adjoint(grid.rows, t.begin, t.end);
  }

  // The gradient by the numbers of an embedding net.
  void net_gradient(std::size_t n, Real *out)
  {
    const DualNet<Real> &net = embedding_[n];
    Real *const to = out + layout_.embedding[n];
    if (grids_[n].used) {
      for (std::size_t l = 0; l < net.depth(); ++l)
        net.gradient(grids_[n].rows, l, 0, net.inputs_of(l), false, to);
      return;
    }
    std::fill_n(to, net.parameters(), Real(0));
    for (const Work &work : work_)
      for (std::size_t k = 0; k < net.parameters(); ++k)
        to[k] += work.gradient[layout_.embedding[n] + k];
  }

  void fitting_gradient(const Task &t, Real *out)
  {
    fitting_[t.center_type].gradient(of_type_[t.center_type].rows,
                                     static_cast<std::size_t>(t.neighbor_type),
                                     static_cast<int>(t.begin), static_cast<int>(t.end), false,
                                     out + layout_.fitting[t.center_type]);
  }

  Real *target(std::vector<double> &gradient)
  {
    if constexpr (std::is_same_v<Real, double>) return gradient.data();
    single_.resize(layout_.count);
    return single_.data();
  }

  // Double precision, and the gradient by energy biases.
  void collect(std::vector<double> &gradient)
  {
    if constexpr (!std::is_same_v<Real, double>)
      std::copy_n(single_.data(), layout_.count, gradient.data());
    for (int a = 0; a < types_; ++a) {
      double sum = 0.0;
      for (Center const center : of_type_[a].centers) sum += adjoints_[center.frame].by_energy;
      gradient[layout_.bias + a] = sum;
    }
  }
};

LossGradient::LossGradient(const Model &model, Arithmetic arithmetic, int threads, double tolerance)
{
  if (arithmetic == Arithmetic::SINGLE)
    impl_ = std::make_unique<LossGradientIn<float>>(model, threads, tolerance);
  else impl_ = std::make_unique<LossGradientIn<double>>(model, threads, tolerance);
}

LossGradient::~LossGradient() = default;

void LossGradient::set(const std::vector<double> &parameters)
{
  impl_->set(parameters);
}

LossSums LossGradient::evaluate(const std::vector<const TrainingFrame *> &batch,
                                const LossFactors &factors, std::vector<double> *gradient)
{
  return impl_->evaluate(batch, factors, gradient);
}

const std::vector<Prediction> &LossGradient::predictions() const
{
  return impl_->predictions;
}

double LossGradient::adapt_grids()
{
  return impl_->adapt_grids();
}

std::vector<double> LossGradient::grid_spacings() const
{
  return impl_->grid_spacings();
}

void LossGradient::set_grid_spacings(const std::vector<double> &spacings)
{
  impl_->set_grid_spacings(spacings);
}

std::size_t LossGradient::memory_usage() const
{
  return impl_->memory_usage();
}

}    // namespace lbs::deepsea
