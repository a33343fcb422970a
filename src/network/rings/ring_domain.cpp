// SPDX-License-Identifier: GPL-2.0-only
#include "ring_domain.hpp"

#include <algorithm>
#include <numeric>

namespace lbs::network {

namespace {

// An atom in a parcel: its ID, its owner, and in the third number all that is small.
constexpr int ATOM_WORDS = 3;

void write_atom(std::int64_t *words, const NetworkAtom &atom)
{
  words[0] = atom.key;
  words[1] = pack_pair(atom.owner.rank, atom.owner.index);
  words[2] = pack_pair(atom.coordination,
                       static_cast<int>(atom.role) << 1 | static_cast<int>(atom.counted));
}

NetworkAtom read_atom(const std::int64_t *words)
{
  int const kind = low_of(words[2]);
  return {words[0],
          {high_of(words[1]), low_of(words[1])},
          high_of(words[2]),
          static_cast<Role>(kind >> 1),
          (kind & 1) != 0};
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

void RingDomain::start(int me, int ranks, int reach)
{
  me_ = me;
  ranks_ = ranks;
  reach_ = reach;
  own_ = 0;
  key_.clear();
  site_.clear();
  bonds_.clear();
  direct_.clear();
  place_.clear();
  own_placed_ = false;
  crossing_.resize(ranks);
  for (auto &words : crossing_) words.clear();
  told_.resize(ranks);
  for (auto &told : told_) told.clear();
  errands_.resize(ranks);
  for (auto &errands : errands_) errands.clear();
  heard_.clear();
}

NetworkAtom RingDomain::atom_at(int site) const
{
  const Site &s = site_[site];
  return {key_[site], s.owner, s.coordination, s.role, s.counted};
}

int RingDomain::site_of(const NetworkAtom &atom)
{
  if (atom.owner.rank == me_) return atom.owner.index;
  int const at = place_.find_or_add(atom.key, sites());
  if (at == sites()) add_site(atom);
  return at;
}

bool RingDomain::is_direct(int from, int to) const
{
  return is_former(site_[from].role) && is_former(site_[to].role);
}

// Whether a direct bond counts as one from `from`, its low end, to the atom with that key.
bool RingDomain::begins_direct(int from, std::int64_t key, ImageShift shift) const
{
  return key_[from] < key || (key_[from] == key && shift > 0);
}

RingDomain::DirectBond RingDomain::direct_bond(int from, int to, ImageShift shift) const
{
  return begins_direct(from, key_[to], shift) ? DirectBond{from, to, shift}
                                              : DirectBond{to, from, -shift};
}

void RingDomain::add_bond(int from, const NetworkAtom &to, ImageShift shift)
{
  if (is_former(to.role) && !begins_direct(from, to.key, shift)) return;
  bonds_.push_back({from, site_of(to), shift});
  if (to.owner.rank == me_) return;
  auto &words = crossing_[to.owner.rank];
  std::size_t const at = words.size();
  words.resize(at + 1 + ATOM_WORDS);
  words[at] = pack_pair(to.owner.index, -shift);
  write_atom(&words[at + 1], atom_at(from));
  begin_errand(to.owner.rank, from);
}

// An own atom is bonded to one of another rank, and so may be near a former of that: an oxygen one
// bond away, a former two.
void RingDomain::begin_errand(int rank, int site)
{
  int const left = reach_ - 1 - (is_former(site_[site].role) ? 2 : 1);
  if (left >= 0) errands_[rank].push_back({site, left});
}

int RingDomain::add_direct(const DirectBond &bond)
{
  int const fresh = sites();
  place_.find_or_add(NO_ATOM, fresh);
  add_site({NO_ATOM, {me_, static_cast<int>(direct_.size())}, 0, Role::OTHER, false});
  direct_.push_back(bond);
  return fresh;
}

// The site of the bond, if it stands in what has been made of the row of `end`; otherwise -1.
int RingDomain::find_direct(int end, const DirectBond &bond) const
{
  int const begun = static_cast<int>(graph_.start.size());
  if (end >= begun) return -1;
  auto const stop = end + 1 < begun ? graph_.start[end + 1] : graph_.neighbor.size();
  for (auto e = graph_.start[end]; e < stop; ++e) {
    int const s = graph_.neighbor[e];
    if (!is_direct_bond(s)) continue;
    const auto &other = direct_[site_[s].owner.index];
    if (other.low == bond.low && other.high == bond.high && other.shift == bond.shift) return s;
  }
  return -1;
}

void RingDomain::build(const Parcels &crossing)
{
  for (const auto &words : crossing)
    for (std::size_t w = 0; w < words.size(); w += 1 + ATOM_WORDS) {
      auto const other = read_atom(&words[w + 1]);
      int const mine = high_of(words[w]);
      bonds_.push_back({mine, site_of(other), low_of(words[w])});
      begin_errand(other.owner.rank, mine);
    }

  bond_count_.assign(own_, 0);
  for (const Bond &bond : bonds_) {
    ++bond_count_[bond.from];
    if (bond.to < own_) ++bond_count_[bond.to];
  }
  const auto leads_nowhere = [this](int site) {
    return site < own_ && bond_count_[site] == 1 && !is_former(site_[site].role);
  };
  // Rows are counted, then filled; start[i + 1] is the next free place in row i meanwhile.
  graph_.start.assign(own_ + 2, 0);
  std::size_t kept = 0;
  for (const Bond &bond : bonds_) {
    if (leads_nowhere(bond.from) || leads_nowhere(bond.to)) continue;
    ++graph_.start[bond.from + 2];
    if (bond.to < own_) ++graph_.start[bond.to + 2];
    bonds_[kept++] = bond;
  }
  bonds_.resize(kept);
  std::partial_sum(graph_.start.begin(), graph_.start.end(), graph_.start.begin());
  graph_.neighbor.resize(graph_.start.back());
  graph_.shift.resize(graph_.start.back());
  const auto enter = [this](int row, int neighbor, ImageShift shift) {
    if (row >= own_) return;
    auto const place = graph_.start[row + 1]++;
    graph_.neighbor[place] = neighbor;
    graph_.shift[place] = shift;
  };
  for (const Bond &bond : bonds_) {
    if (is_direct(bond.from, bond.to)) {
      DirectBond const direct = direct_bond(bond.from, bond.to, bond.shift);
      int const middle = add_direct(direct);
      enter(direct.low, middle, 0);
      enter(direct.high, middle, -direct.shift);
    } else {
      enter(bond.from, bond.to, bond.shift);
      enter(bond.to, bond.from, -bond.shift);
    }
  }
  graph_.start.pop_back();
}

RingDomain::Step RingDomain::step_from(int site, std::size_t entry) const
{
  int const next = graph_.neighbor[entry];
  ImageShift const shift = graph_.shift[entry];
  if (next < own_ || !is_direct_bond(next)) return {next, shift, 1};
  const auto &bond = direct_[site_[next].owner.index];
  if (bond.low == site && shift == 0) return {bond.high, bond.shift, 2};
  return {bond.low, shift, 2};
}

// A parcel: numbers of words of its rows and of atoms, then the rows, the atoms that the rank has
// not been told of before, and the errands. A row has the number of its atom with that of its
// bonds, then each bond as the number of the atom there and the shift. Atoms count on from parcel
// to parcel.
constexpr std::size_t PARCEL_HEAD = 2;

const Parcels &RingDomain::rows_for_others()
{
  Parcels errands(ranks_);
  sent_.resize(ranks_);
  number_.resize(sites(), -1);
  for (int rank = 0; rank < ranks_; ++rank) {
    sent_[rank].clear();
    if (!errands_[rank].empty()) follow_errands(rank, sent_[rank], errands);
    errands_[rank].clear();
  }
  has_errands_ = false;
  for (int rank = 0; rank < ranks_; ++rank) {
    if (errands[rank].empty()) continue;
    has_errands_ = true;
    if (sent_[rank].empty()) sent_[rank].assign(PARCEL_HEAD, 0);
    sent_[rank].insert(sent_[rank].end(), errands[rank].begin(), errands[rank].end());
  }
  return sent_;
}

// Writes the rows of the own atoms that the errands for one rank lead to. Its own atoms need no
// row from here, and those of others are their errands.
void RingDomain::follow_errands(int rank, std::vector<std::int64_t> &words, Parcels &errands)
{
  auto &told = told_[rank];
  std::size_t const before = told.size();
  for (std::size_t k = 0; k < before; ++k) number_[told[k].site] = static_cast<int>(k);
  queue_.clear();
  const auto reach = [&](int site, int left) {
    int &number = number_[site];
    if (number < 0) {
      number = static_cast<int>(told.size());
      ToldAtom &atom = told.emplace_back();
      atom.site = site;
      atom.left = left;
    } else if (left > told[number].left) {
      told[number].left = left;
      queue_.push_back(number);
    }
    return number;
  };
  words.assign(PARCEL_HEAD, 0);
  const auto go_on = [&](std::size_t number) {
    auto const [site, left, has_row] = told[number];
    if (left < 0) return;
    if (site >= own_) {
      Owner const owner = site_[site].owner;
      if (owner.rank == rank) return;
      errands[owner.rank].push_back(pack_pair(rank, owner.index));
      errands[owner.rank].push_back(left);
      return;
    }
    std::size_t at = words.size();
    if (!has_row) {
      auto const bonds = graph_.start[site + 1] - graph_.start[site];
      words.resize(at + 1 + bonds);
      words[at++] = pack_pair(static_cast<int>(number), static_cast<int>(bonds));
      told[number].has_row = true;
    }
    for (auto e = graph_.start[site]; e < graph_.start[site + 1]; ++e) {
      Step const step = step_from(site, e);
      int const there = reach(step.to, left - step.bonds);
      if (!has_row) words[at++] = pack_pair(there, step.shift);
    }
  };
  // From the last errand on, for oxygens come behind formers, and from them more bonds are left.
  // So most atoms are met first where most bonds are left; the queue has those that were not.
  std::for_each(errands_[rank].rbegin(), errands_[rank].rend(),
                [&](const Errand &errand) { reach(errand.site, errand.left); });
  std::size_t next = before, head = 0;
  while (next < told.size() || head < queue_.size())
    go_on(next < told.size() ? next++ : queue_[head++]);

  std::size_t const rows_end = words.size();
  words[0] = static_cast<std::int64_t>(rows_end - PARCEL_HEAD);
  words[1] = static_cast<std::int64_t>(told.size() - before);
  words.resize(rows_end + ATOM_WORDS * (told.size() - before));
  std::int64_t *word = words.data() + rows_end;
  for (std::size_t k = before; k < told.size(); ++k, word += ATOM_WORDS)
    write_atom(word, atom_at(told[k].site));
  for (const ToldAtom &atom : told) number_[atom.site] = -1;
}

void RingDomain::hear(Parcels rows)
{
  for (int rank = 0; rank < ranks_; ++rank) {
    auto &words = rows[rank];
    if (words.empty()) continue;
    for (std::size_t w = PARCEL_HEAD + words[0] + ATOM_WORDS * words[1]; w < words.size(); w += 2)
      errands_[high_of(words[w])].push_back({low_of(words[w]), static_cast<int>(words[w + 1])});
    heard_.push_back({rank, std::move(words)});
  }
}

void RingDomain::finish()
{
  told_to_me_.resize(ranks_);
  for (auto &atoms : told_to_me_) atoms.clear();
  for (const auto &parcel : heard_) {
    const std::int64_t *atom = &parcel.words[PARCEL_HEAD + parcel.words[0]];
    for (std::int64_t a = 0; a < parcel.words[1]; ++a, atom += ATOM_WORDS)
      told_to_me_[parcel.rank].push_back(site_of(read_atom(atom)));
  }
  rows_.assign(sites() - own_, {});
  for (const auto &parcel : heard_) {
    const std::int64_t *const end = &parcel.words[PARCEL_HEAD + parcel.words[0]];
    for (const std::int64_t *row = &parcel.words[PARCEL_HEAD]; row < end; row += 1 + low_of(*row))
      rows_[told_to_me_[parcel.rank][high_of(*row)] - own_] = {row + 1, low_of(*row), parcel.rank};
  }
  // Direct bonds add sites behind those.
  for (int s = own_; s < sites(); ++s) {
    auto const known = static_cast<std::size_t>(s - own_);
    make_row(s, known < rows_.size() ? rows_[known] : HeardRow());
    graph_.start.push_back(graph_.neighbor.size());
  }
}

void RingDomain::make_row(int site, const HeardRow &row)
{
  const auto add = [this](int to, ImageShift shift) {
    graph_.neighbor.push_back(to);
    graph_.shift.push_back(shift);
  };
  if (is_direct_bond(site)) {
    DirectBond const bond = direct_[site_[site].owner.index];
    add(bond.low, 0);
    add(bond.high, bond.shift);
    return;
  }
  for (int b = 0; b < row.bonds; ++b) {
    int const to = told_to_me_[row.rank][high_of(row.words[b])];
    ImageShift const shift = low_of(row.words[b]);
    if (!is_direct(site, to)) {
      add(to, shift);
      continue;
    }
    // Both ends have the bond; the one whose row is made first has given it its site.
    DirectBond const bond = direct_bond(site, to, shift);
    int middle = find_direct(bond.low, bond);
    if (middle < 0) middle = find_direct(bond.high, bond);
    if (middle < 0) middle = add_direct(bond);
    add(middle, begins_direct(site, key_[to], shift) ? 0 : shift);
  }
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
  double total = of(graph_.start) + of(graph_.neighbor) + of(graph_.shift) + of(key_) + of(site_) +
                 of(bonds_) + of(bond_count_) + of(direct_) + of(number_) + of(queue_) +
                 of(heard_) + of(rows_) + place_.bytes() + own_place_.bytes();
  for (const auto *parcels : {&crossing_, &sent_})
    for (const auto &words : *parcels) total += of(words);
  for (const auto &parcel : heard_) total += of(parcel.words);
  for (const auto &told : told_) total += of(told);
  for (const auto &atoms : told_to_me_) total += of(atoms);
  for (const auto &errands : errands_) total += of(errands);
  return total;
}

}    // namespace lbs::network
