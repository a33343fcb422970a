// SPDX-License-Identifier: GPL-2.0-only
#include "ring_domain.hpp"

#include "support/buffer_bytes.hpp"

#include <algorithm>
#include <numeric>

namespace lbs::network {

namespace {

// An atom in a buffer: its ID, its owner, and in the third number all that is small.
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

void RingDomain::start(int me, int ranks, int reach)
{
  for (int s = own_; s < sites(); ++s)
    if (!is_direct_bond(s)) halo_site_[site_[s].owner.rank][site_[s].owner.index] = -1;
  me_ = me;
  ranks_ = ranks;
  reach_ = reach;
  own_ = 0;
  key_.clear();
  site_.clear();
  bonds_.clear();
  direct_.clear();
  any_direct_bond_ = -1;
  halo_site_.resize(ranks);
  border_bonds_.resize(ranks);
  for (auto &buffer : border_bonds_) buffer.clear();
  requests_.resize(ranks);
  for (auto &requests : requests_) requests.clear();
  sent_atoms_.resize(ranks);
  for (auto &atoms : sent_atoms_) atoms.clear();
  received_.clear();
}

NetworkAtom RingDomain::atom_at(int site) const
{
  const Site &s = site_[site];
  return {key_[site], s.owner, s.coordination, s.role, s.counted};
}

int RingDomain::site_of(const NetworkAtom &atom)
{
  auto const [rank, index] = atom.owner;
  if (rank == me_) return index;
  auto &sites_of_rank = halo_site_[rank];
  if (static_cast<std::size_t>(index) >= sites_of_rank.size()) sites_of_rank.resize(index + 1, -1);
  int &site = sites_of_rank[index];
  if (site < 0) {
    site = sites();
    add_site(atom);
  }
  return site;
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
  auto &buffer = border_bonds_[to.owner.rank];
  std::size_t const at = buffer.size();
  buffer.resize(at + 1 + ATOM_WORDS);
  buffer[at] = pack_pair(to.owner.index, -shift);
  write_atom(&buffer[at + 1], atom_at(from));
  add_request(to.owner.rank, from);
}

// An own atom is bonded to one of another rank, and so may be near a former of that: an oxygen one
// bond away, a former two. Both ranks know the bond, so the request need not be sent.
void RingDomain::add_request(int rank, int site)
{
  int const left = reach_ - 1 - (is_former(site_[site].role) ? 2 : 1);
  if (left >= 0) requests_[rank].push_back({site, left});
}

int RingDomain::add_direct(const DirectBond &bond)
{
  int const fresh = sites();
  if (any_direct_bond_ < 0) any_direct_bond_ = fresh;
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

void RingDomain::build(const RankBuffers &border_bonds)
{
  for (const auto &buffer : border_bonds)
    for (std::size_t w = 0; w < buffer.size(); w += 1 + ATOM_WORDS) {
      auto const other = read_atom(&buffer[w + 1]);
      int const mine = high_of(buffer[w]);
      bonds_.push_back({mine, site_of(other), low_of(buffer[w])});
      add_request(other.owner.rank, mine);
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

// A buffer of rows begins with the number of words of its rows and the number of its atoms. Then
// follow the rows, the atoms that have not been sent to the rank before, and forwarded requests. A
// row is the place of its atom with the number of bonds, then for each bond the place of the atom
// there with the shift. Places count on from round to round.
constexpr std::size_t HEADER_WORDS = 2;

const RankBuffers &RingDomain::pack_halo_rows()
{
  RankBuffers forwarded(ranks_);
  send_buffers_.resize(ranks_);
  sent_place_.resize(sites(), -1);
  for (int rank = 0; rank < ranks_; ++rank) {
    send_buffers_[rank].clear();
    if (!requests_[rank].empty()) pack_rows_for(rank, send_buffers_[rank], forwarded);
    requests_[rank].clear();
  }
  forwards_requests_ = false;
  for (int rank = 0; rank < ranks_; ++rank) {
    if (forwarded[rank].empty()) continue;
    forwards_requests_ = true;
    auto &buffer = send_buffers_[rank];
    if (buffer.empty()) buffer.assign(HEADER_WORDS, 0);
    buffer.insert(buffer.end(), forwarded[rank].begin(), forwarded[rank].end());
  }
  return send_buffers_;
}

// Writes the rows of the own atoms that the requests of one rank lead to, breadth first. Where a
// bond leads to an atom of that rank itself, nothing is to be done; where it leads to an atom of a
// third rank, the request is forwarded to that.
void RingDomain::pack_rows_for(int rank, std::vector<std::int64_t> &buffer, RankBuffers &forwarded)
{
  auto &atoms = sent_atoms_[rank];
  std::size_t const before = atoms.size();
  for (std::size_t k = 0; k < before; ++k) sent_place_[atoms[k].site] = static_cast<int>(k);
  queue_.clear();    // of atoms that have been met again with more bonds left
  const auto meet = [&](int site, int bonds_left) {
    int &place = sent_place_[site];
    if (place < 0) {
      place = static_cast<int>(atoms.size());
      SentAtom &atom = atoms.emplace_back();
      atom.site = site;
      atom.bonds_left = bonds_left;
    } else if (bonds_left > atoms[place].bonds_left) {
      atoms[place].bonds_left = bonds_left;
      queue_.push_back(place);
    }
    return place;
  };
  buffer.assign(HEADER_WORDS, 0);
  const auto go_on_from = [&](std::size_t place) {
    auto const [site, bonds_left, row_sent] = atoms[place];
    if (bonds_left < 0) return;
    if (site >= own_) {
      Owner const owner = site_[site].owner;
      if (owner.rank == rank) return;
      forwarded[owner.rank].push_back(pack_pair(rank, owner.index));
      forwarded[owner.rank].push_back(bonds_left);
      return;
    }
    std::size_t at = buffer.size();
    if (!row_sent) {
      auto const bonds = graph_.start[site + 1] - graph_.start[site];
      buffer.resize(at + 1 + bonds);
      buffer[at++] = pack_pair(static_cast<int>(place), static_cast<int>(bonds));
      atoms[place].row_sent = true;
    }
    for (auto e = graph_.start[site]; e < graph_.start[site + 1]; ++e) {
      Step const step = step_from(site, e);
      int const there = meet(step.to, bonds_left - step.bonds);
      if (!row_sent) buffer[at++] = pack_pair(there, step.shift);
    }
  };
  // The last requests first: oxygens come behind formers, and have more bonds left. So most atoms
  // are met first with the most bonds that they will have left, and few stand in the queue.
  std::for_each(requests_[rank].rbegin(), requests_[rank].rend(),
                [&](const HaloRequest &request) { meet(request.site, request.bonds_left); });
  std::size_t next = before, head = 0;
  while (next < atoms.size() || head < queue_.size())
    go_on_from(next < atoms.size() ? next++ : queue_[head++]);

  std::size_t const rows_end = buffer.size();
  buffer[0] = static_cast<std::int64_t>(rows_end - HEADER_WORDS);
  buffer[1] = static_cast<std::int64_t>(atoms.size() - before);
  buffer.resize(rows_end + ATOM_WORDS * (atoms.size() - before));
  std::int64_t *word = buffer.data() + rows_end;
  for (std::size_t k = before; k < atoms.size(); ++k, word += ATOM_WORDS)
    write_atom(word, atom_at(atoms[k].site));
  for (const SentAtom &atom : atoms) sent_place_[atom.site] = -1;
}

void RingDomain::receive(RankBuffers buffers)
{
  for (int rank = 0; rank < ranks_; ++rank) {
    auto &words = buffers[rank];
    if (words.empty()) continue;
    for (std::size_t w = HEADER_WORDS + words[0] + ATOM_WORDS * words[1]; w < words.size(); w += 2)
      requests_[high_of(words[w])].push_back({low_of(words[w]), static_cast<int>(words[w + 1])});
    received_.push_back({rank, std::move(words)});
  }
}

void RingDomain::build_halo()
{
  received_sites_.resize(ranks_);
  for (auto &sites : received_sites_) sites.clear();
  for (const auto &buffer : received_) {
    const std::int64_t *atom = &buffer.words[HEADER_WORDS + buffer.words[0]];
    for (std::int64_t a = 0; a < buffer.words[1]; ++a, atom += ATOM_WORDS)
      received_sites_[buffer.rank].push_back(site_of(read_atom(atom)));
  }
  rows_.assign(sites() - own_, {});
  for (const auto &buffer : received_) {
    const auto &sites = received_sites_[buffer.rank];
    const std::int64_t *const end = &buffer.words[HEADER_WORDS + buffer.words[0]];
    for (const std::int64_t *row = &buffer.words[HEADER_WORDS]; row < end; row += 1 + low_of(*row))
      rows_[sites[high_of(*row)] - own_] = {row + 1, low_of(*row), buffer.rank};
  }
  // Rows add the sites of direct bonds behind those of atoms.
  for (int s = own_; s < sites(); ++s) {
    auto const place = static_cast<std::size_t>(s - own_);
    make_row(s, place < rows_.size() ? rows_[place] : HaloRow());
    graph_.start.push_back(graph_.neighbor.size());
  }
}

void RingDomain::make_row(int site, const HaloRow &row)
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
    int const to = received_sites_[row.rank][high_of(row.words[b])];
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

int RingDomain::find(Owner owner) const
{
  if (owner.rank == me_) return owner.index;
  const auto &sites_of_rank = halo_site_[owner.rank];
  return static_cast<std::size_t>(owner.index) < sites_of_rank.size() ? sites_of_rank[owner.index]
                                                                      : -1;
}

double RingDomain::bytes() const
{
  double total = buffer_bytes(graph_.start, graph_.neighbor, graph_.shift, key_, site_, bonds_,
                              bond_count_, direct_, sent_place_, queue_, rows_);
  const auto add = [&total](const auto &vectors) {
    for (const auto &v : vectors) total += buffer_bytes(v);
  };
  add(halo_site_);
  add(border_bonds_);
  add(requests_);
  add(sent_atoms_);
  add(send_buffers_);
  add(received_sites_);
  for (const auto &buffer : received_) total += buffer_bytes(buffer.words);
  return total;
}

}    // namespace lbs::network
