// SPDX-License-Identifier: GPL-2.0-only
#include "pair_fmp_lbs_kokkos.h"

using namespace LAMMPS_NS;

template <class DeviceType>
PairFmpLbsKokkos<DeviceType>::PairFmpLbsKokkos(LAMMPS *lmp) : PairFmpLbs(lmp)
{
  respa_enable = 0;
  kokkosable = 1;
  atomKK = static_cast<AtomKokkos *>(atom);
  execution_space = Host;
  datamask_read = X_MASK | F_MASK | TYPE_MASK | TAG_MASK | MASK_MASK | Q_MASK;
  datamask_modify = F_MASK | Q_MASK | ENERGY_MASK | VIRIAL_MASK;
}

template <class DeviceType> void PairFmpLbsKokkos<DeviceType>::compute(int eflag, int vflag)
{
  atomKK->sync(Host, datamask_read);
  PairFmpLbs::compute(eflag, vflag);
  atomKK->modified(Host, datamask_modify);
}

namespace LAMMPS_NS {
template class PairFmpLbsKokkos<LMPDeviceType>;
#ifdef LMP_KOKKOS_GPU
template class PairFmpLbsKokkos<LMPHostType>;
#endif
}    // namespace LAMMPS_NS
