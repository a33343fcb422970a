// SPDX-License-Identifier: GPL-2.0-only
// What compute ring/stats says about a set of rings.
#pragma once

#include "ring_domain.hpp"
#include "ring_list.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace lbs::network {

// A share; 0 of nothing.
inline double ratio(std::int64_t part, std::int64_t whole)
{
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

// Classes of three-membered rings, which are also places in the global vector. Boron is told by the
// number of its oxygens: four of them or any other number.
enum RingClass {
  OTHER_SIZE = 0,
  BORON_0 = 1,    // three borons, none of them four-coordinated: a boroxol ring
  BORON_3 = 4,    // ... all of them four-coordinated
  MIXED_1 = 5,    // one silicon
  MIXED_2 = 6,
  SILICON_3 = 7
};

// Composition of one ring.
struct RingKind {
  int formers = 0;
  int silicons = 0;
  int four_coordinated = 0;    // borons with four oxygens

  [[nodiscard]] int ring_class() const
  {
    if (formers != 3) return OTHER_SIZE;
    return silicons == 0 ? BORON_0 + four_coordinated : MIXED_1 + silicons - 1;
  }
};

RingKind kind_of(const RingList &rings, std::size_t k, const RingDomain &domain);

// Numbers that add up over ranks. Indices n run over sizes in formers.
struct RingCounts {
  explicit RingCounts(int max_formers);

  std::vector<std::int64_t> rings, wrapped;              // [n]
  std::vector<std::int64_t> in, smallest, largest;       // [n] formers in n-rings; with n the ends
  std::array<std::int64_t, SILICON_3 + 1> by_class{};    // three-membered rings
  std::int64_t formers = 0, non_bonded = 0;              // formers; those without a bond
  std::int64_t boron_3 = 0, boron_3_in_3 = 0;            // three-coordinated; in a 3-ring
  std::int64_t cut = 0;                                  // rings only partly in the group
  std::int64_t homopolar = 0;                            // rings with a direct bond in them

  // All numbers in one row, to be summed, and back.
  [[nodiscard]] std::vector<std::int64_t> flat() const;
  void from_flat(const std::vector<std::int64_t> &values);
};

// Values of the global vector, in the order of its documentation.
constexpr int RING_VALUES = 14;
constexpr int BORON_3_SHARE = 7;    // index of the only value that is no count
std::array<double, RING_VALUES> ring_values(const RingCounts &counts);

// Values of the global array for one size: rings, rings per former, P_n, P_min, P_max, wrapped.
constexpr int RING_COLUMNS = 6;
std::array<double, RING_COLUMNS> ring_row(const RingCounts &counts, int n);

// What rings there are at each site: of all sizes a bit, of size three the number.
struct RingsOfSite {
  std::uint64_t sizes = 0;
  std::int32_t three = 0;
};

// Counts the rings whose formers all are in the group, removes the others from the list, and marks
// their atoms.
void count_rings(RingList &rings, const RingDomain &domain, RingCounts &counts,
                 std::vector<RingsOfSite> &marks);

// Marks of halo sites, for the ranks that own the atoms; and adds those received to the own atoms'.
RankBuffers pack_marks(const RingDomain &domain, const std::vector<RingsOfSite> &marks, int ranks);
void add_marks(const RankBuffers &received, std::vector<RingsOfSite> &marks);

// Counts the own formers of the group, once the marks are complete.
void count_formers(const RingDomain &domain, const std::vector<RingsOfSite> &marks,
                   RingCounts &counts);

// Size of the smallest ring of a site, 0 if there is none.
int smallest_ring(const RingsOfSite &marks);

// A ring belongs to the rank that owns its former of smallest key. Moves the rings of other ranks
// from the list into buffers for these.
RankBuffers pack_rings_of_others(const RingDomain &domain, int me, int ranks, RingList &rings);
// Adds rings that other ranks have found. Throws InputError if one has a member that is not in the
// halo here, which would be an error of the package.
void add_rings(const RankBuffers &received, const RingDomain &domain, RingList &rings);

}    // namespace lbs::network
