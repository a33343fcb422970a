// SPDX-License-Identifier: GPL-2.0-only
// The potential file of `fmp/lbs`: what it says, before any composition is known.
#pragma once

#include "composition.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lbs::fmp {

// Newest schema that this reader understands; it stands behind "fmp/lbs-potential" in the file.
constexpr int POTENTIAL_SCHEMA = 1;

// Sum of c * var^p * ... over its terms; the variables are K, R, N4 and x_OXIDE.
struct Polynomial {
  struct Term {
    double coefficient = 0.0;
    std::vector<std::pair<std::string, int>> factors;    // variable name, power
  };
  std::vector<Term> terms;
};

using Model = std::variant<DengDu, Polynomial>;

// A parameter is a number or the name of a model.
struct Parameter {
  double number = 0.0;
  std::string model;
};

struct ElementEntry {
  std::string symbol;
  std::optional<Parameter> charge;    // absent: fixed by neutrality
  std::optional<Oxide> oxide;         // absent for oxygen
  bool modifier = false;              // its oxide counts in R
};

struct PairEntry {
  bool coulomb_only = false;
  Parameter A, rho, C, D;
  bool inverse_rho = false;     // the file gives 1/rho
  int power = 0;                // of the repulsive term D/r^power; 0: none
  bool core = false;            // fit a core below the inflection
  double core_r0 = 0.0;         // A; where it begins, 0: where the third derivative vanishes
  std::optional<double> cut;    // A; absent: the cutoff of pair_style
  bool shift = false;           // lower the energy by its value at the cutoff
  double smooth = 0.0;          // A; width g of the switch exp(-g^2/(r-cut)^2)
  int line = 0;                 // where it stands, for messages
};

// Coulomb term that the potential was made with; pair_style has to ask for the same.
struct CoulombRule {
  std::string style;    // "long", "dsf" or "wolf"
  double alpha = 0.0;
  double cut = 0.0;
  double smooth = 0.0;
};

struct PotentialFile {
  std::string name;        // of the potential, for the log
  std::string path;        // of the file, for messages
  std::string units;       // UNITS tag: "metal" or "real"
  std::string date;        // DATE tag
  std::string citation;    // CITATION tag, to the end of the line
  std::vector<ElementEntry> elements;
  std::map<std::pair<std::string, std::string>, PairEntry> pairs;    // symbols in sorted order
  std::map<std::string, Model> models;
  std::optional<CoulombRule> coulomb;
  bool n4_dell_bray_xiao = false;    // default N4; otherwise the deck must give one where it counts

  [[nodiscard]] const ElementEntry *element(const std::string &symbol) const;
  [[nodiscard]] const PairEntry &pair(const std::string &a, const std::string &b) const;
  [[nodiscard]] std::vector<Oxide> oxides() const;
  [[nodiscard]] std::vector<std::string> modifiers() const;
};

// Reads the whole text of a potential file. Throws InputError with path and line for anything that
// it does not understand: a newer schema, a truncated file, a pair given twice or not at all, a
// number that is not finite, a length that is not positive.
PotentialFile parse_potential_file(const std::string &content, const std::string &path);

}    // namespace lbs::fmp
