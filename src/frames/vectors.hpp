// SPDX-License-Identifier: GPL-2.0-only
// Products of vectors in space, and what cells need of them.
#pragma once

#include "frames.hpp"

#include <array>
#include <cmath>

namespace lbs {

using Vector = std::array<double, 3>;

inline double dot(const Vector &a, const Vector &b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

inline Vector cross(const Vector &a, const Vector &b)
{
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

// Of the parallelepiped of the vectors: the volume with the sign of their handedness.
inline double signed_volume(const std::array<Vector, 3> &cell)
{
  return dot(cell[0], cross(cell[1], cell[2]));
}

// Of the cell, A^3; 0 for a frame that is not periodic along all three vectors.
inline double volume_of(const Frame &frame)
{
  bool const periodic = frame.periodic[0] && frame.periodic[1] && frame.periodic[2];
  return periodic ? std::fabs(signed_volume(frame.cell)) : 0.0;
}

}    // namespace lbs
