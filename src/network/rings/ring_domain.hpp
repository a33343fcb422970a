// SPDX-License-Identifier: GPL-2.0-only
// The part of the network that one rank needs to find the rings of its own formers: its own atoms
// and a halo of atoms of other ranks.
#pragma once

#include "network/graph/bond_graph.hpp"
#include "network/graph/periodic_graph.hpp"

#include <cstdint>
#include <vector>

namespace lbs::network {

// What one rank sends to each other rank, or receives from each: a buffer of numbers for each rank.
using RankBuffers = std::vector<std::vector<std::int64_t>>;

// Two small numbers in one of a buffer.
constexpr std::int64_t pack_pair(int high, int low)
{
  return static_cast<std::int64_t>(high) * (std::int64_t{1} << 32) +
         static_cast<std::uint32_t>(low);
}
constexpr int high_of(std::int64_t word)
{
  return static_cast<int>(word >> 32);
}
constexpr int low_of(std::int64_t word)
{
  return static_cast<int>(word & 0xFFFFFFFF);
}

// Where an atom lives: its rank and its place among the atoms of that rank.
struct Owner {
  int rank, index;
};

// An atom as all ranks know it.
struct NetworkAtom {
  std::int64_t key;    // atom ID
  Owner owner;
  int coordination;    // of a former: bonds to oxygen
  Role role;
  bool counted;    // member of the compute group
};

// Sites 0 to own()-1 are the rank's own atoms. The sites of the halo follow: atoms of other ranks
// as far as rings of own formers can reach. The rows of the bond graph for them come from their
// owners. doc/developer_ring_halo.inc describes who sends what, and when:
//
//   start(); add_atom() and add_bond() for all own atoms;
//   exchange border_bonds(); build() with what was received;
//   exchange pack_halo_rows(), and receive(), as long as a rank forwards requests;
//   build_halo().
//
// The caller carries the buffers from rank to rank.
//
// An oxygen with one bond leads nowhere: it and its bond stand in no row.
//
// A direct bond between two formers gets a site of its own in its middle, so that it is a way as
// long as one through oxygen, and the graph leads from formers to bridges and back. Such a site is
// no atom: its key is NO_ATOM, and each rank makes its row by itself.
class RingDomain {
 public:
  static constexpr std::int64_t NO_ATOM = 0;

  // The halo holds the rows of all atoms up to `reach` - 1 bonds from own formers.
  void start(int me, int ranks, int reach);
  // All own atoms come first, in order of their index.
  void add_atom(const NetworkAtom &atom)
  {
    add_site(atom);
    ++own_;
  }
  // A bond from an own former to oxygen or to another former, whose image lies `shift` cells from
  // its owner's own position. Direct bonds are added from both ends, and one of them is taken.
  void add_bond(int from, const NetworkAtom &to, ImageShift shift);

  // Bonds to atoms of other ranks, whose rows have to hold them, too.
  [[nodiscard]] const RankBuffers &border_bonds() const { return border_bonds_; }
  // Makes the rows of the own atoms, with the border bonds that other ranks have sent.
  void build(const RankBuffers &border_bonds);

  // The rows of own atoms that other ranks need, and requests to be forwarded to them.
  const RankBuffers &pack_halo_rows();
  // Whether the buffers just packed hold requests, so that there has to be another round.
  [[nodiscard]] bool forwards_requests() const { return forwards_requests_; }
  // Keeps the buffers that other ranks have packed.
  void receive(RankBuffers buffers);
  // Puts the received atoms and rows into the graph.
  void build_halo();

  [[nodiscard]] const PeriodicGraph &graph() const { return graph_; }
  [[nodiscard]] const std::vector<std::int64_t> &key() const { return key_; }
  [[nodiscard]] int sites() const { return static_cast<int>(key_.size()); }
  [[nodiscard]] int own() const { return own_; }
  [[nodiscard]] Role role(int site) const { return site_[site].role; }
  [[nodiscard]] bool counted(int site) const { return site_[site].counted; }
  [[nodiscard]] int coordination(int site) const { return site_[site].coordination; }
  // All bonds of an own atom, also those that are not in the graph.
  [[nodiscard]] int bonds(int site) const { return bond_count_[site]; }
  [[nodiscard]] bool is_direct_bond(int site) const { return key_[site] == NO_ATOM; }
  [[nodiscard]] Owner owner(int site) const { return site_[site].owner; }
  // Site of an atom, -1: it is neither an own atom nor in the halo.
  [[nodiscard]] int find(Owner owner) const;
  // Site of any direct bond, -1: there is none. In a list of rings one can stand for all, since the
  // formers beside it tell which it is.
  [[nodiscard]] int any_direct_bond() const { return any_direct_bond_; }

