// SPDX-License-Identifier: GPL-2.0-only
#include "loss_torch.hpp"

#include "model_torch.hpp"

#include "support/input_error.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>

namespace lbs::deepsea {

namespace {

torch::Device device_of(const std::string &name)
{
  bool const cuda = name.rfind("cuda", 0) == 0;
  if (cuda && !at::globalContext().hasCUDA())
    throw InputError("libtorch finds no GPU for --device " + name +
                     "; use --device cpu, or leave --device out");
  try {
    return torch::Device(name);
  } catch (const c10::Error &) {
    throw InputError("--device must be cpu, cuda or cuda:NUMBER, not " + name);
  }
}

// The graph executor's own derivatives of fused code are of no use for second ones.
class PlainExecutor {
 public:
  PlainExecutor() : before_(torch::jit::getGraphExecutorOptimize())
  {
    torch::jit::setGraphExecutorOptimize(false);
  }
  ~PlainExecutor() { torch::jit::setGraphExecutorOptimize(before_); }
  PlainExecutor(const PlainExecutor &) = delete;
  PlainExecutor &operator=(const PlainExecutor &) = delete;

 private:
  bool before_;
};

void copy_to(const at::Tensor &tensor, double *to)
{
  auto const plain = tensor.detach().to(at::kCPU, at::kDouble).contiguous();
  std::copy_n(plain.data_ptr<double>(), plain.numel(), to);
}

at::Tensor squares(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &weight)
{
  auto const error = prediction - label;
  return (weight * error * error).sum();
}

}    // namespace

TorchLoss::TorchLoss(const Model &model, const std::string &device, int threads)
    : module_(model_module(model)), device_(device_of(device)),
      real_(model.precision == Precision::SINGLE ? at::kFloat : at::kDouble), threads_(threads)
{
  for (const char *name : {"average", "deviation", "excluded"})
    module_.setattr(name, module_.attr(name).toTensor().to(device_, real_));
  take_weights("embedding");
  take_weights("fitting");
  auto bias = module_.attr("energy_bias").toTensor().to(device_, real_).requires_grad_(true);
  module_.setattr("energy_bias", bias);
  weights_.push_back(bias);
}

void TorchLoss::take_weights(const std::string &nets)
{
  std::vector<std::vector<at::Tensor>> kinds;
  for (const char *kind : {"_weight", "_bias", "_timestep"}) {
    c10::List<at::Tensor> list;
    for (const at::Tensor &given : module_.attr(nets + kind).toTensorVector())
      list.push_back(given.to(device_, real_).requires_grad_(true));
    module_.setattr(nets + kind, list);
    kinds.push_back(list.vec());
  }
  for (std::size_t layer = 0; layer < kinds[0].size(); ++layer)
    for (const auto &kind : kinds) weights_.push_back(kind[layer]);
}

at::Tensor TorchLoss::reals(const double *values, at::IntArrayRef shape) const
{
  auto const tensor = torch::empty(shape, torch::kDouble);
  std::copy_n(values, tensor.numel(), tensor.data_ptr<double>());
  return tensor.to(device_, real_);
}

at::Tensor TorchLoss::integers(const int *values, std::int64_t count) const
{
  auto const tensor = torch::empty({count}, torch::kInt64);
  std::copy_n(values, count, tensor.data_ptr<std::int64_t>());
  return tensor.to(device_);
}

void TorchLoss::set(const double *weights)
{
  torch::NoGradGuard const guard;
  for (at::Tensor &tensor : weights_) {
    tensor.copy_(reals(weights, tensor.sizes()));
    weights += tensor.numel();
  }
}

void TorchLoss::run(const LossBatch &batch, const LossAnswer &answer)
{
  torch::AutoGradMode const grad(true);
  PlainExecutor const executor;
  if (device_.is_cpu()) at::set_num_threads(threads_);
  auto const options = torch::TensorOptions().dtype(real_).device(device_);
  std::int64_t const centers = batch.centers;
  std::int64_t const pairs = batch.first[batch.centers];

  // Centers all lie in the origin, and each neighbor is an atom of its own.
  auto const vector = reals(&batch.vector[0][0], {pairs, 3}).requires_grad_(true);
  auto const coord = torch::cat({torch::zeros({centers, 3}, options), vector});
  auto const type = integers(batch.type, centers);
  auto const owner = integers(batch.neighbor, pairs);
  auto const first = integers(batch.first, centers + 1);
  auto const whole = torch::TensorOptions().dtype(torch::kInt64).device(device_);
  auto const atom_energy = module_
                               .forward({coord, torch::cat({type, type.index_select(0, owner)}),
                                         first, torch::arange(centers, centers + pairs, whole)})
                               .toTensor();
  auto by_vector = torch::autograd::grad({atom_energy.sum()}, {vector}, {}, true, true, true)[0];
  if (!by_vector.defined()) by_vector = torch::zeros({pairs, 3}, options);

  auto const frame = integers(batch.frame, centers);
  auto const center = torch::repeat_interleave(torch::arange(centers, whole),
                                               first.slice(0, 1) - first.slice(0, 0, centers));
  auto const energy = torch::zeros({batch.frames}, options).index_add(0, frame, atom_energy);
  auto const force = torch::zeros({centers, 3}, options)
                         .index_add(0, center, by_vector)
                         .index_add(0, owner, -by_vector);
  auto const virial =
      torch::zeros({batch.frames, 9}, options)
          .index_add(0, frame.index_select(0, center),
                     -(vector.unsqueeze(2) * by_vector.unsqueeze(1)).reshape({pairs, 9}));
  copy_to(energy, answer.energy);
  copy_to(force, &answer.force[0][0]);
  copy_to(virial, &answer.virial[0][0]);
  if (answer.gradient == nullptr) return;

  auto const loss = squares(energy, reals(batch.energy, {batch.frames}),
                            reals(batch.energy_weight, {batch.frames})) +
                    squares(force, reals(&batch.force[0][0], {centers, 3}),
                            reals(batch.force_weight, {centers, 1})) +
                    squares(virial, reals(&batch.virial[0][0], {batch.frames, 9}),
                            reals(batch.virial_weight, {batch.frames, 1}));
  auto const gradient = torch::autograd::grad({loss}, weights_, {}, false, false, true);
  double *to = answer.gradient;
  for (std::size_t k = 0; k < weights_.size(); to += weights_[k++].numel()) {
    if (gradient[k].defined()) copy_to(gradient[k], to);
    else std::fill_n(to, weights_[k].numel(), 0.0);
  }
}

}    // namespace lbs::deepsea
