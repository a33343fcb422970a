// SPDX-License-Identifier: GPL-2.0-only
// deepsea train INPUT.json

#include "deepsea_commands.hpp"
#include "mpi_ranks.hpp"
#include "program.hpp"

#include "deepsea/file/model_file.hpp"
#include "deepsea/train/initial_model.hpp"
#include "deepsea/train/label_check.hpp"
#include "deepsea/train/trainer.hpp"
#include "support/file_lock.hpp"
#include "support/files.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lbs::deepsea {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double CHECKPOINT_SECONDS = 300.0;

double seconds_since(Clock::time_point then)
{
  return std::chrono::duration<double>(Clock::now() - then).count();
}

struct TrainOptions {
  std::string input;
  std::string start;
  std::string device;    // of libtorch; empty: this package's own loops
  bool shift = false;
  CheckpointOptions checkpoint;
  int threads = 1;
  bool mpi = false;
};

// Files that write_bytes() had no time to finish.
void remove_parts(const std::string &name)
{
  fs::path const path(name);
  fs::path const folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
  std::string const begin = path.filename().string();
  std::vector<fs::path> found;
  for (auto const &entry : fs::directory_iterator(folder)) {
    std::string const file = entry.path().filename().string();
    for (const char *kind : {".ckpt.", ".pt.", "-best.pt."})
      if (file.rfind(begin + kind, 0) == 0 && entry.path().extension() == ".part")
        found.push_back(entry.path());
  }
  for (const fs::path &part : found) fs::remove(part);
}

