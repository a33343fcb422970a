// SPDX-License-Identifier: GPL-2.0-only
#include "compute_qn_atom.h"

#include "compute_rank_exchange.h"

#include "support/buffer_bytes.hpp"

#include "atom.h"
#include "comm.h"
#include "memory.h"
#include "update.h"

#include <algorithm>

using namespace LAMMPS_NS;
using lbs::network::Role;

ComputeQnAtom::ComputeQnAtom(LAMMPS *lmp, int narg, char **arg)
    : Compute(lmp, narg, arg), bonds_(lmp, "qn/atom")
{
  peratom_flag = 1;
  size_peratom_cols = 0;
  vector_flag = 1;
  size_vector = lbs::network::QN_VALUES;
  extvector = 1;
  comm_forward = 1;
  bonds_.read(narg, arg, "there are no bridging oxygens");
  vector = new double[size_vector];
}

ComputeQnAtom::~ComputeQnAtom()
{
  delete[] vector;
  memory->destroy(bridging_);
}

void ComputeQnAtom::init()
{
  evaluated_.forget();
  bonds_.look_at_types();
}

void ComputeQnAtom::evaluate()
{
  if (!evaluated_.is_due(update->ntimestep, invoked_flag)) return;

  int const nlocal = atom->nlocal;
  if (atom->nmax > nmax_) {
    memory->destroy(bridging_);
    nmax_ = atom->nmax;
    memory->create(bridging_, nmax_, "qn/atom:bridging");
    vector_atom = bridging_;
  }
  std::vector<Role> role;
  bonds_.find_all(role, graph_);
  // An oxygen across the border has formers that this rank does not see.
  formers_.assign(role.size(), 0.0);
  for (int i = 0; i < nlocal; ++i)
    if (role[i] == Role::OXYGEN) formers_[i] = graph_.degree(i);
  comm->forward_comm(this);

  auto const bridging = lbs::network::bridging_oxygens(graph_, role, formers_);
  std::vector<char> counted(nlocal);
  for (int i = 0; i < nlocal; ++i) counted[i] = (atom->mask[i] & groupbit) != 0;
  for (int i = 0; i < nlocal; ++i) bridging_[i] = counted[i] != 0 ? bridging[i] : 0.0;
  census_ = lbs::network::count_qn(graph_, role, counted, bridging);
}

int ComputeQnAtom::pack_forward_comm(int n, int *list, double *buffer, int, int *)
{
  for (int i = 0; i < n; ++i) buffer[i] = formers_[list[i]];
  return n;
}

void ComputeQnAtom::unpack_forward_comm(int n, int first, double *buffer)
{
  std::copy(buffer, buffer + n, formers_.begin() + first);
}

void ComputeQnAtom::compute_peratom()
{
  invoked_peratom = update->ntimestep;
  evaluate();
}

void ComputeQnAtom::compute_vector()
{
  invoked_vector = update->ntimestep;
  evaluate();
  auto const all = sum_over_ranks(lbs::network::qn_values(census_), world);
  std::copy(all.begin(), all.end(), vector);
}

double ComputeQnAtom::memory_usage()
{
  return static_cast<double>(nmax_) * sizeof(double) + bonds_.bytes() +
         lbs::buffer_bytes(formers_) + graph_.bytes();
}
