// SPDX-License-Identifier: GPL-2.0-only
// Loops over the neighbors of one center, from its environment to its descriptor and back.
//
// The embedding nets are splines of s with few coefficients (embedding_table.hpp), and G^T R is
// linear in them. So the neighbors are first summed into moments of each spline,
//   T[c][k] = sum_j w_c(s_j) R_jk,    (G^T R)[m][k] = sum_c C[c][m] T[c][k],
// and all channels are visited once a spline instead of once a neighbor; likewise on the way back,
//   Q[c][k] = sum_m C[c][m] P[m][k],  P = dE/d(G^T R).
//
// Functions with Real = double and float exist for both; arrays of `stride` entries are padded to
// whole packs, with zeros behind the channels.
#pragma once

#include "embedding_table.hpp"

#include "deepsea/model/environment.hpp"
#include "linalg/packed_matrix.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace lbs::deepsea {

// Neighbors of one type, as many as lie inside the cutoff, padded to whole packs of doubles.
struct NeighborRun {
  int count = 0;
  const int *atom = nullptr;
  const double *x = nullptr;    // relative to the center, A
  const double *y = nullptr;
  const double *z = nullptr;
};

// The environment rows of a run and what their derivatives need; grows to the longest run.
struct RunRows {
  AlignedVector<double> numbers;
  std::vector<int> interval;
  double *t = nullptr;     // place in the interval of the table; beyond 1: not in the table
  double *dt = nullptr;    // its derivative by the normalized s
  double *row[4] = {};     // normalized
  double *ds = nullptr, *dv = nullptr, *v = nullptr, *inverse_r = nullptr;
  double *e[4] = {};             // derivatives of the energy by the rows before normalization
  double *by_row = nullptr;      // [neighbor][4]: Q with the splines
  double *by_slope = nullptr;    // and with their derivatives

  void fit(int count);
};

void environment_rows(const NeighborRun &run, const PairConstants &constants, RunRows &rows);

// The coefficients that some neighbors' splines have, in blocks: few of a long table, because the
// neighbors of a type lie in a few shells.
class SplineBlocks {
 public:
  // Room for so many coefficients; what is there is kept.
  void fit(int coefficients);
  void add(int interval)
  {
    marks_[interval / SIZE] = 1;
    marks_[(interval + SPLINE_SUPPORT - 1) / SIZE] = 1;
  }
  // Calls visit(begin, end) for each row of blocks without a gap, the last of which may reach
  // beyond the table, in order; none is left then.
  template <class Visit> void take(Visit visit);

 private:
  static constexpr int SIZE = 8;
  using Word = std::uint64_t;    // of eight marks, to pass over many blocks at once
  std::vector<char> marks_;      // with a word of zeros behind
};

// Moments of the splines, [coefficient][4]; they are zero outside the blocks.
struct Moments {
  AlignedVector<double> sum;
  SplineBlocks blocks;

  void fit(int coefficients);
};

// Those of the blocks, without what lies between.
template <class Real> struct UsedMoments {
  int count = 0;
  std::vector<int> coefficient;
  AlignedVector<Real> sum;    // [used][4]

  void fit(int coefficients)
  {
    grow(coefficient, coefficients);
    grow(sum, 4 * static_cast<std::size_t>(coefficients));
  }
};

// Adds a neighbor `weight` times, at interval and t.
void add_moment(double t, int interval, const double row[4], double weight, Moments &moments);
// The neighbors of a run whose t is in the table; the others are listed in `outside`.
void project(const NeighborRun &run, const RunRows &rows, Moments &moments,
             std::vector<int> &outside);

// gtr[k][m] += sum over c of C[c][m] T[c][k]; T returns to zero.
void expand(const EmbeddingTable<double> &table, int stride, Moments &moments,
            UsedMoments<double> &used, double *gtr);
void expand(const EmbeddingTable<float> &table, int stride, Moments &moments,
            UsedMoments<float> &used, float *gtr);

// Q[c][k] of the blocks, which are taken.
void contract(const EmbeddingTable<double> &table, int channels, int stride, SplineBlocks &blocks,
              const double *p, AlignedVector<double> &q);
void contract(const EmbeddingTable<float> &table, int channels, int stride, SplineBlocks &blocks,
              const float *p, AlignedVector<double> &q);

// Fills rows.e for the neighbors of a run whose t is in the table.
void collect(const NeighborRun &run, const PairConstants &constants, const AlignedVector<double> &q,
             RunRows &rows);

// For batches of centers, G^T R [pack][channel][4][lane]: the rows of a block of D, in the order of
// packed_descriptor.hpp, and on the way back what they add to dE/d(G^T R).
void make_descriptor(const std::vector<int> &rows, int packs, int channels, const double *gtr,
                     const RowBlock<double> &block);
void make_descriptor(const std::vector<int> &rows, int packs, int channels, const float *gtr,
                     const RowBlock<float> &block);
void add_descriptor_gradient(const std::vector<int> &rows, int packs, int channels,
                             const double *gtr, const RowBlock<const double> &block,
                             double *gradient);
void add_descriptor_gradient(const std::vector<int> &rows, int packs, int channels,
                             const float *gtr, const RowBlock<const float> &block, float *gradient);

// Energy gradients by the vectors of a run, from rows.e: into gx, gy, gz; their sums are added to
// total[3], and the products of position and gradient to product[9] (gradient's index first).
void pair_gradients(const NeighborRun &run, const RunRows &rows, double *gx, double *gy, double *gz,
                    double total[3], double product[9]);

template <class Visit> void SplineBlocks::take(Visit visit)
{
  std::size_t const blocks = marks_.size() - sizeof(Word);
  for (std::size_t block = 0; block < blocks;) {
    Word word;
    std::memcpy(&word, &marks_[block], sizeof(Word));
    if (word == 0) {
      block += sizeof(Word);
      continue;
    }
    while (!marks_[block]) ++block;
    std::size_t const begin = block;
    while (marks_[block]) marks_[block++] = 0;
    visit(static_cast<int>(begin) * SIZE, static_cast<int>(block) * SIZE);
  }
}

}    // namespace lbs::deepsea
