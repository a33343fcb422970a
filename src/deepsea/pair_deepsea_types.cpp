// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea: which atom type is which of the model's elements.
#include "pair_deepsea.h"

#include "lammps/element_names.h"
#include "lammps/type_labels.h"

#include "atom.h"
#include "comm.h"
#include "utils.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using lbs::InputError;
using namespace lbs::deepsea;

void PairDeepsea::coeff(int narg, char **arg)
{
  if (!allocated) allocate();
  coeff_words_.assign(arg, arg + narg);
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = 1; j <= atom->ntypes; ++j) scale_[i][j] = 1.0;
  set_types_used();
  if (!models_.empty()) map_types();
}

// LAMMPS wants to know before the models are open, after read_restart, which types this style has.
void PairDeepsea::set_types_used()
{
  try {
    coeff_ = parse_coeff(coeff_words_, atom->ntypes,
                         models_.empty() ? std::vector<std::string>() : models_.front().elements);
  } catch (const InputError &e) {
    stop(e);
  }
  auto const used = [this](int type) {
    return !coeff_.named() || coeff_.elements[type - 1] != "NULL";
  };
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = 1; j <= atom->ntypes; ++j) setflag[i][j] = used(i) && used(j) ? 1 : 0;
}

// Of atom types to those of the model. Names are looked up anew for another model, and labels and
// masses may have been given since pair_coeff.
void PairDeepsea::map_types()
{
  const auto &model = models_.front().elements;
  try {
    std::string source;
    auto const names = coeff_.named() ? coeff_.elements : elements_without_names(source);
    auto const map = model_types(names, model);
    model_type_.assign(1, -1);
    model_type_.insert(model_type_.end(), map.begin(), map.end());
    if (coeff_.named()) {
      lbs::check_names(atom, comm, error, names, "pair_coeff", reported_mapping_);
      return;
    }
    check_masses(names);
    std::string mapping;
    for (std::size_t t = 0; t < names.size(); ++t)
      mapping += fmt::format("{}{} {}", t == 0 ? "" : ", ", t + 1, names[t]);
    mapping = fmt::format("deepsea: atom types {} (by {})\n", mapping, source);
    if (mapping != reported_mapping_ && comm->me == 0) utils::logmesg(lmp, mapping);
    reported_mapping_ = mapping;
  } catch (const InputError &e) {
    stop(e);
  }
}

std::vector<std::string> PairDeepsea::elements_without_names(std::string &source) const
{
  const auto &model = models_.front().elements;
  source = atom->labelmapflag ? "type labels" : "the order of the model's elements";
  if (!atom->labelmapflag) return elements_by_order(atom->ntypes, model);
  std::vector<int> label_type;
  for (const auto &element : model) label_type.push_back(lbs::type_of_label(atom, element));
  return elements_by_label(atom->ntypes, model, label_type);
}

// Of types without names. Throws InputError; a type without a mass is LAMMPS' business.
void PairDeepsea::check_masses(const std::vector<std::string> &names) const
{
  std::vector<double> least(atom->ntypes + 1, HUGE_VAL);
  std::vector<double> most(atom->ntypes + 1, 0.0);
  for (int t = 1; t <= atom->ntypes; ++t)
    if (atom->mass && atom->mass_setflag[t]) least[t] = most[t] = atom->mass[t];
  for (int i = 0; atom->rmass && i < atom->nlocal; ++i) {
    int const t = atom->type[i];
    least[t] = std::min(least[t], atom->rmass[i]);
    most[t] = std::max(most[t], atom->rmass[i]);
  }
  MPI_Allreduce(MPI_IN_PLACE, least.data(), atom->ntypes + 1, MPI_DOUBLE, MPI_MIN, world);
  MPI_Allreduce(MPI_IN_PLACE, most.data(), atom->ntypes + 1, MPI_DOUBLE, MPI_MAX, world);
  for (int t = 1; t <= atom->ntypes; ++t) {
    if (most[t] == 0.0) continue;
    check_mass(t, least[t], names[t - 1], models_.front().elements);
    check_mass(t, most[t], names[t - 1], models_.front().elements);
  }
}
