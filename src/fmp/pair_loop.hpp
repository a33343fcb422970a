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

// Neighbors of one atom within the cutoff, gathered by type so that each type is one batch. Kept
// between calls to reuse its memory.
class NeighborBuckets {
 public:
  // Room for `capacity` neighbors of each of `types` types.
  void reserve(int types, int capacity)
  {
    // the gathering loop writes one past the last
    std::size_t const lanes = static_cast<std::size_t>(capacity) / PAIR_LANES + 1;
    if (static_cast<std::size_t>(types) == end.size() && lanes <= lanes_) return;
    lanes_ = lanes;
    std::size_t const size = types * lanes;
    storage_.assign(FIELDS * size, Lane{});
    std::size_t field = 0;
    for (auto **array : {&dx, &dy, &dz, &rsq, &qq, &force_over_r, &e_short, &e_coulomb})
      *array = storage_[field++ * size].value;
    neighbor_.assign(size * PAIR_LANES, 0);
    j = neighbor_.data();
    end.resize(types);
  }
  [[nodiscard]] std::size_t start(int type) const { return type * lanes_ * PAIR_LANES; }

  void clear()
  {
    for (std::size_t type = 0; type < end.size(); ++type) end[type] = start(static_cast<int>(type));
  }

  // Batch of one type, filled up with pairs at the squared distance `far_sq` beyond the cutoffs.
  PairBatch batch(int type, double far_sq)
  {
    auto const s = start(type);
    auto padded_end = end[type];
    for (; (padded_end - s) % PAIR_LANES != 0; ++padded_end) rsq[padded_end] = far_sq;
    return {static_cast<int>(padded_end - s),
            rsq + s,
            qq + s,
            force_over_r + s,
            e_short + s,
            e_coulomb + s};
  }
  [[nodiscard]] double bytes() const
  {
    return static_cast<double>(neighbor_.capacity()) * sizeof(int) +
           static_cast<double>(storage_.capacity()) * sizeof(Lane);
  }

  double *dx = nullptr, *dy = nullptr, *dz = nullptr, *rsq = nullptr, *qq = nullptr;
  double *force_over_r = nullptr, *e_short = nullptr, *e_coulomb = nullptr;
  int *j = nullptr;
  std::vector<std::size_t> end;    // by type: one past its last neighbor

 private:
  static constexpr std::size_t FIELDS = 8;
  struct alignas(PAIR_LANES * sizeof(double)) Lane {
    double value[PAIR_LANES] = {};
  };
  std::vector<Lane> storage_;
  std::vector<int> neighbor_;
  std::size_t lanes_ = 0;    // of each type
};

// Forces of all pairs; calls tally(i, j, e_short, e_coulomb, force_over_r, dx, dy, dz) for each if
// TALLY. Stops at the first collision and leaves the forces incomplete then.
template <bool TALLY, class Coulomb, class Tally>
Collision pair_loop(const PairLoopInput &in, const Coulomb &coulomb, NeighborBuckets &buckets,
                    Tally &&tally)
{
  int longest = 0;
  for (int ii = 0; ii < in.inum; ++ii) longest = std::max(longest, in.numneigh[in.ilist[ii]]);
  buckets.reserve(in.stride, longest);

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

    buckets.clear();
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
      auto const slot = buckets.end[type];
      buckets.j[slot] = j;
      buckets.dx[slot] = dx;
      buckets.dy[slot] = dy;
      buckets.dz[slot] = dz;
      buckets.rsq[slot] = rsq;
      buckets.qq[slot] = qi * in.q[j];
      buckets.end[type] = slot + (rsq < term.cutsq ? 1 : 0);
    }

    for (int type = 1; type < in.stride; ++type) {
      auto const batch = buckets.batch(type, 2.0 * row[type].cutsq);
      if (batch.n == 0) continue;
      std::fill_n(batch.force_over_r, batch.n, 0.0);
      if (row[type].cut_short > 0.0) add_short_range(row[type], batch);
      else if constexpr (TALLY) std::fill_n(batch.e_short, batch.n, 0.0);
      add_coulomb(coulomb, in.cut_coulomb_sq, batch);
      auto const s = buckets.start(type);
      auto const gathered = static_cast<int>(buckets.end[type] - s);
      for (int k = 0; k < gathered; ++k) {
        int const j = buckets.j[s + k];
        double const fpair = batch.force_over_r[k];
        apply(j, fpair, buckets.dx[s + k], buckets.dy[s + k], buckets.dz[s + k]);
        if constexpr (TALLY)
          tally(i, j, batch.e_short[k], batch.e_coulomb[k], fpair, buckets.dx[s + k],
                buckets.dy[s + k], buckets.dz[s + k]);
      }
    }
    in.f[i][0] += fx;
    in.f[i][1] += fy;
    in.f[i][2] += fz;
  }
  return {};
}

}    // namespace lbs::fmp
