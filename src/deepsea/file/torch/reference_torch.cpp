// SPDX-License-Identifier: GPL-2.0-only
#include "reference_torch.hpp"

#include <algorithm>
#include <vector>

namespace lbs::deepsea {

namespace {

at::Tensor integers(const int *values, std::int64_t count)
{
  auto const tensor = torch::empty({count}, torch::kInt64);
  std::copy(values, values + count, tensor.data_ptr<std::int64_t>());
  return tensor;
}

}    // namespace

void Reference::run(const ReferenceFrame &frame)
{
  auto coord = torch::empty({frame.atoms, 3}, torch::kDouble);
  if (frame.atoms > 0)
    std::copy(&frame.x[0][0], &frame.x[0][0] + 3L * frame.atoms, coord.data_ptr<double>());
  coord.requires_grad_(true);
  auto const energy = module_
                          .forward({coord, integers(frame.type, frame.atoms),
                                    integers(frame.first, frame.centers + 1),
                                    integers(frame.neighbor, frame.first[frame.centers])})
                          .toTensor();
  auto const plain = energy.detach().contiguous();
  std::copy(plain.data_ptr<double>(), plain.data_ptr<double>() + frame.centers, frame.energy);
  energy.sum().backward();
  auto const gradient = coord.grad();
  for (int i = 0; i < frame.atoms; ++i)
    for (int c = 0; c < 3; ++c)
      frame.force[i][c] = gradient.defined() ? -gradient.data_ptr<double>()[3L * i + c] : 0.0;
}

}    // namespace lbs::deepsea
