// SPDX-License-Identifier: GPL-2.0-only
// The numbers of a potential file that a fit may change.
#pragma once

#include "fmp/potential_file.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace lbs::fmp::fit {

// Where a number stands in the file.
struct Slot {
  enum class Kind {
    A,
    RHO,    // or 1/rho, if that is what the file gives
    C,
    D,
    CORE,            // where the core of a pair begins
    CHARGE,          // of one element
    OXIDE_CHARGE,    // of oxygen, with all cations following so that each oxide stays neutral
    CONSTANT         // of a model
  };
  Kind kind = Kind::A;
  std::string a, b;            // the pair's elements; the element; the model's name
  std::size_t constant = 0;    // its place in the model
};

struct FreeParameter {
  std::string name;    // for messages and reports: "A Si O", "A_BO T1", "charge O"
  std::string unit;
  Slot slot;
  double start = 0.0;
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  double prior = 0.0;             // value that is expected, with `width` as standard deviation
  std::optional<double> width;    // absent: no prior
};

// The value that the file has in a slot; the slot must exist.
double value_at(const PotentialFile &file, const Slot &slot);

// Puts a value there.
void set_value(const Slot &slot, double value, PotentialFile &file);

// The file with these values of its free parameters.
PotentialFile with_values(PotentialFile file, const std::vector<FreeParameter> &parameters,
                          const std::vector<double> &values);

// The model with 1 in place of one constant and 0 in place of all others: models are linear in
// their constants, so its value is the derivative by that constant.
Model unit_model(const Model &model, std::size_t constant);

// Names of a model's constants: A1, A2, T1 and T2, or the factors of a polynomial's terms.
std::vector<std::string> constant_names(const Model &model);

// Charge of a cation that makes its oxide neutral for a charge of oxygen.
double cation_charge(const Oxide &oxide, double oxygen_charge);

}    // namespace lbs::fmp::fit
