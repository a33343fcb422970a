// SPDX-License-Identifier: GPL-2.0-only
// The kernel of `fmp/lbs/kk`: an atom a thread, or an atom a few lanes, over a neighbor list of any
// layout.
#pragma once

#include "pair_sums.hpp"

#include "fmp/buckingham.hpp"
#include "lammps/kokkos_adapter.h"

namespace lbs::fmp {

// How many lanes share an atom, where few atoms would leave a GPU empty, and how many atoms a team
// has. On processors lanes bring nothing. Kokkos' OpenMPTarget backend has no teams that small.
template <class DeviceType> struct TeamShape {
#ifdef KOKKOS_ENABLE_OPENMPTARGET
  static constexpr bool USABLE = kokkos::ON_HOST<DeviceType>;
#else
  static constexpr bool USABLE = true;
#endif
  static constexpr int LANES = kokkos::ON_HOST<DeviceType> ? 1 : 32;
  static constexpr int ATOMS = kokkos::ON_HOST<DeviceType> ? 1 : 4;
};

// FULL: the list has each pair twice, and only the force on its own atom is written. TALLY: with
// energies and virial. Arrays of one dimension are pointers, for launches copy the whole.
template <class DeviceType, class Coulomb, bool FULL, bool TALLY> struct PairKernel {
  using device_type = DeviceType;
  using value_type = PairSums;
  using Neighbors = decltype(LAMMPS_NS::NeighListKokkos<DeviceType>::d_neighbors);
  using Tag = LAMMPS_NS::tagint;

  struct Force {
    double f[3] = {};
    LBS_INLINE void operator+=(const Force &other)
    {
      for (int k = 0; k < 3; ++k) f[k] += other.f[k];
    }
  };
  // Force on an atom and what its pairs add.
  struct AtomSums {
    Force force;
    PairSums sums;
    LBS_INLINE void operator+=(const AtomSums &other)
    {
      force += other.force;
      if constexpr (TALLY) sums += other.sums;
    }
  };

  kokkos::PositionView<DeviceType> x;
  kokkos::ForceView<DeviceType> f;
  Neighbors neighbors;
  const int *ilist = nullptr;
  const int *numneigh = nullptr;
  const double *q = nullptr;
  const int *type = nullptr;
  const Tag *tag = nullptr;           // null if atoms have none
  const PairTerm *terms = nullptr;    // stride x stride
  const double *special = nullptr;    // four factors of short-range terms, four of Coulomb
  Tag *collision = nullptr;           // tags of two atoms on one spot, 0 0: none
  double *eatom = nullptr;            // null: not wanted; also of ghost atoms
  double *vatom = nullptr;            // the same, six an atom
  Coulomb coulomb;
  double cut_coulomb_sq = 0.0;
  double self_energy = 0.0;    // per q^2
  int stride = 0;
  int inum = 0;
  int partners = 0;    // atoms below this index get their part of a pair

  KOKKOS_INLINE_FUNCTION void report(int i, int j) const
  {
    Tag const one = tag != nullptr ? tag[i] : i + 1;
    if (Kokkos::atomic_compare_exchange(collision, Tag(0), one) == Tag(0))
      collision[1] = tag != nullptr ? tag[j] : j + 1;
  }

  KOKKOS_INLINE_FUNCTION void tally_atom(int i, double energy, double w, double dx, double dy,
                                         double dz) const
  {
    if (eatom != nullptr) Kokkos::atomic_add(eatom + i, energy);
    if (vatom == nullptr) return;
    double *const v = vatom + 6 * static_cast<std::size_t>(i);
    Kokkos::atomic_add(v, w * dx * dx);
    Kokkos::atomic_add(v + 1, w * dy * dy);
    Kokkos::atomic_add(v + 2, w * dz * dz);
    Kokkos::atomic_add(v + 3, w * dx * dy);
    Kokkos::atomic_add(v + 4, w * dx * dz);
    Kokkos::atomic_add(v + 5, w * dy * dz);
  }

  // One entry of the row of atom i at `xi` with charge `qi`.
  KOKKOS_INLINE_FUNCTION void add_pair(int i, int entry, const double (&xi)[3], double qi,
                                       const PairTerm *row, AtomSums &sums) const
  {
    int const j = entry & NEIGHMASK;
    double const dx = xi[0] - x(j, 0);
    double const dy = xi[1] - x(j, 1);
    double const dz = xi[2] - x(j, 2);
    double const rsq = dx * dx + dy * dy + dz * dz;
    const PairTerm &term = row[type[j]];
    // Written so that NaN takes this way, too.
    if (!(rsq > COLLISION_SQ)) return report(i, j);
    if (rsq >= term.cutsq) return;
    int const bond = entry >> SBBITS & 3;
    double const r2inv = 1.0 / rsq;
    PairValue v;
    if (rsq < term.cut_short_sq) v = short_range(term, std::sqrt(rsq), r2inv);
    PairValue c;
    if (rsq < cut_coulomb_sq) {
      double const qq = qi * q[j];
      c = bond == 0 ? coulomb.full(qq, rsq, r2inv) : coulomb(qq, rsq, r2inv, special[4 + bond]);
    }
    double const factor = bond == 0 ? 1.0 : special[bond];
    double const fpair = factor * v.force_over_r + c.force_over_r;
    sums.force.f[0] += dx * fpair;
    sums.force.f[1] += dy * fpair;
    sums.force.f[2] += dz * fpair;
    bool const with_partner = !FULL && j < partners;
    if constexpr (!FULL)
      if (with_partner) {
        Kokkos::atomic_add(&f(j, 0), -dx * fpair);
        Kokkos::atomic_add(&f(j, 1), -dy * fpair);
        Kokkos::atomic_add(&f(j, 2), -dz * fpair);
      }
    if constexpr (TALLY) {
      sums.sums +=
          weighted_pair(with_partner ? 1.0 : 0.5, factor * v.energy, c.energy, fpair, dx, dy, dz);
      if (eatom != nullptr || vatom != nullptr) {
        double const half = 0.5 * (factor * v.energy + c.energy);
        tally_atom(i, half, 0.5 * fpair, dx, dy, dz);
        if (with_partner) tally_atom(j, half, 0.5 * fpair, dx, dy, dz);
      }
    }
  }

  // Once for each atom, whose pairs are in `sums`.
  KOKKOS_INLINE_FUNCTION void finish(int i, double qi, AtomSums &sums) const
  {
    for (int k = 0; k < 3; ++k) {
      if constexpr (FULL) f(i, k) += sums.force.f[k];
      else Kokkos::atomic_add(&f(i, k), sums.force.f[k]);
    }
    if constexpr (TALLY) {
      double const self = self_energy * qi * qi;
      sums.sums.e_coulomb += self;
      if (eatom != nullptr && self != 0.0) Kokkos::atomic_add(eatom + i, self);
    }
  }

  // ---- an atom a thread -------------------------------------------------------------------------

  KOKKOS_INLINE_FUNCTION void operator()(const int ii, PairSums &total) const
  {
    int const i = ilist[ii];
    double const xi[3] = {x(i, 0), x(i, 1), x(i, 2)};
    const PairTerm *row = terms + static_cast<std::size_t>(type[i]) * stride;
    int const count = numneigh[i];
    AtomSums sums;
    for (int jj = 0; jj < count; ++jj) add_pair(i, neighbors(i, jj), xi, q[i], row, sums);
    finish(i, q[i], sums);
    if constexpr (TALLY) total += sums.sums;
  }
  KOKKOS_INLINE_FUNCTION void operator()(const int ii) const
  {
    PairSums none;
    (*this)(ii, none);
  }

  // ---- an atom a few lanes ----------------------------------------------------------------------

  using Policy = Kokkos::TeamPolicy<DeviceType, Kokkos::IndexType<int>>;
  using Team = typename Policy::member_type;

  static Policy policy(int inum)
  {
    constexpr int ATOMS = TeamShape<DeviceType>::ATOMS;
    return Policy((inum + ATOMS - 1) / ATOMS, ATOMS, TeamShape<DeviceType>::LANES);
  }

  KOKKOS_INLINE_FUNCTION void operator()(const Team &team, PairSums &total) const
  {
    int const ii = team.league_rank() * team.team_size() + team.team_rank();
    if (ii >= inum) return;
    int const i = ilist[ii];
    double const xi[3] = {x(i, 0), x(i, 1), x(i, 2)};
    const PairTerm *row = terms + static_cast<std::size_t>(type[i]) * stride;
    AtomSums sums;
    Kokkos::parallel_reduce(
        Kokkos::ThreadVectorRange(team, numneigh[i]),
        [&](const int jj, AtomSums &part) { add_pair(i, neighbors(i, jj), xi, q[i], row, part); },
        sums);
    Kokkos::single(Kokkos::PerThread(team), [&]() {
      AtomSums all = sums;
      finish(i, q[i], all);
      if constexpr (TALLY) total += all.sums;
    });
  }
  KOKKOS_INLINE_FUNCTION void operator()(const Team &team) const
  {
    PairSums none;
    (*this)(team, none);
  }
};

}    // namespace lbs::fmp
