// SPDX-License-Identifier: GPL-2.0-only
// Ziegler-Biersack-Littmark repulsion of two nuclei, switched to zero, for host and device: J. F.
// Ziegler, J. P. Biersack, U. Littmark, The Stopping and Range of Ions in Matter (1985).
#pragma once

#include "support/host_device.hpp"

#include <cmath>

namespace lbs::deepsea {

// Of a pair of types.
struct ZblPair {
  double charge = 0.0;                 // q_i q_j e^2 / (4 pi eps0), eV A
  double inverse_length = 0.0;         // 1/A
  double a = 0.0, b = 0.0, c = 0.0;    // of the switch
};

// The repulsion (eV) at distance r (A) and two derivatives, not switched.
struct ZblBare {
  double value, slope, curvature;
};

LBS_INLINE ZblBare zbl_bare(const ZblPair &pair, double r)
{
  constexpr int TERMS = 4;
  constexpr double WEIGHT[TERMS] = {0.02817, 0.28022, 0.50986, 0.18175};
  constexpr double DECAY[TERMS] = {0.20162, 0.40290, 0.94229, 3.19980};
  using std::exp;
  double phi = 0.0;
  double dphi = 0.0;
  double ddphi = 0.0;
  for (int t = 0; t < TERMS; ++t) {
    double const rate = DECAY[t] * pair.inverse_length;
    double const term = WEIGHT[t] * exp(-rate * r);
    phi += term;
    dphi -= rate * term;
    ddphi += rate * rate * term;
  }
  return {pair.charge / r * phi, pair.charge / r * (dphi - phi / r),
          pair.charge / r * (ddphi - 2.0 / r * dphi + 2.0 / (r * r) * phi)};
}

// Energy (eV) at distance r (A): full up to `inner`, zero with two derivatives from `outer` on.
// `slope` is its derivative.
LBS_INLINE double zbl_energy(const ZblPair &pair, double inner, double outer, double r,
                             double &slope)
{
  slope = 0.0;
  if (!(r < outer)) return 0.0;
  ZblBare const bare = zbl_bare(pair, r);
  slope = bare.slope;
  double value = bare.value + pair.c;
  if (r > inner) {
    double const x = r - inner;
    value += x * x * x * (pair.a / 3.0 + pair.b / 4.0 * x);
    slope += x * x * (pair.a + pair.b * x);
  }
  return value;
}

}    // namespace lbs::deepsea
