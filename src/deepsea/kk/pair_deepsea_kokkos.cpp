// SPDX-License-Identifier: GPL-2.0-only
#include "pair_deepsea_kokkos.h"

#include "add_core.hpp"
#include "force_shares.hpp"
#include "ghost_homes.hpp"

#include "lammps/excluded_atoms.h"

#include "comm.h"
#include "error.h"
#include "force.h"
#include "neighbor.h"

#include <algorithm>
#include <string>

using namespace LAMMPS_NS;
using lbs::InputError;
using namespace lbs::deepsea;

template <class DeviceType>
PairDeepseaKokkos<DeviceType>::PairDeepseaKokkos(LAMMPS *lmp)
    : PairDeepsea(lmp),
      kernels_(lbs::kokkos::by_kernels<DeviceType>() && std::is_same_v<DeviceType, LMPDeviceType>)
{
  if (kernels_ && !device::Machine<DeviceType>::KNOWN)
    error->all(FLERR,
               "pair deepsea/kk runs on GPUs by CUDA and HIP, not by this backend of Kokkos; "
               "use deepsea/kk/host");
  kokkosable = 1;
  reverse_comm_device = 1;
  atomKK = static_cast<AtomKokkos *>(atom);
  execution_space = kernels_ ? lbs::kokkos::SPACE<DeviceType> : Host;
  datamask_read = X_MASK | F_MASK | TYPE_MASK | TAG_MASK | MASK_MASK | ENERGY_MASK | VIRIAL_MASK;
  datamask_modify = F_MASK | ENERGY_MASK | VIRIAL_MASK;
}

template <class DeviceType> void PairDeepseaKokkos<DeviceType>::init_style()
{
  PairDeepsea::init_style();
  lbs::kokkos::on_device<DeviceType>(neighbor->find_request(this));
  rows_made_ = false;
}

template <class DeviceType> void PairDeepseaKokkos<DeviceType>::make_evaluator(const Model &model)
{
  if (!kernels_) return PairDeepsea::make_evaluator(model);
  if constexpr (std::is_same_v<DeviceType, LMPDeviceType>) {
    constexpr double MEGABYTE = 1.0e6;
    double const share = style_.chunk_memory * MEGABYTE / static_cast<double>(models_.size());
    device_evaluators_.push_back(
        device::DeviceEvaluator<DeviceType>::make(model, style_.evaluator, share));
  }
}

template <class DeviceType> void PairDeepseaKokkos<DeviceType>::forget_evaluators()
{
  PairDeepsea::forget_evaluators();
  device_evaluators_.clear();
  core_pairs_ = {};
  rows_made_ = false;
}

template <class DeviceType>
Evaluator::TableReport PairDeepseaKokkos<DeviceType>::table_report(std::size_t model) const
{
  return kernels_ ? device_evaluators_[model]->table_report() : PairDeepsea::table_report(model);
}

template <class DeviceType> void PairDeepseaKokkos<DeviceType>::compute(int eflag, int vflag)
{
  atomKK->sync(execution_space, datamask_read);
  lbs::kokkos::forget_lost_rows(*list, atom->nlocal);
  int const all = atom->nlocal + atom->nghost;
  if (neighbors_.looks_at_atoms(list))
    atomKK->sync(Host, TYPE_MASK | TAG_MASK | MASK_MASK | MOLECULE_MASK | SPECIAL_MASK);
  if (neighbor->ago == 0 || all != all_) rows_made_ = false;
  all_ = all;
  if (!kernels_ && !rows_made_) {
    host_rows_.take(kokkos_list());
    rows_made_ = true;
  }
  PairDeepsea::compute(eflag, vflag);
  atomKK->modified(execution_space, datamask_modify);
}

// ---- LAMMPS' list -------------------------------------------------------------------------------

template <class DeviceType> auto PairDeepseaKokkos<DeviceType>::list_slices() const
{
  const KokkosList &from = kokkos_list();
  using List = std::decay_t<decltype(from.d_neighbors)>;
  return device::ListSlices<List, DeviceType>{list->inum, from.d_ilist, from.d_numneigh,
                                              from.d_neighbors, NEIGHMASK};
}

