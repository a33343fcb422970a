// SPDX-License-Identifier: GPL-2.0-only
// Loops of DualNet over numbers side by side, as vector code. All arrays are row by row.
#pragma once

#include "deepsea/model/activation.hpp"

#include <cstddef>

namespace lbs::deepsea {

// What becomes of z: y = timestep a(z), its two derivatives by z, and a(z), a'(z) alone (null if
// there is no timestep).
template <class Real> struct CurveBuffers {
  Real *y;    // holds z without its bias before
  Real *slope;
  Real *bend;
  Real *plain;
  Real *plain_slope;
};

// For double and float:
#define LBS_DUAL_LOOPS(Real)                                                                     \
  void activate_rows(Activation activation, int rows, int columns, const Real *bias,             \
                     const Real *timestep, const CurveBuffers<Real> &to);                        \
  /* y += x, or x beside x, as the layer's skips say. */                                         \
  void skip_forward(int inputs, int skips, int rows, const Real *x, Real *y);                    \
  /* What goes back past a layer: by_x += by_y, or both its halves. */                           \
  void skip_back(int inputs, int skips, int rows, const Real *by_y, Real *by_x);                 \
  /* to = a b */                                                                                 \
  void multiply_each(std::size_t count, const Real *a, const Real *b, Real *to);                 \
  /* dP/dz = dP/dy slope + dP/dy' bend z' */                                                     \
  void bend_back(std::size_t count, const Real *by_y, const Real *slope, const Real *by_y_dot,   \
                 const Real *bend, const Real *z_dot, Real *by_z);                               \
  /* sum += the sum over rows of a, or of a b */                                                 \
  void add_rows(int rows, int columns, const Real *a, Real *sum);                                \
  void add_row_products(int rows, int columns, const Real *a, const Real *b, Real *sum);         \
  /* Rows of `columns` numbers to packs of them side by side, with zeros in lanes that are left; \
   */                                                                                            \
  /* a pack has room for `room` columns. And back. */                                            \
  void to_packs(int rows, int columns, const Real *from, int room, Real *to);                    \
  void from_packs(int rows, int columns, const Real *from, int room, Real *to);
LBS_DUAL_LOOPS(double)
LBS_DUAL_LOOPS(float)
#undef LBS_DUAL_LOOPS

}    // namespace lbs::deepsea
