// SPDX-License-Identifier: GPL-2.0-only
#include "buckingham.hpp"

namespace lbs::fmp {

TailIntegrals tail_integrals(const PairTerm &t)
{
  double const rc = t.cut_short;
  double const rho = 1.0 / t.rho_inv;
  double const repulsion = t.A * std::exp(-rc * t.rho_inv);
  double const r3inv = 1.0 / (rc * rc * rc);
  double energy = rho * repulsion * (rc * rc + 2.0 * rho * rc + 2.0 * rho * rho);
  energy -= t.C * r3inv / 3.0;
  double value = repulsion - t.C * r3inv * r3inv;
  if (t.half_power > 0) {
    int const power = 2 * t.half_power;
    double const wall = t.D * integer_power(1.0 / (rc * rc), t.half_power);
    energy += wall * rc * rc * rc / (power - 3);
    value += wall;
  }
  // -int V' r^3 = V(rc) rc^3 + 3 int V r^2, by parts
  return {energy, value * rc * rc * rc + 3.0 * energy};
}

}    // namespace lbs::fmp
