// SPDX-License-Identifier: GPL-2.0-only
#include "many_body_neighbors.h"

#include "cell_heights.h"
#include "comm_settings.h"
#include "excluded_atoms.h"
#include "mpi_types.h"

#include "atom.h"
#include "atom_vec.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "molecule.h"
#include "neigh_list.h"

#include <algorithm>
#include <limits>
#include <utility>

using namespace LAMMPS_NS;

namespace lbs {

ManyBodyNeighbors::ManyBodyNeighbors(LAMMPS *lmp, std::string style)
    : Pointers(lmp), style_(std::move(style))
{
}

int ManyBodyNeighbors::type_of(int i) const
{
  int const type = model_type_[atom->type[i]];
  return type < 0 || is_excluded(neighbor, group, atom->mask[i]) ? -1 : type;
}

// What has been set that may take neighbors away.
struct ManyBodyNeighbors::Settings {
  bool types, groups, bonds, borders;
};

ManyBodyNeighbors::Settings ManyBodyNeighbors::settings(const NeighList *list) const
{
  return {neighbor->nex_type > 0 || list->ijskip != nullptr,
          neighbor->nex_group > 0 || neighbor->nex_mol > 0, atom->molecular != Atom::ATOMIC,
          CommSettings::border_group(comm) != GROUP_ALL};
}

bool ManyBodyNeighbors::looks_at_atoms(const NeighList *list) const
{
  if (!told_) return true;
  if (neighbor->ago != 0) return false;
  auto const set = settings(list);
  return set.types || set.groups || set.bonds || set.borders;
}

void ManyBodyNeighbors::check(const std::vector<int> &model_type, const NeighList *list, bool quiet)
{
  if (told_ && neighbor->ago != 0) return;
  model_type_ = model_type;
  if (neighbor->nex_type > 0) leave_out_excluded_types();
  auto const set = settings(list);
  if (set.types) check_types(list);
  if (set.groups) check_groups();
  if (set.bonds) check_special_bonds();
  if (set.borders) check_borders();
  if (told_ || quiet) return;
  told_ = true;
  tell_of_excluded(model_type);
}

std::vector<std::int64_t> ManyBodyNeighbors::sum(std::vector<std::int64_t> counts) const
{
  MPI_Allreduce(MPI_IN_PLACE, counts.data(), static_cast<int>(counts.size()), mpi_int64(), MPI_SUM,
                world);
  return counts;
}

void ManyBodyNeighbors::refuse(const std::string &setting) const
{
  error->all(FLERR,
             "pair {}: {} takes neighbors away from atoms of the model, whose energies would be "
             "those of another structure; take that back, or exclude a group from all atoms "
             "('neigh_modify exclude group ID all'), which then does not exist for the model",
             style_, setting);
}

// Whether an atom may be a neighbor of its own images.
bool ManyBodyNeighbors::sees_itself() const
{
  auto const heights = cell_heights(domain);
  for (int k = 0; k < 3; ++k)
    if (domain->periodicity[k] != 0 && heights[k] <= neighbor->cutneighmax) return true;
  return false;
}

// Types that are excluded from every type of the model, themselves included.
void ManyBodyNeighbors::leave_out_excluded_types()
{
  auto const given = model_type_;
  for (int i = 1; i <= atom->ntypes; ++i) {
    bool all = true;
    for (int j = 1; j <= atom->ntypes; ++j)
      if (given[j] >= 0 && neighbor->ex_type[i][j] == 0) all = false;
    if (all) model_type_[i] = -1;
  }
}

// Pairs of types that neigh_modify excludes or that a hybrid style gives to another style.
void ManyBodyNeighbors::check_types(const NeighList *list) const
{
  std::vector<std::int64_t> atoms(atom->ntypes + 1, 0);
  for (int i = 0; i < atom->nlocal; ++i)
    if (type_of(i) >= 0) ++atoms[atom->type[i]];
  atoms = sum(atoms);
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = i; j <= atom->ntypes; ++j) {
      if (atoms[i] == 0 || atoms[j] == 0 || (i == j && atoms[i] == 1 && !sees_itself())) continue;
      if (neighbor->nex_type > 0 && neighbor->ex_type[i][j] != 0)
        refuse(fmt::format("'neigh_modify exclude type {} {}'", i, j));
      if (list->ijskip != nullptr && list->ijskip[i][j] != 0)
        error->all(FLERR,
                   "pair {}: atoms of types {} and {} are the model's, but pair_coeff gives the "
                   "pair to another style of the hybrid style; name types that are not the "
                   "model's NULL, or use hybrid/overlay",
                   style_, i, j);
    }
}

