#include "ring_domain.hpp"

#include <algorithm>

namespace lbs::network {

namespace {

// An atom in a parcel: its ID, its owner, and in the third number all that is small.
constexpr int WORDS = 3;

std::int64_t pack_owner(Owner owner)
{
  return static_cast<std::int64_t>(owner.rank) << 32 | owner.index;
}

Owner unpack_owner(std::int64_t word)
{
  return {static_cast<int>(word >> 32), static_cast<int>(word & 0xFFFFFFFF)};
}

std::int64_t pack_details(ImageShift shift, int coordination, Role role, bool counted)
{
  auto const low =
      static_cast<std::int64_t>(coordination) << 9 | static_cast<int>(role) << 1 | counted;
  return static_cast<std::int64_t>(shift) * (std::int64_t{1} << 32) + low;
}

}    // namespace

void KeyMap::clear()
{
  if (used_ > 0) std::fill(entry_.begin(), entry_.end(), Entry{0, -1});
  used_ = 0;
}

// Multiplication spreads the IDs, which often are consecutive, over the table.
std::size_t KeyMap::slot(std::int64_t key) const
{
  auto at = static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15U >> 20 & (entry_.size() - 1);
  while (entry_[at].value >= 0 && entry_[at].key != key) at = (at + 1) & (entry_.size() - 1);
  return at;
}

void KeyMap::grow()
{
  std::vector<Entry> old(std::max<std::size_t>(64, 2 * entry_.size()), Entry{0, -1});
  old.swap(entry_);
  for (const auto &entry : old)
    if (entry.value >= 0) entry_[slot(entry.key)] = entry;
}

int KeyMap::find_or_add(std::int64_t key, int fresh)
{
  if (2 * (used_ + 1) > entry_.size()) grow();
  auto &entry = entry_[slot(key)];
  if (entry.value < 0) {
    entry = {key, fresh};
    ++used_;
  }
  return entry.value;
}

int KeyMap::find(std::int64_t key) const
{
  return entry_.empty() ? -1 : entry_[slot(key)].value;
}

double KeyMap::bytes() const
{
  return static_cast<double>(entry_.capacity()) * sizeof(Entry);
}

int RingDomain::site_of(std::int64_t key, const Site &site)
{
  if (site.owner.rank == me_) return site.owner.index;
  int const at = place_.find_or_add(key, sites());
  if (at == sites()) {
    key_.push_back(key);
    site_.push_back(site);
  }
  return at;
}

int RingDomain::known_site(std::int64_t key, const Site &site) const
{
  return site.owner.rank == me_ ? site.owner.index : place_.find(key);
}

// Adds to the row that is being made, which is that of site `from`.
void RingDomain::add_bond(int from, std::int64_t key, const Site &site, ImageShift shift)
{
  if (!is_former(site.role) || !is_former(site_[from].role)) {
    graph_.neighbor.push_back(site_of(key, site));
    graph_.shift.push_back(shift);
    return;
  }
  auto const mine = key_[from];
  bool const from_low = mine < key || (mine == key && shift > 0);
  graph_.neighbor.push_back(site_of_direct(from_low
                                               ? DirectBond{mine, key, shift, site_[from], site}
                                               : DirectBond{key, mine, -shift, site, site_[from]}));
  graph_.shift.push_back(from_low ? 0 : shift);
}

// Both ends of a direct bond have it; the one whose row is made first has given it its site.
int RingDomain::site_of_direct(const DirectBond &bond)
{
  int known = find_direct(known_site(bond.low_key, bond.low), bond);
  if (known < 0) known = find_direct(known_site(bond.high_key, bond.high), bond);
  if (known >= 0) return known;
  int const fresh = sites();
  place_.find_or_add(NO_ATOM, fresh);
  key_.push_back(NO_ATOM);
  site_.push_back({{me_, static_cast<int>(direct_.size())}, 0, Role::OTHER, false});
  direct_.push_back(bond);
  return fresh;
}

// The site of the bond, if it stands in what has been made of the row of `end`; otherwise -1.
int RingDomain::find_direct(int end, const DirectBond &bond) const
{
  int const begun = static_cast<int>(graph_.start.size());
  if (end < 0 || end >= begun) return -1;
  auto const stop = end + 1 < begun ? graph_.start[end + 1] : graph_.neighbor.size();
  for (auto e = graph_.start[end]; e < stop; ++e) {
    int const s = graph_.neighbor[e];
    if (!is_direct_bond(s)) continue;
    const auto &other = direct_[site_[s].owner.index];
    if (other.low_key == bond.low_key && other.high_key == bond.high_key &&
        other.shift == bond.shift)
      return s;
  }
  return -1;
}

void RingDomain::build(const BondGraph &graph, const OwnAtoms &atoms)
{
  me_ = atoms.me;
  ranks_ = atoms.ranks;
  own_ = next_ = atoms.rows;
  place_.clear();
  own_placed_ = false;
  direct_.clear();
  auto const described = [&atoms](int i) {
    return Site{atoms.owner[i], atoms.coordination[i], atoms.role[i], atoms.counted[i] != 0};
  };
  key_.assign(atoms.key.begin(), atoms.key.begin() + own_);
  site_.clear();
  for (int i = 0; i < own_; ++i) site_.push_back(described(i));
  graph_.start.assign(1, 0);
  graph_.neighbor.clear();
  graph_.shift.clear();
  for (int i = 0; i < own_; ++i) {
    for (auto e = graph.start[i]; e < graph.start[i + 1]; ++e) {
      int const j = graph.neighbor[e];
      add_bond(i, atoms.key[j], described(j), atoms.shift[j]);
    }
    graph_.start.push_back(graph_.neighbor.size());
  }
  graph_.start.resize(key_.size() + 1, graph_.neighbor.size());
}

// Round r asks for the rows of the sites that came up in round r - 1. Their first one is a bridge
// beside an own former, or a former beside an own oxygen, which is one bond farther from the next
// own former; so in the last round the latter kind of ways is complete already.
Parcels RingDomain::ask(int round, int reach)
{
  Parcels parcels(ranks_);
  asked_.clear();
  for (int s = next_; s < sites(); ++s) {
    bool const former = is_former(site_[s].role);
    if (round == reach - 1 && former != (round % 2 == 0)) continue;
    asked_.push_back(s);
    if (is_direct_bond(s)) continue;
    parcels[site_[s].owner.rank].push_back(site_[s].owner.index);
  }
  next_ = sites();
  return parcels;
}

Parcels RingDomain::answer(const Parcels &asked) const
{
  Parcels parcels(ranks_);
  for (int rank = 0; rank < ranks_; ++rank)
    for (auto const index : asked[rank]) {
      auto &words = parcels[rank];
      auto const tell = [&words](std::int64_t key, const Site &site, ImageShift shift) {
        words.push_back(key);
        words.push_back(pack_owner(site.owner));
        words.push_back(pack_details(shift, site.coordination, site.role, site.counted));
      };
      words.push_back(bonds(static_cast<int>(index)));
      for (auto e = graph_.start[index]; e < graph_.start[index + 1]; ++e) {
        int const s = graph_.neighbor[e];
        ImageShift const shift = graph_.shift[e];
        if (!is_direct_bond(s)) {
          tell(key_[s], site_[s], shift);
          continue;
        }
        const auto &bond = direct_[site_[s].owner.index];
        if (bond.low_key == key_[index] && shift == 0) tell(bond.high_key, bond.high, bond.shift);
        else tell(bond.low_key, bond.low, shift);
      }
    }
  return parcels;
}

void RingDomain::take(const Parcels &answers)
{
  std::vector<std::size_t> at(ranks_, 0);
  for (int const s : asked_) {
    int const rank = site_[s].owner.rank;
    const auto &words = answers[rank];
    graph_.start.resize(s + 1, graph_.neighbor.size());
    if (is_direct_bond(s)) {
      const auto &bond = direct_[site_[s].owner.index];
      graph_.neighbor.push_back(site_of(bond.low_key, bond.low));
      graph_.neighbor.push_back(site_of(bond.high_key, bond.high));
      graph_.shift.push_back(0);
      graph_.shift.push_back(bond.shift);
      graph_.start.push_back(graph_.neighbor.size());
      continue;
    }
    auto const bonds = words[at[rank]++];
    for (std::int64_t b = 0; b < bonds; ++b, at[rank] += WORDS) {
      const std::int64_t *word = words.data() + at[rank];
      auto const low = static_cast<std::uint32_t>(word[2] & 0xFFFFFFFF);
      Site const site{unpack_owner(word[1]), static_cast<int>(low >> 9),
                      static_cast<Role>(low >> 1 & 0xFF), (low & 1) != 0};
      add_bond(s, word[0], site,
               static_cast<ImageShift>((word[2] - low) / (std::int64_t{1} << 32)));
    }
    graph_.start.push_back(graph_.neighbor.size());
  }
  graph_.start.resize(key_.size() + 1, graph_.neighbor.size());
}

int RingDomain::find(std::int64_t key) const
{
  if (!own_placed_) {
    own_place_.clear();
    for (int i = 0; i < own_; ++i) own_place_.find_or_add(key_[i], i);
    own_placed_ = true;
  }
  int const mine = own_place_.find(key);
  return mine >= 0 ? mine : place_.find(key);
}

double RingDomain::bytes() const
{
  auto const of = [](const auto &v) { return static_cast<double>(v.capacity()) * sizeof(v[0]); };
  return of(graph_.start) + of(graph_.neighbor) + of(graph_.shift) + of(key_) + of(site_) +
         of(direct_) + of(asked_) + place_.bytes() + own_place_.bytes();
}

}    // namespace lbs::network
