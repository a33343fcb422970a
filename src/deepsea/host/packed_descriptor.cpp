// SPDX-License-Identifier: GPL-2.0-only
#include "packed_descriptor.hpp"

#include <algorithm>
#include <cstddef>

namespace lbs::deepsea {

FittingInput pack_input(const DenseNet &net, int channels, int axis)
{
  FittingInput input = {net, {0}};
  DenseLayer &first = input.net.front();
  if (first.skips() > 0) {
    for (int m = 1; m <= channels; ++m) input.rows.push_back(m * axis);
    return input;
  }
  auto const width = static_cast<std::size_t>(first.outputs);
  const std::vector<double> &weight = net.front().weight;
  first.weight.clear();
  first.skip = false;
  for (int m = 0; m < channels; ++m) {
    int const count = std::min(m + 1, axis);
    input.rows.push_back(input.rows.back() + count);
    for (int a = 0; a < count; ++a) {
      std::size_t const place = (static_cast<std::size_t>(m) * axis + a) * width;
      std::size_t const twin = (static_cast<std::size_t>(a) * axis + m) * width;
      bool const twice = a < m && m < axis;
      for (std::size_t o = 0; o < width; ++o)
        first.weight.push_back(weight[place + o] + (twice ? weight[twin + o] : 0.0));
    }
  }
  first.inputs = input.rows.back();
  return input;
}

}    // namespace lbs::deepsea
