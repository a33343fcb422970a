// SPDX-License-Identifier: GPL-2.0-only
#include "pair_deepsea.h"

#include "lammps/fix_pair_again.h"
#include "lammps/pair_error.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "modify.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

using namespace LAMMPS_NS;
using lbs::InputError;
using namespace lbs::deepsea;

namespace {

constexpr double UNKNOWN = std::numeric_limits<double>::quiet_NaN();    // a deviation

}    // namespace

PairDeepsea::PairDeepsea(LAMMPS *lmp) : Pair(lmp), neighbors_(lmp, "deepsea")
{
  single_enable = 0;
  restartinfo = 1;
  writedata = 0;
  one_coeff = 1;
  manybody_flag = 1;
  respa_enable = 0;
  no_virial_fdotr_compute = 1;
  centroidstressflag = CENTROID_AVAIL;
  unit_convert_flag = utils::get_supported_conversions(utils::ENERGY);
  // force, and virials if they are wanted
  comm_reverse = comm_reverse_off = 3 + 9 + 6;
  nextra = DECK_VALUES;
  pvector = new double[DECK_VALUES]();
}

PairDeepsea::~PairDeepsea()
{
  if (allocated) {
    memory->destroy(setflag);
    memory->destroy(cutsq);
    memory->destroy(scale_);
  }
  delete[] pvector;
}

void PairDeepsea::allocate()
{
  allocated = 1;
  int const n = atom->ntypes + 1;
  memory->create(setflag, n, n, "pair:setflag");
  memory->create(cutsq, n, n, "pair:cutsq");
  memory->create(scale_, n, n, "pair:scale");
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      setflag[i][j] = 0;
      scale_[i][j] = 1.0;
    }
}

void PairDeepsea::stop(const InputError &e) const
{
  lbs::stop_pair(error, "deepsea", e);
}

void *PairDeepsea::extract(const char *name, int &dim)
{
  if (strcmp(name, "scale") == 0) {
    dim = 2;
    return scale_;
  }
  dim = 0;
  if (strcmp(name, "deviation_flag") == 0) return &deviation_wanted_;
  return nullptr;
}

void *PairDeepsea::extract_peratom(const char *name, int &columns)
{
  columns = 0;
  if (strcmp(name, "deviation") != 0) return nullptr;
  if (style_.files.size() < 2)
    error->all(FLERR, "pair deepsea: a deviation needs several models in pair_style");
  // fix pair reads as many as there are atoms, also in trials that measure none
  deviation_.resize(std::max(1, atom->nlocal), UNKNOWN);
  return deviation_.data();
}

Atoms PairDeepsea::atoms()
{
  int const count = atom->nlocal + atom->nghost;
  type_.resize(count);
  for (int i = 0; i < count; ++i) type_[i] = neighbors_.type_of(i);
  Atoms all;
  all.count = count;
  all.x = count > 0 ? reinterpret_cast<const double(*)[3]>(atom->x[0]) : nullptr;
  all.type = type_.data();
  all.list = neighbor_list();
  return all;
}

lbs::FullNeighborList PairDeepsea::neighbor_list()
{
  return {list->inum, list->ilist, list->numneigh, list->firstneigh, NEIGHMASK};
}

Results PairDeepsea::evaluate(std::size_t model, const std::vector<double> &scale, Tally tally,
                              Shares shares)
{
  bool const all_tallies = tally == Tally::ALL;
  Atoms const all = atoms();
  auto const count = static_cast<std::size_t>(all.count);
  force_.assign(3 * count, 0.0);
  atom_virial_.assign(all_tallies && cvflag_atom ? 9 * count : 0, 0.0);
  shared_virial_.assign(all_tallies && vflag_atom ? 6 * count : 0, 0.0);
  Results results;
  results.force = reinterpret_cast<double(*)[3]>(force_.data());
  results.scale = scale.data();
  if (all_tallies && eflag_atom) results.atom_energy = eatom;
  if (!atom_virial_.empty())
    results.atom_virial = reinterpret_cast<double(*)[9]>(atom_virial_.data());
  if (!shared_virial_.empty())
    results.shared_virial = reinterpret_cast<double(*)[6]>(shared_virial_.data());
  evaluators_[model]->evaluate(all, results);
  if (model == 0) found_short_ = evaluators_[model]->short_pairs();
  if (evaluators_[model]->bad_center() >= 0)
    stop_at(evaluators_[model]->bad_center(), style_.files[model], results);
  // With newton on LAMMPS itself will bring the ghosts' shares home, in time for most uses.
  if (shares == Shares::BROUGHT_HOME || !force->newton_pair) comm->reverse_comm(this);
  return results;
}

