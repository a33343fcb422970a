// SPDX-License-Identifier: GPL-2.0-only
#include "loss_engine.hpp"

namespace lbs::deepsea {

namespace {

class HostEngine final : public LossEngine {
 public:
  HostEngine(const Model &model, int threads, double tolerance)
      : loss_(model,
              model.precision == Precision::SINGLE ? LossGradient::Arithmetic::SINGLE
                                                   : LossGradient::Arithmetic::DOUBLE,
              threads, tolerance)
  {
  }
  void set(const std::vector<double> &parameters) override { loss_.set(parameters); }
  LossSums evaluate(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors,
                    std::vector<double> *gradient) override
  {
    return loss_.evaluate(batch, factors, gradient);
  }
  [[nodiscard]] const std::vector<Prediction> &predictions() const override
  {
    return loss_.predictions();
  }
  [[nodiscard]] std::size_t memory_usage() const override { return loss_.memory_usage(); }
  double adapt_grids() override { return loss_.adapt_grids(); }
  [[nodiscard]] std::vector<double> grid_spacings() const override { return loss_.grid_spacings(); }
  void set_grid_spacings(const std::vector<double> &spacings) override
  {
    loss_.set_grid_spacings(spacings);
  }

 private:
  LossGradient loss_;
};

}    // namespace

std::unique_ptr<LossEngine> host_engine(const Model &model, int threads, double tolerance)
{
  return std::make_unique<HostEngine>(model, threads, tolerance);
}

}    // namespace lbs::deepsea
