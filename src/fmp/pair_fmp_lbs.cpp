// SPDX-License-Identifier: GPL-2.0-only
#include "pair_fmp_lbs.h"

#include "lammps/pair_error.h"
#include "support/input_error.hpp"

#include "atom.h"
#include "citeme.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace LAMMPS_NS;
using lbs::InputError;

PairFmpLbs::PairFmpLbs(LAMMPS *lmp) : Pair(lmp)
{
  one_coeff = 1;
  restartinfo = 1;
  writedata = 0;
  // Vector code is faster than LAMMPS' Coulomb tables; pair_modify table asks for them.
  ncoultablebits = 0;
  unit_convert_flag = utils::get_supported_conversions(utils::ENERGY);
}

PairFmpLbs::~PairFmpLbs()
{
  if (allocated) {
    memory->destroy(setflag);
    memory->destroy(cutsq);
    memory->destroy(a_);
    memory->destroy(rho_);
    memory->destroy(c_);
  }
  if (ftable) free_tables();
}

void PairFmpLbs::allocate()
{
  allocated = 1;
  int const n = atom->ntypes + 1;
  memory->create(setflag, n, n, "pair:setflag");
  memory->create(cutsq, n, n, "pair:cutsq");
  memory->create(a_, n, n, "pair:a");
  memory->create(rho_, n, n, "pair:rho");
  memory->create(c_, n, n, "pair:c");
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      setflag[i][j] = 0;
      a_[i][j] = rho_[i][j] = c_[i][j] = 0.0;
    }
  terms_.assign(static_cast<std::size_t>(n) * n, {});
}

void PairFmpLbs::stop(const InputError &e) const
{
  lbs::stop_pair(error, "fmp/lbs", e);
}

int PairFmpLbs::element_of(int type) const
{
  const auto &symbol = command_.elements[type - 1];
  if (symbol == "NULL") return -1;
  auto const found = std::find(field_.elements.begin(), field_.elements.end(), symbol);
  return static_cast<int>(found - field_.elements.begin());
}

void PairFmpLbs::settings(int narg, char **arg)
{
  try {
    std::vector<std::string> const words(arg, arg + narg);
    style_ = lbs::fmp::parse_style(words);
    style_words_ = words;
  } catch (const InputError &e) {
    stop(e);
  }
  cut_coul_ = style_.cut_coulomb;
  // dsf and wolf pass here, too, so that init_style() can say what is wrong with a k-space style
  ewaldflag = pppmflag = style_.coulomb == lbs::fmp::CoulombStyle::NONE ? 0 : 1;
}

// Rank 0 reads; every rank gets the text and parses it, so that all see the same error.
std::string PairFmpLbs::read_file(const std::string &path) const
{
  std::string text;
  int size = -1;
  if (comm->me == 0) {
    auto const found = utils::get_potential_file_path(path);
    std::ifstream in(found, std::ios::binary);
    std::stringstream content;
    if (!found.empty() && !std::filesystem::is_directory(found) && in) {
      content << in.rdbuf();    // fails on an empty file, which the parser reports better
      text = content.str();
      size = static_cast<int>(text.size());
    }
  }
  MPI_Bcast(&size, 1, MPI_INT, 0, world);
  if (size < 0)
    throw InputError("pair_coeff fmp/lbs: cannot read potential file '" + path +
                     "', neither here nor in LAMMPS_POTENTIALS; syntax: pair_coeff * * FILE"
                     " ELEMENT...");
  text.resize(size);
  MPI_Bcast(text.data(), size, MPI_CHAR, 0, world);
  return text;
}

void PairFmpLbs::coeff(int narg, char **arg)
{
  if (!allocated) allocate();
  try {
    std::vector<std::string> const words(arg, arg + narg);
    set_coefficients(words, read_file(lbs::fmp::parse_coeff(words, atom->ntypes).file));
  } catch (const InputError &e) {
    stop(e);
  }
  frozen_counts_.clear();
  reported_counts_.clear();
  // A k-space style takes the charges before init_style() does, so they are set here already if
  // the atoms allow it. Atoms that are made later get theirs at init, where errors are reported.
  if (command_.set_charges && atom->natoms > 0 && atom->q_flag) {
    try {
      decide_composition();
      set_charges(AtomRange::ALL);
    } catch (const InputError &) {
    }
    frozen_counts_.clear();
  }
}

