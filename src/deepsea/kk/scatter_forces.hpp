// SPDX-License-Identifier: GPL-2.0-only
// From the gradients Q[k][c] by the moments of the splines to forces and virials. A thread (a warp
// of a GPU) has a center, a lane a neighbor; rows are made again, which is less work than to keep
// them.
#pragma once

#include "chunk.hpp"
#include "environment_rows.hpp"
#include "sum_moments.hpp"

#include "deepsea/model/spline_basis.hpp"

namespace lbs::deepsea::device {

// What evaluations add to, [atom][...]; arrays that are not wanted are empty. Units and meanings as
// of Results in deepsea/model/atoms.hpp.
template <class Space> struct TallySlices {
  Slice<double, Space> force;            // [3]
  Slice<double, Space> atom_energy;      // [1]
  Slice<double, Space> atom_virial;      // [9]
  Slice<double, Space> shared_virial;    // [6]
  Slice<const double, Space> scale;      // of the centers' energies, by type
};

// Of one center: its energy, and the virial of the forces that this puts on its neighbors.
struct CenterSums {
  double energy = 0.0;
  double virial[9] = {};
  bool finite = true;    // energy and force
};

// What the neighbors of a center sum to: the gradient by its position, with the sign turned, and
// the products of gradient and vector, the gradient's index first.
struct GradientSums {
  double total[3] = {};
  double product[9] = {};

  KOKKOS_INLINE_FUNCTION GradientSums &operator+=(const GradientSums &other)
  {
    for (int a = 0; a < 3; ++a) total[a] += other.total[a];
    for (int k = 0; k < 9; ++k) product[k] += other.product[k];
    return *this;
  }
};

// Enters the force that a center's energy puts on a neighbor, given the gradient by the vector
// between them, scaled.
template <class Space>
KOKKOS_INLINE_FUNCTION void enter_pair(const TallySlices<Space> &tally, int center_home,
                                       int neighbor_home, const NeighborVector &d,
                                       const double gradient[3], GradientSums &sums)
{
  double const v[3] = {d.x, d.y, d.z};
  auto const j = static_cast<std::size_t>(neighbor_home);
  for (int a = 0; a < 3; ++a) {
    Kokkos::atomic_add(&tally.force(3 * j + a), -gradient[a]);
    sums.total[a] += gradient[a];
    for (int b = 0; b < 3; ++b) sums.product[3 * a + b] += gradient[a] * v[b];
  }
  if (tally.atom_virial.count() > 0)
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b)
        Kokkos::atomic_add(&tally.atom_virial(9 * j + 3 * a + b), -v[a] * gradient[b]);
  if (tally.shared_virial.count() == 0) return;
  auto const i = static_cast<std::size_t>(center_home);
  double const shared[6] = {-v[0] * gradient[0],
                            -v[1] * gradient[1],
                            -v[2] * gradient[2],
                            -0.5 * (v[0] * gradient[1] + v[1] * gradient[0]),
                            -0.5 * (v[0] * gradient[2] + v[2] * gradient[0]),
                            -0.5 * (v[1] * gradient[2] + v[2] * gradient[1])};
  for (int k = 0; k < 6; ++k) {
    Kokkos::atomic_add(&tally.shared_virial(6 * i + k), 0.5 * shared[k]);
    Kokkos::atomic_add(&tally.shared_virial(6 * j + k), 0.5 * shared[k]);
  }
}

// Enters what the neighbors of a center sum to at the center itself.
template <class Space>
KOKKOS_INLINE_FUNCTION void enter_center(const TallySlices<Space> &tally, int center_home,
                                         const GradientSums &gradients, CenterSums &sums)
{
  auto const i = static_cast<std::size_t>(center_home);
  for (int a = 0; a < 3; ++a) Kokkos::atomic_add(&tally.force(3 * i + a), gradients.total[a]);
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) sums.virial[3 * a + b] -= gradients.product[3 * b + a];
  double const total = gradients.total[0] + gradients.total[1] + gradients.total[2];
  sums.finite = sums.finite && Kokkos::isfinite(total);
}

