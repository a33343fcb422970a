// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace lbs {

// Bytes that vectors hold, whether they are in use or not.
template <class... Vector> double buffer_bytes(const Vector &...v)
{
  return (0.0 + ... + (static_cast<double>(v.capacity()) * sizeof(v[0])));
}

}    // namespace lbs
