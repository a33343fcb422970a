// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea in restart files.
#include "pair_deepsea.h"

#include "lammps/pair_restart.h"
#include "support/text.hpp"

#include "atom.h"
#include "error.h"

using namespace LAMMPS_NS;
using lbs::InputError;
using lbs::read_string;
using lbs::write_string;

// The restart file names the model files and their checksums; the models themselves are too large
// to be kept in every restart file.
void PairDeepsea::write_restart(FILE *fp)
{
  write_restart_settings(fp);
  write_string(fp, coeff_words_);
}

void PairDeepsea::write_restart_settings(FILE *fp)
{
  write_string(fp, style_words_);
  std::string checksums;
  for (const auto &model : models_) checksums += model.sha256 + ' ';
  write_string(fp, checksums);
}

void PairDeepsea::read_restart(FILE *fp)
{
  read_restart_settings(fp);
  allocate();
  coeff_words_ = read_string(fp, lmp);
  try {
    set_elements(lbs::text::words(coeff_words_));
  } catch (const InputError &e) {
    stop(e);
  }
}

void PairDeepsea::read_restart_settings(FILE *fp)
{
  style_words_ = read_string(fp, lmp);
  lbs::repeat_settings(this, lbs::text::words(style_words_));
  auto const checksums = lbs::text::words(read_string(fp, lmp));
  for (std::size_t m = 0; m < models_.size(); ++m)
    if (m >= checksums.size() || models_[m].sha256 != checksums[m])
      error->all(FLERR,
                 "pair deepsea: {} is not the model that the restart file was written with "
                 "(SHA-256 {} then, {} now); bring that file back, or start from a data file",
                 style_.files[m], m < checksums.size() ? checksums[m] : "unknown",
                 models_[m].sha256);
}
