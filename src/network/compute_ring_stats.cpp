// SPDX-License-Identifier: GPL-2.0-only
#include "compute_ring_stats.h"

#include "compute_rank_exchange.h"

#include "lammps/cell_heights.h"
#include "lammps/first_message.h"
#include "support/buffer_bytes.hpp"
#include "support/input_error.hpp"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "memory.h"
#include "update.h"

#include <algorithm>
#include <cmath>
#include <utility>

using namespace LAMMPS_NS;
using namespace lbs::network;

namespace {

constexpr int PERATOM_COLUMNS = 2;    // smallest ring, number of three-membered rings
constexpr int LOCAL_COLUMNS = 4;      // size, class, silicons, four-coordinated; then the members
constexpr int COMM_WORDS = 2;         // from an atom to its images
constexpr int MAX_BONDS = 24;         // of one atom; more come from atoms in a heap

}    // namespace

ComputeRingStats::ComputeRingStats(LAMMPS *lmp, int narg, char **arg)
    : Compute(lmp, narg, arg), bonds_(lmp, "ring/stats"), counts_(0)
{
  if (!atom->tag_enable)
    error->all(FLERR, "compute ring/stats: atoms need IDs; remove 'atom_modify id no'");
  read_arguments(narg, arg);
  counts_ = RingCounts(max_);
  search_ = std::make_unique<RingSearch>(domain_.graph(), domain_.key(), max_, definition_);

  vector_flag = 1;
  size_vector = RING_VALUES;
  extvector = -1;    // all are counts but the share of three-coordinated boron
  vector = new double[size_vector];
  extlist = new int[size_vector];
  std::fill(extlist, extlist + size_vector, 1);
  extlist[BORON_3_SHARE] = 0;
  array_flag = 1;
  size_array_rows = max_;
  size_array_cols = RING_COLUMNS;
  extarray = 0;
  memory->create(array, size_array_rows, size_array_cols, "ring/stats:array");
  peratom_flag = 1;
  size_peratom_cols = PERATOM_COLUMNS;
  local_flag = 1;
  size_local_cols = LOCAL_COLUMNS + 2 * max_;
  size_local_rows = 0;
  comm_forward = COMM_WORDS;
}

ComputeRingStats::~ComputeRingStats()
{
  delete[] vector;
  delete[] extlist;
  memory->destroy(array);
  memory->destroy(per_atom_);
  memory->destroy(local_);
}

void ComputeRingStats::init()
{
  evaluated_.forget();
  bonds_.look_at_types();
  check_cell();
}

void ComputeRingStats::check_cell() const
{
  auto const heights = lbs::cell_heights(domain);
  for (int k = 0; k < 3; ++k) {
    double const height = heights[k];
    auto const check = [&](const char *bond, double length) {
      if (domain->periodicity[k] && length >= height)
        error->all(FLERR,
                   "compute ring/stats: {} {} reaches over the periodic cell, which is {:.4} A "
                   "high; shorten it, or replicate the cell",
                   bond, length, height);
    };
    check("cutoff B O", bonds_.cutoffs.boron);
    check("cutoff Si O", bonds_.cutoffs.silicon);
    for (int pair = 0; pair < 3; ++pair) check(DIRECT_BONDS[pair], bonds_.cutoffs.direct[pair]);
  }
}

int ComputeRingStats::pack_forward_comm(int n, int *list, double *buf, int, int *pbc)
{
  double *out = buf;
  for (int i = 0; i < n; ++i) {
    const Home &home = home_[list[i]];
    ImageShift const shift = home.shift + pack_shift(pbc[0], pbc[1], pbc[2]);
    *out++ = ubuf(pack_pair(home.owner.rank, home.owner.index)).d;
    *out++ = ubuf(pack_pair(shift, home.coordination)).d;
  }
  return static_cast<int>(out - buf);
}

void ComputeRingStats::unpack_forward_comm(int n, int first, double *buf)
{
  for (int i = first; i < first + n; ++i, buf += COMM_WORDS) {
    auto const owner = ubuf(buf[0]).i;
    auto const rest = ubuf(buf[1]).i;
    home_[i] = {{high_of(owner), low_of(owner)}, high_of(rest), low_of(rest)};
  }
}

// Each image learns from its owner which atom it is, and on the way how many cells away.
void ComputeRingStats::find_homes()
{
  int const nlocal = atom->nlocal;
  home_.resize(nlocal + atom->nghost);
  for (int i = 0; i < nlocal; ++i)
    home_[i] = {{comm->me, i}, 0, bond_graph_.coordination(i, role_)};
  comm->forward_comm(this);
}

NetworkAtom ComputeRingStats::atom_at(int i) const
{
  const Home &home = home_[i];
  return {atom->tag[i], home.owner, home.coordination, role_[i], (atom->mask[i] & groupbit) != 0};
}

// Returns the buffers received. `more`, whether there has to be another round, becomes true if that
// is so on any rank. All stop if one of them is in trouble.
RankBuffers ComputeRingStats::exchange(const RankBuffers &send, const std::string &trouble,
                                       bool &more) const
{
  constexpr int MORE = 1, TROUBLE = 2;
  int flags = (more ? MORE : 0) | (trouble.empty() ? 0 : TROUBLE);
  RankBuffers received = exchange_buffers(send, world, flags);
  if ((flags & TROUBLE) != 0)
    error->all(FLERR, "compute ring/stats: {}", lbs::first_message(trouble, world));
  more = (flags & MORE) != 0;
  return received;
}

RankBuffers ComputeRingStats::exchange(const RankBuffers &send, const std::string &trouble) const
{
  bool more = false;
  return exchange(send, trouble, more);
}

