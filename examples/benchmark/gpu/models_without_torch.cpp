// SPDX-License-Identifier: GPL-2.0-only
// Takes the place of liblbstorch.so where there is no libtorch: reads MODEL.bytes, as model_bytes
// wrote it, in place of MODEL. Nothing else of that library is needed to run pair_style deepsea.
#include "deepsea/file/model_message.hpp"
#include "deepsea/file/torch_library.hpp"
#include "support/files.hpp"
#include "support/input_error.hpp"

#include <string>

namespace {

using namespace lbs::deepsea;

Failure read_bytes_of_model(const std::string &, const std::string &where, Model &model)
{
  try {
    model = from_message(lbs::read_bytes(where + ".bytes"));
  } catch (const lbs::InputError &e) {
    return e.what();
  }
  return {};
}

constexpr TorchFunctions only_reading()
{
  TorchFunctions functions{};
  functions.read_model = &read_bytes_of_model;
  return functions;
}
constexpr TorchFunctions FUNCTIONS = only_reading();

}    // namespace

extern "C" __attribute__((visibility("default"))) const TorchFunctions *
lbs_torch_functions(const char *version, std::size_t model_size)
{
  bool const same = version == std::string(LBS_PACKAGE_VERSION) && model_size == sizeof(Model);
  return same ? &FUNCTIONS : nullptr;
}
