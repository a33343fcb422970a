// SPDX-License-Identifier: GPL-2.0-only
// The rows of the environment matrix, from positions to the place in the embedding table and back
// to forces, as small functions that host and device share.
// Rows are w(r)/(r+p) (1, x/(r+p), y/(r+p), z/(r+p)): L. Zhang et al., NeurIPS 31 (2018).
#pragma once

#include "slope.hpp"

#include "support/host_device.hpp"

#include <cmath>

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

// Where the intervals of a table lie: in equal steps of q = sqrt(s - low + spread), from s = low
// on, the least that there is. Nets are sharp at small s, where the switch gathers many neighbors:
// a small `spread` gives more intervals to these, a large one makes q all but linear in s.
struct TableScale {
  double low = 0.0, spread = 0.0;    // of the normalized s
  double start = 0.0;                // q of low
  double inverse_step = 0.0;
  int intervals = 0;    // 0: no table
};

// What the rows of a pair of types need, and the table of its embedding net.
struct PairConstants {
  double from = 0.0, inverse_width = 0.0, protection = 0.0;    // of the smooth switch
  double average[4] = {};
  double inverse_deviation[4] = {};
  TableScale table;
};

// A number for each entry of a row; members, because loops with arrays do not become vector code.
struct EnvironmentRow {
  double s, x, y, z;
};

// The normalized row of a neighbor at (x, y, z) from its center.
LBS_INLINE EnvironmentRow normalized_row(const RadialPart &part, const PairConstants &constants,
                                         double x, double y, double z)
{
  return {(part.s - constants.average[0]) * constants.inverse_deviation[0],
          (x * part.v - constants.average[1]) * constants.inverse_deviation[1],
          (y * part.v - constants.average[2]) * constants.inverse_deviation[2],
          (z * part.v - constants.average[3]) * constants.inverse_deviation[3]};
}

// Where a normalized s lies in a table: the interval, the place t in it from 0 to 1, and the
// derivative of t by s. Beyond 1: not in the table, as is what is no number.
struct TablePlace {
  int interval;
  double t, dt;
};

LBS_INLINE TablePlace table_place(double s, const TableScale &scale)
{
  double const last = scale.intervals;
  double const above = s - scale.low;
  double const q = std::sqrt((above < 0.0 ? 0.0 : above) + scale.spread);
  double place = (q - scale.start) * scale.inverse_step;
  place = place < last + 1.0 ? place : last + 1.0;
  place = place > 0.0 ? place : 0.0;
  int interval = static_cast<int>(place);
  interval = interval < scale.intervals ? interval : scale.intervals - 1;
  return {interval, place - interval, 0.5 * scale.inverse_step / q};
}

// Derivative of an energy by the normalized s through the table, given the derivatives by t of what
// multiplies the entries of the row, and the derivative of t by s.
LBS_INLINE double chain_through_table(const EnvironmentRow &by_t, const EnvironmentRow &row,
                                      double dt)
{
  return (by_t.s * row.s + by_t.x * row.x + by_t.y * row.y + by_t.z * row.z) * dt;
}

// Derivatives of an energy by a row before normalization, given those by the normalized row, with
// the embedding net held fixed, and by the normalized s through the net.
LBS_INLINE EnvironmentRow chain_to_row(const EnvironmentRow &by_row, double by_s,
                                       const PairConstants &constants)
{
  return {(by_row.s + by_s) * constants.inverse_deviation[0],
          by_row.x * constants.inverse_deviation[1], by_row.y * constants.inverse_deviation[2],
          by_row.z * constants.inverse_deviation[3]};
}

// Derivative of an energy by the vector (x, y, z) from center to neighbor, given the derivatives e
// by the entries of its row before normalization.
LBS_INLINE void chain_to_vector(const RadialPart &part, const EnvironmentRow &e, double x, double y,
                                double z, double inverse_r, double gradient[3])
{
  double const along = (e.s * part.ds + (e.x * x + e.y * y + e.z * z) * part.dv) * inverse_r;
  gradient[0] = along * x + e.x * part.v;
  gradient[1] = along * y + e.y * part.v;
  gradient[2] = along * z + e.z * part.v;
}

}    // namespace lbs::deepsea
