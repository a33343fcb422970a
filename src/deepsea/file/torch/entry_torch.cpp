// SPDX-License-Identifier: GPL-2.0-only
// The one symbol of liblbstorch.so.

#include "failure.hpp"
#include "loss_torch.hpp"
#include "model_torch.hpp"
#include "pth_torch.hpp"
#include "reference_torch.hpp"

#include "deepsea/file/torch_library.hpp"

#include <string>

namespace {

using namespace lbs::deepsea;

constexpr TorchFunctions FUNCTIONS = {
    [](const std::string &archive, const std::string &where, Model &model) {
      return failure_of([&] { model = read_model_torch(archive, where); });
    },
    [](const Model &model, std::string &archive) {
      return failure_of([&] { archive = write_model_torch(model); });
    },
    [](const std::string &archive, const std::string &where, DeepmdModel &model) {
      return failure_of([&] { model = read_pth(archive, where); });
    },
    [](const std::string &archive, const std::string &where, void *&reference) {
      return failure_of([&] { reference = new Reference(load_module(archive, where)); });
    },
    [](void *reference, const ReferenceFrame &frame) {
      return failure_of([&] { static_cast<Reference *>(reference)->run(frame); });
    },
    [](void *reference) { delete static_cast<Reference *>(reference); },
    [](const Model &model, const std::string &device, int threads, void *&loss) {
      return failure_of([&] { loss = new TorchLoss(model, device, threads); });
    },
    [](void *loss, const double *weights) {
      return failure_of([&] { static_cast<TorchLoss *>(loss)->set(weights); });
    },
    [](void *loss, const LossBatch &batch, const LossAnswer &answer) {
      return failure_of([&] { static_cast<TorchLoss *>(loss)->run(batch, answer); });
    },
    [](void *loss) { delete static_cast<TorchLoss *>(loss); },
};

}    // namespace

extern "C" __attribute__((visibility("default"))) const TorchFunctions *
lbs_torch_functions(const char *version, std::size_t model_size)
{
  bool const same = version == std::string(LBS_PACKAGE_VERSION) && model_size == sizeof(Model);
  return same ? &FUNCTIONS : nullptr;
}