// Words of pair_coeff and text of the potential file that they name. Throws InputError, and leaves
// all as it was then.
void PairFmpLbs::set_coefficients(const std::vector<std::string> &words, const std::string &text)
{
  auto command = lbs::fmp::parse_coeff(words, atom->ntypes);
  auto file = lbs::fmp::parse_potential_file(text, command.file);
  for (const auto &symbol : command.elements)
    if (symbol != "NULL" && file.element(symbol) == nullptr)
      throw InputError("potential file " + file.path + " has no element '" + symbol + "'");
  coeff_words_ = words;
  file_text_ = text;
  command_ = std::move(command);
  file_ = std::move(file);
  if (lmp->citeme && !file_.citation.empty())
    lmp->citeme->add("pair fmp/lbs with potential " + file_.name + ":\n" + file_.citation + "\n\n");
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = i; j <= atom->ntypes; ++j)
      setflag[i][j] = command_.elements[i - 1] != "NULL" && command_.elements[j - 1] != "NULL";
}

template <class Coulomb> void PairFmpLbs::run_loop(const Coulomb &coulomb, double self_energy)
{
  if (list->inum == 0) return;    // an empty rank may have no arrays at all
  auto arrays = loop_input();
  arrays.inum = list->inum;
  arrays.ilist = list->ilist;
  arrays.numneigh = list->numneigh;
  arrays.firstneigh = list->firstneigh;
  lbs::fmp::Collision collision;
  if (evflag) {
    if (eflag_either && self_energy != 0.0) {
      for (int ii = 0; ii < list->inum; ++ii) {
        int const i = list->ilist[ii];
        double const e = self_energy * atom->q[i] * atom->q[i];
        ev_tally(i, i, atom->nlocal, 0, 0.0, e, 0.0, 0.0, 0.0, 0.0);
      }
    }
    auto const tally = [this](int i, int j, double evdwl, double ecoul, double fpair, double dx,
                              double dy, double dz) {
      ev_tally(i, j, atom->nlocal, force->newton_pair, evdwl, ecoul, fpair, dx, dy, dz);
    };
    collision = lbs::fmp::pair_loop<true>(arrays, coulomb, buckets_, tally);
  } else {
    auto const nothing = [](int, int, double, double, double, double, double, double) {};
    collision = lbs::fmp::pair_loop<false>(arrays, coulomb, buckets_, nothing);
  }
  check_atom_distance(collision);
}

void PairFmpLbs::compute(int eflag, int vflag)
{
  ev_init(eflag, vflag);
  if (neighbor->ago == 0) follow_atoms();
  with_coulomb([this](const auto &coulomb, double self_energy) { run_loop(coulomb, self_energy); });
  if (vflag_fdotr) virial_fdotr_compute();
}

// All but the neighbor list.
lbs::fmp::PairLoopInput PairFmpLbs::loop_input() const
{
  lbs::fmp::PairLoopInput in;
  in.x = reinterpret_cast<const double(*)[3]>(atom->x[0]);
  in.f = reinterpret_cast<double(*)[3]>(atom->f[0]);
  in.q = atom->q;
  in.type = atom->type;
  in.nlocal = atom->nlocal;
  in.newton_pair = force->newton_pair != 0;
  in.index_mask = NEIGHMASK;
  in.special_shift = SBBITS;
  in.special_lj = force->special_lj;
  in.special_coul = force->special_coul;
  in.terms = terms_.data();
  in.stride = atom->ntypes + 1;
  in.cut_coulomb_sq = cut_coul_ * cut_coul_;
  return in;
}

void PairFmpLbs::stop_at_collision(tagint first, tagint second) const
{
  error->one(FLERR,
             "pair fmp/lbs: atoms {} and {} are on one spot (closer than {} A) or lost; separate "
             "them, for instance with 'delete_atoms overlap' or 'create_atoms ... overlap'",
             first, second, std::sqrt(lbs::fmp::COLLISION_SQ));
}

void PairFmpLbs::check_atom_distance(const lbs::fmp::Collision &collision) const
{
  if (collision.first < 0) return;
  auto const tag = [this](int i) { return atom->tag_enable ? atom->tag[i] : i + 1; };
  stop_at_collision(tag(collision.first), tag(collision.second));
}

