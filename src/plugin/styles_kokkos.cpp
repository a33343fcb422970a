// SPDX-License-Identifier: GPL-2.0-only
#include "styles_kokkos.h"
#include "lbs_config.h"

#ifdef LBS_DEEPSEA
#include "deepsea/kk/pair_deepsea_kokkos.h"
#endif
#include "fmp/kk/pair_fmp_lbs_kokkos.h"
#include "network/kk/compute_boron_coord_kokkos.h"

#include "compute.h"
#include "error.h"
#include "lammps.h"
#include "pair.h"

using namespace LAMMPS_NS;

namespace lbs {

namespace {

// Arrays of Kokkos cannot be made before LAMMPS has started it.
void need_kokkos(LAMMPS *lmp, const char *style)
{
  if (lmp->kokkos == nullptr)
    lmp->error->all(FLERR,
                    "{}/kk needs the KOKKOS package switched on: start LAMMPS with '-k on', as in "
                    "'lmp -k on -sf kk -in in.file', or use the style without /kk",
                    style);
}

template <class Style> Pair *create_pair(LAMMPS *lmp)
{
  need_kokkos(lmp, Style::NAME);
  return new Style(lmp);
}

template <class Style> Compute *create_compute(LAMMPS *lmp, int narg, char **arg)
{
  need_kokkos(lmp, Style::NAME);
  return new Style(lmp, narg, arg);
}

// Where there is no GPU, both types are the same.
using Device = LMPDeviceType;
using Host = LMPHostType;

}    // namespace

std::vector<PairStyle> kokkos_pair_styles()
{
  constexpr const char *FMP = "fmp/lbs by KOKKOS";
#ifdef LBS_DEEPSEA
  constexpr const char *DEEPSEA = "deepsea by KOKKOS";
#endif
  return {
      {"fmp/lbs/kk", FMP, create_pair<PairFmpLbsKokkos<Device>>},
      {"fmp/lbs/kk/device", FMP, create_pair<PairFmpLbsKokkos<Device>>},
      {"fmp/lbs/kk/host", FMP, create_pair<PairFmpLbsKokkos<Host>>},
#ifdef LBS_DEEPSEA
      {"deepsea/kk", DEEPSEA, create_pair<PairDeepseaKokkos<Device>>},
      {"deepsea/kk/device", DEEPSEA, create_pair<PairDeepseaKokkos<Device>>},
      {"deepsea/kk/host", DEEPSEA, create_pair<PairDeepseaKokkos<Host>>},
#endif
  };
}

std::vector<ComputeStyle> kokkos_compute_styles()
{
  constexpr const char *CENSUS = "boron/coord by KOKKOS";
  return {{"boron/coord/kk", CENSUS, create_compute<ComputeBoronCoordKokkos<Device>>},
          {"boron/coord/kk/device", CENSUS, create_compute<ComputeBoronCoordKokkos<Device>>},
          {"boron/coord/kk/host", CENSUS, create_compute<ComputeBoronCoordKokkos<Host>>}};
}

}    // namespace lbs