// LEVEL: of scratch memory, as thread_each() has it.
template <class Real, class Space, int LEVEL = 0> struct ScatterForces {
  ModelSlices<Space> model;
  CenterSlices<Space> centers;
  int most_rows = 0;
  Slice<const Real, Space> products;    // Q, in the place of the moments
  Slice<const CenterReport, Space> reports;
  Slice<const double, Space> energy;    // [center], of the net
  Slice<CenterSums, Space> sums;        // [center]
  TallySlices<Space> tally;

  [[nodiscard]] KOKKOS_INLINE_FUNCTION int stride() const { return (most_rows + 31) / 32 * 32 + 8; }
  [[nodiscard]] std::size_t scratch_bytes() const
  {
    return Scratch<double, Space>::shmem_size(4 * stride());
  }
  void launch() const
  {
    if (centers.chunk.count == 0) return;
    if constexpr (LEVEL == 0)
      if (!on_chip<Space>(scratch_bytes()))
        return ScatterForces<Real, Space, 1>{model,   centers, most_rows, products,
                                             reports, energy,  sums,      tally}
            .launch();
    launch_kernel("deepsea::ScatterForces",
                  thread_each<Space>(centers.chunk.count, scratch_bytes(), LEVEL), *this);
  }

  KOKKOS_FUNCTION void operator()(const Team<Space> &team) const
  {
    Scratch<double, Space> const q(team.thread_scratch(LEVEL), 4 * stride());
    int const center = item_of_thread(team);
    if (center >= centers.chunk.count) return;
    if (!reports(center).served) {
      by_one_lane(team, [&]() { sums(center) = CenterSums(); });
      return;
    }
    int const atom = centers.atom(center);
    AtomRecord const &from = centers.atoms(atom);
    double const scale = tally.scale(from.type);
    GradientSums of_lane;
    for (int t = 0; t < model.types; ++t) {
      PairRecord const &pair = model.pairs(from.type * model.types + t);
      std::int64_t const run = std::int64_t{centers.chunk.row(center)} * model.types + t;
      std::int64_t const first = centers.rows.start(run);
      auto const count = static_cast<int>(centers.rows.start(run + 1) - first);
      if (count == 0 || pair.excluded || pair.rows == 0) continue;
      load_products(team, q, center, pair);
      over_lanes(team, count, [&](int n) {
        add_neighbor(from, centers.atoms(centers.rows.neighbor(first + n)), pair, q, scale,
                     of_lane);
      });
    }
    // Each lane has its own sums, of the neighbors of all types: one reduction is less work than
    // one a type, and there are fewer numbers to keep in registers.
    GradientSums gradients;
    Kokkos::parallel_reduce(
        Kokkos::ThreadVectorRange(team, int{Machine<Space>::LANES}),    // no reference to it
        [&](int, GradientSums &sums_of_lanes) { sums_of_lanes += of_lane; }, gradients);
    by_one_lane(team, [&]() {
      CenterSums own;
      own.energy = scale * (energy(center) + model.centers(from.type).energy_bias);
      own.finite = Kokkos::isfinite(own.energy);
      if (tally.atom_energy.count() > 0) tally.atom_energy(atom) += own.energy;
      enter_center(tally, from.home, gradients, own);
      sums(center) = own;
    });
  }

  // Q of one pair of types, [4][spline]. In single precision it comes as differences, which are
  // summed in double; see DeviceModel.
  KOKKOS_INLINE_FUNCTION void load_products(const Team<Space> &team,
                                            const Scratch<double, Space> &q, int center,
                                            const PairRecord &pair) const
  {
    int const type = centers.atoms(centers.atom(center)).type;
    Segment const &segment = centers.chunk.segments(type);
    std::int64_t const all_rows = model.centers(type).rows;
    std::int64_t const place = segment.moments + 4 * (center - segment.first) * all_rows;
    if constexpr (DeviceModel<Real, Space>::DIFFERENCES) {
      over_lanes(team, 4, [&](int k) {
        double sum = 0.0;
        for (int c = 0; c < pair.rows; ++c) {
          sum += products(place + k * all_rows + pair.first_row + c);
          q(k * stride() + c) = sum;
        }
      });
    } else {
      over_lanes(team, 4 * pair.rows, [&](int n) {
        int const k = n / pair.rows;
        int const c = n % pair.rows;
        q(k * stride() + c) = products(place + k * all_rows + pair.first_row + c);
      });
    }
  }

  KOKKOS_INLINE_FUNCTION void add_neighbor(const AtomRecord &from, const AtomRecord &to,
                                           const PairRecord &pair, const Scratch<double, Space> &q,
                                           double scale, GradientSums &part) const
  {
    NeighborVector const d = vector_between(from, to);
    if (!is_near(d, model.cutoff2)) return;
    NeighborEnvironment const e = environment_of(d, pair.constants);
    if (!in_table(e.place, pair.constants)) return;
    double by_row[4] = {};
    double by_t[4] = {};
    for (int b = 0; b < SPLINE_SUPPORT; ++b) {
      Slope<double> const weight = spline_weight(b, e.place.t);
      for (int k = 0; k < 4; ++k) {
        double const number = q(k * stride() + e.place.interval + b);
        by_row[k] += weight.value * number;
        by_t[k] += weight.derivative * number;
      }
    }
    double const by_s =
        chain_through_table({by_t[0], by_t[1], by_t[2], by_t[3]}, e.row, e.place.dt);
    EnvironmentRow const by_entries =
        chain_to_row({by_row[0], by_row[1], by_row[2], by_row[3]}, by_s, pair.constants);
    double gradient[3];
    chain_to_vector(e.part, by_entries, d.x, d.y, d.z, 1.0 / e.r, gradient);
    for (double &g : gradient) g *= scale;
    enter_pair(tally, from.home, to.home, d, gradient, part);
  }
};

}    // namespace lbs::deepsea::device
