// SPDX-License-Identifier: GPL-2.0-only
#include "pair_fmp_lbs_kokkos.h"

#include "atom_kernels.hpp"
#include "pair_kernel.hpp"

#include "lammps/kokkos_adapter.h"

#include "atom.h"
#include "error.h"
#include "force.h"
#include "neigh_list.h"
#include "neighbor.h"

#include <mpi.h>

#include <algorithm>
#include <type_traits>
#include <vector>

using namespace LAMMPS_NS;
using lbs::fmp::PairSums;
using lbs::fmp::PairTerm;
using lbs::fmp::TypeCounts;
using lbs::kokkos::grow;
using lbs::kokkos::host_view;
using lbs::kokkos::ON_HOST;
using lbs::kokkos::SPACE;

namespace {

// Few atoms leave a GPU empty unless several lanes share each; LAMMPS draws the line here.
constexpr int FEW_ATOMS = 16000;

// With what Kokkos adds to it, a kernel may exceed the 512 bytes above which a launch on a GPU
// would wait for the one before, unless it is called light.
template <class Policy> auto light(const Policy &policy)
{
  return Kokkos::Experimental::require(policy,
                                       Kokkos::Experimental::WorkItemProperty::HintLightWeight);
}

// Sets a flag, and clears it again also where an error leaves the scope.
class Within {
 public:
  explicit Within(bool &flag) : flag_(flag) { flag_ = true; }
  ~Within() { flag_ = false; }
  Within(const Within &) = delete;
  Within &operator=(const Within &) = delete;

 private:
  bool &flag_;
};

// Rows of the Coulomb tables of Pair.
constexpr int TABLES = 6;

}    // namespace

template <class DeviceType>
PairFmpLbsKokkos<DeviceType>::PairFmpLbsKokkos(LAMMPS *lmp)
    : PairFmpLbs(lmp), by_kernels_(lbs::kokkos::by_kernels<DeviceType>())
{
  respa_enable = 0;
  kokkosable = 1;
  atomKK = static_cast<AtomKokkos *>(atom);
  execution_space = SPACE<DeviceType>;
  datamask_read = X_MASK | F_MASK | TYPE_MASK | TAG_MASK | Q_MASK | ENERGY_MASK | VIRIAL_MASK;
  datamask_modify = F_MASK | ENERGY_MASK | VIRIAL_MASK;
  // The kernels add up the virial of pairs, which spares another one over all atoms.
  if (by_kernels_) no_virial_fdotr_compute = 1;
}

template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::init_style()
{
  if (neighbor->includegroup != 0)
    error->all(FLERR,
               "pair fmp/lbs/kk: the neighbor lists of KOKKOS hold more pairs than 'neigh_modify "
               "include' leaves; use 'neigh_modify include all', or the style without /kk");
  PairFmpLbs::init_style();
  // A run before may have stopped at a collision, and its atoms been moved apart since.
  if (d_collision_.extent(0) > 0) {
    Kokkos::deep_copy(d_collision_, 0);
    Kokkos::deep_copy(h_collision_, 0);
  }
  auto *request = neighbor->find_request(this);
  lbs::kokkos::on_device<DeviceType>(request);
  // On the host half lists are twice as fast, whatever 'package kokkos neigh' says.
  full_list_ = by_kernels_ && lmp->kokkos->neighflag == FULL;
  if (full_list_) request->enable_full();
  if (by_kernels_ && ncoultablebits && style_.coulomb == lbs::fmp::CoulombStyle::LONG) take_table();
}

template <class DeviceType> double PairFmpLbsKokkos<DeviceType>::init_one(int i, int j)
{
  terms_changed_ = true;
  return PairFmpLbs::init_one(i, j);
}

template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::compute(int eflag, int vflag)
{
  ev_init(eflag, vflag);
  if (by_kernels_) look_at_collision();
  atomKK->sync(execution_space, datamask_read);
  lbs::kokkos::forget_lost_rows(*list, atom->nlocal);
  if (neighbor->ago == 0) {
    Within const step(in_step_);
    follow_atoms();
  }
  if (by_kernels_) compute_on_device();
  else compute_on_host();
  // Behind the kernels, for where LAMMPS synchronizes by itself this copies the forces at once.
  atomKK->modified(execution_space, datamask_modify);
}