// Stops if an own atom of any rank is in trouble.
void ComputeRingStats::gather_domain(std::string trouble)
{
  domain_.start(comm->me, comm->nprocs, max_);
  for (int i = 0; i < atom->nlocal; ++i) domain_.add_atom(atom_at(i));
  for (int i = 0; i < atom->nlocal; ++i)
    for (auto e = bond_graph_.start[i]; e < bond_graph_.start[i + 1]; ++e) {
      int const j = bond_graph_.neighbor[e];
      domain_.add_bond(i, atom_at(j), home_[j].shift);
    }
  domain_.build(exchange_buffers(domain_.border_bonds(), world));
  if (trouble.empty()) trouble = find_heap();
  RankBuffers const nothing(comm->nprocs);
  bool more = true;
  while (more) {
    const RankBuffers &rows = trouble.empty() ? domain_.pack_halo_rows() : nothing;
    more = domain_.forwards_requests();
    domain_.receive(exchange(rows, trouble, more));
  }
  domain_.build_halo();
}

// An own atom that no network has, as a message.
std::string ComputeRingStats::find_heap() const
{
  for (int i = 0; i < domain_.own(); ++i)
    if (domain_.bonds(i) > MAX_BONDS)
      return fmt::format("atom {} has {} bonds; atoms overlap, or the cutoffs are too long",
                         domain_.key()[i], domain_.bonds(i));
  return "";
}

// Returns what went wrong.
std::string ComputeRingStats::search_rings(RingCounts &counts)
{
  rings_.clear();
  try {
    for (int i = 0; i < domain_.own(); ++i) {
      if (!is_former(domain_.role(i)) || domain_.bonds(i) < 2) continue;
      search_->find_rings(i, rings_);
      if (counts_wrapped_) search_->count_wrapped(counts.wrapped);
    }
  } catch (const lbs::InputError &e) {
    return e.what();
  }
  return "";
}

// Rings and marks go to the ranks that own them, then the formers are counted and all is summed.
void ComputeRingStats::finish_counts(RingCounts &counts, std::string trouble)
{
  if (definition_ != Definition::PRIMITIVE) {
    auto const others = pack_rings_of_others(domain_, comm->me, comm->nprocs, rings_);
    try {
      add_rings(exchange(others, trouble), domain_, rings_);
    } catch (const lbs::InputError &e) {
      trouble = e.what();
    }
    rings_.drop_repeated(0, domain_.key());
  }
  count_rings(rings_, domain_, counts, marks_);
  add_marks(exchange(pack_marks(domain_, marks_, comm->nprocs), trouble), marks_);
  count_formers(domain_, marks_, counts);
  counts_.from_flat(sum_over_ranks(counts.flat(), world));
}

void ComputeRingStats::evaluate()
{
  if (!evaluated_.is_due(update->ntimestep, invoked_flag)) return;
  check_cell();    // it may have become smaller since the start of the run
  auto const atom_trouble = bonds_.find(BondRows::FORMERS, role_, bond_graph_);
  find_homes();
  gather_domain(atom_trouble);
  RingCounts counts(max_);
  auto const trouble = search_rings(counts);
  finish_counts(counts, trouble);
}

void ComputeRingStats::compute_vector()
{
  invoked_vector = update->ntimestep;
  evaluate();
  auto const values = ring_values(counts_);
  std::copy(values.begin(), values.end(), vector);
}

void ComputeRingStats::compute_array()
{
  invoked_array = update->ntimestep;
  evaluate();
  for (int n = 1; n <= max_; ++n) {
    auto const row = ring_row(counts_, n);
    std::copy(row.begin(), row.end(), array[n - 1]);
  }
}

void ComputeRingStats::compute_peratom()
{
  invoked_peratom = update->ntimestep;
  evaluate();
  if (atom->nmax > nmax_) {
    memory->destroy(per_atom_);
    nmax_ = atom->nmax;
    memory->create(per_atom_, nmax_, size_peratom_cols, "ring/stats:per_atom");
    array_atom = per_atom_;
  }
  for (int i = 0; i < domain_.own(); ++i) {
    bool const counted = domain_.counted(i);
    per_atom_[i][0] = counted ? smallest_ring(marks_[i]) : 0;
    per_atom_[i][1] = counted ? marks_[i].three : 0;
  }
}

void ComputeRingStats::compute_local()
{
  invoked_local = update->ntimestep;
  evaluate();
  size_local_rows = static_cast<int>(rings_.count());
  if (size_local_rows > rows_) {
    memory->destroy(local_);
    rows_ = size_local_rows + size_local_rows / 8;
    memory->create(local_, rows_, size_local_cols, "ring/stats:local");
    array_local = local_;
  }
  for (int k = 0; k < size_local_rows; ++k) {
    auto const kind = kind_of(rings_, k, domain_);
    double *out = local_[k];
    *out++ = kind.formers;
    *out++ = kind.ring_class();
    *out++ = kind.silicons;
    *out++ = kind.four_coordinated;
    for (auto e = rings_.start[k]; e < rings_.start[k + 1]; ++e)
      *out++ = static_cast<double>(domain_.key()[rings_.site[e]]);
    std::fill(out, local_[k] + size_local_cols, 0.0);
  }
}

double ComputeRingStats::memory_usage()
{
  return domain_.bytes() + rings_.bytes() + search_->bytes() + bonds_.bytes() +
         bond_graph_.bytes() + lbs::buffer_bytes(marks_, role_, home_) +
         (static_cast<double>(nmax_) * PERATOM_COLUMNS +
          static_cast<double>(rows_) * size_local_cols) *
             sizeof(double);
}
