// SPDX-License-Identifier: GPL-2.0-only
#include "model_message.hpp"

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace lbs::deepsea {

namespace {

class Writer {
 public:
  std::string bytes;

  template <class T> void raw(T *from, std::size_t count)
  {
    bytes.append(reinterpret_cast<const char *>(from), count * sizeof(T));
  }
  std::size_t size(std::size_t now)
  {
    auto const count = static_cast<std::uint64_t>(now);
    raw(&count, 1);
    return now;
  }
};

class Reader {
 public:
  explicit Reader(const std::string &bytes) : bytes_(bytes) {}

  template <class T> void raw(T *to, std::size_t count)
  {
    std::memcpy(to, bytes_.data() + at_, count * sizeof(T));
    at_ += count * sizeof(T);
  }
  std::size_t size(std::size_t)
  {
    std::uint64_t count = 0;
    raw(&count, 1);
    return count;
  }

 private:
  const std::string &bytes_;
  std::size_t at_ = 0;
};

template <class Channel, class T> void pass(Channel &channel, T &value);

template <class Channel> void pass(Channel &channel, std::string &value)
{
  value.resize(channel.size(value.size()));
  channel.raw(value.data(), value.size());
}

template <class Channel> void pass(Channel &channel, DenseLayer &layer)
{
  pass(channel, layer.inputs);
  pass(channel, layer.outputs);
  pass(channel, layer.activation);
  pass(channel, layer.skip);
  pass(channel, layer.weight);
  pass(channel, layer.bias);
  pass(channel, layer.timestep);
}

template <class Channel, class T> void pass(Channel &channel, std::vector<T> &values)
{
  values.resize(channel.size(values.size()));
  if constexpr (std::is_trivially_copyable_v<T>) {
    if (!values.empty()) channel.raw(values.data(), values.size());
  } else {
    for (auto &value : values) pass(channel, value);
  }
}

template <class Channel, class T> void pass(Channel &channel, T &value)
{
  static_assert(std::is_trivially_copyable_v<T>);
  channel.raw(&value, 1);
}

template <class Channel> void pass_model(Channel &channel, Model &m)
{
  const auto each = [&channel](auto &...member) { (pass(channel, member), ...); };
  each(m.elements, m.cutoff, m.smooth_from, m.protection, m.selection, m.one_side, m.axis_neurons,
       m.precision, m.excluded, m.average, m.deviation, m.shortest, m.hottest, m.embedding,
       m.fitting, m.energy_bias, m.sha256);
  each(m.provenance.source, m.provenance.software, m.provenance.training, m.provenance.citation);
}

}    // namespace

std::string to_message(const Model &model)
{
  Model copy = model;
  Writer writer;
  pass_model(writer, copy);
  return std::move(writer.bytes);
}

Model from_message(const std::string &message)
{
  Model model;
  Reader reader(message);
  pass_model(reader, model);
  return model;
}

}    // namespace lbs::deepsea
