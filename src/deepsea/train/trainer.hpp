// SPDX-License-Identifier: GPL-2.0-only
// A training run: steps, what they say about the errors, and what is kept.
#pragma once

#include "batches.hpp"
#include "checkpoint.hpp"
#include "input.hpp"
#include "loss_engine.hpp"
#include "parameters.hpp"
#include "training_set.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lbs::deepsea {

// Root mean square errors; not there if no frame has the label.
struct Errors {
  double loss = 0.0;
  double last_loss = 0.0;          // by the prefactors at a rate of zero; of Trainer's errors
  std::optional<double> energy;    // eV an atom
  std::optional<double> force;     // eV/A, of a component
  std::optional<double> virial;    // eV an atom
  std::optional<double> weighted_force;    // eV/A, each component times the root of its weight
};
Errors errors_of(const LossSums &sums);

// Of interpolated embedding nets: far below the errors that training leaves, and in single
// precision above what rounding does, unless the input asks for another one.
double interpolation_tolerance(const TrainingInput &input, const Model &model);

class Trainer : private GradientSink {
 public:
  // `model` has its statistics; `validation` may have no frames; `engine` is one of `model`;
  // `threads` are those of the optimizer.
  Trainer(const TrainingInput &input, const Model &model, const TrainingSet &training,
          const TrainingSet &validation, std::unique_ptr<LossEngine> engine, int threads = 1);

  [[nodiscard]] long steps() const { return steps_; }    // done
  [[nodiscard]] double rate() const { return input_.rate.at(steps_); }

  // One step; throws InputError with advice, and leaves all as it was, if the errors are not finite
  // or out of all proportion to the labels.
  void step();
  // Throws as step() does if the present parameters are no good for the batch of the last step.
  void verify();
  // Errors on the batch of the last step at the present parameters, and on all validation frames at
  // those of model().
  [[nodiscard]] Errors training_errors();
  [[nodiscard]] Errors validation_errors();

  // With the present parameters, or their average if the input asks for it, and a checksum; throws
  // InputError if they are not finite.
  [[nodiscard]] Model model() const;
  [[nodiscard]] Checkpoint checkpoint(double best) const;
  // Goes on from there; throws InputError if it belongs to other data. The Trainer was made with
  // the checkpoint's model, for the engine has its statistics.
  void restore(const Checkpoint &checkpoint, const std::string &path);

 private:
  TrainingInput input_;
  Model model_;
  const TrainingSet &training_;
  const TrainingSet &validation_;
  Batches batches_;
  std::unique_ptr<LossEngine> engine_;
  Adam adam_;
  std::optional<Soap> soap_;    // in place of Adam
  std::vector<double> parameters_;
  std::vector<double> gradient_;
  std::vector<double> average_;    // of the parameters: exponential moving average; empty: none
  Ranges trainable_;
  double force_scale_ = 0.0;    // root mean square of the forces that are labels, eV/A
  long steps_ = 0;

  [[nodiscard]] LossFactors factors(long step) const;
  // Spacings of the embedding nets' grids that suit the batch, in so many trials.
  void choose_grids(const std::vector<const TrainingFrame *> &batch, int trials);
  void check(const LossSums &sums) const;
  void begin(const LossSums &sums) override;
  void take(std::size_t begin, std::size_t end, const double *gradient) override;
  void take(std::size_t begin, std::size_t end, const float *gradient) override;
  void limit_gradient();
  void move();
  void average();
  [[nodiscard]] Model model_of(const std::vector<double> &parameters) const;
  std::vector<const TrainingFrame *> batch_of(long step);
  Errors errors(const std::vector<const TrainingFrame *> &frames);
};

}    // namespace lbs::deepsea
