// SPDX-License-Identifier: GPL-2.0-only
// Descriptors from G^T R, and the way back. A team has a center.
#pragma once

#include "chunk.hpp"

namespace lbs::deepsea::device {

// What both directions take.
template <class Real, class Space> struct DescriptorSlices {
  ModelSlices<Space> model;
  CenterSlices<Space> centers;
  Slice<const Factors, Space> factors;
  int most_channels = 0;
  Slice<Real, Space> gtr;    // see Segment
  Slice<Real, Space> descriptor;

  [[nodiscard]] std::size_t bytes_of_gtr() const
  {
    return Scratch<Real, Space>::shmem_size(4 * most_channels);
  }
};

// The center of a team: where its numbers are.
struct CenterPlace {
  int channels;
  int numbers;
  std::int64_t factors;
  int first_numbers;
  std::int64_t gtr;
  std::int64_t descriptor;
};

template <class Real, class Space>
KOKKOS_INLINE_FUNCTION CenterPlace place_of(const DescriptorSlices<Real, Space> &all, int center)
{
  int const type = all.centers.atoms(all.centers.atom(center)).type;
  CenterRecord const &record = all.model.centers(type);
  Segment const &segment = all.centers.chunk.segments(type);
  std::int64_t const c = center - segment.first;
  return {record.channels,
          record.numbers,
          record.factors,
          record.first_numbers,
          segment.gtr + 4 * c * record.channels,
          segment.descriptor + c * record.numbers};
}

// G^T R of the team's center, [4][channel], for all of its threads.
template <class Real, class Space>
KOKKOS_INLINE_FUNCTION void load_gtr(const Team<Space> &team,
                                     const DescriptorSlices<Real, Space> &all,
                                     const CenterPlace &place, const Scratch<Real, Space> &g)
{
  Kokkos::parallel_for(Kokkos::TeamVectorRange(team, 4 * place.channels),
                       [&](int n) { g(n) = all.gtr(place.gtr + n); });
  team.team_barrier();
}

// D[m][a] = sum_k g[k][m] g[k][a], packed.
template <class Real, class Space> struct MakeDescriptors {
  DescriptorSlices<Real, Space> all;

  void launch() const
  {
    int const count = all.centers.chunk.count;
    if (count > 0)
      launch_kernel("deepsea::MakeDescriptors", team_each<Space>(count, all.bytes_of_gtr()), *this);
  }

  KOKKOS_FUNCTION void operator()(const Team<Space> &team) const
  {
    Scratch<Real, Space> const g(team.team_scratch(0), 4 * all.most_channels);
    CenterPlace const place = place_of(all, team.league_rank());
    load_gtr(team, all, place, g);
    Kokkos::parallel_for(Kokkos::TeamVectorRange(team, place.numbers), [&](int p) {
      Factors const f = all.factors(place.factors + p);
      Real sum = 0;
      for (int k = 0; k < 4; ++k) sum += g(k * place.channels + f.m) * g(k * place.channels + f.a);
      all.descriptor(place.descriptor + p) = sum;
    });
  }
};

// From the gradients by D to those by g, which take the place of g.
template <class Real, class Space> struct BackThroughDescriptors {
  DescriptorSlices<Real, Space> all;
  Slice<const int, Space> first_numbers;
  int axis = 0;

  void launch() const
  {
    int const count = all.centers.chunk.count;
    if (count > 0)
      launch_kernel("deepsea::BackThroughDescriptors", team_each<Space>(count, all.bytes_of_gtr()),
                    *this);
  }

  KOKKOS_FUNCTION void operator()(const Team<Space> &team) const
  {
    Scratch<Real, Space> const g(team.team_scratch(0), 4 * all.most_channels);
    CenterPlace const place = place_of(all, team.league_rank());
    load_gtr(team, all, place, g);
    const int *const first = &first_numbers(place.first_numbers);
    const Real *const by_number = &all.descriptor(place.descriptor);
    int const channels = place.channels;
    Kokkos::parallel_for(Kokkos::TeamVectorRange(team, 4 * channels), [&](int n) {
      const Real *const row = &g(n / channels * channels);
      int const m = n % channels;
      Real sum = 0;
      for (int a = 0; a < first[m + 1] - first[m]; ++a) sum += by_number[first[m] + a] * row[a];
      // an axis neuron is the second factor as well
      for (int other = 0; m < axis && other < channels; ++other)
        if (m < first[other + 1] - first[other]) sum += by_number[first[other] + m] * row[other];
      all.gtr(place.gtr + n) = sum;
    });
  }
};

}    // namespace lbs::deepsea::device
