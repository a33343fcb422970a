// SPDX-License-Identifier: GPL-2.0-only
#include "slots.hpp"

#include "fmp/potential_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace lbs::fmp::fit {

namespace {

PairEntry &pair_of(PotentialFile &file, const Slot &slot)
{
  return file.pairs.at(std::minmax(slot.a, slot.b));
}

ElementEntry &element_of(PotentialFile &file, const std::string &symbol)
{
  return *std::find_if(file.elements.begin(), file.elements.end(),
                       [&](const ElementEntry &e) { return e.symbol == symbol; });
}

std::array<double *, 4> constants_of(DengDu &model)
{
  return {&model.A1, &model.A2, &model.T1, &model.T2};
}

double &constant_of(Model &model, std::size_t constant)
{
  if (auto *deng_du = std::get_if<DengDu>(&model)) return *constants_of(*deng_du)[constant];
  return std::get<Polynomial>(model).terms[constant].coefficient;
}

// The number itself; of charges that follow each other, that of oxygen.
double &number_at(PotentialFile &file, const Slot &slot)
{
  switch (slot.kind) {
    case Slot::Kind::A: return pair_of(file, slot).A.number;
    case Slot::Kind::RHO: return pair_of(file, slot).rho.number;
    case Slot::Kind::C: return pair_of(file, slot).C.number;
    case Slot::Kind::D: return pair_of(file, slot).D.number;
    case Slot::Kind::CORE: return pair_of(file, slot).core_r0;
    case Slot::Kind::CONSTANT: return constant_of(file.models.at(slot.a), slot.constant);
    case Slot::Kind::CHARGE:
    case Slot::Kind::OXIDE_CHARGE: break;
  }
  return element_of(file, slot.a).charge->number;
}

}    // namespace

double value_at(const PotentialFile &file, const Slot &slot)
{
  PotentialFile copy = file;
  return number_at(copy, slot);
}

void set_value(const Slot &slot, double value, PotentialFile &file)
{
  number_at(file, slot) = value;
  if (slot.kind != Slot::Kind::OXIDE_CHARGE) return;
  for (auto &element : file.elements)
    if (element.oxide) element.charge->number = cation_charge(*element.oxide, value);
}

PotentialFile with_values(PotentialFile file, const std::vector<FreeParameter> &parameters,
                          const std::vector<double> &values)
{
  for (std::size_t k = 0; k < parameters.size(); ++k)
    set_value(parameters[k].slot, values[k], file);
  return file;
}

Model unit_model(const Model &model, std::size_t constant)
{
  Model unit = model;
  for (std::size_t k = 0; k < constant_names(model).size(); ++k)
    constant_of(unit, k) = k == constant ? 1.0 : 0.0;
  return unit;
}

std::vector<std::string> constant_names(const Model &model)
{
  if (std::holds_alternative<DengDu>(model)) return {"A1", "A2", "T1", "T2"};
  std::vector<std::string> names;
  for (auto const &term : std::get<Polynomial>(model).terms) names.push_back(term_name(term));
  return names;
}

double cation_charge(const Oxide &oxide, double oxygen_charge)
{
  return -oxygen_charge * oxide.oxygens / oxide.cations;
}

}    // namespace lbs::fmp::fit
