// SPDX-License-Identifier: GPL-2.0-only
#include "loss_engine.hpp"
#include "parameters.hpp"

#include "deepsea/file/torch_library.hpp"

#include <algorithm>
#include <array>

namespace lbs::deepsea {

namespace {

class TorchEngine final : public LossEngine {
 public:
  TorchEngine(const Model &model, const std::string &device, int threads)
      : functions_(torch_functions()), parameters_(ParameterLayout(model).count),
        types_(model.types())
  {
    throw_if(functions_.open_loss(model, device, threads, loss_));
  }
  ~TorchEngine() override { functions_.close_loss(loss_); }
  TorchEngine(const TorchEngine &) = delete;
  TorchEngine &operator=(const TorchEngine &) = delete;

  void set(const std::vector<double> &parameters) override
  {
    numbers_ = parameters.data();
    throw_if(functions_.set_loss_weights(loss_, numbers_));
  }

  using LossEngine::evaluate;
  LossSums evaluate(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors,
                    GradientSink *sink) override
  {
    gather(batch);
    weigh(batch, factors);
    std::vector<double> energy(batch.size());
    std::vector<std::array<double, 3>> force(type_.size());
    std::vector<std::array<double, 9>> virial(batch.size());
    std::vector<double> gradient(sink ? parameters_ : 0);
    LossBatch const asked = {static_cast<int>(batch.size()),
                             static_cast<int>(type_.size()),
                             frame_.data(),
                             type_.data(),
                             first_.data(),
                             neighbor_.data(),
                             reinterpret_cast<const double(*)[3]>(vector_.data()),
                             energy_.data(),
                             energy_weight_.data(),
                             reinterpret_cast<const double(*)[3]>(force_.data()),
                             force_weight_.data(),
                             reinterpret_cast<const double(*)[9]>(virial_.data()),
                             virial_weight_.data()};
    LossAnswer const answer = {energy.data(), reinterpret_cast<double(*)[3]>(force.data()),
                               reinterpret_cast<double(*)[9]>(virial.data()),
                               sink ? gradient.data() : nullptr};
    throw_if(functions_.run_loss(loss_, asked, answer));
    predictions_.clear();
    auto from = force.begin();
    for (std::size_t f = 0; f < batch.size(); ++f) {
      predictions_.push_back({energy[f], {from, from + batch[f]->atoms}, virial[f]});
      from += batch[f]->atoms;
    }
    LossSums sums;
    for (std::size_t f = 0; f < batch.size(); ++f)
      add_errors(*batch[f], predictions_[f], factors, 1.0 / static_cast<double>(batch.size()),
                 sums);
    if (sink) {
      sink->begin(sums);
      sink->take(0, parameters_, gradient.data());
      if (numbers_) throw_if(functions_.set_loss_weights(loss_, numbers_));
    }
    return sums;
  }

  [[nodiscard]] const std::vector<Prediction> &predictions() const override { return predictions_; }
  [[nodiscard]] std::size_t parameters() const override { return parameters_; }

 private:
  const TorchFunctions &functions_;
  void *loss_ = nullptr;
  std::size_t parameters_;
  const double *numbers_ = nullptr;    // as of set()
  int types_;
  std::vector<Prediction> predictions_;
  // The batch as LossBatch has it.
  std::vector<int> frame_, type_, first_, neighbor_;
  std::vector<std::array<double, 3>> vector_, force_;
  std::vector<std::array<double, 9>> virial_;
  std::vector<double> energy_, energy_weight_, force_weight_, virial_weight_;

  void gather(const std::vector<const TrainingFrame *> &batch)
  {
    for (auto *numbers : {&frame_, &type_, &neighbor_}) numbers->clear();
    first_.assign(1, 0);
    vector_.clear();
    for (std::size_t f = 0; f < batch.size(); ++f) {
      const TrainingFrame &frame = *batch[f];
      auto const before = static_cast<int>(type_.size());
      for (int i = 0; i < frame.atoms; ++i) {
        frame_.push_back(static_cast<int>(f));
        type_.push_back(frame.type[i]);
        for (std::size_t n = frame.first[i * types_]; n < frame.first[(i + 1) * types_]; ++n) {
          neighbor_.push_back(before + frame.neighbor[n]);
          vector_.push_back(frame.vector[n]);
        }
        first_.push_back(static_cast<int>(neighbor_.size()));
      }
    }
  }

  // Labels, and the factors of their squared errors; 0 for those that are not there.
  void weigh(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors)
  {
    energy_.assign(batch.size(), 0.0);
    energy_weight_.assign(batch.size(), 0.0);
    virial_.assign(batch.size(), {});
    virial_weight_.assign(batch.size(), 0.0);
    force_.assign(type_.size(), {});
    force_weight_.assign(type_.size(), 0.0);
    std::size_t at = 0;
    for (std::size_t f = 0; f < batch.size(); at += batch[f++]->atoms) {
      const Labels &labels = batch[f]->labels;
      double const share =
          1.0 / (static_cast<double>(batch.size()) * static_cast<double>(batch[f]->atoms));
      if (labels.energy) {
        energy_[f] = *labels.energy;
        energy_weight_[f] = share * factors.energy;
      }
      if (labels.virial) {
        virial_[f] = *labels.virial;
        virial_weight_[f] = share * factors.virial / 9.0;
      }
      for (std::size_t i = 0; i < labels.force.size(); ++i) {
        double const weight = labels.force_weight.empty() ? 0.0 : labels.force_weight[i];
        force_[at + i] = labels.force[i];
        force_weight_[at + i] = share / 3.0 * (factors.force + factors.weighted_force * weight);
      }
    }
  }
};

}    // namespace

std::unique_ptr<LossEngine> torch_engine(const Model &model, const std::string &device, int threads)
{
  return std::make_unique<TorchEngine>(model, device, threads);
}

}    // namespace lbs::deepsea
