// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea before a run: the deck's words, model files, units, checks.
#include "pair_deepsea.h"

#include "deepsea/file/model_file.hpp"
#include "deepsea/file/model_message.hpp"
#include "support/text.hpp"

#include "atom.h"
#include "citeme.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cstring>

using namespace LAMMPS_NS;
using lbs::InputError;
using namespace lbs::deepsea;

namespace {

const char *const CITATION =
    "pair deepsea: L. Zhang, J. Han, H. Wang, W. A. Saidi, R. Car, W. E, End-to-end Symmetry "
    "Preserving Inter-atomic Potential Energy Model for Finite and Extended Systems "
    "(DeepPot-SE)\n\n"
    "@Article{Zhang2018DeepPotSE,\n"
    " author = {L. Zhang and J. Han and H. Wang and W. A. Saidi and R. Car and W. E},\n"
    " title = {End-to-end Symmetry Preserving Inter-atomic Potential Energy Model for Finite and "
    "Extended Systems},\n"
    " journal = {Advances in Neural Information Processing Systems},\n"
    " volume = 31,\n"
    " year = 2018\n"
    "}\n\n";

}    // namespace

void PairDeepsea::settings(int narg, char **arg)
{
  style_words_ = lbs::text::joined({arg, arg + narg});
  try {
    style_ = parse_style(lbs::text::words(style_words_));
  } catch (const InputError &e) {
    stop(e);
  }
  if (lmp->citeme) lmp->citeme->add(CITATION);
  read_models();
}

// Rank 0 reads, so that libtorch need not be opened by all; everyone sees the same error.
void PairDeepsea::read_models()
{
  models_.clear();
  evaluators_.clear();
  for (const auto &file : style_.files) {
    std::string message;
    int failed = 0;
    if (comm->me == 0) {
      try {
        auto const found = utils::get_potential_file_path(file);
        message = to_message(read_model(found.empty() ? file : found));
        if (message.size() > MAXSMALLINT)
          throw InputError(file + ": models of more than 2 GB cannot be sent to other ranks");
      } catch (const InputError &e) {
        failed = 1;
        message = e.what();
      }
    }
    int header[2] = {failed, static_cast<int>(message.size())};
    MPI_Bcast(header, 2, MPI_INT, 0, world);
    message.resize(header[1]);
    MPI_Bcast(message.data(), header[1], MPI_CHAR, 0, world);
    if (header[0] != 0) stop(InputError(message));
    models_.push_back(from_message(message));
    if (models_.back().elements != models_.front().elements)
      error->all(FLERR,
                 "pair deepsea: {} has the elements {}, but {} has {}; models that are used "
                 "together must have the same ones in the same order",
                 file, lbs::text::joined(models_.back().elements), style_.files.front(),
                 lbs::text::joined(models_.front().elements));
  }
  style_.evaluator.threads = std::max(1, comm->nthreads);
  for (std::size_t m = 0; m < models_.size(); ++m) {
    try {
      evaluators_.push_back(std::make_unique<Evaluator>(models_[m], style_.evaluator));
    } catch (const InputError &e) {
      stop(InputError(style_.files[m] + ": " + e.what()));
    }
    // The evaluator has its own; here only the contract is looked at from now on.
    models_[m].embedding.clear();
    models_[m].fitting.clear();
  }
  try {
    if (style_.core_outer > 0.0) {
      core_ = ZblCore(models_.front().elements, style_.core_inner, style_.core_outer);
      if (style_.core_outer > models_.front().cutoff)
        throw InputError("pair_style deepsea: core zbl: R_OUT is beyond the model's cutoff of " +
                         lbs::text::number(models_.front().cutoff) + " A");
    }
  } catch (const InputError &e) {
    stop(e);
  }
  report();
}

void PairDeepsea::coeff(int narg, char **arg)
{
  if (!allocated) allocate();
  coeff_words_ = lbs::text::joined({arg, arg + narg});
  try {
    set_elements(lbs::text::words(coeff_words_));
  } catch (const InputError &e) {
    stop(e);
  }
}

