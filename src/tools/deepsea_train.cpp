// SPDX-License-Identifier: GPL-2.0-only
// deepsea train INPUT.json

#include "deepsea_commands.hpp"

#include "deepsea/file/model_file.hpp"
#include "deepsea/train/initial_model.hpp"
#include "deepsea/train/trainer.hpp"
#include "support/file_lock.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace lbs::deepsea {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double CHECKPOINT_SECONDS = 300.0;

volatile std::sig_atomic_t stop_signal = 0;

void note_signal(int signal)
{
  stop_signal = signal;
}

double seconds_since(Clock::time_point then)
{
  return std::chrono::duration<double>(Clock::now() - then).count();
}

struct TrainOptions {
  std::string input;
  std::string start;
  bool restart = false;
  bool force = false;
  int threads = 1;
};

// lcurve.out, with the columns of DeePMD-kit.
class Curve {
 public:
  // Lines of steps beyond `steps` are dropped: a run that goes on writes them again.
  Curve(const std::string &path, long steps) : path_(path)
  {
    std::string kept;
    std::ifstream old(path);
    for (std::string line; steps > 0 && std::getline(old, line);) {
      bool const number = !line.empty() && line.find_first_not_of(" 0123456789") != 0;
      if (line.rfind('#', 0) == 0 || (number && std::stol(line) <= steps)) kept += line + "\n";
    }
    std::ofstream file(path);
    if (kept.empty())
      kept = "#  step   rmse_val   rmse_trn  rmse_e_val  rmse_e_trn  rmse_f_val  rmse_f_trn  "
             "rmse_v_val  rmse_v_trn         lr\n";
    file << kept;
    if (!file) throw InputError("cannot write " + path);
  }

  void add(long step, const Errors &validation, const Errors &training, double rate)
  {
    char line[256];
    const auto number = [](const std::optional<double> &value) {
      return value.value_or(std::numeric_limits<double>::quiet_NaN());
    };
    std::snprintf(line, sizeof line,
                  "%7ld %10.2e %10.2e %11.2e %11.2e %11.2e %11.2e %11.2e %11.2e %10.1e\n", step,
                  std::sqrt(validation.loss), std::sqrt(training.loss), number(validation.energy),
                  number(training.energy), number(validation.force), number(training.force),
                  number(validation.virial), number(training.virial), rate);
    std::ofstream file(path_, std::ios::app);
    file << line;
    file.close();
    if (!file) throw InputError("cannot write " + path_ + "; is the disk full?");
  }

 private:
  std::string path_;
};

std::string time_text(double seconds)
{
  char text[32];
  auto const whole = static_cast<long>(seconds);
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%ld h %ld min", whole / 3600, whole / 60 % 60);
  else std::snprintf(text, sizeof text, "%ld min %ld s", whole / 60, whole % 60);
  return text;
}

std::string errors_text(const Errors &errors)
{
  std::string text;
  char part[64];
  if (errors.energy) {
    std::snprintf(part, sizeof part, " E %.2f meV/atom", 1.0e3 * *errors.energy);
    text += part;
  }
  if (errors.force) {
    std::snprintf(part, sizeof part, " F %.4f eV/A", *errors.force);
    text += part;
  }
  if (errors.virial) {
    std::snprintf(part, sizeof part, " V %.2f meV/atom", 1.0e3 * *errors.virial);
    text += part;
  }
  return text;
}

// One training run with its files.
class Run {
 public:
  explicit Run(const TrainOptions &options)
      : options_(options), input_(read_training_input(options.input)),
        lock_(input_.name + ".lock", "save_ckpt"), checkpoint_(input_.name + ".ckpt")
  {
    if (fs::exists(checkpoint_) && !options.restart && !options.force)
      throw InputError(checkpoint_ + " exists: go on from it with --restart, or begin anew with "
                                     "--force");
    if (options.restart && !fs::exists(checkpoint_))
      throw InputError(checkpoint_ + " is missing, so there is nothing to go on from");
    std::string const folder = fs::path(options.input).parent_path().string();
    auto const training = read_systems(input_.training.systems, folder, input_.model.elements);
    LabelledSet validation;
    if (!input_.validation.systems.empty())
      validation = read_systems(input_.validation.systems, folder, input_.model.elements);
    Model const model = start_model(training);
    training_ = make_training_set(training, model);
    validation_ = make_training_set(validation, model);
    trainer_ = std::make_unique<Trainer>(input_, model, training_, validation_, options.threads);
    if (options.restart) {
      auto const kept = read_checkpoint(checkpoint_);
      trainer_->restore(kept, checkpoint_);
      best_ = kept.best;
    }
  }