// lcurve.out, with the columns of DeePMD-kit.
class Curve {
 public:
  // Lines of steps beyond `steps` are dropped: a run that goes on writes them again. A new run,
  // unless it may `forget`, keeps the curve that it finds as PATH.old: it may be another's.
  Curve(const std::string &path, long steps, bool forget) : path_(path)
  {
    std::string kept, before;
    bool rows = false;
    std::ifstream old;
    if (fs::is_regular_file(path)) old.open(path);
    for (std::string line; std::getline(old, line); before += line + "\n") {
      char *end = nullptr;
      long const step = std::strtol(line.c_str(), &end, 10);
      bool const numbers = end != line.c_str();
      rows = rows || numbers;
      if (steps > 0 && (line.rfind('#', 0) == 0 || (numbers && step <= steps))) kept += line + "\n";
    }
    if (!before.empty() && before.rfind('#', 0) != 0)
      throw InputError(path + " is no learning curve; give disp_file another name");
    if (rows && steps == 0 && !forget) write_bytes(before, path + ".old");
    if (kept.empty())
      kept = "#  step   rmse_val   rmse_trn  rmse_e_val  rmse_e_trn  rmse_f_val  rmse_f_trn  "
             "rmse_v_val  rmse_v_trn         lr\n";
    if (kept == before) return;
    // In place, for the file is locked.
    std::ofstream file(path);
    file << kept;
    file.close();
    if (!file) throw InputError("cannot write " + path + "; is the disk full?");
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

// One training run with its files, which the first of its ranks writes.
class Run {
 public:
  Run(const TrainOptions &options, Ranks &ranks)
      : options_(options), ranks_(ranks), input_(read_training_input(options.input)),
        checkpoint_(input_.name + ".ckpt")
  {
    for (const std::string &key : input_.ignored)
      std::printf("%s changes nothing here\n", key.c_str());
    if (ranks_.is_first()) {
      lock_.emplace(input_.name + ".lock", "save_ckpt", true);
      curve_lock_.emplace(input_.curve, "disp_file", false);
      remove_parts(input_.name);
    }
    check_checkpoint(input_.name, input_.name + ".pt", options.checkpoint);
    std::string const folder = fs::path(options.input).parent_path().string();
    auto training = read_systems(input_.training.systems, folder, input_.model.elements);
    LabelledSet validation;
    if (!input_.validation.systems.empty())
      validation = read_systems(input_.validation.systems, folder, input_.model.elements);
    if (input_.weights_default) {
      weigh_all(training);
      weigh_all(validation);
    }
    std::optional<Checkpoint> kept;
    if (options.checkpoint.restart) kept = read_checkpoint(checkpoint_, input_.text);
    Model model = kept ? kept->model : first_model();
    training_ = make_training_set(training, model);
    validation_ = make_training_set(validation, model);
    if (!kept) add_statistics(model);
    if (input_.steps == 0) set_steps(steps_of_epochs(), input_);
    for (const std::string &warning : check_labels(training_.frames, input_))
      std::printf("warning: %s\n", warning.c_str());
    check_model(model, options.input);
    if (options.shift)
      shift_energies(training_.frames, *host_engine(model, options.threads), model);
    auto engine = options.device.empty()
                      ? host_engine(model, options.threads, interpolation_tolerance(input_, model))
                      : torch_engine(model, options.device, options.threads);
    if (ranks_.size() > 1) engine = rank_engine(std::move(engine), ranks_, options.threads);
    trainer_ = std::make_unique<Trainer>(input_, model, training_, validation_, std::move(engine),
                                         options.threads);
    if (kept) {
      trainer_->restore(*kept, checkpoint_);
      best_ = kept->best;
    }
  }

  void go()
  {
    note_stop_signals();
    std::signal(SIGXFSZ, SIG_IGN);    // a file that may not grow is an error of writing it
    std::optional<Curve> curve;
    if (ranks_.is_first())
      curve.emplace(input_.curve, trainer_->steps(), options_.checkpoint.force);
    auto const begin = Clock::now();
    auto saved = begin;
    long const first = trainer_->steps();
    auto reported = begin;
    long reported_step = first;
    std::printf("%zu training frames with %zu atoms, %zu validation frames\n",
                training_.frames.size(), training_.atoms, validation_.frames.size());
    if (first == input_.steps) {
      std::printf("all %ld steps are done\n", first);
      // The run before may have ended between its checkpoint and its model.
      if (ranks_.is_first()) write_model(trainer_->model(), input_.name + ".pt");
    }
    while (trainer_->steps() < input_.steps && !ranks_.any(stop_is_asked())) {
      trainer_->step();
      long const step = trainer_->steps();
      bool const last = step == input_.steps;
      if (step % input_.print_every == 0 || step == 1 || last) {
        double const each =
            seconds_since(reported) / static_cast<double>(std::max(1L, step - reported_step));
        report(curve, step, each, seconds_since(begin) / static_cast<double>(step - first));
        reported = Clock::now();
        reported_step = step;
      }
      if (step % input_.save_every == 0 || last ||
          ranks_.first_says(seconds_since(saved) > CHECKPOINT_SECONDS)) {
        save();
        saved = Clock::now();
      }
    }
    if (trainer_->steps() < input_.steps) {
      save();
      std::printf("stopped at step %ld; go on with --restart\n", trainer_->steps());
      std::fflush(stdout);
    }
  }

 private:
  TrainOptions options_;
  Ranks &ranks_;
  TrainingInput input_;
  std::optional<FileLock> lock_;
  std::optional<FileLock> curve_lock_;
  std::string checkpoint_;
  TrainingSet training_;
  TrainingSet validation_;
  std::unique_ptr<Trainer> trainer_;
  double best_ = std::numeric_limits<double>::infinity();

  [[nodiscard]] long steps_of_epochs() const
  {
    Batches const batches(input_.training, training_.system, training_.atoms, input_.seed);
    double const frames = input_.epochs * static_cast<double>(training_.frames.size());
    return static_cast<long>(std::ceil(frames / static_cast<double>(batches.size())));
  }

  // What a new run's model should know of its data. A run that goes on has it from the checkpoint,
  // for one begun with --start keeps the averages of the model that it began with.
  void add_statistics(Model &model) const
  {
    model.provenance.source = "deepsea train " + options_.input;
    if (options_.start.empty()) {
      warn_of_few_places(set_statistics(training_.frames, input_.model, model), model);
    } else {
      continue_model(training_.frames, input_.model, options_.start, model);
      model.provenance.source += ", begun with " + options_.start;
    }
    model.provenance.software = "deepsea " LBS_PACKAGE_VERSION;
  }

  static void warn_of_few_places(const DataStatistics &found, const Model &model)
  {
    for (std::size_t t = 0; t < model.selection.size(); ++t) {
      if (model.selection[t] >= found.most_neighbors[t]) continue;
      std::string const warning = "sel has " + std::to_string(model.selection[t]) + " places for " +
                                  model.elements[t] + ", but an atom of the training data has " +
                                  std::to_string(found.most_neighbors[t]) +
                                  " such neighbors; none is left out, but 'auto' learns better";
      std::printf("warning: %s\n", warning.c_str());
    }
  }

  // "use_default_pf"
  static void weigh_all(LabelledSet &set)
  {
    for (LabelledFrame &frame : set.frames)
      if (frame.labels.force_weight.empty())
        frame.labels.force_weight.assign(frame.labels.force.size(), 1.0);
  }

  [[nodiscard]] Model first_model() const
  {
    if (options_.start.empty()) return random_model(input_.model);
    for (const char *end : {".pt", "-best.pt"})
      if (fs::exists(input_.name + end) && fs::equivalent(input_.name + end, options_.start))
        throw InputError(
            "this run would write over " + options_.start +
            ", with which it begins; give save_ckpt another name, or rename the model");
    Model model = read_model(options_.start);
    if (model.elements != input_.model.elements)
      throw InputError(options_.start + " has the elements " + text::joined(model.elements) +
                       ", but type_map has " + text::joined(input_.model.elements));
    return model;
  }

  // `each`: seconds a step since the last report; `average`: of the whole run, with reports.
  void report(std::optional<Curve> &curve, long step, double each, double average)
  {
    Errors const training = trainer_->training_errors();
    Errors validation;
    validation.loss = std::numeric_limits<double>::quiet_NaN();
    if (!validation_.frames.empty()) validation = trainer_->validation_errors();
    double const rate = input_.rate.at(step - 1);    // of the step that was taken
    if (curve) curve->add(step, validation, training, rate);
    const Errors &judged = validation_.frames.empty() ? training : validation;
    std::printf("step %ld of %ld:%s, lr %.1e, %.1f ms/step, %s left\n", step, input_.steps,
                errors_text(judged).c_str(), rate, 1.0e3 * each,
                time_text(average * static_cast<double>(input_.steps - step)).c_str());
    std::fflush(stdout);
    // What no label of the validation frames has a part in says nothing.
    double const score = judged.last_loss > 0.0 ? judged.last_loss : training.last_loss;
    if (score < best_) {
      best_ = score;
      if (ranks_.is_first()) write_model(trainer_->model(), input_.name + "-best.pt");
    }
  }

  // Not what has diverged since the last time.
  void save()
  {
    trainer_->verify();
    if (!ranks_.is_first()) return;
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
  auto *restart = add_checkpoint_options(*command, options->checkpoint);
  auto *start =
      command->add_option("--start", options->start, "begin with the numbers of this model")
          ->excludes(restart);
  command
      ->add_flag("--shift-energies", options->shift,
                 "let that model have the zero of energy of the training data")
      ->needs(start);
  command->add_option("--device", options->device,
                      "compute by libtorch, on cpu, cuda or cuda:NUMBER; slower on a CPU");
  command->add_option("--threads", options->threads, "threads")->check(CLI::Range(1, 1024));
  command->add_flag("--mpi", options->mpi,
                    "share the frames of each batch out to the ranks that mpirun started");
  command->callback([options] {
    const auto work = [&options](Ranks &ranks) { Run(*options, ranks).go(); };
    Ranks alone;
    if (options->mpi) on_mpi_ranks(work);
    else work(alone);
    end_as_asked();
  });
}

}    // namespace lbs::deepsea
