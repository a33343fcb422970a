// SPDX-License-Identifier: GPL-2.0-only
// How far several models disagree: standard deviations over the models, as DeePMD-kit defines them
// (Y. Zhang et al., Comput. Phys. Commun. 253, 107206 (2020)).
#pragma once

#include <array>
#include <vector>

namespace lbs::deepsea {

struct Range {
  double most = 0.0;
  double least = 0.0;
  double average = 0.0;
};

// sqrt(mean over models of |F - <F>|^2) for one atom; forces[model][3]. With `level` > 0 divided
// by |<F>| + level.
double force_deviation(const std::vector<std::array<double, 3>> &forces, double level);

// Of the nine components of the virials (eV), each divided by the number of atoms: largest,
// smallest, and root mean square. With `level` > 0 each is relative to its mean plus level.
Range virial_deviation(const std::vector<std::array<double, 9>> &virials, double atoms,
                       double level);

}    // namespace lbs::deepsea
