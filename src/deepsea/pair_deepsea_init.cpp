// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea before a run: the deck's words, model files, units, checks.
#include "pair_deepsea.h"

#include "deepsea/file/model_file.hpp"
#include "deepsea/file/model_message.hpp"
#include "lammps/first_message.h"
#include "lammps/fix_pair_again.h"
#include "lammps/pair_error.h"
#include "support/text.hpp"

#include "atom.h"
#include "citeme.h"
#include "comm.h"
#include "error.h"
#include "fix.h"
#include "force.h"
#include "modify.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

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

// The closest a hot pair comes is about 0.6 of its bond (0.83 and 1.37 A for boron and oxygen).
constexpr double BOND_OVER_SHORTEST = 1.5;

}    // namespace

void PairDeepsea::settings(int narg, char **arg)
{
  style_words_.assign(arg, arg + narg);
  try {
    style_ = parse_style(style_words_);
  } catch (const InputError &e) {
    stop(e);
  }
  if (out_.is_open() && (style_.files.size() < 2 || out_file() != out_.path())) out_.close();
  checksums_.clear();
  models_.clear();
  forget_evaluators();
  open_models();
}

// Reads the models unless that is done, and makes all that is theirs.
void PairDeepsea::open_models()
{
  if (!models_.empty()) return;
  if (lmp->citeme) lmp->citeme->add(CITATION);
  bool const restarted = !checksums_.empty();
  std::vector<Model> models;
  for (const auto &file : style_.files) {
    auto const m = models.size();
    try {
      models.push_back(read_on_all_ranks(file));
    } catch (const InputError &e) {
      if (!restarted) stop(e);
      stop(InputError(std::string(e.what()) + " (named by the restart file; bring it there, or " +
                      "give pair_style and pair_coeff again after read_restart)"));
    }
    if (models[m].elements != models.front().elements)
      error->all(FLERR,
                 "pair deepsea: {} has the elements {}, but {} has {}; models that are used "
                 "together must have the same ones in the same order",
                 file, lbs::text::joined(models[m].elements), style_.files.front(),
                 lbs::text::joined(models.front().elements));
    if (restarted && (m >= checksums_.size() || models[m].sha256 != checksums_[m]))
      error->all(FLERR,
                 "pair deepsea: {} is not the model that the restart file was written with "
                 "(SHA-256 {} then, {} now); bring that file back, or give pair_style and "
                 "pair_coeff again after read_restart",
                 file, m < checksums_.size() ? checksums_[m] : "unknown", models[m].sha256);
  }
  checksums_.clear();
  for (const auto &model : models) {
    if (comm->me == 0 &&
        std::find(checksums_.begin(), checksums_.end(), model.sha256) != checksums_.end())
      error->warning(FLERR, "pair_style deepsea: two of the files are the same model, so that its "
                            "deviation from itself, zero, counts; name different ones");
    checksums_.push_back(model.sha256);
  }
  models_ = std::move(models);
  prepare_models();
  report_models();
}

