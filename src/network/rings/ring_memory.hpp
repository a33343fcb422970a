// SPDX-License-Identifier: GPL-2.0-only
// A remembered set of rings, and how many of them exist at another time.
#pragma once

#include "ring_census.hpp"

#include <array>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace lbs::network {

// Rings by their members, in one row of numbers each: formers, class, then the IDs of all members
// in ascending order, with RingDomain::NO_ATOM for each direct bond. Two rings are the same if they
// have the same members and as many direct bonds.
class RingRecords {
 public:
  void clear();
  // `members`: IDs of the formers and oxygens in any order.
  void add(int formers, int ring_class, std::vector<std::int64_t> members);
  void append(const std::vector<std::int64_t> &words);
  void sort();    // by members; the class does not count

  [[nodiscard]] std::size_t count() const { return at_.size(); }
  [[nodiscard]] int formers(std::size_t k) const { return static_cast<int>(words_[at_[k]]); }
  [[nodiscard]] int ring_class(std::size_t k) const { return static_cast<int>(words_[at_[k] + 1]); }
  [[nodiscard]] const std::int64_t *members(std::size_t k) const { return &words_[at_[k] + 2]; }
  [[nodiscard]] double bytes() const;

  // <0, 0, >0 as ring k is before, equal to or after ring l of `other`.
  [[nodiscard]] int compare(std::size_t k, const RingRecords &other, std::size_t l) const;

  // All rings, each in the buffer of the rank that its members determine.
  [[nodiscard]] RankBuffers scattered(int ranks) const;
  // All rings in one buffer, in no order.
  [[nodiscard]] const std::vector<std::int64_t> &words() const { return words_; }

 private:
  std::vector<std::int64_t> words_;
  std::vector<std::size_t> at_;
};

// Records of a list of rings.
void record_rings(const RingList &rings, const RingDomain &domain, RingRecords &records);

// Reference rings and those that exist now, by size and, for size three, by class of the reference.
struct RingPresence {
  explicit RingPresence(int max_formers);

  std::vector<std::int64_t> remembered, present;    // [n]
  std::array<std::int64_t, SILICON_3 + 1> class_remembered{}, class_present{};

  [[nodiscard]] std::vector<std::int64_t> flat() const;
  void from_flat(const std::vector<std::int64_t> &values);
};

// Both sorted. A ring that is there twice, in a small cell, has to be there twice again.
void count_present(const RingRecords &reference, const RingRecords &now, RingPresence &presence);

// A frame of rings as 'dump local' writes the local array of compute ring/stats.
struct RingFrame {
  std::int64_t step = 0;
  // Each ring: size, class, silicons, four-coordinated borons, members as they follow each other.
  std::vector<std::vector<std::int64_t>> rings;
};

// The last frame of a file, or that of step `step` if it is not negative; no more than two frames
// are in memory at a time. Throws InputError that names the line.
RingFrame read_ring_frame(std::istream &in, std::int64_t step);

// The rings of a frame from their numbers in a row.
std::vector<std::vector<std::int64_t>> rings_of_words(const std::vector<std::int64_t> &words);

// IDs of all members, each once, in ascending order; direct bonds have none.
std::vector<std::int64_t> members_of(const RingFrame &frame);

// Checks that the members are what the rings need: `role[k]` belongs to members_of()[k], OTHER
// where no such atom exists. Throws InputError if the frame is of another system, or has rings of
// more than max_formers formers or, unless these exist here, with direct bonds.
void check_ring_frame(const RingFrame &frame, const std::vector<Role> &role, int max_formers,
                      bool direct_bonds);

}    // namespace lbs::network
