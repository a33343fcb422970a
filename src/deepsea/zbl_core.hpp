// SPDX-License-Identifier: GPL-2.0-only
// Ziegler-Biersack-Littmark repulsion between nuclei, switched to zero well inside a model's
// range: J. F. Ziegler, J. P. Biersack, U. Littmark, The Stopping and Range of Ions in Matter
// (1985). Form and constants as of LAMMPS' pair_style zbl, which also is the test's reference.
#pragma once

#include "deepsea/model/atoms.hpp"
#include "deepsea/model/zbl.hpp"

#include <string>
#include <vector>

namespace lbs::deepsea {

class ZblCore {
 public:
  ZblCore() = default;
  // Full repulsion up to `inner` (A), zero with two derivatives from `outer` on. Throws InputError
  // for a name that is no element.
  ZblCore(const std::vector<std::string> &elements, double inner, double outer);

  [[nodiscard]] double inner() const { return inner_; }
  [[nodiscard]] double outer() const { return outer_; }

  // Energy (eV) of a pair of types at distance r (A); `slope` is its derivative.
  [[nodiscard]] double energy(int type, int other, double r, double &slope) const;

  // Adds the repulsion; every center takes its own half of energies and virials and its own force,
  // so images get nothing. Scales of `results` are not used. Returns the atom of an overlapping
  // pair, or -1.
  int add(const Atoms &atoms, double unit, Results &results) const;

  // What the formula needs, [type * types + other].
  [[nodiscard]] const std::vector<ZblPair> &pairs() const { return pairs_; }

 private:
  double inner_ = 0.0;
  double outer_ = 0.0;
  int types_ = 0;
  std::vector<ZblPair> pairs_;
};

}    // namespace lbs::deepsea
