// SPDX-License-Identifier: GPL-2.0-only
#include "coulomb.hpp"

namespace lbs::fmp {

namespace {

CoulombDamped damped(double alpha, double cut, double smooth, double qqrd2e)
{
  CoulombDamped c;
  c.qqrd2e = qqrd2e;
  c.alpha = alpha;
  c.cut = cut;
  c.smooth = smooth;
  return c;
}

// The self term cancels the interaction of a charge with its own image on the cutoff sphere.
double self_energy(const CoulombDamped &c)
{
  return -(c.e_shift / 2.0 + c.alpha / SQRT_PI);
}

}    // namespace

CoulombDamped make_dsf(double alpha, double cut, double smooth, double qqrd2e)
{
  auto c = damped(alpha, cut, smooth, qqrd2e);
  double const erfc_cut = std::erfc(alpha * cut);
  double const gaussian = std::exp(-alpha * alpha * cut * cut);
  c.f_shift = -(erfc_cut / (cut * cut) + 2.0 / SQRT_PI * alpha * gaussian / cut);
  c.e_shift = erfc_cut / cut - c.f_shift * cut;
  c.self_energy = self_energy(c);
  return c;
}

CoulombDamped make_wolf(double alpha, double cut, double smooth, double qqrd2e)
{
  auto c = damped(alpha, cut, smooth, qqrd2e);
  c.e_shift = std::erfc(alpha * cut) / cut;
  c.self_energy = self_energy(c);
  return c;
}

}    // namespace lbs::fmp
