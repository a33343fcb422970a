// SPDX-License-Identifier: GPL-2.0-only
// Fewer channels for the centers of one type. The embedding nets of all its neighbors are smooth
// functions of one number each, and together they span hardly more than a part of the M dimensions
// of their outputs: with R of M orthonormal directions V,
//   g(s) = V (V^T g(s)) within the accuracy of the tables,
// the channels h = V^T g are what is summed over neighbors, and the first layer of the fitting net
// takes V into its weights. Its product, most of the arithmetic, shrinks by R/M.
//
// V is turned so that the axis neurons need only the first ones of the new channels: then
//   D[m][a] = sum_k (G^T R)[m][k] (G^T R)[a][k] = sum_r sum_b V[m][r] V[a][b] D'[r][b]
// with a descriptor D' of R channels and the same number of axis neurons, and the reduced model is
// one like any other.
#pragma once

#include "embedding_spline.hpp"
#include "model.hpp"

#include <vector>

namespace lbs::deepsea {

struct ChannelBasis {
  int full = 0;                  // M
  int channels = 0;              // R, from the number of axis neurons to M
  std::vector<double> vector;    // R x M, row by row: h_r = sum_m vector[r][m] g_m

  [[nodiscard]] bool reduces() const { return channels < full; }
};

// A net as it is used, and the spline that stands for it.
struct TabulatedNet {
  const DenseNet *net;
  EmbeddingSpline spline;
};

// The least basis with which the splines follow their nets within `tolerance`, relative as in
// fit_embedding(); all channels if there is no smaller one. The splines themselves must be better
// than that. Their errors become bounds of those of the channels that the basis gives back.
ChannelBasis find_basis(std::vector<TabulatedNet> &nets, int axis, double tolerance);

// The spline of the new channels,
EmbeddingSpline reduced(const EmbeddingSpline &spline, const ChannelBasis &basis);
// and the fitting net that takes their descriptor, R x axis numbers. Its first layer must not pass
// its input on.
DenseNet reduced(const DenseNet &fitting, const ChannelBasis &basis, int axis);

}    // namespace lbs::deepsea
