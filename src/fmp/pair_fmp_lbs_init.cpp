// SPDX-License-Identifier: GPL-2.0-only
// pair_style fmp/lbs before a run: checks, the order of the steps, Coulomb setup.
#include "pair_fmp_lbs.h"

#include "lammps/cell_heights.h"
#include "lammps/element_names.h"
#include "lammps/pair_error.h"
#include "support/input_error.hpp"

#include "atom.h"
#include "domain.h"
#include "error.h"
#include "fix_adapt.h"
#include "force.h"
#include "kspace.h"
#include "modify.h"
#include "neighbor.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using lbs::InputError;
using lbs::fmp::CoulombStyle;

namespace {

// A cutoff over this many cell heights means thousands of images of each atom: a typing error.
constexpr double MAX_CELL_HEIGHTS = 4.0;

}    // namespace

void PairFmpLbs::init_style()
{
  if (!atom->q_flag)
    error->all(FLERR, "pair fmp/lbs needs atoms with charges; use 'atom_style charge' or full");
  if (atom->natoms == 0 && !command_.composition)
    error->all(FLERR, "pair fmp/lbs: there are no atoms; create or read them before the run, or "
                      "give 'composition' by hand in pair_coeff");
  bool const long_range = style_.coulomb == CoulombStyle::LONG;
  if (long_range && !force->kspace)
    error->all(FLERR, "pair fmp/lbs: 'coul long' needs a kspace_style such as 'pppm 1.0e-5'; "
                      "without one use 'coul dsf ALPHA CUTC'");
  if (!long_range && style_.coulomb != CoulombStyle::NONE && force->kspace)
    error->all(FLERR, "pair fmp/lbs: a kspace_style would count the charges twice; "
                      "use 'coul long' or 'kspace_style none'");
  if (command_.recompute && tail_flag)
    error->all(FLERR,
               "pair fmp/lbs: pair_modify tail is fixed at the start of a run and cannot follow "
               "'recompute yes'{}",
               lbs::without_modify(force, this, "tail"));
  check_special_bonds();
  if (command_.set_charges) check_charges_are_ours();
  try {
    lbs::check_names(atom, comm, error, command_.elements, "pair_coeff", reported_names_);
    lbs::fmp::check_coulomb(file_, style_);
    checked_counts_ = count_types();
    if (!frozen_counts_.empty()) follow_composition(checked_counts_);
    if (frozen_counts_.empty() || field_.elements.empty()) decide_composition();
    if (reported_counts_ != frozen_counts_) report();
    reported_counts_ = frozen_counts_;
    if (!command_.set_charges) check_charges(AtomRange::ALL);
    // k-space was initialized before this style and has seen the charges of before
    else if (set_charges(AtomRange::ALL) && force->kspace) force->kspace->init();
  } catch (const InputError &e) {
    stop(e);
  }
  check_box();
  init_coulomb();
  neighbor->add_request(this);
}

// Charges that the style sets would be changed every so many steps, and set back at every new
// neighbor list.
void PairFmpLbs::check_charges_are_ours() const
{
  for (auto *fix : modify->get_fix_list()) {
    auto *adapt = dynamic_cast<FixAdapt *>(fix);
    if (adapt != nullptr && adapt->chgflag != 0)
      error->all(FLERR,
                 "pair fmp/lbs: fix {} changes charges, which 'charges set' sets back at every "
                 "neighbor list; leave out either of them",
                 fix->id);
  }
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

// What special_bonds takes from a damped sum is the bare interaction, also where nothing is to be
// left. LAMMPS lists such pairs for coul/dsf and coul/wolf, by their names, and for no other style.
void PairFmpLbs::check_special_bonds() const
{
  bool const damped = style_.coulomb == CoulombStyle::DSF || style_.coulomb == CoulombStyle::WOLF;
  if (!damped || atom->nbonds == 0) return;
  for (int k = 1; k <= 3; ++k)
    if (force->special_lj[k] == 0.0 && force->special_coul[k] == 0.0)
      error->all(FLERR,
                 "pair fmp/lbs: special_bonds leaves 1-{} pairs out of the neighbor list, where "
                 "'coul dsf' and 'coul wolf' need them; write 1.0e-20 in place of factors of 0",
                 k + 1);
}

void PairFmpLbs::check_box() const
{
  auto const heights = lbs::cell_heights(domain);
  double const cut = std::max(style_.cut, cut_coul_);
  for (int k = 0; k < 3; ++k)
    if (domain->periodicity[k] && cut > MAX_CELL_HEIGHTS * heights[k])
      error->all(FLERR,
                 "pair fmp/lbs: the cutoff {} is over {} times the height {} of the periodic "
                 "cell; replicate the cell or lower the cutoff",
                 cut, MAX_CELL_HEIGHTS, heights[k]);
}