template <class DeviceType> lbs::FullNeighborList PairDeepseaKokkos<DeviceType>::neighbor_list()
{
  const KokkosList &from = kokkos_list();
  return {list->inum, from.d_ilist.data(), from.d_numneigh.data(), host_rows_.data(), NEIGHMASK};
}

template <class DeviceType> std::vector<int> PairDeepseaKokkos<DeviceType>::neighbors_of(int center)
{
  if (!kernels_) return PairDeepsea::neighbors_of(center);
  atomKK->sync(Host, X_MASK | TAG_MASK);    // the message is about these
  return device::row_of(list_slices(), center);
}

template <class DeviceType>
typename PairDeepseaKokkos<DeviceType>::Types PairDeepseaKokkos<DeviceType>::types()
{
  if (uploaded_map_ != neighbors_.model_types()) {
    uploaded_map_ = neighbors_.model_types();
    type_map_ = device::to_device<DeviceType>("deepsea:type_map", uploaded_map_);
  }
  lbs::ExclusionBits const bits = lbs::exclusion_bits(neighbor, group);
  return {atomKK->k_type.template view<DeviceType>(), atomKK->k_mask.template view<DeviceType>(),
          type_map_, bits.required, bits.excluding};
}

template <class DeviceType> void PairDeepseaKokkos<DeviceType>::make_rows()
{
  device::make_room(kept_type_, "deepsea:type", all_);
  device::make_room(home_, "deepsea:home", all_);
  device::KeepTypes<Types, DeviceType>{types(), kept_type_}.launch(all_);
  device::find_homes<lbs::kokkos::TagView<DeviceType>, DeviceType>(
      atomKK->k_tag.template view<DeviceType>(), atom->nlocal, all_, home_);
  rows_.make(list_slices(), kept_type_, static_cast<int>(models_.front().elements.size()));
  for (auto &evaluator : device_evaluators_) evaluator->set_rows(rows_);
  rows_made_ = true;
}

// ---- an evaluation ------------------------------------------------------------------------------

template <class DeviceType>
void PairDeepseaKokkos<DeviceType>::pack_atoms(const std::vector<double> &scale, Tally tally)
{
  auto const numbers = static_cast<std::size_t>(all_);
  // Zeros, for what is wanted.
  auto const begin = [&](Array<double> &array, const char *label, int columns, bool wanted) {
    if (!wanted) return device::Slice<double, DeviceType>();
    device::make_room(array, label, columns * numbers);
    Kokkos::deep_copy(DeviceType(), array, 0.0);
    return device::Slice<double, DeviceType>(array);
  };
  bool const all_tallies = tally == Tally::ALL;
  device::make_room(device_force_, "deepsea:force", 3 * numbers);
  device::make_room(atoms_, "deepsea:atoms", numbers);
  device::make_room(changed_, "deepsea:changed", 1);
  if (uploaded_scale_ != scale) {
    uploaded_scale_ = scale;
    scale_of_ = device::to_device<DeviceType>("deepsea:scale", scale);
  }
  tally_ = {
      device_force_, begin(atom_energy_, "deepsea:atom_energy", 1, all_tallies && eflag_atom != 0),
      begin(device_atom_virial_, "deepsea:atom_virial", 9, all_tallies && cvflag_atom != 0),
      begin(device_shared_virial_, "deepsea:shared_virial", 6, all_tallies && vflag_atom != 0),
      scale_of_};
  Kokkos::deep_copy(DeviceType(), changed_, 0);
  using Places = lbs::kokkos::PositionView<DeviceType>;
  device::PackAtoms<Places, Types, DeviceType>{atomKK->k_x.template view<DeviceType>(),
                                               types(),
                                               kept_type_,
                                               home_,
                                               atoms_,
                                               device_force_,
                                               changed_}
      .launch(all_);
}

