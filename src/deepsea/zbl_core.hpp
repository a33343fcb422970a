// SPDX-License-Identifier: GPL-2.0-only
// Ziegler-Biersack-Littmark repulsion between nuclei, switched to zero well inside a model's
// range: J. F. Ziegler, J. P. Biersack, U. Littmark, The Stopping and Range of Ions in Matter
// (1985). Form and constants as of LAMMPS' pair_style zbl, which also is the test's reference.
#pragma once

#include "deepsea/model/atoms.hpp"

#include <string>
#include <vector>

namespace lbs::deepsea {

class ZblCore {
 public:
  ZblCore() = default;
  // Full repulsion up to `inner` (A), zero with two derivatives from `outer` on. Throws InputError
  // for a name that is no element.
  ZblCore(const std::vector<std::string> &elements, double inner, double outer);

  [[nodiscard]] double outer() const { return outer_; }

  // Energy (eV) of a pair of types at distance r (A); `slope` is its derivative.
  [[nodiscard]] double energy(int type, int other, double r, double &slope) const;

  // Adds the repulsion; every center takes its own half of energies and virials and its own force,
  // so images get nothing. Scales of `results` are not used. Returns the atom of an overlapping
  // pair, or -1.
  int add(const Atoms &atoms, double unit, Results &results) const;

 private:
  struct Pair {
    double charge;            // q_i q_j e^2 / (4 pi eps0), eV A
    double inverse_length;    // 1/A
    double a, b, c;           // of the switch
  };
  double inner_ = 0.0;
  double outer_ = 0.0;
  int types_ = 0;
  std::vector<Pair> pairs_;

  [[nodiscard]] double bare(const Pair &pair, double r, double &slope, double &curvature) const;
};

}    // namespace lbs::deepsea
