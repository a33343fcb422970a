// SPDX-License-Identifier: GPL-2.0-only
// pair_style fmp/lbs before a run: composition, parameters, charges, Coulomb setup, checks.
#include "pair_fmp_lbs.h"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "kspace.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

using namespace LAMMPS_NS;
using lbs::InputError;
using lbs::fmp::CoulombStyle;

namespace {

// Charges in data files carry rounded digits; a wrong charge is off by far more.
constexpr double CHARGE_TOLERANCE = 1.0e-5;

// Mole fractions given by hand may be rounded this much against the atoms without a word.
constexpr double FRACTION_TOLERANCE = 5.0e-3;

// A cutoff over this many cell heights means thousands of images of each atom: a typing error.
constexpr double MAX_CELL_HEIGHTS = 4.0;

}    // namespace

void PairFmpLbs::init_style()
{
  if (!atom->q_flag)
    error->all(FLERR, "pair fmp/lbs needs atoms with charges; use 'atom_style charge' or full");
  if (atom->natoms == 0)
    error->all(FLERR, "pair fmp/lbs: there are no atoms; create or read them before the run");
  bool const long_range = style_.coulomb == CoulombStyle::LONG;
  if (long_range && !force->kspace)
    error->all(FLERR, "pair fmp/lbs: 'coul long' needs a kspace_style such as 'pppm 1.0e-5'; "
                      "without one use 'coul dsf ALPHA CUTC'");
  if (!long_range && style_.coulomb != CoulombStyle::NONE && force->kspace)
    error->all(FLERR, "pair fmp/lbs: a kspace_style would count the charges twice; "
                      "use 'coul long' or 'kspace_style none'");
  if (command_.recompute && tail_flag)
    error->all(FLERR, "pair fmp/lbs: pair_modify tail is fixed at the start of a run and cannot "
                      "follow 'recompute yes'; use one of them");
  try {
    lbs::fmp::check_coulomb(file_, style_);
    watch_composition();
    if (frozen_counts_.empty() || field_.elements.empty()) decide_composition();
    if (reported_counts_ != frozen_counts_) report();
    reported_counts_ = frozen_counts_;
    // k-space was initialized before this style and has seen the charges of before
    if (apply_charges() && force->kspace) force->kspace->init();
  } catch (const InputError &e) {
    stop(e);
  }
  check_box();
  init_coulomb();
  neighbor->add_request(this);
}

std::vector<bigint> PairFmpLbs::count_types() const
{
  std::vector<bigint> local(atom->ntypes + 1, 0);
  std::vector<bigint> all(local.size(), 0);
  for (int i = 0; i < atom->nlocal; ++i) ++local[atom->type[i]];
  MPI_Allreduce(local.data(), all.data(), static_cast<int>(all.size()), MPI_LMP_BIGINT, MPI_SUM,
                world);
  return all;
}

// Same composition means the same ratios: a replicated cell keeps its parameters.
bool PairFmpLbs::composition_differs(const std::vector<bigint> &counts) const
{
  double before = 0.0;
  double now = 0.0;
  for (int t = 1; t <= atom->ntypes; ++t) {
    if (command_.elements[t - 1] == "NULL") continue;
    before += static_cast<double>(frozen_counts_[t]);
    now += static_cast<double>(counts[t]);
  }
  for (int t = 1; t <= atom->ntypes; ++t) {
    if (command_.elements[t - 1] == "NULL") continue;
    if (static_cast<double>(counts[t]) * before != static_cast<double>(frozen_counts_[t]) * now)
      return true;
  }
  return false;
}

// A composition given by hand stays what it is, but it has no parameters for an element without a
// share in it.
void PairFmpLbs::check_present(const lbs::fmp::Composition &composition,
                               const std::vector<bigint> &counts) const
{
  for (int t = 1; t <= atom->ntypes; ++t) {
    const auto &symbol = command_.elements[t - 1];
    if (symbol != "NULL" && counts[t] > 0 && composition.moles_of_element(symbol) == 0.0)
      throw InputError("pair fmp/lbs: the composition given has no " + symbol + ", but " +
                       std::to_string(counts[t]) + " atoms of it exist");
  }
}

// Called at init and at every rebuild of the neighbor list, the only times when atoms can have
// come, gone or changed type.
void PairFmpLbs::watch_composition()
{
  if (frozen_counts_.empty()) return;
  auto const counts = count_types();
  if (!composition_differs(counts)) return;
  try {
    follow_composition(counts);
  } catch (const InputError &e) {
    stop(e);
  }
}

