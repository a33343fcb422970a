// SPDX-License-Identifier: GPL-2.0-only
#include "loss_engine.hpp"

#include "batch_places.hpp"
#include "descriptor_loops.hpp"
#include "dual_net.hpp"
#include "embedding_pass.hpp"
#include "parameters.hpp"
#include "task_lists.hpp"

#include "linalg/blas.hpp"
#include "linalg/simd.hpp"

#include <algorithm>

namespace lbs::deepsea {

namespace {

constexpr std::size_t CENTERS = 32;    // of a task; whole packs of packed_matrix.hpp
constexpr std::size_t INPUTS = 256;    // of a layer whose weights' gradient is one task

template <class Real> class HostEngine final : public LossEngine {
 public:
  HostEngine(const Model &model, int threads, double tolerance)
      : layout_(model), types_(model.types()), channels_(model.channels()),
        width_(padded<Real>(channels_)), axis_(model.axis_neurons), threads_(std::max(1, threads)),
        factor_(static_cast<Real>(1.0 / model.selected_neighbors())), bias_(model.energy_bias),
        places_(model, threads_), embedding_(model, tolerance, threads_), of_type_(types_),
        work_(threads_), start_(parameters_of(model))
  {
    blas::one_thread();
    for (const DenseNet &net : model.fitting) fitting_.emplace_back(net, true);
    set(start_);
  }

  void set(const std::vector<double> &parameters) final
  {
    if (&parameters != &start_) start_ = {};
    parameters_ = parameters.data();
#pragma omp parallel for num_threads(threads_) if (threads_ > 1)
    for (int t = 0; t < threads_; ++t)
      for (std::size_t n = 0; n < fitting_.size(); ++n)
        fitting_[n].set_weights(parameters_ + layout_.fitting[n], t, threads_);
    set_rest();
  }

  using LossEngine::evaluate;
  LossSums evaluate(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors,
                    GradientSink *sink) override
  {
    batch_ = batch;
    places_.gather(batch);
    embedding_.prepare(places_);
    prepare();
    by_centers_.run([&](const Part &part, int thread) { energies(part, work_[thread]); });
    LossSums const sums = compare(factors);
    if (!sink) return sums;
    sink->begin(sums);
    by_centers_.run([&](int thread) { embedding_.begin_gradient(thread); },
                    [&](const Part &part, int thread) { adjoint(part, thread); });
    by_weights_.run(
        [&](const WeightTask &task, int thread) { fitting_gradient(task, work_[thread], *sink); });
    embedding_.gradient(places_, [&](std::size_t begin, std::size_t end, const Real *gradient) {
      sink->take(begin, end, gradient);
    });
    give_biases(*sink);
    set_rest();
    return sums;
  }

  [[nodiscard]] std::size_t parameters() const override
  {
    return layout_.count;
  }
  [[nodiscard]] const std::vector<Prediction> &predictions() const override
  {
    return predictions_;
  }

  double adapt_grids() override
  {
    return embedding_.adapt_grids(places_);
  }

  [[nodiscard]] std::vector<double> grid_spacings() const override
  {
    return embedding_.grid_spacings();
  }

  void set_grid_spacings(const std::vector<double> &spacings) override
  {
    embedding_.set_grid_spacings(spacings);
  }

 private:
  // The centers of a type.
  struct OfType {
    typename DualNet<Real>::Rows rows;     // of the fitting net
    AlignedVector<Real> a, a_dot;          // [center][4][width]
    AlignedVector<Real> by_a_dot, by_a;    // dE/dA, and the loss's part by A
  };

  // The inputs [first, last) of a layer of a type's fitting net.
  struct WeightTask {
    std::size_t type, layer;
    int first, last;
  };

  // Of a thread.
  struct Work {
    std::vector<Prediction> says;    // its part of the predictions
    AlignedVector<Real> gradient;    // by the numbers of a task
  };

  ParameterLayout layout_;
  int types_;
  int channels_;
  int width_;    // of rows of channels, see descriptor_loops.hpp
  int axis_;
  int threads_;
  Real factor_;    // 1/N
  std::vector<DualNet<Real>> fitting_;
  std::vector<double> bias_;

  std::vector<const TrainingFrame *> batch_;
  BatchPlaces<Real> places_;
  EmbeddingPass<Real> embedding_;
  std::vector<OfType> of_type_;
  TaskLists<Part> by_centers_;    // of a type
  TaskLists<WeightTask> by_weights_;
  std::vector<Work> work_;
  std::vector<Prediction> predictions_;
  std::vector<LossAdjoint> adjoints_;
  const double *parameters_ = nullptr;    // as of set()
  std::vector<double> start_;             // the model's numbers, until others are given

  [[nodiscard]] std::size_t size_of_a() const
  {
    return 4 * static_cast<std::size_t>(width_);
  }
  [[nodiscard]] std::size_t size_of_d() const
  {
    return static_cast<std::size_t>(channels_) * axis_;
  }

  // All but the weights of fitting nets, which are most.
  void set_rest()
  {
    embedding_.set(parameters_);
    for (std::size_t n = 0; n < fitting_.size(); ++n)
      fitting_[n].set_rest(parameters_ + layout_.fitting[n]);
    std::copy_n(parameters_ + layout_.bias, bias_.size(), bias_.begin());
  }

  // Room for the batch, and tasks.
  void prepare()
  {
    by_centers_.clear();
    by_weights_.clear();
    std::size_t all = 0;
    for (const auto &centers : places_.centers()) all += centers.size();
    std::size_t const share = (all + 2 * threads_ - 1) / (2 * threads_);
    for (int a = 0; a < types_; ++a) {
      OfType &type = of_type_[a];
      std::size_t const centers = places_.centers()[a].size();
      for (auto *buffer : {&type.a, &type.a_dot, &type.by_a, &type.by_a_dot})
        grow(*buffer, centers * size_of_a());
      fitting_[a].fit(type.rows, centers);
      cut(a, centers, std::min(CENTERS, share), LANES<Real>, by_centers_);
      for (std::size_t l = 0; l < fitting_[a].depth(); ++l) {
        int const inputs = fitting_[a].inputs_of(l);
        for (int i = 0; i < inputs; i += INPUTS) {
          int const last = std::min<int>(i + INPUTS, inputs);
          by_weights_.add((last - i) * (centers + 4.0), {std::size_t(a), l, i, last});
        }
      }
    }
    by_centers_.deal(threads_);
    by_weights_.deal(threads_);
    for (Work &work : work_) clear(work.says);
  }

  void clear(std::vector<Prediction> &says) const
  {
    says.resize(batch_.size());
    for (std::size_t f = 0; f < batch_.size(); ++f) {
      says[f].energy = 0.0;
      says[f].force.assign(batch_[f]->atoms, {});
      says[f].virial = {};
    }
  }

  // Calls visit(index, pair) for the neighbors of a type by their types.
  template <class Visit> void over_pairs(std::size_t center_type, Visit visit)
  {
    for (int b = 0; b < types_; ++b) {
      std::size_t const index = center_type * types_ + b;
      visit(index, places_.pair(index));
    }
  }

  // Energies of some centers and dE/dvector of their neighbors.
  void energies(const Part &part, Work &work)
  {
    OfType &type = of_type_[part.index];
    const DualNet<Real> &net = fitting_[part.index];
    std::size_t const count = part.end - part.begin;
    std::fill_n(type.a.data() + part.begin * size_of_a(), count * size_of_a(), Real(0));
    std::fill_n(type.by_a_dot.data() + part.begin * size_of_a(), count * size_of_a(), Real(0));
    for (std::size_t c = part.begin; c < part.end; ++c) {
      Real *const a = type.a.data() + c * size_of_a();
      over_pairs(part.index, [&](std::size_t index, PairPlaces<Real> &pair) {
        std::size_t const p = pair.first[c];
        embedding_.values(index, pair, c);
        add_neighbors(static_cast<int>(pair.first[c + 1] - p), width_, factor_,
                      pair.row.data() + 4 * p, pair.g.data() + p * width_, a);
      });
      descriptor(channels_, width_, axis_, a, net.value(type.rows, 0) + c * size_of_d());
    }
    net.forward(type.rows, part.begin, part.end);
    std::fill_n(net.by_dot(type.rows, net.depth()) + part.begin, count, Real(1));
    net.backward(type.rows, part.begin, part.end);
    const std::vector<Center> &centers = places_.centers()[part.index];
    for (std::size_t c = part.begin; c < part.end; ++c) {
      Prediction &says = work.says[centers[c].frame];
      says.energy += static_cast<double>(net.value(type.rows, net.depth())[c]) + bias_[part.index];
      Real *const by_a = type.by_a_dot.data() + c * size_of_a();
      add_descriptor_adjoint(channels_, width_, axis_, net.by_dot(type.rows, 0) + c * size_of_d(),
                             type.a.data() + c * size_of_a(), by_a);
      over_pairs(part.index, [&](std::size_t, PairPlaces<Real> &pair) {
        std::size_t const p = pair.first[c];
        neighbor_derivatives(static_cast<int>(pair.first[c + 1] - p), width_, factor_, by_a,
                             pair.row.data() + 4 * p, pair.g.data() + p * width_,
                             pair.slope.data() + p * width_, pair.by.data() + 5 * p);
        add_forces(pair, c, centers[c].atom, says);
      });
    }
  }

  void add_forces(const PairPlaces<Real> &pair, std::size_t center, int atom, Prediction &to) const
  {
    for (std::size_t p = pair.first[center]; p < pair.first[center + 1]; ++p) {
      const Place &place = pair.place[p];
      if (place.neighbor < 0) continue;
      double g[3];
      places_.gradient(pair, p, g);
      for (std::size_t k = 0; k < 3; ++k) {
        to.force[atom][k] += g[k];
        to.force[place.neighbor][k] -= g[k];
        for (std::size_t l = 0; l < 3; ++l) to.virial[3 * k + l] -= place.vector[k] * g[l];
      }
    }
  }

  // Predictions, errors, and the derivatives of the loss by the predictions.
  LossSums compare(const LossFactors &factors)
  {
    clear(predictions_);
    for (const Work &work : work_)
      for (std::size_t f = 0; f < batch_.size(); ++f) {
        predictions_[f].energy += work.says[f].energy;
        for (std::size_t k = 0; k < 9; ++k) predictions_[f].virial[k] += work.says[f].virial[k];
        for (std::size_t i = 0; i < work.says[f].force.size(); ++i)
          for (std::size_t k = 0; k < 3; ++k)
            predictions_[f].force[i][k] += work.says[f].force[i][k];
      }
    LossSums sums;
    adjoints_.resize(batch_.size());
    double const share = 1.0 / static_cast<double>(batch_.size());
    for (std::size_t f = 0; f < batch_.size(); ++f)
      adjoints_[f] = add_errors(*batch_[f], predictions_[f], factors, share, sums);
    return sums;
  }

  // How a center's neighbors move along the direction that loss_engine.hpp describes.
  void move(PairPlaces<Real> &pair, std::size_t center, Center at)
  {
    const LossAdjoint &adjoint = adjoints_[at.frame];
    for (std::size_t p = pair.first[center]; p < pair.first[center + 1]; ++p) {
      const Place &place = pair.place[p];
      if (place.neighbor < 0) {
        pair.s_dot[p] = Real(0);
        std::fill_n(pair.row_dot.data() + 4 * p, 4, Real(0));
        continue;
      }
      double step[3];
      for (std::size_t k = 0; k < 3; ++k) {
        step[k] = adjoint.by_force[at.atom][k] - adjoint.by_force[place.neighbor][k];
        for (std::size_t l = 0; l < 3; ++l)
          step[k] -= adjoint.by_virial[3 * l + k] * place.vector[l];
      }
      places_.move(pair, p, step);
    }
  }

  // The fitting net along that direction and back, and on to the embedding nets.
  void adjoint(const Part &part, int thread)
  {
    OfType &type = of_type_[part.index];
    const DualNet<Real> &net = fitting_[part.index];
    std::size_t const count = part.end - part.begin;
    const std::vector<Center> &centers = places_.centers()[part.index];
    std::fill_n(type.a_dot.data() + part.begin * size_of_a(), count * size_of_a(), Real(0));
    std::fill_n(type.by_a.data() + part.begin * size_of_a(), count * size_of_a(), Real(0));
    for (std::size_t c = part.begin; c < part.end; ++c) {
      Real *const a_dot = type.a_dot.data() + c * size_of_a();
      over_pairs(part.index, [&](std::size_t, PairPlaces<Real> &pair) {
        move(pair, c, centers[c]);
        std::size_t const p = pair.first[c];
        add_neighbor_tangents(static_cast<int>(pair.first[c + 1] - p), width_, factor_,
                              pair.row.data() + 4 * p, pair.row_dot.data() + 4 * p,
                              pair.s_dot.data() + p, pair.g.data() + p * width_,
                              pair.slope.data() + p * width_, a_dot);
      });
      descriptor_tangent(channels_, width_, axis_, type.a.data() + c * size_of_a(), a_dot,
                         net.dot(type.rows, 0) + c * size_of_d());
      net.by_value(type.rows, net.depth())[c] =
          static_cast<Real>(adjoints_[centers[c].frame].by_energy);
    }
    net.tangent(type.rows, part.begin, part.end);
    net.adjoint(type.rows, part.begin, part.end);
    for (std::size_t c = part.begin; c < part.end; ++c) {
      Real *const by_a = type.by_a.data() + c * size_of_a();
      add_descriptor_adjoint(channels_, width_, axis_, net.by_value(type.rows, 0) + c * size_of_d(),
                             type.a.data() + c * size_of_a(), by_a);
      add_descriptor_adjoint(channels_, width_, axis_, net.by_dot(type.rows, 0) + c * size_of_d(),
                             type.a_dot.data() + c * size_of_a(), by_a);
      over_pairs(part.index, [&](std::size_t index, PairPlaces<Real> &pair) {
        embedding_.add_gradient(index, pair, c, by_a, type.by_a_dot.data() + c * size_of_a(),
                                thread);
      });
    }
  }

  // Hands on the gradient by some weights, and takes what became of them while it is in the cache.
  void fitting_gradient(const WeightTask &task, Work &work, GradientSink &sink)
  {
    DualNet<Real> &net = fitting_[task.type];
    const auto &rows = of_type_[task.type].rows;
    std::size_t const place = layout_.fitting[task.type];
    auto const weights = net.weights(task.layer, task.first, task.last);
    grow(work.gradient, weights.end - weights.begin);
    net.weight_gradient(rows, task.layer, task.first, task.last, false, work.gradient.data());
    sink.take(place + weights.begin, place + weights.end, work.gradient.data());
    net.set_weights(parameters_ + place, task.layer, task.first, task.last);
    if (task.first > 0) return;
    auto const rest = net.rest(task.layer);
    grow(work.gradient, rest.end - rest.begin);
    net.rest_gradient(rows, task.layer, false, work.gradient.data());
    sink.take(place + rest.begin, place + rest.end, work.gradient.data());
  }

  void give_biases(GradientSink &sink) const
  {
    std::vector<double> by_bias(types_, 0.0);
    for (int a = 0; a < types_; ++a)
      for (Center const center : places_.centers()[a])
        by_bias[a] += adjoints_[center.frame].by_energy;
    sink.take(layout_.bias, layout_.count, by_bias.data());
  }
};

}    // namespace

std::unique_ptr<LossEngine> host_engine(const Model &model, int threads, double tolerance)
{
  if (model.precision == Precision::SINGLE)
    return std::make_unique<HostEngine<float>>(model, threads, tolerance);
  return std::make_unique<HostEngine<double>>(model, threads, tolerance);
}

}    // namespace lbs::deepsea
