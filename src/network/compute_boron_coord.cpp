#include "compute_boron_coord.h"

#include "../support/elements.hpp"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neigh_request.h"
#include "neighbor.h"
#include "pair.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace LAMMPS_NS;
using lbs::network::Role;

namespace {

// First minima of g(r) in lithium borosilicate glass and melt, A; see the documentation.
constexpr double DEFAULT_B_O = 1.95;
constexpr double DEFAULT_SI_O = 2.15;

}    // namespace

ComputeBoronCoord::ComputeBoronCoord(LAMMPS *lmp, int narg, char **arg) : Compute(lmp, narg, arg)
{
  peratom_flag = 1;
  size_peratom_cols = 0;
  vector_flag = 1;
  size_vector = lbs::network::CENSUS_VALUES;
  extvector = -1;    // all are counts but the fraction
  cutoffs_ = {DEFAULT_B_O, DEFAULT_SI_O};

  int iarg = 3;
  while (iarg < narg) {
    if (strcmp(arg[iarg], "types") == 0) read_types(narg, arg, iarg);
    else if (strcmp(arg[iarg], "cutoff") == 0) read_cutoff(narg, arg, iarg);
    else
      error->all(FLERR, "compute boron/coord: unknown keyword '{}'; known are types and cutoff",
                 arg[iarg]);
  }
  if (type_role_.empty())
    error->all(FLERR,
               "compute boron/coord: keyword types is missing; give the element of each of "
               "the {} atom types, as in 'types Li B O Si'",
               atom->ntypes);
  if (std::find(type_role_.begin(), type_role_.end(), Role::OXYGEN) == type_role_.end())
    error->all(FLERR, "compute boron/coord: no atom type is O, so nothing can be coordinated");
  if (comm->me == 0)
    utils::logmesg(lmp, "boron/coord: bonds up to B-O {} A, Si-O {} A\n", cutoffs_.boron,
                   cutoffs_.silicon);

  vector = new double[size_vector];
  extlist = new int[size_vector];
  std::fill(extlist, extlist + size_vector, 1);
  extlist[lbs::network::FRACTION_4B] = 0;
}

ComputeBoronCoord::~ComputeBoronCoord()
{
  delete[] vector;
  delete[] extlist;
  memory->destroy(coordination_);
}

void ComputeBoronCoord::read_types(int narg, char **arg, int &iarg)
{
  ++iarg;
  type_role_.assign(1, Role::OTHER);
  for (; iarg < narg && strcmp(arg[iarg], "cutoff") != 0 && strcmp(arg[iarg], "types") != 0;
       ++iarg) {
    if (strcmp(arg[iarg], "NULL") != 0 && !lbs::is_element_symbol(arg[iarg]))
      error->all(FLERR, "compute boron/coord: '{}' in types is neither an element nor a keyword",
                 arg[iarg]);
    type_role_.push_back(lbs::network::role_of(arg[iarg]));
  }
  int const given = static_cast<int>(type_role_.size()) - 1;
  if (given != atom->ntypes)
    error->all(FLERR, "compute boron/coord: types gives {} elements for {} atom types", given,
               atom->ntypes);
}

void ComputeBoronCoord::read_cutoff(int narg, char **arg, int &iarg)
{
  if (iarg + 3 >= narg)
    error->all(FLERR, "compute boron/coord: cutoff needs two elements and a length, as in "
                      "'cutoff B O 1.95'");
  Role const a = lbs::network::role_of(arg[iarg + 1]);
  Role const b = lbs::network::role_of(arg[iarg + 2]);
  Role const former = lbs::network::is_former(a) ? a : b;
  Role const other = lbs::network::is_former(a) ? b : a;
  if (!lbs::network::is_former(former) || other != Role::OXYGEN)
    error->all(FLERR, "compute boron/coord: cutoff {} {}: bonds are counted between B or Si and O",
               arg[iarg + 1], arg[iarg + 2]);
  double const length = utils::numeric(FLERR, arg[iarg + 3], false, lmp);
  if (!(length > 0.0))
    error->all(FLERR, "compute boron/coord: cutoff {} {} must be positive, not {}", arg[iarg + 1],
               arg[iarg + 2], arg[iarg + 3]);
  (former == Role::BORON ? cutoffs_.boron : cutoffs_.silicon) = length;
  iarg += 4;
}

