// SPDX-License-Identifier: GPL-2.0-only
#include "compute_ring_persist.h"

#include "compute_rank_exchange.h"
#include "compute_ring_stats.h"

#include "lammps/first_message.h"
#include "support/input_error.hpp"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "fix_store_global.h"
#include "memory.h"
#include "modify.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <unordered_map>

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

// What the fix stores before the numbers of the rings: whether they are there, and their step.
enum Stored { NOTHING = 0, REFERENCE = 1, TOO_LARGE = 2 };
constexpr int STORE_HEADER = 2;

// Sum of the counts from `first` on, up to `last` if that is given.
template <class Counts> std::int64_t total(const Counts &counts, int first = 0, int last = -1)
{
  auto const end = last < 0 ? counts.end() : counts.begin() + last + 1;
  return std::accumulate(counts.begin() + first, end, std::int64_t{0});
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
  if (source_ == Source::FILE) return;
  store_id_ = std::string(id) + "_RING_REFERENCE";
  auto *fix = modify->add_fix(fmt::format("{} all STORE/GLOBAL {} 1", store_id_, STORE_HEADER));
  if (fix->restart_reset == 0) std::fill_n(store()->vstore, STORE_HEADER, NOTHING);
  else restore_reference();
  fix->restart_reset = 0;
}