void PairFmpLbs::follow_composition(const std::vector<bigint> &counts)
{
  if (command_.composition) {
    // after read_restart there is none yet; decide_composition() follows then
    if (!field_.elements.empty()) check_present(field_.composition, counts);
    return;
  }
  auto const left = std::accumulate(counts.begin(), counts.end(), bigint{0});
  if (left != atom->natoms)
    error->all(FLERR, "pair fmp/lbs: {} of {} atoms are lost; check the start and the timestep",
               atom->natoms - left, atom->natoms);
  if (!command_.recompute)
    error->all(FLERR,
               "pair fmp/lbs: the composition has changed since it fixed the parameters; add "
               "'recompute yes' to pair_coeff to follow it, give 'composition' by hand to keep "
               "it, or repeat pair_coeff");
  decide_composition();
  if (apply_charges() && force->kspace) force->kspace->qsum_qsq(0);
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = i; j <= atom->ntypes; ++j)
      if (setflag[i][j]) init_one(i, j);
}

void PairFmpLbs::decide_composition()
{
  auto const counts = count_types();
  std::map<std::string, long long> atoms;
  std::set<std::string> symbols;
  for (int t = 1; t <= atom->ntypes; ++t) {
    if (command_.elements[t - 1] == "NULL") continue;
    atoms[command_.elements[t - 1]] += counts[t];
    symbols.insert(command_.elements[t - 1]);
  }
  auto const oxides = file_.oxides();
  lbs::fmp::Composition composition;
  if (command_.composition) {
    composition = lbs::fmp::composition_from_fractions(oxides, *command_.composition);
    check_present(composition, counts);
  } else {
    try {
      composition = lbs::fmp::composition_from_counts(oxides, atoms);
    } catch (const InputError &e) {
      throw InputError(std::string("pair fmp/lbs: composition auto: ") + e.what());
    }
  }
  field_ = lbs::fmp::evaluate(file_, {symbols.begin(), symbols.end()}, composition, command_.n4);
  if (file_.units != update->unit_style) {
    int const conversion = file_.units == "metal" ? utils::METAL2REAL : utils::REAL2METAL;
    bool const known = (std::string(update->unit_style) == "real" && file_.units == "metal") ||
                       (std::string(update->unit_style) == "metal" && file_.units == "real");
    if (!known)
      throw InputError(std::string("pair fmp/lbs: units ") + update->unit_style +
                       " are not supported; use metal or real");
    lbs::fmp::scale_energies(field_, utils::get_conversion_factor(utils::ENERGY, conversion));
  }
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = 1; j <= atom->ntypes; ++j) {
      if (element_of(i) < 0 || element_of(j) < 0) continue;
      const auto &p = field_.pair(element_of(i), element_of(j));
      a_[i][j] = p.A;
      rho_[i][j] = p.rho;
      c_[i][j] = p.C;
    }
  frozen_counts_ = counts;
}

// Checks every atom's charge, or sets it; returns whether any charge has changed on any rank.
bool PairFmpLbs::apply_charges()
{
  std::vector<double> charge(atom->ntypes + 1, 0.0);
  std::vector<char> is_ours(charge.size(), 0);
  for (int t = 1; t <= atom->ntypes; ++t) {
    int const element = element_of(t);
    if (element < 0) continue;
    charge[t] = field_.charges[element];
    is_ours[t] = 1;
  }

  tagint wrong = std::numeric_limits<tagint>::max();
  int changed = 0;
  int const all_atoms = atom->nlocal + (command_.set_charges ? atom->nghost : 0);
  for (int i = 0; i < all_atoms; ++i) {
    int const type = atom->type[i];
    if (is_ours[type] == 0 || atom->q[i] == charge[type]) continue;
    if (command_.set_charges) {
      atom->q[i] = charge[type];
      changed = 1;
    } else if (!(std::fabs(atom->q[i] - charge[type]) < CHARGE_TOLERANCE)) {
      wrong = std::min(wrong, atom->tag_enable ? atom->tag[i] : i + 1);
    }
  }
  tagint first_wrong = wrong;
  MPI_Allreduce(&wrong, &first_wrong, 1, MPI_LMP_TAGINT, MPI_MIN, world);
  if (first_wrong < std::numeric_limits<tagint>::max()) {
    std::string wanted;
    for (std::size_t e = 0; e < field_.elements.size(); ++e)
      wanted += ' ' + field_.elements[e] + ' ' + lbs::text::number(field_.charges[e]);
    throw InputError("pair fmp/lbs: the charge of atom " + std::to_string(first_wrong) +
                     " is not that of potential " + file_.name + " (" + wanted.substr(1) +
                     "); add 'charges set' to pair_coeff");
  }
  int any_changed = 0;
  MPI_Allreduce(&changed, &any_changed, 1, MPI_INT, MPI_MAX, world);
  return any_changed != 0;
}

