// SPDX-License-Identifier: GPL-2.0-only
// deepsea test MODEL... SET...

#include "deepsea_commands.hpp"
#include "deepsea_engine.hpp"
#include "program.hpp"

#include "deepsea/file/model_file.hpp"
#include "deepsea/frames/frame_errors.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace lbs::deepsea {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct TestOptions {
  std::vector<std::string> paths;
  EngineOptions engine;
  std::string parity;
  bool force = false;
  bool json = false;
};

// By what lies there: a folder, FILE#/GROUP, or an HDF5 file that is no model by its name.
bool is_set(const std::string &path)
{
  if (path.find('#') != std::string::npos || fs::is_directory(path)) return true;
  std::array<char, 8> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  return std::string(begin.data(), begin.size()) == "\x89HDF\r\n\x1a\n" &&
         fs::path(path).extension() != ".dp";
}

struct TestedModel {
  std::string path;
  Model model;
  std::unique_ptr<FrameEngine> engine;
};

// A row for each number that has a label.
class Parity {
 public:
  Parity(const std::vector<TestedModel> &models, const std::vector<std::string> &sets)
  {
    for (std::size_t m = 0; m < models.size(); ++m)
      text_ += "# model " + std::to_string(m + 1) + ": " + models[m].path + "\n";
    for (std::size_t s = 0; s < sets.size(); ++s)
      text_ += "# set " + std::to_string(s + 1) + ": " + sets[s] + "\n";
    text_ += "# energy and virial in eV/atom, force in eV/A\n"
             "model set frame atom element quantity label prediction\n";
  }

  void add(std::size_t model, const LabelledFrame &labelled, const FrameEnergy &prediction,
           const FramePlace &place)
  {
    auto const &labels = labelled.labels;
    auto const n = static_cast<double>(labelled.frame.x.size());
    auto const row = [&](std::size_t atom, const std::string &element, const char *quantity,
                         double label, double predicted) {
      text_ += std::to_string(model) + ' ' + std::to_string(place.set) + ' ' +
               std::to_string(place.frame) + ' ' + std::to_string(atom) + ' ' + element + ' ' +
               quantity + ' ' + text::number(label, DIGITS) + ' ' +
               text::number(predicted, DIGITS) + '\n';
    };
    if (labels.energy) row(0, "-", "energy", *labels.energy / n, prediction.energy / n);
    static constexpr const char *XYZ[] = {"fx", "fy", "fz"};
    for (std::size_t i = 0; i < labels.force.size(); ++i)
      for (std::size_t k = 0; has_force(labels, i) && k < 3; ++k)
        row(i + 1, labelled.frame.elements[i], XYZ[k], labels.force[i][k], prediction.force[i][k]);
    static constexpr const char *AB[] = {"vxx", "vxy", "vxz", "vyx", "vyy",
                                         "vyz", "vzx", "vzy", "vzz"};
    for (std::size_t k = 0; labels.virial && k < 9; ++k)
      row(0, "-", AB[k], (*labels.virial)[k] / n, prediction.virial[k] / n);
  }

  [[nodiscard]] const std::string &text() const { return text_; }

 private:
  static constexpr int DIGITS = 12;
  std::string text_;
};

// What comes out of one set, or of all.
struct SetResult {
  std::vector<PredictionErrors> errors;    // of each model
  PredictionDeviations deviations;

  explicit SetResult(std::size_t models) : errors(models) {}
  void add(const SetResult &other)
  {
    for (std::size_t m = 0; m < errors.size(); ++m) errors[m].add(other.errors[m]);
    deviations.add(other.deviations);
  }
};

