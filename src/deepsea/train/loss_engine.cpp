// SPDX-License-Identifier: GPL-2.0-only
#include "loss_engine.hpp"

namespace lbs::deepsea {

namespace {

class HostEngine final : public LossEngine {
 public:
  HostEngine(const Model &model, int threads)
      : loss_(model,
              model.precision == Precision::SINGLE ? LossGradient::Arithmetic::SINGLE
                                                   : LossGradient::Arithmetic::DOUBLE,
              threads)
  {
  }
  void set(const std::vector<double> &parameters) override { loss_.set(parameters); }
  LossSums evaluate(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors,
                    std::vector<double> *gradient) override
  {
    return loss_.evaluate(batch, factors, gradient);
  }
  [[nodiscard]] const std::vector<LossGradient::Prediction> &predictions() const override
  {
    return loss_.predictions();
  }
  [[nodiscard]] std::size_t memory_usage() const override { return loss_.memory_usage(); }

 private:
  LossGradient loss_;
};

}    // namespace

std::unique_ptr<LossEngine> host_engine(const Model &model, int threads)
{
  return std::make_unique<HostEngine>(model, threads);
}

}    // namespace lbs::deepsea
