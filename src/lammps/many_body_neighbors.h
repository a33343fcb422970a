// SPDX-License-Identifier: GPL-2.0-only
// Which atoms exist for a many-body pair style, and whether each of them has all its neighbors.
#pragma once

#include "pointers.h"

#include <cstdint>
#include <string>
#include <vector>

namespace LAMMPS_NS {
class NeighList;
}

namespace lbs {

// An atom that neigh_modify keeps out of all pairs does not exist for the style. One that lacks
// only some of its neighbors would have the energy of another structure: that is an error, which
// names the setting.
class ManyBodyNeighbors : protected LAMMPS_NS::Pointers {
 public:
  ManyBodyNeighbors(LAMMPS_NS::LAMMPS *lmp, std::string style);

  void begin_run() { told_ = false; }

  // To be called by all ranks at each evaluation: looks at settings and atoms if the list is new.
  // `model_type` of an atom type (index 0 unused) is negative if the style does not treat it. The
  // first time in a run warns of atoms that do not exist, unless `quiet`.
  void check(const std::vector<int> &model_type, const LAMMPS_NS::NeighList *list, bool quiet);

  // Whether the next check() reads LAMMPS' arrays of atoms.
  [[nodiscard]] bool looks_at_atoms(const LAMMPS_NS::NeighList *list) const;

  // Model type of an owned or ghost atom, negative if it does not exist for the style.
  [[nodiscard]] int type_of(int i) const;
  // The same of atom types (index 0 unused), for atoms that are not excluded by their groups.
  [[nodiscard]] const std::vector<int> &model_types() const { return model_type_; }

 private:
  std::string style_;
  std::vector<int> model_type_;    // of atom types; negative as well if excluded from all others
  bool told_ = false;

  struct Settings;
  [[nodiscard]] Settings settings(const LAMMPS_NS::NeighList *list) const;
  void leave_out_excluded_types();
  void check_types(const LAMMPS_NS::NeighList *list) const;
  void check_groups() const;
  void check_special_bonds() const;
  void check_borders() const;
  [[nodiscard]] bool sees_itself() const;
  void tell_of_excluded(const std::vector<int> &model_type);
  [[nodiscard]] std::vector<std::int64_t> sum(std::vector<std::int64_t> counts) const;
  [[noreturn]] void refuse(const std::string &setting) const;
};

}    // namespace lbs
