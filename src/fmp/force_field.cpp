// SPDX-License-Identifier: GPL-2.0-only
#include "force_field.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lbs::fmp {

namespace {

struct ModelInput {
  const Composition &composition;
  BorateRatios ratios;
  double n4;    // NaN where it is not defined
};

double variable_value(const std::string &name, const ModelInput &in)
{
  if (name == "K") return in.ratios.K;
  if (name == "R") return in.ratios.R;
  if (name == "N4") return in.n4;
  return in.composition.of(name.substr(2));    // x_OXIDE, checked by the parser
}

double model_value(const Model &model, const ModelInput &in)
{
  if (const auto *deng_du = std::get_if<DengDu>(&model))
    return (*deng_du)(in.ratios.K, in.ratios.R, in.n4);
  double sum = 0.0;
  for (const auto &term : std::get<Polynomial>(model).terms) {
    double product = term.coefficient;
    for (const auto &[name, power] : term.factors)
      product *= std::pow(variable_value(name, in), power);
    sum += product;
  }
  return sum;
}

bool model_uses_n4(const Model &model)
{
  if (std::holds_alternative<DengDu>(model)) return true;
  for (const auto &term : std::get<Polynomial>(model).terms)
    for (const auto &factor : term.factors)
      if (factor.first == "N4") return true;
  return false;
}

std::optional<double> decide_n4(const PotentialFile &file, const BorateRatios &ratios,
                                const N4Choice &choice)
{
  if (!uses_n4(file)) {
    if (choice.source != N4Choice::FROM_FILE)
      throw InputError("potential " + file.name + " does not depend on N4; remove keyword n4");
    return {};
  }
  if (!std::isfinite(ratios.K)) return {};    // no boron, no N4
  if (choice.source == N4Choice::GIVEN) {
    if (!(choice.value >= 0.0 && choice.value <= 1.0))
      throw InputError("n4 is a fraction from 0 to 1, not " + text::number(choice.value));
    return choice.value;
  }
  if (choice.source == N4Choice::FROM_FILE && !file.n4_dell_bray_xiao)
    throw InputError("potential " + file.name +
                     " needs the fraction of four-coordinated boron: add 'n4 VALUE' or 'n4 dbx'");
  return n4_dell_bray_xiao(ratios.K, ratios.R);
}

double evaluate_parameter(const PotentialFile &file, const Parameter &p, const ModelInput &in)
{
  return p.model.empty() ? p.number : model_value(file.models.at(p.model), in);
}

// Empty where a term can be made of them.
std::string fault_of_parameters(const PairParameters &p)
{
  auto const amplitude = [](double value) { return std::isfinite(value) && value >= 0.0; };
  if (amplitude(p.A) && amplitude(p.rho) && p.rho > 0.0 && amplitude(p.C) && amplitude(p.D))
    return {};
  return "A = " + text::number(p.A) + ", rho = " + text::number(p.rho) +
         ", C = " + text::number(p.C) + ", D = " + text::number(p.D) +
         "; all must be finite, none negative and rho positive";
}

PairParameters evaluate_pair(const PotentialFile &file, const std::string &a, const std::string &b,
                             const ModelInput &in)
{
  const auto &entry = file.pair(a, b);
  PairParameters p;
  if (entry.coulomb_only) return p;
  p.short_range = true;
  p.A = evaluate_parameter(file, entry.A, in);
  p.rho = evaluate_parameter(file, entry.rho, in);
  if (entry.inverse_rho) p.rho = 1.0 / p.rho;
  p.C = evaluate_parameter(file, entry.C, in);
  p.D = evaluate_parameter(file, entry.D, in);
  p.power = entry.power;
  p.core = entry.core;
  p.core_r0 = entry.core_r0;
  p.cut = entry.cut;
  p.shift = entry.shift;
  p.smooth = entry.smooth;
  bool const finite =
      std::isfinite(p.A) && std::isfinite(p.rho) && std::isfinite(p.C) && std::isfinite(p.D);
  bool const present =
      in.composition.moles_of_element(a) > 0.0 && in.composition.moles_of_element(b) > 0.0;
  if (!finite && !present) {
    p.defined = false;
    return p;
  }
  auto const fault = fault_of_parameters(p);
  if (!fault.empty())
    throw InputError("potential file " + file.path + ", line " + std::to_string(entry.line) +
                     ": at this composition pair " + a + " " + b + " has " + fault);
  return p;
}

// Charge per mole of oxides of everything but `symbol`, over its own moles, with opposite sign.
double neutral_charge(const PotentialFile &file, const std::string &symbol, const ModelInput &in)
{
  double charge = 0.0;
  for (const auto &element : file.elements)
    if (element.charge)
      charge += evaluate_parameter(file, *element.charge, in) *
                in.composition.moles_of_element(element.symbol);
  double const moles = in.composition.moles_of_element(symbol);
  if (moles == 0.0)
    throw InputError("the charge of " + symbol + " follows from neutrality, but the composition" +
                     " contains none of it");
  return -charge / moles;
}

}    // namespace