  [[nodiscard]] double bytes() const;

 private:
  struct Site {
    Owner owner = {0, 0};    // of a direct bond: this rank, and the place in direct_
    int coordination = 0;
    Role role = Role::OTHER;
    bool counted = false;
  };
  // The site of a direct bond lies in the cell of its end of smaller key; `shift` leads from there
  // to the other one. Between two images of one former it is positive.
  struct DirectBond {
    int low, high;    // sites
    ImageShift shift;
  };
  struct Bond {
    int from, to;    // sites, the first one an own atom
    ImageShift shift;
  };
  // Another rank needs the rows of the atoms here that lie up to `bonds_left` bonds from an own
  // one.
  struct HaloRequest {
    int site, bonds_left;
  };
  // An atom that has been sent to a rank. Rows for that rank name it by its place in the list of
  // all atoms sent there.
  struct SentAtom {
    int site = 0;
    int bonds_left = -1;      // from there on; below 0: the rank does not need its row
    bool row_sent = false;    // by this rank, its owner
  };
  struct ReceivedBuffer {
    int rank;
    std::vector<std::int64_t> words;
  };
  struct HaloRow {
    const std::int64_t *words = nullptr;    // the bonds, in a received buffer
    int bonds = 0;
    int rank = 0;
  };

  int me_ = 0, ranks_ = 1, reach_ = 0, own_ = 0;
  PeriodicGraph graph_;
  std::vector<std::int64_t> key_;
  std::vector<Site> site_;
  std::vector<Bond> bonds_;        // each once, of own atoms
  std::vector<int> bond_count_;    // of own atoms
  std::vector<DirectBond> direct_;
  int any_direct_bond_ = -1;
  std::vector<std::vector<int>> halo_site_;    // by rank and index there, -1: not in the halo

  RankBuffers border_bonds_;
  std::vector<std::vector<HaloRequest>> requests_;    // by the rank that needs the rows
  std::vector<std::vector<SentAtom>> sent_atoms_;     // by rank
  std::vector<int> sent_place_;    // by site: place in the list of one rank; -1 between uses
  std::vector<int> queue_;
  RankBuffers send_buffers_;
  bool forwards_requests_ = false;
  std::vector<ReceivedBuffer> received_;            // of all rounds
  std::vector<std::vector<int>> received_sites_;    // by rank: the atoms it has sent
  std::vector<HaloRow> rows_;                       // by site, from the first one of the halo on

  // Where an entry of the row of an atom leads: to an atom, past the middle of a direct bond.
  struct Step {
    int to;
    ImageShift shift;
    int bonds;
  };

  // Made in its place: copying a whole site that was written member by member stalls the processor.
  void add_site(const NetworkAtom &atom)
  {
    key_.push_back(atom.key);
    Site &site = site_.emplace_back();
    site.owner = atom.owner;
    site.coordination = atom.coordination;
    site.role = atom.role;
    site.counted = atom.counted;
  }
  [[nodiscard]] NetworkAtom atom_at(int site) const;
  [[nodiscard]] bool is_direct(int from, int to) const;
  [[nodiscard]] bool begins_direct(int from, std::int64_t key, ImageShift shift) const;
  [[nodiscard]] DirectBond direct_bond(int from, int to, ImageShift shift) const;
  [[nodiscard]] int find_direct(int end, const DirectBond &bond) const;
  [[nodiscard]] Step step_from(int site, std::size_t entry) const;
  int site_of(const NetworkAtom &atom);
  int add_direct(const DirectBond &bond);
  void add_request(int rank, int site);
  void pack_rows_for(int rank, std::vector<std::int64_t> &buffer, RankBuffers &forwarded);
  void make_row(int site, const HaloRow &row);
};

}    // namespace lbs::network
