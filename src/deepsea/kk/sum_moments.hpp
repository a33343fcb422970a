// SPDX-License-Identifier: GPL-2.0-only
// The neighbors of each center summed into moments of the splines of their embedding nets,
//   T[k][c] = sum_j w_c(s_j) R_jk,
// and the checks of their distances. A thread (a warp of a GPU) has a center. Its lanes first make
// rows and weights, one neighbor each, in scratch memory; then all of them add neighbor after
// neighbor, one spline and one entry of the row each. The lanes meet between two loops.
#pragma once

#include "chunk.hpp"
#include "environment_rows.hpp"

#include "deepsea/model/atoms.hpp"
#include "deepsea/model/spline_basis.hpp"

namespace lbs::deepsea::device {

// What the distances of a center's neighbors have shown.
struct CenterReport {
  bool served = false;     // by this form of the model; else it is left over
  bool nets = false;       // a neighbor, or all, are in no table
  bool overlap = false;    // with a neighbor
  int short_pairs = 0;     // neighbors closer than in training
  int neighbor = -1;       // the closest one relative to its bound
  double distance = 0.0;
  double bound = 0.0;
};

// LEVEL: of scratch memory, as thread_each() has it.
template <class Real, class Space, int LEVEL = 0> struct SumMoments {
  ModelSlices<Space> model;
  CenterSlices<Space> centers;
  int most_rows = 0;                     // of a pair's splines
  Slice<Real, Space> moments;            // see Segment
  Slice<CenterReport, Space> reports;    // [center]
  Slice<int, Space> left_over;           // rows, in any order
  Slice<int, Space> left_over_count;     // [1]

  static constexpr int TILE = 32;    // neighbors at a time
  static constexpr int WEIGHTS = SPLINE_SUPPORT * TILE;

  // Lengths of rows in scratch memory such that the four entries are in different banks.
  [[nodiscard]] KOKKOS_INLINE_FUNCTION int stride() const { return (most_rows + 31) / 32 * 32 + 8; }
  [[nodiscard]] std::size_t scratch_bytes() const
  {
    return Scratch<double, Space>::shmem_size(4 * stride()) +
           Scratch<double, Space>::shmem_size(4 * TILE) +
           Scratch<double, Space>::shmem_size(WEIGHTS) + 2 * Scratch<int, Space>::shmem_size(TILE) +
           2 * Scratch<int, Space>::shmem_size(1);
  }
  void launch() const
  {
    if (centers.chunk.count == 0) return;
    if constexpr (LEVEL == 0)
      if (!on_chip<Space>(scratch_bytes()))
        return SumMoments<Real, Space, 1>{model,   centers,   most_rows,      moments,
                                          reports, left_over, left_over_count}
            .launch();
    launch_kernel("deepsea::SumMoments",
                  thread_each<Space>(centers.chunk.count, scratch_bytes(), LEVEL), *this);
  }

  // The scratch memory of a thread.
  struct Tile {
    Scratch<double, Space> sum;       // [4][stride]
    Scratch<double, Space> row;       // [4][neighbor]
    Scratch<double, Space> weight;    // [spline][neighbor]
    Scratch<int, Space> interval;     // -1: the neighbor is not in the table
    Scratch<int, Space> near;         // whether it is inside the cutoff
    Scratch<int, Space> close;        // [1]: whether any neighbor is to be looked at closely
    Scratch<int, Space> nets;         // [1]: whether any neighbor is in no table
  };

  KOKKOS_FUNCTION void operator()(const Team<Space> &team) const
  {
    auto const &memory = team.thread_scratch(LEVEL);
    Tile const tile = {Scratch<double, Space>(memory, 4 * stride()),
                       Scratch<double, Space>(memory, 4 * TILE),
                       Scratch<double, Space>(memory, WEIGHTS),
                       Scratch<int, Space>(memory, TILE),
                       Scratch<int, Space>(memory, TILE),
                       Scratch<int, Space>(memory, 1),
                       Scratch<int, Space>(memory, 1)};
    int const center = item_of_thread(team);
    if (center >= centers.chunk.count) return;
    int const atom = centers.atom(center);
    int const type = centers.atoms(atom).type;
    Segment const &segment = centers.chunk.segments(type);
    int const all_rows = model.centers(type).rows;
    std::int64_t const place =
        segment.moments + std::int64_t{4} * (center - segment.first) * all_rows;

    by_one_lane(team, [&]() { tile.close(0) = tile.nets(0) = 0; });
    for (int t = 0; t < model.types; ++t) {
      PairRecord const &pair = model.pairs(type * model.types + t);
      sum_run(team, tile, center, t, pair);
      over_lanes(team, 4 * pair.rows, [&](int n) {
        int const k = n / pair.rows;
        int const c = n % pair.rows;
        moments(place + std::int64_t{k} * all_rows + pair.first_row + c) =
            static_cast<Real>(tile.sum(k * stride() + c));
      });
    }
    int served = 1;
    Kokkos::single(
        Kokkos::PerThread(team),
        [&](int &is_served) {
          CenterReport report = tile.close(0) ? look_closely(center) : CenterReport{true};
          report.nets = tile.nets(0) != 0;
          reports(center) = report;
          is_served = report.served ? 1 : 0;
          if (!report.served)
            left_over(Kokkos::atomic_fetch_add(&left_over_count(0), 1)) = centers.chunk.row(center);
        },
        served);
    lanes_meet();
    // Sums of a center that is left over may be anything; zeros keep the rest of the pass quiet.
    if (!served) over_lanes(team, 4 * all_rows, [&](int n) { moments(place + n) = Real(0); });
  }

  // The neighbors of one type, and the empty places for them: DeePMD-kit keeps a fixed number of
  // places, and an empty one counts like a neighbor at the cutoff. More neighbors than places make
  // the number negative, so that nothing jumps when a neighbor leaves.
  KOKKOS_INLINE_FUNCTION void sum_run(const Team<Space> &team, const Tile &tile, int center, int t,
                                      const PairRecord &pair) const
  {
    over_lanes(team, 4 * stride(), [&](int n) { tile.sum(n) = 0.0; });
    AtomRecord const &from = centers.atoms(centers.atom(center));
    std::int64_t const run = std::int64_t{centers.chunk.row(center)} * model.types + t;
    std::int64_t const end = centers.rows.start(run + 1);
    int places = pair.selection;
    for (std::int64_t first = centers.rows.start(run); first < end; first += TILE) {
      int const count = end - first < TILE ? static_cast<int>(end - first) : TILE;
      over_lanes(team, count, [&](int n) {
        make_row(tile, n, from, centers.atoms(centers.rows.neighbor(first + n)), pair);
      });
      int near = 0;
      Kokkos::parallel_reduce(
          Kokkos::ThreadVectorRange(team, count), [&](int n, int &sum) { sum += tile.near(n); },
          near);
      lanes_meet();
      places -= near;
      for (int n = 0; n < count; ++n) add_row(team, tile, n, 1.0);
    }
    if (!pair.padded || pair.rows == 0 || places == 0) return;
    by_one_lane(team, [&]() {
      for (int k = 0; k < 4; ++k) tile.row(k * TILE) = pair.padding[k];
      set_weights(tile, 0, {0, 0.0, 0.0});
    });
    add_row(team, tile, 0, places);
  }

  KOKKOS_INLINE_FUNCTION void make_row(const Tile &tile, int n, const AtomRecord &from,
                                       const AtomRecord &to, const PairRecord &pair) const
  {
    NeighborVector const d = vector_between(from, to);
    tile.near(n) = is_near(d, model.cutoff2) ? 1 : 0;
    tile.interval(n) = -1;
    if (!tile.near(n)) return;
    if (!(d.r2 >= pair.least * pair.least)) tile.close(0) = 1;
    NeighborEnvironment const e = environment_of(d, pair.constants);
    if (pair.excluded) return;
    if (!in_table(e.place, pair.constants)) {
      tile.nets(0) = 1;
      return;
    }
    double const row[4] = {e.row.s, e.row.x, e.row.y, e.row.z};
    for (int k = 0; k < 4; ++k) tile.row(k * TILE + n) = row[k];
    set_weights(tile, n, e.place);
  }

  KOKKOS_INLINE_FUNCTION static void set_weights(const Tile &tile, int n, const TablePlace &place)
  {
    SplineNumbers value;
    SplineNumbers unused;
    spline_weights(place.t, value, unused);
    for (int b = 0; b < SPLINE_SUPPORT; ++b) tile.weight(b * TILE + n) = value[b];
    tile.interval(n) = place.interval;
  }

  // Adds a neighbor `times`, if it is in the table. The next one may meet the same sums in other
  // lanes, so all lanes come here for each neighbor and wait at the end.
  KOKKOS_INLINE_FUNCTION void add_row(const Team<Space> &team, const Tile &tile, int n,
                                      double times) const
  {
    over_lanes(team, 4 * SPLINE_SUPPORT, [&](int lane) {
      if (tile.interval(n) < 0) return;
      int const b = lane % SPLINE_SUPPORT;
      int const k = lane / SPLINE_SUPPORT;
      tile.sum(k * stride() + tile.interval(n) + b) +=
          times * tile.weight(b * TILE + n) * tile.row(k * TILE + n);
    });
  }

  // Neighbor by neighbor, for a center with one that is suspiciously close.
  KOKKOS_INLINE_FUNCTION CenterReport look_closely(int center) const
  {
    AtomRecord const &from = centers.atoms(centers.atom(center));
    CenterReport report{true};
    for (int t = 0; t < model.types; ++t) {
      PairRecord const &pair = model.pairs(from.type * model.types + t);
      std::int64_t const run = std::int64_t{centers.chunk.row(center)} * model.types + t;
      for (auto n = centers.rows.start(run); n < centers.rows.start(run + 1); ++n) {
        int const j = centers.rows.neighbor(n);
        NeighborVector const d = vector_between(from, centers.atoms(j));
        if (!is_near(d, model.cutoff2)) continue;
        double const r = Kokkos::sqrt(d.r2);
        // The general form knows what to do, also with what is no number.
        if (pair.closest > 0.0 && !(r >= pair.closest)) return {};
        if (r < OVERLAP) report.overlap = true;
        if (!(r < pair.shortest)) continue;
        ++report.short_pairs;
        if (report.neighbor >= 0 && r * report.bound >= report.distance * pair.shortest) continue;
        report.neighbor = j;
        report.distance = r;
        report.bound = pair.shortest;
      }
    }
    return report;
  }
};

}    // namespace lbs::deepsea::device
