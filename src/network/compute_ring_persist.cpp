// SPDX-License-Identifier: GPL-2.0-only
#include "compute_ring_persist.h"

#include "compute_parcels.h"
#include "compute_ring_stats.h"

#include "support/input_error.hpp"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "memory.h"
#include "modify.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <numeric>

using namespace LAMMPS_NS;
using namespace lbs::network;

namespace {

// Values of the vector: shares by class, the numbers of rings remembered and present, and the share
// of the three-membered rings of boron only.
constexpr int CLASSES = SILICON_3;
constexpr int REMEMBERED = CLASSES;
constexpr int PRESENT = CLASSES + 1;
constexpr int BORATE_SHARE = CLASSES + 2;
constexpr int VALUES = CLASSES + 3;
constexpr int COLUMNS = 3;    // remembered, present, share

// Sum of the counts from `first` on, up to `last` if that is given.
template <class Counts> std::int64_t total(const Counts &counts, int first = 0, int last = -1)
{
  auto const end = last < 0 ? counts.end() : counts.begin() + last + 1;
  return std::accumulate(counts.begin() + first, end, std::int64_t{0});
}

double ratio(std::int64_t part, std::int64_t whole)
{
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

}    // namespace

ComputeRingPersist::ComputeRingPersist(LAMMPS *lmp, int narg, char **arg)
    : Compute(lmp, narg, arg), presence_(0)
{
  read_arguments(narg, arg);
  presence_ = RingPresence(rings_->max_formers());
  scalar_flag = 1;
  extscalar = 0;
  vector_flag = 1;
  size_vector = VALUES;
  extvector = -1;
  vector = new double[VALUES];
  extlist = new int[VALUES];
  std::fill(extlist, extlist + VALUES, 0);
  extlist[REMEMBERED] = extlist[PRESENT] = 1;
  array_flag = 1;
  extarray = 0;
  size_array_rows = rings_->max_formers();
  size_array_cols = COLUMNS;
  memory->create(array, size_array_rows, size_array_cols, "ring/persist:array");
}

ComputeRingPersist::~ComputeRingPersist()
{
  delete[] vector;
  delete[] extlist;
  memory->destroy(array);
}

void ComputeRingPersist::read_arguments(int narg, char **arg)
{
  if (narg < 6 || strcmp(arg[4], "reference") != 0)
    error->all(FLERR, "compute ring/persist: the arguments are the ID of a compute ring/stats and "
                      "'reference file NAME', 'reference step N' or 'reference first'");
  rings_id_ = arg[3];
  find_rings();
  std::string const source = arg[5];
  int iarg = 6;
  auto const value = [&](const char *what) {
    if (iarg >= narg) error->all(FLERR, "compute ring/persist: {} needs a value", what);
    return std::string(arg[iarg++]);
  };
  if (source == "first") {
    source_ = Source::FIRST;
  } else if (source == "step") {
    source_ = Source::STEP;
    step_ = utils::bnumeric(FLERR, value("reference step"), false, lmp);
  } else if (source == "file") {
    source_ = Source::FILE;
    file_ = value("reference file");
    if (iarg < narg && strcmp(arg[iarg], "frame") == 0) {
      ++iarg;
      step_ = utils::bnumeric(FLERR, value("frame"), false, lmp);
    }
  } else {
    error->all(FLERR,
               "compute ring/persist: unknown reference '{}'; known are file, step and first",
               source);
  }
  if (iarg < narg)
    error->all(FLERR, "compute ring/persist: '{}' after the reference is not known", arg[iarg]);
}

void ComputeRingPersist::init()
{
  evaluated_ = -1;
  find_rings();
}

// The compute ring/stats may have been deleted or defined anew since the last time.
void ComputeRingPersist::find_rings()
{
  auto *compute = modify->get_compute_by_id(rings_id_);
  if (!compute)
    error->all(FLERR, "compute ring/persist: there is no compute {}; define it before", rings_id_);
  if (strcmp(compute->style, "ring/stats") != 0)
    error->all(FLERR, "compute ring/persist: compute {} is of style {}, not ring/stats", rings_id_,
               compute->style);
  rings_ = dynamic_cast<ComputeRingStats *>(compute);
  if (array && rings_->max_formers() != size_array_rows)
    error->all(FLERR, "compute ring/persist: 'max' of compute {} was {} and is {}; define {} anew",
               rings_id_, size_array_rows, rings_->max_formers(), id);
}

// Rings of one kind of members meet on one rank, whoever owned them.
void ComputeRingPersist::share_out(const RingRecords &records, RingRecords &kept)
{
  kept.clear();
  for (const auto &words : exchange_parcels(records.scattered(comm->nprocs), world))
    kept.append(words);
  kept.sort();
}

// Rank 0 reads, all check, each keeps its part.
void ComputeRingPersist::remember_file()
{
  RingFrame frame;
  std::string trouble;
  if (comm->me == 0) {
    std::ifstream in(file_);
    try {
      if (!in) throw lbs::InputError("it cannot be read");
      frame = read_ring_frame(in, step_);
      if (frame.rings.empty())
        throw lbs::InputError("there are no rings at step " + std::to_string(frame.step));
    } catch (const lbs::InputError &e) {
      trouble = e.what();
    }
    if (!trouble.empty())
      error->one(FLERR, "compute ring/persist: reference {}: {}", file_, trouble);
  }
  check_system(frame);
  RingRecords records;
  for (const auto &ring : frame.rings)
    records.add(static_cast<int>(ring[0]), static_cast<int>(ring[1]),
                {ring.begin() + 4, ring.end()});
  share_out(records, reference_);
  if (comm->me == 0)
    utils::logmesg(lmp, "ring/persist: {} rings of step {} in {} are the reference\n",
                   frame.rings.size(), frame.step, file_);
}

// Every member has to be an atom of the right kind. The frame is on rank 0.
void ComputeRingPersist::check_system(const RingFrame &frame)
{
  auto members = members_of(frame);
  int count = static_cast<int>(members.size());
  MPI_Bcast(&count, 1, MPI_INT, 0, world);
  members.resize(count);
  MPI_Bcast(members.data(), count, MPI_LMP_BIGINT, 0, world);
  std::vector<int> mine(count, 0), all(count, 0);
  const auto &domain = rings_->domain_of_rings();
  for (int i = 0; i < domain.own(); ++i) {
    auto const at = std::lower_bound(members.begin(), members.end(), domain.key()[i]);
    if (at != members.end() && *at == domain.key()[i])
      mine[at - members.begin()] = static_cast<int>(domain.role(i));
  }
  MPI_Allreduce(mine.data(), all.data(), count, MPI_INT, MPI_MAX, world);
  if (comm->me != 0) return;
  std::vector<Role> role(count);
  std::transform(all.begin(), all.end(), role.begin(), [](int r) { return static_cast<Role>(r); });
  try {
    check_ring_frame(frame, role, rings_->max_formers(), rings_->has_direct_bonds());
  } catch (const lbs::InputError &e) {
    error->one(FLERR, "compute ring/persist: reference {}: {}", file_, e.what());
  }
}

void ComputeRingPersist::evaluate()
{
  if (evaluated_ == update->ntimestep) return;
  evaluated_ = update->ntimestep;
  find_rings();
  if (!rings_->is_initialized())
    error->all(FLERR, "compute ring/persist: compute {} has not seen the start of a run",
               rings_id_);
  rings_->evaluate();
  if (!remembers_ && source_ == Source::FILE) {
    remember_file();
    remembers_ = true;
  }
  RingRecords records;
  record_rings(rings_->rings(), rings_->domain_of_rings(), records);
  share_out(records, now_);
  if (!remembers_ && (source_ == Source::FIRST || step_ == update->ntimestep)) {
    reference_ = now_;
    remembers_ = true;
  }
  if (!remembers_ && step_ < update->ntimestep)
    error->all(FLERR,
               "compute ring/persist: the rings of step {} are not known at step {}, for no output "
               "has asked for them then",
               step_, update->ntimestep);
  RingPresence mine(rings_->max_formers());
  count_present(reference_, now_, mine);
  auto part = mine.flat();
  auto sum = part;
  MPI_Allreduce(part.data(), sum.data(), static_cast<int>(part.size()), MPI_LMP_BIGINT, MPI_SUM,
                world);
  presence_.from_flat(sum);
}

double ComputeRingPersist::compute_scalar()
{
  invoked_scalar = update->ntimestep;
  evaluate();
  return scalar = ratio(total(presence_.present), total(presence_.remembered));
}

void ComputeRingPersist::compute_vector()
{
  invoked_vector = update->ntimestep;
  evaluate();
  for (int c = BORON_0; c <= CLASSES; ++c)
    vector[c - 1] = ratio(presence_.class_present[c], presence_.class_remembered[c]);
  vector[REMEMBERED] = static_cast<double>(total(presence_.remembered));
  vector[PRESENT] = static_cast<double>(total(presence_.present));
  vector[BORATE_SHARE] = ratio(total(presence_.class_present, BORON_0, BORON_3),
                               total(presence_.class_remembered, BORON_0, BORON_3));
}

void ComputeRingPersist::compute_array()
{
  invoked_array = update->ntimestep;
  evaluate();
  for (int n = 1; n <= rings_->max_formers(); ++n) {
    array[n - 1][0] = static_cast<double>(presence_.remembered[n]);
    array[n - 1][1] = static_cast<double>(presence_.present[n]);
    array[n - 1][2] = ratio(presence_.present[n], presence_.remembered[n]);
  }
}

double ComputeRingPersist::memory_usage()
{
  return reference_.bytes() + now_.bytes();
}
