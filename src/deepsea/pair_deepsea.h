// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea: Deep Potentials (DeepPot-SE) from model files.
#pragma once

#include "commands.hpp"
#include "deviation_file.hpp"
#include "zbl_core.hpp"

#include "deepsea/host/evaluator.hpp"
#include "deepsea/model/model.hpp"
#include "lammps/many_body_neighbors.h"
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
  void finish() override;
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
  // As given. A restart file brings these without the models, which are opened when a run begins.
  std::vector<std::string> style_words_;
  lbs::deepsea::StyleCommand style_;
  std::vector<std::string> coeff_words_;
  lbs::deepsea::CoeffCommand coeff_;
  bool restarted_ = false;
  std::vector<std::string> checksums_;    // of the models, as soon as they are known

  std::vector<lbs::deepsea::Model> models_;    // without their networks; empty: not opened
  std::vector<std::unique_ptr<lbs::deepsea::Evaluator>> evaluators_;
  lbs::deepsea::ZblCore core_;
  std::vector<int> model_type_;     // of each atom type, index 0 unused; -1: another style's
  std::string reported_mapping_;    // of types to elements, or the warning about it
  double unit_ = 1.0;               // of energy, per eV
  double **scale_ = nullptr;        // of the energies of centers of type i: [i][i]

  // One evaluation; arrays over all atoms, ghosts included.
  std::vector<int> type_;                // of the model; -1: no atom for it
  std::vector<double> force_;            // [3]
  std::vector<double> atom_virial_;      // [9], or none
  std::vector<double> shared_virial_;    // [6], or none
  std::vector<double> unscaled_;         // factor of energies by the model's types: unit_
  std::vector<double> scaled_;           // the same, times scale_

  // A step may be evaluated several times: trials of line searches and of Monte Carlo fixes. The
  // last time counts.
  bigint step_ = -1;                // of the last evaluation in this run
  std::vector<int *> in_trials_;    // flags of fixes that say when they try a move
  lbs::ManyBodyNeighbors neighbors_;

  // Pairs closer than in training.
  struct ShortPairsOfStep {
    double pairs = 0.0;
    tagint closest[2] = {0, 0};
    double distance = 0.0;
    double bound = 0.0;
    bool told = false;
  };
  lbs::deepsea::ShortPair found_short_;    // by the first model in the last evaluation
  ShortPairsOfStep short_pairs_;           // of step_
  double earlier_short_pairs_ = 0.0;       // in the run's other steps
  bool short_warned_ = false;
  bool hot_warned_ = false;    // in this run

  // Deviation between several models.
  lbs::deepsea::DeviationFile out_;
  std::vector<double> deviation_;    // of each atom's force
  int deviation_wanted_ = 0;         // set by fix pair, for its first evaluation of a step
  bool wanted_in_step_ = false;

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

  // Before a run.
  void open_models();
  lbs::deepsea::Model read_on_all_ranks(const std::string &file);
  void prepare_models();
  void warn_of_wide_core() const;
  void warn_of_rough_energies() const;
  // Of a model with its networks, one after the other, when all before it are made.
  virtual void make_evaluator(const lbs::deepsea::Model &model);
  virtual void forget_evaluators();
  [[nodiscard]] virtual lbs::deepsea::Evaluator::TableReport table_report(std::size_t model) const;
  void set_types_used();
  void map_types();
  std::vector<std::string> elements_without_names(std::string &source) const;
  void check_masses(const std::vector<std::string> &names) const;
  void report_models() const;
  void set_units();
  void begin_run();
  [[nodiscard]] std::string out_file() const;
  void open_deviation_file();
  int read_settings(FILE *fp);

  // An evaluation.
  void begin_evaluation();
  // The list as it is now; the neighbors of a center, for messages.
  [[nodiscard]] virtual lbs::FullNeighborList neighbor_list();
  [[nodiscard]] virtual std::vector<int> neighbors_of(int center);
  [[nodiscard]] bool in_trial() const;
  void set_scales();
  lbs::deepsea::Atoms atoms();
  enum class Tally { FORCES, ALL };
  enum class Shares { AS_THEY_ARE, BROUGHT_HOME };
  // Evaluates one model into force_ and, with Tally::ALL, what LAMMPS asks for of virials and
  // energies. Shares of images may be brought to their atoms; with newton off they always are.
  virtual lbs::deepsea::Results evaluate(std::size_t model, const std::vector<double> &scale,
                                         Tally tally, Shares shares);
  virtual void add_core(lbs::deepsea::Results &driving);
  virtual void add_forces();
  void stop_at(int center, const std::string &where, lbs::deepsea::Results &results);

  // All models, the driving one last, and their deviation.
  lbs::deepsea::Results evaluate_all();
  void measure_deviation(const std::vector<std::vector<double>> &forces,
                         std::vector<std::array<double, 9>> &virials);
  void write_deviation();

  // Checks.
  virtual void watch_short_pairs();
  void tell_short_pairs();
  virtual void watch_temperature();
};

}    // namespace LAMMPS_NS
