// SPDX-License-Identifier: GPL-2.0-only
#include "compute_boron_coord.h"

#include "compute_rank_exchange.h"

#include "atom.h"
#include "memory.h"
#include "update.h"

#include <algorithm>

using namespace LAMMPS_NS;
using lbs::network::Role;

ComputeBoronCoord::ComputeBoronCoord(LAMMPS *lmp, int narg, char **arg)
    : Compute(lmp, narg, arg), bonds_(lmp, "boron/coord")
{
  peratom_flag = 1;
  size_peratom_cols = 0;
  vector_flag = 1;
  size_vector = lbs::network::CENSUS_VALUES;
  extvector = -1;    // all are counts but the fraction
  bonds_.read(narg, arg, "nothing can be coordinated");

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

void ComputeBoronCoord::init()
{
  evaluated_.forget();
  bonds_.look_at_types();
}

void ComputeBoronCoord::evaluate()
{
  if (!evaluated_.is_due(update->ntimestep, invoked_flag)) return;
  find_census();
}

void ComputeBoronCoord::grow_coordination()
{
  if (atom->nmax <= nmax_) return;
  memory->destroy(coordination_);
  nmax_ = atom->nmax;
  memory->create(coordination_, nmax_, "boron/coord:coordination");
  vector_atom = coordination_;
}

void ComputeBoronCoord::find_census()
{
  int const nlocal = atom->nlocal;
  grow_coordination();
  std::vector<Role> role;
  bonds_.find_all(role, graph_);
  std::vector<char> counted(nlocal);
  for (int i = 0; i < nlocal; ++i) counted[i] = (atom->mask[i] & groupbit) != 0;
  for (int i = 0; i < nlocal; ++i) coordination_[i] = counted[i] != 0 ? graph_.degree(i) : 0.0;
  census_ = lbs::network::count_coordination(graph_, role, counted);
}

void ComputeBoronCoord::compute_peratom()
{
  invoked_peratom = update->ntimestep;
  evaluate();
  find_coordination();
}

void ComputeBoronCoord::compute_vector()
{
  invoked_vector = update->ntimestep;
  evaluate();
  lbs::network::Census all;
  auto const sum = [this](auto &mine, auto &total) {
    auto const values = sum_over_ranks({mine.begin(), mine.end()}, world);
    std::copy(values.begin(), values.end(), total.begin());
  };
  sum(census_.boron, all.boron);
  sum(census_.silicon, all.silicon);
  sum(census_.oxygen, all.oxygen);
  auto const values = lbs::network::census_values(all);
  std::copy(values.begin(), values.end(), vector);
}

double ComputeBoronCoord::memory_usage()
{
  return static_cast<double>(nmax_) * sizeof(double) + bonds_.bytes() + graph_.bytes();
}
