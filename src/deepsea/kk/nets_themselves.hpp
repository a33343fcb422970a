// SPDX-License-Identifier: GPL-2.0-only
// The embedding nets themselves, for neighbors so close that no table has them, or for all if there
// are no tables. A team has a center and evaluates net after net: slow and rare.
#pragma once

#include "chunk.hpp"
#include "environment_rows.hpp"
#include "scatter_forces.hpp"
#include "sum_moments.hpp"

namespace lbs::deepsea::device {

template <class Real, class Space> struct NetsThemselves {
  ModelSlices<Space> model;
  CenterSlices<Space> centers;
  Slice<const NetRecord, Space> nets;
  Slice<const LayerRecord, Space> layers;
  Slice<const double, Space> weights;
  int widest = 0;    // layer
  double inverse_neighbors = 0.0;
  Slice<Real, Space> gtr;    // see Segment
  Slice<const CenterReport, Space> reports;

  [[nodiscard]] std::size_t scratch_bytes() const
  {
    return 2 * Scratch<double, Space>::shmem_size(2 * widest);
  }

  // Values and slopes of a net before and after a layer, [2][widest].
  struct Values {
    Scratch<double, Space> value;
    Scratch<double, Space> slope;
  };
  KOKKOS_INLINE_FUNCTION Values scratch(const Team<Space> &team) const
  {
    auto const &memory = team.team_scratch(0);
    return {Scratch<double, Space>(memory, 2 * widest), Scratch<double, Space>(memory, 2 * widest)};
  }

  // Where a center's G^T R is, or the gradient by it.
  KOKKOS_INLINE_FUNCTION std::int64_t place_of(int center, int type) const
  {
    Segment const &segment = centers.chunk.segments(type);
    return segment.gtr + std::int64_t{4} * (center - segment.first) * model.centers(type).channels;
  }

  // The net at s; returns where the result begins in `values`.
  KOKKOS_INLINE_FUNCTION int evaluate(const Team<Space> &team, int net, double s,
                                      const Values &values) const
  {
    team.team_barrier();    // the last result is used up, whichever thread has its first number
    Kokkos::single(Kokkos::PerTeam(team), [&]() {
      values.value(0) = s;
      values.slope(0) = 1.0;
    });
    team.team_barrier();
    NetRecord const &record = nets(net);
    for (int l = 0; l < record.layers; ++l) {
      LayerRecord const &layer = layers(record.first_layer + l);
      int const from = l % 2 * widest;
      int const to = widest - from;
      Kokkos::parallel_for(Kokkos::TeamVectorRange(team, layer.outputs), [&](int o) {
        double value = weights(layer.bias + o);
        double slope = 0.0;
        for (int k = 0; k < layer.inputs; ++k) {
          double const w = weights(layer.weight + std::int64_t{k} * layer.outputs + o);
          value += values.value(from + k) * w;
          slope += values.slope(from + k) * w;
        }
        Slope<double> const a = activate(layer.activation, value);
        double const step = layer.timestep < 0 ? 1.0 : weights(layer.timestep + o);
        value = a.value * step;
        slope *= a.derivative * step;
        if (layer.skips > 0) {
          value += values.value(from + o % layer.inputs);
          slope += values.slope(from + o % layer.inputs);
        }
        values.value(to + o) = value;
        values.slope(to + o) = slope;
      });
      team.team_barrier();
    }
    return record.layers % 2 * widest;
  }

  // Calls visit(atom of the neighbor, vector, environment, pair, net's values and slopes) for all
  // neighbors of a center that no table has.
  template <class Visit>
  KOKKOS_INLINE_FUNCTION void over_neighbors(const Team<Space> &team, int center,
                                             const Values &values, Visit visit) const
  {
    AtomRecord const &from = centers.atoms(centers.atom(center));
    for (int t = 0; t < model.types; ++t) {
      PairRecord const &pair = model.pairs(from.type * model.types + t);
      if (pair.excluded) continue;
      std::int64_t const run = std::int64_t{centers.chunk.row(center)} * model.types + t;
      for (auto n = centers.rows.start(run); n < centers.rows.start(run + 1); ++n) {
        AtomRecord const &to = centers.atoms(centers.rows.neighbor(n));
        NeighborVector const d = vector_between(from, to);
        if (!is_near(d, model.cutoff2)) continue;
        NeighborEnvironment const e = environment_of(d, pair.constants);
        if (in_table(e.place, pair.constants)) continue;
        int const at = evaluate(team, pair.net, e.row.s, values);
        visit(to, d, e, pair, values.value.data() + at, values.slope.data() + at);
      }
    }
  }
};

// Adds the neighbors, and empty places if there are no tables, to G^T R / N.
template <class Real, class Space> struct AddNets {
  NetsThemselves<Real, Space> nets;
  Slice<const double, Space> padding_values;    // [pair][channel]; empty if there are tables

  void launch() const
  {
    int const count = nets.centers.chunk.count;
    if (count > 0)
      launch_kernel("deepsea::AddNets", team_each<Space>(count, nets.scratch_bytes()), *this);
  }

  KOKKOS_FUNCTION void operator()(const Team<Space> &team) const
  {
    int const center = team.league_rank();
    if (!nets.reports(center).nets && padding_values.count() == 0) return;
    int const type = nets.centers.atoms(nets.centers.atom(center)).type;
    std::int64_t const place = nets.place_of(center, type);
    int const channels = nets.model.centers(type).channels;
    auto const add = [&](const double row[4], double times, const double *g) {
      Kokkos::parallel_for(Kokkos::TeamVectorRange(team, channels), [&](int m) {
        for (int k = 0; k < 4; ++k)
          nets.gtr(place + k * channels + m) +=
              static_cast<Real>(times * nets.inverse_neighbors * row[k] * g[m]);
      });
    };
    nets.over_neighbors(team, center, nets.scratch(team),
                        [&](const AtomRecord &, const NeighborVector &,
                            const NeighborEnvironment &e, const PairRecord &, const double *value,
                            const double *) {
                          double const row[4] = {e.row.s, e.row.x, e.row.y, e.row.z};
                          add(row, 1.0, value);
                        });
    if (padding_values.count() == 0) return;
    for (int t = 0; t < nets.model.types; ++t) {
      int const number = type * nets.model.types + t;
      PairRecord const &pair = nets.model.pairs(number);
      int const places = pair.selection - near(center, t);
      if (pair.padded && places != 0)
        add(pair.padding, places, &padding_values(std::int64_t{number} * channels));
    }
  }

  // Neighbors of a type inside the cutoff.
  KOKKOS_INLINE_FUNCTION int near(int center, int t) const
  {
    CenterSlices<Space> const &centers = nets.centers;
    AtomRecord const &from = centers.atoms(centers.atom(center));
    std::int64_t const run = std::int64_t{centers.chunk.row(center)} * nets.model.types + t;
    int count = 0;
    for (auto n = centers.rows.start(run); n < centers.rows.start(run + 1); ++n)
      count +=
          is_near(vector_between(from, centers.atoms(centers.rows.neighbor(n))), nets.model.cutoff2)
              ? 1
              : 0;
    return count;
  }
};

// What the values and slopes of a net's channels sum to with the gradients P[k][m].
struct NetGradients {
  double by_row[4] = {};
  double by_s = 0.0;

