// The rows of the environment matrix, as small functions that host and device share.
// Rows are w(r)/(r+p) (1, x/(r+p), y/(r+p), z/(r+p)): L. Zhang et al., NeurIPS 31 (2018).
#pragma once

#include "activation.hpp"

#include "../support/host_device.hpp"

namespace lbs::deepsea {

// The smooth switch w(r): 1 up to rcs, 0 from rc on, two derivatives continuous; u clamped.
LBS_INLINE Slope<double> smooth_switch(double r, double from, double inverse_width)
{
  double u = (r - from) * inverse_width;
  u = u < 0.0 ? 0.0 : u;
  u = u > 1.0 ? 1.0 : u;
  double const u2 = u * u;
  return {u2 * u * (-6.0 * u2 + 15.0 * u - 10.0) + 1.0,
          -30.0 * u2 * (1.0 - u) * (1.0 - u) * inverse_width};
}

// What a row needs of the distance: s = w/(r+p), the first entry; v = w/(r+p)^2, the factor of x,
// y, z in the others; their derivatives by r.
struct RadialPart {
  double s, v, ds, dv;
};

LBS_INLINE RadialPart radial_part(double r, double from, double inverse_width, double protection)
{
  Slope<double> const w = smooth_switch(r, from, inverse_width);
  double const inverse = 1.0 / (r + protection);
  double const s = w.value * inverse;
  double const v = s * inverse;
  return {s, v, w.derivative * inverse - v, (w.derivative * inverse - 2.0 * v) * inverse};
}

// Derivative of an energy by the vector (x, y, z) from center to neighbor, given the derivatives
// e[4] by the entries of its row before normalization.
LBS_INLINE void chain_to_vector(const RadialPart &part, const double e[4], double x, double y,
                                double z, double inverse_r, double gradient[3])
{
  double const along = (e[0] * part.ds + (e[1] * x + e[2] * y + e[3] * z) * part.dv) * inverse_r;
  gradient[0] = along * x + e[1] * part.v;
  gradient[1] = along * y + e[2] * part.v;
  gradient[2] = along * z + e[3] * part.v;
}

}    // namespace lbs::deepsea