class Test {
 public:
  explicit Test(const TestOptions &options) : options_(options)
  {
    for (auto const &path : options.paths)
      if (is_set(path)) {
        auto const systems = find_deepmd_systems(path);
        sets_.insert(sets_.end(), systems.begin(), systems.end());
      } else if (sets_.empty()) {
        add_model(path);
      } else {
        throw InputError(path + " is no set: a folder or HDF5 file with frames in DeePMD-kit's "
                                "format; models come first");
      }
    if (models_.empty()) throw InputError("no model is given");
    if (sets_.empty())
      throw InputError("no set is given: a folder or HDF5 file with frames in DeePMD-kit's format");
    if (!options.parity.empty())
      for (auto const &path : options.paths) check_output(options.parity, existing(), path);
  }

  void run()
  {
    Parity parity(models_, sets_);
    SetResult total(models_.size());
    Json out = {{"models", Json::array()}, {"sets", Json::array()}};
    for (auto const &model : models_)
      out["models"].push_back({{"file", model.path}, {"sha256", model.model.sha256}});
    for (std::size_t s = 0; s < sets_.size(); ++s) {
      auto const result = run_set(s, parity);
      total.add(result);
      if (options_.json) out["sets"].push_back(as_json(sets_[s], result));
      else print(sets_[s], result);
    }
    if (options_.json) {
      out["total"] = as_json("all", total);
      out["units"] = {{"energy", "eV/atom"}, {"force", "eV/A"}, {"virial", "eV/atom"}};
      std::printf("%s\n", out.dump().c_str());
    } else if (sets_.size() > 1) {
      print("all " + std::to_string(sets_.size()) + " sets", total);
    }
    if (!options_.parity.empty()) write_output(parity.text(), options_.parity, existing());
  }

 private:
  const TestOptions &options_;
  std::vector<TestedModel> models_;
  std::vector<std::string> sets_;

  [[nodiscard]] Existing existing() const
  {
    return options_.force ? Existing::REPLACE : Existing::KEEP;
  }

  void add_model(const std::string &name)
  {
    auto const path = potential_file(name);
    TestedModel made;
    made.path = path;
    made.model = read_model(path);
    if (!models_.empty() && made.model.elements != models_.front().model.elements)
      throw InputError(path + " has the elements " + text::joined(made.model.elements) + ", but " +
                       models_.front().path + " has " +
                       text::joined(models_.front().model.elements) + "; test them one by one");
    made.engine = engine_of(options_.engine, made.model, path);
    models_.push_back(std::move(made));
  }

  SetResult run_set(std::size_t set, Parity &parity) const
  {
    auto const &path = sets_[set];
    auto const frames = read_deepmd_system(path, models_.front().model.elements);
    SetResult result(models_.size());
    for (std::size_t f = 0; f < frames.size(); ++f) {
      FramePlace const place = {set + 1, f + 1, 0};
      std::vector<FrameEnergy> predictions;
      for (std::size_t m = 0; m < models_.size(); ++m) {
        predictions.push_back(predict(models_[m], path, place, frames[f].frame));
        result.errors[m].add(frames[f], predictions[m], place);
        if (!options_.parity.empty()) parity.add(m + 1, frames[f], predictions[m], place);
      }
      if (models_.size() > 1) result.deviations.add(predictions, place);
    }
    if (models_.size() == 1 && !result.errors.front().has_any())
      throw InputError(path + " has no labels: neither energy.npy nor force.npy nor virial.npy is "
                              "there; take the set out, or name several models to compare");
    return result;
  }

  static FrameEnergy predict(const TestedModel &model, const std::string &set,
                             const FramePlace &place, const Frame &frame)
  {
    try {
      return model.engine->evaluate(frame);
    } catch (const InputError &e) {
      throw InputError(model.path + ", " + set + ", frame " + std::to_string(place.frame) + ": " +
                       e.what());
    }
  }

  // ---- output -----------------------------------------------------------------------------------

  [[nodiscard]] std::string text_of(const FramePlace &place) const
  {
    std::string text;
    if (sets_.size() > 1) text += "set " + std::to_string(place.set) + " ";
    text += "frame " + std::to_string(place.frame);
    if (place.atom > 0) text += " atom " + std::to_string(place.atom);
    return text;
  }

