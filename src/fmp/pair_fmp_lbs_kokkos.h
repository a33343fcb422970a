// SPDX-License-Identifier: GPL-2.0-only
// pair_style fmp/lbs/kk: fmp/lbs by the KOKKOS package.
#pragma once

#include "pair_fmp_lbs.h"

#include "lammps/kokkos_adapter.h"

namespace LAMMPS_NS {

template <class DeviceType> class PairFmpLbsKokkos : public PairFmpLbs {
 public:
  static constexpr const char *NAME = "pair fmp/lbs";    // for messages

  explicit PairFmpLbsKokkos(class LAMMPS *lmp);

  void compute(int eflag, int vflag) override;
};

}    // namespace LAMMPS_NS
