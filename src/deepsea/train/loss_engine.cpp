// SPDX-License-Identifier: GPL-2.0-only
#include "loss_engine.hpp"

#include <algorithm>

namespace lbs::deepsea {

namespace {

class WholeGradient final : public GradientSink {
 public:
  explicit WholeGradient(std::vector<double> &gradient) : gradient_(gradient) {}
  void begin(const LossSums &) override {}
  void take(std::size_t begin, std::size_t end, const double *gradient) override
  {
    copy(begin, end, gradient);
  }
  void take(std::size_t begin, std::size_t end, const float *gradient) override
  {
    copy(begin, end, gradient);
  }

 private:
  std::vector<double> &gradient_;

  template <class Real> void copy(std::size_t begin, std::size_t end, const Real *gradient)
  {
    std::copy(gradient, gradient + (end - begin),
              gradient_.begin() + static_cast<std::ptrdiff_t>(begin));
  }
};

}    // namespace

LossSums LossEngine::evaluate(const std::vector<const TrainingFrame *> &batch,
                              const LossFactors &factors, std::vector<double> &gradient)
{
  gradient.resize(parameters());
  WholeGradient whole(gradient);
  return evaluate(batch, factors, &whole);
}

}    // namespace lbs::deepsea
