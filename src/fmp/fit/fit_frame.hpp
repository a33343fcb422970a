// SPDX-License-Identifier: GPL-2.0-only
// A labelled frame, ready to be evaluated again and again while parameters change.
#pragma once

#include "condition.hpp"
#include "coulomb_sums.hpp"

#include "frames/labelled_set.hpp"

#include <Eigen/Core>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace lbs::fmp::fit {

// A pair of atoms within the short-range cutoff; images make several of the same two atoms.
struct FramePair {
  int i = 0;
  int j = 0;
  std::array<double, 3> d{};    // from j to i, A
};

struct FitFrame {
  std::string place;    // system and number of the frame in it, for messages and tables
  std::size_t condition = 0;
  std::size_t set = 0;       // of the input
  std::size_t number = 0;    // in the set, from 1, also of those of weight 0
  double weight = 1.0;
  double volume = 0.0;                          // A^3; 0: not periodic, no stress
  Labels labels;                                // those that the fit uses
  std::vector<int> type;                        // places in the file's elements
  std::vector<std::vector<FramePair>> pairs;    // by pair of elements a <= b, at a T + b
  CoulombSums coulomb;

  [[nodiscard]] std::size_t atoms() const { return type.size(); }
};

// What a frame's values and their derivatives stand in, one below the other.
enum ValueRow { ENERGY_ROW, VIRIAL_ROW = 1, FORCE_ROW = 7 };

// Places of xx yy zz xy xz yz among the nine numbers of a virial label.
constexpr std::array<std::size_t, 6> LABEL_PLACE = {0, 4, 8, 1, 2, 5};

// Energy (eV), virial (eV, xx yy zz xy xz yz, sum of x F) and forces (eV/A, x y z of each atom).
using FrameValues = Eigen::VectorXd;

// Pairs, Coulomb sums and volume, for types that are there already, of a file with that many
// elements. `smooth` is the width of the switch of its Coulomb rule. Throws InputError if atoms
// overlap, or if the Coulomb style cannot treat the frame.
void add_geometry(const Frame &frame, const StyleCommand &style, double smooth, int elements,
                  FitFrame &made);

// Throws InputError for an element that is not among `elements`.
std::vector<int> types_among(const Frame &frame, const std::vector<std::string> &elements);

// Values of a frame; `slopes`, if given, becomes their derivatives, a column for each parameter.
FrameValues evaluate(const FitFrame &frame, const ConditionTerms &terms, Eigen::MatrixXd *slopes);

}    // namespace lbs::fmp::fit
