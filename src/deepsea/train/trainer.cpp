// SPDX-License-Identifier: GPL-2.0-only
#include "trainer.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

namespace {

LossGradient::Arithmetic arithmetic_of(const Model &model)
{
  return model.precision == Precision::SINGLE ? LossGradient::Arithmetic::SINGLE
                                              : LossGradient::Arithmetic::DOUBLE;
}

// Of interpolated embedding nets: far below the errors that training leaves, and in single
// precision above what rounding does.
double tolerance_of(const TrainingInput &input, const Model &model)
{
  return input.interpolation_error.value_or(model.precision == Precision::SINGLE ? 3.0e-5 : 1.0e-6);
}

constexpr long ADAPT_EVERY = 100;    // steps between changes of the grids of embedding nets
constexpr int FIRST_TRIALS = 20;     // for a spacing at the start

// Nets that are not to be trained. Energy biases are those of the data: the last bias of the
// fitting net says the same.
std::vector<char> frozen_numbers(const Model &model, const ModelInput &input)
{
  ParameterLayout const layout(model);
  std::vector<char> frozen(layout.count, 0);
  const auto freeze = [&](std::size_t from, std::size_t to) {
    std::fill(frozen.begin() + static_cast<std::ptrdiff_t>(from),
              frozen.begin() + static_cast<std::ptrdiff_t>(to), char(1));
  };
  if (!input.embedding_trainable) freeze(layout.embedding.front(), layout.fitting.front());
  if (!input.fitting_trainable) freeze(layout.fitting.front(), layout.bias);
  freeze(layout.bias, layout.count);
  return frozen;
}

}    // namespace

Errors errors_of(const LossSums &sums, std::size_t batches)
{
  const auto root = [](double squares, double count) {
    return count > 0.0 ? std::optional<double>(std::sqrt(squares / count)) : std::nullopt;
  };
  return {sums.loss / static_cast<double>(batches), root(sums.energy2, sums.energies),
          root(sums.force2, sums.forces), root(sums.virial2, sums.virials)};
}

Trainer::Trainer(const TrainingInput &input, const Model &model, const TrainingSet &training,
                 const TrainingSet &validation, int threads)
    : input_(input), model_(model), training_(training), validation_(validation),
      batches_(input.training, training.system, training.atoms, input.seed),
      loss_(model, arithmetic_of(model), threads, tolerance_of(input, model)),
      parameters_(parameters_of(model)), frozen_(frozen_numbers(model, input.model))
{
  adam_ = Adam(parameters_.size(), input.adam, threads);
  loss_.set(parameters_);
}

void Trainer::choose_grids(const std::vector<const TrainingFrame *> &batch)
{
  double const tolerance = tolerance_of(input_, model_);
  for (int trial = 0; trial < FIRST_TRIALS; ++trial) {
    loss_.evaluate(batch, factors(), nullptr);
    if (loss_.adapt_grids() <= tolerance) return;
  }
}

LossFactors Trainer::factors() const
{
  return input_.prefactors.at(rate() / input_.rate.start);
}

void Trainer::step()
{
  std::vector<const TrainingFrame *> batch;
  for (std::size_t const f : batches_.at(steps_)) batch.push_back(&training_.frames[f]);
  if (steps_ == 0) choose_grids(batch);
  LossSums const sums = loss_.evaluate(batch, factors(), &gradient_);
  if (steps_ % ADAPT_EVERY == 0) loss_.adapt_grids();
  if (!std::isfinite(sums.loss))
    throw InputError("the loss is not finite at step " + std::to_string(steps_) +
                     "; use a smaller start_lr or more warmup_steps, or look for broken frames");
  adam_.step(rate(), gradient_, frozen_, parameters_);
  loss_.set(parameters_);
  ++steps_;
}

Errors Trainer::errors(const std::vector<const TrainingFrame *> &frames)
{
  LossSums sums;
  std::size_t const size = std::max<std::size_t>(1, batches_.size());
  std::size_t batches = 0;
  for (std::size_t first = 0; first < frames.size(); first += size, ++batches) {
    auto const last = std::min(frames.size(), first + size);
    LossSums const part = loss_.evaluate({frames.begin() + static_cast<std::ptrdiff_t>(first),
                                          frames.begin() + static_cast<std::ptrdiff_t>(last)},
                                         factors(), nullptr);
    sums.loss += part.loss;
    sums.energy2 += part.energy2;
    sums.force2 += part.force2;
    sums.virial2 += part.virial2;
    sums.energies += part.energies;
    sums.forces += part.forces;
    sums.virials += part.virials;
  }
  return errors_of(sums, std::max<std::size_t>(1, batches));
}

Errors Trainer::training_errors()
{
  std::vector<const TrainingFrame *> frames;
  for (std::size_t const f : batches_.at(std::max(0L, steps_ - 1)))
    frames.push_back(&training_.frames[f]);
  return errors(frames);
}

Errors Trainer::validation_errors()
{
  std::vector<const TrainingFrame *> frames;
  for (const TrainingFrame &frame : validation_.frames) frames.push_back(&frame);
  return errors(frames);
}

Model Trainer::model() const
{
  Model made = model_;
  set_parameters(parameters_, made);
  made.sha256 = checksum(made);
  return made;
}

Checkpoint Trainer::checkpoint(double best) const
{
  return {input_.text, training_.digest, steps_, best, model(), adam_.state, loss_.grid_spacings()};
}

void Trainer::restore(const Checkpoint &checkpoint, const std::string &path)
{
  if (checkpoint.input != input_.text)
    throw InputError(path + " belongs to another input (" +
                     text::first_difference(checkpoint.input, input_.text) +
                     "); remove it to begin anew, or give save_ckpt another name");
  if (checkpoint.data != training_.digest)
    throw InputError(path + " belongs to other training data; remove it to begin anew, or give "
                            "save_ckpt another name");
  model_ = checkpoint.model;
  parameters_ = parameters_of(model_);
  adam_.state = checkpoint.optimizer;
  steps_ = checkpoint.steps;
  loss_.set_grid_spacings(checkpoint.grid_spacings);
  loss_.set(parameters_);
}

}    // namespace lbs::deepsea
