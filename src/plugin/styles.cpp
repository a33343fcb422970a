// SPDX-License-Identifier: GPL-2.0-only
// The one table of styles of this package, and their registration with a LAMMPS instance.

#include "lbs_config.h"

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

using namespace LAMMPS_NS;

namespace {

template <class Style> Pair *create_pair(LAMMPS *lmp)
{
  return new Style(lmp);
}

template <class Style> Compute *create_compute(LAMMPS *lmp, int narg, char **arg)
{
  return new Style(lmp, narg, arg);
}

struct PairStyle {
  const char *name;
  const char *info;
  Pair *(*create)(LAMMPS *);
};

struct ComputeStyle {
  const char *name;
  const char *info;
  Compute *(*create)(LAMMPS *, int, char **);
};

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
void register_styles(LAMMPS *lmp, void *handle, lammpsplugin_regfunc regfunc)
{
  lammpsplugin_t plugin{};
  plugin.version = LAMMPS_VERSION;
  plugin.author = "the LBS package authors";
  plugin.handle = handle;
  plugin.style = "pair";
  for (const auto &style : PAIR_STYLES) {
    plugin.name = style.name;
    plugin.info = style.info;
    plugin.creator.v1 = reinterpret_cast<lammpsplugin_factory1 *>(style.create);
    (*regfunc)(&plugin, lmp);
    (*lmp->force->pair_map)[style.name] = style.create;
  }
  plugin.style = "compute";
  for (const auto &style : COMPUTE_STYLES) {
    plugin.name = style.name;
    plugin.info = style.info;
    plugin.creator.v2 = reinterpret_cast<lammpsplugin_factory2 *>(style.create);
    (*regfunc)(&plugin, lmp);
    (*lmp->modify->compute_map)[style.name] = style.create;
  }
}

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
  register_styles(lmp, handle, reinterpret_cast<lammpsplugin_regfunc>(regfunc));
  if (lmp->comm->me == 0) utils::logmesg(lmp, banner());
}