  void go()
  {
    std::signal(SIGTERM, note_signal);
    std::signal(SIGINT, note_signal);
    Curve curve(input_.curve, trainer_->steps());
    auto const begin = Clock::now();
    auto saved = begin;
    long const first = trainer_->steps();
    std::printf("%zu training frames with %zu atoms, %zu validation frames\n",
                training_.frames.size(), training_.atoms, validation_.frames.size());
    while (trainer_->steps() < input_.steps && stop_signal == 0) {
      trainer_->step();
      long const step = trainer_->steps();
      bool const last = step == input_.steps;
      if (step % input_.print_every == 0 || last) {
        report(curve, step, seconds_since(begin) / static_cast<double>(step - first));
      }
      if (step % input_.save_every == 0 || last || seconds_since(saved) > CHECKPOINT_SECONDS) {
        save();
        saved = Clock::now();
      }
    }
    if (trainer_->steps() < input_.steps) {
      save();
      std::printf("stopped at step %ld; go on with --restart\n", trainer_->steps());
    }
  }

 private:
  TrainOptions options_;
  TrainingInput input_;
  FileLock lock_;
  std::string checkpoint_;
  TrainingSet training_;
  TrainingSet validation_;
  std::unique_ptr<Trainer> trainer_;
  double best_ = std::numeric_limits<double>::infinity();

  Model start_model(const LabelledSet &training)
  {
    if (!options_.start.empty()) {
      Model model = read_model(options_.start);
      if (model.elements != input_.model.elements)
        throw InputError(options_.start + " has the elements " + text::joined(model.elements) +
                         ", but type_map has " + text::joined(input_.model.elements));
      return model;
    }
    Model model = random_model(input_.model);
    set_statistics(training.frames, input_.model, model);
    model.provenance.source = "deepsea train " + options_.input;
    model.provenance.software = "deepsea " LBS_PACKAGE_VERSION;
    return model;
  }

  void report(Curve &curve, long step, double seconds)
  {
    Errors const training = trainer_->training_errors();
    Errors const validation = validation_.frames.empty() ? Errors() : trainer_->validation_errors();
    curve.add(step, validation, training, trainer_->rate());
    const Errors &judged = validation_.frames.empty() ? training : validation;
    std::printf("step %ld of %ld:%s, lr %.1e, %.1f ms/step, %s left\n", step, input_.steps,
                errors_text(judged).c_str(), trainer_->rate(), 1.0e3 * seconds,
                time_text(seconds * static_cast<double>(input_.steps - step)).c_str());
    std::fflush(stdout);
    // The largest part of a loss with the final prefactors.
    Prefactors const &p = input_.prefactors;
    double const score = p.energy.limit * std::pow(judged.energy.value_or(0.0), 2) +
                         p.force.limit * std::pow(judged.force.value_or(0.0), 2) +
                         p.virial.limit * std::pow(judged.virial.value_or(0.0), 2);
    if (score < best_) {
      best_ = score;
      write_model(trainer_->model(), input_.name + "-best.pt");
    }
  }

  void save()
  {
    write_checkpoint(trainer_->checkpoint(best_), checkpoint_);
    write_model(trainer_->model(), input_.name + ".pt");
  }
};

}    // namespace

void add_train(CLI::App &program)
{
  auto const options = std::make_shared<TrainOptions>();
  auto *command = program.add_subcommand("train", "train a model on labelled frames");
  command->add_option("INPUT", options->input, "JSON file with the keys of DeePMD-kit's dp train")
      ->required();
  auto *restart = command->add_flag("--restart", options->restart,
                                    "go on from the checkpoint that a run with this input left");
  command->add_flag("--force", options->force, "begin anew where a checkpoint exists")
      ->excludes(restart);
  command->add_option("--start", options->start, "begin with the numbers of this model")
      ->excludes(restart);
  command->add_option("--threads", options->threads, "threads")->check(CLI::Range(1, 1024));
  command->callback([options] { Run(*options).go(); });
}

}    // namespace lbs::deepsea
