// SPDX-License-Identifier: GPL-2.0-only
// The host loop of `fmp/lbs` over a neighbor list, on plain arrays.
#pragma once

#include "buckingham.hpp"
#include "coulomb.hpp"
#include "pair_batch.hpp"

#include <algorithm>
#include <vector>

namespace lbs::fmp {

// Arrays of one call; the names and shapes are those of LAMMPS. Index 0 of a type is not used.
struct PairLoopInput {
  const double (*x)[3] = nullptr;
  double (*f)[3] = nullptr;
  const double *q = nullptr;
  const int *type = nullptr;
  int nlocal = 0;
  bool newton_pair = true;
  int inum = 0;
  const int *ilist = nullptr;
  const int *numneigh = nullptr;
  const int *const *firstneigh = nullptr;
  int index_mask = 0;    // neighbor entry & index_mask = atom, entry >> special_shift = bond
  int special_shift = 0;
  const double *special_lj = nullptr;
  const double *special_coul = nullptr;
  const PairTerm *terms = nullptr;    // row-major, stride x stride
  int stride = 0;                     // number of types + 1
  double cut_coulomb_sq = 0.0;
};

// Local indices of two atoms that sit on one spot; first < 0: none.
struct Collision {
  int first = -1;
  int second = -1;
};

// Neighbors of one atom, all of one type and within the cutoff. Its arrays lie at fixed offsets
// from one pointer, and their length is no power of two, so that they do not fall on the same cache
// sets.
struct alignas(PAIR_LANES * sizeof(double)) Bucket {
  static constexpr int CAPACITY = 17 * PAIR_LANES;

  double dx[CAPACITY], dy[CAPACITY], dz[CAPACITY], rsq[CAPACITY], qq[CAPACITY];
  double force_over_r[CAPACITY], e_short[CAPACITY], e_coulomb[CAPACITY];
  int j[CAPACITY];
  int count = 0;

  // The batch, filled up with pairs at the squared distance `far_sq` beyond the cutoffs.
  PairBatch batch(double far_sq)
  {
    int padded = count;
    for (; padded % PAIR_LANES != 0; ++padded) rsq[padded] = far_sq;
    return {padded, rsq, qq, force_over_r, e_short, e_coulomb};
  }
};

// Forces of all pairs; calls tally(i, j, e_short, e_coulomb, force_over_r, dx, dy, dz) for each if
// TALLY. Stops at the first collision and leaves the forces incomplete then.
template <bool TALLY, class Coulomb, class Tally>
Collision pair_loop(const PairLoopInput &in, const Coulomb &coulomb, std::vector<Bucket> &buckets,
                    Tally &&tally)
{
  buckets.resize(in.stride);
  for (auto &bucket : buckets) bucket.count = 0;

  for (int ii = 0; ii < in.inum; ++ii) {
    int const i = in.ilist[ii];
    double const xi = in.x[i][0];
    double const yi = in.x[i][1];
    double const zi = in.x[i][2];
    double const qi = in.q[i];
    const PairTerm *row = in.terms + static_cast<std::size_t>(in.type[i]) * in.stride;
    const int *neighbors = in.firstneigh[i];
    int const listed = in.numneigh[i];
    double fx = 0.0;
    double fy = 0.0;
    double fz = 0.0;
    auto const apply = [&](int j, double fpair, double dx, double dy, double dz) {
      fx += dx * fpair;
      fy += dy * fpair;
      fz += dz * fpair;
      if (in.newton_pair || j < in.nlocal) {
        in.f[j][0] -= dx * fpair;
        in.f[j][1] -= dy * fpair;
        in.f[j][2] -= dz * fpair;
      }
    };
    auto const evaluate = [&](const PairTerm &term, Bucket &bucket) {
      auto const batch = bucket.batch(2.0 * term.cutsq);
      std::fill_n(batch.force_over_r, batch.n, 0.0);
      if (term.cut_short > 0.0) add_short_range(term, batch);
      else if constexpr (TALLY) std::fill_n(batch.e_short, batch.n, 0.0);
      add_coulomb(coulomb, in.cut_coulomb_sq, batch);
      for (int k = 0; k < bucket.count; ++k) {
        int const j = bucket.j[k];
        double const fpair = bucket.force_over_r[k];
        apply(j, fpair, bucket.dx[k], bucket.dy[k], bucket.dz[k]);
        if constexpr (TALLY)
          tally(i, j, bucket.e_short[k], bucket.e_coulomb[k], fpair, bucket.dx[k], bucket.dy[k],
                bucket.dz[k]);
      }
      bucket.count = 0;
    };

    for (int jj = 0; jj < listed; ++jj) {
      int const entry = neighbors[jj];
      int const j = entry & in.index_mask;
      double const dx = xi - in.x[j][0];
      double const dy = yi - in.x[j][1];
      double const dz = zi - in.x[j][2];
      double const rsq = dx * dx + dy * dy + dz * dz;
      int const type = in.type[j];
      const PairTerm &term = row[type];
      // Written so that NaN takes this way, too, and is found to be no distance.
      if (!(rsq >= term.rare_sq) || entry != j) {
        if (!(rsq > COLLISION_SQ)) return {i, j};
        if (rsq >= term.cutsq) continue;
        int const special = entry >> in.special_shift & 3;
        double const r2inv = 1.0 / rsq;
        PairValue v;
        if (rsq < term.cut_short_sq) v = short_range(term, std::sqrt(rsq), r2inv);
        PairValue c;
        if (rsq < in.cut_coulomb_sq)
          c = coulomb(qi * in.q[j], rsq, r2inv, in.special_coul[special]);
        double const factor = in.special_lj[special];
        double const fpair = factor * v.force_over_r + c.force_over_r;
        apply(j, fpair, dx, dy, dz);
        if constexpr (TALLY) tally(i, j, factor * v.energy, c.energy, fpair, dx, dy, dz);
        continue;
      }
      // Always written, but only kept inside the cutoff: cheaper than a branch on a coin's toss.
      Bucket &bucket = buckets[type];
      int const k = bucket.count;
      bucket.j[k] = j;
      bucket.dx[k] = dx;
      bucket.dy[k] = dy;
      bucket.dz[k] = dz;
      bucket.rsq[k] = rsq;
      bucket.qq[k] = qi * in.q[j];
      bucket.count = k + (rsq < term.cutsq ? 1 : 0);
      if (bucket.count == Bucket::CAPACITY) evaluate(term, bucket);
    }
    for (int type = 1; type < in.stride; ++type)
      if (buckets[type].count > 0) evaluate(row[type], buckets[type]);
    in.f[i][0] += fx;
    in.f[i][1] += fy;
    in.f[i][2] += fz;
  }
  return {};
}

}    // namespace lbs::fmp
