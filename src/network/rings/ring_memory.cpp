// SPDX-License-Identifier: GPL-2.0-only
#include "ring_memory.hpp"

#include "support/buffer_bytes.hpp"
#include "support/input_error.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <string_view>

namespace lbs::network {

void RingRecords::clear()
{
  words_.clear();
  at_.clear();
}

void RingRecords::add(int formers, int ring_class, std::vector<std::int64_t> members)
{
  std::sort(members.begin(), members.end());
  at_.push_back(words_.size());
  words_.push_back(formers);
  words_.push_back(ring_class);
  words_.insert(words_.end(), members.begin(), members.end());
}

void RingRecords::append(const std::vector<std::int64_t> &words)
{
  std::size_t const offset = words_.size();
  for (std::size_t w = 0; w < words.size(); w += 2 + 2 * words[w]) at_.push_back(offset + w);
  words_.insert(words_.end(), words.begin(), words.end());
}

int RingRecords::compare(std::size_t k, const RingRecords &other, std::size_t l) const
{
  int const n = formers(k);
  if (n != other.formers(l)) return n < other.formers(l) ? -1 : 1;
  const auto *a = members(k);
  const auto *b = other.members(l);
  for (int m = 0; m < 2 * n; ++m)
    if (a[m] != b[m]) return a[m] < b[m] ? -1 : 1;
  return 0;
}

void RingRecords::sort()
{
  std::vector<std::size_t> order(count());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [this](std::size_t a, std::size_t b) { return compare(a, *this, b) < 0; });
  std::vector<std::size_t> sorted(count());
  std::transform(order.begin(), order.end(), sorted.begin(),
                 [this](std::size_t k) { return at_[k]; });
  at_.swap(sorted);
}

RankBuffers RingRecords::scattered(int ranks) const
{
  RankBuffers buffers(ranks);
  for (std::size_t k = 0; k < count(); ++k) {
    auto const length = static_cast<std::size_t>(2 * formers(k));
    std::string_view const bytes(reinterpret_cast<const char *>(members(k)),
                                 length * sizeof(std::int64_t));
    auto const rank = std::hash<std::string_view>()(bytes) % static_cast<std::size_t>(ranks);
    auto const from = words_.begin() + static_cast<std::ptrdiff_t>(at_[k]);
    auto &words = buffers[rank];
    words.insert(words.end(), from, from + static_cast<std::ptrdiff_t>(2 + length));
  }
  return buffers;
}

double RingRecords::bytes() const
{
  return buffer_bytes(words_, at_);
}

void record_rings(const RingList &rings, const RingDomain &domain, RingRecords &records)
{
  records.clear();
  for (std::size_t k = 0; k < rings.count(); ++k) {
    std::vector<std::int64_t> members;
    for (auto e = rings.start[k]; e < rings.start[k + 1]; ++e)
      members.push_back(domain.key()[rings.site[e]]);
    auto const kind = kind_of(rings, k, domain);
    records.add(kind.formers, kind.ring_class(), std::move(members));
  }
}

RingPresence::RingPresence(int max_formers) : remembered(max_formers + 1), present(max_formers + 1)
{
}

std::vector<std::int64_t> RingPresence::flat() const
{
  std::vector<std::int64_t> out(class_remembered.begin(), class_remembered.end());
  out.insert(out.end(), class_present.begin(), class_present.end());
  out.insert(out.end(), remembered.begin(), remembered.end());
  out.insert(out.end(), present.begin(), present.end());
  return out;
}

void RingPresence::from_flat(const std::vector<std::int64_t> &values)
{
  auto at = values.begin();
  auto const take = [&at](auto &to) {
    std::copy_n(at, to.size(), to.begin());
    at += static_cast<std::ptrdiff_t>(to.size());
  };
  take(class_remembered);
  take(class_present);
  take(remembered);
  take(present);
}

void count_present(const RingRecords &reference, const RingRecords &now, RingPresence &presence)
{
  std::size_t l = 0;
  for (std::size_t k = 0; k < reference.count(); ++k) {
    int const n = reference.formers(k);
    int const kind = reference.ring_class(k);
    ++presence.remembered[n];
    ++presence.class_remembered[kind];
    while (l < now.count() && now.compare(l, reference, k) < 0) ++l;
    if (l == now.count() || now.compare(l, reference, k) != 0) continue;
    ++l;
    ++presence.present[n];
    ++presence.class_present[kind];
  }
}

std::vector<std::vector<std::int64_t>> rings_of_words(const std::vector<std::int64_t> &words)
{
  std::vector<std::vector<std::int64_t>> rings;
  for (auto at = words.begin(); at != words.end(); at += 4 + 2 * *at)
    rings.emplace_back(at, at + 4 + 2 * *at);
  return rings;
}

std::vector<std::int64_t> members_of(const RingFrame &frame)
{
  std::vector<std::int64_t> members;
  for (const auto &ring : frame.rings)
    std::copy_if(ring.begin() + 4, ring.end(), std::back_inserter(members),
                 [](std::int64_t id) { return id != RingDomain::NO_ATOM; });
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}

void check_ring_frame(const RingFrame &frame, const std::vector<Role> &role, int max_formers,
                      bool direct_bonds)
{
  auto const members = members_of(frame);
  for (const auto &ring : frame.rings) {
    if (ring[0] > max_formers)
      throw InputError("it holds a ring of " + std::to_string(ring[0]) +
                       " formers; give the compute ring/stats at least 'max " +
                       std::to_string(ring[0]) + "'");
    std::int64_t silicons = 0;
    for (std::size_t m = 4; m < ring.size(); ++m) {
      if (ring[m] == RingDomain::NO_ATOM) {
        if (direct_bonds) continue;
        throw InputError("the ring that begins at atom " + std::to_string(ring[4]) +
                         " has two formers bonded directly; give the compute ring/stats the "
                         "'homopolar' of the run that wrote it");
      }
      auto const at = std::lower_bound(members.begin(), members.end(), ring[m]) - members.begin();
      bool const former = m % 2 == 0;
      std::string const id = std::to_string(ring[m]);
      if (role[at] == Role::OTHER)
        throw InputError("it is of another system: no atom " + id + " is in the network here");
      if (is_former(role[at]) != former)
        throw InputError(
            "it is of another system: atom " + id + " is " +
            (former ? "a former there and oxygen here" : "oxygen there and a former here"));
      silicons += role[at] == Role::SILICON ? 1 : 0;
    }
    if (silicons != ring[2])
      throw InputError("it is of another system: the ring that begins at atom " +
                       std::to_string(ring[4]) + " has " + std::to_string(ring[2]) +
                       " silicons there and " + std::to_string(silicons) + " here");
  }
}

}    // namespace lbs::network
