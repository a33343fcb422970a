// SPDX-License-Identifier: GPL-2.0-only
// Oxide composition of a glass and the quantities that composition models read from it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace lbs::fmp {

// An oxide formula such as B2O3, split into its cation and its two counts.
struct Oxide {
  std::string formula;
  std::string cation;
  int cations = 0;    // cations in one formula unit
  int oxygens = 0;    // oxygens in one formula unit
};

// Reads "Li2O", "B2O3", "SiO2", ...; throws InputError for anything else.
Oxide parse_oxide(const std::string &formula);

// Mole fractions of the oxides, in the order of the oxides they were built with; they sum to one.
struct Composition {
  std::vector<Oxide> oxides;
  std::vector<double> fraction;

  // Fraction of an oxide by its formula; 0 if the composition does not contain it.
  [[nodiscard]] double of(const std::string &formula) const;
  // Moles of an element in one mole of oxides, oxygen included.
  [[nodiscard]] double moles_of_element(const std::string &element) const;
  // "Li2O 0.4 B2O3 0.2 SiO2 0.4": the words that pair_coeff accepts.
  [[nodiscard]] std::string text() const;
};

// Composition from numbers of atoms by element symbol. Throws InputError if an element has no oxide
// or if the oxygens are not exactly those that the oxides need.
Composition composition_from_counts(const std::vector<Oxide> &oxides,
                                    const std::map<std::string, long long> &counts);

// Composition from formula -> amount, as fractions (sum 1) or mol% (sum 100). Throws InputError for
// an unknown formula, a negative amount or another sum.
Composition composition_from_fractions(const std::vector<Oxide> &oxides,
                                       const std::map<std::string, double> &amounts);

// K = SiO2/B2O3 and R = (sum of the modifier oxides)/B2O3. Both are infinite without boron.
struct BorateRatios {
  double K = 0.0;
  double R = 0.0;
};
BorateRatios borate_ratios(const Composition &composition,
                           const std::vector<std::string> &modifiers);

// Fraction of four-coordinated boron, Dell-Bray-Xiao model of sodium borosilicate glass
// (W. J. Dell, P. J. Bray, S. Z. Xiao, J. Non-Cryst. Solids 58, 1 (1983)).
// Throws InputError outside 0 <= K <= 8 or for negative R, where the model is not defined.
double n4_dell_bray_xiao(double K, double R);

// Amplitude A of the B-O Buckingham term in eV (L. Deng, J. Du, J. Am. Ceram. Soc. 102, 2482
// (2019)), with the constants of the published set as defaults.
struct DengDu {
  double A1 = 11900.0;
  double A2 = 12525.0;
  double T1 = 4350.0;
  double T2 = 85.0;

  [[nodiscard]] double operator()(double K, double R, double n4) const;
};

}    // namespace lbs::fmp
