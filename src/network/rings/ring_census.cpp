// SPDX-License-Identifier: GPL-2.0-only
#include "ring_census.hpp"

#include "support/input_error.hpp"

#include <algorithm>

namespace lbs::network {

namespace {

int lowest_bit(std::uint64_t bits)
{
  int n = 0;
  while ((bits >> n & 1) == 0) ++n;
  return n;
}

int highest_bit(std::uint64_t bits)
{
  int n = 63;
  while ((bits >> n & 1) == 0) --n;
  return n;
}

// Keeps the rings for which `keep` is true, in their order.
template <class Keep> void filter(RingList &rings, Keep &&keep)
{
  std::size_t kept = 0, end = 0;
  for (std::size_t k = 0; k < rings.count(); ++k) {
    if (!keep(k)) continue;
    auto const begin = rings.start[k];
    auto const length = rings.start[k + 1] - begin;
    std::copy_n(rings.site.begin() + begin, length, rings.site.begin() + end);
    std::copy_n(rings.shift.begin() + begin, length, rings.shift.begin() + end);
    end += length;
    rings.start[++kept] = end;
  }
  rings.start.resize(kept + 1);
  rings.site.resize(end);
  rings.shift.resize(end);
}

}    // namespace

RingKind kind_of(const RingList &rings, std::size_t k, const RingDomain &domain)
{
  RingKind kind;
  kind.formers = rings.formers(k);
  for (auto e = rings.start[k]; e < rings.start[k + 1]; e += 2) {
    int const s = rings.site[e];
    if (domain.role(s) == Role::SILICON) ++kind.silicons;
    else if (domain.coordination(s) == 4) ++kind.four_coordinated;
  }
  return kind;
}

RingCounts::RingCounts(int max_formers)
    : rings(max_formers + 1), wrapped(max_formers + 1), in(max_formers + 1),
      smallest(max_formers + 1), largest(max_formers + 1)
{
}

std::vector<std::int64_t> RingCounts::flat() const
{
  std::vector<std::int64_t> out = {formers, non_bonded, boron_3, boron_3_in_3, cut, homopolar};
  out.insert(out.end(), by_class.begin(), by_class.end());
  for (const auto *v : {&rings, &wrapped, &in, &smallest, &largest})
    out.insert(out.end(), v->begin(), v->end());
  return out;
}

void RingCounts::from_flat(const std::vector<std::int64_t> &values)
{
  auto at = values.begin();
  for (auto *v : {&formers, &non_bonded, &boron_3, &boron_3_in_3, &cut, &homopolar}) *v = *at++;
  std::copy_n(at, by_class.size(), by_class.begin());
  at += static_cast<std::ptrdiff_t>(by_class.size());
  for (auto *v : {&rings, &wrapped, &in, &smallest, &largest}) {
    std::copy_n(at, v->size(), v->begin());
    at += static_cast<std::ptrdiff_t>(v->size());
  }
}

std::array<double, RING_VALUES> ring_values(const RingCounts &counts)
{
  auto const sum = [](const std::vector<std::int64_t> &v) {
    std::int64_t total = 0;
    for (auto const n : v) total += n;
    return static_cast<double>(total);
  };
  std::array<double, RING_VALUES> values{};
  for (int c = BORON_0; c <= SILICON_3; ++c)
    values[c - 1] = static_cast<double>(counts.by_class[c]);
  values[BORON_3_SHARE] = ratio(counts.boron_3_in_3, counts.boron_3);
  values[8] = sum(counts.wrapped);
  values[9] = static_cast<double>(counts.non_bonded);
  values[10] = sum(counts.rings);
  values[11] = static_cast<double>(counts.cut);
  values[12] = static_cast<double>(counts.formers);
  values[13] = static_cast<double>(counts.homopolar);
  return values;
}

std::array<double, RING_COLUMNS> ring_row(const RingCounts &counts, int n)
{
  return {static_cast<double>(counts.rings[n]),   ratio(counts.rings[n], counts.formers),
          ratio(counts.in[n], counts.formers),    ratio(counts.smallest[n], counts.in[n]),
          ratio(counts.largest[n], counts.in[n]), static_cast<double>(counts.wrapped[n])};
}

void count_rings(RingList &rings, const RingDomain &domain, RingCounts &counts,
                 std::vector<RingsOfSite> &marks)
{
  marks.assign(domain.sites(), {});
  bool all_kept = true;
  auto const counted = [&](std::size_t k) {
    for (auto e = rings.start[k]; e < rings.start[k + 1]; e += 2)
      if (!domain.counted(rings.site[e])) return false;
    return true;
  };
  for (std::size_t k = 0; k < rings.count(); ++k) {
    if (!counted(k)) {
      all_kept = false;
      bool touched = false;
      for (auto e = rings.start[k]; e < rings.start[k + 1]; e += 2)
        touched |= domain.counted(rings.site[e]);
      counts.cut += touched ? 1 : 0;
      continue;
    }
    auto const kind = kind_of(rings, k, domain);
    ++counts.rings[kind.formers];
    ++counts.by_class[kind.ring_class()];
    bool homopolar = false;
    for (auto e = rings.start[k]; e < rings.start[k + 1]; ++e) {
      if (domain.is_direct_bond(rings.site[e])) {
        homopolar = true;
        continue;
      }
      auto &mark = marks[rings.site[e]];
      mark.sizes |= std::uint64_t{1} << kind.formers;
      mark.three += kind.formers == 3 ? 1 : 0;
    }
    counts.homopolar += homopolar ? 1 : 0;
  }
  if (!all_kept) filter(rings, counted);
}

RankBuffers pack_marks(const RingDomain &domain, const std::vector<RingsOfSite> &marks, int ranks)
{
  RankBuffers buffers(ranks);
  for (int s = domain.own(); s < domain.sites(); ++s) {
    if (marks[s].sizes == 0) continue;
    auto &buffer = buffers[domain.owner(s).rank];
    buffer.push_back(domain.owner(s).index);
    buffer.push_back(static_cast<std::int64_t>(marks[s].sizes));
    buffer.push_back(marks[s].three);
  }
  return buffers;
}

void add_marks(const RankBuffers &received, std::vector<RingsOfSite> &marks)
{
  for (const auto &buffer : received)
    for (std::size_t w = 0; w + 2 < buffer.size(); w += 3) {
      auto &mark = marks[buffer[w]];
      mark.sizes |= static_cast<std::uint64_t>(buffer[w + 1]);
      mark.three += static_cast<std::int32_t>(buffer[w + 2]);
    }
}

void count_formers(const RingDomain &domain, const std::vector<RingsOfSite> &marks,
                   RingCounts &counts)
{
  for (int s = 0; s < domain.own(); ++s) {
    if (!is_former(domain.role(s)) || !domain.counted(s)) continue;
    ++counts.formers;
    if (domain.bonds(s) == 0) ++counts.non_bonded;
    auto const sizes = marks[s].sizes;
    if (domain.role(s) == Role::BORON && domain.coordination(s) == 3) {
      ++counts.boron_3;
      counts.boron_3_in_3 += static_cast<std::int64_t>(sizes >> 3 & 1);
    }
    if (sizes == 0) continue;
    for (std::size_t n = 0; n < counts.in.size(); ++n)
      counts.in[n] += static_cast<std::int64_t>(sizes >> n & 1);
    ++counts.smallest[lowest_bit(sizes)];
    ++counts.largest[highest_bit(sizes)];
  }
}

int smallest_ring(const RingsOfSite &marks)
{
  return marks.sizes == 0 ? 0 : lowest_bit(marks.sizes);
}

namespace {

constexpr std::int64_t DIRECT_BOND = -1;    // in place of the owner of a member

}    // namespace

RankBuffers pack_rings_of_others(const RingDomain &domain, int me, int ranks, RingList &rings)
{
  RankBuffers buffers(ranks);
  filter(rings, [&](std::size_t k) {
    int const rank = domain.owner(rings.site[rings.start[k]]).rank;
    if (rank == me) return true;
    auto &buffer = buffers[rank];
    buffer.push_back(static_cast<std::int64_t>(rings.start[k + 1] - rings.start[k]));
    for (auto e = rings.start[k]; e < rings.start[k + 1]; ++e) {
      int const site = rings.site[e];
      Owner const owner = domain.owner(site);
      buffer.push_back(domain.is_direct_bond(site) ? DIRECT_BOND
                                                   : pack_pair(owner.rank, owner.index));
      buffer.push_back(rings.shift[e]);
    }
    return false;
  });
  return buffers;
}

void add_rings(const RankBuffers &received, const RingDomain &domain, RingList &rings)
{
  for (const auto &buffer : received) {
    std::size_t w = 0;
    while (w < buffer.size()) {
      for (auto left = buffer[w++]; left > 0; --left, w += 2) {
        int const site = buffer[w] == DIRECT_BOND
                             ? domain.any_direct_bond()
                             : domain.find({high_of(buffer[w]), low_of(buffer[w])});
        if (site < 0)
          throw InputError("a ring that another rank has found has a member that is not in the "
                           "halo; please report this as an error of the package");
        rings.site.push_back(site);
        rings.shift.push_back(static_cast<ImageShift>(buffer[w + 1]));
      }
      rings.start.push_back(rings.site.size());
    }
  }
}

}    // namespace lbs::network
