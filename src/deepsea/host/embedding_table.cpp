// SPDX-License-Identifier: GPL-2.0-only
#include "embedding_table.hpp"

namespace lbs::deepsea {

template <class Real>
EmbeddingTable<Real>::EmbeddingTable(const EmbeddingSpline &spline)
    : coefficients(spline.coefficients())
{
  constexpr auto LANE = static_cast<std::size_t>(LANES<Real>);
  auto const rows = static_cast<std::size_t>(coefficients);
  auto const channels = static_cast<std::size_t>(spline.channels);
  by_channel.assign(rows * padded<Real>(spline.channels), Real(0));
  by_coefficient.assign(channels * row(), Real(0));
  for (std::size_t c = 0; c < rows; ++c)
    for (std::size_t m = 0; m < channels; ++m) {
      double const number = spline.coefficient[c * channels + m];
      double const base = DIFFERENCES && c > 0 ? spline.coefficient[(c - 1) * channels + m] : 0.0;
      by_channel[(m / LANE * rows + c) * LANE + m % LANE] = static_cast<Real>(number);
      by_coefficient[m * row() + c] = static_cast<Real>(number - base);
    }
}

template struct EmbeddingTable<double>;
template struct EmbeddingTable<float>;

}    // namespace lbs::deepsea
