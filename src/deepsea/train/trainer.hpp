// SPDX-License-Identifier: GPL-2.0-only
// A training run: steps, what they say about the errors, and what is kept.
#pragma once

#include "batches.hpp"
#include "checkpoint.hpp"
#include "input.hpp"
#include "loss.hpp"
#include "parameters.hpp"
#include "training_set.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lbs::deepsea {

// Root mean square errors; not there if no frame has the label.
struct Errors {
  double loss = 0.0;
  std::optional<double> energy;    // eV an atom
  std::optional<double> force;     // eV/A, of a component
  std::optional<double> virial;    // eV an atom
};
Errors errors_of(const LossSums &sums, std::size_t batches);

class Trainer {
 public:
  // `model` has its statistics; `validation` may have no frames.
  Trainer(const TrainingInput &input, const Model &model, const TrainingSet &training,
          const TrainingSet &validation, int threads);

  [[nodiscard]] long steps() const { return steps_; }    // done
  [[nodiscard]] double rate() const { return input_.rate.at(steps_); }

  // One step; throws InputError with advice if the loss is not finite.
  void step();
  // Errors on the batch of the last step before it, on all validation frames, or on all frames of a
  // set, at the present parameters.
  [[nodiscard]] Errors training_errors();
  [[nodiscard]] Errors validation_errors();

  [[nodiscard]] Model model() const;    // with the present parameters and a checksum
  [[nodiscard]] Checkpoint checkpoint(double best) const;
  // Goes on from there; throws InputError if it belongs to another input or other data.
  void restore(const Checkpoint &checkpoint, const std::string &path);
  [[nodiscard]] std::size_t memory_usage() const { return loss_.memory_usage(); }

 private:
  TrainingInput input_;
  Model model_;
  const TrainingSet &training_;
  const TrainingSet &validation_;
  Batches batches_;
  LossGradient loss_;
  Adam adam_;
  std::vector<double> parameters_;
  std::vector<double> gradient_;
  std::vector<char> frozen_;
  long steps_ = 0;

  [[nodiscard]] LossFactors factors() const;
  // Spacings of the embedding nets' grids that suit the first batch.
  void choose_grids(const std::vector<const TrainingFrame *> &batch);
  Errors errors(const std::vector<const TrainingFrame *> &frames);
};

}    // namespace lbs::deepsea