template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::add(const PairSums &sums)
{
  if (eflag_global) {
    eng_vdwl += sums.e_short;
    eng_coul += sums.e_coulomb;
  }
  if (vflag_global)
    for (int k = 0; k < 6; ++k) virial[k] += sums.virial[k];
}

// ---- the atoms, at each list that is built ------------------------------------------------------

template <class DeviceType> std::vector<bigint> PairFmpLbsKokkos<DeviceType>::count_types() const
{
  if (!in_step_ || !by_kernels_) return PairFmpLbs::count_types();
  lbs::fmp::CountTypes<DeviceType> kernel;
  kernel.type = atomKK->k_type.template view<DeviceType>().data();
  std::vector<bigint> local(atom->ntypes + 1, 0);
  for (kernel.first = 1; kernel.first <= atom->ntypes; kernel.first += TypeCounts::TYPES) {
    TypeCounts counts;
    Kokkos::parallel_reduce("fmp/lbs::types", Kokkos::RangePolicy<DeviceType>(0, atom->nlocal),
                            kernel, counts);
    for (int k = 0; k < TypeCounts::TYPES && kernel.first + k <= atom->ntypes; ++k)
      local[kernel.first + k] = counts.of[k];
  }
  std::vector<bigint> all(local.size(), 0);
  MPI_Allreduce(local.data(), all.data(), static_cast<int>(all.size()), MPI_LMP_BIGINT, MPI_SUM,
                world);
  return all;
}

template <class DeviceType> bool PairFmpLbsKokkos<DeviceType>::set_charges(AtomRange range)
{
  if (!in_step_) return PairFmpLbs::set_charges(range);
  if (!by_kernels_ || (range == AtomRange::NOT_EXCLUDED && neighbor->nex_group > 0)) {
    atomKK->sync(Host, TYPE_MASK | MASK_MASK | Q_MASK);
    bool const changed = PairFmpLbs::set_charges(range);
    if (changed) atomKK->modified(Host, Q_MASK);
    atomKK->sync(execution_space, Q_MASK);
    return changed;
  }
  auto const charge = charge_of_types();
  grow(d_charge_, "lbs::charge", charge.size());
  Kokkos::deep_copy(d_charge_, host_view(charge.data(), charge.size()));
  lbs::fmp::SetCharges<DeviceType> kernel;
  kernel.type = atomKK->k_type.template view<DeviceType>().data();
  kernel.charge = d_charge_.data();
  kernel.q = atomKK->k_q.template view<DeviceType>().data();
  lbs::fmp::TypeCounts changed;
  Kokkos::parallel_reduce("fmp/lbs::charges",
                          Kokkos::RangePolicy<DeviceType>(0, atom->nlocal + atom->nghost), kernel,
                          changed);
  int any_mine = changed.of[0] > 0 ? 1 : 0;
  if (any_mine != 0) atomKK->modified(execution_space, Q_MASK);
  int any = 0;
  MPI_Allreduce(&any_mine, &any, 1, MPI_INT, MPI_MAX, world);
  if (any != 0 && force->kspace) atomKK->sync(Host, Q_MASK);    // which sums them up
  return any != 0;
}

template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::check_charges(AtomRange range) const
{
  if (in_step_) atomKK->sync(Host, TYPE_MASK | MASK_MASK | TAG_MASK | Q_MASK);
  PairFmpLbs::check_charges(range);
}

// ---- host ---------------------------------------------------------------------------------------

template <class DeviceType>
template <class Coulomb>
void PairFmpLbsKokkos<DeviceType>::run_on_host(const Coulomb &coulomb, double self_energy)
{
  auto const in = loop_input();
  int const atoms = atom->nlocal + atom->nghost;
  PairSums sums;
  lbs::fmp::Collision collision;
  if (evflag) {
    double *const v = vflag_atom ? &vatom[0][0] : nullptr;
    double const self = eflag_either ? self_energy : 0.0;
    collision =
        host_loop_.run<true>(in, atoms, coulomb, self, sums, eflag_atom ? eatom : nullptr, v);
  } else {
    collision = host_loop_.run<false>(in, atoms, coulomb, 0.0, sums, nullptr, nullptr);
  }
  check_atom_distance(collision);
  add(sums);
}

