// SPDX-License-Identifier: GPL-2.0-only
#include "core_fit.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <cmath>

namespace lbs::fmp {

namespace {

// V''' = 336 C/r^9 - A/rho^3 exp(-r/rho) = 0, as log: 9 ln r - r/rho = ln(336 C rho^3/A).
// The left side rises up to r = 9 rho, so the smaller root lies below it.
double zero_of_third_derivative(double A, double rho, double C)
{
  double const target = std::log(336.0 * C * rho * rho * rho / A);
  auto const left = [rho](double r) { return 9.0 * std::log(r) - r / rho; };
  double low = 1.0e-6 * rho;
  double high = 9.0 * rho;
  if (left(high) <= target || left(low) >= target)
    throw InputError("the Buckingham term A = " + text::number(A) + ", rho = " + text::number(rho) +
                     ", C = " + text::number(C) +
                     " has no repulsive wall to which a core could be fitted");
  while (true) {
    double const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) return middle;
    (left(middle) < target ? low : high) = middle;
  }
}

}    // namespace

Core fit_core(double A, double rho, double C)
{
  if (C == 0.0) return {};
  return core_from(zero_of_third_derivative(A, rho, C), A, rho, C);
}

Core core_from(double r0, double A, double rho, double C)
{
  double const repulsion = A * std::exp(-r0 / rho);
  double const dispersion = C / std::pow(r0, 6);
  double const value = repulsion - dispersion;
  double const force_r = repulsion * r0 / rho - 6.0 * dispersion;                       // -V' r0
  double const curvature_r2 = repulsion * r0 * r0 / (rho * rho) - 42.0 * dispersion;    // V'' r0^2

  // Value and slope give B and D for any n; with them the curvature condition factorizes into
  // (n + 2) (n (2 V - V' r0) - (V'' r0^2 - V' r0)) = 0.
  double const stiffness = 2.0 * value + force_r;
  double const n = (force_r + curvature_r2) / stiffness;
  if (!(stiffness > 0.0) || !(n > 0.0))
    throw InputError("the core of A = " + text::number(A) + ", rho = " + text::number(rho) +
                     ", C = " + text::number(C) + " would not be repulsive; give 'core none'" +
                     " and a repulsive term D instead");
  Core core;
  core.r0 = r0;
  core.n = n;
  core.B = std::pow(r0, n) * stiffness / (n + 2.0);
  core.D = (n * value - force_r) / (r0 * r0 * (n + 2.0));
  return core;
}

Core core_slope(double r0, double A, double rho, double C, const CoreChange &change)
{
  Core const core = core_from(r0, A, rho, C);
  double const n = core.n;
  double const dr0 = change.r0;
  double const x = r0 / rho;
  double const dx = dr0 / rho - x * change.rho / rho;
  double const dispersion = std::pow(r0, -6);
  double const repulsion = A * std::exp(-x);
  double const drepulsion = change.A * std::exp(-x) - repulsion * dx;
  double const ddispersion = (change.C - 6.0 * C * dr0 / r0) * dispersion;
  double const attraction = C * dispersion;

  // value, -V' r0 and V'' r0^2 of the Buckingham term, as in core_from()
  double const value = repulsion - attraction;
  double const dvalue = drepulsion - ddispersion;
  double const force_r = repulsion * x - 6.0 * attraction;
  double const dforce_r = drepulsion * x + repulsion * dx - 6.0 * ddispersion;
  double const dcurvature_r2 = drepulsion * x * x + 2.0 * repulsion * x * dx - 42.0 * ddispersion;
  double const stiffness = 2.0 * value + force_r;
  double const dstiffness = 2.0 * dvalue + dforce_r;

  Core slope;
  slope.r0 = dr0;
  slope.n = (dforce_r + dcurvature_r2 - n * dstiffness) / stiffness;
  slope.B = core.B *
            (slope.n * std::log(r0) + n * dr0 / r0 + dstiffness / stiffness - slope.n / (n + 2.0));
  slope.D = (slope.n * value + n * dvalue - dforce_r) / (r0 * r0 * (n + 2.0)) -
            core.D * (2.0 * dr0 / r0 + slope.n / (n + 2.0));
  return slope;
}

double fitted_r0_slope(double r0, double A, double rho, double C, const CoreChange &change)
{
  // of 9 ln r0 - r0/rho = ln(336 C rho^3/A)
  double const right = change.C / C + (3.0 - r0 / rho) * change.rho / rho - change.A / A;
  return right / (9.0 / r0 - 1.0 / rho);
}

}    // namespace lbs::fmp
