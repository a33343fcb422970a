// SPDX-License-Identifier: GPL-2.0-only
#include "compute_bond_finder.h"

#include "lammps/comm_settings.h"
#include "lammps/element_names.h"
#include "lammps/first_message.h"
#include "lammps/type_labels.h"
#include "support/elements.hpp"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "group.h"
#include "neighbor.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;
using lbs::CommSettings;
using lbs::network::Role;

void BondFinder::read_types(int narg, char **arg, int &iarg,
                            const std::vector<std::string> &keywords)
{
  ++iarg;
  type_role.assign(1, Role::OTHER);
  elements_.clear();
  for (; iarg < narg && std::find(keywords.begin(), keywords.end(), arg[iarg]) == keywords.end();
       ++iarg) {
    if (strcmp(arg[iarg], "NULL") != 0 && !lbs::is_element_symbol(arg[iarg]))
      error->all(FLERR, "compute {}: '{}' in types is neither an element nor a keyword", name_,
                 arg[iarg]);
    type_role.push_back(lbs::network::role_of(arg[iarg]));
    elements_.emplace_back(arg[iarg]);
  }
  int const given = static_cast<int>(type_role.size()) - 1;
  if (given != atom->ntypes)
    error->all(FLERR, "compute {}: types gives {} elements for {} atom types", name_, given,
               atom->ntypes);
}

void BondFinder::look_at_types()
{
  if (!elements_.empty())
    lbs::check_names(atom, comm, error, elements_, "compute " + name_, doubt_);
}

void BondFinder::read_cutoff(int narg, char **arg, int &iarg)
{
  if (iarg + 3 >= narg)
    error->all(FLERR,
               "compute {}: cutoff needs two elements and a length, as in "
               "'cutoff B O 1.95'",
               name_);
  Role const a = lbs::network::role_of(arg[iarg + 1]);
  Role const b = lbs::network::role_of(arg[iarg + 2]);
  Role const former = lbs::network::is_former(a) ? a : b;
  Role const other = lbs::network::is_former(a) ? b : a;
  if (!lbs::network::is_former(former) || other != Role::OXYGEN)
    error->all(FLERR, "compute {}: cutoff {} {}: bonds are counted between B or Si and O", name_,
               arg[iarg + 1], arg[iarg + 2]);
  double const length = utils::numeric(FLERR, arg[iarg + 3], false, lmp);
  if (!(length > 0.0))
    error->all(FLERR, "compute {}: cutoff {} {} must be positive, not {}", name_, arg[iarg + 1],
               arg[iarg + 2], arg[iarg + 3]);
  (former == Role::BORON ? cutoffs.boron : cutoffs.silicon) = length;
  iarg += 4;
}

void BondFinder::read_homopolar(int narg, char **arg, int &iarg)
{
  if (iarg + 3 >= narg)
    error->all(FLERR,
               "compute {}: homopolar needs two formers and a length, as in "
               "'homopolar B B 1.9'",
               name_);
  std::string const bond = fmt::format("homopolar {} {}", arg[iarg + 1], arg[iarg + 2]);
  Role const a = lbs::network::role_of(arg[iarg + 1]);
  Role const b = lbs::network::role_of(arg[iarg + 2]);
  if (a == Role::OXYGEN && b == Role::OXYGEN)
    error->all(FLERR,
               "compute {}: {}: two oxygens are never bonded in the network; remove it, and look "
               "at the distances if there are such pairs",
               name_, bond);
  for (int const at : {iarg + 1, iarg + 2}) {
    Role const role = lbs::network::role_of(arg[at]);
    if (!lbs::network::is_former(role))
      error->all(FLERR, "compute {}: {}: {} is no former; name two of B and Si{}", name_, bond,
                 arg[at], role == Role::OXYGEN ? ", for oxygen is bonded by 'cutoff'" : "");
  }
  if (!utils::is_double(arg[iarg + 3]))
    error->all(FLERR, "compute {}: {}: '{}' is no length; give one, as in '{} 1.9'", name_, bond,
               arg[iarg + 3], bond);
  double const length = utils::numeric(FLERR, arg[iarg + 3], false, lmp);
  if (!(length > 0.0))
    error->all(FLERR, "compute {}: {} must be positive, not {}; leave it out for no such bonds",
               name_, bond, arg[iarg + 3]);
  auto &direct = cutoffs.direct[lbs::network::BondCutoffs::pair(a, b)];
  if (direct > 0.0)
    error->all(FLERR, "compute {}: {} is given twice, in either order; keep one of them", name_,
               bond);
  direct = length;
  iarg += 4;
}

void BondFinder::read(int narg, char **arg, const std::string &so)
{
  // The first minima of g(r) in lithium borosilicate glass and melt; see the documentation.
  cutoffs = {1.95, 2.15};
  int iarg = 3;
  while (iarg < narg) {
    if (strcmp(arg[iarg], "types") == 0) read_types(narg, arg, iarg, {"types", "cutoff"});
    else if (strcmp(arg[iarg], "cutoff") == 0) read_cutoff(narg, arg, iarg);
    else
      error->all(FLERR, "compute {}: unknown keyword '{}'; known are types and cutoff", name_,
                 arg[iarg]);
  }
  take_labels();
  if (!has_type(Role::OXYGEN)) error->all(FLERR, "compute {}: no atom type is O, so {}", name_, so);
  if (comm->me == 0)
    utils::logmesg(lmp, "{}: bonds up to B-O {} A, Si-O {} A\n", name_, cutoffs.boron,
                   cutoffs.silicon);
}