// Of the results of the driving model with all tallies. Centers take their own part of the
// repulsion, so that there are no shares of images.
void PairDeepsea::add_core(Results &driving)
{
  if (style_.core_outer == 0.0) return;
  int const overlap = core_.add(atoms(), unit_, driving);
  if (overlap >= 0) stop_at(overlap, "core/zbl", driving);
}

int PairDeepsea::pack_reverse_comm(int n, int first, double *buffer)
{
  double *out = buffer;
  auto const put = [&](std::vector<double> &array, int columns, int i) {
    if (array.empty()) return;
    double *const from = array.data() + static_cast<std::size_t>(columns) * i;
    out = std::copy(from, from + columns, out);
    std::fill(from, from + columns, 0.0);
  };
  for (int i = first; i < first + n; ++i) {
    put(force_, 3, i);
    put(atom_virial_, 9, i);
    put(shared_virial_, 6, i);
  }
  return static_cast<int>(out - buffer);
}

void PairDeepsea::unpack_reverse_comm(int n, int *list_of_atoms, double *buffer)
{
  auto const get = [&](std::vector<double> &array, int columns, int i) {
    if (array.empty()) return;
    double *const to = array.data() + static_cast<std::size_t>(columns) * i;
    for (int k = 0; k < columns; ++k) to[k] += *buffer++;
  };
  for (int k = 0; k < n; ++k) {
    get(force_, 3, list_of_atoms[k]);
    get(atom_virial_, 9, list_of_atoms[k]);
    get(shared_virial_, 6, list_of_atoms[k]);
  }
}

bool PairDeepsea::in_trial() const
{
  return std::any_of(in_trials_.begin(), in_trials_.end(), [](const int *flag) { return *flag; });
}

// A step may be evaluated several times; what is to be told of it is told when another one begins.
void PairDeepsea::begin_evaluation()
{
  bool const again = step_ == update->ntimestep;
  if (!again) {
    tell_short_pairs();
    earlier_short_pairs_ += short_pairs_.pairs;
    short_pairs_ = ShortPairsOfStep();
    step_ = update->ntimestep;
    wanted_in_step_ = false;
  }
  wanted_in_step_ = wanted_in_step_ || deviation_wanted_ != 0;
  if (again && wanted_in_step_) lbs::repeat_fix_pair(modify);
}

void PairDeepsea::compute(int eflag, int vflag)
{
  ev_init(eflag, vflag);
  bool const trial = in_trial();
  begin_evaluation();
  neighbors_.check(model_type_, list, trial);
  set_scales();
  bool const compared =
      models_.size() > 1 && !trial && (wanted_in_step_ || update->ntimestep % style_.out_freq == 0);
  Results driving =
      compared ? evaluate_all() : evaluate(0, scaled_, Tally::ALL, Shares::AS_THEY_ARE);
  add_core(driving);
  // Those of an earlier step are in the order that its atoms had.
  if (!compared && !trial) std::fill(deviation_.begin(), deviation_.end(), UNKNOWN);
  if (!trial) watch_short_pairs();

  if (eflag_global) eng_vdwl += driving.energy;
  if (vflag_global) {
    constexpr int PLACE[6] = {0, 4, 8, 1, 2, 5};
    for (int k = 0; k < 6; ++k) virial[k] += driving.virial[PLACE[k]];
  }
  add_forces();
  int const count = atom->nlocal + (force->newton_pair ? atom->nghost : 0);
  if (count == 0) return;
  if (!shared_virial_.empty())
    for (int i = 0; i < 6 * count; ++i) vatom[0][i] += shared_virial_[i];
  if (!atom_virial_.empty()) {
    // LAMMPS' order is xx yy zz xy xz yz yx zx zy.
    constexpr int PLACE[9] = {0, 4, 8, 1, 2, 5, 3, 6, 7};
    for (int i = 0; i < count; ++i)
      for (int k = 0; k < 9; ++k) cvatom[i][k] += atom_virial_[std::size_t{9} * i + PLACE[k]];
  }
}

void PairDeepsea::add_forces()
{
  int const count = atom->nlocal + (force->newton_pair ? atom->nghost : 0);
  if (count == 0) return;
  double *const f = atom->f[0];
  for (int i = 0; i < 3 * count; ++i) f[i] += force_[i];
}

double PairDeepsea::memory_usage()
{
  double bytes = Pair::memory_usage();
  for (const auto &evaluator : evaluators_) bytes += static_cast<double>(evaluator->memory_usage());
  auto const numbers = force_.capacity() + atom_virial_.capacity() + shared_virial_.capacity() +
                       deviation_.capacity();
  return bytes + static_cast<double>(numbers * sizeof(double) + type_.capacity() * sizeof(int));
}
