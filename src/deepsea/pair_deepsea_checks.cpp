// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea watches its atoms: overlaps, numbers that are none, pairs closer and atoms
// hotter than in training.
#include "pair_deepsea.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "neigh_list.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;
using namespace lbs::deepsea;

namespace {

// Of a Monte Carlo move that cannot be: no temperature accepts it, and sums of it stay finite.
constexpr double IMPOSSIBLE = 1.0e100;

}    // namespace

std::vector<int> PairDeepsea::neighbors_of(int center)
{
  lbs::FullNeighborList const rows = neighbor_list();
  std::vector<int> neighbors;
  for (int n = 0; n < rows.numneigh[center]; ++n)
    neighbors.push_back(rows.firstneigh[center][n] & rows.index_mask);
  return neighbors;
}

// Energies that are no numbers come from atoms on top of each other, or from lost coordinates. A
// move that a Monte Carlo fix tries is rejected instead.
void PairDeepsea::stop_at(int center, const std::string &where, Results &results)
{
  if (in_trial()) {
    results.energy = IMPOSSIBLE;
    return;
  }
  int nearest = -1;
  double least = 0.0;
  for (int const j : neighbors_of(center)) {
    double const r =
        std::hypot(atom->x[j][0] - atom->x[center][0], atom->x[j][1] - atom->x[center][1],
                   atom->x[j][2] - atom->x[center][2]);
    if (nearest >= 0 && !(r < least)) continue;
    nearest = j;
    least = r;
  }
  if (nearest >= 0 && least < OVERLAP)
    error->one(FLERR, "pair deepsea: atoms {} and {} are on top of each other at step {} ({})",
               atom->tag[center], atom->tag[nearest], update->ntimestep, where);
  error->one(FLERR,
             "pair deepsea: energy or force of atom {} is not a finite number at step {} ({}); "
             "the simulation has broken down before, look at its last frames and use a smaller "
             "timestep or 'core/zbl'",
             atom->tag[center], update->ntimestep, where);
}

// Counts at once, for the deck may look; replaces what an earlier evaluation of the step has found.
void PairDeepsea::watch_short_pairs()
{
  if (style_.short_action == ShortAction::OFF) return;
  const ShortPair &found = found_short_;
  short_pairs_ = ShortPairsOfStep();
  // Both atoms of a pair are centers of some rank.
  short_pairs_.pairs = 0.5 * static_cast<double>(found.count);
  if (found.count > 0) {
    short_pairs_.closest[0] = atom->tag[found.center];
    short_pairs_.closest[1] = atom->tag[found.neighbor];
    short_pairs_.distance = found.distance;
    short_pairs_.bound = found.bound;
  }
  pvector[SHORT_PAIRS] = earlier_short_pairs_ + short_pairs_.pairs;
}

// Of the step or run that is over: the last evaluation is the one that counts.
void PairDeepsea::tell_short_pairs()
{
  if (short_pairs_.pairs == 0.0 || short_pairs_.told) return;
  short_pairs_.told = true;
  if (style_.short_action == ShortAction::WARN && short_warned_) return;
  std::string const message = fmt::format("pair deepsea: atoms {} and {} are {:.4g} A apart at "
                                          "step {}, closer than the {:.4g} A of the "
                                          "training set; forces there are guesses",
                                          short_pairs_.closest[0], short_pairs_.closest[1],
                                          short_pairs_.distance, step_, short_pairs_.bound);
  if (style_.short_action == ShortAction::ERROR)
    error->one(FLERR, "{}; use {}, or 'short warn' to go on", message,
               style_.core_outer > 0.0 ? "a wider core" : "'core/zbl R_IN R_OUT'");
  error->warning(FLERR, "{}; further ones are counted (compute pair)", message);
  short_warned_ = true;
}

// At the beginning and the end of a run. Small systems fluctuate: three standard deviations of the
// temperature of so many atoms are no reason to speak.
void PairDeepsea::watch_temperature()
{
  double const hottest = models_.front().hottest;
  if (hottest == 0.0 || hot_warned_) return;
  double sums[2] = {0.0, 0.0};    // atoms of the model, twice their kinetic energy
  for (int i = 0; i < atom->nlocal; ++i) {
    if (model_type_[atom->type[i]] < 0) continue;
    double const mass = atom->rmass ? atom->rmass[i] : atom->mass[atom->type[i]];
    const double *const v = atom->v[i];
    sums[0] += 1.0;
    sums[1] += force->mvv2e * mass * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, world);
  if (sums[0] == 0.0) return;
  double const degrees = 3.0 * std::max(1.0, sums[0] - 1.0);    // as compute temp counts
  double const temperature = sums[1] / (degrees * force->boltz);
  if (!(temperature > hottest * (1.0 + 3.0 * std::sqrt(2.0 / degrees)))) return;
  hot_warned_ = true;
  if (comm->me == 0)
    error->warning(FLERR,
                   "pair deepsea: the atoms have {:.0f} K at step {}, above the {:.0f} K of the "
                   "training set of {}; forces there are guesses",
                   temperature, update->ntimestep, hottest, style_.files.front());
}

void PairDeepsea::finish()
{
  tell_short_pairs();
  watch_temperature();
}
