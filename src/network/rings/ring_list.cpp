// SPDX-License-Identifier: GPL-2.0-only
#include "ring_list.hpp"

#include "support/buffer_bytes.hpp"

#include <algorithm>
#include <numeric>

namespace lbs::network {

namespace {

// One of the ways to write a closed walk down: where it begins and which way it runs.
struct Reading {
  const std::vector<int> &atoms;
  const std::vector<ImageShift> &cells;
  std::size_t first;
  bool forward;

  [[nodiscard]] std::size_t place(std::size_t k) const
  {
    std::size_t const n = atoms.size();
    std::size_t const at = forward ? first + k : first + n - k;
    return at < n ? at : at - n;
  }
  [[nodiscard]] int atom(std::size_t k) const { return atoms[place(k)]; }
  [[nodiscard]] ImageShift cell(std::size_t k) const { return cells[place(k)] - cells[first]; }
};

bool before(const Reading &a, const Reading &b, const std::vector<std::int64_t> &key)
{
  for (std::size_t k = 1; k < a.atoms.size(); ++k) {
    auto const ka = key[a.atom(k)];
    auto const kb = key[b.atom(k)];
    if (ka != kb) return ka < kb;
    if (a.cell(k) != b.cell(k)) return a.cell(k) < b.cell(k);
  }
  return false;
}

}    // namespace

void append_ring(const std::vector<int> &atoms, const std::vector<ImageShift> &cells,
                 const std::vector<std::int64_t> &key, RingList &rings)
{
  std::size_t first = 0;
  for (std::size_t k = 2; k < atoms.size(); k += 2)
    if (key[atoms[k]] < key[atoms[first]]) first = k;
  // In a small cell a ring can pass several images of its first atom, and then begins at any.
  bool forward = true;
  std::size_t best = first;
  for (std::size_t k = 0; k < atoms.size(); k += 2) {
    if (key[atoms[k]] != key[atoms[first]]) continue;
    for (bool const way : {true, false}) {
      Reading const other{atoms, cells, k, way};
      if (before(other, {atoms, cells, best, forward}, key)) {
        best = k;
        forward = way;
      }
    }
  }
  Reading const reading{atoms, cells, best, forward};
  for (std::size_t k = 0; k < atoms.size(); ++k) {
    rings.site.push_back(reading.atom(k));
    rings.shift.push_back(reading.cell(k));
  }
  rings.start.push_back(rings.site.size());
}

void RingList::clear()
{
  start.assign(1, 0);
  site.clear();
  shift.clear();
}

void RingList::drop_repeated(std::size_t first, const std::vector<std::int64_t> &key)
{
  auto const compare = [&](std::size_t a, std::size_t b) {
    std::size_t const na = start[a + 1] - start[a];
    std::size_t const nb = start[b + 1] - start[b];
    if (na != nb) return na < nb ? -1 : 1;
    for (std::size_t k = 0; k < na; ++k) {
      auto const ka = key[site[start[a] + k]];
      auto const kb = key[site[start[b] + k]];
      if (ka != kb) return ka < kb ? -1 : 1;
      auto const sa = shift[start[a] + k];
      auto const sb = shift[start[b] + k];
      if (sa != sb) return sa < sb ? -1 : 1;
    }
    return 0;
  };
  order_.resize(count() - first);
  std::iota(order_.begin(), order_.end(), first);
  std::sort(order_.begin(), order_.end(),
            [&](std::size_t a, std::size_t b) { return compare(a, b) < 0; });
  kept_start_.clear();
  kept_site_.clear();
  kept_shift_.clear();
  for (std::size_t k = 0; k < order_.size(); ++k) {
    if (k > 0 && compare(order_[k - 1], order_[k]) == 0) continue;
    for (auto e = start[order_[k]]; e < start[order_[k] + 1]; ++e) {
      kept_site_.push_back(site[e]);
      kept_shift_.push_back(shift[e]);
    }
    kept_start_.push_back(start[first] + kept_site_.size());
  }
  site.resize(start[first]);
  shift.resize(start[first]);
  start.resize(first + 1);
  site.insert(site.end(), kept_site_.begin(), kept_site_.end());
  shift.insert(shift.end(), kept_shift_.begin(), kept_shift_.end());
  start.insert(start.end(), kept_start_.begin(), kept_start_.end());
}

double RingList::bytes() const
{
  return buffer_bytes(start, site, shift, order_, kept_start_, kept_site_, kept_shift_);
}

}    // namespace lbs::network
