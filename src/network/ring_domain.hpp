// The part of the network that one rank needs to find the rings of its own formers.
#pragma once

#include "bond_graph.hpp"
#include "periodic_graph.hpp"

#include <cstdint>
#include <vector>

namespace lbs::network {

// Lists of numbers, one for each rank.
using Parcels = std::vector<std::vector<std::int64_t>>;

// Where an atom lives: its rank and its place among the atoms of that rank.
struct Owner {
  int rank, index;
};

// What a rank knows of its own atoms, and of the images of atoms around them.
struct OwnAtoms {
  int me, ranks;
  int rows;                                // own atoms; the arrays below go on with images
  const std::vector<std::int64_t> &key;    // atom ID
  const std::vector<Role> &role;
  const std::vector<char> &counted;    // member of the compute group
  const std::vector<Owner> &owner;
  const std::vector<ImageShift> &shift;    // cells from the owner's own position
  const std::vector<int> &coordination;    // bonds between former and oxygen
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

// Sites 0 to own()-1 are the rank's own atoms; those of other ranks follow as they are found. Their
// rows of the bond graph come from their owners, one layer of bonds in each round:
//
//   build(); then for every round: ask(), let the owners answer(), take() what they say.
//
// All data between ranks are numbers in Parcels; the caller carries them.
//
// A direct bond between two formers gets a site of its own in its middle, so that it is a way as
// long as one through oxygen, and the graph leads from formers to bridges and back. Such a site is
// no atom: its key is NO_ATOM. It is asked for like an atom, but each rank makes its row by itself;
// so one rank alone needs the first round, too.
class RingDomain {
 public:
  void build(const BondGraph &graph, const OwnAtoms &atoms);

  static constexpr std::int64_t NO_ATOM = 0;

  // Places of the atoms whose rows are wanted, by owner. Of the last round only those that can be
  // `reach` - 1 bonds from an own former.
  Parcels ask(int round, int reach);
  [[nodiscard]] Parcels answer(const Parcels &asked) const;
  void take(const Parcels &answers);

  [[nodiscard]] const PeriodicGraph &graph() const { return graph_; }
  [[nodiscard]] const std::vector<std::int64_t> &key() const { return key_; }
  [[nodiscard]] int sites() const { return static_cast<int>(key_.size()); }
  [[nodiscard]] int own() const { return own_; }
  [[nodiscard]] Role role(int site) const { return site_[site].role; }
  [[nodiscard]] bool counted(int site) const { return site_[site].counted; }
  [[nodiscard]] int coordination(int site) const { return site_[site].coordination; }
  // All bonds of an own atom.
  [[nodiscard]] int bonds(int site) const
  {
    return static_cast<int>(graph_.start[site + 1] - graph_.start[site]);
  }
  [[nodiscard]] bool is_direct_bond(int site) const { return key_[site] == NO_ATOM; }
  [[nodiscard]] Owner owner(int site) const { return site_[site].owner; }
  // Site of an atom ID, -1: not known here. Of NO_ATOM it is any direct bond: in a list of rings
  // one can stand for all, since the formers beside it tell which it is.
  [[nodiscard]] int find(std::int64_t key) const;

  [[nodiscard]] double bytes() const;

 private:
  struct Site {
    Owner owner;    // of a direct bond: this rank, and the place in direct_
    int coordination;
    Role role;
    bool counted;
  };
  // The site of a direct bond lies in the cell of its end of smaller key; `shift` leads from there
  // to the other one. Between two images of one former it is positive.
  struct DirectBond {
    std::int64_t low_key, high_key;
    ImageShift shift;
    Site low, high;
  };

  int me_ = 0, ranks_ = 1, own_ = 0;
  PeriodicGraph graph_;
  std::vector<std::int64_t> key_;
  std::vector<Site> site_;
  std::vector<DirectBond> direct_;
  KeyMap place_;                // of sites of other ranks
  mutable KeyMap own_place_;    // of own sites, filled when first asked
  mutable bool own_placed_ = false;
  std::vector<int> asked_;    // sites of this round, ascending
  int next_ = 0;              // first site that has not been asked for

  int site_of(std::int64_t key, const Site &site);
  [[nodiscard]] int known_site(std::int64_t key, const Site &site) const;
  void add_bond(int from, std::int64_t key, const Site &site, ImageShift shift);
  int site_of_direct(const DirectBond &bond);
  [[nodiscard]] int find_direct(int end, const DirectBond &bond) const;
};

}    // namespace lbs::network
