// SPDX-License-Identifier: GPL-2.0-only
// Value and derivative of a function at one place.
#pragma once

namespace lbs::deepsea {

template <class Real> struct Slope {
  Real value;
  Real derivative;
};

}    // namespace lbs::deepsea