void PairDeepsea::set_elements(const std::vector<std::string> &words)
{
  auto const map = parse_coeff(words, atom->ntypes, models_.front().elements);
  model_type_.assign(1, -1);
  model_type_.insert(model_type_.end(), map.begin(), map.end());
  int used = 0;
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = 1; j <= atom->ntypes; ++j) {
      setflag[i][j] = model_type_[i] >= 0 && model_type_[j] >= 0 ? 1 : 0;
      used += setflag[i][j];
    }
  if (used == 0) throw InputError("pair_coeff deepsea: every atom type is NULL");
}

// The model is in eV and A.
void PairDeepsea::set_units()
{
  if (utils::strmatch(update->unit_style, "^metal$")) unit_ = 1.0;
  else if (utils::strmatch(update->unit_style, "^real$"))
    unit_ = utils::get_conversion_factor(utils::ENERGY, utils::METAL2REAL);
  else
    error->all(FLERR,
               "pair deepsea: models are in eV and A; use 'units metal' or 'units real', "
               "not {}",
               update->unit_style);
}

// Scales belong to atom types, the evaluator's to the model's types.
void PairDeepsea::set_scales()
{
  scale_of_type_.assign(models_.front().elements.size(), -1.0);
  for (int t = 1; t <= atom->ntypes; ++t) {
    if (model_type_[t] < 0) continue;
    double &scale = scale_of_type_[model_type_[t]];
    if (scale >= 0.0 && scale != unit_ * scale_[t][t])
      error->all(FLERR, "pair deepsea: atom types of one element ({}) have different scales",
                 models_.front().elements[model_type_[t]]);
    scale = unit_ * scale_[t][t];
  }
}

void PairDeepsea::init_style()
{
  if (model_type_.empty())
    error->all(FLERR, "pair deepsea: pair_coeff is missing; give an element for each atom type");
  if (offset_flag || tail_flag)
    error->all(FLERR, "pair deepsea: pair_modify shift and tail have no meaning for a model that "
                      "ends smoothly at its cutoff; take them away");
  if (atom->tag_enable == 0)
    error->all(FLERR, "pair deepsea needs atoms with IDs; use 'atom_modify id yes'");
  set_units();
  std::fill(pvector, pvector + DECK_VALUES, 0.0);
  short_warned_ = false;
  bool const several = models_.size() > 1;
  if (several && comm->me == 0 && !out_) {
    out_ = fopen(style_.out_file.c_str(), "w");
    if (!out_)
      error->one(FLERR, "pair deepsea: cannot write {}: {}", style_.out_file, utils::getsyserror());
    utils::print(out_, "#{:>11} {:>18} {:>18} {:>18} {:>18} {:>18} {:>18}{}\n", "step",
                 "max_devi_v", "min_devi_v", "avg_devi_v", "max_devi_f", "min_devi_f", "avg_devi_f",
                 style_.atomic ? "  of each atom's force, by ID" : "");
  }
  neighbor->add_request(this, NeighConst::REQ_FULL);
}

double PairDeepsea::init_one(int i, int j)
{
  scale_[j][i] = scale_[i][j];
  double cutoff = 0.0;
  for (const auto &model : models_) cutoff = std::max(cutoff, model.cutoff);
  return cutoff;
}

// Once for each model: what a log should hold to make the run again.
void PairDeepsea::report() const
{
  if (comm->me != 0) return;
  for (std::size_t m = 0; m < models_.size(); ++m) {
    auto const table = evaluators_[m]->table_report();
    std::string accuracy = "no table";
    if (table.rows.most > 0)
      accuracy = fmt::format("table error {:.1e} of {:.3g}, channels {}", table.value_error,
                             table.value_scale, to_text(table.channels));
    utils::logmesg(lmp, "deepsea: {}: {}, cutoff {} A, {}, SHA-256 {}\n", style_.files[m],
                   lbs::text::joined(models_[m].elements), models_[m].cutoff, accuracy,
                   models_[m].sha256.substr(0, 12));
  }
}
