// SPDX-License-Identifier: GPL-2.0-only
#include "zbl_core.hpp"

#include "support/elements.hpp"
#include "support/input_error.hpp"

#include <cmath>

namespace lbs::deepsea {

namespace {

constexpr double COULOMB = 14.399645;    // e^2 / (4 pi eps0), eV A, as in LAMMPS' units metal
constexpr double SCREENING_LENGTH = 0.46850;    // A
constexpr double SCREENING_POWER = 0.23;

}    // namespace

ZblCore::ZblCore(const std::vector<std::string> &elements, double inner, double outer)
    : inner_(inner), outer_(outer), types_(static_cast<int>(elements.size()))
{
  std::vector<double> z;
  for (const auto &element : elements) {
    int const number = atomic_number(element);
    if (number == 0) throw InputError("core/zbl: the model's type '" + element + "' is no element");
    z.push_back(number);
  }
  for (int i = 0; i < types_; ++i)
    for (int j = 0; j < types_; ++j) {
      ZblPair pair;
      pair.charge = COULOMB * z[i] * z[j];
      pair.inverse_length =
          (std::pow(z[i], SCREENING_POWER) + std::pow(z[j], SCREENING_POWER)) / SCREENING_LENGTH;
      // S(r) = c, plus a/3 x^3 + b/4 x^4 with x = r - inner: cancels value and two derivatives of
      // the repulsion at `outer`.
      auto const [value, slope, curvature] = zbl_bare(pair, outer_);
      double const width = outer_ - inner_;
      pair.a = (-3.0 * slope + width * curvature) / (width * width);
      pair.b = (2.0 * slope - width * curvature) / (width * width * width);
      pair.c = -value + 0.5 * width * slope - width * width * curvature / 12.0;
      pairs_.push_back(pair);
    }
}

double ZblCore::energy(int type, int other, double r, double &slope) const
{
  return zbl_energy(pairs_[static_cast<std::size_t>(type) * types_ + other], inner_, outer_, r,
                    slope);
}

int ZblCore::add(const Atoms &atoms, double unit, Results &results) const
{
  int overlap = -1;
  for (int row = 0; row < atoms.list.inum; ++row) {
    int const i = atoms.list.ilist[row];
    if (atoms.type[i] < 0) continue;
    for (int n = 0; n < atoms.list.numneigh[i]; ++n) {
      int const j = atoms.list.firstneigh[i][n] & atoms.list.index_mask;
      if (atoms.type[j] < 0) continue;
      double const d[3] = {atoms.x[j][0] - atoms.x[i][0], atoms.x[j][1] - atoms.x[i][1],
                           atoms.x[j][2] - atoms.x[i][2]};
      double const r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
      if (!(r2 < outer_ * outer_)) continue;
      double const r = std::sqrt(r2);
      if (r == 0.0) overlap = i;
      double slope = 0.0;
      double const half = 0.5 * unit * energy(atoms.type[i], atoms.type[j], r, slope);
      slope *= unit;
      results.energy += half;
      if (results.atom_energy) results.atom_energy[i] += half;
      double v[9];
      for (int a = 0; a < 3; ++a) {
        results.force[i][a] += slope * d[a] / r;
        for (int b = 0; b < 3; ++b) v[3 * a + b] = -0.5 * slope * d[a] * d[b] / r;
      }
      for (int k = 0; k < 9; ++k) results.virial[k] += v[k];
      if (results.atom_virial)
        for (int k = 0; k < 9; ++k) results.atom_virial[i][k] += v[k];
      if (results.shared_virial) {
        double const six[6] = {v[0], v[4], v[8], v[1], v[2], v[5]};
        for (int k = 0; k < 6; ++k) results.shared_virial[i][k] += six[k];
      }
    }
  }
  return overlap;
}

}    // namespace lbs::deepsea