// Rank 0 reads, so that libtorch need not be opened by all; everyone sees the same error.
Model PairDeepsea::read_on_all_ranks(const std::string &file)
{
  std::string message;
  int failed = 0;
  if (comm->me == 0) {
    try {
      auto const found = utils::get_potential_file_path(file);
      if (found.empty() && !std::filesystem::exists(file))
        throw InputError("cannot open " + file + ", neither here nor in LAMMPS_POTENTIALS");
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
  if (header[0] != 0) throw InputError(message);
  return from_message(message);
}

void PairDeepsea::prepare_models()
{
  style_.evaluator.threads = std::max(1, comm->nthreads);
  for (std::size_t m = 0; m < models_.size(); ++m) {
    std::string mine;
    try {
      make_evaluator(models_[m]);
    } catch (const InputError &e) {
      mine = style_.files[m] + ": " + e.what();
    }
    auto const message = lbs::first_message(mine, world);    // one rank's device may be full
    if (!message.empty()) stop(InputError(message));
    // The evaluator has its own; here only the contract is looked at from now on.
    models_[m].embedding.clear();
    models_[m].fitting.clear();
  }
  if (style_.core_outer == 0.0) return;
  try {
    core_ = ZblCore(models_.front().elements, style_.core_inner, style_.core_outer);
  } catch (const InputError &e) {
    stop(e);
  }
  if (style_.core_outer > models_.front().cutoff)
    error->all(FLERR, "pair_style deepsea: core/zbl: R_OUT is beyond the model's cutoff of {} A",
               lbs::text::number(models_.front().cutoff));
  warn_of_wide_core();
}

// A core that reaches bonds adds to forces which the models have learnt as they are.
void PairDeepsea::warn_of_wide_core() const
{
  const Model &model = models_.front();
  auto const types = static_cast<int>(model.elements.size());
  for (int i = 0; i < types; ++i)
    for (int j = i; j < types; ++j) {
      double const shortest = model.shortest[model.pair(i, j)];
      if (shortest == 0.0 || style_.core_outer <= BOND_OVER_SHORTEST * shortest) continue;
      if (comm->me == 0)
        error->warning(FLERR,
                       "pair_style deepsea: core/zbl reaches to {} A, but the training set of {} "
                       "has {}-{} from {:.3g} A on, and the core adds to what was learnt there; "
                       "use a smaller R_OUT, such as 1.0",
                       lbs::text::number(style_.core_outer), style_.files.front(),
                       model.elements[i], model.elements[j], shortest);
      return;
    }
}

void PairDeepsea::make_evaluator(const Model &model)
{
  evaluators_.push_back(std::make_unique<Evaluator>(model, style_.evaluator));
}

void PairDeepsea::forget_evaluators()
{
  evaluators_.clear();
}

Evaluator::TableReport PairDeepsea::table_report(std::size_t model) const
{
  return evaluators_[model]->table_report();
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

// Scales belong to atom types, the evaluator's to the model's types. A scale of a pair of types has
// no meaning for a many-body energy: only what 'fix adapt' writes along with those of both types.
void PairDeepsea::set_scales()
{
  constexpr double UNKNOWN = -1.0;
  unscaled_.assign(models_.front().elements.size(), unit_);
  scaled_.assign(unscaled_.size(), UNKNOWN);
  for (int t = 1; t <= atom->ntypes; ++t) {
    if (model_type_[t] < 0) continue;
    double &scale = scaled_[model_type_[t]];
    if (scale != UNKNOWN && scale != unit_ * scale_[t][t])
      error->all(FLERR, "pair deepsea: atom types of one element ({}) have different scales",
                 models_.front().elements[model_type_[t]]);
    scale = unit_ * scale_[t][t];
    for (int other = t + 1; other <= atom->ntypes; ++other) {
      double const pair = scale_[t][other];
      if (pair != 1.0 && (pair != scale_[t][t] || pair != scale_[other][other]))
        error->all(FLERR,
                   "pair deepsea: a scale belongs to the energies of an atom type, not to the pair "
                   "of types {} and {}; give both types, and the pair, the same scale",
                   t, other);
    }
  }
  // elements without an atom type
  std::replace(scaled_.begin(), scaled_.end(), UNKNOWN, unit_);
}

void PairDeepsea::init_style()
{
  if (coeff_words_.empty())
    error->all(FLERR, "pair deepsea: pair_coeff is missing; give an element for each atom type");
  open_models();
  map_types();
  for (const auto &[flag, keyword] : {std::pair(offset_flag, "shift"), {tail_flag, "tail"}})
    if (flag != 0)
      error->all(FLERR,
                 "pair deepsea: pair_modify {} has no meaning for a model that ends smoothly at "
                 "its cutoff{}",
                 keyword, lbs::without_modify(force, this, keyword));
  if (atom->tag_enable == 0)
    error->all(FLERR, "pair deepsea needs atoms with IDs; use 'atom_modify id yes'");
  set_units();
  warn_of_rough_energies();
  begin_run();
  neighbor->add_request(this, NeighConst::REQ_FULL);
}

// Line searches compare energies, and give up where a step changes them by less than their noise.
void PairDeepsea::warn_of_rough_energies() const
{
  constexpr int MINIMIZATION = 2;
  if (update->whichflag != MINIMIZATION || comm->me != 0 ||
      style_.evaluator.arithmetic != lbs::deepsea::EvaluatorSettings::Arithmetic::MIXED)
    return;
  error->warning(FLERR,
                 "pair deepsea: with 'precision mixed' a minimization ends at forces of some 0.01 "
                 "eV/A; use 'precision double' where less matters, as for elastic constants");
}

// Nothing that is told, counted or shown in a run comes from the one before.
void PairDeepsea::begin_run()
{
  // One model has no deviation: a zero would tell a deck that waits for a large one that all is
  // well.
  std::fill(pvector, pvector + SHORT_PAIRS,
            models_.size() > 1 ? 0.0 : std::numeric_limits<double>::quiet_NaN());
  pvector[SHORT_PAIRS] = 0.0;
  step_ = -1;
  deviation_.clear();
  lbs::repeat_fix_pair(modify);
  in_trials_.clear();
  for (auto *fix : modify->get_fix_list()) {
    int columns = 0;
    if (auto *flag = static_cast<int *>(fix->extract("mc_active", columns)))
      in_trials_.push_back(flag);
  }
  neighbors_.begin_run();
  short_pairs_ = ShortPairsOfStep();
  earlier_short_pairs_ = 0.0;
  short_warned_ = hot_warned_ = false;
  watch_temperature();
  open_deviation_file();
}

double PairDeepsea::init_one(int i, int j)
{
  scale_[j][i] = scale_[i][j];
  double cutoff = 0.0;
  for (const auto &model : models_) cutoff = std::max(cutoff, model.cutoff);
  return cutoff;
}

// Once for each model: what a log should hold to make the run again.
void PairDeepsea::report_models() const
{
  if (comm->me != 0) return;
  for (std::size_t m = 0; m < models_.size(); ++m) {
    auto const table = table_report(m);
    std::string accuracy = "no table";
    if (table.rows.most > 0)
      accuracy = fmt::format("table error {:.1e} of {:.3g}, channels {}", table.value_error,
                             table.value_scale, to_text(table.channels));
    utils::logmesg(lmp, "deepsea: {}: {}, cutoff {} A, {}, SHA-256 {}\n", style_.files[m],
                   lbs::text::joined(models_[m].elements), models_[m].cutoff, accuracy,
                   models_[m].sha256.substr(0, 12));
  }
}