  KOKKOS_INLINE_FUNCTION NetGradients &operator+=(const NetGradients &other)
  {
    for (int k = 0; k < 4; ++k) by_row[k] += other.by_row[k];
    by_s += other.by_s;
    return *this;
  }
};

// The forces of these neighbors, from the gradients by G^T R / N; comes after ScatterForces.
template <class Real, class Space> struct ScatterNets {
  NetsThemselves<Real, Space> nets;
  Slice<CenterSums, Space> sums;
  TallySlices<Space> tally;

  void launch() const
  {
    int const count = nets.centers.chunk.count;
    if (count > 0)
      launch_kernel("deepsea::ScatterNets", team_each<Space>(count, nets.scratch_bytes()), *this);
  }

  KOKKOS_FUNCTION void operator()(const Team<Space> &team) const
  {
    int const center = team.league_rank();
    if (!nets.reports(center).nets) return;
    AtomRecord const &from = nets.centers.atoms(nets.centers.atom(center));
    std::int64_t const place = nets.place_of(center, from.type);
    int const channels = nets.model.centers(from.type).channels;
    double const scale = tally.scale(from.type) * nets.inverse_neighbors;
    GradientSums gradients;
    nets.over_neighbors(
        team, center, nets.scratch(team),
        [&](const AtomRecord &to, const NeighborVector &d, const NeighborEnvironment &e,
            const PairRecord &pair, const double *value, const double *slope) {
          double const row[4] = {e.row.s, e.row.x, e.row.y, e.row.z};
          NetGradients by;
          Kokkos::parallel_reduce(
              Kokkos::TeamVectorRange(team, channels),
              [&](int m, NetGradients &part) {
                for (int k = 0; k < 4; ++k) {
                  double const p = nets.gtr(place + k * channels + m);
                  part.by_row[k] += value[m] * p;
                  part.by_s += slope[m] * p * row[k];
                }
              },
              by);
          EnvironmentRow const by_entries = chain_to_row(
              {by.by_row[0], by.by_row[1], by.by_row[2], by.by_row[3]}, by.by_s, pair.constants);
          double gradient[3];
          chain_to_vector(e.part, by_entries, d.x, d.y, d.z, 1.0 / e.r, gradient);
          for (double &g : gradient) g *= scale;
          Kokkos::single(Kokkos::PerTeam(team),
                         [&]() { enter_pair(tally, from.home, to.home, d, gradient, gradients); });
        });
    Kokkos::single(Kokkos::PerTeam(team),
                   [&]() { enter_center(tally, from.home, gradients, sums(center)); });
  }
};

}    // namespace lbs::deepsea::device
