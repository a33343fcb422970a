// SPDX-License-Identifier: GPL-2.0-only
// Images whose atom is on this rank send their forces there, so that on one rank nothing is left
// to be brought home.
#pragma once

#include "arrays.hpp"

#include <Kokkos_UnorderedMap.hpp>

namespace lbs::deepsea::device {

template <class Tags, class Space> struct EnterTags {
  using Map = Kokkos::UnorderedMap<typename Tags::non_const_value_type, int, Space>;
  Tags tags;
  Map map;

  KOKKOS_FUNCTION void operator()(int i) const { map.insert(tags(i), i); }
};

template <class Tags, class Space> struct FindHomes {
  using Map = typename EnterTags<Tags, Space>::Map;
  Tags tags;
  Map map;
  int owned = 0;
  Slice<int, Space> home;

  KOKKOS_FUNCTION void operator()(int i) const
  {
    home(i) = i;
    if (i < owned) return;
    auto const found = map.find(tags(i));
    if (map.valid_at(found)) home(i) = map.value_at(found);
  }
};

// home[i] of all atoms, of which the first `owned` are this rank's; `tags`: their IDs. Throws
// InputError if there is not enough memory.
template <class Tags, class Space>
void find_homes(const Tags &tags, int owned, int all, const Slice<int, Space> &home)
{
  using Range = Kokkos::RangePolicy<Space>;
  typename EnterTags<Tags, Space>::Map map;
  auto size = 2 * static_cast<std::uint32_t>(owned) + 16;
  do {    // a table gives up where too many IDs fall on one place
    try {
      map.rehash(size);
    } catch (const std::exception &e) {
      throw InputError("there is not enough memory for a table of the atoms' IDs on the device; "
                       "use more ranks with a device each (" +
                       std::string(e.what()) + ')');
    }
    launch_kernel("deepsea::EnterTags", Range(0, owned), EnterTags<Tags, Space>{tags, map});
    size *= 2;
  } while (map.failed_insert());
  launch_kernel("deepsea::FindHomes", Range(0, all),
                FindHomes<Tags, Space>{tags, map, owned, home});
}

}    // namespace lbs::deepsea::device
