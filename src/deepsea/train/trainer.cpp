// SPDX-License-Identifier: GPL-2.0-only
#include "trainer.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lbs::deepsea {

namespace {

// Errors that no model of any use makes: times the labels' size (and 1 eV/A), and eV an atom.
constexpr double FAR_FORCE = 1.0e3;
constexpr double FAR_ENERGY = 1.0e4;

constexpr long ADAPT_EVERY = 100;    // steps between changes of the grids of embedding nets
constexpr int FIRST_TRIALS = 20;     // for a spacing at the start

// Layers that are to be trained. Energy biases are those of the data: the last bias of the
// fitting net says the same.
Ranges trainable_numbers(const Model &model, const ModelInput &input)
{
  Ranges ranges;
  std::size_t at = 0;
  const auto add = [&](const std::vector<DenseNet> &nets, const std::vector<bool> &trainable) {
    for (const DenseNet &net : nets)
      for (std::size_t l = 0; l < net.size(); ++l) {
        std::size_t const begin = at;
        at += net[l].weight.size() + net[l].bias.size() + net[l].timestep.size();
        if (trainable.size() == 1 ? trainable[0] : trainable.at(l)) ranges.emplace_back(begin, at);
      }
  };
  add(model.embedding, input.embedding_trainable);
  add(model.fitting, input.fitting_trainable);
  return ranges;
}

double root_mean_square_force(const std::vector<TrainingFrame> &frames)
{
  double sum = 0.0;
  double count = 0.0;
  for (const TrainingFrame &frame : frames)
    for (std::size_t i = 0; i < frame.labels.force.size(); ++i) {
      if (!has_force(frame.labels, i)) continue;
      auto const &f = frame.labels.force[i];
      sum += f[0] * f[0] + f[1] * f[1] + f[2] * f[2];
      count += 3.0;
    }
  return count > 0.0 ? std::sqrt(sum / count) : 0.0;
}

}    // namespace

Errors errors_of(const LossSums &sums)
{
  const auto root = [](double squares, double count) {
    return count > 0.0 ? std::optional<double>(std::sqrt(squares / count)) : std::nullopt;
  };
  return {sums.loss,
          0.0,
          root(sums.energy2, sums.energies),
          root(sums.force2, sums.forces),
          root(sums.virial2, sums.virials),
          root(sums.weighted_force2, sums.forces)};
}

double interpolation_tolerance(const TrainingInput &input, const Model &model)
{
  return input.interpolation_error.value_or(model.precision == Precision::SINGLE ? 3.0e-5 : 1.0e-6);
}

Trainer::Trainer(const TrainingInput &input, const Model &model, const TrainingSet &training,
                 const TrainingSet &validation, std::unique_ptr<LossEngine> engine, int threads)
    : input_(input), model_(model), training_(training), validation_(validation),
      batches_(input.training, training.system, training.atoms, input.seed),
      engine_(std::move(engine)), parameters_(parameters_of(model)),
      trainable_(trainable_numbers(model, input.model)),
      force_scale_(root_mean_square_force(training.frames))
{
  if (input.soap_every > 0) soap_.emplace(model, input.adam, input.soap_every, trainable_, threads);
  else adam_ = Adam(parameters_.size(), input.adam, trainable_, model.precision);
  if (input.average_decay > 0.0) average_ = parameters_;
  engine_->set(parameters_);
}

// Before a step: afterwards the nets have moved from what is on the grids.
void Trainer::choose_grids(const std::vector<const TrainingFrame *> &batch, int trials)
{
  double const tolerance = interpolation_tolerance(input_, model_);
  for (int trial = 0; trial < trials; ++trial) {
    engine_->evaluate(batch, factors(steps_), nullptr);
    auto const before = engine_->grid_spacings();
    double const error = engine_->adapt_grids();
    // Nothing is interpolated, or spacings are at their bounds.
    if (engine_->grid_spacings() == before) return;
    if (error <= tolerance && error >= 0.1 * tolerance) return;
  }
}

LossFactors Trainer::factors(long step) const
{
  return input_.prefactors.at(input_.rate.at(step) / input_.rate.start);
}

void Trainer::check(const LossSums &sums) const
{
  const auto advise = [&](const std::string &problem) {
    throw InputError(problem + " at step " + std::to_string(steps_) +
                     "; use a smaller start_lr or more warmup_steps, or look for broken frames");
  };
  if (!std::isfinite(sums.loss)) advise("the loss is not finite");
  Errors const errors = errors_of(sums);
  if (errors.force.value_or(0.0) > FAR_FORCE * (1.0 + force_scale_))
    advise("the training diverges: the error of forces is " + text::number(*errors.force, 3) +
           " eV/A");
  if (errors.energy.value_or(0.0) > FAR_ENERGY)
    advise("the training diverges: the error of energies is " + text::number(*errors.energy, 3) +
           " eV/atom");
}

