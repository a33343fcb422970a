// SPDX-License-Identifier: GPL-2.0-only
// compute boron/coord/kk: boron/coord by the KOKKOS package. On a device no positions are copied.
#pragma once

#include "network/compute_boron_coord.h"

#include "lammps/kokkos_adapter.h"

namespace LAMMPS_NS {

template <class DeviceType> class ComputeBoronCoordKokkos : public ComputeBoronCoord {
 public:
  static constexpr const char *NAME = "compute boron/coord";    // for messages

  ComputeBoronCoordKokkos(class LAMMPS *lmp, int narg, char **arg);

  double memory_usage() override;

 protected:
  void find_census() override;
  void find_coordination() override;

 private:
  template <class Value> using DeviceArray = Kokkos::View<Value *, DeviceType>;

  // Whether the kernels of a device run; on the host only if the environment asks for them.
  bool const by_kernels_;
  DeviceArray<lbs::network::Role> d_role_;
  DeviceArray<int> d_first_, d_next_;
  DeviceArray<double> d_coordination_;
  DeviceArray<long long> d_count_;

  void check_atoms(int trouble);
  void count_in(const double (&low)[3], const double (&high)[3]);
  template <class Kernel> void give_atoms(Kernel &kernel) const;
};

}    // namespace LAMMPS_NS
