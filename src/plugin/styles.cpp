// SPDX-License-Identifier: GPL-2.0-only
// The tables of styles of this package, and their registration with a LAMMPS instance.

#include "lbs_config.h"
#include "style_table.hpp"
#ifdef LBS_KOKKOS_STYLES
#include "styles_kokkos.h"
#endif

#ifdef LBS_DEEPSEA
#include "deepsea/pair_deepsea.h"
#endif
#include "fmp/pair_fmp_lbs.h"
#include "network/compute_boron_coord.h"
#include "network/compute_qn_atom.h"
#include "network/compute_ring_persist.h"
#include "network/compute_ring_stats.h"

#include "comm.h"
#include "force.h"
#include "lammps.h"
#include "lammpsplugin.h"
#include "modify.h"
#include "utils.h"
#include "version.h"

#include <string>
#include <vector>

using namespace LAMMPS_NS;
using lbs::ComputeStyle;
using lbs::PairStyle;

namespace {

template <class Style> Pair *create_pair(LAMMPS *lmp)
{
  return new Style(lmp);
}

template <class Style> Compute *create_compute(LAMMPS *lmp, int narg, char **arg)
{
  return new Style(lmp, narg, arg);
}

const PairStyle PAIR_STYLES[] = {
    {"fmp/lbs", "composition-dependent Buckingham potential for oxide glasses",
     create_pair<PairFmpLbs>},
#ifdef LBS_DEEPSEA
    {"deepsea", "Deep Potential (DeepPot-SE) from a model file", create_pair<PairDeepsea>},
#endif
};

const ComputeStyle COMPUTE_STYLES[] = {
    {"boron/coord", "coordination of boron, silicon and oxygen", create_compute<ComputeBoronCoord>},
    {"qn/atom", "bridging oxygens of silicon and boron", create_compute<ComputeQnAtom>},
    {"ring/stats", "rings of the network", create_compute<ComputeRingStats>},
    {"ring/persist", "share of a reference set of rings that exists",
     create_compute<ComputeRingPersist>},
};

// LAMMPS keeps one list of loaded plugins for the whole process and ignores a second registration,
// which leaves a second LAMMPS instance without the styles. Entering them in this instance's own
// tables makes `clear` and further instances work.
class Registration {
 public:
  Registration(LAMMPS *lmp, void *handle, lammpsplugin_regfunc regfunc)
      : lmp_(lmp), regfunc_(regfunc)
  {
    plugin_.version = LAMMPS_VERSION;
    plugin_.author = "the LBS package authors";
    plugin_.handle = handle;
  }

  void add(const PairStyle &style)
  {
    plugin_.style = "pair";
    plugin_.name = style.name;
    plugin_.info = style.info;
    plugin_.creator.v1 = reinterpret_cast<lammpsplugin_factory1 *>(style.create);
    (*regfunc_)(&plugin_, lmp_);
    (*lmp_->force->pair_map)[style.name] = style.create;
  }

  void add(const ComputeStyle &style)
  {
    plugin_.style = "compute";
    plugin_.name = style.name;
    plugin_.info = style.info;
    plugin_.creator.v2 = reinterpret_cast<lammpsplugin_factory2 *>(style.create);
    (*regfunc_)(&plugin_, lmp_);
    (*lmp_->modify->compute_map)[style.name] = style.create;
  }

  template <class Styles> void add_all(const Styles &styles)
  {
    for (const auto &style : styles) add(style);
  }

 private:
  LAMMPS *lmp_;
  lammpsplugin_regfunc regfunc_;
  lammpsplugin_t plugin_{};
};

std::string banner()
{
  std::string text = std::string("lbsplugin ") + LBS_VERSION + ": pair";
  for (const auto &style : PAIR_STYLES) text += std::string(" ") + style.name;
  text += "; compute";
  for (const auto &style : COMPUTE_STYLES) text += std::string(" ") + style.name;
  return text + "\n";
}

}    // namespace

// Called by the loader (plugin.cpp) once the host has been found to be the right one.
extern "C" __attribute__((visibility("default"))) void
lbs_register_styles(void *instance, void *handle, void *regfunc)
{
  auto *lmp = static_cast<LAMMPS *>(instance);
  Registration registration(lmp, handle, reinterpret_cast<lammpsplugin_regfunc>(regfunc));
  registration.add_all(PAIR_STYLES);
  registration.add_all(COMPUTE_STYLES);
#ifdef LBS_KOKKOS_STYLES
  registration.add_all(lbs::kokkos_pair_styles());
  registration.add_all(lbs::kokkos_compute_styles());
#endif
  if (lmp->comm->me == 0) utils::logmesg(lmp, banner());
}
