// SPDX-License-Identifier: GPL-2.0-only
// The words of `pair_style fmp/lbs` and its `pair_coeff`, checked before LAMMPS acts on them.
#pragma once

#include "force_field.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lbs::fmp {

enum class CoulombStyle { NONE, LONG, DSF, WOLF };

// pair_style fmp/lbs CUT coul long CUTC | dsf ALPHA CUTC | wolf ALPHA CUTC | none
struct StyleCommand {
  double cut = 0.0;    // A
  CoulombStyle coulomb = CoulombStyle::NONE;
  double alpha = 0.0;          // 1/A, dsf and wolf
  double cut_coulomb = 0.0;    // A; 0 for none
};

// pair_coeff * * FILE ELEMENT... [composition ...] [n4 ...] [charges ...] [recompute ...]
struct CoeffCommand {
  std::string file;
  std::vector<std::string> elements;    // one for each atom type; "NULL": another style's type
  std::optional<std::map<std::string, double>> composition;    // absent: from the atoms
  N4Choice n4;
  bool set_charges = false;
  bool recompute = false;
};

// Words behind the style's name. Throws InputError with the syntax for anything unexpected.
StyleCommand parse_style(const std::vector<std::string> &words);

// Words behind pair_coeff, "* *" included, for a system with `ntypes` atom types.
CoeffCommand parse_coeff(const std::vector<std::string> &words, int ntypes);

// Throws InputError if the file was made for another Coulomb term than pair_style asks for.
void check_coulomb(const PotentialFile &file, const StyleCommand &style);

}    // namespace lbs::fmp
