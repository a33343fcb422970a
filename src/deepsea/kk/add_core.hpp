// SPDX-License-Identifier: GPL-2.0-only
// The repulsion of nuclei on the device, beside a model's forces. As in ZblCore each center takes
// its own half of energies and virials and its own force.
#pragma once

#include "chunk_sums.hpp"
#include "environment_rows.hpp"

#include "deepsea/model/zbl.hpp"

namespace lbs::deepsea::device {

template <class Space> struct AddCore {
  RowSlices<Space> rows;
  Slice<const AtomRecord, Space> atoms;
  Slice<const ZblPair, Space> pairs;    // [type * types + other]
  int types = 0;
  double inner = 0.0, outer = 0.0;    // A
  double unit = 1.0;                  // of energy, per eV
  TallySlices<Space> tally;           // but not its scales

  // The bad center of the sums is one of an overlap.
  void launch(int row_count, const Array<ChunkSums, Space> &to) const
  {
    sum_over<Space>("deepsea::AddCore", row_count, *this, to.data());
  }

  KOKKOS_FUNCTION void operator()(int row, ChunkSums &sums) const
  {
    auto const i = static_cast<std::size_t>(rows.center(row));
    AtomRecord const &from = atoms(i);
    ChunkSums here;
    double force[3] = {};
    for (int t = 0; t < types; ++t) {
      ZblPair const &pair = pairs(from.type * types + t);
      std::int64_t const run = std::int64_t{row} * types + t;
      for (auto n = rows.start(run); n < rows.start(run + 1); ++n) {
        NeighborVector const d = vector_between(from, atoms(rows.neighbor(n)));
        if (!(d.r2 < outer * outer)) continue;
        double const r = Kokkos::sqrt(d.r2);
        if (r == 0.0) here.bad_center = static_cast<int>(i);
        double slope = 0.0;
        here.energy += 0.5 * unit * zbl_energy(pair, inner, outer, r, slope);
        double const v[3] = {d.x, d.y, d.z};
        double const along = unit * slope / r;
        for (int a = 0; a < 3; ++a) {
          force[a] += along * v[a];
          for (int b = 0; b < 3; ++b) here.virial[3 * a + b] -= 0.5 * along * v[a] * v[b];
        }
      }
    }
    // No other thread has this center.
    for (int a = 0; a < 3; ++a) tally.force(3 * i + a) += force[a];
    if (tally.atom_energy.count() > 0) tally.atom_energy(i) += here.energy;
    if (tally.atom_virial.count() > 0)
      for (int k = 0; k < 9; ++k) tally.atom_virial(9 * i + k) += here.virial[k];
    if (tally.shared_virial.count() > 0) {
      constexpr int PLACE[6] = {0, 4, 8, 1, 2, 5};    // xx yy zz xy xz yz
      for (int k = 0; k < 6; ++k) tally.shared_virial(6 * i + k) += here.virial[PLACE[k]];
    }
    sums += here;
  }
};

}    // namespace lbs::deepsea::device
