// SPDX-License-Identifier: GPL-2.0-only
#include "device_evaluator.hpp"

#include "device_evaluator_in.hpp"

namespace lbs::deepsea::device {

template <class Space>
std::unique_ptr<DeviceEvaluator<Space>>
DeviceEvaluator<Space>::make(const Model &model, const EvaluatorSettings &settings, double budget)
{
  if (settings.arithmetic == EvaluatorSettings::Arithmetic::MIXED)
    return std::make_unique<DeviceEvaluatorIn<float, Space>>(model, settings, budget);
  return std::make_unique<DeviceEvaluatorIn<double, Space>>(model, settings, budget);
}

template class DeviceEvaluator<Kokkos::DefaultExecutionSpace>;

}    // namespace lbs::deepsea::device