// Scales a gradient down that is longer than it may be, as PyTorch's clip_grad_norm_ does.
void Trainer::limit_gradient()
{
  if (input_.largest_gradient <= 0.0) return;
  double square = 0.0;
  for (const auto &[begin, end] : trainable_)
    for (std::size_t k = begin; k < end; ++k) square += gradient_[k] * gradient_[k];
  double const factor = input_.largest_gradient / (std::sqrt(square) + 1.0e-6);
  if (factor >= 1.0) return;
  for (double &g : gradient_) g *= factor;
}

void Trainer::begin(const LossSums &sums)
{
  check(sums);
  adam_.begin(rate(), parameters_);
}

void Trainer::take(std::size_t begin, std::size_t end, const double *gradient)
{
  adam_.take(begin, end, gradient);
}

void Trainer::take(std::size_t begin, std::size_t end, const float *gradient)
{
  adam_.take(begin, end, gradient);
}

// By a gradient in one piece.
void Trainer::move()
{
  if (soap_) {
    soap_->step(rate(), gradient_, parameters_);
  } else {
    adam_.begin(rate(), parameters_);
    adam_.take(0, gradient_.size(), gradient_.data());
  }
}

void Trainer::step()
{
  auto const batch = batch_of(steps_);
  if (steps_ % ADAPT_EVERY == 0) {
    if (steps_ > 0) engine_->from_first_rank(parameters_);
    choose_grids(batch, steps_ == 0 ? FIRST_TRIALS : 1);
  }
  if (soap_ || input_.largest_gradient > 0.0) {
    check(engine_->evaluate(batch, factors(steps_), gradient_));
    limit_gradient();
    move();
    engine_->set(parameters_);
  } else {
    engine_->evaluate(batch, factors(steps_), this);
  }
  ++steps_;
  average();
}

void Trainer::average()
{
  double const decay = input_.average_decay;
  for (std::size_t k = 0; k < average_.size(); ++k)
    average_[k] = decay * average_[k] + (1.0 - decay) * parameters_[k];
}

Errors Trainer::errors(const std::vector<const TrainingFrame *> &frames)
{
  LossSums sums;
  std::size_t const size = std::max<std::size_t>(1, batches_.size());
  for (std::size_t first = 0; first < frames.size(); first += size) {
    auto const last = std::min(frames.size(), first + size);
    auto const some = engine_->evaluate({frames.begin() + static_cast<std::ptrdiff_t>(first),
                                         frames.begin() + static_cast<std::ptrdiff_t>(last)},
                                        factors(std::max(0L, steps_ - 1)), nullptr);
    // The last batch may be smaller.
    sums.add(some, static_cast<double>(last - first) / static_cast<double>(frames.size()));
  }
  Errors found = errors_of(sums);
  found.last_loss = sums.loss_by(input_.prefactors.at(0.0));
  return found;
}

std::vector<const TrainingFrame *> Trainer::batch_of(long step)
{
  std::vector<const TrainingFrame *> batch;
  for (std::size_t const f : batches_.at(step)) batch.push_back(&training_.frames[f]);
  return batch;
}

void Trainer::verify()
{
  long const last = std::max(0L, steps_ - 1);
  check(engine_->evaluate(batch_of(last), factors(last), nullptr));
}

Errors Trainer::training_errors()
{
  engine_->from_first_rank(parameters_);
  return errors(batch_of(std::max(0L, steps_ - 1)));
}

Errors Trainer::validation_errors()
{
  std::vector<const TrainingFrame *> frames;
  for (const TrainingFrame &frame : validation_.frames) frames.push_back(&frame);
  if (average_.empty()) return errors(frames);
  engine_->set(average_);
  auto const found = errors(frames);
  engine_->set(parameters_);
  return found;
}

Model Trainer::model() const
{
  return model_of(average_.empty() ? parameters_ : average_);
}

Model Trainer::model_of(const std::vector<double> &parameters) const
{
  for (double const value : parameters)
    if (!std::isfinite(value))
      throw InputError("a weight is not finite after step " + std::to_string(steps_) +
                       "; use a smaller start_lr or more warmup_steps, or look for broken frames");
  Model made = model_;
  set_parameters(parameters, made);
  made.sha256 = checksum(made);
  return made;
}

Checkpoint Trainer::checkpoint(double best) const
{
  return {input_.text,
          training_.digest,
          steps_,
          best,
          model_of(parameters_),
          adam_.state,
          soap_ ? soap_->state : Soap::State(),
          engine_->grid_spacings(),
          average_};
}

void Trainer::restore(const Checkpoint &checkpoint, const std::string &path)
{
  if (checkpoint.data != training_.digest)
    throw InputError(path + " belongs to other training data; remove it to begin anew, or give "
                            "save_ckpt another name");
  model_ = checkpoint.model;
  parameters_ = parameters_of(model_);
  adam_.state = checkpoint.adam;
  if (soap_) soap_->state = checkpoint.soap;
  average_ = checkpoint.average;
  steps_ = checkpoint.steps;
  if (!checkpoint.grid_spacings.empty()) engine_->set_grid_spacings(checkpoint.grid_spacings);
  engine_->set(parameters_);
}

}    // namespace lbs::deepsea