void PairFmpLbs::init_coulomb()
{
  coulomb_damped_ = {};
  switch (style_.coulomb) {
    case CoulombStyle::LONG:
      coulomb_long_ = {force->qqrd2e, force->kspace->g_ewald};
      if (ncoultablebits) {
        init_tables(cut_coul_, nullptr);
        coulomb_table_ = {coulomb_long_, tabinnersq, ncoulmask, ncoulshiftbits, rtable,
                          drtable,       ftable,     dftable,   etable,         detable};
      }
      break;
    case CoulombStyle::DSF:
    case CoulombStyle::WOLF: {
      double const smooth = file_.coulomb ? file_.coulomb->smooth : 0.0;
      auto const make =
          style_.coulomb == CoulombStyle::DSF ? lbs::fmp::make_dsf : lbs::fmp::make_wolf;
      coulomb_damped_ = make(style_.alpha, cut_coul_, smooth, force->qqrd2e);
      break;
    }
    case CoulombStyle::NONE: coulomb_damped_.qqrd2e = 0.0; break;
  }
}

void PairFmpLbs::check_box() const
{
  // perpendicular heights of the cell are the inverse lengths of the rows of h^-1
  const double *h = domain->h_inv;
  double const heights[3] = {1.0 / std::sqrt(h[0] * h[0] + h[5] * h[5] + h[4] * h[4]),
                             1.0 / std::sqrt(h[1] * h[1] + h[3] * h[3]), 1.0 / h[2]};
  double const cut = std::max(style_.cut, cut_coul_);
  for (int k = 0; k < 3; ++k)
    if (domain->periodicity[k] && cut > MAX_CELL_HEIGHTS * heights[k])
      error->all(FLERR,
                 "pair fmp/lbs: the cutoff {} is over {} times the height {} of the periodic "
                 "cell; replicate the cell or lower the cutoff",
                 cut, MAX_CELL_HEIGHTS, heights[k]);
}

void PairFmpLbs::report() const
{
  if (command_.composition) {
    std::map<std::string, long long> atoms;
    for (int t = 1; t <= atom->ntypes; ++t)
      if (element_of(t) >= 0) atoms[command_.elements[t - 1]] += frozen_counts_[t];
    try {
      auto const real = lbs::fmp::composition_from_counts(file_.oxides(), atoms);
      for (std::size_t k = 0; k < real.fraction.size(); ++k)
        if (std::fabs(real.fraction[k] - field_.composition.fraction[k]) > FRACTION_TOLERANCE &&
            comm->me == 0)
          error->warning(FLERR,
                         "pair fmp/lbs: the composition given has {} {:.4f}, the atoms have "
                         "{:.4f}",
                         real.oxides[k].formula, field_.composition.fraction[k], real.fraction[k]);
    } catch (const InputError &) {
      // no mixture of oxides: a cluster or a surface, for which a composition is given by hand
    }
  }
  if (comm->me != 0) return;

  std::string text =
      fmt::format("fmp/lbs: potential {} from {} (DATE {})\n", file_.name, file_.path, file_.date);
  text += fmt::format("fmp/lbs: composition {} ({})\n", field_.composition.text(),
                      command_.composition ? "given" : "from the atoms");
  if (std::isfinite(field_.ratios.K))
    text += fmt::format("fmp/lbs: K = SiO2/B2O3 = {:.6g}, R = modifier/B2O3 = {:.6g}\n",
                        field_.ratios.K, field_.ratios.R);
  if (field_.n4)
    text +=
        fmt::format("fmp/lbs: fraction of four-coordinated boron {:.4f} ({})\n", *field_.n4,
                    command_.n4.source == lbs::fmp::N4Choice::GIVEN ? "given" : "Dell-Bray-Xiao");
  text += "fmp/lbs: charges";
  for (std::size_t e = 0; e < field_.elements.size(); ++e)
    text += fmt::format(" {} {:.6g}", field_.elements[e], field_.charges[e]);
  text += fmt::format("\nfmp/lbs: {:<6}{:>14}{:>12}{:>14}{:>14}\n", "pair", "A", "rho", "C", "D");
  for (std::size_t i = 0; i < field_.elements.size(); ++i)
    for (std::size_t j = i; j < field_.elements.size(); ++j) {
      const auto &p = field_.pair(i, j);
      auto const name = field_.elements[i] + "-" + field_.elements[j];
      if (!p.short_range) text += fmt::format("fmp/lbs: {:<6}  Coulomb only\n", name);
      else if (!p.defined) text += fmt::format("fmp/lbs: {:<6}  not present\n", name);
      else
        text += fmt::format("fmp/lbs: {:<6}{:>14.8g}{:>12.7g}{:>14.8g}{:>14.8g}\n", name, p.A,
                            p.rho, p.C, p.D);
    }
  utils::logmesg(lmp, text);
}
