// SPDX-License-Identifier: GPL-2.0-only
#include "composition.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

namespace lbs::fmp {

namespace {

// Amounts given by hand carry a few digits only: 33.3 + 33.3 + 33.4 must pass, a typing error not.
constexpr double SUM_TOLERANCE = 1.0e-6;

int read_count(const std::string &text, std::size_t &pos)
{
  if (pos >= text.size() || std::isdigit(static_cast<unsigned char>(text[pos])) == 0) return 1;
  int count = 0;
  while (pos < text.size() && std::isdigit(static_cast<unsigned char>(text[pos])) != 0) {
    count = 10 * count + (text[pos++] - '0');
    if (count > 99) throw InputError("'" + text + "' is no oxide formula");
  }
  return count;
}

std::string read_symbol(const std::string &text, std::size_t &pos)
{
  std::string symbol;
  if (pos < text.size() && std::isupper(static_cast<unsigned char>(text[pos])) != 0)
    symbol += text[pos++];
  while (!symbol.empty() && pos < text.size() &&
         std::islower(static_cast<unsigned char>(text[pos])) != 0)
    symbol += text[pos++];
  return symbol;
}

Composition normalized(const std::vector<Oxide> &oxides, std::vector<double> moles)
{
  double sum = 0.0;
  for (double const m : moles) sum += m;
  if (!(sum > 0.0)) throw InputError("the composition is empty: no oxide is present");
  for (double &m : moles) m /= sum;
  return {oxides, std::move(moles)};
}

}    // namespace

Oxide parse_oxide(const std::string &formula)
{
  Oxide oxide;
  oxide.formula = formula;
  std::size_t pos = 0;
  oxide.cation = read_symbol(formula, pos);
  oxide.cations = read_count(formula, pos);
  bool const has_oxygen = read_symbol(formula, pos) == "O";
  oxide.oxygens = read_count(formula, pos);
  if (oxide.cation.empty() || oxide.cation == "O" || !has_oxygen || pos != formula.size() ||
      oxide.cations == 0 || oxide.oxygens == 0)
    throw InputError("'" + formula + "' is no oxide formula; write it like Li2O, B2O3 or SiO2");
  return oxide;
}

double Composition::of(const std::string &formula) const
{
  for (std::size_t i = 0; i < oxides.size(); ++i)
    if (oxides[i].formula == formula) return fraction[i];
  return 0.0;
}

double Composition::moles_of_element(const std::string &element) const
{
  double moles = 0.0;
  for (std::size_t i = 0; i < oxides.size(); ++i) {
    if (oxides[i].cation == element) moles += fraction[i] * oxides[i].cations;
    if (element == "O") moles += fraction[i] * oxides[i].oxygens;
  }
  return moles;
}

std::string Composition::text() const
{
  std::string out;
  for (std::size_t i = 0; i < oxides.size(); ++i) {
    if (fraction[i] == 0.0) continue;
    if (!out.empty()) out += ' ';
    out += oxides[i].formula + ' ' + text::number(fraction[i]);
  }
  return out;
}

Composition composition_from_counts(const std::vector<Oxide> &oxides,
                                    const std::map<std::string, long long> &counts)
{
  std::vector<double> moles;
  std::string needs;
  double oxygens_needed = 0.0;
  for (const auto &oxide : oxides) {
    auto const found = counts.find(oxide.cation);
    long long const cations = found == counts.end() ? 0 : found->second;
    double const units = static_cast<double>(cations) / oxide.cations;
    moles.push_back(units);
    oxygens_needed += units * oxide.oxygens;
    if (cations > 0)
      needs += (needs.empty() ? "" : ", ") + std::to_string(cations) + ' ' + oxide.cation;
  }
  for (const auto &[element, count] : counts) {
    bool const known = element == "O" || std::any_of(oxides.begin(), oxides.end(),
                                                     [&element = element](const Oxide &o) {
                                                       return o.cation == element;
                                                     });
    if (count > 0 && !known)
      throw InputError("element " + element + " has no oxide, so the composition is not defined");
  }
  auto const oxygen = counts.find("O");
  auto const oxygens = static_cast<double>(oxygen == counts.end() ? 0 : oxygen->second);
  // Counts are integers and formulas halves at most: the balance is exact or it is wrong.
  if (std::fabs(oxygens - oxygens_needed) > 0.25)
    throw InputError("the atoms are no mixture of oxides: " + needs + " need " +
                     text::number(oxygens_needed) + " O, but there are " + text::number(oxygens) +
                     "; correct the atoms or the order of the elements in pair_coeff, or give " +
                     "'composition' by hand");
  return normalized(oxides, std::move(moles));
}

Composition composition_from_fractions(const std::vector<Oxide> &oxides,
                                       const std::map<std::string, double> &amounts)
{
  std::vector<double> moles(oxides.size(), 0.0);
  double sum = 0.0;
  for (const auto &[formula, amount] : amounts) {
    auto const same = [&formula = formula](const Oxide &o) { return o.formula == formula; };
    auto const found = std::find_if(oxides.begin(), oxides.end(), same);
    if (found == oxides.end())
      throw InputError("the potential has no oxide '" + formula + "' for keyword composition");
    if (!(amount >= 0.0) || !std::isfinite(amount))
      throw InputError("composition: the amount of " + formula + " must be zero or positive");
    moles[static_cast<std::size_t>(found - oxides.begin())] = amount;
    sum += amount;
  }
  if (std::fabs(sum - 1.0) > SUM_TOLERANCE && std::fabs(sum - 100.0) > 100.0 * SUM_TOLERANCE)
    throw InputError("composition: the oxides sum to " + text::number(sum) +
                     "; give mole fractions (sum 1) or mol% (sum 100)");
  return normalized(oxides, std::move(moles));
}

BorateRatios borate_ratios(const Composition &composition,
                           const std::vector<std::string> &modifiers)
{
  double const b2o3 = composition.of("B2O3");
  double const infinity = std::numeric_limits<double>::infinity();
  if (b2o3 == 0.0) return {infinity, infinity};
  double modifier = 0.0;
  for (const auto &formula : modifiers) modifier += composition.of(formula);
  return {composition.of("SiO2") / b2o3, modifier / b2o3};
}

double n4_dell_bray_xiao(double K, double R)
{
  if (!(K >= 0.0 && K <= 8.0) || !(R >= 0.0 && std::isfinite(R)))
    throw InputError("the Dell-Bray-Xiao model needs B2O3 and 0 <= SiO2/B2O3 <= 8; here K = " +
                     text::number(K) + " and R = " + text::number(R) +
                     ": give the fraction of four-coordinated boron with 'n4 VALUE'");
  double const r_max = K / 16.0 + 0.5;
  double const r_d1 = K / 4.0 + 0.5;
  double const r_d3 = 2.0 + K;
  if (R < r_max) return R;
  if (R < r_d1) return r_max;
  if (R >= r_d3) return 0.0;
  if (K == 0.0) return std::max(0.0, 1.0 - R);
  // Beyond r_d1 the added oxide breaks up diborate and reedmergnerite groups, in the ratio `share`.
  double const share = (2.0 - K / 4.0) / (K + K / 4.0);
  double const to_diborate = share / (1.0 + share) * (R - r_d1);
  double const to_reedmergnerite = R - r_d1 - to_diborate;
  return (0.5 - K / 16.0 - to_diborate / 3.0) + (K / 8.0 - 2.0 * to_reedmergnerite / 15.0);
}

double DengDu::operator()(double K, double R, double n4) const
{
  double const r_max = K / 16.0 + 0.5;
  if (R <= r_max) return A1 + T1 * (r_max - (r_max - n4) * (r_max - n4) / r_max) + T2 * K * K;
  // T3 joins the two branches at R = r_max (erratum of the source).
  double const T3 = (A1 + T2 * K * K - A2) / r_max + T1;
  return A2 + T3 * n4 * r_max / R;
}

}    // namespace lbs::fmp
