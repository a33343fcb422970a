// SPDX-License-Identifier: GPL-2.0-only
// pair_style fmp/lbs and the atoms: their composition, the parameters and charges that follow.
#include "pair_fmp_lbs.h"

#include "lammps/excluded_atoms.h"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "group.h"
#include "kspace.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

using namespace LAMMPS_NS;
using lbs::InputError;

namespace {

// Charges in data files carry rounded digits; a wrong charge is off by far more.
constexpr double CHARGE_TOLERANCE = 1.0e-5;

// Mole fractions given by hand may be rounded this much against the atoms without a word.
constexpr double FRACTION_TOLERANCE = 5.0e-3;

}    // namespace

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

// Called at each evaluation with a new neighbor list: only then can atoms have come, gone or
// changed type. Trials of fix gcmc and atom/swap have one each; atom/swap changes types and
// evaluates again with the list it has, and leaves the charges to this.
void PairFmpLbs::follow_atoms()
{
  auto const counts = count_types();
  try {
    follow_composition(counts);
    if (command_.set_charges) {
      if (set_charges(AtomRange::NOT_EXCLUDED) && force->kspace) force->kspace->qsum_qsq(0);
    } else if (counts != checked_counts_) {
      check_charges(AtomRange::NOT_EXCLUDED);
    }
  } catch (const InputError &e) {
    stop(e);
  }
  checked_counts_ = counts;
}

// Decides anew, leaves all as it is or throws, as the deck wants it for another composition.
void PairFmpLbs::follow_composition(const std::vector<bigint> &counts)
{
  if (command_.composition) {
    // after read_restart there is none yet; decide_composition() follows then
    if (!field_.elements.empty()) check_present(field_.composition, counts);
    return;
  }
  if (!composition_differs(counts)) return;
  auto const left = std::accumulate(counts.begin(), counts.end(), bigint{0});
  if (left != atom->natoms)
    error->all(FLERR,
               "pair fmp/lbs: {} of {} atoms are lost; check the start and the timestep, or, if "
               "atoms may leave, give 'composition' by hand in pair_coeff to keep it",
               atom->natoms - left, atom->natoms);
  if (!command_.recompute)
    error->all(FLERR,
               "pair fmp/lbs: the composition has changed since it fixed the parameters; add "
               "'recompute yes' to pair_coeff to follow it, give 'composition' by hand to keep "
               "it, or repeat pair_coeff");
  decide_composition();
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

// Charge of each type, NaN for those of other styles.
std::vector<double> PairFmpLbs::charge_of_types() const
{
  std::vector<double> charge(atom->ntypes + 1, std::numeric_limits<double>::quiet_NaN());
  for (int t = 1; t <= atom->ntypes; ++t)
    if (int const element = element_of(t); element >= 0) charge[t] = field_.charges[element];
  return charge;
}

// Gives owned and ghost atoms their charges; returns whether any has changed on any rank. Fix gcmc
// excludes an atom and takes its charge away to find the energy without it; that charge has to stay
// zero then.
bool PairFmpLbs::set_charges(AtomRange range)
{
  auto const charge = charge_of_types();
  int changed = 0;
  for (int i = 0; i < atom->nlocal + atom->nghost; ++i) {
    double const wanted = charge[atom->type[i]];
    if (std::isnan(wanted) || atom->q[i] == wanted) continue;
    if (range == AtomRange::NOT_EXCLUDED && lbs::is_excluded(neighbor, group, atom->mask[i]))
      continue;
    atom->q[i] = wanted;
    changed = 1;
  }
  int any_changed = 0;
  MPI_Allreduce(&changed, &any_changed, 1, MPI_INT, MPI_MAX, world);
  return any_changed != 0;
}

// Throws if any atom on any rank has another charge than the potential.
void PairFmpLbs::check_charges(AtomRange range) const
{
  auto const charge = charge_of_types();
  tagint wrong = std::numeric_limits<tagint>::max();
  for (int i = 0; i < atom->nlocal; ++i) {
    double const wanted = charge[atom->type[i]];
    if (std::isnan(wanted) || std::fabs(atom->q[i] - wanted) < CHARGE_TOLERANCE) continue;
    if (range == AtomRange::NOT_EXCLUDED && lbs::is_excluded(neighbor, group, atom->mask[i]))
      continue;
    wrong = std::min(wrong, atom->tag_enable ? atom->tag[i] : i + 1);
  }
  tagint first_wrong = wrong;
  MPI_Allreduce(&wrong, &first_wrong, 1, MPI_LMP_TAGINT, MPI_MIN, world);
  if (first_wrong == std::numeric_limits<tagint>::max()) return;
  std::string known;
  for (std::size_t e = 0; e < field_.elements.size(); ++e)
    known += ' ' + field_.elements[e] + ' ' + lbs::text::number(field_.charges[e]);
  throw InputError("pair fmp/lbs: the charge of atom " + std::to_string(first_wrong) +
                   " is not that of potential " + file_.name + " (" + known.substr(1) +
                   "); add 'charges set' to pair_coeff");
}

// K-space styles warn of it themselves; damped sums take any charge. Atoms of other styles may have
// what is missing here.
void PairFmpLbs::warn_of_net_charge() const
{
  if (style_.coulomb == lbs::fmp::CoulombStyle::NONE) return;
  double charge = 0.0;
  double atoms = 0.0;
  for (int t = 1; t <= atom->ntypes; ++t) {
    if (frozen_counts_[t] == 0) continue;
    if (element_of(t) < 0) return;
    auto const count = static_cast<double>(frozen_counts_[t]);
    charge += count * field_.charges[element_of(t)];
    atoms += count;
  }
  if (std::fabs(charge) > CHARGE_TOLERANCE * atoms)
    error->warning(FLERR,
                   "pair fmp/lbs: with the charges of potential {} the cell has a net charge of "
                   "{:.4g} e; glasses are neutral, look at the charges in {} and at the atoms",
                   file_.name, charge, file_.path);
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
  warn_of_net_charge();

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