double PairFmpLbs::init_one(int i, int j)
{
  if (setflag[i][j] == 0) error->all(FLERR, "pair fmp/lbs: all pair coeffs are not set");
  const auto &given = field_.pair(element_of(i), element_of(j));
  auto p = given;
  p.A = a_[i][j];    // as resolved at init, or as fix adapt has changed them since
  p.rho = rho_[i][j];
  p.C = c_[i][j];
  auto const changed = [](double now, double before) {
    return now != before && !(std::isnan(now) && std::isnan(before));
  };
  if ((!p.short_range || !p.defined) &&
      (changed(p.A, given.A) || changed(p.rho, given.rho) || changed(p.C, given.C)))
    error->all(FLERR,
               "pair fmp/lbs: potential {} has no short-range term for pair {} {}, which 'fix "
               "adapt' could change",
               file_.name, command_.elements[i - 1], command_.elements[j - 1]);
  lbs::fmp::PairTerm term;
  try {
    term = lbs::fmp::make_term(p, {style_.cut, cut_coul_, offset_flag != 0});
  } catch (const InputError &e) {
    error->all(FLERR, "pair fmp/lbs: potential {}, pair {} {}: {}", file_.name,
               command_.elements[i - 1], command_.elements[j - 1], e.what());
  }
  etail_ij = ptail_ij = 0.0;
  if (tail_flag) {
    if (p.shift || p.smooth > 0.0)
      error->all(FLERR,
                 "pair fmp/lbs: pair_modify tail makes no sense for potential {}, which is "
                 "shifted or smoothed to zero at its cutoff{}",
                 file_.name, lbs::without_modify(force, this, "tail"));
    auto const tail =
        term.cut_short > 0.0 ? lbs::fmp::tail_integrals(term) : lbs::fmp::TailIntegrals{};
    auto const counts = count_types();
    double const pairs = 2.0 * M_PI * static_cast<double>(counts[i]) * counts[j];
    etail_ij = pairs * tail.energy;
    ptail_ij = pairs / 3.0 * tail.pressure;
  }
  std::size_t const stride = atom->ntypes + 1;
  terms_[i * stride + j] = terms_[j * stride + i] = term;
  return std::sqrt(term.cutsq);
}

double PairFmpLbs::single(int i, int j, int itype, int jtype, double rsq, double factor_coul,
                          double factor_lj, double &fforce)
{
  const auto &term = terms_[static_cast<std::size_t>(itype) * (atom->ntypes + 1) + jtype];
  double const r2inv = 1.0 / rsq;
  lbs::fmp::PairValue v;
  if (rsq < term.cut_short_sq) v = lbs::fmp::short_range(term, std::sqrt(rsq), r2inv);
  lbs::fmp::PairValue c;
  if (rsq < cut_coul_ * cut_coul_) {
    if (i < 0 || j < 0)
      error->one(FLERR, "pair fmp/lbs: the energy of an atom that does not exist yet is asked for, "
                        "which has no charge; add 'full_energy' to fix gcmc or widom");
    double const qq = atom->q[i] * atom->q[j];
    if (style_.coulomb != lbs::fmp::CoulombStyle::LONG)
      c = coulomb_damped_(qq, rsq, r2inv, factor_coul);
    else if (ncoultablebits) c = coulomb_table_(qq, rsq, r2inv, factor_coul);
    else c = coulomb_long_(qq, rsq, r2inv, factor_coul);
  }
  fforce = factor_lj * v.force_over_r + c.force_over_r;
  return factor_lj * v.energy + c.energy;
}

void *PairFmpLbs::extract(const char *name, int &dim)
{
  std::string const key = name;
  dim = 0;
  if (key == "cut_coul" && style_.coulomb != lbs::fmp::CoulombStyle::NONE) return &cut_coul_;
  dim = 2;
  if (key == "a") return a_;
  if (key == "rho") return rho_;
  if (key == "c") return c_;
  return nullptr;
}

double PairFmpLbs::memory_usage()
{
  double const n = atom->ntypes + 1.0;
  return Pair::memory_usage() + n * n * (sizeof(lbs::fmp::PairTerm) + 4.0 * sizeof(double)) +
         static_cast<double>(file_text_.capacity()) +
         static_cast<double>(buckets_.size()) * sizeof(lbs::fmp::Bucket);
}
