// SPDX-License-Identifier: GPL-2.0-only
// Attributes of a TorchScript module, with messages for what is missing or of the wrong kind.
#pragma once

#include "support/input_error.hpp"

#include <torch/script.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace lbs::deepsea {

// A tensor's numbers as doubles, row by row; `limit` bounds what is copied, for a tensor may claim
// any size over a small storage.
inline std::vector<double> numbers_of(const at::Tensor &tensor, std::size_t limit,
                                      const std::string &what)
{
  if (!tensor.defined() || !tensor.is_floating_point() || tensor.device().type() != at::kCPU ||
      tensor.layout() != at::kStrided)
    throw InputError(what + " is not a plain tensor of real numbers");
  if (static_cast<std::size_t>(tensor.numel()) > limit)
    throw InputError(what + " has more numbers than it can have");
  auto const plain = tensor.detach().to(at::kDouble).contiguous();
  auto const *data = plain.data_ptr<double>();
  return {data, data + plain.numel()};
}

class ModuleReader {
 public:
  ModuleReader(const torch::jit::Module &module, std::string where)
      : module_(module), where_(std::move(where))
  {
  }

  [[nodiscard]] bool has(const std::string &name) const { return module_.hasattr(name); }

  [[nodiscard]] std::string text(const std::string &name) const
  {
    auto const value = get(name);
    require(value.isString(), name, "a text");
    return value.toStringRef();
  }
  [[nodiscard]] double real(const std::string &name) const
  {
    auto const value = get(name);
    require(value.isDouble(), name, "a real number");
    return value.toDouble();
  }
  // Bounded to what every integer of a model fits into.
  [[nodiscard]] int integer(const std::string &name) const
  {
    auto const value = get(name);
    require(value.isInt(), name, "an integer");
    return narrow(value.toInt(), name);
  }
  [[nodiscard]] bool flag(const std::string &name) const
  {
    auto const value = get(name);
    require(value.isBool(), name, "true or false");
    return value.toBool();
  }
  [[nodiscard]] std::vector<std::string> texts(const std::string &name) const
  {
    std::vector<std::string> out;
    for (auto const &value : list(name, "texts", &c10::IValue::isString))
      out.push_back(value.toStringRef());
    return out;
  }
  [[nodiscard]] std::vector<int> integers(const std::string &name) const
  {
    std::vector<int> out;
    for (auto const &value : list(name, "integers", &c10::IValue::isInt))
      out.push_back(narrow(value.toInt(), name));
    return out;
  }
  [[nodiscard]] std::vector<bool> flags(const std::string &name) const
  {
    std::vector<bool> out;
    for (auto const &value : list(name, "true and false", &c10::IValue::isBool))
      out.push_back(value.toBool());
    return out;
  }
  [[nodiscard]] std::vector<at::Tensor> tensors(const std::string &name) const
  {
    std::vector<at::Tensor> out;
    for (auto const &value : list(name, "tensors", &c10::IValue::isTensor))
      out.push_back(value.toTensor());
    return out;
  }
  [[nodiscard]] at::Tensor tensor(const std::string &name) const
  {
    auto const value = get(name);
    require(value.isTensor(), name, "a tensor");
    return value.toTensor();
  }
  [[nodiscard]] torch::jit::Module submodule(const std::string &name) const
  {
    auto const value = get(name);
    require(value.isModule(), name, "a module");
    return value.toModule();
  }
  // The numbers of a tensor that must have `count` of them.
  [[nodiscard]] std::vector<double> numbers(const std::string &name, std::size_t count) const
  {
    auto out = numbers_of(tensor(name), count, where_ + ": '" + name + "'");
    require(out.size() == count, name, "a tensor of " + std::to_string(count) + " numbers");
    return out;
  }

 private:
  torch::jit::Module module_;
  std::string where_;

  [[nodiscard]] c10::IValue get(const std::string &name) const
  {
    if (!has(name)) throw InputError(where_ + ": '" + name + "' is missing");
    return module_.attr(name);
  }

  void require(bool holds, const std::string &name, const std::string &kind) const
  {
    if (!holds) throw InputError(where_ + ": '" + name + "' is not " + kind);
  }

  // The elements of a list, each of the kind that `is` tells.
  [[nodiscard]] std::vector<c10::IValue> list(const std::string &name, const std::string &kind,
                                              bool (c10::IValue::*is)() const) const
  {
    auto const value = get(name);
    require(value.isList(), name, "a list of " + kind);
    auto const elements = value.toListRef();
    for (auto const &element : elements) require((element.*is)(), name, "a list of " + kind);
    return elements.vec();
  }

  [[nodiscard]] int narrow(std::int64_t value, const std::string &name) const
  {
    if (value < 0 || value > (1 << 30))
      throw InputError(where_ + ": '" + name + "' holds an integer out of range");
    return static_cast<int>(value);
  }
};

}    // namespace lbs::deepsea
