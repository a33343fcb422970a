// SPDX-License-Identifier: GPL-2.0-only
// pair_style fmp/lbs: composition-dependent Buckingham potential with Coulomb for oxide glasses.
#pragma once

#include "commands.hpp"
#include "coulomb.hpp"
#include "force_field.hpp"
#include "pair_loop.hpp"
#include "potential_file.hpp"

#include "support/input_error.hpp"

#include "pair.h"

#include <string>
#include <vector>

namespace LAMMPS_NS {

class PairFmpLbs : public Pair {
 public:
  explicit PairFmpLbs(class LAMMPS *lmp);
  ~PairFmpLbs() override;

  void compute(int eflag, int vflag) override;
  void settings(int narg, char **arg) override;
  void coeff(int narg, char **arg) override;
  void init_style() override;
  double init_one(int i, int j) override;
  double single(int i, int j, int itype, int jtype, double rsq, double factor_coul,
                double factor_lj, double &fforce) override;
  void *extract(const char *name, int &dim) override;
  void write_restart(FILE *fp) override;
  void read_restart(FILE *fp) override;
  void write_restart_settings(FILE *fp) override;
  void read_restart_settings(FILE *fp) override;
  double memory_usage() override;

 protected:
  std::vector<std::string> style_words_;    // as given, for restart files
  std::vector<std::string> coeff_words_;
  std::string file_text_;
  lbs::fmp::StyleCommand style_;
  lbs::fmp::CoeffCommand command_;
  lbs::fmp::PotentialFile file_;

  // Decided at the first init and frozen then, so that no run changes its potential midway.
  lbs::fmp::ForceField field_;
  std::vector<bigint> reported_counts_;      // for which the log has the parameters
  std::string reported_names_;               // the warning about the elements of pair_coeff
  std::vector<bigint> frozen_counts_;        // atoms per type, index 0 unused; empty: not decided
  std::vector<bigint> checked_counts_;       // for which the charges have been looked at
  std::vector<lbs::fmp::PairTerm> terms_;    // (ntypes+1) x (ntypes+1)
  double **a_ = nullptr, **rho_ = nullptr, **c_ = nullptr;    // in use, for extract()
  double cut_coul_ = 0.0;
  lbs::fmp::CoulombLong coulomb_long_;
  lbs::fmp::CoulombTable coulomb_table_;
  lbs::fmp::CoulombDamped coulomb_damped_;
  std::vector<lbs::fmp::Bucket> buckets_;    // by type, kept to reuse their memory

  void allocate();
  [[noreturn]] void stop(const lbs::InputError &e) const;
  [[nodiscard]] std::string read_file(const std::string &path) const;
  int read_settings(FILE *fp);
  void set_coefficients(const std::vector<std::string> &words, const std::string &text);
  [[nodiscard]] int element_of(int type) const;    // index into field_, -1 for NULL
  [[nodiscard]] virtual std::vector<bigint> count_types() const;
  [[nodiscard]] bool composition_differs(const std::vector<bigint> &counts) const;
  void check_present(const lbs::fmp::Composition &composition,
                     const std::vector<bigint> &counts) const;
  void follow_atoms();
  void follow_composition(const std::vector<bigint> &counts);
  void decide_composition();
  // Whose charges: of all atoms, or only of those that interact with any other.
  enum class AtomRange { ALL, NOT_EXCLUDED };
  std::vector<double> charge_of_types() const;
  virtual bool set_charges(AtomRange range);
  virtual void check_charges(AtomRange range) const;
  void report() const;
  void warn_of_net_charge() const;
  void init_coulomb();
  void check_special_bonds() const;
  void check_charges_are_ours() const;
  void check_box() const;
  [[noreturn]] void stop_at_collision(tagint first, tagint second) const;
  void check_atom_distance(const lbs::fmp::Collision &collision) const;
  [[nodiscard]] lbs::fmp::PairLoopInput loop_input() const;
  template <class Coulomb> void run_loop(const Coulomb &coulomb, double self_energy);

  // Calls run(coulomb, self_energy) with the Coulomb term in use and its self energy per q^2.
  template <class Run> void with_coulomb(Run &&run);
};

template <class Run> void PairFmpLbs::with_coulomb(Run &&run)
{
  switch (style_.coulomb) {
    case lbs::fmp::CoulombStyle::LONG:
      if (ncoultablebits) run(coulomb_table_, 0.0);
      else run(coulomb_long_, 0.0);
      break;
    case lbs::fmp::CoulombStyle::DSF:
    case lbs::fmp::CoulombStyle::WOLF:
      run(coulomb_damped_, coulomb_damped_.self_energy * coulomb_damped_.qqrd2e);
      break;
    case lbs::fmp::CoulombStyle::NONE: run(lbs::fmp::NoCoulomb{}, 0.0); break;
  }
}

}    // namespace LAMMPS_NS