template <class DeviceType>
Results PairDeepseaKokkos<DeviceType>::evaluate(std::size_t model, const std::vector<double> &scale,
                                                Tally tally, Shares shares)
{
  if (!kernels_) return PairDeepsea::evaluate(model, scale, tally, shares);
  device::HostSums sums;
  try {
    do {
      if (!rows_made_) make_rows();
      pack_atoms(scale, tally);
      sums = device_evaluators_[model]->evaluate({atoms_, changed_}, tally_);
      if (sums.types_changed) rows_made_ = false;
    } while (sums.types_changed);
  } catch (const InputError &e) {
    error->one(FLERR, "pair deepsea: {}", e.what());
  }
  Results results;
  results.energy = sums.energy;
  std::copy(std::begin(sums.virial), std::end(sums.virial), results.virial);
  if (model == 0) found_short_ = sums.short_pairs;
  if (sums.bad_center >= 0) stop_at(sums.bad_center, style_.files[model], results);
  if (shares == Shares::BROUGHT_HOME || force->newton_pair == 0) bring_home();
  if (shares == Shares::BROUGHT_HOME) {    // for the deviation, in steps that want it
    force_ = device::to_host(device_force_);
    type_ = device::to_host(kept_type_);
    atomKK->sync(Host, TAG_MASK);
  }
  return results;
}

template <class DeviceType> void PairDeepseaKokkos<DeviceType>::add_core(Results &driving)
{
  if (!kernels_) return PairDeepsea::add_core(driving);
  if (style_.core_outer == 0.0) return;
  try {
    if (core_pairs_.extent(0) == 0)
      core_pairs_ = device::to_device<DeviceType>("deepsea:core_pairs", core_.pairs());
    device::make_room(core_sums_, "deepsea:core_sums", 1);
  } catch (const InputError &e) {
    error->one(FLERR, "pair deepsea: {}", e.what());
  }
  device::AddCore<DeviceType>{
      rows_.slices(), atoms_,        core_pairs_, static_cast<int>(models_.front().elements.size()),
      core_.inner(),  core_.outer(), unit_,       tally_}
      .launch(rows_.count(), core_sums_);
  device::ChunkSums const sums = device::to_host(core_sums_).front();
  driving.energy += sums.energy;
  for (int k = 0; k < 9; ++k) driving.virial[k] += sums.virial[k];
  if (sums.bad_center >= 0) stop_at(sums.bad_center, "core/zbl", driving);
}

template <class DeviceType> void PairDeepseaKokkos<DeviceType>::watch_temperature()
{
  atomKK->sync(Host, V_MASK | TYPE_MASK | RMASS_MASK);
  PairDeepsea::watch_temperature();
}

template <class DeviceType> void PairDeepseaKokkos<DeviceType>::watch_short_pairs()
{
  if (kernels_ && found_short_.count > 0) atomKK->sync(Host, TAG_MASK);
  PairDeepsea::watch_short_pairs();
}

// Forces stay where they are; per-atom energies and virials, which LAMMPS looks at on the host, go
// there.
template <class DeviceType> void PairDeepseaKokkos<DeviceType>::add_forces()
{
  if (!kernels_) return PairDeepsea::add_forces();
  using Forces = lbs::kokkos::ForceView<DeviceType>;
  device::AddForces<Forces, DeviceType>{device_force_, atomKK->k_f.template view<DeviceType>()}
      .launch(atom->nlocal + (force->newton_pair != 0 ? atom->nghost : 0));
  auto const on_host = [](const device::Slice<double, DeviceType> &wanted,
                          const Array<double> &array) {
    return wanted.count() > 0 ? device::to_host(array) : std::vector<double>();
  };
  auto const energies = on_host(tally_.atom_energy, atom_energy_);
  for (int i = 0; i < atom->nlocal && !energies.empty(); ++i) eatom[i] += energies[i];
  atom_virial_ = on_host(tally_.atom_virial, device_atom_virial_);
  shared_virial_ = on_host(tally_.shared_virial, device_shared_virial_);
}

// ---- shares of images ---------------------------------------------------------------------------

// Calls visit(array and its columns in a message) for what images gather; returns the width of a
// message's rows.
template <class DeviceType>
template <class Visit>
int PairDeepseaKokkos<DeviceType>::over_shares(Visit visit)
{
  int const columns[] = {3, tally_.atom_virial.count() > 0 ? 9 : 0,
                         tally_.shared_virial.count() > 0 ? 6 : 0};
  const device::Slice<double, DeviceType> arrays[] = {tally_.force, tally_.atom_virial,
                                                      tally_.shared_virial};
  int const width = columns[0] + columns[1] + columns[2];
  int offset = 0;
  for (int n = 0; n < 3; ++n) {
    if (columns[n] == 0) continue;
    visit(device::ShareColumns<DeviceType>{arrays[n], columns[n], width, offset});
    offset += columns[n];
  }
  return width;
}

