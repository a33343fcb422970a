// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea with several models: how far they disagree, for the file and for the deck.
#include "model_deviation.hpp"
#include "pair_deepsea.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "universe.h"
#include "update.h"

#include <algorithm>

using namespace LAMMPS_NS;
using lbs::InputError;
using namespace lbs::deepsea;

namespace {

constexpr double BIG = 1.0e300;

}    // namespace

// Scales belong to the run and not to what models have learnt, so they are left out of the
// deviation; so is the core, which compute() adds afterwards.
Results PairDeepsea::evaluate_all()
{
  std::size_t const models = models_.size();
  bool const scaled = scaled_ != unscaled_;
  std::vector<std::vector<double>> forces(models);
  std::vector<std::array<double, 9>> virials(models);
  Results driving;
  for (std::size_t m = models; m-- > 0;) {
    Tally const tally = m == 0 && !scaled ? Tally::ALL : Tally::FORCES;
    driving = evaluate(m, unscaled_, tally, Shares::BROUGHT_HOME);
    forces[m].assign(force_.begin(), force_.begin() + std::ptrdiff_t{3} * atom->nlocal);
    std::copy(std::begin(driving.virial), std::end(driving.virial), virials[m].begin());
  }
  measure_deviation(forces, virials);
  if (update->ntimestep % style_.out_freq == 0) write_deviation();
  return scaled ? evaluate(0, scaled_, Tally::ALL, Shares::AS_THEY_ARE) : driving;
}

void PairDeepsea::measure_deviation(const std::vector<std::vector<double>> &forces,
                                    std::vector<std::array<double, 9>> &virials)
{
  deviation_.assign(std::max(1, atom->nlocal), 0.0);
  // Largest, negative of the smallest; then sum and number.
  double extremes[2] = {-BIG, -BIG};
  double sums[2] = {0.0, 0.0};
  std::vector<std::array<double, 3>> of_atom(forces.size());
  for (int i = 0; i < atom->nlocal; ++i) {
    if (type_[i] < 0) continue;
    for (std::size_t m = 0; m < forces.size(); ++m)
      for (int k = 0; k < 3; ++k) of_atom[m][k] = forces[m][std::size_t{3} * i + k];
    double const deviation = force_deviation(of_atom, style_.relative_force);
    deviation_[i] = deviation;
    extremes[0] = std::max(extremes[0], deviation);
    extremes[1] = std::max(extremes[1], -deviation);
    sums[0] += deviation;
    sums[1] += 1.0;
  }
  MPI_Allreduce(MPI_IN_PLACE, extremes, 2, MPI_DOUBLE, MPI_MAX, world);
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, world);
  MPI_Allreduce(MPI_IN_PLACE, virials.data(), static_cast<int>(9 * virials.size()), MPI_DOUBLE,
                MPI_SUM, world);
  std::fill(pvector + FORCE_MAX, pvector + SHORT_PAIRS, 0.0);
  if (sums[1] == 0.0) return;
  Range const virial_range = virial_deviation(virials, sums[1], style_.relative_virial);
  // compute pair adds up over ranks.
  if (comm->me != 0) return;
  pvector[FORCE_MAX] = extremes[0];
  pvector[FORCE_MIN] = -extremes[1];
  pvector[FORCE_AVG] = sums[0] / sums[1];
  pvector[VIRIAL_MAX] = virial_range.most;
  pvector[VIRIAL_MIN] = virial_range.least;
  pvector[VIRIAL_AVG] = virial_range.average;
}

void PairDeepsea::write_deviation()
{
  // Each atom's deviation goes to the place of its ID, in pairs of ID and number.
  std::vector<double> own;
  if (style_.atomic)
    for (int i = 0; i < atom->nlocal; ++i) {
      own.push_back(static_cast<double>(atom->tag[i]));
      own.push_back(deviation_[i]);
    }
  auto const size = static_cast<int>(own.size());
  std::vector<int> sizes(comm->nprocs);
  std::vector<int> starts(comm->nprocs, 0);
  int own_size = size;
  MPI_Gather(&own_size, 1, MPI_INT, sizes.data(), 1, MPI_INT, 0, world);
  for (int p = 1; p < comm->nprocs; ++p) starts[p] = starts[p - 1] + sizes[p - 1];
  std::vector<double> all(comm->me == 0 ? starts.back() + sizes.back() : 0);
  MPI_Gatherv(own.data(), size, MPI_DOUBLE, all.data(), sizes.data(), starts.data(), MPI_DOUBLE, 0,
              world);
  if (!out_.is_open()) return;
  std::vector<std::array<double, 2>> by_id;
  for (std::size_t k = 0; k + 1 < all.size(); k += 2) by_id.push_back({all[k], all[k + 1]});
  std::sort(by_id.begin(), by_id.end());
  std::vector<double> of_atoms;
  for (const auto &entry : by_id) of_atoms.push_back(entry[1]);
  try {
    out_.write(update->ntimestep,
               {pvector[VIRIAL_MAX], pvector[VIRIAL_MIN], pvector[VIRIAL_AVG], pvector[FORCE_MAX],
                pvector[FORCE_MIN], pvector[FORCE_AVG]},
               of_atoms);
  } catch (const InputError &e) {
    error->one(FLERR, "pair deepsea: {}", e.what());
  }
}

// Partitions have files of their own, as LAMMPS gives them logs of their own.
std::string PairDeepsea::out_file() const
{
  if (!style_.out_file.empty()) return style_.out_file;
  std::string const name = "model_devi.out";
  return universe->existflag != 0 ? name + '.' + std::to_string(universe->iworld) : name;
}

void PairDeepsea::open_deviation_file()
{
  if (style_.files.size() < 2 || comm->me != 0) return;
  if (out_.is_open()) {
    out_.begin_run();
    return;
  }
  auto const existing =
      restarted_ ? DeviationFile::Existing::APPEND : DeviationFile::Existing::OVERWRITE;
  try {
    out_.open(out_file(), style_.atomic, existing);
  } catch (const InputError &e) {
    error->one(FLERR, "pair deepsea: {}", e.what());
  }
}
