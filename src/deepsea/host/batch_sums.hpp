// SPDX-License-Identifier: GPL-2.0-only
// What a thread adds up over its batches of centers.
#pragma once

#include "deepsea/model/atoms.hpp"
#include "linalg/simd.hpp"

#include <vector>

namespace lbs::deepsea {

// In cache lines of their own, for each thread writes to its sums all the time.
struct alignas(PACK_BYTES) BatchSums {
  Results results;    // its arrays may be the thread's own
  ShortPair shortest;
  int bad_center = -1;           // the first whose energy or force is not finite or that overlaps
  std::vector<int> left_over;    // centers that the form of the model does not serve
};

}    // namespace lbs::deepsea
