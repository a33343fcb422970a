// SPDX-License-Identifier: GPL-2.0-only
// The part of the network that one rank needs to find the rings of its own formers.
#pragma once

#include "network/graph/bond_graph.hpp"
#include "network/graph/periodic_graph.hpp"

#include <cstdint>
#include <vector>

namespace lbs::network {

// Lists of numbers, one for each rank.
using Parcels = std::vector<std::vector<std::int64_t>>;

// Two small numbers in one of a parcel.
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

// Hash map from atom IDs to small numbers, cleared and filled again every step.
class KeyMap {
 public:
  void clear();
  // The number kept for a key; a new one is `fresh`.
  int find_or_add(std::int64_t key, int fresh);
  [[nodiscard]] int find(std::int64_t key) const;    // -1: not there
  [[nodiscard]] double bytes() const;

 private:
  struct Entry {
    std::int64_t key;
    int value;    // -1: free
  };
  std::vector<Entry> entry_;
  std::size_t used_ = 0;

  [[nodiscard]] std::size_t slot(std::int64_t key) const;
  void grow();
};

// Sites 0 to own()-1 are the rank's own atoms; those of other ranks follow, as far as rings of own
// formers can reach. Their rows of the bond graph come from their owners, who know by themselves
// who needs them:
//
//   start(); add_atom() and add_bond() for all own atoms; build(crossing_bonds() of the others);
//   as long as any rank has errands: hear(rows_for_others() of the others);
//   finish().
//
// The row of an atom goes to every rank that reaches it by few enough bonds. Its owner follows them
// from the border on. Where they lead on to a third rank, that gets an errand: to send its rows to
// the first one, too. So between two ranks one exchange is enough, and another one is needed for
// each border that a ring crosses farther away.
//
// All data between ranks are numbers in Parcels; the caller carries them.
//
// An oxygen with one bond leads nowhere: it and its bond stand in no row.
//
// A direct bond between two formers gets a site of its own in its middle, so that it is a way as
// long as one through oxygen, and the graph leads from formers to bridges and back. Such a site is
// no atom: its key is NO_ATOM, and each rank makes its row by itself.
class RingDomain {
 public:
  static constexpr std::int64_t NO_ATOM = 0;

  // Rows are fetched of atoms up to `reach` - 1 bonds from own formers.
  void start(int me, int ranks, int reach);
  // All own atoms come first, in order of their index.
  void add_atom(const NetworkAtom &atom)
  {
    add_site(atom);
    ++own_;
  }
  // A bond from an own former to oxygen or to another former, whose image lies `shift` cells from
  // its owner's own position. Direct bonds are told from both ends, and one of them is taken.
  void add_bond(int from, const NetworkAtom &to, ImageShift shift);

  // The bonds that have to stand in the rows of atoms of other ranks.
  [[nodiscard]] const Parcels &crossing_bonds() const { return crossing_; }
  // Makes the rows of the own atoms, with the bonds that other ranks have told of.
  void build(const Parcels &crossing);

  // Rows that others need, and errands.
  const Parcels &rows_for_others();
  // Whether the parcels just made hold errands, so that there has to be another round.
  [[nodiscard]] bool has_errands() const { return has_errands_; }
  void hear(Parcels rows);
  // Puts all that was heard into the graph.
  void finish();

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
  // Site of an atom ID, -1: not known here. Of NO_ATOM it is any direct bond: in a list of rings
  // one can stand for all, since the formers beside it tell which it is.
  [[nodiscard]] int find(std::int64_t key) const;

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
  // An atom that one other rank knows from here, which tells it by its place in the list of these.
  struct ToldAtom {
    int site = 0;
    int left = -1;           // bonds that the rank may still go on from there; below 0: no row
    bool has_row = false;    // whether the row has been told, too
  };
  // Where to begin for another rank: at an own atom.
  struct Errand {
    int site, left;
  };
  struct HeardRow {
    const std::int64_t *words = nullptr;    // the bonds
    int bonds = 0;
    int rank = 0;
  };
  struct HeardParcel {
    int rank;
    std::vector<std::int64_t> words;
  };

  int me_ = 0, ranks_ = 1, reach_ = 0, own_ = 0;
  PeriodicGraph graph_;
  std::vector<std::int64_t> key_;
  std::vector<Site> site_;
  std::vector<Bond> bonds_;        // each once, of own atoms
  std::vector<int> bond_count_;    // of own atoms
  Parcels crossing_;
  std::vector<DirectBond> direct_;
  KeyMap place_;                // of sites of other ranks
  mutable KeyMap own_place_;    // of own sites, filled when first asked
  mutable bool own_placed_ = false;

  std::vector<std::vector<ToldAtom>> told_;     // by rank
  std::vector<std::vector<Errand>> errands_;    // by rank
  bool has_errands_ = false;
  Parcels sent_;
  std::vector<int> number_;    // of sites, their places in told_[rank]; -1 between uses
  std::vector<int> queue_;
  std::vector<HeardParcel> heard_;              // all that has come
  std::vector<std::vector<int>> told_to_me_;    // by rank: sites of the atoms it has told of
  std::vector<HeardRow> rows_;                  // by site, from the first on that is not own

  // Where an entry of the row of an atom leads: to an atom, past the middle of a direct bond.
  struct Step {
    int to;
    ImageShift shift;
    int bonds;
  };

  // Made in its place: a processor waits long for what it reads in one piece of what it has just
  // written in several.
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
  void begin_errand(int rank, int site);
  void follow_errands(int rank, std::vector<std::int64_t> &words, Parcels &errands);
  void make_row(int site, const HeardRow &row);
};

}    // namespace lbs::network