// Groups that are excluded from others, or within or between molecules.
void ManyBodyNeighbors::check_groups() const
{
  enum { FIRST, SECOND, BOTH, COUNTS };
  std::vector<std::int64_t> atoms(COUNTS * neighbor->nex_group + neighbor->nex_mol, 0);
  auto *const in_molecules = atoms.data() + COUNTS * neighbor->nex_group;
  for (int i = 0; i < atom->nlocal; ++i) {
    if (type_of(i) < 0) continue;
    for (int k = 0; k < neighbor->nex_group; ++k) {
      bool const first = (atom->mask[i] & neighbor->ex1_bit[k]) != 0;
      bool const second = (atom->mask[i] & neighbor->ex2_bit[k]) != 0;
      atoms[COUNTS * k + FIRST] += first ? 1 : 0;
      atoms[COUNTS * k + SECOND] += second ? 1 : 0;
      atoms[COUNTS * k + BOTH] += first && second ? 1 : 0;
    }
    for (int k = 0; k < neighbor->nex_mol; ++k)
      if ((atom->mask[i] & neighbor->ex_mol_bit[k]) != 0) ++in_molecules[k];
  }
  atoms = sum(atoms);
  for (int k = 0; k < neighbor->nex_group; ++k) {
    const auto *n = &atoms[COUNTS * k];
    bool const lone = n[FIRST] == 1 && n[SECOND] == 1 && n[BOTH] == 1 && !sees_itself();
    if (n[FIRST] > 0 && n[SECOND] > 0 && !lone)
      refuse(fmt::format("'neigh_modify exclude group {} {}'", group->names[neighbor->ex1_group[k]],
                         group->names[neighbor->ex2_group[k]]));
  }
  for (int k = 0; k < neighbor->nex_mol; ++k)
    if (atoms[COUNTS * neighbor->nex_group + k] > 1)
      refuse(fmt::format("'neigh_modify exclude molecule/{} {}'",
                         neighbor->ex_mol_intra[k] != 0 ? "intra" : "inter",
                         group->names[neighbor->ex_mol_group[k]]));
}

// Bonded atoms are no neighbors of each other where special_bonds has a factor of zero.
void ManyBodyNeighbors::check_special_bonds() const
{
  constexpr int KINDS = 3;    // 1-2, 1-3, 1-4
  bool taken[KINDS + 1] = {};
  bool any = false;
  for (int k = 1; k <= KINDS; ++k) {
    taken[k] = neighbor->special_flag[k] == 0;
    any = any || taken[k];
  }
  if (!any) return;
  tagint lacking = std::numeric_limits<tagint>::max();
  for (int i = 0; i < atom->nlocal; ++i) {
    if (type_of(i) < 0) continue;
    const int *ends = nullptr;
    const tagint *bonded = nullptr;
    tagint offset = 0;    // of tags in a molecule template
    if (atom->molecular == Atom::MOLECULAR) {
      ends = atom->nspecial[i];
      bonded = atom->special[i];
    } else if (int const molecule = atom->molindex[i]; molecule >= 0) {
      ends = atom->avec->onemols[molecule]->nspecial[atom->molatom[i]];
      bonded = atom->avec->onemols[molecule]->special[atom->molatom[i]];
      offset = atom->tag[i] - atom->molatom[i] - 1;
    }
    for (int k = 1; ends != nullptr && k <= KINDS; ++k)
      for (int n = k == 1 ? 0 : ends[k - 2]; taken[k] && n < ends[k - 1]; ++n)
        // an atom that is not here is a neighbor of none
        if (int const j = atom->map(bonded[n] + offset); j >= 0 && type_of(j) >= 0)
          lacking = std::min(lacking, atom->tag[i]);
  }
  MPI_Allreduce(MPI_IN_PLACE, &lacking, 1, MPI_LMP_TAGINT, MPI_MIN, world);
  if (lacking < std::numeric_limits<tagint>::max())
    error->all(FLERR,
               "pair {}: special_bonds takes bonded atoms out of each other's neighbors, those of "
               "atom {} for one; use 'special_bonds lj/coul 1 1 1'",
               style_, lacking);
}

// Atoms of the model that 'comm_modify group' keeps from becoming ghosts: those on the other side
// of a border don't see them.
void ManyBodyNeighbors::check_borders() const
{
  int const border = CommSettings::border_group(comm);
  std::int64_t lacking = 0;
  for (int i = 0; i < atom->nlocal; ++i)
    if (type_of(i) >= 0 && (atom->mask[i] & group->bitmask[border]) == 0) ++lacking;
  if (sum({lacking}).front() > 0)
    refuse(fmt::format("'comm_modify group {}'", group->names[border]));
}

void ManyBodyNeighbors::tell_of_excluded(const std::vector<int> &model_type)
{
  if (neighbor->includegroup == 0 && neighbor->nex_group == 0 && neighbor->nex_type == 0) return;
  std::int64_t excluded = 0;
  for (int i = 0; i < atom->nlocal; ++i)
    if (model_type[atom->type[i]] >= 0 && type_of(i) < 0) ++excluded;
  excluded = sum({excluded}).front();
  if (excluded > 0 && comm->me == 0)
    error->warning(FLERR,
                   "pair {}: neigh_modify exclude or include keeps {} atoms out of all pairs; they "
                   "do not exist for the model and have no energy",
                   style_, excluded);
}

}    // namespace lbs