  void row(const std::string &name, const ErrorSum &sum) const
  {
    if (sum.count == 0) std::printf("%-20s %9s\n", name.c_str(), "no labels");
    else
      std::printf("%-20s %9zu %12.6f %12.6f %12.6f  %s\n", name.c_str(), sum.count, sum.mean(),
                  sum.rms(), sum.largest, text_of(sum.at).c_str());
  }

  void print(const std::string &name, const SetResult &result) const
  {
    auto const &first = result.errors.front();
    std::printf("%s: %zu frames, %zu atoms\n", name.c_str(), first.frames, first.atoms);
    for (std::size_t m = 0; m < models_.size(); ++m) {
      auto const &errors = result.errors[m];
      std::printf("%-20s %9s %12s %12s %12s  %s\n", models_.size() > 1 ? "" : "errors", "numbers",
                  "MAE", "RMSE", "largest", "where");
      if (models_.size() > 1) std::printf("%s\n", models_[m].path.c_str());
      row("energy (eV/atom)", errors.energy);
      row("force (eV/A)", errors.force);
      for (auto const &[element, sum] : errors.force_of) row("  of " + element, sum);
      row("virial (eV/atom)", errors.virial);
      if (errors.close_frames > 0)
        std::printf("frames with atoms closer than in training: %zu\n", errors.close_frames);
      if (errors.left_out > 0)
        std::printf("forces of %zu atoms with atom_pref 0 are left out\n", errors.left_out);
    }
    if (models_.size() > 1) {
      std::printf("%-20s %9s %12s %12s %12s  %s\n", "models' deviation", "numbers", "mean", "rms",
                  "largest", "where");
      row("force (eV/A)", result.deviations.force);
      row("  largest of a frame", result.deviations.most_force);
      row("virial (eV/atom)", result.deviations.virial);
    }
    std::printf("\n");
  }

  [[nodiscard]] static Json as_json(const ErrorSum &sum)
  {
    if (sum.count == 0) return nullptr;
    Json at = {{"set", sum.at.set}, {"frame", sum.at.frame}};
    if (sum.at.atom > 0) at["atom"] = sum.at.atom;
    return {{"numbers", sum.count},
            {"mae", sum.mean()},
            {"rmse", sum.rms()},
            {"largest", sum.largest},
            {"at", at}};
  }

  [[nodiscard]] Json as_json(const std::string &name, const SetResult &result) const
  {
    auto const &first = result.errors.front();
    Json out = {{"set", name}, {"frames", first.frames}, {"atoms", first.atoms}};
    for (auto const &errors : result.errors) {
      Json of = {{"energy", as_json(errors.energy)},    {"force", as_json(errors.force)},
                 {"force_of", Json::object()},          {"virial", as_json(errors.virial)},
                 {"close_frames", errors.close_frames}, {"left_out", errors.left_out}};
      for (auto const &[element, sum] : errors.force_of) of["force_of"][element] = as_json(sum);
      out["errors"].push_back(of);
    }
    if (models_.size() > 1)
      out["deviation"] = {{"force", as_json(result.deviations.force)},
                          {"largest_force", as_json(result.deviations.most_force)},
                          {"virial", as_json(result.deviations.virial)}};
    return out;
  }
};

}    // namespace

void add_test(CLI::App &program)
{
  auto const options = std::make_shared<TestOptions>();
  auto *command = program.add_subcommand("test", "errors of models against labelled frames");
  command
      ->add_option("MODEL... SET...", options->paths,
                   "deepsea models, then frames in DeePMD-kit's format: folders of .npy files or "
                   "HDF5 files, or folders with such at any depth")
      ->required();
  add_engine_options(*command, options->engine);
  auto *parity = command->add_option("--parity", options->parity,
                                     "write labels and predictions to this file, in columns");
  command->add_flag("--force", options->force, "replace the file of --parity if it exists")
      ->needs(parity);
  command->add_flag("--json", options->json, "print JSON, with all digits");
  command->callback([options] { Test(*options).run(); });
}

}    // namespace lbs::deepsea
