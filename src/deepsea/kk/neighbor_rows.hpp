// SPDX-License-Identifier: GPL-2.0-only
// Centers and their neighbors, both sorted by type, made on the device from LAMMPS' list whenever
// that is new. LAMMPS keeps the n-th neighbors of all atoms beside each other on a GPU, which is
// right for a thread an atom; kernels with a warp an atom want rows, and runs of one type in them.
#pragma once

#include "arrays.hpp"

#include <cstdint>
#include <vector>

namespace lbs::deepsea::device {

// The rows; those of the centers that are sorted by type, and in their old order in a type.
template <class Space> struct RowSlices {
  Slice<const int, Space> center;            // [row]: its atom
  Slice<const std::int64_t, Space> start;    // [row * types + type]: its neighbors of that type;
                                             // they end where the next ones begin
  Slice<const int, Space> neighbor;          // atoms
};

// LAMMPS' list; `List` has two indices, of the atom and of its n-th neighbor.
template <class List, class Space> struct ListSlices {
  int count = 0;    // of `ilist`
  Slice<const int, Space> ilist, numneigh;
  List neighbors;
  int index_mask = 0;
};

template <class Space> class NeighborRows {
 public:
  // `type`: of the model, of all atoms; atoms of a negative type are left out.
  template <class List>
  void make(const ListSlices<List, Space> &list, const Slice<const int, Space> &type, int types);

  [[nodiscard]] RowSlices<Space> slices() const { return {center_, start_, neighbor_}; }
  [[nodiscard]] int count() const { return first_.empty() ? 0 : first_.back(); }
  // First row of each type of centers, and at the end their number.
  [[nodiscard]] const std::vector<int> &first() const { return first_; }
  [[nodiscard]] std::size_t memory_usage() const
  {
    return (center_.span() + neighbor_.span()) * sizeof(int) + start_.span() * sizeof(std::int64_t);
  }

 private:
  Array<int, Space> center_;
  Array<std::int64_t, Space> start_;
  Array<int, Space> neighbor_;
  std::vector<int> first_;
};

// The centers of one type in the order of the list go behind those of the types before it.
template <class Space> struct ListCenters {
  Slice<const int, Space> ilist, type;
  int wanted = 0;
  int first = 0;
  Slice<int, Space> center;

  KOKKOS_FUNCTION void operator()(int n, int &place, bool final) const
  {
    int const i = ilist(n);
    if (type(i) != wanted) return;
    if (final) center(first + place) = i;
    ++place;
  }
};

// Numbers of neighbors of each type stand one place further than those of RowSlices::start.
template <class List, class Space> struct CountNeighbors {
  ListSlices<List, Space> list;
  Slice<const int, Space> type, center;
  int types = 0;
  Slice<std::int64_t, Space> count;

  KOKKOS_FUNCTION void operator()(int row) const
  {
    std::int64_t const first = static_cast<std::int64_t>(row) * types + 1;
    for (int t = 0; t < types; ++t) count(first + t) = 0;
    int const i = center(row);
    for (int n = 0; n < list.numneigh(i); ++n) {
      int const t = type(list.neighbors(i, n) & list.index_mask);
      if (t >= 0) ++count(first + t);
    }
  }
};

// From numbers to where each run begins.
template <class Space> struct SumCounts {
  Slice<std::int64_t, Space> count;

  KOKKOS_FUNCTION void operator()(std::int64_t n, std::int64_t &before, bool final) const
  {
    std::int64_t const own = count(n + 1);
    if (final) count(n + 1) = before;
    before += own;
  }
};

// Where a run begins moves on with each neighbor, to its end; that is the begin of the next run,
// whose place it has.
template <class List, class Space> struct FillRows {
  ListSlices<List, Space> list;
  Slice<const int, Space> type, center;
  int types = 0;
  Slice<std::int64_t, Space> next;
  Slice<int, Space> neighbor;

  KOKKOS_FUNCTION void operator()(int row) const
  {
    std::int64_t const first = static_cast<std::int64_t>(row) * types + 1;
    int const i = center(row);
    for (int n = 0; n < list.numneigh(i); ++n) {
      int const j = list.neighbors(i, n) & list.index_mask;
      int const t = type(j);
      if (t >= 0) neighbor(next(first + t)++) = j;
    }
  }
};

template <class Space>
template <class List>
void NeighborRows<Space>::make(const ListSlices<List, Space> &list,
                               const Slice<const int, Space> &type, int types)
{
  using Range = Kokkos::RangePolicy<Space>;
  make_room(center_, "deepsea:center", list.count);
  first_.assign(1, 0);
  for (int t = 0; t < types; ++t) {
    int count = 0;
    Kokkos::parallel_scan("deepsea::ListCenters", Range(0, list.count),
                          ListCenters<Space>{list.ilist, type, t, first_.back(), center_}, count);
    first_.push_back(first_.back() + count);
  }
  using Long = Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>;
  std::int64_t const runs = static_cast<std::int64_t>(count()) * types;
  make_room(start_, "deepsea:start", runs + 1);
  Kokkos::deep_copy(Space(), Kokkos::subview(start_, 0), 0);
  launch_kernel("deepsea::CountNeighbors", Range(0, count()),
                CountNeighbors<List, Space>{list, type, center_, types, start_});
  std::int64_t neighbors = 0;
  Kokkos::parallel_scan("deepsea::SumCounts", Long(0, runs), SumCounts<Space>{start_}, neighbors);
  make_room(neighbor_, "deepsea:neighbor", neighbors);
  launch_kernel("deepsea::FillRows", Range(0, count()),
                FillRows<List, Space>{list, type, center_, types, start_, neighbor_});
}

template <class List, class Space> struct CopyRow {
  ListSlices<List, Space> list;
  int center = 0;
  Slice<int, Space> row;

  KOKKOS_FUNCTION void operator()(int n) const
  {
    row(n) = list.neighbors(center, n) & list.index_mask;
  }
};

// One center's neighbors in LAMMPS' list, on the host.
template <class List, class Space>
std::vector<int> row_of(const ListSlices<List, Space> &list, int center)
{
  int const count = to_host(list.numneigh.part(center, 1)).front();
  auto const row = uninitialized<int, Space>("deepsea:row", count);
  launch_kernel("deepsea::CopyRow", Kokkos::RangePolicy<Space>(0, count),
                CopyRow<List, Space>{list, center, row});
  return to_host(row);
}

}    // namespace lbs::deepsea::device
