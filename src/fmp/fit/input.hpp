// SPDX-License-Identifier: GPL-2.0-only
// The input of `fmp fit`: a JSON file.
#pragma once

#include "slots.hpp"

#include "fmp/commands.hpp"

#include <string>
#include <vector>

namespace lbs::fmp::fit {

// One entry of "data".
struct SetInput {
  std::vector<std::string> systems;
  N4Choice n4;
  std::vector<double> weights = {1.0};    // one, or one for each frame
  bool energy = true;
  bool force = true;
  bool stress = true;
};

// What a deviation is divided by in the loss.
struct Scales {
  double energy = 0.01;    // eV an atom
  double force = 0.1;      // eV/A
  double stress = 0.5;     // GPa
};

// What may be added to all energies of the frames that share it.
enum class EnergyReference { COMPOSITION, ELEMENT, NONE };

struct FitInput {
  std::string name = "fit";    // prefix of all that is written
  std::string title;           // of the fitted potential
  PotentialFile file;          // to start from, with the starting values of what is free
  std::string source;          // its path as the input gives it
  std::string source_path;     // where it is
  std::string source_text;     // all of it, to compare runs by
  StyleCommand style;
  bool shift = false;    // pair_modify shift yes
  std::vector<SetInput> sets;
  Scales scales;
  EnergyReference reference = EnergyReference::COMPOSITION;
  std::vector<FreeParameter> free;
  int steps = 200;
  double tolerance = 1.0e-10;    // relative change of the loss that ends the fit
  bool cross_validation = false;
  std::string text;    // the input in a standard form, to compare runs by
};

// Names in the input are meant from its folder. Throws InputError that names file and key: an
// unknown key with the nearest known one, a pair or model that the potential file does not have,
// bounds or priors that make no sense, charges that cannot be neutral, nothing that is free.
FitInput read_fit_input(const std::string &path);

// `name` as seen from the folder of the file `path`.
std::string beside(const std::string &path, const std::string &name);

}    // namespace lbs::fmp::fit