void BondFinder::take_labels()
{
  if (!type_role.empty()) return;
  std::string const remedy = fmt::format(
      "add 'types EL ...' with one element for each of the {} types, or NULL", atom->ntypes);
  if (!atom->labelmapflag)
    error->all(FLERR,
               "compute {}: the elements of the atom types are not known; {}, or give the types "
               "labels",
               name_, remedy);
  type_role.assign(atom->ntypes + 1, Role::OTHER);
  std::vector<char> known(atom->ntypes + 1, 0);
  for (int number = 1; number <= lbs::ELEMENTS; ++number) {
    std::string const symbol = lbs::element_symbol(number);
    int const type = lbs::type_of_label(atom, symbol);
    if (type < 0) continue;
    known[type] = 1;
    type_role[type] = lbs::network::role_of(symbol);
  }
  for (int type = 1; type <= atom->ntypes; ++type)
    if (known[type] == 0)
      error->all(FLERR, "compute {}: the label of atom type {} is no element's symbol; {}", name_,
                 type, remedy);
}

bool BondFinder::has_type(Role role) const
{
  return std::find(type_role.begin() + 1, type_role.end(), role) != type_role.end();
}

// Distance from the border of a rank's domain up to which atoms of a type become ghosts.
double BondFinder::ghost_reach(int type) const
{
  if (comm->mode == Comm::SINGLE) return std::max(comm->cutghostuser, neighbor->cutneighmax);
  // Mode multi/old, which the newest LAMMPS has no more: without what the user adds to it.
  if (comm->mode != Comm::MULTI) return neighbor->cuttype[type];
  // Collections of atoms by size are not told by type, so the shortest reach counts.
  double shortest = HUGE_VAL;
  for (int c = 0; c < neighbor->ncollections; ++c) {
    if (!neighbor->custom_collection_flag && c != type - 1) continue;
    double reach = comm->cutusermulti ? comm->cutusermulti[c] : 0.0;
    for (int other = 0; other < neighbor->ncollections; ++other) {
      double const *const *squared = neighbor->cutcollectionsq;
      if (CommSettings::reduce(comm) != 0 && squared[other][other] > squared[c][c]) continue;
      reach = std::max(reach, std::sqrt(squared[c][other]));
    }
    shortest = std::min(shortest, reach);
  }
  return shortest;
}

// Two atoms may have approached by a skin since the ghost atoms were chosen.
void BondFinder::check_ghosts() const
{
  double const needed = cutoffs.longest() + neighbor->skin;
  for (int type = 1; type <= atom->ntypes; ++type) {
    if (type_role[type] == Role::OTHER) continue;
    double const reach = ghost_reach(type);
    if (reach < needed)
      error->all(FLERR,
                 "compute {}: ghost atoms reach {} A, {}bonds need {} A; add "
                 "'comm_modify {}cutoff {}'",
                 name_, reach, cutoffs.longest_direct() == cutoffs.longest() ? "homopolar " : "",
                 needed, comm->mode == Comm::SINGLE ? "" : "mode single ", std::ceil(needed));
  }
}

int BondFinder::border_bit() const
{
  return group->bitmask[CommSettings::border_group(comm)];
}

std::string BondFinder::find_trouble() const
{
  int const border = CommSettings::border_group(comm);
  for (int i = 0; i < atom->nlocal; ++i) {
    if (type_role[atom->type[i]] == Role::OTHER) continue;
    tagint const id = atom->tag_enable ? atom->tag[i] : i + 1;
    const double *x = atom->x[i];
    if (!std::isfinite(x[0] + x[1] + x[2])) return fmt::format("atom {} is lost", id);
    if ((atom->mask[i] & border_bit()) == 0)
      return fmt::format("'comm_modify group {}' keeps ghost atoms out of the network, atom {} for "
                         "one; use it without 'group'",
                         group->names[border], id);
  }
  return "";
}

std::string BondFinder::find(lbs::network::BondRows which, std::vector<Role> &role,
                             lbs::network::BondGraph &graph)
{
  check_ghosts();
  int const nall = atom->nlocal + atom->nghost;
  role.resize(nall);
  for (int i = 0; i < nall; ++i) role[i] = type_role[atom->type[i]];
  const auto *x = nall > 0 ? reinterpret_cast<const double(*)[3]>(atom->x[0]) : nullptr;
  search_.find(atom->nlocal, nall, x, role, cutoffs, which, graph);
  return find_trouble();
}

void BondFinder::find_all(std::vector<Role> &role, lbs::network::BondGraph &graph)
{
  auto const trouble = lbs::first_message(find(lbs::network::BondRows::ALL, role, graph), world);
  if (!trouble.empty()) error->all(FLERR, "compute {}: {}", name_, trouble);
}