// On one rank all images have their homes here.
template <class DeviceType> void PairDeepseaKokkos<DeviceType>::bring_home()
{
  if (comm->nprocs == 1) return;
  shares_on_host_ = false;
  comm->reverse_comm(this);
  if (!shares_on_host_) return;
  auto const back = [](const Array<double> &array, const std::vector<double> &numbers) {
    if (!numbers.empty())
      Kokkos::deep_copy(
          array,
          Kokkos::View<const double *, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>(
              numbers.data(), numbers.size()));
  };
  back(device_force_, force_);
  back(device_atom_virial_, atom_virial_);
  back(device_shared_virial_, shared_virial_);
}

// LAMMPS communicates through the host, where the plain style does the rest. A rank of a tiled
// decomposition may unpack before it packs.
template <class DeviceType> void PairDeepseaKokkos<DeviceType>::bring_shares_to_host()
{
  if (!kernels_ || shares_on_host_) return;
  shares_on_host_ = true;
  force_ = device::to_host(device_force_);
  atom_virial_.clear();
  shared_virial_.clear();
  if (tally_.atom_virial.count() > 0) atom_virial_ = device::to_host(device_atom_virial_);
  if (tally_.shared_virial.count() > 0) shared_virial_ = device::to_host(device_shared_virial_);
}

template <class DeviceType>
int PairDeepseaKokkos<DeviceType>::pack_reverse_comm(int n, int first, double *buffer)
{
  bring_shares_to_host();
  return PairDeepsea::pack_reverse_comm(n, first, buffer);
}

template <class DeviceType>
void PairDeepseaKokkos<DeviceType>::unpack_reverse_comm(int n, int *to, double *buffer)
{
  bring_shares_to_host();
  PairDeepsea::unpack_reverse_comm(n, to, buffer);
}

template <class DeviceType>
int PairDeepseaKokkos<DeviceType>::pack_reverse_comm_kokkos(int n, int first,
                                                            lbs::kokkos::CommBuffer &buffer)
{
  auto const to = buffer.template view<DeviceType>();
  int const width = over_shares([&](const device::ShareColumns<DeviceType> &columns) {
    device::PackShares<std::decay_t<decltype(to)>, DeviceType>{columns, first, to}.launch(n);
  });
  return n * width;
}

template <class DeviceType>
void PairDeepseaKokkos<DeviceType>::unpack_reverse_comm_kokkos(int n, DAT::tdual_int_1d to,
                                                               lbs::kokkos::CommBuffer &buffer)
{
  auto const atoms = to.template view<DeviceType>();
  auto const from = buffer.template view<DeviceType>();
  using Buffer = std::decay_t<decltype(from)>;
  using List = std::decay_t<decltype(atoms)>;
  over_shares([&](const device::ShareColumns<DeviceType> &columns) {
    device::UnpackShares<Buffer, List, DeviceType>{columns, atoms, from}.launch(n);
  });
}

template <class DeviceType> double PairDeepseaKokkos<DeviceType>::memory_usage()
{
  double bytes = PairDeepsea::memory_usage() + static_cast<double>(rows_.memory_usage());
  for (const auto &evaluator : device_evaluators_)
    bytes += static_cast<double>(evaluator->memory_usage());
  auto const numbers = device_force_.span() + atom_energy_.span() + device_atom_virial_.span() +
                       device_shared_virial_.span();
  return bytes +
         static_cast<double>(numbers * sizeof(double) + atoms_.span() * sizeof(device::AtomRecord));
}

namespace LAMMPS_NS {
template class PairDeepseaKokkos<LMPDeviceType>;
#ifdef LMP_KOKKOS_GPU
template class PairDeepseaKokkos<LMPHostType>;
#endif
}    // namespace LAMMPS_NS
