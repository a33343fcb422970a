// SPDX-License-Identifier: GPL-2.0-only
// pair_style fmp/lbs/kk: fmp/lbs by the KOKKOS package.
#pragma once

#include "host_pair_loop.hpp"
#include "pair_sums.hpp"

#include "fmp/pair_fmp_lbs.h"
#include "lammps/kokkos_adapter.h"

#include <vector>

namespace LAMMPS_NS {

template <class DeviceType> class PairFmpLbsKokkos : public PairFmpLbs {
 public:
  static constexpr const char *NAME = "pair fmp/lbs";    // for messages

  explicit PairFmpLbsKokkos(class LAMMPS *lmp);

  void compute(int eflag, int vflag) override;
  void init_style() override;
  double init_one(int i, int j) override;
  double memory_usage() override;

 private:
  template <class Value> using DeviceArray = Kokkos::View<Value *, DeviceType>;

  // Whether the kernels of a device run; on the host only if the environment asks for them.
  bool const by_kernels_;
  bool full_list_ = false;

  // Within a step the device has the atoms; before a run the host.
  bool in_step_ = false;
  DeviceArray<double> d_charge_;    // of each type

  // ---- on the host
  lbs::fmp::HostPairLoop host_loop_;

  // ---- on the device
  bool terms_changed_ = true;
  DeviceArray<lbs::fmp::PairTerm> d_terms_;
  std::vector<double> special_;    // what d_special_ holds
  DeviceArray<double> d_special_;
  DeviceArray<double> d_table_;    // those of CoulombTable, one behind the other
  DeviceArray<tagint> d_collision_;
  Kokkos::View<tagint *, LMPPinnedHostType> h_collision_;    // what the last call found
  DeviceArray<double> d_eatom_, d_vatom_;

  [[nodiscard]] std::vector<bigint> count_types() const override;
  bool set_charges(AtomRange range) override;
  void check_charges(AtomRange range) const override;
  void compute_on_host();
  void compute_on_device();
  template <class Coulomb> void run_on_host(const Coulomb &coulomb, double self_energy);
  template <class Coulomb> void run_on_device(const Coulomb &coulomb, double self_energy);
  template <bool FULL, bool TALLY, class Coulomb>
  void launch(const Coulomb &coulomb, double self_energy, lbs::fmp::PairSums &sums);
  void take_parameters();
  void take_table();
  void look_at_collision();
  void add(const lbs::fmp::PairSums &sums);
  void grow_atom_arrays();
  void fetch_atom_arrays();
};

}    // namespace LAMMPS_NS
