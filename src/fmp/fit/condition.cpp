// SPDX-License-Identifier: GPL-2.0-only
#include "condition.hpp"

#include "support/input_error.hpp"

#include <algorithm>

namespace lbs::fmp::fit {

namespace {

constexpr double KCAL_PER_EV = 23.060549;    // as LAMMPS converts units real

// Adds the derivatives by one slot to those of the numbers it is in.
class SlopeMaker {
 public:
  SlopeMaker(const PotentialFile &file, const ForceField &field, double energy_unit)
      : file_(file), field_(field), energy_unit_(energy_unit)
  {
  }

  [[nodiscard]] ParameterSlopes make(const Slot &slot) const
  {
    auto const n = field_.elements.size();
    ParameterSlopes by;
    by.charges.assign(n, 0.0);
    by.pairs.assign(n * n, {});
    double const unit =
        slot.kind == Slot::Kind::CONSTANT
            ? model_value(unit_model(file_.models.at(slot.a), slot.constant), field_)
            : 1.0;
    for (std::size_t a = 0; a < n; ++a) {
      by.charges[a] = charge_slope(file_.elements[a], slot, unit);
      for (std::size_t b = 0; b < n; ++b) by.pairs[a * n + b] = pair_slope(a, b, slot, unit);
    }
    add_neutral(by.charges);
    return by;
  }

 private:
  const PotentialFile &file_;
  const ForceField &field_;
  double energy_unit_;

  // Whether a parameter is the model of a slot.
  static bool follows(const Parameter &p, const Slot &slot)
  {
    return slot.kind == Slot::Kind::CONSTANT && p.model == slot.a;
  }

  [[nodiscard]] static double charge_slope(const ElementEntry &e, const Slot &slot, double unit)
  {
    if (slot.kind == Slot::Kind::OXIDE_CHARGE) return e.oxide ? cation_charge(*e.oxide, 1.0) : 1.0;
    bool const itself = slot.kind == Slot::Kind::CHARGE && e.symbol == slot.a;
    return e.charge && (itself || follows(*e.charge, slot)) ? unit : 0.0;
  }

  // A charge that follows from neutrality takes up what the others change.
  void add_neutral(std::vector<double> &charges) const
  {
    double change = 0.0;
    for (std::size_t a = 0; a < charges.size(); ++a)
      change += charges[a] * field_.composition.moles_of_element(field_.elements[a]);
    for (std::size_t a = 0; a < charges.size(); ++a)
      if (!file_.elements[a].charge)
        charges[a] = -change / field_.composition.moles_of_element(field_.elements[a]);
  }

  [[nodiscard]] std::array<double, PAIR_NUMBERS> pair_slope(std::size_t a, std::size_t b,
                                                            const Slot &slot, double unit) const
  {
    std::array<double, PAIR_NUMBERS> by{};
    auto const &entry = file_.pair(field_.elements[a], field_.elements[b]);
    auto const &p = field_.pair(a, b);
    if (!p.short_range || !p.defined) return by;
    bool const here =
        std::minmax(field_.elements[a], field_.elements[b]) == std::minmax(slot.a, slot.b);
    auto const of = [&](Slot::Kind kind, const Parameter &number) {
      return (slot.kind == kind && here) || follows(number, slot) ? unit : 0.0;
    };
    by[BY_A] = energy_unit_ * of(Slot::Kind::A, entry.A);
    by[BY_C] = energy_unit_ * of(Slot::Kind::C, entry.C);
    by[BY_D] = energy_unit_ * of(Slot::Kind::D, entry.D);
    by[BY_RHO] = of(Slot::Kind::RHO, entry.rho) * (entry.inverse_rho ? -p.rho * p.rho : 1.0);
    by[BY_CORE] = slot.kind == Slot::Kind::CORE && here ? 1.0 : 0.0;
    return by;
  }
};

}    // namespace

std::vector<std::string> element_names(const PotentialFile &file)
{
  std::vector<std::string> names;
  for (auto const &element : file.elements) names.push_back(element.symbol);
  return names;
}

ConditionTerms make_terms(const PotentialFile &file, const std::vector<FreeParameter> &parameters,
                          const Condition &condition, const TermSettings &settings)
{
  double const unit = file.units == "real" ? 1.0 / KCAL_PER_EV : 1.0;
  ConditionTerms made;
  std::string what = condition.name;    // that a message is about
  try {
    auto field = evaluate(file, element_names(file), condition.composition, condition.n4);
    scale_energies(field, unit);
    made.charges = field.charges;
    auto const n = field.elements.size();
    for (std::size_t k = 0; k < n * n; ++k) {
      what =
          "pair " + field.elements[k / n] + " " + field.elements[k % n] + " at " + condition.name;
      made.terms.push_back(make_term(field.pairs[k], settings));
      made.slopes.push_back(make_slopes(field.pairs[k], made.terms.back()));
    }
    SlopeMaker const maker(file, field, unit);
    for (auto const &parameter : parameters) made.by.push_back(maker.make(parameter.slot));
  } catch (const InputError &e) {
    throw InputError(what + ": " + e.what());
  }
  return made;
}

}    // namespace lbs::fmp::fit
