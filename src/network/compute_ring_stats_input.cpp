// SPDX-License-Identifier: GPL-2.0-only
// The command line of compute ring/stats.
#include "compute_ring_stats.h"

#include "support/elements.hpp"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "utils.h"

#include <algorithm>
#include <cstring>

using namespace LAMMPS_NS;
using lbs::network::Definition;
using lbs::network::Role;

namespace {

const std::vector<std::string> KEYWORDS = {"types", "formers",    "oxygen",    "cutoff",
                                           "max",   "definition", "homopolar", "wrapped"};

bool is_keyword(const std::string &word)
{
  return std::find(KEYWORDS.begin(), KEYWORDS.end(), word) != KEYWORDS.end();
}

}    // namespace

void ComputeRingStats::read_arguments(int narg, char **arg)
{
  std::vector<std::string> formers = {"B", "Si"};
  std::string oxygen = "O";
  bool formers_given = false, oxygen_given = false;
  auto const value_of = [&](int iarg) {
    if (iarg + 1 >= narg || is_keyword(arg[iarg + 1]))
      error->all(FLERR, "compute ring/stats: keyword {} needs a value", arg[iarg]);
    return std::string(arg[iarg + 1]);
  };
  int iarg = 3;
  while (iarg < narg) {
    std::string const keyword = arg[iarg];
    if (keyword == "types") {
      bonds_.read_types(narg, arg, iarg, KEYWORDS);
    } else if (keyword == "cutoff") {
      bonds_.read_cutoff(narg, arg, iarg);
    } else if (keyword == "homopolar") {
      bonds_.read_homopolar(narg, arg, iarg);
    } else if (keyword == "formers") {
      value_of(iarg);
      formers.clear();
      formers_given = true;
      for (++iarg; iarg < narg && !is_keyword(arg[iarg]); ++iarg) formers.emplace_back(arg[iarg]);
    } else if (keyword == "oxygen") {
      oxygen = value_of(iarg);
      oxygen_given = true;
      iarg += 2;
    } else if (keyword == "max") {
      max_ = utils::inumeric(FLERR, value_of(iarg), false, lmp);
      if (max_ < 2 || max_ > lbs::network::LARGEST_MAX_FORMERS)
        error->all(FLERR, "compute ring/stats: max {}: the largest ring has 2 to {} formers", max_,
                   lbs::network::LARGEST_MAX_FORMERS);
      iarg += 2;
    } else if (keyword == "definition") {
      auto const name = value_of(iarg);
      if (name == "primitive") definition_ = Definition::PRIMITIVE;
      else if (name == "guttman") definition_ = Definition::GUTTMAN;
      else if (name == "king") definition_ = Definition::KING;
      else
        error->all(FLERR,
                   "compute ring/stats: unknown definition '{}'; known are primitive, guttman "
                   "and king",
                   name);
      iarg += 2;
    } else if (keyword == "wrapped") {
      counts_wrapped_ = utils::logical(FLERR, value_of(iarg), false, lmp) != 0;
      iarg += 2;
    } else {
      error->all(FLERR,
                 "compute ring/stats: unknown keyword '{}'; known are types, formers, oxygen, "
                 "cutoff, max, definition, homopolar and wrapped",
                 keyword);
    }
  }
  bonds_.take_labels();
  // Without 'formers' those of B and Si count that the system has.
  if (!formers_given)
    formers.erase(std::remove_if(formers.begin(), formers.end(),
                                 [&](const std::string &f) {
                                   return !bonds_.has_type(lbs::network::role_of(f));
                                 }),
                  formers.end());
  // Direct bonds alone can make a network.
  if (!oxygen_given && has_direct_bonds() && !bonds_.has_type(Role::OXYGEN)) oxygen.clear();
  choose_formers(formers, oxygen);
}

// Leaves only the roles of the chosen formers and of oxygen, and checks that each former has its
// cutoff, unless `oxygen` is empty, for none.
void ComputeRingStats::choose_formers(const std::vector<std::string> &formers,
                                      const std::string &oxygen)
{
  auto const need = [&oxygen, this](const std::string &name, const char *keyword) {
    Role const role = lbs::network::role_of(name);
    if (role == Role::OTHER && lbs::is_element_symbol(name))
      error->all(FLERR, "compute ring/stats: {} {}: only {} here", keyword, name,
                 name == oxygen ? "O bridges formers" : "B and Si form networks");
    if (role == Role::OTHER || !bonds_.has_type(role))
      error->all(FLERR, "compute ring/stats: {} {}: no atom type is {}", keyword, name, name);
    return role;
  };
  if (formers.empty())
    error->all(FLERR, "compute ring/stats: no atom type is B or Si, so there is no network");
  std::vector<Role> chosen;
  for (const auto &name : formers) {
    if (name == oxygen)
      error->all(FLERR, "compute ring/stats: {} is listed as former and as oxygen", name);
    Role const role = need(name, "formers");
    if (!lbs::network::is_former(role))
      error->all(FLERR, "compute ring/stats: formers {}: only B and Si form networks here", name);
    if (bonds_.cutoffs.of(role) == 0.0 && !oxygen.empty())
      error->all(FLERR, "compute ring/stats: no cutoff for {} and O; add 'cutoff {} O {}'", name,
                 name, role == Role::BORON ? "1.95" : "2.15");
    chosen.push_back(role);
  }
  if (!oxygen.empty() && need(oxygen, "oxygen") != Role::OXYGEN)
    error->all(FLERR, "compute ring/stats: oxygen {}: only O bridges formers here", oxygen);
  auto const is_chosen = [&chosen](Role role) {
    return std::find(chosen.begin(), chosen.end(), role) != chosen.end();
  };
  for (auto &role : bonds_.type_role)
    if (lbs::network::is_former(role) && !is_chosen(role)) role = Role::OTHER;
  for (Role const former : {Role::BORON, Role::SILICON}) {
    if (is_chosen(former)) continue;
    (former == Role::BORON ? bonds_.cutoffs.boron : bonds_.cutoffs.silicon) = 0.0;
    for (Role const other : {Role::BORON, Role::SILICON}) {
      int const pair = lbs::network::BondCutoffs::pair(former, other);
      if (bonds_.cutoffs.direct[pair] > 0.0)
        error->all(FLERR,
                   "compute ring/stats: {}: {} is no former here; add it to 'formers', or leave "
                   "these bonds out",
                   DIRECT_BONDS[pair], former == Role::BORON ? "B" : "Si");
    }
  }
  if (comm->me != 0) return;
  utils::logmesg(lmp, "ring/stats: rings of up to {} formers, bonds up to B-O {} A, Si-O {} A\n",
                 max_, bonds_.cutoffs.boron, bonds_.cutoffs.silicon);
  for (int pair = 0; pair < 3; ++pair)
    if (bonds_.cutoffs.direct[pair] > 0.0)
      utils::logmesg(lmp, "ring/stats: {} up to {} A\n", DIRECT_BONDS[pair],
                     bonds_.cutoffs.direct[pair]);
}
