// SPDX-License-Identifier: GPL-2.0-only
// The functions that host and device share, called from a kernel: this file only has to compile.
#include "deepsea/model/activation.hpp"
#include "deepsea/model/environment.hpp"
#include "deepsea/model/spline_basis.hpp"
#include "deepsea/model/zbl.hpp"

using namespace lbs::deepsea;

// One neighbor and one channel: from its place to G^T R, and from dE/d(G^T R) to its force.
__global__ void one_neighbor(PairConstants constants, const double *coefficients, const double *x,
                             const double *by_gtr, double *gtr, double *gradient)
{
  double const r = sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
  RadialPart const part =
      radial_part(r, constants.from, constants.inverse_width, constants.protection);
  EnvironmentRow const row = normalized_row(part, constants, x[0], x[1], x[2]);
  TablePlace const place = table_place(row.s, constants.table);
  SplineNumbers value;
  SplineNumbers slope;
  spline_weights(place.t, value, slope);
  double g = 0.0;
  double by_t = 0.0;
  for (int b = 0; b < SPLINE_SUPPORT; ++b) {
    g += value[b] * coefficients[place.interval + b];
    by_t += slope[b] * coefficients[place.interval + b];
  }

  gtr[0] = g * row.s;
  gtr[1] = g * row.x;
  gtr[2] = g * row.y;
  gtr[3] = g * row.z;
  const double *const p = by_gtr;
  EnvironmentRow const by_row = {g * p[0], g * p[1], g * p[2], g * p[3]};
  EnvironmentRow const by_place = {by_t * p[0], by_t * p[1], by_t * p[2], by_t * p[3]};
  EnvironmentRow const e =
      chain_to_row(by_row, chain_through_table(by_place, row, place.dt), constants);
  chain_to_vector(part, e, x[0], x[1], x[2], 1.0 / r, gradient);
}

__global__ void one_spline_and_one_core(int b, ZblPair pair, double *x)
{
  Slope<double> const weight = spline_weight(b, x[0]);
  double slope = 0.0;
  x[1] = weight.value + zbl_energy(pair, 1.0, 2.0, x[0], slope);
  x[2] = weight.derivative + slope;
}

template <class Real> __global__ void all_activations(Activation activation, Real *x, Real *slope)
{
  Slope<Real> const at = activate(activation, *x);
  *x = at.value;
  *slope = at.derivative;
}

template __global__ void all_activations<double>(Activation, double *, double *);
template __global__ void all_activations<float>(Activation, float *, float *);