template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::compute_on_host()
{
  if constexpr (ON_HOST<DeviceType>) {
    if (neighbor->ago == 0) host_loop_.take_list(*static_cast<NeighListKokkos<DeviceType> *>(list));
    if (list->inum > 0)
      with_coulomb([this](const auto &coulomb, double self) { this->run_on_host(coulomb, self); });
    if (vflag_fdotr) virial_fdotr_compute();
  }
}

// ---- device -------------------------------------------------------------------------------------

// Terms after a change, and factors of special_bonds, which a hybrid style changes for each call.
template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::take_parameters()
{
  if (terms_changed_) {
    grow(d_terms_, "lbs::terms", terms_.size());
    Kokkos::deep_copy(d_terms_, host_view(terms_.data(), terms_.size()));
    terms_changed_ = false;
  }
  double factors[8];
  std::copy_n(force->special_lj, 4, factors);
  std::copy_n(force->special_coul, 4, factors + 4);
  if (special_.size() != 8 || !std::equal(factors, factors + 8, special_.begin())) {
    special_.assign(factors, factors + 8);
    grow(d_special_, "lbs::special", 8);
    Kokkos::deep_copy(d_special_, host_view(special_.data(), 8));
  }
}

template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::take_table()
{
  std::size_t const rows = std::size_t{1} << ncoultablebits;
  std::vector<double> all;
  for (const double *table : {rtable, drtable, ftable, dftable, etable, detable})
    all.insert(all.end(), table, table + rows);
  d_table_ = DeviceArray<double>("lbs::table", all.size());
  Kokkos::deep_copy(d_table_, host_view(all.data(), all.size()));
}

// Stops if the last call met two atoms on one spot. It does not wait for the device, so what the
// call before has found may show one call later.
template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::look_at_collision()
{
  if (h_collision_.extent(0) == 0) return;
  if (h_collision_(0) == 0) return;
  Kokkos::fence("lbs::look_at_collision");
  stop_at_collision(h_collision_(0), h_collision_(1));
}

template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::grow_atom_arrays()
{
  int const atoms = atom->nlocal + (force->newton_pair ? atom->nghost : 0);
  if (eflag_atom) {
    grow(d_eatom_, "lbs::eatom", atoms);
    Kokkos::deep_copy(DeviceType(), d_eatom_, 0.0);
  }
  if (vflag_atom) {
    grow(d_vatom_, "lbs::vatom", 6 * static_cast<std::size_t>(atoms));
    Kokkos::deep_copy(DeviceType(), d_vatom_, 0.0);
  }
}

// LAMMPS reads the values of atoms from the arrays of the host.
template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::fetch_atom_arrays()
{
  std::size_t const atoms = atom->nlocal + (force->newton_pair ? atom->nghost : 0);
  auto const fetch = [](double *target, const auto &source, std::size_t size) {
    Kokkos::deep_copy(host_view(target, size),
                      Kokkos::subview(source, Kokkos::pair<std::size_t, std::size_t>(0, size)));
  };
  if (atoms == 0) return;
  if (eflag_atom) fetch(eatom, d_eatom_, atoms);
  if (vflag_atom) fetch(&vatom[0][0], d_vatom_, 6 * atoms);
}