ComputeRingPersist::~ComputeRingPersist()
{
  delete[] vector;
  delete[] extlist;
  memory->destroy(array);
  if (!store_id_.empty() && modify->nfix > 0) modify->delete_fix(store_id_);
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
  evaluated_.forget();
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

// Rings of the same members meet on one rank, whoever owned them.
void ComputeRingPersist::share_out(const RingRecords &records, RingRecords &kept)
{
  kept.clear();
  for (const auto &words : exchange_buffers(records.scattered(comm->nprocs), world))
    kept.append(words);
  kept.sort();
}

// Rank 0 reads. Each rank checks and keeps a part of the rings.
void ComputeRingPersist::read_reference()
{
  RingFrame frame;
  std::string trouble;
  RankBuffers parts(comm->nprocs);
  if (comm->me == 0) {
    std::ifstream in(file_);
    try {
      if (!in || std::filesystem::is_directory(file_)) throw lbs::InputError("it cannot be read");
      frame = read_ring_frame(in, step_);
      if (frame.rings.empty())
        throw lbs::InputError("there are no rings at step " + std::to_string(frame.step));
    } catch (const lbs::InputError &e) {
      trouble = e.what();
    }
    for (std::size_t k = 0; k < frame.rings.size(); ++k) {
      auto &part = parts[k % parts.size()];
      part.insert(part.end(), frame.rings[k].begin(), frame.rings[k].end());
    }
  }
  auto const stop_if_troubled = [this](const std::string &mine) {
    auto const message = lbs::first_message(mine, world);
    if (!message.empty())
      error->all(FLERR, "compute ring/persist: reference {}: {}", file_, message);
  };
  stop_if_troubled(trouble);
  if (comm->me == 0)
    utils::logmesg(lmp, "ring/persist: {} rings of step {} in {} are the reference\n",
                   frame.rings.size(), frame.step, file_);

  frame.rings = rings_of_words(exchange_buffers(parts, world)[0]);
  stop_if_troubled(find_trouble(frame));
  RingRecords records;
  for (const auto &ring : frame.rings)
    records.add(static_cast<int>(ring[0]), static_cast<int>(ring[1]),
                {ring.begin() + 4, ring.end()});
  share_out(records, reference_);
}

// Every member has to be an atom of the right kind. Returns what is wrong with these rings.
std::string ComputeRingPersist::find_trouble(const RingFrame &frame) const
{
  auto const roles = roles_of(members_of(frame));
  try {
    check_ring_frame(frame, roles, rings_->max_formers(), rings_->has_direct_bonds());
  } catch (const lbs::InputError &e) {
    return e.what();
  }
  return "";
}

// Roles of the atoms with these IDs, OTHER where there is no such atom in the network. The rank
// that an ID determines knows its role from the owner, and is asked for it. Collective.
std::vector<Role> ComputeRingPersist::roles_of(const std::vector<std::int64_t> &ids) const
{
  auto const ranks = static_cast<std::size_t>(comm->nprocs);
  const auto &domain = rings_->domain_of_rings();
  RankBuffers known(ranks), asked(ranks);
  for (int i = 0; i < domain.own(); ++i) {
    if (domain.role(i) == Role::OTHER) continue;
    auto &buffer = known[domain.key()[i] % ranks];
    buffer.push_back(domain.key()[i]);
    buffer.push_back(static_cast<std::int64_t>(domain.role(i)));
  }
  std::unordered_map<std::int64_t, std::int64_t> role_of_id;
  for (const auto &buffer : exchange_buffers(known, world))
    for (std::size_t w = 0; w < buffer.size(); w += 2) role_of_id[buffer[w]] = buffer[w + 1];

  for (auto const member : ids) asked[member % ranks].push_back(member);
  auto answers = exchange_buffers(asked, world);
  for (auto &buffer : answers)
    for (auto &word : buffer) {
      auto const found = role_of_id.find(word);
      word = found == role_of_id.end() ? static_cast<std::int64_t>(Role::OTHER) : found->second;
    }
  answers = exchange_buffers(answers, world);
  std::vector<std::size_t> next(ranks, 0);
  std::vector<Role> roles;
  roles.reserve(ids.size());
  for (auto const member : ids) {
    auto const rank = member % ranks;
    roles.push_back(static_cast<Role>(answers[rank][next[rank]++]));
  }
  return roles;
}

FixStoreGlobal *ComputeRingPersist::store() const
{
  auto *fix = dynamic_cast<FixStoreGlobal *>(modify->get_fix_by_id(store_id_));
  if (fix == nullptr)
    error->one(FLERR, "compute ring/persist: its fix {} was deleted; define compute {} anew",
               store_id_, id);
  return fix;
}

// Rank 0, which writes restart files, gets all rings of the reference.
void ComputeRingPersist::store_reference()
{
  RankBuffers buffers(comm->nprocs);
  buffers[0] = reference_.words();
  auto const received = exchange_buffers(buffers, world);
  if (comm->me != 0) return;
  std::size_t length = STORE_HEADER;
  for (const auto &words : received) length += words.size();
  // LAMMPS counts the bytes of a fix in int.
  bool const fits = length < std::numeric_limits<int>::max() / sizeof(double) - 2;
  store()->reset_global(fits ? static_cast<int>(length) : STORE_HEADER, 1);
  double *out = store()->vstore;
  *out++ = fits ? REFERENCE : TOO_LARGE;
  *out++ = static_cast<double>(step_of_reference_);
  if (fits)
    for (const auto &words : received) out = std::copy(words.begin(), words.end(), out);
}

// All ranks have the numbers from the restart file; rank 0 keeps them for the next one.
void ComputeRingPersist::restore_reference()
{
  const double *in = store()->vstore;
  auto const state = static_cast<int>(in[0]);
  step_of_reference_ = static_cast<bigint>(in[1]);
  if (state == TOO_LARGE)
    error->all(FLERR,
               "compute ring/persist: the reference of {} was too large for a restart file; write "
               "the rings with dump local, and use 'reference file'",
               id);
  bool const wanted =
      state == REFERENCE && (source_ == Source::FIRST || step_ == step_of_reference_);
  std::vector<std::int64_t> words;
  if (wanted && comm->me == 0) words.assign(in + STORE_HEADER, in + store()->nrow);
  if (comm->me != 0 || !wanted) {
    store()->reset_global(STORE_HEADER, 1);
    std::fill_n(store()->vstore, STORE_HEADER, NOTHING);
  }
  if (!wanted) return;
  RingRecords records;
  records.append(words);
  share_out(records, reference_);
  remembers_ = true;
  int largest = 0, of_all = 0;
  for (std::size_t k = 0; k < reference_.count(); ++k)
    largest = std::max(largest, reference_.formers(k));
  MPI_Allreduce(&largest, &of_all, 1, MPI_INT, MPI_MAX, world);
  if (of_all > rings_->max_formers())
    error->all(FLERR,
               "compute ring/persist: the restart file holds a ring of {} formers for {}; give the "
               "compute ring/stats at least 'max {}'",
               of_all, id, of_all);
  if (comm->me == 0)
    utils::logmesg(lmp, "ring/persist: {} rings of step {} in the restart file are the reference\n",
                   records.count(), step_of_reference_);
}

void ComputeRingPersist::evaluate()
{
  if (!evaluated_.is_due(update->ntimestep, invoked_flag)) return;
  find_rings();
  if (!rings_->is_initialized())
    error->all(FLERR, "compute ring/persist: compute {} has not seen the start of a run",
               rings_id_);
  rings_->evaluate();
  if (!remembers_ && source_ == Source::FILE) {
    read_reference();
    remembers_ = true;
  }
  RingRecords records;
  record_rings(rings_->rings(), rings_->domain_of_rings(), records);
  share_out(records, now_);
  if (!remembers_ && (source_ == Source::FIRST || step_ == update->ntimestep)) {
    reference_ = now_;
    remembers_ = true;
    step_of_reference_ = update->ntimestep;
    store_reference();
  }
  if (!remembers_ && step_ < update->ntimestep)
    error->all(FLERR,
               "compute ring/persist: the rings of step {} are not known at step {}, for no output "
               "has asked for them then",
               step_, update->ntimestep);
  RingPresence mine(rings_->max_formers());
  count_present(reference_, now_, mine);
  presence_.from_flat(sum_over_ranks(mine.flat(), world));
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
