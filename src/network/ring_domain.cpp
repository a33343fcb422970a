#include "ring_domain.hpp"

#include <algorithm>
#include <numeric>

namespace lbs::network {

namespace {

// An atom in a parcel: its ID, its owner, and in the third number all that is small.
constexpr int ATOM_WORDS = 3;

void append_atom(std::vector<std::int64_t> &words, const NetworkAtom &atom)
{
  words.push_back(atom.key);
  words.push_back(pack_pair(atom.owner.rank, atom.owner.index));
  words.push_back(pack_pair(atom.coordination,
                            static_cast<int>(atom.role) << 1 | static_cast<int>(atom.counted)));
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
  shells_.resize(ranks);
  for (auto &shell : shells_) shell = {};
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
  if (at == sites()) {
    key_.push_back(atom.key);
    site_.push_back({atom.owner, atom.coordination, atom.role, atom.counted});
  }
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
  words.push_back(pack_pair(to.owner.index, -shift));
  append_atom(words, atom_at(from));
  begin_shell(to.owner.rank, from);
}

// An own atom is bonded to one of another rank, and so may be near a former of that: an oxygen one
// bond away, a former two.
void RingDomain::begin_shell(int rank, int site)
{
  int const left = reach_ - 1 - (is_former(site_[site].role) ? 2 : 1);
  if (left >= 0) errands_[rank].push_back({site, left});
}

int RingDomain::add_direct(const DirectBond &bond)
{
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
      begin_shell(other.owner.rank, mine);
    }

  // Rows are counted, then filled; start[i + 1] is the next free place in row i meanwhile.
  graph_.start.assign(own_ + 2, 0);
  for (const Bond &bond : bonds_) {
    ++graph_.start[bond.from + 2];
    if (bond.to < own_) ++graph_.start[bond.to + 2];
  }
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

// A parcel has the number of words of its rows, the rows, and the errands.
Parcels RingDomain::rows_for_others()
{
  Parcels rows(ranks_), errands(ranks_);
  number_.resize(sites(), -1);
  for (int rank = 0; rank < ranks_; ++rank) {
    if (errands_[rank].empty()) continue;
    std::size_t const told = shells_[rank].site.size();
    fill_shell(rank, errands);
    rows[rank].push_back(0);
    write_rows(shells_[rank], told, rows[rank]);
    rows[rank][0] = static_cast<std::int64_t>(rows[rank].size() - 1);
    errands_[rank].clear();
  }
  has_errands_ = false;
  for (int rank = 0; rank < ranks_; ++rank) {
    if (errands[rank].empty()) continue;
    has_errands_ = true;
    if (rows[rank].empty()) rows[rank].push_back(0);
    rows[rank].insert(rows[rank].end(), errands[rank].begin(), errands[rank].end());
  }
  return rows;
}

// The own atoms that the errands for one rank lead to, each as often as more bonds are left there
// than before; a rank's own atoms need no row from here, and those of others are their errands.
void RingDomain::fill_shell(int rank, Parcels &errands)
{
  Shell &shell = shells_[rank];
  for (std::size_t k = 0; k < shell.site.size(); ++k) number_[shell.site[k]] = static_cast<int>(k);
  queue_.clear();
  const auto reach = [&](int site, int left) {
    int &number = number_[site];
    if (number < 0) {
      number = static_cast<int>(shell.site.size());
      shell.site.push_back(site);
      shell.left.push_back(left);
    } else if (left > shell.left[number]) {
      shell.left[number] = left;
    } else {
      return;
    }
    queue_.push_back(site);
  };
  // From the last one on, for oxygens come behind formers, and from them more bonds are left.
  std::for_each(errands_[rank].rbegin(), errands_[rank].rend(),
                [&](const Errand &errand) { reach(errand.site, errand.left); });
  for (std::size_t head = 0; head < queue_.size(); ++head) {
    int const site = queue_[head];
    for (auto e = graph_.start[site]; e < graph_.start[site + 1]; ++e) {
      Step const step = step_from(site, e);
      int const left = shell.left[number_[site]] - step.bonds;
      if (left < 0) continue;
      if (step.to < own_) {
        reach(step.to, left);
        continue;
      }
      Owner const owner = site_[step.to].owner;
      if (owner.rank == rank) continue;
      errands[owner.rank].push_back(pack_pair(rank, owner.index));
      errands[owner.rank].push_back(left);
    }
  }
  for (int const site : shell.site) number_[site] = -1;
}

// The rows of a shell from the one numbered `told` on: a table of the atoms in them, first those
// whose rows they are, then each row as places in that table and shifts.
void RingDomain::write_rows(const Shell &shell, std::size_t told, std::vector<std::int64_t> &words)
{
  table_.assign(shell.site.begin() + static_cast<std::ptrdiff_t>(told), shell.site.end());
  int const rows = static_cast<int>(table_.size());
  for (int r = 0; r < rows; ++r) number_[table_[r]] = r;
  row_words_.clear();
  for (int r = 0; r < rows; ++r) {
    int const site = table_[r];
    row_words_.push_back(bonds(site));
    for (auto e = graph_.start[site]; e < graph_.start[site + 1]; ++e) {
      Step const step = step_from(site, e);
      if (number_[step.to] < 0) {
        number_[step.to] = static_cast<int>(table_.size());
        table_.push_back(step.to);
      }
      row_words_.push_back(pack_pair(number_[step.to], step.shift));
    }
  }
  words.reserve(words.size() + 1 + ATOM_WORDS * table_.size() + row_words_.size());
  words.push_back(pack_pair(rows, static_cast<int>(table_.size())));
  for (int const site : table_) {
    append_atom(words, atom_at(site));
    number_[site] = -1;
  }
  words.insert(words.end(), row_words_.begin(), row_words_.end());
}

void RingDomain::hear(Parcels rows)
{
  for (auto &words : rows) {
    if (words.empty()) continue;
    for (std::size_t w = 1 + words[0]; w < words.size(); w += 2)
      errands_[high_of(words[w])].push_back({low_of(words[w]), static_cast<int>(words[w + 1])});
    if (words[0] > 0) heard_.push_back(std::move(words));
  }
}

void RingDomain::finish()
{
  table_.clear();
  rows_.clear();
  for (const auto &words : heard_) {
    int const rows = high_of(words[1]);
    int const atoms = low_of(words[1]);
    const std::int64_t *word = &words[2];
    std::size_t const table = table_.size();
    for (int a = 0; a < atoms; ++a, word += ATOM_WORDS) table_.push_back(site_of(read_atom(word)));
    rows_.resize(sites() - own_);
    for (int r = 0; r < rows; ++r, word += 1 + *word)
      rows_[table_[table + r] - own_] = {word, table};
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
  for (std::int64_t b = 1; row.words && b <= row.words[0]; ++b) {
    int const to = table_[row.table + high_of(row.words[b])];
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
                 of(bonds_) + of(direct_) + of(number_) + of(queue_) + of(table_) + of(rows_) +
                 of(row_words_) + place_.bytes() + own_place_.bytes();
  for (const auto *parcels : {&crossing_, &heard_})
    for (const auto &words : *parcels) total += of(words);
  for (const auto &shell : shells_) total += of(shell.site) + of(shell.left);
  for (const auto &errands : errands_) total += of(errands);
  return total;
}

}    // namespace lbs::network
