// SPDX-License-Identifier: GPL-2.0-only
// pair_style fmp/lbs in restart files.
#include "pair_fmp_lbs.h"

#include "lammps/pair_restart.h"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "utils.h"

using namespace LAMMPS_NS;
using lbs::InputError;
using lbs::read_string;
using lbs::write_string;

namespace {

constexpr int LAYOUT = 2;

}    // namespace

// The restart file holds the deck's words, the whole potential file and the atoms per type that
// fixed the composition: all that is needed to go on without pair_coeff, and to notice a change.
void PairFmpLbs::write_restart(FILE *fp)
{
  write_restart_settings(fp);
  lbs::write_words(fp, coeff_words_);
  write_string(fp, file_text_);
  std::string counts;
  for (bigint const n : frozen_counts_) counts += std::to_string(n) + ' ';
  write_string(fp, counts);
}

void PairFmpLbs::write_restart_settings(FILE *fp)
{
  lbs::write_start(fp, LAYOUT, style_words_);
  int const flags[] = {offset_flag, mix_flag, tail_flag, ncoultablebits};
  fwrite(flags, sizeof(int), 4, fp);
  fwrite(&tabinner, sizeof(double), 1, fp);
}

void PairFmpLbs::read_restart(FILE *fp)
{
  int const layout = read_settings(fp);
  allocate();
  auto const words = lbs::read_command(fp, lmp, layout);
  auto const file_text = read_string(fp, lmp);
  auto const counts = lbs::text::words(read_string(fp, lmp));
  try {
    set_coefficients(words, file_text);
  } catch (const InputError &e) {
    stop(e);
  }
  frozen_counts_.clear();
  for (const auto &n : counts) frozen_counts_.push_back(utils::bnumeric(FLERR, n, false, lmp));
}

void PairFmpLbs::read_restart_settings(FILE *fp)
{
  (void) read_settings(fp);
}

// Returns the layout of what follows.
int PairFmpLbs::read_settings(FILE *fp)
{
  auto const start = lbs::read_start(fp, lmp, "fmp/lbs", LAYOUT);
  lbs::repeat_settings(this, start.style_words);
  int flags[4] = {};
  if (comm->me == 0) {
    utils::sfread(FLERR, flags, sizeof(int), 4, fp, nullptr, error);
    utils::sfread(FLERR, &tabinner, sizeof(double), 1, fp, nullptr, error);
  }
  MPI_Bcast(flags, 4, MPI_INT, 0, world);
  MPI_Bcast(&tabinner, 1, MPI_DOUBLE, 0, world);
  offset_flag = flags[0];
  mix_flag = flags[1];
  tail_flag = flags[2];
  ncoultablebits = flags[3];
  return start.layout;
}