bool uses_n4(const PotentialFile &file)
{
  return std::any_of(file.models.begin(), file.models.end(),
                     [](const auto &entry) { return model_uses_n4(entry.second); });
}

ForceField evaluate(const PotentialFile &file, const std::vector<std::string> &elements,
                    const Composition &composition, const N4Choice &choice)
{
  ForceField ff;
  ff.elements = elements;
  ff.composition = composition;
  ff.ratios = borate_ratios(composition, file.modifiers());
  ff.n4 = decide_n4(file, ff.ratios, choice);
  ModelInput const in{composition, ff.ratios,
                      ff.n4.value_or(std::numeric_limits<double>::quiet_NaN())};
  for (const auto &symbol : elements) {
    const auto *element = file.element(symbol);
    if (element == nullptr)
      throw InputError("potential file " + file.path + " has no element '" + symbol + "'");
    ff.charges.push_back(element->charge ? evaluate_parameter(file, *element->charge, in)
                                         : neutral_charge(file, symbol, in));
  }
  for (const auto &a : elements)
    for (const auto &b : elements) ff.pairs.push_back(evaluate_pair(file, a, b, in));
  return ff;
}

double model_value(const Model &model, const ForceField &field)
{
  return model_value(model,
                     ModelInput{field.composition, field.ratios,
                                field.n4.value_or(std::numeric_limits<double>::quiet_NaN())});
}

void scale_energies(ForceField &ff, double factor)
{
  for (auto &p : ff.pairs) {
    p.A *= factor;
    p.C *= factor;
    p.D *= factor;
  }
}

PairTerm make_term(const PairParameters &p, const TermSettings &settings)
{
  PairTerm t;
  t.rare_sq = COLLISION_SQ;
  t.cutsq = settings.cut_coulomb * settings.cut_coulomb;
  if (!p.short_range || !p.defined) return t;

  auto const fault = fault_of_parameters(p);
  if (!fault.empty()) throw InputError(fault);    // of what 'fix adapt' has made
  t.cut_short = settings.cut_short;
  if (p.smooth >= t.cut_short)
    throw InputError("smooth " + text::number(p.smooth) + " is not below the cutoff of " +
                     text::number(t.cut_short) + " A, and would leave nothing of the pair");
  if (p.cut && std::fabs(*p.cut - settings.cut_short) > 1.0e-9)
    throw InputError("the potential is defined with a short-range cutoff of " +
                     text::number(*p.cut) + " A; pair_style gives " +
                     text::number(settings.cut_short));
  t.cut_short_sq = t.cut_short * t.cut_short;
  t.cutsq = std::max(t.cutsq, t.cut_short_sq);
  t.A = p.A;
  t.rho_inv = 1.0 / p.rho;
  t.C = p.C;
  t.D = p.D;
  t.half_power = p.power / 2;
  t.smooth = p.smooth;
  if (p.core) {
    Core const fitted = p.core_r0 > 0.0 && t.C > 0.0 ? core_from(p.core_r0, t.A, p.rho, t.C)
                                                     : fit_core(t.A, p.rho, t.C);
    t.core_r = fitted.r0;
    t.core_b = fitted.B;
    t.core_n = fitted.n;
    t.core_d = fitted.D;
    t.rare_sq = std::max(COLLISION_SQ, t.core_r * t.core_r);
  }
  if (p.shift || settings.shift) t.offset = buckingham(t, t.cut_short, 1.0 / t.cut_short_sq).energy;
  return t;
}

}    // namespace lbs::fmp
