// SPDX-License-Identifier: GPL-2.0-only
// Sums over neighbors and the descriptor with their tangents and adjoints, as vector code.
//
// A[k][m] (4 x channels) is G^T R / N of a center, D[m][a] = sum_k A[k][m] A[k][a] its descriptor
// (channels x axis). Rows of neighbors are [neighbor][4], their embedding nets
// [neighbor][channels].
#pragma once

#include <cstddef>

namespace lbs::deepsea {

// For double and float:
#define LBS_DESCRIPTOR_LOOPS(Real)                                                                 \
  /* A += factor sum_j R_jk g_jm */                                                                \
  void add_neighbors(int count, int channels, Real factor, const Real *row, const Real *g,         \
                     Real *a);                                                                     \
  /* A' += factor sum_j (R'_jk g_jm + R_jk s'_j dg_jm/ds) */                                       \
  void add_neighbor_tangents(int count, int channels, Real factor, const Real *row,                \
                             const Real *row_dot, const Real *s_dot, const Real *g,                \
                             const Real *slope, Real *a);                                          \
  /* D[m][n] += sum_k a[k][m] b[k][n] */                                                           \
  void add_descriptor(int channels, int axis, const Real *a, const Real *b, Real *d);              \
  /* What D's derivatives e mean for one of its factors when the other is a: */                    \
  /* p[k][m] += sum_n e[m][n] a[k][n], p[k][n] += sum_m e[m][n] a[k][m] */                         \
  void add_descriptor_adjoint(int channels, int axis, const Real *e, const Real *a, Real *p);      \
  /* For each neighbor, from p = dE/dA: by_row[4] = factor sum_m p[k][m] g[m], */                  \
  /* by_s = factor sum_m dg[m]/ds sum_k p[k][m] R_k; by is [neighbor][5] */                        \
  void neighbor_derivatives(int count, int channels, Real factor, const Real *p, const Real *row,  \
                            const Real *g, const Real *slope, Real *by);                           \
  /* Derivatives by a neighbor's g and by dg/ds, from those by A and A': */                        \
  /* by_g = factor sum_k (by_a R_k + by_a_dot R'_k), by_slope = factor s' sum_k by_a_dot R_k */    \
  void neighbor_adjoints(int channels, Real factor, const Real *by_a, const Real *by_a_dot,        \
                         const Real *row, const Real *row_dot, Real s_dot, Real *by_g,             \
                         Real *by_slope);                                                          \
  /* For each neighbor j, g and dg/ds from six of the rows [point][channels], of which first[j] */ \
  /* is the first one, with the weights that EmbeddingGrid gives; g and slope as above */          \
  void from_points(int count, int channels, const std::size_t *first, const Real *weights,         \
                   const Real *points, Real *g, Real *slope);                                      \
  /* What a neighbor's derivatives by g and dg/ds, as neighbor_adjoints() has them, mean for its   \
   */                                                                                              \
  /* six points: by_points[6][channels] += */                                                      \
  void add_to_points(int channels, Real factor, const Real *by_a, const Real *by_a_dot,            \
                     const Real *row, const Real *row_dot, Real s_dot, const Real *weights,        \
                     Real *by_points);
LBS_DESCRIPTOR_LOOPS(double)
LBS_DESCRIPTOR_LOOPS(float)
#undef LBS_DESCRIPTOR_LOOPS

}    // namespace lbs::deepsea
