// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea: Deep Potentials (DeepPot-SE) from model files.
#pragma once

#include "commands.hpp"
#include "zbl_core.hpp"

#include "deepsea/host/evaluator.hpp"
#include "deepsea/model/model.hpp"
#include "support/input_error.hpp"

#include "pair.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class PairDeepsea : public Pair {
 public:
  explicit PairDeepsea(class LAMMPS *lmp);
  ~PairDeepsea() override;

  void compute(int eflag, int vflag) override;
  void settings(int narg, char **arg) override;
  void coeff(int narg, char **arg) override;
  void init_style() override;
  double init_one(int i, int j) override;
  void *extract(const char *name, int &dim) override;
  void *extract_peratom(const char *name, int &columns) override;
  int pack_reverse_comm(int n, int first, double *buffer) override;
  void unpack_reverse_comm(int n, int *list, double *buffer) override;
  void write_restart(FILE *fp) override;
  void read_restart(FILE *fp) override;
  void write_restart_settings(FILE *fp) override;
  void read_restart_settings(FILE *fp) override;
  double memory_usage() override;

 protected:
  std::string style_words_;    // as given, for restart files
  std::string coeff_words_;
  lbs::deepsea::StyleCommand style_;
  std::vector<lbs::deepsea::Model> models_;
  std::vector<std::unique_ptr<lbs::deepsea::Evaluator>> evaluators_;
  lbs::deepsea::ZblCore core_;
  std::vector<int> model_type_;    // of each atom type, index 0 unused; -1: another style's
  double unit_ = 1.0;              // of energy, per eV
  double **scale_ = nullptr;       // of the energies of centers of type i: [i][i]

  // One evaluation; arrays over all atoms, ghosts included.
  std::vector<int> type_;                // of the model
  std::vector<double> force_;            // [3]
  std::vector<double> atom_virial_;      // [9], or none
  std::vector<double> shared_virial_;    // [6], or none
  std::vector<double> scale_of_type_;    // of the model's types

  // Deviation between several models.
  FILE *out_ = nullptr;
  std::vector<double> deviation_;    // of each atom's force
  int deviation_wanted_ = 0;         // set by fix pair
  bool short_warned_ = false;

  enum DeckValue {
    FORCE_MAX,
    FORCE_MIN,
    FORCE_AVG,
    VIRIAL_MAX,
    VIRIAL_MIN,
    VIRIAL_AVG,
    SHORT_PAIRS,
    DECK_VALUES
  };

  void allocate();
  [[noreturn]] void stop(const lbs::InputError &e) const;
  void read_models();
  void set_elements(const std::vector<std::string> &words);
  void report() const;
  void set_units();
  void set_scales();
  lbs::deepsea::Atoms atoms();
  // Evaluates one model into force_ and, for the driving model, what LAMMPS asks for of virials
  // and energies. With `whole_forces` all shares of images are brought to their atoms.
  lbs::deepsea::Results evaluate(std::size_t model, bool whole_forces);
  // All models, the driving one last, and their deviation.
  lbs::deepsea::Results evaluate_all();
  void measure_deviation(const std::vector<std::vector<double>> &forces,
                         std::vector<std::array<double, 9>> &virials);
  void write_deviation();
  void watch_short_pairs();
  [[noreturn]] void stop_at(int center, const std::string &where);
};

}    // namespace LAMMPS_NS
