// SPDX-License-Identifier: GPL-2.0-only
// The plain host loop of `fmp/lbs` by the threads of the KOKKOS package.
#pragma once

#include "pair_sums.hpp"

#include "fmp/pair_loop.hpp"
#include "lammps/kokkos_rows.h"

#include <vector>

namespace lbs::fmp {

// Calls body(k) for k = 0..n-1, each by a thread of its own.
template <class Body> struct ThreadBody {
  const Body *body;
  void operator()(const int k) const { (*body)(k); }
};
template <class Body> void on_threads(int n, const Body &body)
{
  using Policy = Kokkos::RangePolicy<LMPHostType, Kokkos::Schedule<Kokkos::Static>>;
  if (n == 1) body(0);
  else Kokkos::parallel_for("lbs::on_threads", Policy(0, n), ThreadBody<Body>{&body});
}

// Half lists only. Each thread takes a part of the rows, with about as many neighbors as the others
// have, and all but the first add forces into arrays of their own.
class HostPairLoop {
 public:
  // Takes a list that has been built anew.
  template <class DeviceType> void take_list(const LAMMPS_NS::NeighListKokkos<DeviceType> &list);

  // Fills the list of `in` and adds the forces of all pairs. If TALLY, adds to `sums`, and to eatom
  // (an entry an atom) and vatom (six) where they are not null, energies and virial.
  template <bool TALLY, class Coulomb>
  Collision run(PairLoopInput in, int atoms, const Coulomb &coulomb, double self_energy,
                PairSums &sums, double *eatom, double *vatom);

 private:
  struct Part {
    int begin = 0, end = 0;    // rows
    std::vector<double> force;
    std::vector<Bucket> buckets;
    PairSums sums;
    Collision collision;
  };
  const int *ilist_ = nullptr, *numneigh_ = nullptr;
  kokkos::HostRows rows_;
  std::vector<Part> parts_;

  void divide(int inum);
};

template <class DeviceType>
void HostPairLoop::take_list(const LAMMPS_NS::NeighListKokkos<DeviceType> &list)
{
  ilist_ = list.d_ilist.data();
  numneigh_ = list.d_numneigh.data();
  rows_.take(list);
  divide(list.inum);
}

inline void HostPairLoop::divide(int inum)
{
  parts_.resize(LMPHostType().concurrency());
  auto const count = static_cast<double>(parts_.size());
  double all = 0.0;
  for (int ii = 0; ii < inum; ++ii) all += 1.0 + numneigh_[ilist_[ii]];
  double before = 0.0;
  std::size_t k = 0;
  parts_[0].begin = 0;
  for (int ii = 0; ii < inum; ++ii) {
    for (; k + 1 < parts_.size() && before >= all * static_cast<double>(k + 1) / count; ++k)
      parts_[k].end = parts_[k + 1].begin = ii;
    before += 1.0 + numneigh_[ilist_[ii]];
  }
  for (; k + 1 < parts_.size(); ++k) parts_[k].end = parts_[k + 1].begin = inum;
  parts_[k].end = inum;
}

template <bool TALLY, class Coulomb>
Collision HostPairLoop::run(PairLoopInput in, int atoms, const Coulomb &coulomb, double self_energy,
                            PairSums &sums, double *eatom, double *vatom)
{
  in.numneigh = numneigh_;
  in.firstneigh = rows_.data();
  int const threads = static_cast<int>(parts_.size());
  int const written = in.newton_pair ? atoms : in.nlocal;
  auto const tally_atom = [&](int i, double energy, const PairSums &half) {
    if (eatom != nullptr) Kokkos::atomic_add(eatom + i, energy);
    if (vatom == nullptr) return;
    for (int k = 0; k < 6; ++k)
      Kokkos::atomic_add(vatom + 6 * static_cast<std::size_t>(i) + k, half.virial[k]);
  };
  on_threads(threads, [&](int k) {
    Part &part = parts_[k];
    PairLoopInput mine = in;
    mine.ilist = ilist_ + part.begin;
    mine.inum = part.end - part.begin;
    if (k > 0) {
      part.force.assign(3 * static_cast<std::size_t>(written), 0.0);
      mine.f = reinterpret_cast<double(*)[3]>(part.force.data());
    }
    PairSums total;
    auto const tally = [&](int i, int j, double e_short, double e_coulomb, double fpair, double dx,
                           double dy, double dz) {
      bool const with_partner = j < written;
      total += weighted_pair(with_partner ? 1.0 : 0.5, e_short, e_coulomb, fpair, dx, dy, dz);
      if (eatom == nullptr && vatom == nullptr) return;
      auto const half = weighted_pair(0.5, e_short, e_coulomb, fpair, dx, dy, dz);
      tally_atom(i, half.e_short + half.e_coulomb, half);
      if (with_partner) tally_atom(j, half.e_short + half.e_coulomb, half);
    };
    part.collision = pair_loop<TALLY>(mine, coulomb, part.buckets, tally);
    if constexpr (TALLY) {
      for (int ii = part.begin; ii < part.end && self_energy != 0.0; ++ii) {
        int const i = ilist_[ii];
        double const self = self_energy * in.q[i] * in.q[i];
        total.e_coulomb += self;
        if (eatom != nullptr) Kokkos::atomic_add(eatom + i, self);
      }
    }
    part.sums = total;
  });
  if (threads > 1)
    on_threads(threads, [&](int k) {
      auto const first = static_cast<int>(static_cast<std::int64_t>(written) * k / threads);
      auto const last = static_cast<int>(static_cast<std::int64_t>(written) * (k + 1) / threads);
      for (int t = 1; t < threads; ++t) {
        const auto *force = reinterpret_cast<const double(*)[3]>(parts_[t].force.data());
        for (int i = first; i < last; ++i)
          for (int d = 0; d < 3; ++d) in.f[i][d] += force[i][d];
      }
    });
  Collision collision;
  for (const auto &part : parts_) {
    sums += part.sums;
    if (collision.first < 0) collision = part.collision;
  }
  return collision;
}

}    // namespace lbs::fmp
