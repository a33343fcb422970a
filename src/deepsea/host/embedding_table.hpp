// SPDX-License-Identifier: GPL-2.0-only
// The spline of an embedding net in the orders that the loops read it in.
#pragma once

#include "deepsea/model/embedding_spline.hpp"
#include "linalg/simd.hpp"

#include <cstddef>
#include <type_traits>

namespace lbs::deepsea {

// A spline in two orders, in the precision of the computation: packs along the channels for sums
// over splines; packs along the splines for sums over channels. The latter serve slopes, which are
// differences of coefficients over a small step; in single precision they are stored as such.
template <class Real> struct EmbeddingTable {
  int coefficients = 0;                  // intervals + 7
  AlignedVector<Real> by_channel;        // [pack of channels][coefficient][lane]
  AlignedVector<Real> by_coefficient;    // [channel][coefficient, with a pack of zeros behind]

  // by_coefficient has C[c] - C[c - 1], c > 0, instead of C[c].
  static constexpr bool DIFFERENCES = std::is_same_v<Real, float>;

  // Coefficients of a channel in by_coefficient; a pack may begin at any that is not of the zeros.
  [[nodiscard]] int row() const { return coefficients + LANES<Real>; }

  EmbeddingTable() = default;
  explicit EmbeddingTable(const EmbeddingSpline &spline);
  [[nodiscard]] std::size_t memory_usage() const
  {
    return (by_channel.size() + by_coefficient.size()) * sizeof(Real);
  }
};

extern template struct EmbeddingTable<double>;
extern template struct EmbeddingTable<float>;

}    // namespace lbs::deepsea
