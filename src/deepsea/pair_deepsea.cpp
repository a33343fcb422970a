// SPDX-License-Identifier: GPL-2.0-only
#include "pair_deepsea.h"

#include "lammps/pair_error.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

using namespace LAMMPS_NS;
using lbs::InputError;
using namespace lbs::deepsea;

PairDeepsea::PairDeepsea(LAMMPS *lmp) : Pair(lmp)
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
  if (out_) fclose(out_);
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
  if (models_.size() < 2)
    error->all(FLERR, "pair deepsea: a deviation needs several models in pair_style");
  return deviation_.data();
}

Atoms PairDeepsea::atoms()
{
  int const count = atom->nlocal + atom->nghost;
  type_.resize(count);
  for (int i = 0; i < count; ++i) type_[i] = model_type_[atom->type[i]];
  Atoms all;
  all.count = count;
  all.x = count > 0 ? reinterpret_cast<const double(*)[3]>(atom->x[0]) : nullptr;
  all.type = type_.data();
  all.list = {list->inum, list->ilist, list->numneigh, list->firstneigh, NEIGHMASK};
  return all;
}

Results PairDeepsea::evaluate(std::size_t model, bool whole_forces)
{
  bool const driving = model == 0;
  Atoms const all = atoms();
  auto const count = static_cast<std::size_t>(all.count);
  force_.assign(3 * count, 0.0);
  atom_virial_.assign(driving && cvflag_atom ? 9 * count : 0, 0.0);
  shared_virial_.assign(driving && vflag_atom ? 6 * count : 0, 0.0);
  Results results;
  results.force = reinterpret_cast<double(*)[3]>(force_.data());
  results.scale = scale_of_type_.data();
  if (driving && eflag_atom) results.atom_energy = eatom;
  if (!atom_virial_.empty())
    results.atom_virial = reinterpret_cast<double(*)[9]>(atom_virial_.data());
  if (!shared_virial_.empty())
    results.shared_virial = reinterpret_cast<double(*)[6]>(shared_virial_.data());
  evaluators_[model]->evaluate(all, results);
  if (evaluators_[model]->bad_center() >= 0)
    stop_at(evaluators_[model]->bad_center(), style_.files[model]);
  if (style_.core_outer > 0.0) {
    int const overlap = core_.add(all, unit_, results);
    if (overlap >= 0) stop_at(overlap, "core zbl");
  }
  // With newton on LAMMPS itself will bring the ghosts' shares home, in time for most uses.
  if (whole_forces || !force->newton_pair) comm->reverse_comm(this);
  return results;
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

void PairDeepsea::compute(int eflag, int vflag)
{
  ev_init(eflag, vflag);
  set_scales();
  bool const deviation =
      models_.size() > 1 && (deviation_wanted_ != 0 || update->ntimestep % style_.out_freq == 0);
  Results const driving = deviation ? evaluate_all() : evaluate(0, false);
  watch_short_pairs();

  if (eflag_global) eng_vdwl += driving.energy;
  if (vflag_global) {
    constexpr int PLACE[6] = {0, 4, 8, 1, 2, 5};
    for (int k = 0; k < 6; ++k) virial[k] += driving.virial[PLACE[k]];
  }
  int const count = atom->nlocal + (force->newton_pair ? atom->nghost : 0);
  if (count == 0) return;
  double *const f = atom->f[0];
  for (int i = 0; i < 3 * count; ++i) f[i] += force_[i];
  if (!shared_virial_.empty())
    for (int i = 0; i < 6 * count; ++i) vatom[0][i] += shared_virial_[i];
  if (!atom_virial_.empty()) {
    // LAMMPS' order is xx yy zz xy xz yz yx zx zy.
    constexpr int PLACE[9] = {0, 4, 8, 1, 2, 5, 3, 6, 7};
    for (int i = 0; i < count; ++i)
      for (int k = 0; k < 9; ++k) cvatom[i][k] += atom_virial_[std::size_t{9} * i + PLACE[k]];
  }
}

// Energies that are no numbers come from atoms on top of each other, or from lost coordinates.
void PairDeepsea::stop_at(int center, const std::string &where)
{
  int nearest = -1;
  double least = 0.0;
  for (int n = 0; n < list->numneigh[center]; ++n) {
    int const j = list->firstneigh[center][n] & NEIGHMASK;
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
             "timestep or 'core zbl'",
             atom->tag[center], update->ntimestep, where);
}

void PairDeepsea::watch_short_pairs()
{
  const ShortPair &found = evaluators_.front()->short_pairs();
  if (style_.short_action == ShortAction::OFF || found.count == 0) return;
  // Both atoms of a pair are centers of some rank.
  pvector[SHORT_PAIRS] += 0.5 * static_cast<double>(found.count);
  if (style_.short_action == ShortAction::WARN && short_warned_) return;
  std::string const message = fmt::format("pair deepsea: atoms {} and {} are {:.4g} A apart at "
                                          "step {}, closer than the {:.4g} A of the "
                                          "training set; forces there are guesses",
                                          atom->tag[found.center], atom->tag[found.neighbor],
                                          found.distance, update->ntimestep, found.bound);
  if (style_.short_action == ShortAction::ERROR)
    error->one(FLERR, "{}; use {}, or 'short warn' to go on", message,
               style_.core_outer > 0.0 ? "a wider core" : "'core zbl R_IN R_OUT'");
  error->warning(FLERR, "{}; further ones are counted (compute pair)", message);
  short_warned_ = true;
}

double PairDeepsea::memory_usage()
{
  double bytes = Pair::memory_usage();
  for (const auto &evaluator : evaluators_) bytes += static_cast<double>(evaluator->memory_usage());
  auto const numbers = force_.capacity() + atom_virial_.capacity() + shared_virial_.capacity() +
                       deviation_.capacity();
  return bytes + static_cast<double>(numbers * sizeof(double) + type_.capacity() * sizeof(int));
}