template <class DeviceType>
template <bool FULL, bool TALLY, class Coulomb>
void PairFmpLbsKokkos<DeviceType>::launch(const Coulomb &coulomb, double self_energy,
                                          PairSums &sums)
{
  using Kernel = lbs::fmp::PairKernel<DeviceType, Coulomb, FULL, TALLY>;
  auto *const rows = static_cast<NeighListKokkos<DeviceType> *>(list);
  Kernel kernel;
  kernel.x = atomKK->k_x.template view<DeviceType>();
  kernel.f = atomKK->k_f.template view<DeviceType>();
  kernel.neighbors = rows->d_neighbors;
  kernel.ilist = rows->d_ilist.data();
  kernel.numneigh = rows->d_numneigh.data();
  kernel.q = atomKK->k_q.template view<DeviceType>().data();
  kernel.type = atomKK->k_type.template view<DeviceType>().data();
  kernel.tag = atom->tag_enable ? atomKK->k_tag.template view<DeviceType>().data() : nullptr;
  kernel.terms = d_terms_.data();
  kernel.special = d_special_.data();
  kernel.collision = d_collision_.data();
  kernel.eatom = eflag_atom ? d_eatom_.data() : nullptr;
  kernel.vatom = vflag_atom ? d_vatom_.data() : nullptr;
  kernel.coulomb = coulomb;
  kernel.cut_coulomb_sq = cut_coul_ * cut_coul_;
  kernel.self_energy = self_energy;
  kernel.stride = atom->ntypes + 1;
  kernel.inum = list->inum;
  kernel.partners = atom->nlocal + (force->newton_pair ? atom->nghost : 0);

  auto const run = [&](const auto &policy) {
    if constexpr (TALLY) Kokkos::parallel_reduce("fmp/lbs", light(policy), kernel, sums);
    else Kokkos::parallel_for("fmp/lbs", light(policy), kernel);
  };
  if constexpr (lbs::fmp::TeamShape<DeviceType>::USABLE) {
    const auto *kk = lmp->kokkos;
    bool const few =
        kk->neigh_thread_set ? kk->neigh_thread != 0 : kk->ngpus > 0 && list->inum <= FEW_ATOMS;
    if (few) {
      run(Kernel::policy(list->inum));
      return;
    }
  }
  run(Kokkos::RangePolicy<DeviceType>(0, list->inum));
}

template <class DeviceType>
template <class Coulomb>
void PairFmpLbsKokkos<DeviceType>::run_on_device(const Coulomb &coulomb, double self_energy)
{
  PairSums sums;
  double const self = eflag_either ? self_energy : 0.0;
  if (full_list_) {
    if (evflag) launch<true, true>(coulomb, self, sums);
    else launch<true, false>(coulomb, self, sums);
  } else {
    if (evflag) launch<false, true>(coulomb, self, sums);
    else launch<false, false>(coulomb, self, sums);
  }
  add(sums);
}

template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::compute_on_device()
{
  if (d_collision_.extent(0) == 0) {
    d_collision_ = DeviceArray<tagint>("lbs::collision", 2);
    h_collision_ = decltype(h_collision_)("lbs::h_collision", 2);
  }
  if (list->inum == 0) return;
  take_parameters();
  grow_atom_arrays();
  with_coulomb([this](const auto &coulomb, double self) {
    using Coulomb = std::decay_t<decltype(coulomb)>;
    if constexpr (std::is_same_v<Coulomb, lbs::fmp::CoulombTable>) {
      auto on_device = coulomb;
      const double **const tables[] = {&on_device.r,  &on_device.dr, &on_device.f,
                                       &on_device.df, &on_device.e,  &on_device.de};
      for (int k = 0; k < TABLES; ++k)
        *tables[k] = d_table_.data() + (static_cast<std::size_t>(k) << ncoultablebits);
      run_on_device(on_device, self);
    } else {
      run_on_device(coulomb, self);
    }
  });
  fetch_atom_arrays();
  Kokkos::deep_copy(DeviceType(), h_collision_, d_collision_);
  if (evflag) {
    Kokkos::fence("lbs::collision");
    look_at_collision();
  }
}

template <class DeviceType> double PairFmpLbsKokkos<DeviceType>::memory_usage()
{
  auto const numbers =
      d_special_.extent(0) + d_table_.extent(0) + d_eatom_.extent(0) + d_vatom_.extent(0);
  return PairFmpLbs::memory_usage() + static_cast<double>(numbers) * sizeof(double) +
         static_cast<double>(d_terms_.extent(0)) * sizeof(PairTerm);
}

namespace LAMMPS_NS {
template class PairFmpLbsKokkos<LMPDeviceType>;
#ifdef LMP_KOKKOS_GPU
template class PairFmpLbsKokkos<LMPHostType>;
#endif
}    // namespace LAMMPS_NS
