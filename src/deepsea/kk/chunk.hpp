// SPDX-License-Identifier: GPL-2.0-only
// Some centers that are evaluated together: as many as a budget of memory allows.
#pragma once

#include "atom_records.hpp"
#include "device_model.hpp"
#include "neighbor_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace lbs::deepsea::device {

// The centers of one type in a chunk, and where their numbers begin in the buffers of the chunk.
struct Segment {
  int first = 0;    // among the centers of the chunk
  int count = 0;
  std::int64_t moments = 0;       // [center][4][spline]: T, and Q on the way back
  std::int64_t gtr = 0;           // [center][4][channel]: G^T R / N, and the gradient by it
  std::int64_t descriptor = 0;    // [center][number]: D, and the gradient by it
  std::int64_t passing = 0;       // [center][output] of a layer
  std::int64_t derivative = 0;    // [layer][center][output]
};

// Lengths of these buffers.
struct BufferSizes {
  std::int64_t moments = 0, gtr = 0, descriptor = 0, passing = 0, derivative = 0;
};

struct Chunk {
  int first = 0;    // row, or place in a selection of rows
  int count = 0;
  std::vector<Segment> segments;    // [type]
  BufferSizes sizes;
};

// What kernels take of a chunk.
template <class Space> struct ChunkSlices {
  Slice<const Segment, Space> segments;    // [type]
  Slice<const int, Space> selection;       // rows; empty for all of them
  int first = 0;
  int count = 0;

  KOKKOS_INLINE_FUNCTION int row(int center) const
  {
    return selection.count() > 0 ? selection(first + center) : first + center;
  }
};

// The centers of a kernel.
template <class Space> struct CenterSlices {
  ChunkSlices<Space> chunk;
  RowSlices<Space> rows;
  Slice<const AtomRecord, Space> atoms;

  // A center's atom; `center` counts in the chunk.
  KOKKOS_INLINE_FUNCTION int atom(int center) const { return rows.center(chunk.row(center)); }
};

// Numbers of the buffers that a center takes, by its type.
template <class Real, class Space>
BufferSizes numbers_of(const DeviceModel<Real, Space> &model, int type)
{
  const CenterRecord &center = model.centers[type];
  BufferSizes sizes;
  sizes.moments = std::int64_t{4} * center.rows;
  sizes.gtr = std::int64_t{4} * center.channels;
  sizes.descriptor = center.numbers;
  for (int l = center.first_layer; l < center.first_layer + center.layers; ++l) {
    sizes.passing = std::max<std::int64_t>(sizes.passing, model.layers[l].outputs);
    sizes.derivative += model.layers[l].outputs;
  }
  return sizes;
}

// Chunks of rows that are sorted by type, `first` as of NeighborRows::first(). Their buffers take
// at most `budget` bytes, or hold one center if that is too little. Chunks are of about the same
// size, so that none is too small for the device.
template <class Real, class Space>
std::vector<Chunk> make_chunks(const DeviceModel<Real, Space> &model, const std::vector<int> &first,
                               double budget)
{
  std::vector<double> bytes;
  double total = 0.0;
  for (int t = 0; t < model.types; ++t) {
    BufferSizes const s = numbers_of(model, t);
    bytes.push_back(
        static_cast<double>(sizeof(Real)) *
        static_cast<double>(s.moments + s.gtr + s.descriptor + 2 * s.passing + s.derivative));
    total += bytes.back() * (first[t + 1] - first[t]);
  }
  // Products of vendors' libraries go wrong beyond 2^31 numbers, or 2^22 columns.
  constexpr double MOST_CENTERS = 1 << 18;
  budget = std::min(budget, MOST_CENTERS * *std::min_element(bytes.begin(), bytes.end()));
  // A chunk ends with the center that reaches its share of the total, which may be one too many.
  double const most = *std::max_element(bytes.begin(), bytes.end());
  double pieces = 1.0;
  if (total > budget) pieces = budget > 2.0 * most ? std::ceil(total / (budget - most)) : total;
  double const share = total / pieces;

  std::vector<Chunk> chunks;
  double done = 0.0;
  const auto end_of_chunk = [&] {
    auto const count = static_cast<double>(chunks.size());
    return count < pieces ? share * count : 2.0 * total;
  };
  for (int t = 0; t < model.types; ++t) {
    BufferSizes const s = numbers_of(model, t);
    for (int row = first[t]; row < first[t + 1];) {
      if (done >= end_of_chunk()) {
        Chunk next;
        next.first = row;
        next.segments.resize(model.types);
        chunks.push_back(next);
      }
      Chunk &chunk = chunks.back();
      auto const fit = static_cast<int>(std::clamp(std::ceil((end_of_chunk() - done) / bytes[t]),
                                                   1.0, static_cast<double>(first[t + 1] - row)));
      BufferSizes &sizes = chunk.sizes;
      chunk.segments[t] = {chunk.count,      fit,           sizes.moments,   sizes.gtr,
                           sizes.descriptor, sizes.passing, sizes.derivative};
      sizes.moments += fit * s.moments;
      sizes.gtr += fit * s.gtr;
      sizes.descriptor += fit * s.descriptor;
      sizes.passing += fit * s.passing;
      sizes.derivative += fit * s.derivative;
      chunk.count += fit;
      row += fit;
      done += fit * bytes[t];
    }
  }
  return chunks;
}

}    // namespace lbs::deepsea::device
