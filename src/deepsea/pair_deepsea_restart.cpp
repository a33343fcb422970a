// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea in restart files.
#include "pair_deepsea.h"

#include "lammps/pair_restart.h"

using namespace LAMMPS_NS;
using lbs::InputError;

namespace {

constexpr int LAYOUT = 2;    // 1 had the words of a command as one string

}    // namespace

// The restart file names the model files and their checksums; the models themselves are too large
// to be kept in every restart file.
void PairDeepsea::write_restart(FILE *fp)
{
  write_restart_settings(fp);
  lbs::write_words(fp, coeff_words_);
}

void PairDeepsea::write_restart_settings(FILE *fp)
{
  lbs::write_start(fp, LAYOUT, style_words_);
  lbs::write_words(fp, checksums_);
}

void PairDeepsea::read_restart(FILE *fp)
{
  int const layout = read_settings(fp);
  coeff_words_ = lbs::read_command(fp, lmp, layout);
  allocate();
  set_types_used();
}

void PairDeepsea::read_restart_settings(FILE *fp)
{
  read_settings(fp);
}

// The models are opened when a run begins: a deck that only converts the restart file needs none,
// and one that was moved gives pair_style anew. Returns the layout.
int PairDeepsea::read_settings(FILE *fp)
{
  auto const start = lbs::read_start(fp, lmp, "deepsea", LAYOUT);
  style_words_ = start.style_words;
  try {
    style_ = lbs::deepsea::parse_style(style_words_);
  } catch (const InputError &e) {
    stop(e);
  }
  checksums_ = lbs::read_command(fp, lmp, start.layout);
  restarted_ = true;
  return start.layout;
}
