// SPDX-License-Identifier: GPL-2.0-only
#include "compute_bond_finder.h"

#include "support/elements.hpp"

#include "atom.h"
#include "comm.h"
#include "compute.h"
#include "error.h"
#include "force.h"
#include "neigh_list.h"
#include "neigh_request.h"
#include "neighbor.h"
#include "pair.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;
using lbs::network::Role;

void BondFinder::read_types(int narg, char **arg, int &iarg,
                            const std::vector<std::string> &keywords)
{
  ++iarg;
  type_role.assign(1, Role::OTHER);
  for (; iarg < narg && std::find(keywords.begin(), keywords.end(), arg[iarg]) == keywords.end();
       ++iarg) {
    if (strcmp(arg[iarg], "NULL") != 0 && !lbs::is_element_symbol(arg[iarg]))
      error->all(FLERR, "compute {}: '{}' in types is neither an element nor a keyword", name_,
                 arg[iarg]);
    type_role.push_back(lbs::network::role_of(arg[iarg]));
  }
  int const given = static_cast<int>(type_role.size()) - 1;
  if (given != atom->ntypes)
    error->all(FLERR, "compute {}: types gives {} elements for {} atom types", name_, given,
               atom->ntypes);
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

// An occasional list serves until the next rebuild of the others. Since that rebuild two atoms may
// have approached by a skin before the list is made and by another one after.
double BondFinder::list_cutoff() const
{
  return cutoffs.longest() + (perpetual_ ? 1.0 : 2.0) * neighbor->skin;
}

void BondFinder::init(Compute *compute)
{
  // Under KOKKOS the bins of occasional lists on the host go out of step with the atoms, so there
  // the list is kept up to date with the others.
  perpetual_ = lmp->kokkos != nullptr;
  // Without a pair style, or with one of shorter reach, ghost atoms may end before the list does.
  double const pair_reach = force->pair ? force->pair->cutforce + neighbor->skin : 0.0;
  double const reach = std::max(pair_reach, comm->cutghostuser);
  if (reach < list_cutoff())
    error->all(FLERR,
               "compute {}: ghost atoms reach {} A, {}bonds need {} A; add "
               "'comm_modify cutoff {}'",
               name_, reach, cutoffs.longest_direct() == cutoffs.longest() ? "homopolar " : "",
               list_cutoff(), std::ceil(list_cutoff()));
  neighbor
      ->add_request(compute, NeighConst::REQ_FULL | (perpetual_ ? 0 : NeighConst::REQ_OCCASIONAL))
      ->set_cutoff(list_cutoff());
}

void BondFinder::find(lbs::network::BondRows which, std::vector<Role> &role,
                      lbs::network::BondGraph &graph)
{
  if (!perpetual_) neighbor->build_one(list_);
  int const nall = atom->nlocal + atom->nghost;
  role.resize(nall);
  for (int i = 0; i < nall; ++i) role[i] = type_role[atom->type[i]];
  const auto *x = nall > 0 ? reinterpret_cast<const double(*)[3]>(atom->x[0]) : nullptr;
  lbs::network::build_bond_graph(
      atom->nlocal, x, role,
      {list_->inum, list_->ilist, list_->numneigh, list_->firstneigh, NEIGHMASK}, cutoffs, which,
      graph);
}