// An occasional list serves until the next rebuild of the others. Since that rebuild two atoms may
// have approached by a skin before the list is made and by another one after.
double ComputeBoronCoord::list_cutoff() const
{
  return cutoffs_.longest() + (perpetual_ ? 1.0 : 2.0) * neighbor->skin;
}

void ComputeBoronCoord::init()
{
  evaluated_ = -1;    // atoms may have been moved between two runs at the same step
  // Under KOKKOS the bins of occasional lists on the host go out of step with the atoms, so there
  // the list is kept up to date with the others.
  perpetual_ = lmp->kokkos != nullptr;
  check_ghost_shell();
  neighbor->add_request(this, NeighConst::REQ_FULL | (perpetual_ ? 0 : NeighConst::REQ_OCCASIONAL))
      ->set_cutoff(list_cutoff());
}

void ComputeBoronCoord::init_list(int, NeighList *list)
{
  list_ = list;
}

// Without a pair style, or with one of shorter reach, ghost atoms may end before the list does.
void ComputeBoronCoord::check_ghost_shell() const
{
  double const pair_reach = force->pair ? force->pair->cutforce + neighbor->skin : 0.0;
  double const reach = std::max(pair_reach, comm->cutghostuser);
  if (reach < list_cutoff())
    error->all(FLERR,
               "compute boron/coord: ghost atoms reach {} A, bonds need {} A; add "
               "'comm_modify cutoff {}'",
               reach, list_cutoff(), std::ceil(list_cutoff()));
}

void ComputeBoronCoord::evaluate()
{
  if (evaluated_ == update->ntimestep) return;
  evaluated_ = update->ntimestep;
  if (!perpetual_) neighbor->build_one(list_);

  int const nlocal = atom->nlocal;
  int const nall = nlocal + atom->nghost;
  if (atom->nmax > nmax_) {
    memory->destroy(coordination_);
    nmax_ = atom->nmax;
    memory->create(coordination_, nmax_, "boron/coord:coordination");
    vector_atom = coordination_;
  }
  std::vector<Role> role(nall);
  for (int i = 0; i < nall; ++i) role[i] = type_role_[atom->type[i]];
  std::vector<char> counted(nlocal);
  for (int i = 0; i < nlocal; ++i) counted[i] = (atom->mask[i] & groupbit) != 0;

  const auto *x = nall > 0 ? reinterpret_cast<const double(*)[3]>(atom->x[0]) : nullptr;
  graph_ = lbs::network::build_bond_graph(
      nlocal, x, role, {list_->inum, list_->ilist, list_->numneigh, list_->firstneigh, NEIGHMASK},
      cutoffs_);
  for (int i = 0; i < nlocal; ++i) coordination_[i] = counted[i] != 0 ? graph_.degree(i) : 0.0;
  census_ = lbs::network::count_coordination(graph_, role, counted);
}

void ComputeBoronCoord::compute_peratom()
{
  invoked_peratom = update->ntimestep;
  evaluate();
}

void ComputeBoronCoord::compute_vector()
{
  invoked_vector = update->ntimestep;
  evaluate();
  lbs::network::Census all;
  auto const sum = [this](auto &mine, auto &total) {
    MPI_Allreduce(mine.data(), total.data(), static_cast<int>(mine.size()), MPI_LMP_BIGINT, MPI_SUM,
                  world);
  };
  sum(census_.boron, all.boron);
  sum(census_.silicon, all.silicon);
  sum(census_.oxygen, all.oxygen);
  auto const values = lbs::network::census_values(all);
  std::copy(values.begin(), values.end(), vector);
}

double ComputeBoronCoord::memory_usage()
{
  return static_cast<double>(nmax_) * sizeof(double) +
         static_cast<double>(graph_.start.capacity()) * sizeof(std::size_t) +
         static_cast<double>(graph_.neighbor.capacity()) * sizeof(int);
}
